#include "connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace lazulite::bench {
namespace {

constexpr std::size_t kReceiveSize = 256 * 1024;
constexpr std::string_view kContinuation = "x-ms-continuation";
constexpr std::size_t kMaxVectors = 9;  // the head and up to 8 MiB of body

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int open_socket(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw_errno("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(descriptor);
        throw_errno("connect");
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

/// Shared by all connections: there is one thread, and nothing stays in it between two calls.
std::span<char> receive_buffer() {
    static std::vector<char> buffer(kReceiveSize);
    return buffer;
}

}  // namespace

Connection::Connection(std::uint16_t port) : port_(port), descriptor_(open_socket(port)) {}

Connection::~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
}

void Connection::reopen() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
    descriptor_ = open_socket(port_);
}

void Connection::start(const Exchange& exchange) {
    exchange_ = exchange;
    sent_ = 0;
    parser_.reset(exchange.head.starts_with("HEAD "));
    answer_ = Answer{};
    send_more();
}

void Connection::send_more() {
    while (has_more_to_send()) {
        std::array<iovec, kMaxVectors> vectors{};
        std::size_t used = 0;
        if (sent_ < exchange_.head.size()) {
            const std::string_view rest = exchange_.head.substr(sent_);
            vectors[used++] = {const_cast<char*>(rest.data()), rest.size()};  // sendmsg only reads
        }
        const std::uint64_t body_offset = sent_ < exchange_.head.size() ? 0 : sent_ - exchange_.head.size();
        used += exchange_.sent.gather(body_offset, std::span(vectors).subspan(used));

        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = used;
        const ssize_t written = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
        if (written < 0) {
            if (errno == EAGAIN) return;
            throw_errno("send");
        }
        sent_ += static_cast<std::uint64_t>(written);
    }
}

bool Connection::receive() {
    const std::span<char> buffer = receive_buffer();
    const ssize_t received = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (received < 0) {
        if (errno == EAGAIN) return false;
        throw_errno("receive");
    }
    if (received == 0) throw std::runtime_error("the server closed the connection before its answer was complete");
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(received));
    const std::size_t used = parser_.feed(bytes, *this);
    if (used < bytes.size()) throw std::runtime_error("bytes after the end of the response");
    return parser_.done();
}

void Connection::on_header(std::string_view name, std::string_view value) {
    if (name.size() < kContinuation.size()) return;
    if (strncasecmp(name.data(), kContinuation.data(), kContinuation.size()) != 0) return;
    const bool whole = name.size() == kContinuation.size();
    answer_.continuation.emplace(whole ? "continuation" : name.substr(kContinuation.size() + 1), value);
}

void Connection::on_head(int status, std::optional<std::uint64_t> length) {
    answer_.status = status;
    if (status != 200 && status != 206) exchange_.expected.reset();  // an error: its text is worth more than a comparison
    if (!exchange_.expected && length) answer_.text.reserve(*length);
}

void Connection::on_body(std::string_view bytes) {
    if (!exchange_.expected) {
        answer_.text.append(bytes);
    } else if (!answer_.first_difference) {
        answer_.first_difference = exchange_.expected->first_difference(answer_.length, bytes);
    }
    answer_.length += bytes.size();
}

}  // namespace lazulite::bench
