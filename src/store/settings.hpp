#pragma once

#include <string>
#include <string_view>

#include "store/transaction.hpp"

namespace lazulite {

/// A setting of a store, kept beside its data and gone with it. Empty: never set.
[[nodiscard]] std::string read_setting(ReadTxn& tx, std::string_view name);
void write_setting(WriteTxn& tx, std::string_view name, std::string_view value);

}  // namespace lazulite
