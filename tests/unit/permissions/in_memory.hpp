#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/service.hpp"
#include "store/file_system.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// Runs tasks on the thread that calls `run`, which is the one that made it. What was made last is run until it is gone.
class Loop final : public Executor {
  public:
    Loop() : before_(current_) { current_ = this; }
    ~Loop() override { current_ = before_; }
    void post(std::coroutine_handle<> handle) override {
        const std::lock_guard lock(mutex_);
        ready_.push_back(handle);
        woken_.notify_one();
    }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> outcome;
        spawn(keep(std::move(task), outcome), [] {});
        while (!outcome) next().resume();
        return *std::move(outcome);
    }

  private:
    template <class T>
    static Task<> keep(Task<T> task, std::optional<T>& outcome) {
        outcome.emplace(co_await std::move(task));
    }
    std::coroutine_handle<> next() {
        std::unique_lock lock(mutex_);
        woken_.wait(lock, [this] { return !ready_.empty(); });
        const auto handle = ready_.front();
        ready_.pop_front();
        return handle;
    }

    Executor* const before_;
    std::mutex mutex_;
    std::condition_variable woken_;
    std::deque<std::coroutine_handle<>> ready_;
};

/// Requests answered by the gateway of one service: no socket, no file. One thread.
class InMemory {
  public:
    /// `bearers`: it takes anybody's bearer tokens; with an authority those that are issued there. Then all comes over TLS.
    InMemory(const Service& service, const StoreKind& kind, Account account, bool bearers = false,
             const Authority* authority = nullptr);
    ~InMemory() { stores_->close(); }
    /// Another service over the same store, which the host of a URL names.
    void also(const Service& service) { environment_.services[static_cast<std::size_t>(service.kind)] = &service; }

    struct Exchanged {
        int status = 0;
        std::string code;  ///< x-ms-error-code; empty for a success
        std::string body;  ///< where it is a text
        Fields fields = {};

        [[nodiscard]] std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
    };
    using Headers = std::vector<std::pair<std::string, std::string>>;
    /// `target` is path and query; a request that may have a body has one, mostly empty.
    Exchanged send(std::string_view method, std::string_view target, const Headers& headers, std::string_view body = "");
    /// What is known of the requests so far, the newest first.
    [[nodiscard]] const RequestLog& requests() const { return requests_; }
    [[nodiscard]] Instant now() const { return clock_.now(); }

  private:
    Loop loop_;
    SystemClock clock_;
    Accounts accounts_;
    Metrics metrics_;
    RequestLog requests_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    Environment environment_;
    Gateway gateway_;
};

}  // namespace lazulite
