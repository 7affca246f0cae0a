#include "auth/sas_fields.hpp"

#include <algorithm>
#include <bitset>
#include <string>

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kEncryptionScopes{2020, 12, 6};

/// Every parameter that some SAS signs or is told apart by.
constexpr std::string_view kFields[] = {
    "sv",  "ss",  "srt", "sr",    "sp",    "st",   "se",      "si",     "sip",  "spr",  "ses",      "sdd",      "sig",
    "tn",  "spk", "srk", "epk",   "erk",   "rscc", "rscd",    "rsce",   "rscl", "rsct", "skoid",    "sktid",    "skt",
    "ske", "sks", "skv", "saoid", "suoid", "scid", "skdutid", "sduoid", "srh",  "srq",  "snapshot", "versionid"};

bool repeats_a_field(const Query& query) {
    std::bitset<std::size(kFields)> seen;
    for (const auto& parameter : query.all()) {
        const auto* const field = std::find_if(std::begin(kFields), std::end(kFields), [&](std::string_view name) {
            return equals_ignoring_case(parameter.name, name);
        });
        if (field == std::end(kFields)) continue;
        const auto at = static_cast<std::size_t>(field - std::begin(kFields));
        if (seen[at]) return true;
        seen[at] = true;
    }
    return false;
}

struct AddressRange {
    std::uint32_t first, last;
};

std::optional<AddressRange> parse_addresses(std::string_view sip) {
    const std::size_t dash = sip.find('-');
    const auto first = parse_ipv4(sip.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_ipv4(sip.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return AddressRange{*first, *last};
}

/// The message is kept for whoever asks why, also where a later rule refuses.
Result<> judged(const SasCheck& check, bool genuine, std::string message) {
    Result<> outcome;
    if (!genuine) {
        note(check.why, Rule::signature);
        outcome = sas_refused("Signature did not match. String to sign used was " + message);
    }
    if (check.why) check.why->string_to_sign = std::move(message);
    return outcome;
}

std::string in_brackets(Instant when) { return "[" + format_rfc1123(when) + "]"; }

}  // namespace

bool is_sas(const Query& query) { return query.has("sig"); }

bool is_account_sas(const Query& query) { return is_sas(query) && (query.has("ss") || query.has("srt")); }

bool is_user_delegation_sas(const Query& query) { return is_sas(query) && query.has("skoid"); }

Result<> check_sas_form(const Query& query, ServiceVersion version) {
    const auto is_time = [&](std::string_view name) {
        const std::string_view text = query.value_or_empty(name);
        return text.empty() || parse_iso8601(text);
    };
    const std::string_view sip = query.value_or_empty("sip");
    const std::string_view spr = query.value_or_empty("spr");
    const bool protocol = spr.empty() || spr == "https" || spr == "https,http";
    const bool scope = query.value_or_empty("ses").empty() || version >= kEncryptionScopes;
    if (repeats_a_field(query) || !is_time("st") || !is_time("se") || !protocol || !scope ||
        (!sip.empty() && !parse_addresses(sip))) {
        return sas_refused(kNotWellFormed);
    }
    return {};
}

Result<> check_sas_signature(const SasCheck& check, std::string message) {
    const auto signature = base64_decode(check.query.value_or_empty("sig"));
    const bool genuine = signature && std::any_of(check.keys.begin(), check.keys.end(), [&](const AccountKey& key) {
                             return key.signed_by(message, as_bytes(*signature));
                         });
    return judged(check, genuine, std::move(message));
}

Result<> check_sas_digest(const SasCheck& check, std::string message, const std::optional<Sha256Digest>& digest) {
    const auto signature = base64_decode(check.query.value_or_empty("sig"));
    const bool genuine = digest && signature && equal_in_constant_time(*digest, as_bytes(*signature));
    return judged(check, genuine, std::move(message));
}

Result<> check_sas_time(std::optional<Instant> start, Instant expiry, Instant now) {
    const Instant from = start.value_or(now);
    if (expiry <= from) {
        return sas_refused("Signed expiry time " + in_brackets(expiry) + " must be after signed start time " +
                           in_brackets(from));
    }
    if (now < from || now >= expiry) {
        return sas_refused("Signature not valid in the specified time frame: Start " + in_brackets(from) +
                           " - Expiry " + in_brackets(expiry) + " - Current " + in_brackets(now));
    }
    return {};
}

Result<> check_sas_window(const SasCheck& check, std::optional<Instant> start, Instant expiry) {
    return blamed_on(Rule::time, check.why, check_sas_time(start, expiry, check.account_now));
}

Result<> check_sas_address(std::string_view sip, std::string_view remote_address) {
    if (sip.empty()) return {};
    const auto allowed = parse_addresses(sip);
    if (!allowed) return sas_refused(kNotWellFormed);
    constexpr std::string_view kMapped = "::ffff:";
    if (remote_address.starts_with(kMapped)) remote_address.remove_prefix(kMapped.size());
    const auto caller = parse_ipv4(remote_address);
    if (!caller || *caller < allowed->first || *caller > allowed->last) {
        return fail(StorageError(ErrorCode::authorization_source_ip_mismatch)
                        .saying("This request is not authorized to perform this operation using this source IP " +
                                std::string(remote_address) + ".")
                        .with("SourceIP", remote_address));
    }
    return {};
}

Result<> check_sas_protocol(std::string_view spr, bool secure) {
    if (spr.empty() || spr == "https,http") return {};
    if (spr != "https") return sas_refused(kNotWellFormed);
    if (!secure) return fail(ErrorCode::authorization_protocol_mismatch);
    return {};
}

Result<> check_sas_conditions(const SasCheck& check, std::optional<Instant> start, Instant expiry) {
    LAZ_CHECK(check_sas_window(check, start, expiry));
    if (!check.keys_permitted) return fail(ErrorCode::key_based_authentication_not_permitted);
    LAZ_CHECK(check_sas_address(check.query.value_or_empty("sip"), check.remote_address));
    return check_sas_protocol(check.query.value_or_empty("spr"), check.secure);
}

tl::unexpected<StorageError> sas_refused(std::string_view detail) {
    return fail(StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", detail));
}

tl::unexpected<StorageError> sas_field_missing(std::string_view name) {
    return sas_refused(std::string(name) + " is mandatory. Cannot be empty");
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = text.find('.');
        if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
        const auto number = parse_number<unsigned>(text.substr(0, dot));
        if (!number || *number > 255) return std::nullopt;
        address = address << 8 | *number;
        text.remove_prefix(part == 3 ? text.size() : dot + 1);
    }
    return address;
}

}  // namespace lazulite
