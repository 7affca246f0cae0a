#include "store/wal_index.hpp"

#include <array>
#include <atomic>
#include <thread>

namespace lazulite {
namespace {

/// One of the two copies of the header that begin a wal-index.
using IndexHeader = std::array<std::uint32_t, 12>;
constexpr std::uint32_t kIndexVersion = 3'007'000;
constexpr int kIndexReads = 10'000;

IndexHeader header_at(std::byte* from) {
    auto* const words = reinterpret_cast<std::uint32_t*>(from);
    IndexHeader header{};
    for (std::size_t i = 0; i < header.size(); ++i) {
        header[i] = std::atomic_ref(words[i]).load(std::memory_order_acquire);
    }
    return header;
}

}  // namespace

std::optional<WalPosition> position_in_index(std::byte* index) {
    for (int i = 0; i < kIndexReads; ++i) {
        // A writer changes the second copy first.
        const IndexHeader first = header_at(index);
        const IndexHeader second = header_at(index + sizeof first);
        if (first == second) {
            const bool in_use = first[0] == kIndexVersion && (first[3] & 0xff) != 0;
            if (!in_use) return std::nullopt;
            return WalPosition{first[8] | std::uint64_t{first[9]} << 32, first[4]};
        }
        std::this_thread::yield();
    }
    return std::nullopt;
}

}  // namespace lazulite
