#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/task.hpp"
#include "wire/body.hpp"
#include "wire/fields.hpp"
#include "wire/method.hpp"

namespace lazulite {

/// A request of ours to another server.
struct OutgoingRequest {
    Method method = Method::get;
    std::string url;   ///< absolute, http or https, percent-encoded
    Fields fields;     ///< beside Host, Content-Length and Connection, which are added
    std::string body;
};

/// Its answer, whatever the status: no redirect is followed.
struct OutgoingAnswer {
    int status = 0;
    std::string reason;
    Fields fields;
    std::optional<std::uint64_t> length;  ///< of the body, where the server says it
    /// Never null; read it or drop it. Fails with bad_request where the answer breaks off.
    std::unique_ptr<BodyReader> body;
};

/// Why there is none.
struct OutgoingProblem {
    enum class Kind : std::uint8_t {
        malformed,    ///< no URL that can be asked
        forbidden,    ///< a host that must not be asked, or not without `--allowOutgoing`
        unreachable,  ///< no connection, no trust in the certificate, or no answer in time
    };
    Kind kind = Kind::unreachable;
    std::string text;  ///< "connection refused"
};

/// Asks other servers. Any thread; the answer comes where it was asked for.
class Outgoing {
  public:
    virtual ~Outgoing() = default;
    virtual Task<tl::expected<OutgoingAnswer, OutgoingProblem>> ask(OutgoingRequest request) = 0;
};

}  // namespace lazulite
