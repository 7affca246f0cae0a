#include "http/tls_transport.hpp"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <stdexcept>

#include "base/log.hpp"
#include "http/io_thread.hpp"

namespace lazulite {
namespace {

using State = Transfer::State;

/// The most that a record holds; small pieces are joined up to here, so that an answer's head and body share one.
constexpr std::size_t kRecord = 16 * 1024;

/// OpenSSL works on the descriptor itself, without blocking; Asio only waits for it. So there is one buffer less than with
/// Asio's own stream, and an attempt is what it is for plain TCP: it moves what it can and says when it would block.
class TlsTransport final : public Transport {
  public:
    TlsTransport(IoThread& thread, int socket, bool ipv6, const TlsContext& context)
        : socket_(thread.context()), ssl_(SSL_new(context.native())) {
        if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) throw std::runtime_error("OpenSSL is out of memory");
        SSL_set_accept_state(ssl_.get());
        socket_.assign(ipv6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), socket);
    }
    ~TlsTransport() override { say_goodbye(); }

    [[nodiscard]] bool opened() const override { return open_; }
    [[nodiscard]] bool secure() const override { return true; }

    void start_open(Completion& completion) override { later_or_wait(completion, &TlsTransport::shake_hands, {}); }

    Transfer read(std::span<std::byte> into) override {
        std::size_t bytes = 0;
        while (usable() && bytes < into.size()) {
            ERR_clear_error();
            std::size_t got = 0;
            const int result = SSL_read_ex(ssl_.get(), into.data() + bytes, into.size() - bytes, &got);
            if (result != 1) {
                if (bytes != 0) break;
                return failure(result, reading_);
            }
            bytes += got;
            // Behind a record that is not full there is probably nothing: asking would be a system call.
            if (got < kRecord && SSL_has_pending(ssl_.get()) == 0) break;
        }
        if (bytes == 0) return {State::failed};
        return {State::done, bytes};
    }

    void start_read(std::span<std::byte> into, Completion& completion) override {
        later_or_wait(completion, &TlsTransport::read, into);
    }

    Transfer write(std::span<const iovec> pieces, bool /*more*/) override {
        std::size_t bytes = 0;
        std::size_t index = 0;
        std::size_t offset = 0;  // in the piece
        std::array<std::byte, kRecord> joined;  // NOLINT: filled as far as it is used
        while (usable() && index < pieces.size()) {
            // What is tried again after it would have blocked begins where it began before, and is cut alike.
            std::span<const std::byte> record = bytes_of(pieces[index]).subspan(offset);
            if (record.size() < kRecord && index + 1 < pieces.size()) record = join(pieces.subspan(index), offset, joined);
            ERR_clear_error();
            std::size_t written = 0;
            const int result = record.empty() ? 1 : SSL_write_ex(ssl_.get(), record.data(), record.size(), &written);
            if (result != 1) {
                if (bytes != 0) break;
                return failure(result, writing_);
            }
            bytes += written;
            offset += written;
            while (index < pieces.size() && offset >= pieces[index].iov_len) offset -= pieces[index++].iov_len;
        }
        if (!usable() && bytes == 0) return {State::failed};
        return {State::done, bytes};
    }

    Transfer send_file(int /*fd*/, std::uint64_t /*offset*/, std::size_t /*length*/) override {
        return {State::unsupported};
    }

    void start_wait_writable(Completion& completion) override {
        socket_.async_wait(writing_ == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write,
                           [waiting = &completion](const boost::system::error_code& problem) {
                               waiting->transfer = {problem ? State::failed : State::done};
                               waiting->waiter.resume();
                           });
    }

    void shutdown_send() override {
        say_goodbye();
        boost::system::error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
    }
    void cancel() override {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
    void close() override {
        say_goodbye();
        closed_ = true;
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

  private:
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
    using Attempt = Transfer (TlsTransport::*)(std::span<std::byte>);
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    static std::span<const std::byte> bytes_of(const iovec& piece) {
        return {static_cast<const std::byte*>(piece.iov_base), piece.iov_len};
    }

    static std::span<const std::byte> join(std::span<const iovec> pieces, std::size_t offset,
                                           std::array<std::byte, kRecord>& into) {
        std::size_t used = 0;
        for (const iovec& piece : pieces) {
            const auto rest = bytes_of(piece).subspan(std::exchange(offset, 0));
            const std::size_t part = std::min(rest.size(), into.size() - used);
            if (part != 0) std::memcpy(into.data() + used, rest.data(), part);
            used += part;
        }
        return {into.data(), used};
    }

    /// After a fatal error, and once the descriptor is closed, OpenSSL must not be asked for anything.
    [[nodiscard]] bool usable() const { return !closed_ && !broken_; }

    Transfer shake_hands(std::span<std::byte> /*unused*/) {
        if (!usable()) return {State::failed};
        ERR_clear_error();
        const int result = SSL_accept(ssl_.get());
        open_ = result == 1;
        if (open_) return {State::done};
        const Transfer transfer = failure(result, reading_);
        if (transfer.state != State::would_block && log::enabled(log::Level::debug)) {
            const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
            log::debug(std::string("a TLS handshake failed: ") + (reason != nullptr ? reason : "the client left"));
        }
        return transfer;
    }

    /// What a call that did not succeed means. `waits_for` keeps what it waits for.
    Transfer failure(int result, int& waits_for) {
        waits_for = SSL_get_error(ssl_.get(), result);
        if (waits_for == SSL_ERROR_WANT_READ || waits_for == SSL_ERROR_WANT_WRITE) return {State::would_block};
        if (waits_for == SSL_ERROR_ZERO_RETURN) return {State::ended};
        broken_ = true;
        // A client that closes its connection without saying so has ended as well.
        const bool left = waits_for == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
        return {left ? State::ended : State::failed};
    }

    /// Tries; where that would block, again whenever the socket is ready. What is there at once is told in a turn of its
    /// own, since a waiter is never resumed inside the call.
    void later_or_wait(Completion& completion, Attempt attempt, std::span<std::byte> into) {
        completion.transfer = (this->*attempt)(into);
        if (completion.transfer.state == State::would_block) {
            wait(completion, attempt, into);
        } else {
            boost::asio::post(socket_.get_executor(), [waiting = &completion] { waiting->waiter.resume(); });
        }
    }

    void wait(Completion& completion, Attempt attempt, std::span<std::byte> into) {
        socket_.async_wait(reading_ == SSL_ERROR_WANT_WRITE ? Socket::wait_write : Socket::wait_read,
                           [this, waiting = &completion, attempt, into](const boost::system::error_code& problem) {
                               waiting->transfer = problem ? Transfer{State::failed} : (this->*attempt)(into);
                               if (waiting->transfer.state == State::would_block) return wait(*waiting, attempt, into);
                               waiting->waiter.resume();
                           });
    }

    /// Tells the client that nothing follows, as far as that goes without waiting.
    void say_goodbye() {
        if (!usable() || !open_ || said_goodbye_) return;
        said_goodbye_ = true;
        ERR_clear_error();
        (void)SSL_shutdown(ssl_.get());
    }

    Socket socket_;
    std::unique_ptr<SSL, Free> ssl_;
    int reading_ = SSL_ERROR_WANT_READ;   // what the last read or handshake that would have blocked waits for
    int writing_ = SSL_ERROR_WANT_WRITE;  // the last write
    bool open_ = false;
    bool closed_ = false;
    bool broken_ = false;
    bool said_goodbye_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_tls_transport(IoThread& thread, int socket, bool ipv6, const TlsContext& context) {
    return std::make_unique<TlsTransport>(thread, socket, ipv6, context);
}

}  // namespace lazulite
