#include <gtest/gtest.h>

#include <map>
#include <random>

#include "azurite/blob_document.hpp"

// Differences of page ranges against a map from each byte to where it stands.
namespace lazulite::azurite {
namespace {

using Bytes = std::map<std::uint64_t, std::pair<std::size_t, std::uint64_t>>;

Bytes bytes_of(const std::vector<PageRange>& ranges) {
    Bytes bytes;
    for (const PageRange& range : ranges) {
        EXPECT_EQ(range.end - range.start, range.chunk.length);
        for (std::uint64_t at = range.start; at < range.end; ++at) {
            EXPECT_TRUE(bytes.emplace(at, std::pair(range.chunk.file, range.chunk.offset + at - range.start)).second);
        }
    }
    return bytes;
}

std::vector<PageRange> some_ranges(std::mt19937& random) {
    std::vector<PageRange> ranges;
    std::uint64_t at = 0;
    for (int i = 0; i < 6; ++i) {
        at += random() % 3;
        const std::uint64_t length = 1 + random() % 4;
        // Few places, so that the same bytes are often met again.
        ranges.push_back({at, at + length, {random() % 2, 100 + at + (random() % 3 == 0 ? 1 : 0), length}});
        at += length;
    }
    return ranges;
}

TEST(AzuritePages, DifferByWhatTheyShow) {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        const auto ranges = some_ranges(random);
        const auto others = some_ranges(random);
        Bytes uncovered;
        Bytes changed;
        const Bytes there = bytes_of(others);
        for (const auto& [at, place] : bytes_of(ranges)) {
            const auto other = there.find(at);
            if (other == there.end()) uncovered[at] = place;
            if (other == there.end() || other->second != place) changed[at] = place;
        }
        EXPECT_EQ(bytes_of(without_covered(ranges, others)), uncovered) << round;
        EXPECT_EQ(bytes_of(without_same(ranges, others)), changed) << round;
    }
}

TEST(AzuritePages, AreNoneWhereNothingDiffers) {
    const std::vector<PageRange> ranges{{512, 1024, {0, 0, 512}}};
    EXPECT_TRUE(without_same(ranges, ranges).empty());
    EXPECT_EQ(without_same(ranges, {}), ranges);
    EXPECT_TRUE(without_covered({}, ranges).empty());
}

}  // namespace
}  // namespace lazulite::azurite
