#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/task.hpp"
#include "wire/body.hpp"
#include "wire/fields.hpp"
#include "wire/method.hpp"

namespace lazulite {

/// The head of a request, and its body as a reader. Made by `http`, read by everyone else; all views live as long as
/// the answer is being made.
struct Request {
    Method method = Method::unknown;
    std::string_view method_text;
    std::string_view path;   ///< as on the request line, still encoded, without the query; begins with '/'
    std::string_view query;  ///< without the '?', still encoded
    bool absolute_form = false;  ///< the request line named scheme and host too; `path` and `query` are already cut out
    FieldViews fields;
    std::optional<std::uint64_t> content_length;  ///< absent: no such header
    bool chunked = false;
    BodyReader* body = nullptr;  ///< never null while a Handler has the request

    std::string_view remote_address;  ///< text of the peer's IP address
    std::uint16_t local_port = 0;
    bool secure = false;  ///< came over TLS
};

/// An answer: status and fields, and nothing, a small text, or a source of slices as body. `http` adds Content-Length
/// or Transfer-Encoding, Connection and (where the handler did not) Date.
struct Response {
    int status = 200;
    std::string reason;  ///< empty: the status's standard phrase
    Fields fields;
    /// A shared text is one that others send too.
    std::variant<std::monostate, std::string, std::unique_ptr<BodySource>, std::shared_ptr<const std::string>> body;
    /// Length of the body, or kUnknownLength. Set by whoever sets a source, and on HEAD answers, which name a length and
    /// carry no body.
    std::uint64_t content_length = 0;
    bool close = false;  ///< close the connection after this answer

    void set_body(std::string text) {
        content_length = text.size();
        body = std::move(text);
    }
    void set_body(std::shared_ptr<const std::string> text) {
        content_length = text->size();
        body = std::move(text);
    }
    void set_body(std::unique_ptr<BodySource> source, std::uint64_t length) {
        content_length = length;
        body = std::move(source);
    }
};

/// What a listener hands its requests to. Never fails: errors are already rendered. Many threads at once.
class Handler {
  public:
    virtual ~Handler() = default;
    virtual Task<Response> handle(Request& request) = 0;
    /// An answer to a request so broken that it never became a Request (header block too large: 400, slow headers: 408,
    /// conflicting framing: 400), in the handler's own error format.
    virtual Response refuse(const StorageError& error) = 0;
    /// Once the last byte of an answer is out or the connection failed: for the access log.
    virtual void sent(const Request& /*request*/, int /*status*/, std::uint64_t /*body_bytes*/) {}
};

}  // namespace lazulite
