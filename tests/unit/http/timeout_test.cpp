// Deadlines, with a wheel that turns every 10 ms. Nothing here sleeps: a test waits for what the deadline brings about.
#include "harness.hpp"

namespace lazulite::test {
namespace {

using std::chrono::milliseconds;

class Timeout : public HttpTest {};

TEST_F(Timeout, SlowHeadsAreAnswered) {
    ServerOptions options;
    options.header_timeout = milliseconds(1000);  // a TLS handshake on a busy machine takes less
    start(options);
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost:");
    const std::string answer = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused";
    EXPECT_EQ(client.rest(), answer);
    Client second(port);
    second.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nG");
    EXPECT_EQ(second.rest(), kHello + answer);
}

TEST_F(Timeout, HeadsHaveOneDeadlineHoweverManyBytesDripIn) {
    ServerOptions options;
    options.header_timeout = milliseconds(1000);
    options.idle_timeout = milliseconds(150);  // the first byte comes sooner on a busy machine too
    start(options);
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nX: ");
    for (int i = 0; i < 200 && !client.readable(); ++i) {
        client.send("x");
        Client clock(port);
        EXPECT_EQ(clock.rest(), "");
    }
    EXPECT_TRUE(client.readable());
    EXPECT_EQ(client.read(32), "HTTP/1.1 408 Request Timeout\r\nCo");
}

TEST_F(Timeout, IdleConnectionsAreClosedSilently) {
    ServerOptions options;
    options.idle_timeout = milliseconds(300);
    start(options);
    Client fresh(port);
    EXPECT_EQ(fresh.rest(), "");
    Client used(port);
    used.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(used.rest(), kHello);
}

TEST_F(Timeout, AListenerMayHaveAnIdleTimeoutOfItsOwn) {
    start();
    ListenOptions how = as_tested();
    how.idle_timeout = milliseconds(300);
    const auto bound = server->listen("127.0.0.1", 0, handler, how);
    ASSERT_TRUE(bound);
    Client patient(port);
    patient.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(patient.read(kHello.size()), kHello);
    Client hasty(bound->port);
    hasty.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(hasty.rest(), kHello);
    EXPECT_FALSE(patient.readable());
}

TEST_F(Timeout, NoIdleTimeoutWhenZero) {
    ServerOptions options;
    options.idle_timeout = milliseconds(0);
    options.header_timeout = milliseconds(1000);
    options.linger_timeout = milliseconds(60);
    start(options);
    Client idle(port);
    idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(idle.read(kHello.size()), kHello);
    Client clock(port);  // other deadlines pass meanwhile
    clock.send("G");
    clock.rest();
    idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(idle.read(kHello.size()), kHello);
}

TEST_F(Timeout, BodiesThatStop) {
    ServerOptions options;
    options.body_timeout = milliseconds(60);
    start(options);
    Client sized(port);
    sized.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
    EXPECT_EQ(sized.rest(), "");
    Client chunked(port);
    chunked.send("PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12");
    EXPECT_EQ(chunked.rest(), "");
    Client waiting(port);
    waiting.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(waiting.rest(), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(handler.wait_for_bodies(3), (std::vector<std::string>{"3", "2", "0"}));
}

TEST_F(Timeout, BodiesThatPauseGoOn) {
    ServerOptions options;
    options.body_timeout = milliseconds(10'000);
    options.idle_timeout = milliseconds(1500);
    start(options);
    const std::string half(600'000, 'h');
    Client sized(port);
    sized.send("PUT /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1200001\r\n\r\n" + half);
    Client chunked(port);
    chunked.send("PUT /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n124f81\r\n" + half);
    // Longer than it takes until a body that stands still gives its block back.
    Client clock(port);
    EXPECT_EQ(clock.rest(), "");
    for (Client* client : {&sized, &chunked}) {
        client->send("x");
        client->send(half);
    }
    chunked.send("\r\n0\r\n\r\n");
    EXPECT_EQ(sized.read(ok("1200001").size()), ok("1200001"));
    EXPECT_EQ(chunked.read(ok("1200001").size()), ok("1200001"));
}

TEST_F(Timeout, UnreadBodiesThatStop) {
    ServerOptions options;
    options.linger_timeout = milliseconds(60);
    start(options);
    Client small(port);
    small.send("PUT /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
    EXPECT_EQ(small.rest(), ok("ignored"));
    Client huge(port);
    huge.send("PUT /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n123");
    EXPECT_EQ(huge.rest(), ok_close("ignored"));
}

TEST_F(Timeout, AnswersNobodyTakes) {
    ServerOptions options;
    options.write_timeout = milliseconds(60);
    handler.make_file(6'000'000);
    start(options);
    Client zeros(port);
    zeros.keep_receive_window_small();
    zeros.send("GET /zeros/10000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.wait_for_destroyed_sources(1);
    Client file(port);
    file.keep_receive_window_small();
    file.send("GET /file/0/6000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.wait_for_destroyed_sources(2);
}

TEST_F(Timeout, AHandlerMayTakeItsTime) {
    ServerOptions options;
    options.header_timeout = options.idle_timeout = options.body_timeout = milliseconds(500);
    start(options);
    Client patient(port);
    patient.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.gate.wait_for_arrivals(1);
    for (int i = 0; i < 3; ++i) {
        Client clock(port);
        EXPECT_EQ(clock.rest(), "");
    }
    handler.gate.open();
    EXPECT_EQ(patient.read(ok("passed").size()), ok("passed"));
}

TEST_F(Timeout, LargeBuffersAreGivenBackWhenIdle) {
    start();
    const std::string begin = "GET /hello HTTP/1.1\r\nHost: x\r\nX: ";
    const std::string large = begin + std::string(30'000, 'v') + "\r\n\r\n";
    Client client(port);
    for (int i = 0; i < 2; ++i) {
        client.send(large);
        EXPECT_EQ(client.read(kHello.size()), kHello);
    }
    // A connection that was idle for longer than it takes to shrink still reads what comes.
    ServerOptions options;
    options.idle_timeout = milliseconds(2500);
    Server second(*pool, options);
    const auto bound = second.listen("127.0.0.1", 0, handler, as_tested());
    ASSERT_TRUE(bound);
    Client clock(bound->port);
    EXPECT_EQ(clock.rest(), "");
    client.send(large);
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

}  // namespace
}  // namespace lazulite::test
