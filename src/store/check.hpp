#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/file_system.hpp"
#include "store/sql.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// What `lazulite check` found in a data folder that no process has open. An empty list of problems means that the
/// invariants of docs/storage.md hold: every range is named once (or counted in shared_ranges) and none overlap, live
/// counts and refs match a recount, no reference dangles, every named byte is there and its CRC-64 matches, no extent
/// file lacks a row beyond those a crash may leave.
struct CheckReport {
    std::vector<std::string> problems;
    std::uint64_t stores = 0, extents = 0, ranges = 0, bytes = 0;
    std::uint64_t orphans = 0;  ///< extent files without a row: what a crash may leave, and the next start removes
};
[[nodiscard]] CheckReport check(FileSystem& files, std::span<const StoreKind* const> kinds);

/// One store over an open connection, between two transactions: for tests that look after every step. `place` begins
/// each problem's line.
void check_store(Connection& connection, FileSystem& files, const std::string& extents_directory, const StoreKind& kind,
                 const std::string& place, CheckReport& report);

}  // namespace lazulite
