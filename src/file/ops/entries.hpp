#pragma once

#include "file/ops/common.hpp"

namespace lazulite::file {

/// Takes away the name at `place`, and with the last one what it stands for.
void remove_name(WriteTxn& tx, const FilePlace& place, Instant died);

}  // namespace lazulite::file
