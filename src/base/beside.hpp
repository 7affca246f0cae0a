#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "base/task.hpp"

namespace lazulite {

/// Runs `fn()` in `workers` while the caller goes on up to `join`, where what `fn` throws is thrown. A caller that leaves
/// without it blocks in the destructor: `fn` may refer to what goes with the caller's frame.
///
///     Beside hashing(workers, [&] { md5.update(piece); });
///     Result<> written = pending.write(piece);
///     co_await hashing.join();
class Beside {
    struct State {
        std::atomic<void*> waiter{nullptr};  // or `ended`
        Executor* home = nullptr;
        std::exception_ptr thrown;
        void* ended() { return this; }
    };

  public:
    template <class Fn>
    Beside(Executor& workers, Fn fn) : state_(std::make_shared<State>()) {
        spawn(run(workers, std::move(fn), state_), [] {});
    }
    ~Beside() {
        for (void* seen = state_->waiter; seen != state_->ended(); seen = state_->waiter) state_->waiter.wait(seen);
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    struct Join {
        State& state;
        bool await_ready() const noexcept { return state.waiter == state.ended(); }
        bool await_suspend(std::coroutine_handle<> waiter) const noexcept {
            state.home = Executor::current();
            void* nobody = nullptr;
            return state.waiter.compare_exchange_strong(nobody, waiter.address());
        }
        void await_resume() const {
            if (state.thrown) std::rethrow_exception(state.thrown);
        }
    };
    [[nodiscard]] Join join() { return {*state_}; }

  private:
    template <class Fn>
    static Task<void> run(Executor& workers, Fn fn, std::shared_ptr<State> state) {
        try {
            co_await Hop{workers};  // without memory it stays here, and says so
            fn();
        } catch (...) {
            state->thrown = std::current_exception();
        }
        void* const waiter = state->waiter.exchange(state->ended());
        state->waiter.notify_all();
        if (waiter == nullptr) co_return;
        const auto joined = std::coroutine_handle<>::from_address(waiter);
        if (state->home == nullptr) co_return joined.resume();
        state->home->post(joined);
    }

    std::shared_ptr<State> state_;
};

}  // namespace lazulite
