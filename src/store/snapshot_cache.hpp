#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace lazulite {

/// What all caches of the process hold, in bytes.
struct CachedBytes {
    static constexpr std::size_t kMost = 64 << 20;
    static inline std::atomic<std::size_t> now{0};
};

/// What was read from a store, by key, so that the same need not be read again. Each value stands as of
/// `Store::commits()` before it was read; whether it still counts is the caller's to say. At most `most_bytes` are held,
/// and CachedBytes::kMost by all caches together; what was not asked for lately goes first. Any thread.
template <class Value>
class SnapshotCache {
  public:
    explicit SnapshotCache(std::size_t most_bytes) : most_in_half_(most_bytes / kShards / 2) {}
    ~SnapshotCache() {
        for (const Shard& shard : shards_) CachedBytes::now -= shard.recent.bytes + shard.before.bytes;
    }
    SnapshotCache(const SnapshotCache&) = delete;
    SnapshotCache& operator=(const SnapshotCache&) = delete;

    struct Kept {
        std::uint64_t commits = 0;
        std::shared_ptr<const Value> value;  ///< null: there is none
    };
    [[nodiscard]] Kept find(std::string_view key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto found = shard.recent.entries.find(key); found != shard.recent.entries.end()) {
            return found->second.kept;
        }
        const auto found = shard.before.entries.find(key);
        if (found == shard.before.entries.end()) return {};
        Kept kept = found->second.kept;
        auto entry = shard.before.entries.extract(found);
        const std::size_t bytes = entry.mapped().bytes;
        shard.before.bytes -= bytes;
        make_room(shard, bytes);
        shard.recent.entries.insert(std::move(entry));
        shard.recent.bytes += bytes;
        return kept;
    }

    /// `bytes` is what the value takes. An odd count, at which a commit was under way, keeps nothing.
    void keep(std::string_view key, std::uint64_t commits, std::shared_ptr<const Value> value, std::size_t bytes) {
        if (commits % 2 != 0) return;
        bytes += key.size() + kOverhead;
        if (bytes > most_in_half_) return;
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        for (Half* const half : {&shard.recent, &shard.before}) drop(*half, key);
        if (CachedBytes::now + bytes > CachedBytes::kMost) clear(shard.before);
        if (CachedBytes::now + bytes > CachedBytes::kMost) return;
        make_room(shard, bytes);
        shard.recent.entries.emplace(std::string(key), Entry{{commits, std::move(value)}, bytes});
        shard.recent.bytes += bytes;
        CachedBytes::now += bytes;
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
    struct Half {
        Entries entries;
        std::size_t bytes = 0;
    };
    struct alignas(64) Shard {
        std::mutex mutex;
        Half recent;  ///< asked for since it was empty last
        Half before;  ///< what was recent then
    };

    Shard& shard_of(std::string_view key) { return shards_[Hash{}(key) / 64 % kShards]; }

    static void clear(Half& half) {
        CachedBytes::now -= half.bytes;
        half.entries.clear();
        half.bytes = 0;
    }
    static void drop(Half& half, std::string_view key) {
        const auto found = half.entries.find(key);
        if (found == half.entries.end()) return;
        half.bytes -= found->second.bytes;
        CachedBytes::now -= found->second.bytes;
        half.entries.erase(found);
    }
    void make_room(Shard& shard, std::size_t bytes) {
        if (shard.recent.bytes + bytes <= most_in_half_) return;
        clear(shard.before);
        std::swap(shard.before, shard.recent);
    }

    const std::size_t most_in_half_;
    std::array<Shard, kShards> shards_;
};

}  // namespace lazulite
