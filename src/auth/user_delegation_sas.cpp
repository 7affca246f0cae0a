#include "auth/user_delegation_sas.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kOverriddenHeaders{2018, 11, 9};

/// As in service_sas.cpp; `#` and `?` are the headers and parameters of the request that the SAS signs, too.
struct DelegationFormat {
    ServiceLetter service;
    ServiceVersion since;
    std::string_view lines;
};
constexpr DelegationFormat kDelegationFormats[] = {  // the newest of a service first
    {ServiceLetter::blob, {2026, 4, 6},
     "sp st se / skoid sktid skt ske sks skv saoid suoid scid skdutid sduoid sip spr sv sr @ ses # ? rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2025, 7, 5},
     "sp st se / skoid sktid skt ske sks skv saoid suoid scid skdutid sduoid sip spr sv sr @ ses rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2020, 12, 6},
     "sp st se / skoid sktid skt ske sks skv saoid suoid scid sip spr sv sr @ ses rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2020, 2, 10},
     "sp st se / skoid sktid skt ske sks skv saoid suoid scid sip spr sv sr @ rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2018, 11, 9},
     "sp st se / skoid sktid skt ske sks skv sip spr sv sr @ rscc rscd rsce rscl rsct"},
    {ServiceLetter::queue, {2025, 7, 5}, "sp st se / skoid sktid skt ske sks skv skdutid sduoid sip spr sv"},
    {ServiceLetter::file, {2025, 7, 5},
     "sp st se / skoid sktid skt ske sks skv skdutid sduoid sip spr sv rscc rscd rsce rscl rsct"},
    // No client makes one yet: the lines of the others, and those that tables add to a service SAS.
    {ServiceLetter::table, {2025, 7, 5},
     "sp st se / skoid sktid skt ske sks skv skdutid sduoid sip spr sv spk srk epk erk"},
};

const DelegationFormat* delegation_format_of(ServiceLetter service, ServiceVersion version) {
    const auto* const at = std::find_if(
        std::begin(kDelegationFormats), std::end(kDelegationFormats),
        [&](const DelegationFormat& format) { return format.service == service && version >= format.since; });
    return at == std::end(kDelegationFormats) ? nullptr : at;
}

/// Calls `each` with every name of a list with commas.
template <class Each>
void for_each_name(std::string_view names, Each each) {
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(','), names.size());
        each(trim(names.substr(0, end)));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
}

std::string signed_headers(const Query& query, const FieldViews& fields) {
    std::string block;
    for_each_name(query.value_or_empty("srh"), [&](std::string_view name) {
        block.append(name).append(":").append(fields.value_or_empty(name)).append("\n");
    });
    return block;
}

std::string signed_parameters(const Query& query) {
    std::string block;
    for_each_name(query.value_or_empty("srq"), [&](std::string_view name) {
        block.append("\n").append(name).append(":").append(query.value_or_empty(name));
    });
    return block;
}

Result<ServiceVersion> checked_form(const SasCheck& check) {
    const Query& query = check.query;
    for (const std::string_view name : {"sv", "sp", "se", "sig", "skoid", "sktid", "skt", "ske", "sks", "skv"}) {
        if (query.value_or_empty(name).empty()) return sas_field_missing(name);
    }
    const auto version = ServiceVersion::parse(query.value_or_empty("sv"));
    const std::string_view service = query.value_or_empty("sks");
    if (!version || query.has("si") || service.size() != 1 || service.front() != static_cast<char>(check.service) ||
        !parse_iso8601(query.value_or_empty("skt")) || !parse_iso8601(query.value_or_empty("ske")) ||
        !ServiceVersion::parse(query.value_or_empty("skv"))) {
        return sas_refused(kNotWellFormed);
    }
    LAZ_CHECK(check_sas_form(query, *version));
    return *version;
}

Result<> check_signature(const SasCheck& check, const UserDelegation& delegation, std::string message) {
    const Query& query = check.query;
    const auto key = delegation.key({query.value_or_empty("skoid"), query.value_or_empty("sktid"),
                                     query.value_or_empty("skt"), query.value_or_empty("ske"),
                                     query.value_or_empty("sks"), query.value_or_empty("skv"),
                                     query.value_or_empty("skdutid")});
    const auto digest = key ? std::optional(HmacSha256(as_bytes(*key)).sign(message)) : std::nullopt;
    return check_sas_digest(check, std::move(message), digest);
}

/// Only that user may use the SAS, and shows by a token that it is the user.
Result<> check_user(const SasCheck& check, const UserDelegation& delegation) {
    const std::string_view user = check.query.value_or_empty("sduoid");
    if (user.empty()) return {};
    LAZ_TRY(const std::string shown, delegation.bearer());
    if (!equals_ignoring_case(shown, user)) {
        note(check.why, Rule::token);
        return sas_refused("The object id of the bearer token is not the one that the SAS is for.");
    }
    return {};
}

/// `saoid` has the rights of the owner of the key, who vouches for it; `suoid` is judged by what paths grant to it. The two
/// exclude each other. Without them that is what the owner of the key is judged by, where its roles do not grant enough.
Result<Identity::PosixUser> posix_user(const Query& query) {
    const std::string agent(query.value_or_empty("saoid"));
    const std::string user(query.value_or_empty("suoid"));
    if (!agent.empty() && !user.empty()) return sas_refused(kNotWellFormed);
    if (!user.empty()) return Identity::PosixUser{user, true, user};
    Identity::PosixUser owner{std::string(query.value_or_empty("skoid"))};
    if (!agent.empty()) owner.creator = agent;
    return owner;
}

}  // namespace

std::optional<std::string> user_delegation_string_to_sign(const Query& query, const FieldViews& fields,
                                                          ServiceVersion version, std::string_view account,
                                                          const SignedResource& resource) {
    const DelegationFormat* const format = delegation_format_of(resource.service, version);
    if (!format) return std::nullopt;
    return sas_string_to_sign(format->lines, query, version, account, resource,
                              [&](std::string_view line) -> std::optional<std::string> {
                                  if (line == "#") return signed_headers(query, fields);
                                  if (line == "?") return signed_parameters(query);
                                  return std::nullopt;
                              });
}

Result<Identity> verify_user_delegation_sas(const SasCheck& check, const UserDelegation& delegation) {
    const Query& query = check.query;
    LAZ_TRY(const ServiceVersion version, checked_form(check));
    LAZ_TRY(const SignedResource resource, signed_resource(check, version));
    auto message = user_delegation_string_to_sign(query, delegation.fields, version, check.account, resource);
    if (!message) return sas_refused(kNotWellFormed);
    LAZ_CHECK(check_signature(check, delegation, *std::move(message)));
    const auto expiry = parse_iso8601(query.value_or_empty("se"));
    if (!expiry) return sas_refused(kNotWellFormed);
    LAZ_CHECK(check_sas_window(check, parse_iso8601(query.value_or_empty("skt")),
                               *parse_iso8601(query.value_or_empty("ske"))));
    LAZ_CHECK(check_sas_conditions(check, parse_iso8601(query.value_or_empty("st")), *expiry));
    LAZ_CHECK(check_user(check, delegation));
    const std::string owner(query.value_or_empty("skoid"));
    LAZ_TRY(Identity::PosixUser posix, posix_user(query));
    return Identity::service_sas({resource.reach, Letters(query.value_or_empty("sp")),
                                  std::string(query.value_or_empty("ses")), version >= kOverriddenHeaders,
                                  delegation.rights(owner, check.container),
                                  [rights = delegation.rights, owner](std::string_view container) {
                                      return rights(owner, container);
                                  },
                                  std::move(posix)});
}

}  // namespace lazulite
