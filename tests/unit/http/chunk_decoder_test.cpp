#include "http/chunk_decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lazulite {
namespace {

struct Outcome {
    std::string data;
    std::string left;
    bool complete;
    bool malformed;
    bool operator==(const Outcome&) const = default;
};

/// Decodes `text` in pieces that end at `cuts`.
Outcome decode(std::string text, const std::vector<std::size_t>& cuts) {
    ChunkDecoder decoder;
    Outcome outcome{};
    std::size_t at = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const std::size_t end = i < cuts.size() ? cuts[i] : text.size();
        const auto decoded = decoder.decode({reinterpret_cast<std::byte*>(text.data()) + at, end - at});
        outcome.data.append(reinterpret_cast<const char*>(decoded.data.data()), decoded.data.size());
        if (decoder.complete() || decoder.malformed()) {
            outcome.left = decoder.complete() ? text.substr(at + decoded.consumed) : "";
            break;
        }
        EXPECT_EQ(decoded.consumed, end - at);
        at = end;
    }
    outcome.complete = decoder.complete();
    outcome.malformed = decoder.malformed();
    return outcome;
}

void expect_in_any_pieces(const std::string& text, const Outcome& expected) {
    EXPECT_EQ(decode(text, {}), expected) << text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_EQ(decode(text, {i}), expected) << text << " cut at " << i;
        for (std::size_t j = i; j < text.size(); ++j) {
            EXPECT_EQ(decode(text, {i, j}), expected) << text << " cut at " << i << " and " << j;
        }
    }
    std::vector<std::size_t> everywhere;
    for (std::size_t i = 1; i < text.size(); ++i) everywhere.push_back(i);
    EXPECT_EQ(decode(text, everywhere), expected) << text;
}

TEST(ChunkDecoder, DecodesHoweverThePiecesAreCut) {
    expect_in_any_pieces("0\r\n\r\n", {"", "", true, false});
    expect_in_any_pieces("5\r\nhello\r\n0\r\n\r\nGET /", {"hello", "GET /", true, false});
    expect_in_any_pieces("1\r\na\r\n00A\r\n0123456789\r\n2\r\nbc\r\n0\r\n\r\n", {"a0123456789bc", "", true, false});
    expect_in_any_pieces("3;name=\"a;b\" \t\r\n\r\n0\r\n0 ;x\r\nTrailer: v\r\nT:\r\n\r\nX",
                         {"\r\n0", "X", true, false});
    expect_in_any_pieces("3\r\nabc\r\n", {"abc", "", false, false});
}

TEST(ChunkDecoder, RefusesHoweverThePiecesAreCut) {
    for (const std::string text : {"g\r\n", "\r\n", ";\r\n", "-1\r\n", "1\n", "1\r\r\n", "1;\n",
                                   "10000000000000000\r\n", "0\r\n\n", "0\r\nX\n", "0\r\n\rX", "1 2\r\n"}) {
        expect_in_any_pieces(text, {"", "", false, true});
    }
    for (const std::string text : {"1\r\nab", "1\r\na\n", "1\r\na\r\r"}) {
        EXPECT_TRUE(decode(text, {}).malformed) << text;
        EXPECT_TRUE(decode(text, {3, 4, 5}).malformed) << text;
    }
}

TEST(ChunkDecoder, TellsWhatIsLeftOfTheChunk) {
    ChunkDecoder decoder;
    std::string text = "fffffffffffffff\r\nab";
    EXPECT_EQ(decoder.chunk_remaining(), 0U);
    (void)decoder.decode({reinterpret_cast<std::byte*>(text.data()), text.size()});
    EXPECT_EQ(decoder.chunk_remaining(), 0xfffffffffffffffULL - 2);
}

TEST(ChunkDecoder, LimitsLinesAndTrailers) {
    EXPECT_TRUE(decode("1;" + std::string(5000, 'x'), {}).malformed);
    EXPECT_TRUE(decode(std::string(5000, '0'), {}).malformed);
    EXPECT_FALSE(decode("1;" + std::string(4000, 'x'), {}).malformed);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 17; ++i) trailers += std::string(1000, 't') + "\r\n";
    EXPECT_TRUE(decode(trailers, {}).malformed);
}

}  // namespace
}  // namespace lazulite
