#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace lazulite {

/// Where a coroutine runs. Every io thread is one; `post` may be called from any thread and resumes the handle on the
/// executor's own thread, later.
class Executor {
  public:
    virtual ~Executor() = default;
    virtual void post(std::coroutine_handle<> handle) = 0;
    /// All of them with one wake-up: a group commit answers its members this way.
    virtual void post_all(std::span<const std::coroutine_handle<>> handles) {
        for (auto handle : handles) post(handle);
    }
    /// Which round of the loop this is: functions that see the same number were ready at the same time. Only on a thread of
    /// its own. An executor without rounds, which may have several, answers a new number each time.
    virtual std::uint64_t round() { return rounds_.fetch_add(1, std::memory_order_relaxed) + 1; }
    /// The executor whose thread this is; null on every other thread.
    static Executor* current() { return current_; }

  protected:
    static inline thread_local Executor* current_ = nullptr;  // NOLINT: set by the thread that runs the executor

  private:
    std::atomic<std::uint64_t> rounds_ = 0;
};

/// The only spelling of the coroutine type: starts when awaited, resumes its awaiter by symmetric transfer, passes an
/// exception on to it. A Task that is awaited at once may take references; one that is spawned takes values.
template <class T = void>
class [[nodiscard]] Task;

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> awaiter = std::noop_coroutine();
    std::exception_ptr thrown;

    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
            return self.promise().awaiter;
        }
        void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { thrown = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object();
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() {
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() const {
        if (thrown) std::rethrow_exception(thrown);
    }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        handle_.promise().awaiter = awaiter;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

  private:
    Handle handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

namespace detail {
struct Detached {
    struct promise_type {
        Detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};
}  // namespace detail

/// Runs `task` on this thread up to its first suspension and lets it finish by itself; `done` runs after it, where the
/// task ended. An exception that leaves the task ends the process: catch inside.
template <class Done>
detail::Detached spawn(Task<void> task, Done done) {
    co_await std::move(task);
    done();
}

/// `co_await Hop{there}` goes on in `there`.
struct Hop {
    Executor& there;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { there.post(handle); }
    void await_resume() const noexcept {}
};

/// Runs `fn() -> T` in `workers` and comes back to the executor it was called on, for whatever would hold up an io
/// thread for more than a millisecond or so. The caller waits in its frame, so `fn` may refer to that. A thread that
/// belongs to no executor is not come back to.
template <class Fn>
Task<std::invoke_result_t<Fn&>> run_on(Executor& workers, Fn fn) {
    Executor* const home = Executor::current();
    std::optional<std::invoke_result_t<Fn&>> outcome;
    std::exception_ptr thrown;
    co_await Hop{workers};
    try {
        outcome.emplace(fn());
    } catch (...) {
        thrown = std::current_exception();
    }
    if (home != nullptr) co_await Hop{*home};
    if (thrown) std::rethrow_exception(thrown);
    co_return *std::move(outcome);
}

}  // namespace lazulite
