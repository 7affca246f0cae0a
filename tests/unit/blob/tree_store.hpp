#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "blob/ops/path_walk.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"
#include "blob/rows/tree.hpp"
#include "store/check.hpp"
#include "store/stores.hpp"

namespace lazulite::blob {

/// A store with one hierarchical container, whose rows are made by hand.
class TreeStore {
  public:
    explicit TreeStore(std::unique_ptr<FileSystem> files = make_memory_file_system(1U << 30))
        : TreeStore(Durability::process, std::move(files)) {}
    /// With Durability::none what is dropped goes at once, and problems() would find a new store.
    explicit TreeStore(Durability durability, std::unique_ptr<FileSystem> files = make_memory_file_system(1U << 30))
        : durability_(durability), files_(std::move(files)) {
        open();
        write([this](WriteTxn& tx) {
            container_.name = "con";
            container_.hierarchical = true;
            container_.container_id = tx.next_id();
            container_.root_dir_id = tx.next_id();
            insert_container(tx, container_);
        });
    }
    ~TreeStore() { close(); }
    TreeStore(const TreeStore&) = delete;
    TreeStore& operator=(const TreeStore&) = delete;

    template <class Fn>
    void write(Fn fn) {
        const Result<> written = store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        });
        if (!written) throw std::runtime_error("a write failed");
    }
    template <class Fn>
    auto read(Fn fn) {
        using T = std::invoke_result_t<Fn&, ReadTxn&>;
        auto got = store_->read([&fn](ReadTxn& tx) -> Result<T> { return fn(tx); });
        if (!got) throw std::runtime_error("a read failed");
        return *std::move(got);
    }

    /// Makes what is missing on the way, too.
    void put(const std::string& path) {
        write([&](WriteTxn& tx) { put(tx, path); });
    }
    void put(WriteTxn& tx, const std::string& path) {
        const BlobKey key = make_way(tx, path);
        Blob blob;
        blob.tick = tx.next_tick();
        blob.size = 1;
        blob.content = contents::create_inline(tx, "x");
        replace(tx, key, find_blob(tx, key), blob);
    }
    void make_directory(const std::string& path) {
        write([&](WriteTxn& tx) {
            const BlobKey key = make_way(tx, path);
            if (!find_blob(tx, key)) replace(tx, {key.dir_id, directory_name(key.name)}, std::nullopt, directory(tx));
        });
    }
    void stage(const std::string& path) {
        write([&](WriteTxn& tx) {
            const BlobKey key = make_way(tx, path);
            stage_block(tx, key, find_staged_set(tx, key), {"id", 1, std::string("x")});
        });
    }
    /// A directory with all it holds.
    void remove(const std::string& path) {
        write([&](WriteTxn& tx) {
            const BlobKey key = key_at(tx, path);
            const auto blob = find_blob(tx, key);
            if (blob) replace(tx, key, blob, std::nullopt);
            if (blob && blob->is_directory()) drop_directory(tx, *blob->child_dir_id);
            if (!blob || !blob->is_directory()) drop_staged_set(tx, key);
        });
    }
    void move(const std::string& from, const std::string& to) {
        write([&](WriteTxn& tx) {
            const BlobKey source = key_at(tx, from);
            const auto blob = find_blob(tx, source);
            BlobKey destination = make_way(tx, to);
            if (blob->is_directory()) destination.name = directory_name(destination.name);
            move_path(tx, source, destination, *blob);
        });
    }

    [[nodiscard]] BlobKey key_at(ReadTxn& tx, const std::string& path) const {
        return find_path(tx, container_.root_dir_id, path).key;
    }
    /// Page by page; prefixes end with their delimiter.
    std::vector<std::string> list(const ListFilter& filter, std::string first, std::size_t page_size, int* pages = nullptr) {
        std::vector<std::string> listed;
        std::optional<std::string> next = std::max(first, filter.prefix);
        while (next) {
            const std::string from = *next;
            next = page(filter, from, page_size, listed);
            if (pages != nullptr) ++*pages;
        }
        return listed;
    }
    std::optional<std::string> page(const ListFilter& filter, const std::string& first, std::size_t most,
                                    std::vector<std::string>& listed) {
        return read([&](ReadTxn& tx) {
            return walk_page(tx, container_, filter, first, most, [&](const ListedBlob& entry) { listed.push_back(entry.name); });
        });
    }

    [[nodiscard]] std::int64_t count(const char* sql) {
        return read([&](ReadTxn& tx) {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    void let_reclaim_finish() {
        while (count("SELECT count(*) FROM reclaim") != 0) {
            std::this_thread::yield();
        }
    }
    /// What `lazulite check` says of the folder, once the store is closed; it is open again then.
    std::vector<std::string> problems() {
        close();
        const StoreKind* const kinds[] = {&kBlobStore};
        auto report = check(*files_, kinds);
        open();
        return report.problems;
    }

    [[nodiscard]] const Container& container() const { return container_; }
    [[nodiscard]] Store& store() { return *store_; }

  private:
    void open() {
        Stores::Options options;
        options.durability = durability_;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(*files_, options);
        store_ = *stores_->store("account", kBlobStore.name);
    }
    void close() {
        store_.reset();
        if (stores_) stores_->close();
        stores_.reset();
    }
    static Blob directory(WriteTxn& tx) {
        Blob made;
        made.tick = tx.next_tick();
        made.child_dir_id = tx.next_id();
        return made;
    }
    BlobKey make_way(WriteTxn& tx, const std::string& path) {
        TreePath way = find_path(tx, container_.root_dir_id, path);
        for (const std::string& segment : way.missing) {
            const Blob made = directory(tx);
            replace(tx, {way.deepest, directory_name(segment)}, std::nullopt, made);
            way.deepest = *made.child_dir_id;
        }
        way.key.dir_id = way.deepest;
        return way.key;
    }

    const Durability durability_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    Container container_;
};

}  // namespace lazulite::blob
