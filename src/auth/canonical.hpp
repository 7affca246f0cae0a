#pragma once

#include <string>
#include <string_view>

#include "wire/message.hpp"
#include "wire/service_version.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// How header names are ordered and inner blanks of values treated: clients differ, and each way is tried.
/// Reference: "Authorize with Shared Key", "Constructing the canonicalized headers string".
struct Canonicalization {
    enum class Order { ordinal, culture };  ///< by byte; or as .NET compares in culture en-US
    enum class Blanks { as_received, folded };
    Order order = Order::ordinal;
    Blanks blanks = Blanks::as_received;
};

/// Every `x-ms-*` header, lower-cased, sorted, one line each. Before version 2016-05-31 those without a value are left
/// out.
[[nodiscard]] std::string canonicalized_headers(const FieldViews& fields, ServiceVersion version, Canonicalization how);

/// `/account` + encoded path + one line per query parameter (Shared Key, versions from 2009-09-19 on).
[[nodiscard]] std::string canonicalized_resource(std::string_view account, std::string_view path, const Query& query);

/// `/account` + encoded path + `?comp=value` (Shared Key Lite, tables, versions before 2009-09-19).
[[nodiscard]] std::string canonicalized_resource_lite(std::string_view account, std::string_view path,
                                                      const Query& query);

/// Orders two header names as the service does in culture en-US: hyphens and apostrophes count only when all else is
/// equal.
[[nodiscard]] bool culture_less(std::string_view a, std::string_view b);

}  // namespace lazulite
