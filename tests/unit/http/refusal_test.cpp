// Heads that never become a Request: refused, and the connection closed.
#include "harness.hpp"

namespace lazulite::test {
namespace {

class Refusal : public HttpTest {
  protected:
    void SetUp() override { start(); }
};

const std::string kBadRequest = "HTTP/1.1 400 Bad Request\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused";
const std::string kTooLarge =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused";

TEST_F(Refusal, MalformedOrAmbiguousHeads) {
    const std::string_view cases[] = {
        // framing that two readers could understand differently
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 4\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: three\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \vchunked\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nX: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 03\r\nContent-Length: 4\r\n\r\nabc",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3,\r\n\r\nabc",
        "PUT http://x/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        // line ends
        "GET /hello HTTP/1.1\nHost: x\n\n",
        "GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
        "GET /hello HTTP/1.1\rHost: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\n\r\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX:\r\n b\r\n\r\n",
        "GET /hello HTTP/1.1\r\n Host: x\r\n\r\n",
        // fields
        "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX(y): z\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX: \x01\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX: \x7f\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        // request lines
        "GET /hello\r\nHost: x\r\n\r\n",
        "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hello  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hel lo HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /hello http/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.10\r\nHost: x\r\n\r\n",
        "GET hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http:///hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET ftp://x/hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "G@T /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        " GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        // a TLS client
        "\x16\x03\x01\x02",
    };
    for (const std::string_view bytes : cases) {
        Client client(port);
        client.send(bytes);
        EXPECT_EQ(client.rest(), kBadRequest) << bytes;
    }
    EXPECT_TRUE(handler.threads().empty()) << "the handler has seen a request";
}

TEST_F(Refusal, NulInAHead) {
    using namespace std::string_view_literals;
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"sv), kBadRequest);
    EXPECT_EQ(exchange("GET /hel\0lo HTTP/1.1\r\nHost: x\r\n\r\n"sv), kBadRequest);
}

TEST_F(Refusal, EqualLengthsAreOneLength) {
    Client client(port);
    client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(client.read(ok("abc").size()), ok("abc"));
}

TEST_F(Refusal, ComesAfterTheAnswersBeforeIt) {
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n"), kHello + kBadRequest);
}

TEST_F(Refusal, HeadsOverTheLimit) {
    const std::string begin = "GET /hello HTTP/1.1\r\nHost: x\r\nX: ";
    const std::string over = begin + std::string(65'537 - begin.size() - 4, 'v') + "\r\n\r\n";
    EXPECT_EQ(exchange(over), kTooLarge);
    EXPECT_EQ(exchange("GET /" + std::string(1'000'000, 'p') + " HTTP/1.1\r\nHost: x\r\n\r\n"), kTooLarge);
    std::string many = "GET /hello HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 20'000; ++i) many += "X: y\r\n";
    EXPECT_EQ(exchange(many), kTooLarge);
}

TEST_F(Refusal, HeadsOfManyFields) {
    std::string fields = "Host: x\r\nConnection: close\r\n";
    for (int i = 0; i < 998; ++i) fields += "a:\r\n";
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\n" + fields + "\r\n"), kHelloClose);
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\n" + fields + "a:\r\n\r\n"), kTooLarge);
    EXPECT_EQ(exchange("GET nonsense HTTP/1.1\r\n" + fields + "\r\n"), kBadRequest);
}

TEST_F(Refusal, NothingBehindItIsARequest) {
    const std::string behind = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(exchange("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + behind),
              kBadRequest);
    EXPECT_EQ(exchange("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n" + behind), kBadRequest);
    EXPECT_TRUE(handler.threads().empty()) << "the handler has seen a request";
}

TEST_F(Refusal, IsSeenByAClientThatSendsALot) {
    // Closing with unread input would reset the connection and with it the answer.
    Client client(port);
    client.send("nonsense\r\n\r\n");
    const std::string more(1 << 20, 'x');
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.send(more));
    EXPECT_EQ(client.rest(), kBadRequest);
}

}  // namespace
}  // namespace lazulite::test
