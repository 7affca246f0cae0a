#include "auth/account_sas.hpp"

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kFirstAccountSas{2015, 4, 5};
constexpr ServiceVersion kEncryptionScopeSigned{2020, 12, 6};

bool only_letters_of(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

Result<> check_form(const Query& query) {
    for (const std::string_view name : {"sv", "ss", "srt", "sp", "se", "sig"}) {
        if (query.value_or_empty(name).empty()) return sas_field_missing(name);
    }
    const auto version = ServiceVersion::parse(query.value_or_empty("sv"));
    if (!version || *version < kFirstAccountSas || query.has("si") ||
        !only_letters_of(query.value_or_empty("ss"), "bqtf") || !only_letters_of(query.value_or_empty("srt"), "sco")) {
        return sas_refused(kNotWellFormed);
    }
    return check_sas_form(query, *version);
}

}  // namespace

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

Result<Identity> verify_account_sas(const SasCheck& check) {
    const Query& query = check.query;
    LAZ_CHECK(check_form(query));
    LAZ_CHECK(check_sas_signature(check, account_sas_string_to_sign(query, check.account)));
    const auto expiry = parse_iso8601(query.value_or_empty("se"));
    if (!expiry) return sas_refused(kNotWellFormed);
    LAZ_CHECK(check_sas_conditions(check, parse_iso8601(query.value_or_empty("st")), *expiry));
    return Identity::account_sas({Letters(query.value_or_empty("ss")), Letters(query.value_or_empty("srt")),
                                  Letters(query.value_or_empty("sp")), std::string(query.value_or_empty("ses"))});
}

}  // namespace lazulite
