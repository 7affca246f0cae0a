#include "auth/sas_fields.hpp"

#include <gtest/gtest.h>

#include "signing.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

Result<> check_times(std::string_view start, std::string_view expiry, Instant now) {
    const auto parsed = parse_iso8601(expiry);
    if (!parsed) return fail(ErrorCode::internal_error);
    return check_sas_time(parse_iso8601(start), *parsed, now);
}

TEST(SasTime, TakesEveryFormOfTheReference) {
    // Noon of 2026-06-01 UTC is inside when the expiry names a later instant.
    const Instant noon = midnight(2026, 6, 1) + std::chrono::hours(12);
    for (const std::string_view later :
         {"2026-06-02", "2026-06-01T12:01Z", "2026-06-01T12:00:01Z", "2026-06-01T12:00:00.1Z",
          "2026-06-01T12:00:00.0000001Z", "2026-06-01T14:01+02:00", "2026-06-01T14:00:01+02:00",
          "2026-06-01T07:00:01-05:00", "2026-06-01T10:30:00.5-01:30"}) {
        EXPECT_TRUE(check_times("", later, noon)) << later;
        EXPECT_FALSE(check_times(later, "2027-01-01", noon)) << later;
    }
    for (const std::string_view earlier :
         {"2026-06-01", "2026-06-01T12:00Z", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00.0000000Z",
          "2026-06-01T14:00+02:00", "2026-06-01T06:59:59-05:00"}) {
        EXPECT_FALSE(check_times("", earlier, noon)) << earlier;
        EXPECT_TRUE(check_times(earlier, "2027-01-01", noon)) << earlier;
    }
}

TEST(SasTime, RefusesWhatIsNoTime) {
    for (const std::string_view text : {"tomorrow", "2026-13-01", "2026-06-31", "2026-06-01T25:00Z",
                                        "2026-06-01 12:00Z", "2026-06-01T12:00:00", "2026-06-01T12:00:00.12345678Z"}) {
        std::string encoded(text);
        if (const auto plus = encoded.find(' '); plus != std::string::npos) encoded.replace(plus, 1, "%20");
        for (const auto& result : {check_sas_form(a_query("se=" + encoded), kNewestVersion),
                                   check_sas_form(a_query("se=2030-01-01&st=" + encoded), kNewestVersion)}) {
            ASSERT_FALSE(result) << text;
            EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << text;
            EXPECT_EQ(error_detail(result.error()), "Signature fields not well formed.") << text;
        }
    }
}

TEST(SasTime, SaysWhatIsWrong) {
    const Instant june = midnight(2026, 6, 1);
    EXPECT_EQ(error_detail(check_sas_time({}, midnight(2026, 5, 31), june).error()),
              "Signed expiry time [Sun, 31 May 2026 00:00:00 GMT] must be after signed start time "
              "[Mon, 01 Jun 2026 00:00:00 GMT]");
    EXPECT_EQ(error_detail(check_sas_time(midnight(2026, 7, 1), midnight(2026, 6, 30), june).error()),
              "Signed expiry time [Tue, 30 Jun 2026 00:00:00 GMT] must be after signed start time "
              "[Wed, 01 Jul 2026 00:00:00 GMT]");
    EXPECT_EQ(error_detail(check_sas_time(midnight(2026, 5, 1), midnight(2026, 5, 31), june).error()),
              "Signature not valid in the specified time frame: Start [Fri, 01 May 2026 00:00:00 GMT] - Expiry "
              "[Sun, 31 May 2026 00:00:00 GMT] - Current [Mon, 01 Jun 2026 00:00:00 GMT]");
}

TEST(SasAddress, IsOneAddressOrAnInclusiveRange) {
    struct Row {
        std::string_view sip;
        std::string_view caller;
        bool inside;
    };
    constexpr Row kRows[] = {
        {"", "192.168.0.1", true},
        {"", "2001:db8::1", true},
        {"10.0.0.5", "10.0.0.5", true},
        {"10.0.0.5", "10.0.0.50", false},
        {"10.0.0.5", "10.0.0.4", false},
        {"10.0.0.5", "::ffff:10.0.0.5", true},
        {"10.0.0.5", "::1", false},
        {"10.0.0.1-10.0.0.9", "10.0.0.1", true},
        {"10.0.0.1-10.0.0.9", "10.0.0.9", true},
        {"10.0.0.1-10.0.0.9", "10.0.0.0", false},
        {"10.0.0.1-10.0.0.9", "10.0.0.10", false},
        {"10.0.0.1-10.0.1.9", "10.0.0.200", true},
        {"0.0.0.0-255.255.255.255", "200.1.2.3", true},
        {"10.0.0.9-10.0.0.1", "10.0.0.5", false},
    };
    for (const Row& row : kRows) {
        const auto result = check_sas_address(row.sip, row.caller);
        EXPECT_EQ(result.has_value(), row.inside) << row.sip << " " << row.caller;
        if (!result) {
            EXPECT_EQ(result.error().code(), ErrorCode::authorization_source_ip_mismatch) << row.sip;
        }
    }
    EXPECT_EQ(element(check_sas_address("10.0.0.5", "10.0.0.4").error(), "SourceIP"), "10.0.0.4");
    EXPECT_EQ(element(check_sas_address("10.0.0.5", "::1").error(), "SourceIP"), "::1");
    EXPECT_EQ(check_sas_address("10.0.0.5", "10.0.0.4").error().details()->message,
              "This request is not authorized to perform this operation using this source IP 10.0.0.4.");
}

TEST(SasAddress, RefusesGarbage) {
    for (const std::string_view sip :
         {"x", "10.0.0", "10.0.0.256", "10.0.0.0.1", "10.0.0.1-", "-10.0.0.1", "10.0.0.1-x", " 10.0.0.1", "10..0.1",
          "10.0.0.1,10.0.0.2", "10.0.0.1-10.0.0.2-10.0.0.3", "-"}) {
        const auto result = check_sas_address(sip, "10.0.0.1");
        ASSERT_FALSE(result) << sip;
        EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << sip;
        EXPECT_EQ(error_detail(result.error()), "Signature fields not well formed.") << sip;
    }
}

TEST(SasProtocol, IsHttpsAloneOrWithHttp) {
    for (const bool secure : {false, true}) {
        EXPECT_TRUE(check_sas_protocol("", secure));
        EXPECT_TRUE(check_sas_protocol("https,http", secure));
        EXPECT_EQ(check_sas_protocol("https", secure).has_value(), secure);
        for (const std::string_view garbage : {"http", "HTTPS", "https,", "ftp", "https, http", "http,https"}) {
            const auto result = check_sas_protocol(garbage, secure);
            ASSERT_FALSE(result) << garbage;
            EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << garbage;
        }
    }
    EXPECT_EQ(check_sas_protocol("https", false).error().code(), ErrorCode::authorization_protocol_mismatch);
}

TEST(Ipv4, ParsesFourNumbers) {
    EXPECT_EQ(parse_ipv4("0.0.0.0"), 0U);
    EXPECT_EQ(parse_ipv4("10.0.0.1"), 0x0A000001U);
    EXPECT_EQ(parse_ipv4("255.255.255.255"), 0xFFFFFFFFU);
    EXPECT_EQ(parse_ipv4(""), std::nullopt);
    EXPECT_EQ(parse_ipv4("1.2.3"), std::nullopt);
    EXPECT_EQ(parse_ipv4("1.2.3.4.5"), std::nullopt);
    EXPECT_EQ(parse_ipv4("1.2.3.-4"), std::nullopt);
}

}  // namespace
}  // namespace lazulite
