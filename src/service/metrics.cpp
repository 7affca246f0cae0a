#include "service/metrics.hpp"

#include <functional>
#include <thread>

namespace lazulite {

void Metrics::count(Key key) {
    // A thread keeps to its own shard, so io threads never wait for one another here.
    static thread_local const std::size_t shard_index =
        std::hash<std::thread::id>{}(std::this_thread::get_id()) % kShards;
    Shard& shard = shards_[shard_index];
    const std::lock_guard lock(shard.mutex);
    ++shard.counts[std::move(key)];
}

std::vector<Metrics::Count> Metrics::read() const {
    std::map<Key, std::uint64_t> sum;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        for (const auto& [key, answers] : shard.counts) sum[key] += answers;
    }
    std::vector<Count> all;
    for (const auto& [key, answers] : sum) all.push_back({key, answers});
    return all;
}

std::string client_name(std::string_view user_agent) {
    // An application id may stand in front: "my-app azsdk-python-storage-blob/12.26.0 Python/3.11".
    const std::size_t at = user_agent.find("azsdk-");
    if (at == std::string_view::npos) return "other";
    const std::string_view rest = user_agent.substr(at);
    return std::string(rest.substr(0, rest.find_first_of("/ ")));
}

}  // namespace lazulite
