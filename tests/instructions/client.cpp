#include "client.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace instructions {
namespace {

std::atomic<Client*> talking = nullptr;

[[noreturn]] void fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

bool whole(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t field = answer.find("\r\nContent-Length: ");
    if (field < end) return answer.size() == end + 4 + std::stoul(answer.substr(field + 18));
    const bool chunked = answer.find("\r\nTransfer-Encoding: chunked") < end;
    return !chunked || answer.ends_with("\r\n0\r\n\r\n");
}

}  // namespace

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
}

Client::~Client() { ::close(socket_); }

void Client::talk(const std::string& first, Next next) {
    next_ = std::move(next);
    ended_ = {};
    std::future<void> end = ended_.get_future();
    talking = this;
    send(first);
    end.get();
}

void Client::take_turn() {
    try {
        if (!receive()) return;
        const std::string request = next_(std::exchange(answer_, {}));
        if (!request.empty()) return send(request);
        talking = nullptr;
        ended_.set_value();
    } catch (...) {
        talking = nullptr;
        ended_.set_exception(std::current_exception());
    }
}

void Client::send(const std::string& request) const {
    // It fits the socket's buffer; nobody would take it out meanwhile.
    const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) fail("cannot send");
}

/// Whether the answer is whole now.
bool Client::receive() {
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t got = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
        if (got == 0) throw std::runtime_error("the server has closed the connection");
        if (got < 0) break;
        answer_.append(piece.data(), static_cast<std::size_t>(got));
    }
    return whole(answer_);
}

}  // namespace instructions

/// What an event loop calls before it sleeps.
extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
    if (timeout != 0) {
        CALLGRIND_TOGGLE_COLLECT;
        if (instructions::Client* const client = instructions::talking) client->take_turn();
        CALLGRIND_TOGGLE_COLLECT;
    }
    return static_cast<int>(::syscall(SYS_epoll_pwait, epoll, events, most, timeout, nullptr, _NSIG / 8));
}
