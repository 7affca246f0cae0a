#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#ifdef LAZULITE_TEST_TLS
#include <openssl/ssl.h>
#endif

#include "http/io_pool.hpp"
#include "http/server.hpp"
#include "wire/message.hpp"

namespace lazulite::test {

/// The tests of connections run twice: as they are, and over TLS.
#ifdef LAZULITE_TEST_TLS
inline constexpr bool kTls = true;
#else
inline constexpr bool kTls = false;
#endif

/// A blocking client that shows exactly which bytes came. A read that gets nothing for 20 s ends with "<timeout>", a
/// reset connection shows as "<reset>".
class Client {
  public:
    explicit Client(std::uint16_t port, const std::string& address = "127.0.0.1");
    struct Plain {};
    static constexpr Plain plain{};
    Client(std::uint16_t port, const std::string& address, Plain how);  ///< speaks no TLS, whatever the tests do
    struct Later {};
    static constexpr Later later{};
    explicit Client(Later when);  ///< takes a descriptor and connects when told to, to 127.0.0.1
    void connect(std::uint16_t port);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// All of it; false when the server does not take it.
    bool send(std::string_view bytes);
    /// Exactly so many bytes, fewer at the end.
    std::string read(std::size_t bytes);
    /// Up to and with the empty line behind a head.
    std::string read_head();
    /// Until the server closes.
    std::string rest();
    /// Whether a read would return at once.
    [[nodiscard]] bool readable() const;
    void shutdown_send();
    void close();
    /// Leaves with a reset instead of a proper close.
    void abort();
    /// A window that does not grow, so that a server soon has to wait for us. Before the first byte.
    void keep_receive_window_small();

#ifdef LAZULITE_TEST_TLS
    void offer_only(int version);
    void offer_protocols(const std::string& list);  ///< each behind its length
    [[nodiscard]] std::string protocol() const;
    [[nodiscard]] std::string name_of_server() const;  ///< the common name in its certificate
#endif

  private:
    bool write(std::string_view bytes);
    /// As recv: 0 at the end, -1 for a reset; what is there, after waiting for it.
    std::ptrdiff_t receive(char* into, std::size_t size);

    int socket_ = -1;
#ifdef LAZULITE_TEST_TLS
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    bool shake_hands();
    std::unique_ptr<SSL, Free> ssl_;
#endif
};

/// Holds a handler until the test lets it go.
class Gate {
  public:
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() const noexcept {}
    void wait_for_arrivals(std::size_t count);  ///< since the beginning
    void open();                                ///< lets everyone pass who is there

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t arrivals_ = 0;
    std::vector<std::pair<Executor*, std::coroutine_handle<>>> waiting_;
};

struct Sent {
    std::string path;
    int status;
    std::uint64_t body_bytes;
    bool operator==(const Sent&) const = default;
};
void PrintTo(const Sent& sent, std::ostream* out);

/// Answers by path:
///   /hello        200 "hello"                     /ignore    200 "ignored", body not read
///   /echo         200 and the request's body      /describe  200 and what the Request says
///   /count        200 and the body's length       /status/N  N without body or fields
///   /gate         200 "passed", after `gate`      /close     200 "bye", asks to close
///   /throw        throws                          /reason    409 with line ends in its reason
///   /zeros/N      N zero bytes                    /file/O/N  N bytes of `file` from offset O
///   /mixed        strings, file pieces and zeros in three windows
///   /unknown-length   three windows, 5, 0 and 70,010 bytes; /unknown-length-failing  breaks after 5
///   /failing, /short, /throwing   sources that break after 5 of 10 bytes
///   /big-ignore   70,000 'x', body not read         /secure    200 "yes" or "no"
class TestHandler final : public Handler {
  public:
    ~TestHandler() override;
    Task<Response> handle(Request& request) override;
    Response refuse(const StorageError& error) override;
    void sent(const Request& request, int status, std::uint64_t body_bytes) override;

    std::vector<Sent> wait_for_sent(std::size_t count);
    void wait_for_destroyed_sources(std::size_t count);
    /// What BodyReader said after its last read: "complete" or the count before it failed; one per body read.
    std::vector<std::string> wait_for_bodies(std::size_t count);
    std::vector<const Executor*> threads();
    void source_destroyed();
    /// Creates `file` with `size` bytes of a pattern; byte i is pattern(i).
    void make_file(std::uint64_t size);
    static char pattern(std::uint64_t i) { return static_cast<char>((i * 31 + (i >> 12)) & 0xff); }
    static std::string pattern(std::uint64_t offset, std::uint64_t size);

    Gate gate;
    std::string name = "hello";  ///< what /hello says
    std::size_t largest_piece = 0;
    int file = -1;

  private:
    Task<std::optional<std::string>> read_all(Request& request, bool keep);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Sent> sent_;
    std::vector<std::string> bodies_;
    std::vector<const Executor*> threads_;
    std::size_t sources_destroyed_ = 0;
};

/// A server on a free port. Timeouts are generous unless a test asks for other ones.
class HttpTest : public ::testing::Test {
  protected:
    void TearDown() override;
    void start(const ServerOptions& options = {}, std::size_t threads = 2);
    /// Sends on a connection of its own and returns everything that comes until the server closes.
    std::string exchange(std::string_view bytes);
    /// How to listen for the clients of this program.
    static ListenOptions as_tested();

    TestHandler handler;
    std::optional<IoPool> pool;
    std::optional<Server> server;
    std::uint16_t port = 0;
};

/// What /hello answers.
inline const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
inline const std::string kHelloClose = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
std::string ok(std::string_view body);
std::string ok_close(std::string_view body);

}  // namespace lazulite::test
