#include <gtest/gtest.h>

#include <limits>

#include "blob/domain/file_time.hpp"
#include "blob/ops/file_expiry.hpp"

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

const Instant kNow = instant_of(17'000'000'000'000'000);
const Instant kCreated = kNow - 1h;

Result<std::optional<FileExpiry>> asked(std::string_view option, std::string_view time) {
    Request request;
    if (!option.empty()) request.fields.add("x-ms-expiry-option", option);
    if (!time.empty()) request.fields.add("x-ms-expiry-time", time);
    return asked_expiry(request);
}

/// When it is; nothing for a refusal.
std::optional<Instant> due(std::string_view option, std::string_view time) {
    const auto expiry = asked(option, time);
    if (!expiry || !*expiry) return std::nullopt;
    const auto when = (*expiry)->of(kCreated, kNow);
    return when ? *when : std::nullopt;
}

ErrorCode refused(std::string_view option, std::string_view time) {
    const auto expiry = asked(option, time);
    if (!expiry) return expiry.error().code();
    const auto when = (*expiry)->of(kCreated, kNow);
    EXPECT_FALSE(when) << option << " " << time;
    return when ? ErrorCode::internal_error : when.error().code();
}

TEST(FileTime, CountsFrom1601) {
    EXPECT_EQ(file_time(instant_of(0)), "116444736000000000");
    EXPECT_EQ(file_time(instant_of(1)), "116444736000000001");
    EXPECT_EQ(parse_file_time("133360212478674674"), instant_of(133360212478674674 - 116444736000000000));
    EXPECT_EQ(parse_file_time(file_time(kNow)), kNow);
}

TEST(FileTime, IsANumber) {
    for (const char* const text : {"", "-1", "1x", " 1", "9223372036854775808", "99999999999999999999"}) {
        EXPECT_EQ(parse_file_time(text), std::nullopt) << text;
    }
    EXPECT_TRUE(parse_file_time("9223372036854775807"));
}

TEST(FileExpiry, IsCountedFromWhatTheOptionSays) {
    EXPECT_EQ(due("RelativeToNow", "1500"), kNow + 1500ms);
    EXPECT_EQ(due("RelativeToCreation", "3600001"), kNow + 1ms);
    EXPECT_EQ(due("Absolute", "Wed, 09 Aug 2073 02:20:46 GMT"), instant_of(3'269'470'846LL * 10'000'000));
}

TEST(FileExpiry, MayBeNever) {
    const auto never = asked("NeverExpire", "");
    ASSERT_TRUE(never && *never);
    EXPECT_EQ((*never)->of(kCreated, kNow).value(), std::nullopt);
    const auto unsaid = asked("", "1000");
    ASSERT_TRUE(unsaid);
    EXPECT_FALSE(*unsaid);
}

TEST(FileExpiry, IsInTheFuture) {
    EXPECT_EQ(refused("RelativeToNow", "0"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("RelativeToCreation", "3600000"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("Absolute", "Wed, 09 Aug 2023 02:20:46 GMT"), ErrorCode::invalid_header_value);
}

TEST(FileExpiry, IsWellFormed) {
    EXPECT_EQ(refused("Absolute", "60000"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("RelativeToNow", "-1"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("RelativeToNow", "1.5"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("RelativeToNow", "18446744073709551615"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("NeverExpire", "1000"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("Tomorrow", "1000"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refused("Absolute", ""), ErrorCode::missing_required_header);
    EXPECT_EQ(refused("RelativeToCreation", ""), ErrorCode::missing_required_header);
}

}  // namespace
}  // namespace lazulite::blob
