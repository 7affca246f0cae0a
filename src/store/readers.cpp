#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "store/ledger.hpp"

namespace lazulite {

namespace {

constexpr std::size_t kSlots = 64;   // reads at the same time in one store; more wait for a slot
constexpr std::size_t kShards = 16;  // of the pin table

/// One cache line each, so that threads that read do not write into each other's.
struct alignas(64) Slot {
    std::atomic<std::uint64_t> epoch{0};  // 0: free
};

/// Where a thread begins to look for a free slot: its own from last time, as a rule.
std::size_t home_slot() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t home = threads.fetch_add(1, std::memory_order_relaxed) % kSlots;
    return home;
}

}  // namespace

struct Readers::State {
    std::atomic<std::uint64_t> epoch{1};
    std::array<Slot, kSlots> slots;

    struct alignas(64) Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::size_t> keys;  // with the number of pins
    };
    std::array<Shard, kShards> shards;

    Shard& shard_of(std::uint64_t key) { return shards[key % kShards]; }

    void unpin(std::uint64_t key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto found = shard.keys.find(key); --found->second == 0) shard.keys.erase(found);
    }
};

Readers::Readers() : state_(std::make_shared<State>()) {}
Readers::~Readers() = default;

Readers::Guard::Guard(Readers& readers) : slot_(nullptr) {
    State& state = *readers.state_;
    const std::size_t home = home_slot();
    for (std::size_t i = home;; ++i) {
        Slot& slot = state.slots[i % kSlots];
        std::uint64_t free = 0;
        if (slot.epoch.compare_exchange_strong(free, state.epoch.load())) {
            slot_ = &slot;
            break;
        }
        if (i - home >= kSlots) std::this_thread::yield();
    }
    // The slot must be seen by whoever ends the epoch before this thread looks at the database.
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

Readers::Guard::~Guard() { static_cast<Slot*>(slot_)->epoch.store(0, std::memory_order_release); }

Pin Readers::pin(std::uint64_t key) {
    {
        State::Shard& shard = state_->shard_of(key);
        const std::lock_guard lock(shard.mutex);
        ++shard.keys[key];
    }
    // The pointer is only there to be non-null; what counts is the end of its last copy.
    return Pin(std::shared_ptr<void>(state_.get(), [state = state_, key](void*) { state->unpin(key); }));
}

bool Readers::pinned(std::uint64_t key) const {
    State::Shard& shard = state_->shard_of(key);
    const std::lock_guard lock(shard.mutex);
    return shard.keys.contains(key);
}

std::uint64_t Readers::advance() { return state_->epoch.fetch_add(1); }

bool Readers::passed(std::uint64_t epoch) const {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    for (const Slot& slot : state_->slots) {
        const std::uint64_t inside = slot.epoch.load();
        if (inside != 0 && inside <= epoch) return false;
    }
    return true;
}

}  // namespace lazulite
