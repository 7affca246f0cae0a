#include "file/domain/ranges.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

std::vector<FileRange> added(const std::vector<FileRange>& ranges, std::uint64_t size = 1 << 20) {
    std::vector<FileRange> all;
    for (const FileRange& range : ranges) add_range(all, range, size);
    return all;
}

using Ranges = std::vector<FileRange>;

TEST(RangesOfFiles, AreOfWholePiecesUpToTheEnd) {
    EXPECT_EQ(added({{100, 101, false}}), (Ranges{{0, 512, false}}));
    EXPECT_EQ(added({{511, 513, false}}), (Ranges{{0, 1024, false}}));
    EXPECT_EQ(added({{512, 700, false}}, 700), (Ranges{{512, 700, false}}));
}

TEST(RangesOfFiles, AreJoinedWhereTheirPiecesTouch) {
    EXPECT_EQ(added({{0, 10, false}, {500, 600, false}}), (Ranges{{0, 1024, false}}));
    EXPECT_EQ(added({{0, 512, false}, {512, 513, false}}), (Ranges{{0, 1024, false}}));
    EXPECT_EQ(added({{0, 10, false}, {1024, 1025, false}}), (Ranges{{0, 512, false}, {1024, 1536, false}}));
}

TEST(RangesOfFiles, AreWrittenWhereAPieceIsWrittenAndCleared) {
    EXPECT_EQ(added({{0, 600, false}, {600, 2000, true}}), (Ranges{{0, 1024, false}, {1024, 2048, true}}));
    EXPECT_EQ(added({{0, 600, true}, {600, 2000, false}}), (Ranges{{0, 512, true}, {512, 2048, false}}));
    EXPECT_EQ(added({{0, 100, true}, {100, 200, false}}), (Ranges{{0, 512, false}}));
    EXPECT_EQ(added({{0, 100, false}, {100, 200, true}}), (Ranges{{0, 512, false}}));
}

}  // namespace
}  // namespace lazulite::file
