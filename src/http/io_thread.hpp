#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/task.hpp"
#include "http/buffer_pool.hpp"
#include "http/timer_wheel.hpp"

namespace lazulite {

/// One event loop and what its connections share. Everything but post, post_all and run_soon belongs to its own thread.
class IoThread final : public Executor {
  public:
    explicit IoThread(std::chrono::milliseconds timer_resolution);

    void start(std::size_t index);
    void stop();
    void join();

    void post(std::coroutine_handle<> handle) override { post_all({&handle, 1}); }
    void post_all(std::span<const std::coroutine_handle<>> handles) override;
    std::uint64_t round() override;
    /// A function instead of a coroutine. Any thread.
    template <class Function>
    void run_soon(Function function) {
        boost::asio::post(context_, std::move(function));
    }

    void set_timer(Timer& timer, std::chrono::milliseconds after);
    void clear_timer(Timer& timer) { wheel_.clear(timer); }

    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] BufferPool& buffers() { return buffers_; }

    std::atomic<std::size_t> load{0};  ///< connections handed to this thread

  private:
    void drain();
    void tick();
    [[nodiscard]] std::uint64_t ticks_now() const;

    const std::chrono::milliseconds resolution_;
    const std::chrono::steady_clock::time_point epoch_ = std::chrono::steady_clock::now();
    // Before the loop, so that what the loop still holds when it goes away finds them.
    BufferPool buffers_;
    TimerWheel wheel_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        ticker_{context_};
    bool ticking_ = false;
    std::uint64_t round_ = 0;
    bool round_asked_ = false;

    std::mutex inbox_mutex_;
    std::vector<std::coroutine_handle<>> inbox_;
    std::vector<std::coroutine_handle<>> batch_;
    std::thread thread_;
};

}  // namespace lazulite
