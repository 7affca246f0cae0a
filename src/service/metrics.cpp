#include "service/metrics.hpp"

#include <algorithm>
#include <functional>
#include <thread>

namespace lazulite {
namespace {

constexpr std::string_view kOther = "other";
constexpr std::size_t kLongestName = 64;

}  // namespace

void Metrics::count(Key key, std::optional<std::chrono::nanoseconds> took) {
    // A thread keeps to its own shard, so io threads never wait for one another here.
    static thread_local const std::size_t shard_index =
        std::hash<std::thread::id>{}(std::this_thread::get_id()) % kShards;
    Shard& shard = shards_[shard_index];
    const std::lock_guard lock(shard.mutex);
    if (took) {
        Latency& latency = shard.latencies[{key.service, key.operation}];
        const auto bound = std::lower_bound(Latency::kBounds.begin(), Latency::kBounds.end(), *took);
        ++latency.answers[static_cast<std::size_t>(bound - Latency::kBounds.begin())];
        latency.sum += *took;
    }
    if (shard.counts.size() >= kMostKeys && shard.counts.find(key) == shard.counts.end()) key.client = kOther;
    ++shard.counts[std::move(key)];
}

void Metrics::worked(std::string_view name, std::chrono::nanoseconds time, bool failed) {
    const std::lock_guard lock(work_mutex_);
    Work& work = work_[name];
    work.name = name;
    ++work.runs;
    work.failures += failed ? 1 : 0;
    work.time += time;
}

std::vector<Metrics::Work> Metrics::work() const {
    std::vector<Work> all;
    const std::lock_guard lock(work_mutex_);
    for (const auto& [name, work] : work_) all.push_back(work);
    return all;
}

std::vector<Metrics::Latency> Metrics::latencies() const {
    std::map<std::pair<std::string_view, std::string_view>, Latency> sum;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        for (const auto& [row, latency] : shard.latencies) {
            Latency& all = sum[row];
            for (std::size_t i = 0; i < latency.answers.size(); ++i) all.answers[i] += latency.answers[i];
            all.sum += latency.sum;
        }
    }
    std::vector<Latency> all;
    for (auto& [row, latency] : sum) {
        latency.service = row.first;
        latency.operation = row.second;
        all.push_back(latency);
    }
    return all;
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
    if (at == std::string_view::npos) return std::string(kOther);
    const std::string_view rest = user_agent.substr(at);
    return std::string(rest.substr(0, std::min(rest.find_first_of("/ "), kLongestName)));
}

}  // namespace lazulite
