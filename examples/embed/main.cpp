// An emulator inside a program: start it on free ports, talk to it, stop it. Everything stays in memory.

#include <arpa/inet.h>
#include <lazulite/emulator.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

namespace {

/// The whole answer to `GET path` at 127.0.0.1, or nothing when nobody listens.
std::string get(std::uint16_t port, const std::string& path) {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0) return {};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        if (send(connection, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size())) {
            char buffer[4096];
            for (ssize_t n = 0; (n = recv(connection, buffer, sizeof buffer, 0)) > 0;) {
                answer.append(buffer, static_cast<std::size_t>(n));
            }
        }
    }
    close(connection);
    return answer;
}

}  // namespace

int main() {
    try {
        lazulite::Emulator emulator;  // free ports, data in memory
        emulator.start();
        std::printf("lazulite %s\n%s\n", lazulite::version(), emulator.connection_string().c_str());

        const std::uint16_t port = emulator.port(lazulite::Surface::blob);
        const std::string answer = get(port, "/_lazulite/health");
        if (answer.find("HTTP/1.1 200") != 0) {
            std::fprintf(stderr, "not healthy: %s\n", answer.c_str());
            return 1;
        }
        std::puts("healthy");

        emulator.stop();
        if (!get(port, "/_lazulite/health").empty()) {
            std::fputs("still listening after stop\n", stderr);
            return 1;
        }
        std::puts("stopped");
        return 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
