#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "wire/fields.hpp"

namespace lazulite {

/// Request headers that the reference defines for an operation which is offered, but not yet with them. A header that
/// the reference does not define there is in no such row and is ignored, as the service does. One row an operation; an
/// entry goes when its feature lands.
struct NotHonoured {
    std::string_view operation;               ///< name of the row in the operation table
    std::array<std::string_view, 8> headers;  ///< names, or several of them separated by blanks, or "name: value"
};

/// Fails with not_implemented and the HeaderName when the request has a header of the operation's row: what it asks for
/// must not be lost in silence.
[[nodiscard]] Result<> check_honoured(std::span<const NotHonoured> table, std::string_view operation,
                                      const FieldViews& fields);

}  // namespace lazulite
