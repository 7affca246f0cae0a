#include "base/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"

namespace lazulite {
namespace {

void run_one(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& problem) {
        insist([&problem] { log::error(std::string("a background task failed: ") + problem.what()); });
    }
}

}  // namespace

WorkerPool::WorkerPool(unsigned threads) {
    for (unsigned i = 0; i < std::max(threads, 1U); ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
    stop();
}

void WorkerPool::post(std::function<void()> work) {
    enqueue(std::move(work), true);
}

void WorkerPool::post_next(std::function<void()> work) {
    enqueue(std::move(work), false);
}

void WorkerPool::enqueue(std::function<void()> work, bool wake) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopped_) {
            ready_.push_back(std::move(work));
            // The caller of post_next takes the first entry itself; only a second one needs another thread.
            if (wake || ready_.size() > 1) wake_.notify_one();
            return;
        }
    }
    work();
}

void WorkerPool::post_after(std::chrono::milliseconds delay, std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    const Moment due = std::chrono::steady_clock::now() + delay;
    const bool earliest = later_.empty() || due < later_.begin()->first;
    later_.emplace(due, std::move(work));
    if (earliest) wake_.notify_one();
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    // Posted by other threads after the last of ours had looked.
    std::deque<std::function<void()>> left;
    std::multimap<Moment, std::function<void()>> dropped;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        left.swap(ready_);
        dropped.swap(later_);
    }
    for (auto& work : left) run_one(work);
}

void Workers::post(std::coroutine_handle<> handle) {
    insist([this, handle] {
        pool_.post([this, handle] {
            Executor* const before = std::exchange(current_, this);
            handle.resume();
            current_ = before;
        });
    });
}

void WorkerPool::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (!later_.empty() && later_.begin()->first <= std::chrono::steady_clock::now()) {
            insist([this] { ready_.emplace_back(); });
            ready_.back() = std::move(later_.begin()->second);
            later_.erase(later_.begin());
        }
        if (!ready_.empty()) {
            std::function<void()> work = std::move(ready_.front());
            ready_.pop_front();
            lock.unlock();
            run_one(work);
            work = nullptr;  // what it held goes before the lock is taken
            lock.lock();
        } else if (stopping_) {
            return;
        } else if (later_.empty()) {
            wake_.wait(lock);
        } else {
            const Moment due = later_.begin()->first;
            wake_.wait_until(lock, due);
        }
    }
}

}  // namespace lazulite
