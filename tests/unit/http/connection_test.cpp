// Requests and answers on one connection, byte for byte.
#include "harness.hpp"

namespace lazulite::test {
namespace {

class Connection : public HttpTest {
  protected:
    void SetUp() override { start(); }
};

TEST_F(Connection, KeepsAliveOnHttp11) {
    Client client(port);
    for (int i = 0; i < 3; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.read(kHello.size()), kHello);
    }
}

TEST_F(Connection, ClosesWhenTheClientAsks) {
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), kHelloClose);
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n"), kHelloClose);
}

TEST_F(Connection, ClosesWhenTheHandlerAsks) {
    EXPECT_EQ(exchange("GET /close HTTP/1.1\r\nHost: x\r\n\r\n"), ok_close("bye"));
}

TEST_F(Connection, Http10ClosesUnlessAskedToStay) {
    EXPECT_EQ(exchange("GET /hello HTTP/1.0\r\n\r\n"), kHelloClose);
    Client client(port);
    const std::string stay = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello";
    client.send("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    EXPECT_EQ(client.read(stay.size()), stay);
    client.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.rest(), kHelloClose);
}

TEST_F(Connection, AnswersPipelinedRequestsInOrder) {
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                       "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                       "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
                       "PUT /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nxxxx"
                       "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                       "GET /never HTTP/1.1\r\nHost: x\r\n\r\n"),
              kHello + ok("abc") + ok("de") + ok("ignored") + kHelloClose);
}

TEST_F(Connection, AnswersAClientThatHasFinishedSending) {
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nPUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
    client.shutdown_send();
    EXPECT_EQ(client.rest(), kHello + ok("a"));
}

TEST_F(Connection, AnswersManyPipelinedRequests) {
    std::string requests;
    std::string answers;
    for (int i = 0; i < 5000; ++i) {
        requests += "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
        answers += kHello;
    }
    requests += "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(exchange(requests), answers + kHelloClose);
}

TEST_F(Connection, IgnoresEmptyLinesBeforeARequest) {
    EXPECT_EQ(exchange("\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n\r\n"
                       "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              kHello + kHelloClose);
}

TEST_F(Connection, HeadHasALengthAndNoBody) {
    EXPECT_EQ(exchange("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /zeros/7000000000 HTTP/1.1\r\nHost: x\r\n\r\n"
                       "HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 7000000000\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    handler.wait_for_destroyed_sources(1);
}

TEST_F(Connection, StatusesWithoutBodyHaveNoLength) {
    EXPECT_EQ(exchange("DELETE /status/204 HTTP/1.1\r\nHost: x\r\n\r\nGET /status/304 HTTP/1.1\r\nHost: x\r\n\r\n"
                       "PUT /status/201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"
              "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_F(Connection, LineEndsNeverGetIntoTheStatusLine) {
    EXPECT_EQ(exchange("GET /reason HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 409 no  X-Evil: yes please\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_F(Connection, AHandlerThatThrowsIsAnsweredFor) {
    EXPECT_EQ(exchange("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n"),
              "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused");
    EXPECT_EQ(handler.wait_for_sent(1), (std::vector<Sent>{{"/throw", 500, 7}}));
}

TEST_F(Connection, SaysWhatWasSent) {
    exchange(
        "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /zeros/100000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(handler.wait_for_sent(3),
              (std::vector<Sent>{{"/hello", 200, 5}, {"/hello", 200, 0}, {"/zeros/100000", 200, 100'000}}));
}

struct HeadCase {
    std::string_view head;
    std::string_view said;
};
TEST_F(Connection, ReadsHeads) {
    const HeadCase cases[] = {
        {"GET /describe HTTP/1.1\r\nHost: a\r\n", "GET|GET|/describe||Host=a;|127.0.0.1"},
        {"GET /describe?comp=list&x=%2F? HTTP/1.1\r\nHost: a\r\n",
         "GET|GET|/describe|comp=list&x=%2F?|Host=a;|127.0.0.1"},
        {"GET http://host:1/describe?a=b HTTP/1.1\r\nHost: a\r\n", "GET|GET|/describe|a=b|absolute|Host=a;|127.0.0.1"},
        {"GET HTTPS://host/describe HTTP/1.1\r\nHost: a\r\n", "GET|GET|/describe||absolute|Host=a;|127.0.0.1"},
        {"BREW /describe HTTP/1.1\r\nHost: a\r\n", "UNKNOWN|BREW|/describe||Host=a;|127.0.0.1"},
        {"get /describe HTTP/1.1\r\nHost: a\r\n", "UNKNOWN|get|/describe||Host=a;|127.0.0.1"},
        {"MERGE /describe HTTP/1.1\r\nHost: a\r\n", "MERGE|MERGE|/describe||Host=a;|127.0.0.1"},
        {"POST /describe HTTP/1.1\r\nhost:a\r\nX-Empty:\r\nX-Blank: \t v w\t \r\nX-Twice: 1\r\nX-Twice: 2\r\n",
         "POST|POST|/describe||host=a;X-Empty=;X-Blank=v w;X-Twice=1,2;|127.0.0.1"},
        {"GET /describe HTTP/1.1\r\nHost: \r\nX: caf\xc3\xa9\r\n", "GET|GET|/describe||Host=;X=caf\xc3\xa9;|127.0.0.1"},
        {"PUT /describe HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n",
         "PUT|PUT|/describe||0|Host=a;Content-Length=0;|127.0.0.1"},
    };
    for (const HeadCase& c : cases) {
        Client client(port);
        client.send(std::string(c.head) + "\r\n");
        EXPECT_EQ(client.read(ok(c.said).size()), ok(c.said)) << c.head;
    }
}

TEST_F(Connection, OptionsOfTheWholeServer) {
    EXPECT_EQ(exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(handler.wait_for_sent(1).front().path, "/");
}

TEST_F(Connection, TakesHeadsUpToTheLimit) {
    // Through each size of buffer, and in one or several segments.
    for (const std::size_t size : {1000UL, 4095UL, 4096UL, 4097UL, 16'384UL, 65'535UL, 65'536UL}) {
        const std::string begin = "GET /hello HTTP/1.1\r\nHost: x\r\nX: ";
        const std::string head = begin + std::string(size - begin.size() - 4, 'v') + "\r\n\r\n";
        ASSERT_EQ(head.size(), size);
        Client client(port);
        client.send(head);
        EXPECT_EQ(client.read(kHello.size()), kHello) << size;
        client.send(head + head);
        EXPECT_EQ(client.read(2 * kHello.size()), kHello + kHello) << size;
    }
}

}  // namespace
}  // namespace lazulite::test
