#include "blob/domain/page.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

TEST(Pages, AreOf512Bytes) {
    EXPECT_TRUE(whole_pages(0));
    EXPECT_TRUE(whole_pages(kLargestPageBlob));
    EXPECT_FALSE(whole_pages(511));
    EXPECT_FALSE(whole_pages(513));
}

TEST(SequenceNumber, EachConditionThatIsGivenMustHold) {
    EXPECT_TRUE(check_sequence({}, 5));
    EXPECT_TRUE(check_sequence({.at_most = 5}, 5));
    EXPECT_TRUE(check_sequence({.below = 6}, 5));
    EXPECT_TRUE(check_sequence({.equal = 5}, 5));
    EXPECT_TRUE(check_sequence({.at_most = 9, .below = 9, .equal = 5}, 5));
    for (const SequenceConditions& broken :
         {SequenceConditions{.at_most = 4}, SequenceConditions{.below = 5}, SequenceConditions{.equal = 6},
          SequenceConditions{.at_most = 5, .below = 5}, SequenceConditions{.below = 6, .equal = 4}}) {
        const auto checked = check_sequence(broken, 5);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code(), ErrorCode::sequence_number_condition_not_met);
    }
}

TEST(SequenceNumber, IsSetRaisedOrIncremented) {
    EXPECT_EQ(next_sequence_number(SequenceAction::update, 3, 7).value(), 3U);
    EXPECT_EQ(next_sequence_number(SequenceAction::max, 3, 7).value(), 7U);
    EXPECT_EQ(next_sequence_number(SequenceAction::max, 9, 7).value(), 9U);
    EXPECT_EQ(next_sequence_number(SequenceAction::increment, 0, 7).value(), 8U);
    EXPECT_EQ(next_sequence_number(SequenceAction::increment, 0, kLargestSequenceNumber - 1).value(),
              kLargestSequenceNumber);
}

TEST(SequenceNumber, CannotGoBeyond63Bits) {
    const auto next = next_sequence_number(SequenceAction::increment, 0, kLargestSequenceNumber);
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code(), ErrorCode::sequence_number_increment_too_large);
}

}  // namespace
}  // namespace lazulite::blob
