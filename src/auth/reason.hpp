#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/permissions.hpp"
#include "base/result.hpp"

namespace lazulite {

/// Which rule refused a request, for people who ask why.
enum class Rule : std::uint8_t {
    none,
    malformed,  ///< credentials that cannot be read
    signature,
    time,           ///< a SAS or token before its start or after its expiry
    clock_skew,     ///< the date of a request signed with a key
    source_ip,      ///< `sip`
    protocol,       ///< `spr`, or a token without TLS
    version,        ///< one in which there were no such credentials
    service,        ///< `ss`
    resource_type,  ///< `srt`
    resource,       ///< the URL is not what the SAS is for
    permission,     ///< letters
    role,
    credentials,  ///< no such credentials ever do this
    token,        ///< of somebody or for something else
    stored_policy,
    public_access,   ///< nobody's request, and the container is not open
    account_switch,  ///< the account forbids these credentials
    cors,
    operation,  ///< the operation itself
};
/// One word: "clockSkew".
[[nodiscard]] std::string_view word(Rule rule);

/// What stands behind a refusal, told beside the error: the error is for the client and says what Azure says. It is
/// filled where a request is judged, for whoever passes one.
struct Reason {
    Rule rule = Rule::none;
    std::string string_to_sign;      ///< as it was built here
    std::string canonical_resource;  ///< the part of it that says what is signed for
    std::string needed;              ///< letters or actions
    std::string granted;
};

inline void note(Reason* why, Rule rule) {
    if (why) why->rule = rule;
}

/// An outcome; where it is a failure, that rule refused.
template <class Outcome>
[[nodiscard]] Outcome blamed_on(Rule rule, Reason* why, Outcome outcome) {
    if (!outcome) note(why, rule);
    return outcome;
}

/// The rule that was noted, or the one that the error's code names; none where the error is no refusal.
[[nodiscard]] Rule rule_of(const StorageError& error, const Reason& why);

/// "c or w, and t"
[[nodiscard]] std::string needed_letters(const Needs& needs);

}  // namespace lazulite
