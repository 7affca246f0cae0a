#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/message.hpp"
#include "wire/multipart.hpp"

namespace lazulite {

/// A request that stands within another one, as a part of its multipart body: views of that body.
struct EmbeddedRequest {
    std::string_view method_text;
    std::string_view path;   ///< as written, still encoded; without scheme and host, if the request line named them
    std::string_view query;  ///< without the '?', still encoded
    FieldViews fields;
    std::string_view body;
    std::string_view content_id;  ///< of the part, or of the request within it
};

/// Fails with invalid_input for a part that is no `application/http` or holds no request. References: "Performing entity
/// group transactions", "Blob Batch".
[[nodiscard]] Result<EmbeddedRequest> parse_embedded(const MimePart& part);

/// The usual reason phrase of a status that answers within answers have.
[[nodiscard]] std::string_view usual_reason(int status);

/// An answer that stands within another one: status line, `before` (whole lines), fields, and a body that is a text.
void append_embedded(std::string& to, std::string_view reason, std::string_view before, const Response& response);

}  // namespace lazulite
