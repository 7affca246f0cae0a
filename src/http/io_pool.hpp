#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/task.hpp"

namespace lazulite {

class IoThread;  // http/io_thread.hpp, the part that knows Asio

/// The threads that carry connections, one event loop each. The pool outlives the servers on it and keeps running while
/// stores drain, because their answers resume coroutines here. Order at shutdown: Server::stop, drain the stores,
/// Server::join, IoPool::stop, IoPool::join.
class IoPool {
  public:
    /// `timer_resolution` is the step of the timer wheel behind all timeouts: a timeout fires at most two steps late.
    explicit IoPool(std::size_t threads, std::chrono::milliseconds timer_resolution = std::chrono::milliseconds(1000));
    ~IoPool();  ///< stop() and join()
    IoPool(const IoPool&) = delete;
    IoPool& operator=(const IoPool&) = delete;

    void start();
    /// Lets each loop end once nothing waits in it any more. What is posted afterwards may never run.
    void stop();
    void join();
    [[nodiscard]] bool running() const { return running_; }

    [[nodiscard]] std::size_t size() const { return threads_.size(); }
    /// `index` < size(). Posting is allowed from any thread, also before start().
    [[nodiscard]] Executor& executor(std::size_t index);
    [[nodiscard]] IoThread& thread(std::size_t index) { return *threads_[index]; }

  private:
    std::vector<std::unique_ptr<IoThread>> threads_;
    bool running_ = false;
};

}  // namespace lazulite
