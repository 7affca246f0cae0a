#pragma once

#include "wire/message.hpp"

namespace lazulite::datalake {

/// What operations of both services tell of a blob, told of a path too: the metadata as `x-ms-properties`, and
/// `x-ms-resource-type`.
void add_path_form(Response& response);

}  // namespace lazulite::datalake
