#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/server.hpp"

namespace lazulite {

struct Got {
    int status = 0;
    std::string body;
};

/// What a server of this machine answers to `GET path`, over TLS if `secure`: whoever asks its own machine knows it
/// without a certificate, so none is judged. At most 1 MiB, within `patience`. Blocks its thread. The error is a text
/// such as "connection refused".
[[nodiscard]] tl::expected<Got, std::string> get(const Endpoint& server, bool secure, std::string_view path,
                                                 std::chrono::milliseconds patience);

}  // namespace lazulite
