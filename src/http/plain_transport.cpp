#include "http/plain_transport.hpp"

#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "http/io_thread.hpp"
#include "http/tls_transport.hpp"

namespace lazulite {
namespace {

using State = Transfer::State;

/// What TLS begins with (RFC 8446, 5.1: a handshake record). No method of HTTP does.
constexpr unsigned char kHandshake = 0x16;

/// The result of a system call that returned -1.
Transfer failure() {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::would_block};
    return {State::failed};
}

class PlainTransport final : public Transport {
  public:
    PlainTransport(IoThread& thread, int socket, bool ipv6, const TlsSource* or_tls)
        : thread_(thread), socket_(thread.context()), or_tls_(or_tls), ipv6_(ipv6) {
        socket_.assign(ipv6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), socket);
    }

    [[nodiscard]] bool opened() const override { return or_tls_ == nullptr; }
    void start_open(Completion& completion) override {
        socket_.async_wait(boost::asio::socket_base::wait_read,
                           [this, waiting = &completion](const boost::system::error_code& problem) {
                               waiting->transfer = problem ? Transfer{State::failed} : look();
                               if (waiting->transfer.state == State::would_block) return start_open(*waiting);
                               waiting->waiter.resume();
                           });
    }
    std::unique_ptr<Transport> successor() override {
        if (!speaks_tls_) return nullptr;
        const std::shared_ptr<const TlsContext> context = (*or_tls_)();
        boost::system::error_code problem;
        const int socket = socket_.release(problem);
        if (problem) return nullptr;
        try {
            return make_tls_transport(thread_, socket, ipv6_, *context);
        } catch (...) {
            ::close(socket);
            throw;
        }
    }
    [[nodiscard]] bool secure() const override { return false; }

    Transfer read(std::span<std::byte> into) override {
        for (;;) {
            const ssize_t n = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
            if (n > 0) return {State::done, static_cast<std::size_t>(n)};
            if (n == 0) return {State::ended};
            if (errno != EINTR) return failure();
        }
    }

    void start_read(std::span<std::byte> into, Completion& completion) override {
        socket_.async_read_some(boost::asio::buffer(into.data(), into.size()),
                                [waiting = &completion](const boost::system::error_code& problem, std::size_t bytes) {
                                    if (!problem)
                                        waiting->transfer = {State::done, bytes};
                                    else if (problem == boost::asio::error::eof)
                                        waiting->transfer = {State::ended};
                                    else
                                        waiting->transfer = {State::failed};
                                    waiting->waiter.resume();
                                });
    }

    Transfer write(std::span<const iovec> pieces, bool more) override {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces.data());  // NOLINT: sendmsg does not write to it
        message.msg_iovlen = pieces.size();
        for (;;) {
            const ssize_t n =
                ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
            if (n >= 0) return {State::done, static_cast<std::size_t>(n)};
            if (errno != EINTR) return failure();
        }
    }

    Transfer send_file(int fd, std::uint64_t offset, std::size_t length) override {
        for (;;) {
            auto position = static_cast<off_t>(offset);
            const ssize_t n = ::sendfile(socket_.native_handle(), fd, &position, length);
            if (n > 0) return {State::done, static_cast<std::size_t>(n)};
            if (n == 0) return {State::ended};
            if (errno == EINVAL || errno == ENOSYS) return {State::unsupported};
            if (errno != EINTR) return failure();
        }
    }

    void start_wait_writable(Completion& completion) override {
        socket_.async_wait(boost::asio::socket_base::wait_write,
                           [waiting = &completion](const boost::system::error_code& problem) {
                               waiting->transfer = {problem ? State::failed : State::done};
                               waiting->waiter.resume();
                           });
    }

    void shutdown_send() override {
        boost::system::error_code ignored;
        socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
    }
    void cancel() override {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
    void close() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

  private:
    /// The first byte stays where it is, for whoever reads next.
    Transfer look() {
        unsigned char first = 0;
        for (;;) {
            const ssize_t n = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
            if (n == 0) return {State::ended};
            if (n > 0) break;
            if (errno != EINTR) return failure();
        }
        speaks_tls_ = first == kHandshake;
        if (!speaks_tls_) or_tls_ = nullptr;
        return {State::done};
    }

    IoThread& thread_;
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type> socket_;
    const TlsSource* or_tls_;  // null once it is known that the client speaks plain HTTP
    const bool ipv6_;
    bool speaks_tls_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(IoThread& thread, int socket, bool ipv6, const TlsSource* or_tls) {
    return std::make_unique<PlainTransport>(thread, socket, ipv6, or_tls);
}

}  // namespace lazulite
