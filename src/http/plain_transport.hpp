#pragma once

#include <memory>

#include "http/transport.hpp"

namespace lazulite {

class IoThread;

/// TCP without TLS. Takes over `socket`, a connected and non-blocking descriptor. On the thread itself.
[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(IoThread& thread, int socket, bool ipv6);

}  // namespace lazulite
