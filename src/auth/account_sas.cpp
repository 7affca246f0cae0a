#include "auth/account_sas.hpp"

#include <array>

#include "auth/sas_fields.hpp"
#include "wire/date.hpp"
#include "wire/service_version.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kFirstAccountSas{2015, 4, 5};
constexpr ServiceVersion kEncryptionScopeSigned{2020, 12, 6};

constexpr std::string_view kNotWellFormed = "Signature fields not well formed.";

bool only_letters_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

Result<> check_form(const Query& query) {
    for (const std::string_view name : {"sv", "ss", "srt", "sp", "se", "sig"}) {
        if (query.value_or_empty(name).empty()) {
            return sas_refused(std::string(name) + " is mandatory. Cannot be empty");
        }
    }
    const auto version = ServiceVersion::parse(query.value_or_empty("sv"));
    if (!version || *version < kFirstAccountSas || query.has("si") ||
        !only_letters_of(query.value_or_empty("ss"), "bqtf") || !only_letters_of(query.value_or_empty("srt"), "sco")) {
        return sas_refused(kNotWellFormed);
    }
    return check_sas_form(query);
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

}  // namespace

Result<> check_sas_form(const Query& query) {
    const std::string_view st = query.value_or_empty("st");
    const std::string_view sip = query.value_or_empty("sip");
    const std::string_view spr = query.value_or_empty("spr");
    const bool times = parse_iso8601(query.value_or_empty("se")) && (st.empty() || parse_iso8601(st));
    const bool protocol = spr.empty() || spr == "https" || spr == "https,http";
    if (!times || !protocol || (!sip.empty() && !parse_addresses(sip))) return sas_refused(kNotWellFormed);
    return {};
}

tl::unexpected<StorageError> sas_refused(std::string_view detail) {
    return fail(StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", detail));
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

Result<> check_sas_time(std::string_view st, std::string_view se, Instant now) {
    const auto start = parse_iso8601(st);
    const auto expiry = parse_iso8601(se);
    if (!expiry || (!start && !st.empty())) return sas_refused(kNotWellFormed);
    if ((start && now < *start) || now >= *expiry) {
        return sas_refused("Signature not valid in the specified time frame: Start [" +
                           (start ? format_rfc1123(*start) : std::string()) + "] - Expiry [" + format_rfc1123(*expiry) +
                           "] - Current [" + format_rfc1123(now) + "]");
    }
    return {};
}

Result<> check_sas_address(std::string_view sip, std::string_view remote_address) {
    if (sip.empty()) return {};
    const auto allowed = parse_addresses(sip);
    if (!allowed) return sas_refused(kNotWellFormed);
    constexpr std::string_view kMapped = "::ffff:";
    if (remote_address.starts_with(kMapped)) remote_address.remove_prefix(kMapped.size());
    const auto caller = parse_ipv4(remote_address);
    if (!caller || *caller < allowed->first || *caller > allowed->last) {
        return fail(StorageError(ErrorCode::authorization_source_ip_mismatch).with("SourceIP", remote_address));
    }
    return {};
}

Result<> check_sas_protocol(std::string_view spr, bool secure) {
    if (spr.empty() || spr == "https,http") return {};
    if (spr != "https") return sas_refused(kNotWellFormed);
    if (!secure) return fail(ErrorCode::authorization_protocol_mismatch);
    return {};
}

bool is_sas(const Query& query) { return query.has("sig"); }

bool is_service_sas(const Query& query) { return is_sas(query) && (query.has("sr") || query.has("tn")); }

std::string account_sas_string_to_sign(const Query& query, std::string_view account) {
    std::string text;
    text.reserve(256);
    text.append(account).append("\n");
    for (const std::string_view name : {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"}) {
        text.append(query.value_or_empty(name)).append("\n");
    }
    const auto version = ServiceVersion::parse(query.value_or_empty("sv"));
    if (version && *version >= kEncryptionScopeSigned) text.append(query.value_or_empty("ses")).append("\n");
    return text;
}

Result<Identity> verify_account_sas(const AccountSasCheck& check) {
    const Query& query = check.query;
    LAZ_CHECK(check_form(query));
    const std::string message = account_sas_string_to_sign(query, check.account);
    const auto signature = base64_decode(query.value_or_empty("sig"));
    bool genuine = false;
    for (const AccountKey& key : check.keys) {
        genuine = genuine || (signature && key.signed_by(message, as_bytes(*signature)));
    }
    if (!genuine) return sas_refused("Signature did not match. String to sign used was " + message);
    LAZ_CHECK(check_sas_time(query.value_or_empty("st"), query.value_or_empty("se"), check.account_now));
    LAZ_CHECK(check_sas_address(query.value_or_empty("sip"), check.remote_address));
    LAZ_CHECK(check_sas_protocol(query.value_or_empty("spr"), check.secure));
    return Identity::account_sas(Letters(query.value_or_empty("ss")), Letters(query.value_or_empty("srt")),
                                 Letters(query.value_or_empty("sp")));
}

}  // namespace lazulite
