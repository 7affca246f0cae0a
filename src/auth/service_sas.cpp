#include "auth/service_sas.hpp"

#include <algorithm>
#include <chrono>

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kVersionIsSigned{2012, 2, 12};
constexpr ServiceVersion kFirstOfFile{2015, 2, 21};
constexpr ServiceVersion kCreateAndAddLetters{2015, 4, 5};
constexpr auto kLongestWithoutPolicy = std::chrono::hours(1);  // before kVersionIsSigned

/// The lines of a string-to-sign from one version on, as `sas_string_to_sign` reads them.
struct Format {
    ServiceLetter service;
    ServiceVersion since;
    std::string_view lines;
};
constexpr Format kFormats[] = {  // the newest of a service first
    {ServiceLetter::blob, {2020, 12, 6}, "sp st se / si sip spr sv sr @ ses rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2018, 11, 9}, "sp st se / si sip spr sv sr @ rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2015, 4, 5}, "sp st se / si sip spr sv rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2013, 8, 15}, "sp st se / si sv rscc rscd rsce rscl rsct"},
    {ServiceLetter::blob, {2012, 2, 12}, "sp st se / si sv"},
    {ServiceLetter::blob, kOldestVersion, "sp st se / si"},
    {ServiceLetter::queue, {2015, 4, 5}, "sp st se / si sip spr sv"},
    {ServiceLetter::queue, {2012, 2, 12}, "sp st se / si sv"},
    {ServiceLetter::table, {2015, 4, 5}, "sp st se / si sip spr sv spk srk epk erk"},
    {ServiceLetter::table, {2012, 2, 12}, "sp st se / si sv spk srk epk erk"},
    {ServiceLetter::file, {2015, 4, 5}, "sp st se / si sip spr sv rscc rscd rsce rscl rsct"},
    {ServiceLetter::file, {2015, 2, 21}, "sp st se / si sv rscc rscd rsce rscl rsct"},
};

const Format* format_of(ServiceLetter service, ServiceVersion version) {
    const auto at = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& format) {
        return format.service == service && version >= format.since;
    });
    return at == std::end(kFormats) ? nullptr : at;
}

/// `sv`; without one it is the format from before there was a version, which only blobs had.
Result<ServiceVersion> signed_version(const SasCheck& check) {
    const std::string_view sv = check.query.value_or_empty("sv");
    if (sv.empty()) {
        if (check.service != ServiceLetter::blob) return sas_field_missing("sv");
        return kOldestVersion;
    }
    const auto version = ServiceVersion::parse(sv);
    const ServiceVersion first = check.service == ServiceLetter::file ? kFirstOfFile : kVersionIsSigned;
    if (!version || *version < first) return sas_refused(kNotWellFormed);
    return *version;
}

/// What the SAS and its policy allow together.
struct Terms {
    std::optional<Instant> start;
    std::optional<Instant> expiry;
    std::string permission;
};

/// Each of start, expiry and permission comes from the SAS or from the policy, and two of them must.
Result<Terms> joined(const StoredPolicy& policy, Terms terms) {
    if (!terms.expiry && !policy.expiry) {
        return sas_refused("Signed expiry must be specified in signature or SAS identifier");
    }
    if (terms.permission.empty() && policy.permission.empty()) {
        return sas_refused("Signed permission must be specified in signature or SAS identifier");
    }
    if ((terms.start && policy.start) || (terms.expiry && policy.expiry) ||
        (!terms.permission.empty() && !policy.permission.empty())) {
        return sas_refused("Access policy fields can be associated with signature or SAS identifier but not both");
    }
    if (policy.start) terms.start = policy.start;
    if (policy.expiry) terms.expiry = policy.expiry;
    terms.permission += policy.permission;
    return terms;
}

Result<Terms> terms_of(const SasCheck& check, ServiceVersion version, const PolicyLookup& policies) {
    const Query& query = check.query;
    Terms terms{parse_iso8601(query.value_or_empty("st")), parse_iso8601(query.value_or_empty("se")),
                std::string(query.value_or_empty("sp"))};
    const std::string_view id = query.value_or_empty("si");
    if (id.empty()) return terms;
    const StoredPolicies stored = policies();
    const StoredPolicy* const policy = find_policy(stored, id);
    if (!policy) return sas_refused("SAS identifier cannot be found for specified signed identifier");
    const bool files = check.service == ServiceLetter::blob || check.service == ServiceLetter::file;
    if (files && version < kCreateAndAddLetters && Letters(policy->permission).any_of(Letters("ac"))) {
        return fail(StorageError(ErrorCode::feature_version_mismatch)
                        .saying("Stored access policy contains a permission that is not supported by this version."));
    }
    return joined(*policy, std::move(terms));
}

Result<> check_mandatory(const Query& query) {
    if (query.value_or_empty("sig").empty()) return sas_field_missing("sig");
    if (!query.value_or_empty("si").empty()) return {};
    for (const std::string_view name : {"se", "sp"}) {
        if (query.value_or_empty(name).empty()) return sas_field_missing(name);
    }
    return {};
}

Result<> check_old_window(const Terms& terms, Instant now) {
    const Instant start = terms.start.value_or(now);
    if (*terms.expiry - start <= kLongestWithoutPolicy) return {};
    return sas_refused("Access without signed identifier cannot have time window more than 1 hour: Start [" +
                       format_rfc1123(start) + "] - Expiry [" + format_rfc1123(*terms.expiry) + "]");
}

}  // namespace

std::optional<std::string> service_sas_string_to_sign(const Query& query, ServiceVersion version,
                                                      std::string_view account, const SignedResource& resource) {
    const Format* const format = format_of(resource.service, version);
    if (!format) return std::nullopt;
    return sas_string_to_sign(format->lines, query, version, account, resource);
}

Result<Identity> verify_service_sas(const SasCheck& check, const PolicyLookup& policies) {
    const Query& query = check.query;
    LAZ_TRY(const ServiceVersion version, signed_version(check));
    LAZ_CHECK(check_mandatory(query));
    LAZ_CHECK(check_sas_form(query, version));
    LAZ_TRY(const SignedResource resource, signed_resource(check, version));
    auto message = service_sas_string_to_sign(query, version, check.account, resource);
    if (!message) return sas_refused(kNotWellFormed);
    LAZ_CHECK(check_sas_signature(check, *std::move(message)));
    LAZ_TRY(const Terms terms, blamed_on(Rule::stored_policy, check.why, terms_of(check, version, policies)));
    if (version < kVersionIsSigned && query.value_or_empty("si").empty()) {
        LAZ_CHECK(blamed_on(Rule::time, check.why, check_old_window(terms, check.account_now)));
    }
    LAZ_CHECK(check_sas_conditions(check, terms.start, *terms.expiry));
    return Identity::service_sas({resource.reach, Letters(terms.permission), std::string(query.value_or_empty("ses")),
                                  format_of(check.service, version)->lines.find("rscc") != std::string_view::npos});
}

}  // namespace lazulite
