#include "blob/rows/blobs.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/tags.hpp"
#include "blob/rows/tree.hpp"

namespace lazulite::blob {
namespace {

bool drain_staging(WriteTxn& tx, std::int64_t staging_id, int rows) {
    std::vector<Block> blocks;
    {
        Cursor row =
            tx.query("SELECT block_id, source FROM staged_blocks WHERE staging_id = ?1 LIMIT ?2", staging_id, rows);
        while (row.next()) {
            blocks.push_back({std::string(row.bytes(0)), 0, contents::decode_source(row.bytes(1))});
        }
    }
    for (const Block& block : blocks) {
        contents::release(tx, block.source, 0);
        tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1 AND block_id = ?2", staging_id, block.id);
    }
    return std::cmp_less(blocks.size(), rows);
}

bool drain_directory(WriteTxn& tx, std::int64_t dir_id, int rows) {
    struct Doomed {
        std::string name;
        ContentRef content;
        std::optional<std::int64_t> child_dir_id;
    };
    std::vector<Doomed> blobs;
    {
        Cursor row = tx.query("SELECT name, content, child_dir_id FROM blobs WHERE dir_id = ?1 LIMIT ?2", dir_id, rows);
        while (row.next()) {
            blobs.push_back({std::string(row.bytes(0)), ContentRef::decode(row.bytes(1)),
                             row.is_null(2) ? std::nullopt : std::optional(row.integer(2))});
        }
    }
    for (const Doomed& blob : blobs) {
        if (blob.child_dir_id) drop_directory(tx, *blob.child_dir_id);
        contents::release(tx, blob.content);
        tx.execute("DELETE FROM blobs WHERE dir_id = ?1 AND name = ?2", dir_id, blob.name);
    }
    int left = rows - static_cast<int>(blobs.size());
    left -= drain_history(tx, dir_id, left);
    left -= drain_retained(tx, dir_id, left);
    left -= drain_tags(tx, dir_id, left);
    if (left == 0) return false;

    std::vector<std::string> staged;
    {
        Cursor row = tx.query("SELECT name FROM staged_sets WHERE dir_id = ?1 LIMIT ?2", dir_id, left);
        while (row.next()) staged.emplace_back(row.bytes(0));
    }
    for (const std::string& name : staged) drop_staged_set(tx, {dir_id, name});
    return std::cmp_less(staged.size(), left);
}

}  // namespace

bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows) {
    switch (kind) {
        case WriteTxn::Drain::directory: return drain_directory(tx, id, rows);
        case WriteTxn::Drain::staging: return drain_staging(tx, id, rows);
        case WriteTxn::Drain::content:
        case WriteTxn::Drain::merge:  // the store's own
        case WriteTxn::Drain::queue:
        case WriteTxn::Drain::table: return true;
    }
    return true;
}

}  // namespace lazulite::blob
