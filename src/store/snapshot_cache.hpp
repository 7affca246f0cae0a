#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lazulite {

/// What was read from a store, by key, so that the same need not be read again. Each value stands as of
/// `Store::commits()` before it was read; whether it still counts is the caller's to say. At most `most_bytes` are held;
/// what was not asked for lately goes first. Any thread.
template <class Value>
class SnapshotCache {
  public:
    explicit SnapshotCache(std::size_t most_bytes) : most_in_half_(most_bytes / kShards / 2) {}

    struct Kept {
        std::uint64_t commits = 0;
        std::shared_ptr<const Value> value;  ///< null: there is none
    };
    [[nodiscard]] Kept find(std::string_view key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto found = shard.recent.find(key); found != shard.recent.end()) return found->second.kept;
        const auto found = shard.before.find(key);
        if (found == shard.before.end()) return {};
        Kept kept = found->second.kept;
        auto entry = shard.before.extract(found);
        make_room(shard, entry.mapped().bytes);
        shard.recent.insert(std::move(entry));
        return kept;
    }

    /// `bytes` is what the value takes. An odd count, at which a commit was under way, keeps nothing.
    void keep(std::string_view key, std::uint64_t commits, std::shared_ptr<const Value> value, std::size_t bytes) {
        if (commits % 2 != 0) return;
        bytes += key.size() + kOverhead;
        if (bytes > most_in_half_) return;
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto old = shard.recent.find(key); old != shard.recent.end()) {
            shard.recent_bytes -= old->second.bytes;
            shard.recent.erase(old);
        }
        if (const auto old = shard.before.find(key); old != shard.before.end()) shard.before.erase(old);
        make_room(shard, bytes);
        shard.recent.emplace(std::string(key), Entry{{commits, std::move(value)}, bytes});
    }

  private:
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kOverhead = 256;  // of an entry, about

    struct Entry {
        Kept kept;
        std::size_t bytes;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
    };
    using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
    struct alignas(64) Shard {
        std::mutex mutex;
        Entries recent;  ///< asked for since it was empty last
        Entries before;  ///< what was recent then
        std::size_t recent_bytes = 0;
    };

    Shard& shard_of(std::string_view key) { return shards_[Hash{}(key) / 64 % kShards]; }

    void make_room(Shard& shard, std::size_t bytes) {
        if (shard.recent_bytes + bytes > most_in_half_) {
            shard.before = std::move(shard.recent);
            shard.recent.clear();
            shard.recent_bytes = 0;
        }
        shard.recent_bytes += bytes;
    }

    const std::size_t most_in_half_;
    std::array<Shard, kShards> shards_;
};

}  // namespace lazulite
