#pragma once

#include <chrono>
#include <coroutine>
#include <memory>

#include "base/task.hpp"
#include "http/buffer_pool.hpp"
#include "http/timer_wheel.hpp"
#include "http/transport.hpp"

namespace lazulite {

class IoThread;

/// A connection's transport with a deadline: the awaitables that everything above is written in. On its io thread only.
class Channel final : public Timer {
  public:
    Channel(IoThread& thread, std::unique_ptr<Transport> transport)
        : thread_(thread), transport_(std::move(transport)) {}

    struct Read {
        Transport& transport;
        std::span<std::byte> into;
        Completion completion{};
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) {
            completion.waiter = waiter;
            transport.start_read(into, completion);
        }
        Transfer await_resume() const noexcept { return completion.transfer; }
    };
    struct Open {
        Transport& transport;
        Completion completion{};
        bool await_ready() const noexcept { return transport.opened(); }
        void await_suspend(std::coroutine_handle<> waiter) {
            completion.waiter = waiter;
            transport.start_open(completion);
        }
        /// Whether requests may come.
        bool await_resume() const noexcept { return transport.opened(); }
    };
    struct Writable {
        Transport& transport;
        Completion completion{};
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) {
            completion.waiter = waiter;
            transport.start_wait_writable(completion);
        }
        Transfer await_resume() const noexcept { return completion.transfer; }
    };
    struct OtherTurn {
        Executor& executor;
        bool skip;
        bool await_ready() const noexcept { return skip; }
        void await_suspend(std::coroutine_handle<> waiter) { executor.post(waiter); }
        void await_resume() const noexcept {}
    };

    [[nodiscard]] Open open() { return {*transport_}; }
    [[nodiscard]] Read read(std::span<std::byte> into) { return {*transport_, into}; }
    [[nodiscard]] Writable writable() { return {*transport_}; }
    /// Lets the other connections of this thread have their turn.
    [[nodiscard]] OtherTurn yield();
    /// Comes back to this connection's thread, in case someone left it.
    [[nodiscard]] OtherTurn return_home();

    /// Whatever waits then completes with `failed`, and timed_out() is true. 0: no deadline.
    void expire_after(std::chrono::milliseconds timeout);
    void never_expire();
    [[nodiscard]] bool timed_out() const { return timed_out_; }

    /// Ends the connection: whatever waits completes with `failed`, and so does whatever is begun later.
    void cut();
    [[nodiscard]] bool was_cut() const { return cut_; }

    [[nodiscard]] Transport& transport() { return *transport_; }
    /// While nothing waits.
    void go_on_with(std::unique_ptr<Transport> successor) { transport_ = std::move(successor); }
    [[nodiscard]] BufferPool& buffers();

  private:
    void expired() override;

    IoThread& thread_;
    std::unique_ptr<Transport> transport_;
    bool timed_out_ = false;
    bool cut_ = false;
};

}  // namespace lazulite
