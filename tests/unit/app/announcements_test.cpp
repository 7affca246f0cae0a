#include "app/announcements.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

// The form that other programs look for: two digits behind the point, whole percents.
TEST(MemoryLine, NamesLimitBytesAndShare) {
    EXPECT_EQ(memory_line(67'108'864, 6'710'886'400),
              "In-memory extent storage is enabled with a limit of 64.00 MB (67108864 bytes, 1% of total memory).");
    EXPECT_EQ(memory_line(8'378'888'192, 16'757'776'384),
              "In-memory extent storage is enabled with a limit of 7990.73 MB (8378888192 bytes, 50% of total memory).");
}

TEST(ClosingLines, NameTheServicesThatTheCommandStarts) {
    EXPECT_EQ(closing_lines(program_called("azurite")),
              (std::vector<std::string>{"Azurite Blob service is closing...", "Azurite Queue service is closing...",
                                        "Azurite Table service is closing..."}));
    EXPECT_EQ(closed_lines(program_called("azurite-blob")),
              (std::vector<std::string>{"Azurite Blob service successfully closed"}));
    EXPECT_EQ(closed_lines(program_called("azurite-queue")),
              (std::vector<std::string>{"Azurite Queue service successfully closed"}));
    EXPECT_EQ(closed_lines(program_called("azurite-table")),
              (std::vector<std::string>{"Azurite Table service successfully closed"}));
}

}  // namespace
}  // namespace lazulite
