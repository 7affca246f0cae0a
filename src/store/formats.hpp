#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/database_files.hpp"
#include "store/sql.hpp"
#include "store/stores.hpp"

namespace lazulite {

// Which formats stand in a data folder, and the way from an older one to the newest. What they mean: docs/storage.md.

/// The one clear line that refuses what a newer lazulite wrote, and an exception that says it.
[[nodiscard]] std::string refuse_format(const std::string& what, std::uint64_t format, std::uint64_t known);
class NewerFormat : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Each looks and changes nothing; the answer is that line, empty where nothing is newer.

/// By the headers of a store's database and of its barrier record.
[[nodiscard]] std::string newer_part(const DatabaseFiles& paths, const StoreKind& kind);
/// By the registry and the headers of every store.
[[nodiscard]] std::string newer_part(FileSystem& files, std::span<const StoreKind* const> kinds);

/// The format of an open database, with what stands in its WAL. Throws NewerFormat where that, or its newest extent, is
/// newer than what is known here, and std::runtime_error where there never was such a format.
[[nodiscard]] int known_format(Connection& connection, const DatabaseFiles& paths, const StoreKind& kind);

/// Brings a database of that format to the newest, in one transaction: whoever ends it finds the old one or the new one.
void bring_up_to_date(Connection& connection, const StoreKind& kind, int format);

// What every store has of its own (schema.cpp) was changed once, for the maps of page blobs; and in the first days a range
// with one name left could stay listed as shared.
inline constexpr const char* kMechanismOf2 =
    "ALTER TABLE contents RENAME COLUMN depth TO changes;"
    "CREATE INDEX contents_above ON contents(base_id) WHERE base_id IS NOT NULL;"
    "DELETE FROM shared_ranges WHERE refs < 2";
/// Finds a row where that was done already.
inline constexpr const char* kHasMechanismOf2 = "SELECT 1 FROM pragma_table_info('contents') WHERE name = 'changes'";

}  // namespace lazulite
