#include "waiting.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <thread>

namespace wire_tests {
namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n";

/// Reads a head and answers it; what is no HEAD goes on waiting for bytes.
void answer(int connection) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        char bytes[1024];
        const ssize_t got = ::recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        head.append(bytes, static_cast<std::size_t>(got));
    }
    (void)::send(connection, kHead.data(), kHead.size(), MSG_NOSIGNAL);
    if (head.starts_with("HEAD")) ::close(connection);
}

std::string listen() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, plain, size) != 0 || ::listen(listener, 16) != 0 || ::getsockname(listener, plain, &size) != 0) {
        throw std::runtime_error("cannot listen for those who are to wait");
    }
    std::thread([listener] {
        while (true) {
            const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection >= 0) answer(connection);
        }
    }).detach();
    return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/file";
}

}  // namespace

const std::string& waiting_url() {
    static const std::string kUrl = listen();
    return kUrl;
}

}  // namespace wire_tests
