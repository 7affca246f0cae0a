#include <gtest/gtest.h>

#include <array>

#include "wire/codec.hpp"

namespace lazulite {
namespace {

enum class BlobType { block, page };
constexpr auto kBlobTypes =
    std::to_array<Named<BlobType>>({{BlobType::block, "BlockBlob"}, {BlobType::page, "PageBlob"}});
constexpr std::span<const Named<BlobType>> names_of(BlobType) {
    return kBlobTypes;
}

/// A type with a rule of its own.
struct LeaseId {
    std::string text;
};
[[maybe_unused]] bool parse_value(std::string_view text, LeaseId& value) {
    value.text = text;
    return text.size() == 4;
}

using Headers = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A request with these headers and this query, and a decoder over it.
struct Given {
    Given(Headers headers, std::string_view query_text = "") : query(Query::parse(query_text).value()) {
        for (const auto& [name, value] : headers) request.fields.add(name, value);
    }
    Request request;
    Query query;
    Decoder decoder{request, query};
};

/// An error on one line: Code Name=value ...
std::string text_of(const Result<>& outcome) {
    if (outcome) return "";
    std::string text = std::to_string(static_cast<int>(outcome.error().code()));
    if (outcome.error().details() == nullptr) return text;
    for (const auto& [name, value] : outcome.error().details()->elements) text += ' ' + name + '=' + value;
    return text;
}
std::string failed(ErrorCode code, const std::string& rest = "") {
    return std::to_string(static_cast<int>(code)) + rest;
}

TEST(Decoder, ReadsHeadersOfEveryKind) {
    Given given({{"X-Ms-Blob-Type", "PageBlob"},
                 {"x-ms-lease-id", "abcd"},
                 {"x-ms-blob-content-length", "512"},
                 {"x-ms-seal", "true"},
                 {"If-Modified-Since", "Thu, 01 Jan 1970 00:00:01 GMT"},
                 {"x-ms-blob-content-type", ""}});
    BlobType type{};
    std::optional<LeaseId> lease;
    std::uint64_t length = 0;
    std::optional<bool> seal;
    std::optional<Instant> since;
    std::optional<std::string> content_type;
    std::optional<std::string> absent = "left over";
    given.decoder.header("x-ms-blob-type", type);
    given.decoder.header("x-ms-lease-id", lease);
    given.decoder.header("x-ms-blob-content-length", length);
    given.decoder.header("x-ms-seal", seal);
    given.decoder.header("If-Modified-Since", since);
    given.decoder.header("x-ms-blob-content-type", content_type);
    given.decoder.header("x-ms-absent", absent);
    EXPECT_TRUE(given.decoder.result());
    EXPECT_EQ(type, BlobType::page);
    EXPECT_EQ(lease.value().text, "abcd");
    EXPECT_EQ(length, 512u);
    EXPECT_EQ(seal, true);
    EXPECT_EQ(since, Instant(Ticks(10'000'000)));
    EXPECT_EQ(content_type, "");
    EXPECT_EQ(absent, std::nullopt);
}

TEST(Decoder, ABareValueIsRequired) {
    Given given({});
    std::string type;
    given.decoder.header("x-ms-blob-type", type);
    EXPECT_EQ(text_of(given.decoder.result()),
              failed(ErrorCode::missing_required_header, " HeaderName=x-ms-blob-type"));

    Given again({}, "comp=list");
    again.decoder.query("blockid", type);
    EXPECT_EQ(text_of(again.decoder.result()),
              failed(ErrorCode::missing_required_query_parameter, " QueryParameterName=blockid"));
}

TEST(Decoder, EmptyIsAbsentForOptionalValuesButNotForRequiredOnes) {
    Given given({{"a", ""}}, "b=");
    std::optional<int> number = 1;
    std::optional<LeaseId> lease;
    given.decoder.header("a", number);
    given.decoder.header("a", lease);
    given.decoder.query("b", number);
    given.decoder.query("b", number, Between{1, 5});
    EXPECT_TRUE(given.decoder.ok());
    EXPECT_EQ(number, std::nullopt);
    EXPECT_FALSE(lease);
    int required = 0;
    given.decoder.header("a", required);
    EXPECT_EQ(text_of(given.decoder.result()), failed(ErrorCode::invalid_header_value, " HeaderName=a HeaderValue="));
}

template <class T>
std::string problem_with_header(std::string_view text) {
    Given given({{"x", text}});
    std::optional<T> value;
    given.decoder.header("X", value);
    return text_of(given.decoder.result());
}

TEST(Decoder, MalformedHeadersAreNamed) {
    EXPECT_EQ(problem_with_header<int>("1x"), failed(ErrorCode::invalid_header_value, " HeaderName=X HeaderValue=1x"));
    EXPECT_EQ(problem_with_header<bool>("1"), failed(ErrorCode::invalid_header_value, " HeaderName=X HeaderValue=1"));
    EXPECT_EQ(problem_with_header<BlobType>("Block"),
              failed(ErrorCode::invalid_header_value, " HeaderName=X HeaderValue=Block"));
    EXPECT_EQ(problem_with_header<LeaseId>("abc"),
              failed(ErrorCode::invalid_header_value, " HeaderName=X HeaderValue=abc"));
    EXPECT_EQ(problem_with_header<Instant>("now"),
              failed(ErrorCode::invalid_header_value, " HeaderName=X HeaderValue=now"));
    EXPECT_EQ(problem_with_header<Md5Digest>("AAAA"), failed(ErrorCode::invalid_md5));
    EXPECT_EQ(problem_with_header<Crc64Value>("AAAA"), failed(ErrorCode::invalid_crc64));
}

TEST(Decoder, MalformedQueryParametersCarryAReason) {
    Given given({}, "maxresults=many");
    std::optional<int> value;
    given.decoder.query("maxresults", value);
    EXPECT_EQ(text_of(given.decoder.result()),
              failed(ErrorCode::invalid_query_parameter_value,
                     " QueryParameterName=maxresults QueryParameterValue=many"
                     " Reason=The value is not a whole number in the permissible range."));
}

std::string problem_between(std::string_view query_text, Between allowed, int& value) {
    Given given({}, query_text);
    given.decoder.query("n", value, allowed);
    return text_of(given.decoder.result());
}

TEST(Decoder, NumbersStayBetweenTheirBounds) {
    int value = 0;
    EXPECT_EQ(problem_between("n=1", {1, 32}, value), "");
    EXPECT_EQ(value, 1);
    EXPECT_EQ(problem_between("n=32", {1, 32}, value), "");
    EXPECT_EQ(value, 32);
    const std::string bounds = " MinimumAllowed=1 MaximumAllowed=32";
    for (const std::string wrong : {"0", "-1", "33", "9223372036854775807"}) {
        EXPECT_EQ(problem_between("n=" + wrong, {1, 32}, value),
                  failed(ErrorCode::out_of_range_query_parameter_value,
                         " QueryParameterName=n QueryParameterValue=" + wrong + bounds));
    }
    for (const std::string wrong : {"", "x", "1.5", "9223372036854775808"}) {
        EXPECT_TRUE(problem_between("n=" + wrong, {1, 32}, value)
                        .starts_with(failed(ErrorCode::invalid_query_parameter_value, " QueryParameterName=n")));
    }
}

TEST(Decoder, LargerNumbersMayBeCut) {
    int value = 0;
    EXPECT_EQ(problem_between("n=5001", {1, 5000, true}, value), "");
    EXPECT_EQ(value, 5000);
    EXPECT_NE(problem_between("n=0", {1, 5000, true}, value), "");
}

TEST(Decoder, TheFirstProblemWins) {
    Given given({{"x-ms-meta-", "v"}, {"good", "5"}});
    std::string missing;
    int number = 7;
    Metadata metadata;
    given.decoder.header("first", missing);
    given.decoder.header("second", missing);
    given.decoder.header("good", number);
    given.decoder.metadata(metadata);
    given.decoder.refuse(ErrorCode::invalid_input);
    EXPECT_FALSE(given.decoder.ok());
    EXPECT_EQ(number, 7);
    EXPECT_EQ(text_of(given.decoder.result()), failed(ErrorCode::missing_required_header, " HeaderName=first"));
}

struct Conditions {
    std::optional<std::string> if_match;
};
template <class Codec>
void describe(Codec& c, Conditions& m) {
    c.header("If-Match", m.if_match);
}
struct SetThing {
    Conditions when;
    Metadata metadata;
    std::optional<int> timeout;
};
template <class Codec>
void describe(Codec& c, SetThing& m) {
    c.include(m.when);
    c.metadata(m.metadata);
    c.query("timeout", m.timeout);
}

TEST(Decode, FollowsADescription) {
    const Given given({{"if-match", "*"}, {"x-ms-meta-a", "1"}}, "timeout=5");
    const auto message = decode<SetThing>(given.request, given.query);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->when.if_match, "*");
    EXPECT_EQ(*message->metadata.find("a"), "1");
    EXPECT_EQ(message->timeout, 5);

    const Given broken({{"x-ms-meta-a-b", "1"}});
    EXPECT_EQ(decode<SetThing>(broken.request, broken.query).error().code(), ErrorCode::invalid_metadata);
}

}  // namespace
}  // namespace lazulite
