#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "store/transaction.hpp"

namespace lazulite::blob {

/// StoreKind::check of the blob store.
void check_rows(ReadTxn& tx, const std::set<std::int64_t>& drained, const std::function<void(const std::string&)>& problem);

}  // namespace lazulite::blob
