#pragma once

#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "store/contents.hpp"
#include "store/extents.hpp"
#include "store/transaction.hpp"

namespace lazulite {

enum class Durability : std::uint8_t {
    process,  ///< an acknowledged write survives kill -9: bytes and WAL handed to the kernel
    power,    ///< ... and power loss: bytes synced before the transaction, WAL synced with it
    none,     ///< memory only
};

/// What a store holds and does at this moment, for whoever watches it; work is counted since the store was opened.
struct StoreState {
    static constexpr std::chrono::milliseconds kLongRead{100};
    struct Work {
        std::uint64_t runs = 0;      ///< slices, some milliseconds each
        std::uint64_t failures = 0;  ///< of them; each is tried again
        std::chrono::nanoseconds time{};
    };
    std::uint64_t database_bytes = 0;
    std::uint64_t wal_bytes = 0;     ///< of its frames that count, not of the file, which is kept for those to come
    std::uint64_t extents = 0;
    std::uint64_t extent_bytes = 0;  ///< those that rows name
    std::uint64_t freed_bytes = 0;   ///< those that wait to be given back
    std::uint64_t queued_writes = 0;
    std::uint64_t commits = 0;
    std::uint64_t long_reads = 0;  ///< those that took longer than kLongRead: a WAL cannot start over while one lasts
    Work expiry, reclaim, checkpoints, barriers;
};

/// A write waiting for the store's writer; lives in the frame of the coroutine that waits.
class WriteJob {
  public:
    virtual void run(WriteTxn& tx) = 0;                ///< may be called more than once; keeps the last outcome
    [[nodiscard]] virtual bool failed() const = 0;     ///< the function returned an error
    virtual void fail(const StorageError& error) = 0;  ///< the group could not be committed

    WriteJob* next = nullptr;
    Executor* executor = nullptr;  ///< null: `done` is called on the writer's thread instead
    std::coroutine_handle<> waiter;
    std::function<void()> done;
    bool large = false;  ///< never on the calling thread
    std::atomic<std::size_t>* open = nullptr;  ///< counts this job from when it was queued until its waiter goes on

  protected:
    ~WriteJob() = default;
};

/// The bytes a reader still needs: while a Pin lives, nothing that was released under its key goes away.
class Pin {
  public:
    Pin() = default;
    explicit Pin(std::shared_ptr<void> held) : held_(std::move(held)) {}

  private:
    std::shared_ptr<void> held_;
};

/// One account x one service: a database, its extents, one writer, one clock offset. Reads run on the calling thread over
/// a snapshot; writes queue for the writer, which runs the waiting functions in one transaction, commits once and only
/// then resumes them (group commit). A write that nobody else's is near to runs on the calling thread, in the writer's
/// place, so an answer of an idle store waits for no other thread.
class Store {
  public:
    virtual ~Store() = default;

    /// Runs `fn(ReadTxn&) -> Result<T>` now, over one snapshot, inside an epoch: bytes that its rows name stay in place
    /// until it returns, longer where it takes a pin. For point reads and short lists (10 ms at most).
    template <class Fn>
    auto read(Fn&& fn) -> std::invoke_result_t<Fn, ReadTxn&> {
        using Outcome = std::invoke_result_t<Fn, ReadTxn&>;
        std::optional<Outcome> outcome;
        Call<Fn, Outcome> call{fn, outcome};
        Result<> ran = run_read([](void* context, ReadTxn& tx) { (*static_cast<decltype(call)*>(context))(tx); }, &call);
        if (!ran) return fail(std::move(ran).error());
        return std::move(*outcome);
    }

    /// `co_await store.write(fn)` with `fn(WriteTxn&) -> Result<T>`. Checks come before changes; a failure after a change
    /// makes the group roll back and run one by one. Never cancelled once queued. Disk full: insufficient_storage.
    /// `fn` may run on the calling thread, before this suspends, so it changes few rows: a millisecond at most.
    template <class Fn>
    class Write final : public WriteJob {
      public:
        using Outcome = std::invoke_result_t<Fn&, WriteTxn&>;
        explicit Write(Store& store, Fn fn, bool is_large = false) : store_(store), fn_(std::move(fn)) {
            large = is_large;
        }
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle) {
            waiter = handle;
            executor = Executor::current();
            return !store_.run_or_submit(*this);
        }
        Outcome await_resume() {
            if (open != nullptr) --*open;
            return std::move(*outcome_);
        }
        void run(WriteTxn& tx) override { outcome_.emplace(fn_(tx)); }
        bool failed() const override { return !outcome_->has_value(); }
        void fail(const StorageError& error) override { outcome_.emplace(lazulite::fail(error)); }

      private:
        Store& store_;
        Fn fn_;
        std::optional<Outcome> outcome_;
    };
    template <class Fn>
    [[nodiscard]] Write<Fn> write(Fn fn) {
        return Write<Fn>(*this, std::move(fn));
    }
    /// The same for a function that may change hundreds of rows: it runs on a writer thread.
    template <class Fn>
    [[nodiscard]] Write<Fn> write_large(Fn fn) {
        return Write<Fn>(*this, std::move(fn), true);
    }
    /// The same from a thread that may block: start-up, control endpoint, tests.
    template <class Fn>
    auto write_and_wait(Fn fn) -> std::invoke_result_t<Fn&, WriteTxn&> {
        Write<Fn> job(*this, std::move(fn));
        std::promise<void> finished;
        job.done = [&finished] { finished.set_value(); };
        if (!run_or_submit(job)) finished.get_future().wait();
        return job.await_resume();
    }

    /// Always queues.
    virtual void submit(WriteJob& job) = 0;
    /// True when the job ran on this thread: then it has its outcome, and nobody is woken. Otherwise it is queued.
    virtual bool run_or_submit(WriteJob& job) = 0;

    [[nodiscard]] virtual Extents& extents() = 0;
    /// Call inside `read`, for content that will be streamed after it returns.
    [[nodiscard]] virtual Pin pin(std::uint64_t key) = 0;
    [[nodiscard]] virtual Durability durability() const = 0;
    /// Reads a row for each extent: not for an io thread.
    [[nodiscard]] virtual Result<StoreState> state() = 0;

    /// Account time now, and the offset to wall time in force (persisted; never negative). Advancing is a write.
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual Ticks clock_offset() const = 0;
    virtual Result<> set_clock_offset(Ticks offset) = 0;  ///< blocks

    /// How often what readers see was changed, times two; odd while a change is being committed. What was read after an
    /// even count still stands while the count is the same: a write that was acknowledged has raised it. Any thread.
    [[nodiscard]] std::uint64_t commits() const { return commits_.load(); }

    /// An object of each type that the layers above keep with an open store, such as settings they have parsed: made when
    /// first asked for, gone with the store; at most four types in a process. Any thread.
    template <class T>
    [[nodiscard]] T& attached() {
        static const std::size_t place = next_place();
        Attached& attached = attached_.at(place);
        std::call_once(attached.once, [&attached] { attached.object = std::make_shared<T>(); });
        return *static_cast<T*>(attached.object.get());
    }

  protected:
    template <class Fn, class Outcome>
    struct Call {
        std::remove_reference_t<Fn>& fn;
        std::optional<Outcome>& outcome;
        void operator()(ReadTxn& tx) { outcome.emplace(fn(tx)); }
    };
    virtual Result<> run_read(void (*call)(void*, ReadTxn&), void* context) = 0;
    std::atomic<std::uint64_t> commits_{0};

  private:
    struct Attached {
        std::once_flag once;
        std::shared_ptr<void> object;
    };
    static std::size_t next_place();
    std::array<Attached, 4> attached_;
};

}  // namespace lazulite
