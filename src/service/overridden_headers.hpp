#pragma once

#include <string>
#include <string_view>

#include "service/exchange.hpp"

namespace lazulite {

/// What a SAS has the answer of a read say instead of what is stored: `rscc`, `rscd`, `rsce`, `rscl`, `rsct`. Reference: "Create a
/// service SAS", overriding response headers.
template <class Headers>
void override_headers(const Exchange& x, Headers& headers) {
    if (!x.identity.may_override_headers()) return;
    const auto replace = [&x](std::string_view parameter, std::string& value) {
        const std::string_view given = x.query.value_or_empty(parameter);
        if (!given.empty()) value = given;
    };
    replace("rscc", headers.cache_control);
    replace("rscd", headers.disposition);
    replace("rsce", headers.encoding);
    replace("rscl", headers.language);
    replace("rsct", headers.type);
}

}  // namespace lazulite
