#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "lazulite/emulator.hpp"

namespace lazulite {

/// What `lazulite explain` is asked.
struct ExplainOptions {
    std::string url;          ///< with a SAS
    std::string method;       ///< judged where it is named
    std::string ip;           ///< the address that the request would come from; empty: one that is allowed
    std::string at;           ///< the time of it; empty: now
    std::string account_key;  ///< of the account of the URL, instead of those that are configured
};

struct Explained {
    enum class Code : std::uint8_t { accepted = 0, refused = 1, no_sas = 2 };  ///< as the process ends with
    Code code = Code::no_sas;
    std::string text;  ///< lines
};

/// What the SAS of a URL grants, and why a server of these options would refuse it; without a server. What only the
/// server knows (stored policies, user delegation keys, roles) is said not to be judged.
[[nodiscard]] Explained explain(const ExplainOptions& options, const EmulatorOptions& server, Instant now);

}  // namespace lazulite
