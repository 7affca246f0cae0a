#include "http/answer_parser.hpp"

#include <gtest/gtest.h>

namespace lazulite::test {
namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Shows the parser what has come so far after each byte, as a slow server sends it.
std::string body_of(std::string_view bytes, bool& done) {
    AnswerParser parser(false);
    std::string body;
    std::size_t at = 0;
    for (std::size_t end = 1; end <= bytes.size(); ++end) {
        std::size_t taken = 0;
        EXPECT_TRUE(parser.put(bytes.substr(at, end - at), taken, body)) << "at " << end;
        at += taken;
    }
    done = parser.done();
    return body;
}

TEST(AnswerParser, TakesTheLastChunkByteByByte) {
    bool done = false;
    EXPECT_EQ(body_of(std::string(kHead) + "5\r\nhello\r\n0\r\n\r\n", done), "hello");
    EXPECT_TRUE(done);
    EXPECT_EQ(body_of(std::string(kHead) + "0\r\n\r\n", done), "");
    EXPECT_TRUE(done);
    EXPECT_EQ(body_of(std::string(kHead) + "1\r\na\r\n00\r\nTrailer: x\r\n\r\n", done), "a");
    EXPECT_TRUE(done);
}

TEST(AnswerParser, TakesABodyByLengthByteByByte) {
    bool done = false;
    EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n0\r\n", done), "0\r\n");
    EXPECT_TRUE(done);
}

TEST(AnswerParser, AnAnswerThatEndsInItsLastChunkIsNotWhole) {
    AnswerParser parser(false);
    std::string body;
    std::size_t taken = 0;
    ASSERT_TRUE(parser.put(std::string(kHead) + "0\r\n", taken, body));
    EXPECT_EQ(taken, kHead.size());
    ASSERT_TRUE(parser.put("0\r\n\r", taken, body));
    EXPECT_EQ(taken, 0U);
    EXPECT_FALSE(parser.end());
}

}  // namespace
}  // namespace lazulite::test
