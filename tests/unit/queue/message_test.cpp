#include "queue/domain/message.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace lazulite::queue {
namespace {

using namespace std::chrono_literals;

const Instant kPut{Ticks(std::chrono::seconds(1'780'000'000))};

TEST(MessageId, IsAGuidAndIsReadBack) {
    const MessageId id = MessageId::make(kPut + 7 * 24h, 0x1'2345'6789);
    const std::regex guid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    EXPECT_TRUE(std::regex_match(id.text(), guid)) << id.text();
    EXPECT_EQ(id.number, 0x2345'6789U);
    EXPECT_EQ(MessageId::parse(id.text()), id);
    std::string upper = id.text();
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(MessageId::parse(upper), id);
}

TEST(MessageId, OfTheSamePlaceIsAnotherNextTime) {
    EXPECT_NE(MessageId::make(kPut, 1), MessageId::make(kPut, 1));
    EXPECT_NE(MessageId::make(kPut, 1).text(), MessageId::make(kPut, 1).text());
}

TEST(MessageId, OfAMessageThatNeverExpiresIsReadBack) {
    const MessageId id = MessageId::make(kNever, 7);
    EXPECT_EQ(MessageId::parse(id.text()), id);
}

TEST(MessageId, IsNoOtherText) {
    for (const char* const text : {"", "1", "not-a-guid", "12345678123441238123123456789012", "12345678-1234-1123-8123-123456789012",
                                   "12345678-1234-4123-c123-123456789012", "1234567g-1234-4123-8123-123456789012",
                                   "12345678-1234-4123-8123-1234567890123"}) {
        EXPECT_FALSE(MessageId::parse(text)) << text;
    }
}

TEST(PopReceipt, IsReadBackAndNeverTheSameTwice) {
    const PopReceipt one = PopReceipt::make(kPut);
    const PopReceipt two = PopReceipt::make(kPut);
    EXPECT_NE(one, two);
    EXPECT_NE(one.text(), two.text());
    EXPECT_EQ(PopReceipt::parse(one.text()), one);
    EXPECT_EQ(one.text().size(), 16U);
}

TEST(PopReceipt, IsNoOtherText) {
    for (const char* const text : {"", "nonsense", "AAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAA", "!!!!!!!!!!!!!!!!"}) {
        EXPECT_FALSE(PopReceipt::parse(text)) << text;
    }
}

TEST(Expiry, IsSevenDaysAfterThePutUnlessItIsNamed) {
    EXPECT_EQ(expiry(kPut, std::nullopt), kPut + 7 * 24h);
    EXPECT_EQ(expiry(kPut, 1), kPut + 1s);
    EXPECT_EQ(expiry(kPut, 31'536'000), kPut + 365 * 24h);
}

TEST(Expiry, IsTheLastSecondOfTheYear9999ForMinusOneAndForWhatGoesBeyond) {
    EXPECT_EQ(expiry(kPut, -1), kNever);
    EXPECT_EQ(expiry(kPut, std::numeric_limits<std::int64_t>::max()), kNever);
    EXPECT_EQ(tick_count(kNever), 2'534'023'007'990'000'000);
}

TEST(Period, EndsWhenEveryMessageOfItHasExpired) {
    const std::uint32_t period = period_of(kPut);
    EXPECT_LT(kPut, end_of_period(period));
    EXPECT_LE(end_of_period(period) - kPut, kPeriod);
    EXPECT_EQ(period_of(end_of_period(period) - Ticks(1)), period);
    EXPECT_EQ(period_of(end_of_period(period)), period + 1);
}

}  // namespace
}  // namespace lazulite::queue
