#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/task.hpp"

namespace lazulite {

/// Work that outlives the request which began it, in `threads`. Any thread.
class Background {
  public:
    explicit Background(Executor& threads) : threads_(threads) {}
    ~Background() { stop(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    /// Begins soon. After `stop` it is dropped before it begins: what it left undone has to be plain from the data.
    void run(Task<> work);
    /// Work looks at this between its steps, which are short, and then ends.
    [[nodiscard]] bool stopping() const { return stopping_; }
    /// Waits on the thread of the work; false: it has to end.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const;
    /// Work ends from now on; call it before what the work waits for is taken away. Idempotent.
    void begin_to_stop();
    /// The same, and waits until all work has ended. Idempotent.
    void stop();

  private:
    static Task<> begin(Executor& threads, Task<> work);
    void ended();

    Executor& threads_;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::size_t running_ = 0;
};

}  // namespace lazulite
