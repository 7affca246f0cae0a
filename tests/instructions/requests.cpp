#include "requests.hpp"

namespace instructions {
namespace {

/// An account SAS of devstoreaccount1: all services, all resource types, all permissions; signed with the public key.
constexpr std::string_view kSas =
    "sv=2020-12-06&ss=bfqt&srt=sco&sp=rwdlacuptf&se=2099-12-31T00%3A00%3A00Z"
    "&sig=%2BWVrdPLwrroIPB%2BcENPZz9pZYOCBOYBMEWkpxQsecBE%3D";

}  // namespace

std::string bytes_of(const Message& message) {
    std::string text(message.method);
    text.append(" /devstoreaccount1").append(message.path).append("?");
    if (!message.query.empty()) text.append(message.query).append("&");
    text.append(kSas).append(" HTTP/1.1\r\n");
    text += "Host: 127.0.0.1:10000\r\n"
            "User-Agent: azsdk-net-Storage/12.24.0 (.NET 8.0.11; Debian GNU/Linux 12 (bookworm))\r\n"
            "x-ms-version: 2025-01-05\r\n"
            "x-ms-client-request-id: 6f1c0d5e-8a3b-4c2d-9e1f-0123456789ab\r\n"
            "x-ms-return-client-request-id: true\r\n";
    for (const auto& [name, value] : message.headers) text.append(name).append(": ").append(value).append("\r\n");
    const std::string length = std::to_string(message.body.size());
    if (message.method != "GET") text.append("Content-Length: ").append(length).append("\r\n");
    return text + "\r\n" + message.body;
}

std::string digits(unsigned number) {
    std::string text = std::to_string(number);
    return text.insert(0, 6 - text.size(), '0');
}

std::string content(std::size_t size, unsigned seed) {
    std::string bytes(size, '\0');
    unsigned state = seed;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24);
    return bytes;
}

}  // namespace instructions
