#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "store/store.hpp"
#include "watched_files.hpp"

namespace lazulite {

/// What requests cost in a store: rows that its writer changes, and bytes of its database that are read on the thread that
/// made this. The store stands on `files()`.
class StoreCost {
  public:
    explicit StoreCost(std::string database) : database_(std::move(database)) {}

    [[nodiscard]] std::unique_ptr<FileSystem> files() {
        const auto count = [this](auto kind, const std::string& path, std::uint64_t amount) {
            const bool reads = kind == FileOperation::Kind::read && path.find(database_) != std::string::npos;
            if (reads && std::this_thread::get_id() == here_) read_ += amount;
        };
        return std::make_unique<lazulite::testing::WatchedFiles>(*memory_, count);
    }
    /// Rows that the writer has ever changed.
    std::int64_t changes(Store& store) {
        const auto count = store.write_and_wait([&](WriteTxn& tx) -> Result<std::int64_t> {
            Cursor cursor = tx.query("SELECT total_changes(), (SELECT count(*) FROM reclaim)");
            if (!cursor.next()) throw std::logic_error("no row was counted");
            waiting_ = cursor.integer(1);
            return cursor.integer(0);
        });
        return count.value();
    }
    void let_reclaim_finish(Store& store) {
        for (changes(store); waiting_ != 0; changes(store)) std::this_thread::yield();
    }
    /// Rows that the writer changes for `request`, not for what it leaves to do.
    std::int64_t rows_of(Store& store, const std::function<void()>& request) {
        let_reclaim_finish(store);
        const std::int64_t before = changes(store);
        request();
        return changes(store) - before;
    }
    /// Bytes that `request` reads. A write comes before it, so that what was read before has to be read again.
    std::uint64_t bytes_read_by(const std::function<void()>& request) {
        read_ = 0;
        request();
        return read_;
    }

  private:
    const std::string database_;
    const std::thread::id here_ = std::this_thread::get_id();
    std::atomic<std::uint64_t> read_ = 0;
    std::int64_t waiting_ = 0;
    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(1ULL << 30);
};

}  // namespace lazulite
