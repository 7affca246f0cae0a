#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// How a service writes its errors.
enum class ErrorFormat : std::uint8_t {
    xml,             ///< blob, queue, file
    json,            ///< Data Lake: {"error":{"code","message"}}
    table_json,      ///< table: {"odata.error":{"code","message":{"lang","value"}}}
    table_xml,       ///< table, for clients that want Atom
    html,            ///< the static website: a page
};

/// Status, x-ms-error-code, reason phrase (the first line of the message, as Azure sends it) and body. A HEAD answer
/// and a 304 carry no body. Reference: "Status and error codes".
[[nodiscard]] Response error_response(const StorageError& error, ErrorFormat format, bool head,
                                      std::string_view request_id, Instant time);

}  // namespace lazulite
