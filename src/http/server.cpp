#include "http/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <vector>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/connection.hpp"
#include "http/io_thread.hpp"
#include "http/listener.hpp"
#include "http/plain_transport.hpp"
#include "http/tls_transport.hpp"

namespace lazulite {
namespace {

namespace ip = boost::asio::ip;
using boost::system::error_code;

std::string text_of(const error_code& problem) {
    std::string text = problem.message();
    if (!text.empty()) text.front() = ascii_lower(text.front());
    return text;
}

/// An address as Azure's IP ranges write it: an IPv4 client of a dual-stack listener is an IPv4 client.
std::string text_of(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

tl::expected<std::vector<ip::address>, std::string> resolve(const std::string& host) {
    error_code problem;
    const ip::address literal = ip::make_address(host, problem);
    if (!problem) return std::vector<ip::address>{literal};
    boost::asio::io_context context;
    ip::tcp::resolver resolver(context);
    const auto found = resolver.resolve(host, "", ip::tcp::resolver::passive, problem);
    if (problem) return tl::unexpected(text_of(problem));
    std::vector<ip::address> addresses;
    // IPv4 first: that is what clients of an emulator expect to see.
    for (const bool ipv4 : {true, false}) {
        for (const auto& entry : found) {
            const ip::address address = entry.endpoint().address();
            const bool known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
            if (address.is_v4() == ipv4 && !known) addresses.push_back(address);
        }
    }
    return addresses;
}

}  // namespace

class Server::Impl {
  public:
    Impl(IoPool& pool, const ServerOptions& options) : pool_(pool), options_(options), groups_(pool.size()) {
        options_.header_limit = std::min(options_.header_limit, BufferPool::kLarge);
    }

    tl::expected<Endpoint, std::string> listen(const std::string& host, std::uint16_t port, Handler& handler,
                                               const ListenOptions& how);
    bool stop(std::chrono::milliseconds grace);
    void join();
    [[nodiscard]] std::size_t connections() const {
        const std::lock_guard lock(mutex_);
        return connections_;
    }
    [[nodiscard]] bool has_room() const {
        return options_.connection_limit == 0 || connections() < options_.connection_limit;
    }

  private:
    /// What the connections of one call of listen() share.
    struct Surface {
        Handler& handler;
        ServerOptions options;
        std::uint16_t port;
        TlsSource tls;
        bool plain_too;
    };
    void accepted(const Listener::Accepted& accepted, const Surface& surface);
    void begin(std::size_t index, const Listener::Accepted& accepted, const Surface& surface);
    void ended(std::size_t index);
    /// Runs `function(index)` on every thread of the pool, or here when the pool does not run, and waits for it.
    template <class Function>
    void on_every_thread(Function function);

    IoPool& pool_;
    ServerOptions options_;
    std::list<Surface> surfaces_;                                               // at addresses that stay
    std::vector<ConnectionGroup> groups_;                                       // by thread
    std::vector<std::pair<std::size_t, std::shared_ptr<Listener>>> listeners_;  // and their threads
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t connections_ = 0;
};

tl::expected<Endpoint, std::string> Server::Impl::listen(const std::string& host, std::uint16_t port,
                                                         Handler& handler, const ListenOptions& how) {
    const auto addresses = resolve(host);
    if (!addresses) return tl::unexpected(addresses.error());
    std::list<Surface> made;
    Surface& surface = made.emplace_back(Surface{handler, options_, port, how.tls, how.plain_too});
    if (how.idle_timeout) surface.options.idle_timeout = *how.idle_timeout;
    std::vector<std::pair<std::size_t, std::shared_ptr<Listener>>> bound;
    std::string trouble = "host has no address";
    for (const ip::address& address : *addresses) {
        const std::size_t index = (listeners_.size() + bound.size()) % pool_.size();
        auto listener = std::make_shared<Listener>(
            pool_.thread(index), [this, &surface](const Listener::Accepted& it) { accepted(it, surface); },
            [this] { return has_room(); });
        const error_code problem = listener->bind({address, surface.port});
        if (!problem) {
            surface.port = listener->local().port();
            bound.emplace_back(index, std::move(listener));
            continue;
        }
        trouble = text_of(problem);
        // A name may stand for an address family that this machine does not have.
        const bool harmless = problem == boost::system::errc::address_not_available ||
                              problem == boost::system::errc::address_family_not_supported;
        if (!harmless && (bound.empty() || port != 0)) return tl::unexpected(trouble);
    }
    if (bound.empty()) return tl::unexpected(trouble);
    surfaces_.splice(surfaces_.end(), made);
    for (auto& [index, listener] : bound) {
        pool_.thread(index).run_soon([listener] { listener->start(); });
        listeners_.emplace_back(index, listener);
    }
    return Endpoint{text_of(bound.front().second->local().address()), surface.port};
}

void Server::Impl::accepted(const Listener::Accepted& accepted, const Surface& surface) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < pool_.size(); ++i) {
        if (pool_.thread(i).load < pool_.thread(best).load) best = i;
    }
    ++pool_.thread(best).load;
    {
        const std::lock_guard lock(mutex_);
        ++connections_;
    }
    try {
        pool_.thread(best).run_soon([this, best, accepted, &surface] { begin(best, accepted, surface); });
    } catch (const std::bad_alloc&) {
        ::close(accepted.socket);
        ended(best);
    }
}

void Server::Impl::begin(std::size_t index, const Listener::Accepted& accepted, const Surface& surface) {
    if (stopping_) {
        ::close(accepted.socket);
        ended(index);
        return;
    }
    IoThread& thread = pool_.thread(index);
    std::unique_ptr<Transport> transport;
    std::unique_ptr<HttpConnection> connection;
    bool owned = false;
    try {
        const bool ipv6 = accepted.peer.protocol() == ip::tcp::v6();
        transport = surface.tls && !surface.plain_too
                        ? make_tls_transport(thread, accepted.socket, ipv6, *surface.tls())
                        : make_plain_transport(thread, accepted.socket, ipv6, surface.tls ? &surface.tls : nullptr);
        owned = true;
        connection = std::make_unique<HttpConnection>(thread, std::move(transport), surface.options, surface.handler,
                                                      Peer{text_of(accepted.peer.address()), surface.port});
        groups_[index].add(*connection);
        Task<void> life = connection->run();
        spawn(std::move(life), [this, index, kept = std::move(connection)]() mutable {
            kept.reset();
            ended(index);
        });
    } catch (const std::exception& problem) {
        insist([&problem] { log::error(std::string("a connection could not be taken up: ") + problem.what()); });
        connection.reset();
        if (!owned) ::close(accepted.socket);
        ended(index);
    }
}

void Server::Impl::ended(std::size_t index) {
    --pool_.thread(index).load;
    const std::lock_guard lock(mutex_);
    --connections_;
    if (connections_ == 0) changed_.notify_all();
}

template <class Function>
void Server::Impl::on_every_thread(Function function) {
    if (!pool_.running()) {
        for (std::size_t i = 0; i < pool_.size(); ++i) function(i);
        return;
    }
    std::size_t left = pool_.size();
    for (std::size_t i = 0; i < pool_.size(); ++i) {
        pool_.thread(i).run_soon([this, i, &function, &left] {
            function(i);
            const std::lock_guard lock(mutex_);
            if (--left == 0) changed_.notify_all();
        });
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&left] { return left == 0; });
}

bool Server::Impl::stop(std::chrono::milliseconds grace) {
    if (!stopping_.exchange(true)) {
        on_every_thread([this](std::size_t index) {
            for (const auto& [thread, listener] : listeners_) {
                if (thread == index) listener->close();
            }
        });
        // Connections that were handed over before are begun or dropped by now.
        on_every_thread([this](std::size_t index) { groups_[index].finish_all(); });
    }
    const auto none_left = [this] { return connections_ == 0; };
    {
        std::unique_lock lock(mutex_);
        if (changed_.wait_for(lock, grace, none_left)) return true;
    }
    on_every_thread([this](std::size_t index) { groups_[index].cut_all(); });
    // What waited for the network ends at once.
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(100), none_left);
    return false;
}

void Server::Impl::join() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return connections_ == 0; });
}

Server::Server(IoPool& pool, Options options) : impl_(std::make_unique<Impl>(pool, options)) {}

Server::~Server() {
    stop();
    join();
}

tl::expected<Endpoint, std::string> Server::listen(const std::string& host, std::uint16_t port, Handler& handler,
                                                   const ListenOptions& how) {
    return impl_->listen(host, port, handler, how);
}
bool Server::stop(std::chrono::milliseconds grace) {
    return impl_->stop(grace);
}
void Server::join() {
    impl_->join();
}
std::size_t Server::connections() const {
    return impl_->connections();
}

}  // namespace lazulite
