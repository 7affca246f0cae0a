#include "http/listener.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/insist.hpp"
#include "base/log.hpp"

namespace lazulite {
namespace {

constexpr int kPerTurn = 64;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Listener::Listener(IoThread& thread, std::function<void(const Accepted&)> hand_over, std::function<bool()> may_accept)
    : hand_over_(std::move(hand_over)),
      may_accept_(std::move(may_accept)),
      acceptor_(thread.context()),
      pause_(thread.context()) {}

boost::system::error_code Listener::bind(const Endpoint& endpoint) {
    boost::system::error_code problem;
    acceptor_.open(endpoint.protocol(), problem);
    if (problem) return problem;
    // Not SO_REUSEPORT: a second emulator on the port has to fail.
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true), problem);
    if (!problem) acceptor_.non_blocking(true, problem);
    // For the connections, which inherit it: without it an answer in two parts waits 40 ms for the peer's delayed
    // acknowledgement.
    if (!problem) acceptor_.set_option(boost::asio::ip::tcp::no_delay(true), problem);
    if (!problem) acceptor_.bind(endpoint, problem);
    if (!problem) acceptor_.listen(boost::asio::socket_base::max_listen_connections, problem);
    return problem;
}

Listener::Endpoint Listener::local() const {
    boost::system::error_code ignored;
    return acceptor_.local_endpoint(ignored);
}

void Listener::start() {
    if (!acceptor_.is_open()) return;
    insist([this] {
        acceptor_.async_wait(boost::asio::socket_base::wait_read, [this](const boost::system::error_code& problem) {
            if (!problem) accept_all();
        });
    });
}

void Listener::close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

void Listener::accept_all() {
    for (int i = 0; i < kPerTurn; ++i) {
        if (!may_accept_()) {
            pause("there are as many as are allowed");
            return;
        }
        Endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int socket = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            peer.resize(size);
            hand_over_({socket, peer});
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            paused_before_ = false;
            break;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause(std::strerror(errno));
            return;
        }
        // Others concern the one connection that was about to be accepted.
    }
    start();
}

/// The listening socket stays readable, so waiting for it would spin.
void Listener::pause(const char* why) {
    if (!paused_before_) {
        insist([why] { log::warning(std::string("cannot accept connections for now: ") + why); });
    }
    paused_before_ = true;
    pause_.expires_after(kPause);
    insist([this] {
        pause_.async_wait([this](const boost::system::error_code& problem) {
            if (!problem) start();
        });
    });
}

}  // namespace lazulite
