#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "http/io_pool.hpp"
#include "http/tls.hpp"
#include "wire/message.hpp"

namespace lazulite {

struct ServerOptions {
    /// From the first byte of a request to the end of its header block. From the connection's begin to the end of its TLS
    /// handshake, and to its first byte where that tells whether there is one.
    std::chrono::milliseconds header_timeout{30'000};
    std::chrono::milliseconds idle_timeout{60'000};    ///< between requests; 0: none
    std::chrono::milliseconds body_timeout{60'000};    ///< without a byte of the request's body arriving
    std::chrono::milliseconds write_timeout{120'000};  ///< without the client taking a byte of the answer
    std::chrono::milliseconds linger_timeout{30'000};  ///< for discarding a body nobody wanted, before closing
    std::size_t header_limit = 64 * 1024;              ///< bytes of request line and header fields
    /// Most connections at a time, over all listeners; 0: as many as the process may have descriptors. Who comes then waits
    /// in the system's queue.
    std::size_t connection_limit = 0;
};

/// What one listener does otherwise than the ServerOptions say.
struct ListenOptions {
    std::optional<std::chrono::milliseconds> idle_timeout;
    TlsSource tls;           ///< none: plain HTTP
    bool plain_too = false;  ///< with `tls`: plain HTTP as well, by the first byte of the connection
};

/// Where a listener ended up.
struct Endpoint {
    std::string address;  ///< "127.0.0.1", "::1"
    std::uint16_t port = 0;
};

/// Listeners and their connections. listen, stop and join are called from outside the pool's threads; a Handler is
/// called on them, many at once, and must outlive join().
class Server {
  public:
    using Options = ServerOptions;

    explicit Server(IoPool& pool, Options options = Options());
    ~Server();  ///< stop() and join()
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and accepts at once. `host` is an IPv4 or IPv6 address or a name; a name that has several addresses
    /// (`localhost`) is bound to each of them, and the first is returned. Port 0 picks a free one. The error is a text
    /// such as "address already in use" or "permission denied".
    tl::expected<Endpoint, std::string> listen(const std::string& host, std::uint16_t port, Handler& handler,
                                               const ListenOptions& how = {});

    /// Stops accepting, closes idle connections, gives requests in flight `grace` to finish, then cuts every
    /// connection. Returns when none is left, or after the cut, because a handler that waits for a store cannot be cut
    /// short: drain the store, then join(). True when all ended within `grace`.
    bool stop(std::chrono::milliseconds grace = std::chrono::milliseconds(500));
    /// After stop(): waits until the last connection has ended.
    void join();

    [[nodiscard]] std::size_t connections() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lazulite
