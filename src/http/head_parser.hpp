#pragma once

#include <cstddef>
#include <string_view>

#include "wire/message.hpp"

namespace lazulite {

/// What the head of a request says about its connection, beside what a Request holds.
struct Framing {
    bool keep_alive = false;
    bool http10 = false;
    bool expects_continue = false;
    bool too_many_fields = false;  ///< why the head was refused
};

/// Bytes of the head at the beginning of `text`, with its empty line; 0: not all there yet. `seen` bytes have been
/// looked at before.
[[nodiscard]] std::size_t find_head(std::string_view text, std::size_t seen);

/// True when `text`, the beginning of a head that is not all there yet, can never become a valid one: it begins with
/// something else than a method (a TLS handshake), or a line ends without carriage return. `seen` as above.
[[nodiscard]] bool hopeless_head(std::string_view text, std::size_t seen);

/// Reads a complete head into `request`; all views point into `head`. False: malformed, or framed in a way that two
/// readers could understand differently, so the connection must not go on.
[[nodiscard]] bool parse_head(std::string_view head, Request& request, Framing& framing);

}  // namespace lazulite
