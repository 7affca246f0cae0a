#include "blob_rows.hpp"

#include "harness.hpp"

#include <algorithm>
#include <cstdio>

namespace lazulite::bench {
namespace {

constexpr std::int64_t kDirectory = 7;

}  // namespace

std::string blob_name(std::uint64_t n) {
    char text[32];
    std::snprintf(text, sizeof text, "photos/%016llx.", static_cast<unsigned long long>(mix(n)));
    return text;
}

void BlobRows::create_table(Database& db) {
    db.exec(
        "CREATE TABLE blobs(dir_id INT, name BLOB, kind INT, size INT, created INT, tick INT, content BLOB,"
        " flags INT, props BLOB, PRIMARY KEY(dir_id, name)) WITHOUT ROWID");
}

BlobRows::BlobRows(Database& db, std::size_t props_size)
    : props_(props_size, 0x5a),
      put_(db.get(), "INSERT OR REPLACE INTO blobs VALUES(?1,?2,1,?3,?4,?4,?5,0,?6)"),
      get_(db.get(), "SELECT kind,size,created,tick,content,flags,props FROM blobs WHERE dir_id=?1 AND name=?2"),
      list_(db.get(), "SELECT name,size,created,tick,flags,props FROM blobs WHERE dir_id=?1 AND name>=?2 LIMIT ?3"),
      remove_(db.get(), "DELETE FROM blobs WHERE dir_id=?1 AND name=?2") {}

void BlobRows::put(std::uint64_t n) {
    const std::string name = blob_name(n);
    unsigned char content[20];
    std::fill_n(content, sizeof content, static_cast<unsigned char>(++tick_));
    put_.run(kDirectory, name, std::int64_t{4096}, tick_, Bytes(content), Bytes(props_));
}

bool BlobRows::get(std::uint64_t n) {
    const std::string name = blob_name(n);
    get_.bind(1, kDirectory);
    get_.bind(2, name);
    const bool found = get_.step();
    if (found) {
        unsigned char copy[512];
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(get_.get(), 6));
        std::copy_n(static_cast<const unsigned char*>(sqlite3_column_blob(get_.get(), 6)), std::min(size, sizeof copy), copy);
        seen_ += copy[0] + sqlite3_column_int64(get_.get(), 3);
    }
    get_.reset();
    return found;
}

int BlobRows::list(std::uint64_t from, int limit) {
    const std::string name = blob_name(from);
    list_.bind(1, kDirectory);
    list_.bind(2, name);
    list_.bind(3, std::int64_t{limit});
    int rows = 0;
    while (list_.step()) {
        ++rows;
        for (int column = 0; column < 6; ++column) seen_ += sqlite3_column_bytes(list_.get(), column);
    }
    list_.reset();
    return rows;
}

void BlobRows::remove(std::uint64_t n) {
    const std::string name = blob_name(n);
    remove_.run(kDirectory, name);
}

void fill(Database& db, std::uint64_t count, std::size_t props_size) {
    BlobRows::create_table(db);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> order;  // key order, so that loading is quick
    for (std::uint64_t n = 0; n < count; ++n) order.emplace_back(mix(n), n);
    std::sort(order.begin(), order.end());
    BlobRows rows(db, props_size);
    db.exec("BEGIN IMMEDIATE");
    for (const auto& [key, n] : order) rows.put(n);
    db.exec("COMMIT");
    db.checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

}  // namespace lazulite::bench
