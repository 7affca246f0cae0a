#include "service/signed_identifiers.hpp"

#include <gtest/gtest.h>

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr PolicyLetters kLetters{"racwdl", "xy"};

Result<StoredPolicies> parse(const std::string& identifiers) {
    return parse_signed_identifiers("<SignedIdentifiers>" + identifiers + "</SignedIdentifiers>", kLetters);
}
std::string identifier(const std::string& id, const std::string& policy = "") {
    return "<SignedIdentifier><Id>" + id + "</Id>" + (policy.empty() ? "" : "<AccessPolicy>" + policy + "</AccessPolicy>") +
           "</SignedIdentifier>";
}
std::string permission(const std::string& letters) { return identifier("p", "<Permission>" + letters + "</Permission>"); }

std::string reason_of(const Result<StoredPolicies>& outcome) {
    if (outcome) return "no problem";
    if (outcome.error().code() != ErrorCode::invalid_xml_document) return "another code";
    return outcome.error().details()->elements.at(2).value;
}

TEST(SignedIdentifiers, NoBodyAndNoElementsAreNoPolicies) {
    EXPECT_EQ(*parse_signed_identifiers("", kLetters), StoredPolicies{});
    EXPECT_EQ(*parse(""), StoredPolicies{});
    EXPECT_EQ(write_signed_identifiers({}), "<?xml version=\"1.0\" encoding=\"utf-8\"?><SignedIdentifiers />");
}

TEST(SignedIdentifiers, KeepOrderTimesAndLetters) {
    const auto policies = parse(identifier("b", "<Start>2020-01-01</Start><Expiry>2020-01-02T01:30:00.25+01:00</Expiry>"
                                                "<Permission>rwl</Permission>") +
                                identifier("a"));
    ASSERT_TRUE(policies);
    const StoredPolicies wanted{
        {"b", parse_iso8601("2020-01-01T00:00:00Z"), parse_iso8601("2020-01-02T00:30:00.2500000Z"), "rwl"},
        {"a", std::nullopt, std::nullopt, ""}};
    EXPECT_EQ(*policies, wanted);
}

TEST(SignedIdentifiers, AreWrittenWithSevenDigitsAndWithoutWhatIsOpen) {
    const auto policies = parse(identifier("a", "<Start /><Expiry>2020-01-02T01:30Z</Expiry><Permission />") +
                                identifier("b", "<Permission>r</Permission>") + identifier("c", "<Start />"));
    ASSERT_TRUE(policies);
    EXPECT_EQ(write_signed_identifiers(*policies),
              "<?xml version=\"1.0\" encoding=\"utf-8\"?><SignedIdentifiers>"
              "<SignedIdentifier><Id>a</Id><AccessPolicy><Expiry>2020-01-02T01:30:00.0000000Z</Expiry></AccessPolicy>"
              "</SignedIdentifier>"
              "<SignedIdentifier><Id>b</Id><AccessPolicy><Permission>r</Permission></AccessPolicy></SignedIdentifier>"
              "<SignedIdentifier><Id>c</Id></SignedIdentifier></SignedIdentifiers>");
}

TEST(SignedIdentifiers, Limits) {
    std::string five;
    for (const char* id : {"1", "2", "3", "4", "5"}) five += identifier(id);
    EXPECT_TRUE(parse(five));
    EXPECT_EQ(reason_of(parse(five + identifier("6"))), "");
    EXPECT_TRUE(parse(identifier(std::string(64, 'i'))));
    const std::string bad_id = "Signed identifier ID cannot be empty or over 64 characters in length";
    EXPECT_EQ(reason_of(parse(identifier(std::string(65, 'i')))), bad_id);
    EXPECT_EQ(reason_of(parse(identifier(""))), bad_id);
    EXPECT_EQ(reason_of(parse("<SignedIdentifier />")), bad_id);
    EXPECT_EQ(reason_of(parse(identifier("i") + identifier("i"))), "Signed identifier i not unique");
    EXPECT_TRUE(parse(identifier("i") + identifier("I")));
}

TEST(SignedIdentifiers, LettersAreKnownInOrderAndOnce) {
    for (const char* letters : {"r", "racwdl", "rl", "xyr", "rxwyl"}) EXPECT_TRUE(parse(permission(letters))) << letters;
    for (const char* letters : {"wr", "rr", "rz", "R", "xx", " r"}) {
        EXPECT_EQ(reason_of(parse(permission(letters))), "Permissions are unknown, repeated or out of order.") << letters;
    }
}

TEST(SignedIdentifiers, WhatIsNotExpectedIsRefused) {
    EXPECT_EQ(reason_of(parse(identifier("i", "<Expiry>soon</Expiry>"))),
              "The value is not a date and time in a form of ISO 8601.");
    EXPECT_EQ(reason_of(parse(identifier("i", "<Star>2020-01-01</Star>"))), "Star is not expected here.");
    EXPECT_EQ(reason_of(parse("<Identifier />")), "SignedIdentifier is expected here.");
    EXPECT_EQ(reason_of(parse_signed_identifiers("<Cors />", kLetters)), "SignedIdentifiers is expected here.");
    EXPECT_NE(reason_of(parse_signed_identifiers("<SignedIdentifiers>", kLetters)), "no problem");
}

}  // namespace
}  // namespace lazulite
