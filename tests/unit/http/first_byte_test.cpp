// HTTP and HTTPS on one port.
#include <mutex>
#include <thread>

#include "certificate.hpp"
#include "harness.hpp"

namespace lazulite::test {
namespace {

using std::chrono::milliseconds;

const std::string kSecure = "GET /secure HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class FirstByte : public HttpTest {
  protected:
    void listen(const ServerOptions& options = {}) {
        start(options);
        ListenOptions how;
        how.tls = [this] {
            const std::lock_guard lock(mutex_);
            return shown_;
        };
        how.plain_too = true;
        const auto bound = server->listen("127.0.0.1", 0, handler, how);
        ASSERT_TRUE(bound) << bound.error();
        both = bound->port;
    }
    void show(std::shared_ptr<const TlsContext> context) {
        const std::lock_guard lock(mutex_);
        shown_ = std::move(context);
    }
    static std::string secure(Client& client) {
        client.send(kSecure);
        return client.rest();
    }
    std::uint16_t both = 0;

  private:
    std::mutex mutex_;
    std::shared_ptr<const TlsContext> shown_ = test_tls();
};

TEST_F(FirstByte, TellsWhatEachClientSpeaks) {
    listen();
    for (int i = 0; i < 3; ++i) {
        Client plain(both, "127.0.0.1", Client::plain);
        Client tls(both);
        EXPECT_EQ(secure(tls), ok_close("yes"));
        EXPECT_EQ(secure(plain), ok_close("no"));
    }
}

TEST_F(FirstByte, ManyOfBothAtOnce) {
    listen();
    constexpr int kClients = 48;
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < kClients; ++i) {
        threads.emplace_back([this, i, &good] {
            const bool tls = i % 2 == 0;
            const std::string body(100'000, static_cast<char>('a' + i % 26));
            const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
            const std::unique_ptr<Client> client =
                tls ? std::make_unique<Client>(both) : std::make_unique<Client>(both, "127.0.0.1", Client::plain);
            bool all = true;
            for (int turn = 0; turn < 5; ++turn) {
                client->send(head + body);
                all = all && client->read(ok(body).size()) == ok(body);
            }
            all = all && secure(*client) == ok_close(tls ? "yes" : "no");
            if (all) ++good;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(good, kClients);
}

TEST_F(FirstByte, MayComeAlone) {
    listen();
    Client client(both, "127.0.0.1", Client::plain);
    for (const char byte : kSecure) client.send({&byte, 1});
    EXPECT_EQ(client.rest(), ok_close("no"));
    Client late(both, "127.0.0.1", Client::plain);
    late.send("\r\n");
    EXPECT_EQ(secure(late), ok_close("no"));
}

TEST_F(FirstByte, ThatIsOfNeitherIsRefusedAsHttp) {
    listen();
    Client client(both, "127.0.0.1", Client::plain);
    client.send("\x80\x2e\x01\r\n\r\n");
    EXPECT_TRUE(client.rest().starts_with("HTTP/1.1 400 "));
}

TEST_F(FirstByte, HasADeadline) {
    ServerOptions options;
    options.header_timeout = milliseconds(60);
    options.idle_timeout = milliseconds(0);
    listen(options);
    Client silent(both, "127.0.0.1", Client::plain);
    EXPECT_EQ(silent.rest(), "");
    Client slow(both, "127.0.0.1", Client::plain);
    slow.send("\x16\x03\x01\x02");
    EXPECT_EQ(slow.rest(), "");
    Client begun(both, "127.0.0.1", Client::plain);
    begun.send("GET /hel");
    EXPECT_TRUE(begun.rest().starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(handler.threads().empty());
}

TEST_F(FirstByte, MayNeverCome) {
    listen();
    for (int i = 0; i < 20; ++i) {
        Client left(both, "127.0.0.1", Client::plain);
        if (i % 2 == 0) left.abort();
    }
    Client done(both, "127.0.0.1", Client::plain);
    done.shutdown_send();
    EXPECT_EQ(done.rest(), "");
    Client silent(both, "127.0.0.1", Client::plain);
    Client client(both, "127.0.0.1", Client::plain);
    EXPECT_EQ(secure(client), ok_close("no"));
    EXPECT_TRUE(server->stop(milliseconds(20'000)));  // the silent one does not hold it up
    EXPECT_EQ(silent.rest(), "");
}

// A renewal: whoever connects from then on sees the new certificate, and nobody is cut off.
TEST_F(FirstByte, ANewCertificateLeavesConnectionsAlone) {
    listen();
    Client before(both);
    const std::string request = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    before.send(request);
    EXPECT_EQ(before.read(kHello.size()), kHello);
    EXPECT_EQ(before.name_of_server(), "localhost");
    {
        const Certificate fresh("renewed.localhost");
        const auto loaded = TlsContext::from_pem(fresh.file(), fresh.key());
        ASSERT_TRUE(loaded);
        show(*loaded);
    }
    Client after(both);
    after.send(request);
    EXPECT_EQ(after.read(kHello.size()), kHello);
    EXPECT_EQ(after.name_of_server(), "renewed.localhost");
    before.send(request);
    EXPECT_EQ(before.read(kHello.size()), kHello);
}

}  // namespace
}  // namespace lazulite::test
