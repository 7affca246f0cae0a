#pragma once

#include <memory>

#include "http/tls.hpp"
#include "http/transport.hpp"

namespace lazulite {

class IoThread;

/// TCP without TLS. Takes over `socket`, a connected and non-blocking descriptor. On the thread itself. With `or_tls`, which
/// must live as long, the client's first byte tells whether it speaks TLS: then a TLS transport is the successor.
[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(IoThread& thread, int socket, bool ipv6,
                                                              const TlsSource* or_tls = nullptr);

}  // namespace lazulite
