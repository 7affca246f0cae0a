#pragma once

#include "database.hpp"

#include <string>
#include <vector>

namespace lazulite::bench {

/// A row of the blob table as the store will have it: key (dir_id, name), eight small columns, the rest packed.
/// `props` is 70 bytes for a row of about 150 bytes, 387 for one of about 467.
inline constexpr std::size_t kSmallProps = 70;
inline constexpr std::size_t kLargeProps = 387;

/// The name of the n-th blob: 24 bytes in an order that has nothing to do with n.
[[nodiscard]] std::string blob_name(std::uint64_t n);

class BlobRows {
public:
    static void create_table(Database& db);

    explicit BlobRows(Database& db, std::size_t props_size = kSmallProps);
    void put(std::uint64_t n);                 // inserts or replaces
    bool get(std::uint64_t n);                 // copies what a GET needs; false when there is no such row
    int list(std::uint64_t from, int limit);   // names from blob_name(from) on; returns the number of rows
    void remove(std::uint64_t n);

private:
    std::vector<unsigned char> props_;
    std::int64_t tick_ = 638'000'000'000'000'000;
    std::int64_t seen_ = 0;
    Statement put_, get_, list_, remove_;
};

/// Fills an empty database with blobs 0..count-1 in one transaction, in key order, and empties the WAL.
void fill(Database& db, std::uint64_t count, std::size_t props_size = kSmallProps);

}  // namespace lazulite::bench
