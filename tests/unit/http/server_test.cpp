// Listening, spreading connections over threads, and stopping.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <future>

#include "harness.hpp"

namespace lazulite::test {
namespace {

using std::chrono::milliseconds;

class ServerTest : public HttpTest {};

TEST_F(ServerTest, TakenPortsAreAnError) {
    start();
    EXPECT_NE(port, 0);
    const auto again = server->listen("127.0.0.1", port, handler);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), "address already in use");
    Server other(*pool);
    const auto elsewhere = other.listen("127.0.0.1", port, handler);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error(), "address already in use");
    const auto everywhere = other.listen("0.0.0.0", port, handler);
    ASSERT_FALSE(everywhere);
    EXPECT_EQ(everywhere.error(), "address already in use");
}

TEST_F(ServerTest, APortIsFreeAgainAfterStop) {
    start();
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
    server->stop();
    server.reset();
    server.emplace(*pool);
    const auto bound = server->listen("127.0.0.1", port, handler);
    EXPECT_TRUE(bound) << bound.error();
}

TEST_F(ServerTest, HostsThatDoNotExistAreAnError) {
    start();
    EXPECT_FALSE(server->listen("no-such-host.invalid", 0, handler));
    const auto foreign = server->listen("192.0.2.1", 0, handler);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error(), "cannot assign requested address");
}

TEST_F(ServerTest, NamesAreBoundToEachOfTheirAddresses) {
    start();
    const auto bound = server->listen("localhost", 0, handler, as_tested());
    ASSERT_TRUE(bound) << bound.error();
    EXPECT_EQ(bound->address, "127.0.0.1");
    Client client(bound->port);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

TEST_F(ServerTest, Ipv6) {
    start();
    const auto bound = server->listen("::1", 0, handler, as_tested());
    if (!bound) GTEST_SKIP() << bound.error();
    EXPECT_EQ(bound->address, "::1");
    Client client(bound->port, "::1");
    client.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string said = ok("GET|GET|/describe||Host=x;|::1");
    EXPECT_EQ(client.read(said.size()), said);
}

TEST_F(ServerTest, Ipv4ClientsOfADualStackListener) {
    start();
    const auto bound = server->listen("::", 0, handler, as_tested());
    if (!bound) GTEST_SKIP() << bound.error();
    Client client(bound->port);
    client.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string said = ok("GET|GET|/describe||Host=x;|127.0.0.1");
    EXPECT_EQ(client.read(said.size()), said);
}

/// What TCP_NODELAY is on the server's end of the connections to its port.
std::vector<int> no_delay_of_connections_to(std::uint16_t port) {
    std::vector<int> found;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in own{};
        sockaddr_in peer{};
        socklen_t own_size = sizeof own;
        socklen_t peer_size = sizeof peer;
        if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 || ntohs(own.sin_port) != port) continue;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) continue;  // the listener
        socklen_t size = sizeof(int);
        ::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &found.emplace_back(0), &size);
    }
    return found;
}

TEST_F(ServerTest, AnswersWaitForNoAcknowledgement) {
    start();
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read(kHello.size()), kHello);
    const std::vector<int> no_delay = no_delay_of_connections_to(port);
    ASSERT_EQ(no_delay.size(), 1U);
    EXPECT_NE(no_delay.front(), 0);
}

TEST_F(ServerTest, EachListenerHasItsHandler) {
    start();
    TestHandler second;
    second.name = "other";
    const auto bound = server->listen("127.0.0.1", 0, second, as_tested());
    ASSERT_TRUE(bound);
    for (int i = 0; i < 2; ++i) {
        Client a(port);
        Client b(bound->port);
        a.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        b.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(a.rest(), kHelloClose);
        EXPECT_EQ(b.rest(), ok_close("other"));
    }
    server.reset();  // before its handler
}

TEST_F(ServerTest, ConnectionsGoToTheLeastLoadedThread) {
    start({}, 4);
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<Client>(port));
        clients.back()->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(clients.back()->read(kHello.size()), kHello);
    }
    const std::vector<const Executor*> threads = handler.threads();
    for (std::size_t i = 0; i < pool->size(); ++i) {
        EXPECT_EQ(std::count(threads.begin(), threads.end(), &pool->executor(i)), 2);
    }
    EXPECT_EQ(server->connections(), 8U);
}

TEST_F(ServerTest, StopClosesIdleConnectionsAtOnce) {
    start();
    Client fresh(port);
    Client used(port);
    used.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(used.read(kHello.size()), kHello);
    Client last(port);
    last.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(last.read(kHello.size()), kHello);
    EXPECT_TRUE(server->stop(milliseconds(20'000)));
    EXPECT_EQ(fresh.rest(), "");
    EXPECT_EQ(used.rest(), "");
    EXPECT_THROW(Client(port, "127.0.0.1"), std::runtime_error);
}

TEST_F(ServerTest, StopLetsRequestsFinish) {
    start();
    Client client(port);
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.gate.wait_for_arrivals(1);
    Client idle(port);
    idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(idle.read(kHello.size()), kHello);
    auto stopped = std::async(std::launch::async, [this] { return server->stop(milliseconds(20'000)); });
    EXPECT_EQ(idle.rest(), "");  // so stop() has begun
    handler.gate.open();
    EXPECT_EQ(client.rest(), ok_close("passed"));
    client.close();
    EXPECT_TRUE(stopped.get());
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, StopCutsWhatDoesNotFinish) {
    start();
    Client slow(port);
    slow.keep_receive_window_small();
    slow.send("GET /zeros/10000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    slow.read(100);
    Client waiting(port);
    waiting.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.gate.wait_for_arrivals(1);
    Client sending(port);
    sending.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(sending.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_FALSE(server->stop(milliseconds(50)));
    handler.wait_for_destroyed_sources(1);
    EXPECT_EQ(handler.wait_for_bodies(1), (std::vector<std::string>{"0"}));
    // The handler that waits for something else is still there; the pool runs on, so that it can end.
    EXPECT_EQ(waiting.rest(), "");
    handler.gate.open();
    server->join();
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, StopsWithoutHavingRun) {
    IoPool idle(2);
    Server unused(idle);
    EXPECT_TRUE(unused.listen("127.0.0.1", 0, handler));
    EXPECT_TRUE(unused.stop());
}

/// Leaves this process no descriptor for as long as it lives.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int lowest_free = ::open("/dev/null", O_RDONLY);
        ::close(lowest_free);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest_free);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    rlimit before_{};
};

// Over TLS this client could not even connect.
#ifndef LAZULITE_TEST_TLS
TEST_F(ServerTest, AcceptsAgainWhenThereAreDescriptors) {
    ServerOptions options;
    options.header_timeout = milliseconds(300);
    start(options);
    Client clock(port);
    clock.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(clock.read(kHello.size()), kHello);
    Client client(Client::later);
    {
        const NoDescriptors here;
        client.connect(port);
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::clock_t before = std::clock();
        clock.send("G");
        EXPECT_TRUE(clock.read_head().starts_with("HTTP/1.1 408 "));
        EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 10) << "spins";
        EXPECT_FALSE(client.readable());
    }
    EXPECT_EQ(client.read(kHello.size()), kHello);
}

#endif

#ifndef LAZULITE_TEST_TLS
TEST_F(ServerTest, HasALimitOfConnections) {
    ServerOptions options;
    options.connection_limit = 2;
    start(options);
    const std::string hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    auto first = std::make_unique<Client>(port);
    Client second(port);
    for (Client* client : {first.get(), &second}) {
        client->send(hello);
        EXPECT_EQ(client->read(kHello.size()), kHello);
    }
    Client third(port, "127.0.0.1", Client::plain);
    third.send(hello);
    for (int i = 0; i < 300; ++i) {  // time enough to be answered
        second.send(hello);
        EXPECT_EQ(second.read(kHello.size()), kHello);
    }
    EXPECT_FALSE(third.readable());
    EXPECT_EQ(server->connections(), 2U);
    first.reset();
    EXPECT_EQ(third.read(kHello.size()), kHello);
}

#endif

TEST_F(ServerTest, HoldsManyConnections) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 400; ++i) clients.push_back(std::make_unique<Client>(port));
    for (const auto& client : clients) client->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    for (const auto& client : clients) EXPECT_EQ(client->read(kHello.size()), kHello);
    EXPECT_EQ(server->connections(), 400U);
}

}  // namespace
}  // namespace lazulite::test
