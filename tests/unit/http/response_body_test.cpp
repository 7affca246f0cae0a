// Bodies that are pulled: slices of files, zeros, and sources that break off.
#include <algorithm>

#include "harness.hpp"

namespace lazulite::test {
namespace {

class ResponseBody : public HttpTest {
  protected:
    void SetUp() override {
        handler.make_file(6'000'000);
        start();
    }
};

TEST_F(ResponseBody, SlicesOfAFile) {
    Client client(port);
    const std::pair<std::uint64_t, std::uint64_t> cases[] = {{0, 1},      {17, 4096},        {5, 65'535},   {5, 65'536},
                                                             {1, 65'537}, {4095, 1'048'577}, {0, 6'000'000}};
    for (const auto& [offset, size] : cases) {
        client.send("GET /file/" + std::to_string(offset) + "/" + std::to_string(size) +
                    " HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string body = TestHandler::pattern(offset, size);
        EXPECT_TRUE(client.read(ok(body).size()) == ok(body)) << offset << " " << size;
    }
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

TEST_F(ResponseBody, EmptySource) {
    Client client(port);
    client.send("GET /zeros/0 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(ok("").size()), ok(""));
    handler.wait_for_destroyed_sources(1);
}

TEST_F(ResponseBody, Zeros) {
    Client client(port);
    for (const std::size_t size : {1UL, 65'536UL, 65'537UL, 5'000'001UL}) {
        client.send("GET /zeros/" + std::to_string(size) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string body(size, '\0');
        EXPECT_TRUE(client.read(ok(body).size()) == ok(body)) << size;
    }
}

TEST_F(ResponseBody, SlicesOfEveryKind) {
    std::string body = "first " + TestHandler::pattern(10, 20) + std::string(3, '\0');
    body += TestHandler::pattern(0, 100'000) + "middle";
    for (std::uint64_t i = 0; i < 40; ++i) body += TestHandler::pattern(i * 1000, 5000);
    body += std::string(200'000, '\0') + "last";
    Client client(port);
    for (int i = 0; i < 2; ++i) {
        client.send("GET /mixed HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(client.read(ok(body).size()) == ok(body));
    }
}

TEST_F(ResponseBody, OfUnknownLengthComesInChunks) {
    const std::string body = "second, " + std::string(2, '\0') + TestHandler::pattern(0, 70'000);
    const std::string whole =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n1117a\r\n" + body + "\r\n0\r\n\r\n";
    Client client(port);
    for (int i = 0; i < 2; ++i) {
        client.send("GET /unknown-length HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(client.read(whole.size()) == whole);
    }
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

TEST_F(ResponseBody, OfUnknownLengthEndsWithTheConnectionInHttp10) {
    const std::string body = "firstsecond, " + std::string(2, '\0') + TestHandler::pattern(0, 70'000);
    EXPECT_TRUE(exchange("GET /unknown-length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
}

TEST_F(ResponseBody, OfUnknownLengthHasNoLastChunkWhenItBreaks) {
    EXPECT_EQ(exchange("GET /unknown-length-failing HTTP/1.1\r\nHost: x\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345");
}

TEST_F(ResponseBody, SlowReader) {
    Client client(port);
    client.keep_receive_window_small();
    client.send("GET /file/0/6000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string whole = ok_close(TestHandler::pattern(0, 6'000'000));
    std::string have;
    while (have.size() < whole.size()) {
        const std::string next = client.read(std::min<std::size_t>(7001, whole.size() - have.size()));
        have += next;
        if (next.empty()) break;
    }
    EXPECT_TRUE(have == whole);
    EXPECT_EQ(client.rest(), "");
}

TEST_F(ResponseBody, SourcesThatBreakCloseTheConnection) {
    const std::string begin = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345";
    for (const std::string path : {"/failing", "/short", "/throwing"}) {
        EXPECT_EQ(exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"), begin) << path;
    }
    handler.wait_for_destroyed_sources(3);
    EXPECT_EQ(handler.wait_for_sent(3),
              (std::vector<Sent>{{"/failing", 200, 5}, {"/short", 200, 5}, {"/throwing", 200, 5}}));
}

TEST_F(ResponseBody, FilesThatAreTooShortCloseTheConnection) {
    const std::string all = exchange("GET /file/5990000/20000 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(all, "");
    const std::string most = exchange("GET /file/5900000/200000 HTTP/1.1\r\nHost: x\r\n\r\n");
    // sendfile sends what there is; where a file is read, the last block that is not whole stays behind.
    const std::uint64_t sent = kTls ? 65'536 : 100'000;
    EXPECT_TRUE(most == "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + TestHandler::pattern(5'900'000, sent));
    handler.wait_for_destroyed_sources(2);
}

TEST_F(ResponseBody, IsLetGoWhenTheClientLeaves) {
    const std::string requests[] = {"GET /zeros/10000000000 HTTP/1.1\r\nHost: x\r\n\r\n",
                                    "GET /file/0/6000000 HTTP/1.1\r\nHost: x\r\n\r\n"};
    std::size_t count = 0;
    for (const std::string& request : requests) {
        Client closing(port);
        closing.keep_receive_window_small();
        closing.send(request);
        closing.read(100);
        closing.close();
        handler.wait_for_destroyed_sources(++count);
        Client resetting(port);
        resetting.keep_receive_window_small();
        resetting.send(request);
        resetting.read(100);
        resetting.abort();
        handler.wait_for_destroyed_sources(++count);
    }
    for (const Sent& sent : handler.wait_for_sent(count)) EXPECT_EQ(sent.status, 200);
}

TEST_F(ResponseBody, OneLargeAnswerDoesNotHoldUpTheOthers) {
    server.reset();
    pool.reset();
    start({}, 1);
    Client large(port);
    large.send("GET /zeros/10000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    large.read(100'000);
    Client small(port);
    for (int i = 0; i < 10; ++i) {
        small.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(small.read(kHello.size()), kHello);
        large.read(1'000'000);
    }
}

}  // namespace
}  // namespace lazulite::test
