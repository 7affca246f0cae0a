#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "http/io_thread.hpp"

namespace lazulite {

/// One bound and listening socket. Accepts on one io thread and hands each connection on as a descriptor.
class Listener {
  public:
    using Endpoint = boost::asio::ip::tcp::endpoint;
    struct Accepted {
        int socket;  ///< non-blocking; the receiver's to close
        Endpoint peer;
    };

    /// Asks `may_accept` before each connection.
    Listener(IoThread& thread, std::function<void(const Accepted&)> hand_over, std::function<bool()> may_accept);
    /// Any thread, once, before start().
    boost::system::error_code bind(const Endpoint& endpoint);
    [[nodiscard]] Endpoint local() const;

    /// On the thread.
    void start();
    /// On the thread, or when it does not run.
    void close();

  private:
    void accept_all();
    void pause(const char* why);

    std::function<void(const Accepted&)> hand_over_;
    std::function<bool()> may_accept_;
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type> acceptor_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        pause_;
    bool paused_before_ = false;
};

}  // namespace lazulite
