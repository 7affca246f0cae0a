#include "blob/domain/last_access.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{Ticks(17'952'088'321'234'567)};

TEST(LastAccess, NotesTheFirstReadSinceADay) {
    EXPECT_TRUE(notes_read({}, kNow));
    EXPECT_FALSE(notes_read(kNow, kNow));
    EXPECT_FALSE(notes_read(kNow - 23h, kNow));
    EXPECT_TRUE(notes_read(kNow - 24h, kNow));
}

TEST(LastAccess, IsTheLaterOfReadAndWrite) {
    EXPECT_EQ(last_access({}, kNow), kNow);
    EXPECT_EQ(last_access(kNow - 1h, kNow), kNow);
    EXPECT_EQ(last_access(kNow + 1h, kNow), kNow + 1h);
}

}  // namespace
}  // namespace lazulite::blob
