// Request bodies over a socket: framing, 100-continue, and what happens to a body nobody reads.
#include "harness.hpp"

namespace lazulite::test {
namespace {

class RequestBody : public HttpTest {
  protected:
    void SetUp() override { start(); }
};

const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
const std::string kBroken = "HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbroken";

std::string put(std::string_view path, std::size_t length, std::string_view more = {}) {
    return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           std::string(more) + "\r\n";
}
std::string put_chunked(std::string_view path, std::string_view more = {}) {
    return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + std::string(more) +
           "\r\n";
}

TEST_F(RequestBody, OfEverySize) {
    Client client(port);
    for (const std::size_t size : {0, 1, 100, 3000, 4000, 4096, 5000, 65'000, 65'536, 70'000, 262'144, 3'000'000}) {
        const std::string body = TestHandler::pattern(size, size);
        client.send(put("/echo", size) + body);
        EXPECT_EQ(client.read(ok(body).size()), ok(body)) << size;
        // Head and body apart, as most clients send them.
        client.send(put("/echo", size));
        client.send(body);
        EXPECT_EQ(client.read(ok(body).size()), ok(body)) << size;
    }
    EXPECT_LE(handler.largest_piece, std::size_t{1} << 20);
}

TEST_F(RequestBody, ChunkedOfEverySize) {
    Client client(port);
    for (const std::size_t chunk : {1, 15, 16, 1000, 5000, 65'536, 500'000}) {
        std::string body;
        std::string coded;
        for (std::size_t i = 0; i < 40 && body.size() < 2'000'000; ++i) {
            const std::string part = TestHandler::pattern(i, chunk);
            char hex[20];
            std::snprintf(hex, sizeof hex, i % 2 == 0 ? "%zx" : "0%zX", chunk);
            coded += std::string(hex) + (i % 3 == 0 ? ";ext=\"v\";x" : "") + "\r\n" + part + "\r\n";
            body += part;
        }
        coded += "000;last\r\nX-Trailer: ignored\r\nAnother: one\r\n\r\n";
        // A request behind it proves that nothing was read too far.
        client.send(put_chunked("/echo") + coded + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string answers = ok(body) + kHello;
        EXPECT_EQ(client.read(answers.size()), answers) << chunk;
    }
}

TEST_F(RequestBody, MalformedChunksAreABadRequest) {
    const std::string_view cases[] = {
        "x\r\n",
        "\r\n\r\n",
        "-1\r\na\r\n",
        "0x1\r\na\r\n",
        " 1\r\na\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na\n0\r\n\r\n",
        "1\r\na\r0\r\n\r\n",
        "1;\x01\r\na\r\n0\r\n\r\n",
        "1;a\nb\r\na\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\na",
        "0\r\nX: y\n\r\n",
        "0\r\nX: \r\r\n\r\n",
    };
    for (const std::string_view bytes : cases) {
        EXPECT_EQ(exchange(put_chunked("/echo") + std::string(bytes)), kBroken) << bytes;
    }
    EXPECT_EQ(exchange(put_chunked("/echo") + "1;" + std::string(5000, 'e') + "\r\na\r\n0\r\n\r\n"), kBroken);
    std::string trailers;
    for (int i = 0; i < 20; ++i) trailers += "X: " + std::string(1000, 'v') + "\r\n";
    EXPECT_EQ(exchange(put_chunked("/echo") + "0\r\n" + trailers + "\r\n"), kBroken);
}

TEST_F(RequestBody, EndsEarly) {
    {
        Client client(port);
        client.send(put("/echo", 10) + "1234");
        client.shutdown_send();
        EXPECT_EQ(client.rest(), "");
    }
    {
        Client client(port);
        client.send(put_chunked("/echo") + "5\r\n123");
        client.shutdown_send();
        EXPECT_EQ(client.rest(), "");
    }
    EXPECT_EQ(handler.wait_for_bodies(2), (std::vector<std::string>{"4", "3"}));
    EXPECT_EQ(handler.wait_for_sent(2), (std::vector<Sent>{{"/echo", 400, 0}, {"/echo", 400, 0}}));
}

TEST_F(RequestBody, ContinueIsSaidWhenTheHandlerReads) {
    Client client(port);
    client.send(put("/echo", 3, "Expect: 100-continue\r\n"));
    EXPECT_EQ(client.read(kContinue.size()), kContinue);
    client.send("abc");
    EXPECT_EQ(client.read(ok("abc").size()), ok("abc"));
    client.send(put_chunked("/echo", "Expect:\r\nExpect: x, 100-Continue\r\n"));
    EXPECT_EQ(client.read(kContinue.size()), kContinue);
    client.send("1\r\na\r\n0\r\n\r\n");
    EXPECT_EQ(client.read(ok("a").size()), ok("a"));
}

TEST_F(RequestBody, ContinueIsNotSaidWhenTheHandlerDoesNotRead) {
    EXPECT_EQ(exchange(put("/ignore", 3, "Expect: 100-continue\r\n")), ok_close("ignored"));
}

TEST_F(RequestBody, ContinueIsNotSaidWhenTheBodyIsThere) {
    Client client(port);
    client.send(put("/echo", 3, "Expect: 100-continue\r\n") + "abc");
    EXPECT_EQ(client.read(ok("abc").size()), ok("abc"));
}

TEST_F(RequestBody, ContinueMeansNothingWithoutABodyOrToHttp10) {
    Client client(port);
    client.send(put("/echo", 0, "Expect: 100-continue\r\n"));
    EXPECT_EQ(client.read(ok("").size()), ok(""));
    client.send("PUT /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    client.send("a");
    EXPECT_EQ(client.rest(), ok_close("a"));
}

TEST_F(RequestBody, UnreadIsDrained) {
    Client client(port);
    for (const std::size_t size : {10UL, 100'000UL, 1UL << 20, 5UL << 20}) {
        // The answer comes before the body is in.
        client.send(put("/ignore", size));
        EXPECT_EQ(client.read(ok("ignored").size()), ok("ignored"));
        ASSERT_TRUE(client.send(std::string(size, 'x')));
    }
    client.send(put_chunked("/ignore"));
    EXPECT_EQ(client.read(ok("ignored").size()), ok("ignored"));
    client.send("3\r\nabc\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

TEST_F(RequestBody, UnreadIsDrainedBeforeALargeAnswer) {
    // A client that reads only after it has sent everything must not wait for us while we wait for it.
    Client client(port);
    const std::size_t size = 20UL << 20;
    client.send(put("/big-ignore", size));
    ASSERT_TRUE(client.send(std::string(size, 'x')));
    const std::string answer = ok(std::string(70'000, 'x'));
    EXPECT_EQ(client.read(answer.size()), answer);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

TEST_F(RequestBody, UnreadAndHugeClosesAfterTheAnswer) {
    Client client(port);
    client.send(put("/ignore", 65UL << 20));
    // The client goes on sending, and reads only then.
    ASSERT_TRUE(client.send(std::string(65UL << 20, 'x')));
    EXPECT_EQ(client.rest(), ok_close("ignored"));
}

TEST_F(RequestBody, UnreadAndClosing) {
    Client client(port);
    client.send("PUT /ignore HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n");
    ASSERT_TRUE(client.send(std::string(3'000'000, 'x')));
    EXPECT_EQ(client.rest(), ok_close("ignored"));
}

TEST_F(RequestBody, LargeOnesArriveInPiecesOfAtMostOneMebibyte) {
    Client client(port);
    const std::string part(1 << 20, 'p');
    client.send(put("/count", 64 * part.size()));
    for (int i = 0; i < 64; ++i) ASSERT_TRUE(client.send(part));
    const std::string answer = ok(std::to_string(64 * part.size()));
    EXPECT_EQ(client.read(answer.size()), answer);
    client.send(put_chunked("/count") + "4000000\r\n");
    for (int i = 0; i < 64; ++i) ASSERT_TRUE(client.send(part));
    client.send("\r\n0\r\n\r\n");
    EXPECT_EQ(client.read(answer.size()), answer);
    EXPECT_LE(handler.largest_piece, std::size_t{1} << 20);
}

}  // namespace
}  // namespace lazulite::test
