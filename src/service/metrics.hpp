#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace lazulite {

/// Counts answers by operation, status, error code and client, and how long they took: what `/_lazulite/metrics` shows.
/// Any thread.
class Metrics {
  public:
    struct Key {
        std::string_view service;
        std::string_view operation;  ///< "" when no row was found
        int status;
        std::string_view error_code;  ///< "" for a success
        std::string client;
        auto operator<=>(const Key&) const = default;
    };
    struct Count {
        Key key;
        std::uint64_t answers;
    };
    /// Answers of one operation by the time from the head of the request to that of the answer, so with all of the
    /// request's body and none of the answer's.
    struct Latency {
        static constexpr std::array<std::chrono::microseconds, 14> kBounds{
            std::chrono::microseconds(50),      std::chrono::microseconds(100),     std::chrono::microseconds(250),
            std::chrono::microseconds(500),     std::chrono::microseconds(1'000),   std::chrono::microseconds(2'500),
            std::chrono::microseconds(5'000),   std::chrono::microseconds(10'000),  std::chrono::microseconds(25'000),
            std::chrono::microseconds(50'000),  std::chrono::microseconds(100'000), std::chrono::microseconds(250'000),
            std::chrono::microseconds(1'000'000), std::chrono::microseconds(10'000'000)};
        std::string_view service;
        std::string_view operation;
        std::array<std::uint64_t, kBounds.size() + 1> answers{};  ///< up to each bound, and above the last one
        std::chrono::nanoseconds sum{};
    };
    /// Work that nobody asked for at that moment.
    struct Work {
        std::string_view name;
        std::uint64_t runs = 0;
        std::uint64_t failures = 0;
        std::chrono::nanoseconds time{};
    };
    /// Times one piece of work, which has failed unless it is `done`.
    class Timing {
      public:
        Timing(Metrics& metrics, std::string_view work) : metrics_(metrics), work_(work) {}
        ~Timing() { metrics_.worked(work_, std::chrono::steady_clock::now() - begun_, !done_); }
        Timing(const Timing&) = delete;
        Timing& operator=(const Timing&) = delete;
        void done() { done_ = true; }

      private:
        Metrics& metrics_;
        const std::string_view work_;
        const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
        bool done_ = false;
    };
    void worked(std::string_view name, std::chrono::nanoseconds time, bool failed);  ///< `name` is a literal
    [[nodiscard]] std::vector<Work> work() const;
    /// More different answers are counted as those of the client "other": user agents are the clients' to choose.
    static constexpr std::size_t kMostKeys = 4096;

    /// `took` absent: the request could not be read, or is part of another one.
    void count(Key key, std::optional<std::chrono::nanoseconds> took = std::nullopt);
    [[nodiscard]] std::vector<Count> read() const;
    [[nodiscard]] std::vector<Latency> latencies() const;  ///< of operations that were answered, in order of their names

  private:
    struct alignas(64) Shard {
        mutable std::mutex mutex;
        std::map<Key, std::uint64_t> counts;
        std::map<std::pair<std::string_view, std::string_view>, Latency> latencies;
    };
    static constexpr std::size_t kShards = 16;
    Shard shards_[kShards];
    mutable std::mutex work_mutex_;
    std::map<std::string_view, Work> work_;
};

/// A short name for the client of a User-Agent: "azsdk-js-storageblob/12.34.0 ..." becomes "azsdk-js-storageblob";
/// anything that is not an Azure SDK is "other". At most 64 characters.
[[nodiscard]] std::string client_name(std::string_view user_agent);

}  // namespace lazulite
