#include "app/health_check.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "app/account_duties.hpp"
#include "app/control.hpp"
#include "app/surfaces.hpp"
#include "app/url.hpp"
#include "base/worker_pool.hpp"
#include "http/io_pool.hpp"
#include "store/stores.hpp"

namespace lazulite {
namespace {

constexpr Surface kSurfaces[] = {Surface::blob, Surface::queue, Surface::table,
                                 Surface::file, Surface::dfs,   Surface::web};

/// The options somebody would give who knows where it listens.
EmulatorOptions options_of(const Emulator& emulator) {
    EmulatorOptions options;
    for (const Surface surface : kSurfaces) {
        options.listen[static_cast<std::size_t>(surface)].port = emulator.port(surface);
    }
    return options;
}

/// Takes connections, says `answer` to each, and closes.
class Stranger {
  public:
    explicit Stranger(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, any, size), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        EXPECT_EQ(::getsockname(socket_, any, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, answer = std::move(answer)] {
            for (int client; (client = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(client)) {
                char request[1024];
                (void)::recv(client, request, sizeof request, 0);
                (void)::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        });
    }
    ~Stranger() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int socket_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

std::string trouble_of(const EmulatorOptions& options) {
    const auto healthy = check_health(options);
    return healthy ? "" : healthy.error();
}

std::string at(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + ": "; }

TEST(HealthCheck, AsksEveryListener) {
    Emulator emulator;
    emulator.start();
    EmulatorOptions options = options_of(emulator);
    EXPECT_EQ(trouble_of(options), "");
    const std::uint16_t queue = emulator.port(Surface::queue);
    // One port is enough to find the others.
    for (auto& listen : options.listen) listen.port = 0;
    options.listen[1].port = queue;
    EXPECT_EQ(trouble_of(options), "");
    options.listen[1].host = "0.0.0.0";
    EXPECT_EQ(trouble_of(options), "");
    // What may have moved is not asked where it was meant to be.
    Stranger stranger("");
    options.listen[3] = {.port = stranger.port(), .required = false};
    EXPECT_EQ(trouble_of(options), "");
    emulator.stop();
    EXPECT_EQ(trouble_of(options), at(queue) + "connection refused");
}

TEST(HealthCheck, SaysWhatIsWrongInOneLine) {
    EmulatorOptions options;
    EXPECT_EQ(trouble_of(options), "healthcheck needs a port: each is 0, which lets the system choose");
    const auto answered = [&](std::string answer) {
        const Stranger stranger(std::move(answer));
        options.listen[0].port = stranger.port();
        const std::string line = trouble_of(options);
        EXPECT_TRUE(line.starts_with(at(stranger.port()))) << line;
        return line.substr(std::min(line.size(), at(stranger.port()).size()));
    };
    EXPECT_EQ(answered(""), "the answer is no HTTP");
    EXPECT_EQ(answered("SSH-2.0-OpenSSH\r\n\r\n"), "the answer is no HTTP");
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\n<html>"), "something else listens there");
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\n{}"), "something else listens there");
    EXPECT_EQ(answered("HTTP/1.1 503 x\r\n\r\n{\"status\":\"starting\"}"), "starting");
    {
        const Stranger lost("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"ok\",\"listeners\":{\"web\":\"nowhere\"}}");
        options.listen[0].port = lost.port();
        EXPECT_EQ(trouble_of(options), "nowhere: not the URL of a listener");
    }
    options.tls.certificate = "cert.pem";
    const Stranger stranger("HTTP/1.1 400 x\r\n\r\n");
    options.listen[0].port = stranger.port();
    EXPECT_EQ(trouble_of(options), "https://127.0.0.1:" + std::to_string(stranger.port()) + ": TLS failed");
}

/// Answers at once: nothing in here waits.
class Nothing final : public BodyReader {
  public:
    Task<Result<ByteView>> read() override { co_return ByteView(); }
};

TEST(HealthCheck, IsToldWhetherEveryListenerAnswers) {
    SystemClock clock;
    Accounts accounts;
    Metrics metrics;
    const auto files = make_memory_file_system(1 << 20);
    Stores::Options wanted;
    wanted.durability = Durability::none;
    wanted.wall = &clock;
    wanted.kinds = all_store_kinds();
    const auto stores = Stores::open(*files, wanted);
    ASSERT_TRUE(stores);
    Workers workers(1);
    Environment environment{clock, accounts, **stores, metrics, workers, "1.2.3", all_services()};
    const Seeding::Gateways gateways;
    IoPool io(1);
    AccountDuties duties(environment, gateways, io);
    Authority authority(default_identity(), IdentitySecrets::make(), false, nullptr);
    Control control(environment, accounts, duties, authority, false);
    const auto health = [&] {
        Nothing body;
        Request request;
        request.method = Method::get;
        request.path = "/_lazulite/health";
        request.body = &body;
        std::string told;
        const auto ask = [](Control& asked, Request& it, std::string& into) -> Task<> {
            const Response response = co_await asked.handle(it);
            into = std::to_string(response.status) + " " + std::get<std::string>(response.body);
        };
        spawn(ask(control, request, told), [] {});
        return told;
    };
    EXPECT_EQ(health(), "503 {\"status\":\"starting\"}\n");
    control.ready({{"blob", "http://127.0.0.1:1"}});
    EXPECT_EQ(health(), "200 {\"listeners\":{\"blob\":\"http://127.0.0.1:1\"},\"status\":\"ok\",\"version\":\"1.2.3\"}\n");
    control.stopping();
    EXPECT_EQ(health(), "503 {\"status\":\"stopping\"}\n");
    workers.stop();
    (*stores)->close();
}

TEST(Url, IsReadAsItIsWritten) {
    for (const char* text : {"http://127.0.0.1:10000", "https://[::1]:10005", "http://localhost:1"}) {
        const auto url = parse_url(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(url_of(url->secure, url->endpoint), text);
    }
    for (const char* text : {"", "127.0.0.1:1", "ftp://127.0.0.1:1", "http://127.0.0.1", "http://:1", "http://a:b", "http://a:65536"}) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
}

}  // namespace
}  // namespace lazulite
