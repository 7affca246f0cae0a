#include "http/io_pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <exception>
#include <string>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "http/io_thread.hpp"

namespace lazulite {
namespace {

/// What a function of the loop throws is its own affair: the loop goes on.
void run_to_the_end(boost::asio::io_context& context) {
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception& problem) {
            insist([&problem] { log::error(std::string("an io thread goes on after: ") + problem.what()); });
        }
    }
}

}  // namespace

IoThread::IoThread(std::chrono::milliseconds timer_resolution)
    : resolution_(timer_resolution), work_(boost::asio::make_work_guard(context_)) {}

void IoThread::start(std::size_t index) {
    thread_ = std::thread([this, index] {
        pthread_setname_np(pthread_self(), ("io-" + std::to_string(index)).c_str());
        // sendfile to a client that has left raises it, and has no flag against that.
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        current_ = this;
        run_to_the_end(context_);
        current_ = nullptr;
    });
}

void IoThread::stop() {
    run_soon([this] {
        work_.reset();
        ticker_.cancel();
    });
}

void IoThread::join() {
    if (thread_.joinable()) thread_.join();
}

void IoThread::post_all(std::span<const std::coroutine_handle<>> handles) {
    if (handles.empty()) return;
    bool wake = false;
    {
        const std::lock_guard lock(inbox_mutex_);
        wake = inbox_.empty();
        insist([&] { inbox_.insert(inbox_.end(), handles.begin(), handles.end()); });
    }
    if (wake) insist([this] { boost::asio::post(context_, [this] { drain(); }); });
}

void IoThread::drain() {
    {
        const std::lock_guard lock(inbox_mutex_);
        batch_.swap(inbox_);
    }
    for (const auto handle : batch_) handle.resume();
    batch_.clear();
}

/// What is ready now stands in the loop's queue before the function that is posted here.
std::uint64_t IoThread::round() {
    if (!std::exchange(round_asked_, true)) {
        boost::asio::post(context_, [this] {
            round_asked_ = false;
            ++round_;
        });
    }
    return round_;
}

std::uint64_t IoThread::ticks_now() const {
    return 1 + static_cast<std::uint64_t>((std::chrono::steady_clock::now() - epoch_) / resolution_);
}

void IoThread::set_timer(Timer& timer, std::chrono::milliseconds after) {
    if (!wheel_.busy()) wheel_.advance(ticks_now());
    // One step more, since the current one has partly passed.
    wheel_.set(timer,
               static_cast<std::uint64_t>((after + resolution_ - std::chrono::milliseconds(1)) / resolution_) + 1);
    if (!ticking_) tick();
}

void IoThread::tick() {
    if (!wheel_.busy()) {
        ticking_ = false;
        buffers_.trim();
        return;
    }
    ticking_ = true;
    ticker_.expires_after(resolution_);
    insist([this] {
        ticker_.async_wait([this](const boost::system::error_code& problem) {
            if (problem) {
                ticking_ = false;
                return;
            }
            wheel_.advance(ticks_now());
            tick();
        });
    });
}

IoPool::IoPool(std::size_t threads, std::chrono::milliseconds timer_resolution) {
    for (std::size_t i = 0; i < threads; ++i) threads_.push_back(std::make_unique<IoThread>(timer_resolution));
}

IoPool::~IoPool() {
    stop();
    join();
}

void IoPool::start() {
    if (running_) return;
    running_ = true;
    for (std::size_t i = 0; i < threads_.size(); ++i) threads_[i]->start(i);
}

void IoPool::stop() {
    if (!running_) return;
    running_ = false;
    for (const auto& thread : threads_) thread->stop();
}

void IoPool::join() {
    for (const auto& thread : threads_) thread->join();
}

Executor& IoPool::executor(std::size_t index) {
    return *threads_[index];
}

}  // namespace lazulite
