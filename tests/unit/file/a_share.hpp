#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "file/rows/schema.hpp"
#include "file/rows/shares.hpp"
#include "file/rows/tree.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"
#include "store/span_map.hpp"

namespace lazulite::file {

/// A share `sh` in memory, whose clock stands still until it is advanced. Every test ends with the checker.
class AShare : public ::testing::Test {
  protected:
    AShare() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kFileStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kFileStore.name);
        write([this](WriteTxn& tx) {
            Share share;
            share.name = "sh";
            share.id = tx.next_id();
            share.created = tx.next_tick();
            share.properties.tick = share.created;
            insert_share(tx, share);
            Node root;
            root.id = share.id;
            root.kind = NodeKind::directory;
            root.tick = share.created;
            insert_node(tx, share, root);
            root_ = share.id;
        });
    }
    ~AShare() override {
        store_.reset();
        stores_->close();
        const StoreKind* const kinds[] = {&kFileStore};
        for (const std::string& problem : check(files_, kinds).problems) ADD_FAILURE() << problem;
    }

    template <class Fn>
    std::invoke_result_t<Fn&, WriteTxn&> write(Fn fn) {
        using Value = std::invoke_result_t<Fn&, WriteTxn&>;
        if constexpr (std::is_void_v<Value>) {
            ASSERT_TRUE(store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
                fn(tx);
                return {};
            }));
        } else {
            return *store_->write_and_wait([&fn](WriteTxn& tx) -> Result<Value> { return fn(tx); });
        }
    }
    template <class Fn>
    std::invoke_result_t<Fn&, ReadTxn&> read(Fn fn) {
        using Value = std::invoke_result_t<Fn&, ReadTxn&>;
        return *store_->read([&fn](ReadTxn& tx) -> Result<Value> { return fn(tx); });
    }
    std::int64_t number(const char* sql) {
        return read([sql](ReadTxn& tx) -> std::int64_t {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    /// Lets the store work until `sql` says so, or for 20 s.
    void wait_for(const char* sql, std::int64_t wanted) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (number(sql) != wanted && std::chrono::steady_clock::now() < end) write([](WriteTxn&) {});
        EXPECT_EQ(number(sql), wanted) << sql;
    }
    void advance(Ticks by) { ASSERT_TRUE(store_->set_clock_offset(store_->clock_offset() + by)); }

    Share share() {
        return read([](ReadTxn& tx) { return *find_share(tx, "sh"); });
    }
    std::int64_t make(std::int64_t dir_id, const std::string& name, NodeKind kind = NodeKind::file, std::uint64_t size = 0) {
        return write([&](WriteTxn& tx) {
            const Share there = *find_share(tx, "sh");
            Node node;
            node.id = tx.next_id();
            node.kind = kind;
            node.size = size;
            node.tick = node.made = tx.next_tick();
            insert_node(tx, there, node);
            insert_entry(tx, {dir_id, key_of(name, there.casing()), name, node.id, kind, node.tick});
            return node.id;
        });
    }
    std::int64_t make_directory(std::int64_t dir_id, const std::string& name) { return make(dir_id, name, NodeKind::directory); }
    void remove(std::int64_t dir_id, const std::string& name) {
        write([&](WriteTxn& tx) {
            const Share there = *find_share(tx, "sh");
            const Entry entry = *find_entry(tx, dir_id, key_of(name, there.casing()));
            const Node node = *find_node(tx, entry.node_id);
            const Instant died = tx.next_tick();
            remove_entry(tx, there, entry, died);
            remove_node(tx, there, node, died);
        });
    }
    void rename(std::int64_t dir_id, const std::string& name, std::int64_t to_dir_id, const std::string& to_name) {
        write([&](WriteTxn& tx) {
            const Share there = *find_share(tx, "sh");
            const Entry entry = *find_entry(tx, dir_id, key_of(name, there.casing()));
            const Node after = change_node(tx, there, *find_node(tx, entry.node_id), [](Node&) {});
            remove_entry(tx, there, entry, after.tick);
            insert_entry(tx, {to_dir_id, key_of(to_name, there.casing()), to_name, after.id, after.kind, after.tick});
        });
    }
    void put(std::int64_t node_id, std::uint64_t at, const std::string& bytes) {
        write([&](WriteTxn& tx) {
            const Share there = *find_share(tx, "sh");
            change_node(tx, there, *find_node(tx, node_id), [&](Node& node) {
                node.content = contents::write_map(tx, node.content, node.size, at, bytes);
            });
        });
    }
    Instant snapshot() {
        return write([](WriteTxn& tx) {
            Share there = *find_share(tx, "sh");
            ShareSnapshot taken;
            taken.taken = tx.next_tick();
            taken.properties = there.properties;
            insert_snapshot(tx, there, taken);
            return taken.taken;
        });
    }
    void remove_snapshot_of(Instant taken) {
        write([&](WriteTxn& tx) {
            Share there = *find_share(tx, "sh");
            remove_snapshot(tx, there, taken);
        });
    }
    /// The names in a directory, as they were given.
    std::string names(std::int64_t dir_id, const AsOf& as_of = {}, const std::string& first = "", std::size_t steps = 1'000'000) {
        return read([&](ReadTxn& tx) {
            std::string text;
            EntryCursor cursor(tx, dir_id, first, as_of);
            std::size_t left = steps;
            while (cursor.next(left)) text += (text.empty() ? "" : " ") + cursor.entry().name;
            if (cursor.stopped_at()) text += " > " + *cursor.stopped_at();
            return text;
        });
    }
    /// The bytes of a file, holes as dots.
    std::string bytes(std::int64_t node_id, const AsOf& as_of = {}) {
        return read([&](ReadTxn& tx) {
            const auto node = find_node(tx, node_id, as_of);
            if (!node) return std::string("gone");
            std::string text;
            for (const Piece& piece : contents::resolve(tx, node->content, 0, node->size, 100)) {
                const auto* const inlined = std::get_if<std::string>(&piece.from);
                text += inlined ? *inlined : std::string(piece.length, '.');
            }
            return text;
        });
    }

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    ManualClock wall_{Instant(Ticks(std::chrono::seconds(1'780'000'000)))};
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    std::int64_t root_ = 0;
};

}  // namespace lazulite::file
