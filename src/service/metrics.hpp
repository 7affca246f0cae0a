#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace lazulite {

/// Counts answers by operation, status, error code and client: what the coverage page is made of, and what
/// `/_lazulite/metrics` shows. Any thread.
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
    void count(Key key);
    [[nodiscard]] std::vector<Count> read() const;

  private:
    struct alignas(64) Shard {
        mutable std::mutex mutex;
        std::map<Key, std::uint64_t> counts;
    };
    static constexpr std::size_t kShards = 16;
    Shard shards_[kShards];
};

/// A short name for the client of a User-Agent: "azsdk-js-storageblob/12.34.0 ..." becomes "azsdk-js-storageblob";
/// anything that is not an Azure SDK is "other".
[[nodiscard]] std::string client_name(std::string_view user_agent);

}  // namespace lazulite
