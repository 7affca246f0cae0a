#include "http/get.hpp"

#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "base/text.hpp"

namespace lazulite {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostBytes = 1 << 20;

struct Closed {
    void operator()(addrinfo* it) const { freeaddrinfo(it); }
    void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
    void operator()(SSL* it) const { SSL_free(it); }
};

tl::unexpected<std::string> trouble(std::string text) { return tl::unexpected(std::move(text)); }
/// The system's words begin with a capital.
tl::unexpected<std::string> trouble_of(const char* text) {
    std::string line(text);
    if (!line.empty()) line.front() = ascii_lower(line.front());
    return trouble(std::move(line));
}
tl::unexpected<std::string> trouble_of(int code) {
    return code == EAGAIN || code == EINPROGRESS ? trouble("no answer in time") : trouble_of(std::strerror(code));
}

/// A connection whose every wait ends at one moment.
class Connected {
  public:
    explicit Connected(std::chrono::milliseconds patience) : until_(Steady::now() + patience) {}
    ~Connected() {
        tls_.reset();
        if (socket_ >= 0) ::close(socket_);
    }
    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

    tl::expected<void, std::string> open(const Endpoint& server, bool secure) {
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const int problem = getaddrinfo(server.address.c_str(), std::to_string(server.port).c_str(), &wanted, &found);
        if (problem != 0) return trouble_of(gai_strerror(problem));
        const std::unique_ptr<addrinfo, Closed> addresses(found);
        int code = EHOSTUNREACH;
        for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
            socket_ = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
            if (socket_ >= 0 && wait_at_most() && ::connect(socket_, at->ai_addr, at->ai_addrlen) == 0) {
                return secure ? speak_tls() : tl::expected<void, std::string>();
            }
            code = errno;
            if (socket_ >= 0) ::close(socket_);
            socket_ = -1;
        }
        return trouble_of(code);
    }

    tl::expected<void, std::string> send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                                   : ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return tls_ ? trouble("TLS failed") : trouble_of(errno);
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return {};
    }

    /// Everything up to the end of the connection.
    tl::expected<std::string, std::string> receive() {
        std::string all;
        char piece[16 << 10];
        while (wait_at_most()) {
            const auto size = tls_ ? SSL_read(tls_.get(), piece, sizeof piece) : ::recv(socket_, piece, sizeof piece, 0);
            if (size < 0 && !tls_) return trouble_of(errno);
            if (size <= 0) return all;
            all.append(piece, static_cast<std::size_t>(size));
            if (all.size() > kMostBytes) return trouble("the answer is too long");
        }
        return trouble_of(errno);
    }

  private:
    /// False once the time is over.
    bool wait_at_most() const {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until_ - Steady::now()).count();
        errno = EAGAIN;
        if (left <= 0) return false;
        const timeval most{left / 1'000'000, left % 1'000'000};
        return ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) == 0 &&
               ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) == 0;
    }

    tl::expected<void, std::string> speak_tls() {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
        context_.reset(SSL_CTX_new(TLS_client_method()));
        if (context_) tls_.reset(SSL_new(context_.get()));
        if (!tls_ || SSL_set_fd(tls_.get(), socket_) != 1 || SSL_connect(tls_.get()) != 1) return trouble("TLS failed");
        return {};
    }

    const Steady::time_point until_;
    int socket_ = -1;
    std::unique_ptr<SSL_CTX, Closed> context_;
    std::unique_ptr<SSL, Closed> tls_;
};

}  // namespace

tl::expected<Got, std::string> get(const Endpoint& server, bool secure, std::string_view path,
                                   std::chrono::milliseconds patience) {
    Connected connected(patience);
    if (auto opened = connected.open(server, secure); !opened) return tl::unexpected(opened.error());
    auto sent = connected.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (!sent) return tl::unexpected(sent.error());
    const auto answer = connected.receive();
    if (!answer) return tl::unexpected(answer.error());

    constexpr std::string_view kBegin = "HTTP/1.1 ";
    constexpr std::size_t kDigits = 3;
    const std::size_t head = answer->find("\r\n\r\n");
    const auto status = answer->starts_with(kBegin)
                            ? parse_number<int>(std::string_view(*answer).substr(kBegin.size(), kDigits))
                            : std::nullopt;
    if (!status || head == std::string::npos) return trouble("the answer is no HTTP");
    return Got{*status, answer->substr(head + 4)};
}

}  // namespace lazulite
