#pragma once

#include <cstdint>
#include <string>

#include "wire/message.hpp"

namespace lazulite {

enum class Persistence : std::uint8_t {
    keep_alive,
    keep_alive_http10,
    close,
    until_close,  ///< HTTP/1.0, and a body of unknown length: it ends with the connection
};

/// Writes status line, fields, Content-Length or Transfer-Encoding, and Connection, ready to send, in place of what `out`
/// held.
void write_head(std::string& out, const Response& response, std::uint64_t content_length, Persistence persistence);

/// The phrase of RFC 9110 for a status; "Unknown" for one that has none.
[[nodiscard]] std::string_view standard_phrase(int status);

/// Statuses whose answers have no body and no Content-Length: 1xx, 204, 304.
[[nodiscard]] bool bodiless(int status);

}  // namespace lazulite
