#include "service/background.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace lazulite {

void Background::run(Task<> work) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        ++running_;
    }
    spawn(begin(threads_, std::move(work)), [this] { ended(); });
}

Task<> Background::begin(Executor& threads, Task<> work) {
    co_await Hop{threads};
    try {
        co_await std::move(work);
    } catch (const std::exception& problem) {
        log::error(std::string("work in the background failed: ") + problem.what());
    }
}

void Background::ended() {
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) changed_.notify_all();
}

bool Background::pause(std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void Background::begin_to_stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
}

void Background::stop() {
    begin_to_stop();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace lazulite
