#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/task.hpp"
#include "wire/outgoing.hpp"

namespace lazulite {

struct ClientOptions {
    bool others = false;  ///< hosts beyond this machine too; link-local and metadata addresses never
    std::chrono::milliseconds connect_timeout{10'000};  ///< for name, connection and TLS
    std::chrono::milliseconds answer_timeout{60'000};   ///< from the first byte of the request to the head of the answer
    std::chrono::milliseconds idle_timeout{30'000};     ///< without a byte of the answer's body
    /// A body that brings less than `least_bytes` while we wait for it so long is given up: it would hold a thread for ever.
    std::chrono::milliseconds slow_timeout{60'000};
    std::size_t least_bytes = 64 * 1024;
    /// PEM file of the certificates to trust; empty: those of the system (or SSL_CERT_FILE, SSL_CERT_DIR), as OpenSSL finds
    /// them.
    std::string authorities = {};
};

class OutgoingRules;

/// Requests of our own to other servers: HTTP/1.1, one connection each. A name is resolved once, and the connection goes to
/// that very address. It blocks in `threads`, of which each exchange takes one while it waits.
class HttpClient final : public Outgoing {
  public:
    explicit HttpClient(Executor& threads, const ClientOptions& options = {});
    ~HttpClient() override;

    Task<tl::expected<OutgoingAnswer, OutgoingProblem>> ask(OutgoingRequest request) override;
    /// Whatever waits fails at once, and so does what comes later. Idempotent.
    void stop();

  private:
    Executor& threads_;
    ClientOptions options_;
    std::shared_ptr<OutgoingRules> rules_;
};

}  // namespace lazulite
