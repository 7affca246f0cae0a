#include "body.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace lazulite::bench {
namespace {

constexpr std::size_t kPoolSize = 1'048'573;  // the largest prime below 2^20

const std::vector<char>& pool() {
    static const std::vector<char> bytes = [] {
        std::vector<char> filled(kPoolSize);
        std::mt19937_64 random(20201206);  // fixed: one run reads what another one wrote
        for (char& byte : filled) byte = static_cast<char>(random() >> 56);
        return filled;
    }();
    return bytes;
}

/// Spreads neighbouring numbers over the whole pool (the finalizer of splitmix64).
std::uint64_t scatter(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

}  // namespace

Body::Body(std::uint64_t number, std::uint64_t version, std::uint64_t size)
    : start_(scatter(scatter(number) ^ version) % kPoolSize), size_(size) {}

Body Body::part(std::uint64_t offset, std::uint64_t size) const {
    Body part;
    part.start_ = (start_ + offset) % kPoolSize;
    part.size_ = size;
    return part;
}

std::string_view Body::run_at(std::uint64_t offset) const {
    const std::size_t place = (start_ + offset) % kPoolSize;
    const std::size_t length = std::min<std::uint64_t>(kPoolSize - place, size_ - offset);
    return {pool().data() + place, length};
}

std::size_t Body::gather(std::uint64_t offset, std::span<iovec> out) const {
    std::size_t filled = 0;
    while (offset < size_ && filled < out.size()) {
        const std::string_view run = run_at(offset);
        out[filled++] = {const_cast<char*>(run.data()), run.size()};  // sendmsg only reads
        offset += run.size();
    }
    return filled;
}

std::optional<std::uint64_t> Body::first_difference(std::uint64_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
        if (offset >= size_) return offset;
        const std::string_view expected = run_at(offset).substr(0, bytes.size());
        if (std::memcmp(expected.data(), bytes.data(), expected.size()) != 0) {
            const auto [wrong, _] = std::mismatch(expected.begin(), expected.end(), bytes.begin());
            return offset + static_cast<std::uint64_t>(wrong - expected.begin());
        }
        bytes.remove_prefix(expected.size());
        offset += expected.size();
    }
    return std::nullopt;
}

}  // namespace lazulite::bench
