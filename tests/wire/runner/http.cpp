#include "http.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "text.hpp"

namespace wire_tests {
namespace {

constexpr timeval kPatience{10, 0};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

}  // namespace

Endpoint parse_endpoint(std::string_view url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) throw std::runtime_error("an endpoint is http://host:port");
    url.remove_prefix(kScheme.size());
    url = url.substr(0, url.find('/'));
    const std::size_t colon = url.rfind(':');
    if (colon == std::string_view::npos) return {std::string(url), 80};
    return {std::string(url.substr(0, colon)), static_cast<std::uint16_t>(std::stoi(std::string(url.substr(colon + 1))))};
}

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
    std::optional<std::string> found;
    for (const auto& [other, value] : headers) {
        if (!same_name(other, name)) continue;
        found = found ? *found + "," + value : value;
    }
    return found;
}

void Client::connect() {
    if (socket_ >= 0) return;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(endpoint_.host.c_str(), std::to_string(endpoint_.port).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("no address for " + endpoint_.host);
    }
    for (const addrinfo* at = found; at != nullptr && socket_ < 0; at = at->ai_next) {
        socket_ = ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_ >= 0 && ::connect(socket_, at->ai_addr, at->ai_addrlen) != 0) disconnect();
    }
    ::freeaddrinfo(found);
    if (socket_ < 0) fail("cannot connect");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    input_.clear();
}

void Client::disconnect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    input_.clear();
}

bool Client::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
        if (sent < 0) fail("cannot send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Client::read_more() {
    std::array<char, 65536> block;
    while (true) {
        const ssize_t got = ::recv(socket_, block.data(), block.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no answer within 10 seconds");
        if (got < 0 && errno == ECONNRESET) return false;
        if (got < 0) fail("cannot receive");
        input_.append(block.data(), static_cast<std::size_t>(got));
        return got > 0;
    }
}

std::string Client::read_line() {
    std::size_t end = input_.find("\r\n");
    while (end == std::string::npos) {
        if (!read_more()) throw std::runtime_error("the connection ended inside an answer");
        end = input_.find("\r\n");
    }
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 2);
    return line;
}

void Client::read_chunks(std::string& body) {
    while (true) {
        const std::size_t size = std::stoul(read_line(), nullptr, 16);
        while (input_.size() < size + 2) {
            if (!read_more()) throw std::runtime_error("the connection ended inside a chunk");
        }
        body.append(input_, 0, size);
        input_.erase(0, size + 2);
        if (size == 0) return;
    }
}

Answer Client::read_answer(std::string_view method) {
    Answer answer;
    answer.status_line = read_line();
    if (!answer.status_line.starts_with("HTTP/1.1 ") || answer.status_line.size() < 12) {
        throw std::runtime_error("not a status line: " + answer.status_line);
    }
    answer.status = std::stoi(answer.status_line.substr(9, 3));
    if (answer.status_line.size() > 13) answer.reason = answer.status_line.substr(13);
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) throw std::runtime_error("not a header: " + line);
        answer.headers.emplace_back(line.substr(0, colon), trim(std::string_view(line).substr(colon + 1)));
    }
    if (answer.status < 200 || answer.status == 204 || answer.status == 304 || method == "HEAD") return answer;
    if (const auto length = find_header(answer.headers, "Content-Length")) {
        const std::size_t size = std::stoul(*length);
        while (input_.size() < size) {
            if (!read_more()) throw std::runtime_error("the connection ended inside a body");
        }
        answer.body = input_.substr(0, size);
        input_.erase(0, size);
    } else if (find_header(answer.headers, "Transfer-Encoding")) {
        read_chunks(answer.body);
    } else {
        while (read_more()) continue;
        answer.body = std::exchange(input_, {});
    }
    return answer;
}

Answer Client::send(std::string_view method, std::string_view head, std::string_view body, bool wait_for_continue,
                    bool reusable) {
    connect();
    Answer answer;
    bool continued = false;
    try {
        if (wait_for_continue) {
            write(head);
            answer = read_answer(method);
            if (answer.status == 100) {
                continued = true;
                write(body);
            }
        } else if (write(head)) {
            write(body);
        }
        if (answer.status < 200) answer = read_answer(method);
    } catch (...) {
        disconnect();
        throw;
    }
    answer.continued = continued;
    const bool body_owed = wait_for_continue && !continued && !body.empty();
    const std::string connection = lower(find_header(answer.headers, "Connection").value_or(""));
    if (!reusable || body_owed || connection == "close") disconnect();
    return answer;
}

std::string Client::send_raw(std::string_view bytes, std::size_t enough, bool to_the_end, bool& ended) {
    disconnect();
    connect();
    ended = false;
    write(bytes);
    while (!ended && (to_the_end || input_.size() < enough)) {
        try {
            ended = !read_more();
        } catch (const std::runtime_error&) {
            break;  // what came until now is what there is to compare
        }
    }
    std::string answer = input_;
    disconnect();
    return answer;
}

}  // namespace wire_tests
