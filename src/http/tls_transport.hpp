#pragma once

#include <memory>

#include "http/tls.hpp"
#include "http/transport.hpp"

namespace lazulite {

class IoThread;

/// TLS over TCP, the server's side. Takes over `socket`, a connected and non-blocking descriptor. On the thread itself.
[[nodiscard]] std::unique_ptr<Transport> make_tls_transport(IoThread& thread, int socket, bool ipv6,
                                                            const TlsContext& context);

}  // namespace lazulite
