#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "some_file_system.hpp"
#include "store/stores.hpp"

namespace lazulite::testing {

/// A service as small as can be: notes with a text each, and a log of ticks.
inline const StoreKind kNotes{
    .name = "notes",
    .format = 3,
    .schema =
        "CREATE TABLE notes(name BLOB PRIMARY KEY NOT NULL, text BLOB NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE ticks(position INTEGER PRIMARY KEY, tick INTEGER NOT NULL)",
    .drain = nullptr,
    .named_contents = {},
    .named_sources = {},
};
inline const StoreKind kOthers{
    .name = "others",
    .format = 1,
    .schema = "CREATE TABLE notes(name BLOB PRIMARY KEY NOT NULL, text BLOB NOT NULL) WITHOUT ROWID",
    .page_size = 16384,
    .drain = nullptr,
    .named_contents = {},
    .named_sources = {},
};

inline std::unique_ptr<Stores> open_stores(FileSystem& files, Durability durability = Durability::process,
                                           const Clock* wall = nullptr,
                                           std::optional<std::uint64_t> boot = std::nullopt) {
    Stores::Options options;
    options.boot = boot;
    options.durability = durability;
    options.wall = wall;
    options.kinds = {&kNotes, &kOthers};
    auto stores = Stores::open(files, options);
    if (!stores) throw std::runtime_error(stores.error());
    return *std::move(stores);
}

inline std::string error_of(FileSystem& files) {
    Stores::Options options;
    options.kinds = {&kNotes, &kOthers};
    const auto stores = Stores::open(files, options);
    return stores ? std::string() : stores.error();
}

inline std::shared_ptr<Store> notes_of(Stores& stores, std::string_view account = "someone") {
    auto store = stores.store(account, kNotes.name);
    if (!store) throw std::runtime_error("no store");
    return *std::move(store);
}

inline void insert(WriteTxn& tx, std::string_view name, std::string_view text = "text") {
    tx.execute("INSERT INTO notes(name, text) VALUES(?, ?)", name, text);
}

inline Result<> add(Store& store, const std::string& name, const std::string& text = "text") {
    return store.write_and_wait([=](WriteTxn& tx) -> Result<> {
        insert(tx, name, text);
        return {};
    });
}

inline std::vector<std::string> names_in(Store& store) {
    const auto names = store.read([](ReadTxn& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> found;
        Cursor cursor = tx.query("SELECT name FROM notes ORDER BY name");
        while (cursor.next()) found.emplace_back(cursor.bytes(0));
        return found;
    });
    if (!names) throw std::runtime_error("cannot read");
    return *names;
}

inline bool has(Store& store, const std::string& name) {
    const auto names = names_in(store);
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The error of a result; nothing when it is a value.
template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code());
}

/// Counts what it is asked to resume, and resumes nothing.
class CountingExecutor final : public Executor {
  public:
    void post(std::coroutine_handle<> handle) override { post_all({&handle, 1}); }
    void post_all(std::span<const std::coroutine_handle<>> handles) override {
        const std::lock_guard lock(mutex_);
        wakeups_.push_back(handles.size());
        answered_ += handles.size();
        changed_.notify_all();
    }
    void wait_for(std::size_t answered) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return answered_ >= answered; });
    }
    /// How many were to be resumed, at each wake-up.
    [[nodiscard]] std::vector<std::size_t> wakeups() const {
        const std::lock_guard lock(mutex_);
        return wakeups_;
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::size_t> wakeups_;
    std::size_t answered_ = 0;
};

/// A function as the writer sees it, and what became of it.
class Job {
  public:
    using Fn = std::function<Result<>(WriteTxn&)>;
    Job(Store& store, Fn fn, Executor* executor = nullptr)
        : write_(store, [this, fn = std::move(fn)](WriteTxn& tx) {
              ++runs_;
              return fn(tx);
          }) {
        write_.executor = executor;
        write_.waiter = std::noop_coroutine();
        write_.done = [this] { answered_.set_value(); };
        store.submit(write_);
    }
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Only for jobs without an executor.
    Result<> outcome() {
        answered_.get_future().wait();
        return write_.await_resume();
    }
    [[nodiscard]] int runs() const { return runs_; }

  private:
    int runs_ = 0;
    std::promise<void> answered_;
    Store::Write<std::function<Result<>(WriteTxn&)>> write_;
};

/// Keeps the writer busy until it goes, so that what is submitted meanwhile becomes one group.
class BusyWriter {
  public:
    explicit BusyWriter(Store& store)
        : job_(store, [this](WriteTxn&) -> Result<> {
              if (!begun_) {
                  begun_ = true;
                  running_.set_value();
                  go_.get_future().wait();
                  // Longer than a group may take, so that this group ends here.
                  std::this_thread::sleep_for(std::chrono::milliseconds(6));
              }
              return {};
          }) {
        running_.get_future().wait();
    }
    void release() {
        go_.set_value();
        (void)job_.outcome();
    }

  private:
    bool begun_ = false;
    std::promise<void> running_;
    std::promise<void> go_;
    Job job_;
};

}  // namespace lazulite::testing
