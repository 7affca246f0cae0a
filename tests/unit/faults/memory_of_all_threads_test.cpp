#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <string>

#include "allocations.hpp"
#include "base/log.hpp"
#include "lazulite/emulator.hpp"
#include "service/accounts.hpp"

namespace lazulite {
namespace {

constexpr timeval kPatience{20, 0};

/// Of one request on a connection of its own, all that comes until the server closes it; "late" when it does not.
std::string exchange(std::uint16_t port, const std::string& request) {
    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(connection, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
        char piece[4096];
        ssize_t got = 0;
        while ((got = ::recv(connection, piece, sizeof piece, 0)) > 0) answer.append(piece, static_cast<std::size_t>(got));
        if (got < 0 && errno == EAGAIN) answer = "late";
    }
    ::close(connection);
    return answer;
}

class Small {
  public:
    Small() {
        EmulatorOptions options;
        options.accounts.push_back({.name = "flat", .keys = {std::string(kDevelopmentKey)}});
        options.threads = 2;
        emulator_ = std::make_unique<Emulator>(options);
        emulator_->start();
    }
    /// The status; 0 without an answer.
    int send(Surface surface, const std::string& method, const std::string& target, const std::string& headers,
             const std::string& body, std::string* text = nullptr) {
        const char join = target.find('?') == std::string::npos ? '?' : '&';
        std::string request = method + " /flat/" + target + join + all_rights() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                              "Connection: close\r\nx-ms-version: 2024-08-04\r\n" + headers;
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        const std::string answer = exchange(emulator_->port(surface), request);
        EXPECT_NE(answer, "late") << method << " " << target << " is not answered";
        const std::size_t end = answer.find("\r\n\r\n");
        if (text != nullptr && end != std::string::npos) *text = answer.substr(end + 4);
        return answer.starts_with("HTTP/1.1 ") && answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
    }

  private:
    std::unique_ptr<Emulator> emulator_;
};

const std::string kBlock = "x-ms-blob-type: BlockBlob\r\n";
const std::string kJsonHeaders = "Content-Type: application/json\r\nAccept: application/json;odata=nometadata\r\n";

/// On every thread of the server an allocation fails again and again.
TEST(AServerWithoutMemory, LosesNothingAndGoesOn) {
    log::set_level(log::Level::off);
    Small server;
    ASSERT_EQ(server.send(Surface::blob, "PUT", "box?restype=container", "", ""), 201);
    ASSERT_EQ(server.send(Surface::queue, "PUT", "line", "", ""), 201);
    ASSERT_EQ(server.send(Surface::table, "POST", "Tables", kJsonHeaders, R"({"TableName":"people"})"), 201);
    std::set<std::string> acknowledged;
    int refused = 0;
    for (const std::uint64_t every : {13U, 41U, 83U, 167U, 331U, 653U}) {
        fail_every(every, every % 4 == 1 ? 1 : 4);
        for (int i = 0; i < 12; ++i) {
            const std::string name = std::to_string(every) + "-" + std::to_string(i);
            const std::string content(i % 2 == 0 ? 500 : 20'000, static_cast<char>('a' + i));
            const int blob = server.send(Surface::blob, "PUT", "box/" + name, kBlock, content);
            const int message = server.send(Surface::queue, "POST", "line/messages", "",
                                            "<QueueMessage><MessageText>" + name + "</MessageText></QueueMessage>");
            const int entity = server.send(Surface::table, "POST", "people", kJsonHeaders,
                                           R"({"PartitionKey":"p","RowKey":")" + name + "\"}");
            const int read = server.send(Surface::blob, "GET", "box/" + name, "", "");
            for (const int status : {blob, message, entity, read}) {
                refused += status == 0 || status >= 500 ? 1 : 0;
                EXPECT_TRUE(status == 0 || status == 201 || status == 200 || status == 404 || status == 500 || status == 503)
                    << status;
            }
            if (blob == 201) acknowledged.insert(name);
        }
        fail_every(0);
        ASSERT_EQ(server.send(Surface::blob, "PUT", "box/next", kBlock, "next"), 201);
        ASSERT_EQ(server.send(Surface::queue, "GET", "line/messages?peekonly=true", "", ""), 200);
        ASSERT_EQ(server.send(Surface::table, "GET", "people()", kJsonHeaders, ""), 200);
    }
    EXPECT_GT(refused, 0);
    for (const std::string& name : acknowledged) {
        const int i = std::stoi(name.substr(name.find('-') + 1));
        std::string text;
        EXPECT_EQ(server.send(Surface::blob, "GET", "box/" + name, "", "", &text), 200) << name;
        EXPECT_EQ(text, std::string(i % 2 == 0 ? 500 : 20'000, static_cast<char>('a' + i))) << name;
    }
    std::printf("%d of 288 requests were refused\n", refused);
}

}  // namespace
}  // namespace lazulite
