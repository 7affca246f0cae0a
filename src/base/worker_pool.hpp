#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/task.hpp"

namespace lazulite {

/// A few threads that run short functions in the order they were posted. Stores are actors on such a pool: a store
/// posts one turn when it has work and the next one when that has ended. Any thread.
class WorkerPool {
  public:
    explicit WorkerPool(unsigned threads);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// After `stop` the function runs at once, on the caller's thread, so that nothing posted is ever lost.
    void post(std::function<void()> work);
    /// For the function that runs now: after those that wait already, without waking another thread for it alone.
    void post_next(std::function<void()> work);
    /// Not before `delay` has passed. Dropped by `stop`.
    void post_after(std::chrono::milliseconds delay, std::function<void()> work);
    /// Runs what is posted, then ends the threads. Not from a function of this pool. Idempotent.
    void stop();

  private:
    using Moment = std::chrono::steady_clock::time_point;

    void run();
    void enqueue(std::function<void()> work, bool wake);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> ready_;
    std::multimap<Moment, std::function<void()>> later_;
    bool stopping_ = false;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

/// The threads for the long work of requests, which holds up no io thread here: `co_await run_on(workers, fn)`.
class Workers final : public Executor {
  public:
    explicit Workers(unsigned threads) : pool_(threads) {}
    void post(std::coroutine_handle<> handle) override;
    /// Runs what is posted, then ends the threads; what is posted afterwards runs at once. Idempotent.
    void stop() { pool_.stop(); }

  private:
    WorkerPool pool_;
};

}  // namespace lazulite
