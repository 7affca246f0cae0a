#pragma once

#include <vector>

#include "service/cors_rule.hpp"

namespace lazulite {

/// How this emulator was told to behave, for every account alike. Set at the start, never changed.
struct Behaviour {
    bool loose = false;               ///< headers that ask for what is not offered are ignored instead of refused; table names may hold `_` and `-`
    bool strict_versions = false;     ///< service versions that are not known are refused
    bool product_style_urls = true;   ///< the host may name the account (`account.blob.localhost`)
    bool oauth = false;               ///< bearer tokens are taken, over TLS
    bool queue_being_deleted = false; ///< the name of a deleted queue stays taken for half a minute
    bool both_schemes = false;        ///< every listener takes HTTP and HTTPS
    std::vector<CorsRule> cors = {};  ///< the CORS rules of a service whose properties nobody has set
};

}  // namespace lazulite
