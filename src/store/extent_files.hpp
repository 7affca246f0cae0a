#pragma once

#include <array>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/task.hpp"
#include "store/file_system.hpp"

namespace lazulite {

/// Open extents by id; per shard the least recently used goes first. Whoever holds a file keeps it open. Any thread.
class OpenFiles {
  public:
    explicit OpenFiles(std::size_t capacity) : capacity_(capacity / kShards + 1) {}
    [[nodiscard]] std::shared_ptr<File> find(std::uint64_t id);
    void insert(std::uint64_t id, std::shared_ptr<File> file);
    void erase(std::uint64_t id);

  private:
    static constexpr std::size_t kShards = 8;
    using Recent = std::list<std::pair<std::uint64_t, std::shared_ptr<File>>>;  // most recent first
    struct Shard {
        std::mutex mutex;
        Recent recent;
        std::unordered_map<std::uint64_t, Recent::iterator> by_id;
    };
    Shard& shard_of(std::uint64_t id) { return shards_[id % kShards]; }

    const std::size_t capacity_;
    std::array<Shard, kShards> shards_;
};

/// One thread that puts files on the disk for all who wait: those that come while it is busy share the next round.
/// Started by the first who waits.
class SyncThread {
  public:
    /// Puts what was written to `file` (and its directory, when it is new) on the disk.
    using Sync = std::function<bool(File& file)>;
    explicit SyncThread(Sync sync) : sync_(std::move(sync)) {}
    ~SyncThread();  ///< nobody waits any more
    SyncThread(const SyncThread&) = delete;
    SyncThread& operator=(const SyncThread&) = delete;

    /// `co_await thread.synced(file)`: true when it is on the disk. Without an executor the caller's thread does it.
    class Wait {
      public:
        Wait(SyncThread& thread, File& file) : thread_(thread), file_(file) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle);
        [[nodiscard]] bool await_resume() const noexcept { return synced_; }

      private:
        friend class SyncThread;
        SyncThread& thread_;
        File& file_;
        Executor* executor_ = nullptr;
        std::coroutine_handle<> waiter_;
        bool synced_ = false;
    };
    [[nodiscard]] Wait synced(File& file) { return {*this, file}; }

  private:
    void run();
    void serve(std::vector<Wait*>& round);

    const Sync sync_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Wait*> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace lazulite
