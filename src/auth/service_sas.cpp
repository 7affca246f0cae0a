#include "auth/service_sas.hpp"

#include <algorithm>
#include <chrono>

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kVersionIsSigned{2012, 2, 12};
constexpr ServiceVersion kServiceIsSigned{2015, 2, 21};
constexpr ServiceVersion kFirstOfFile{2015, 2, 21};
constexpr ServiceVersion kCreateAndAddLetters{2015, 4, 5};
constexpr ServiceVersion kSnapshots{2018, 11, 9};
constexpr ServiceVersion kVersions{2019, 12, 12};
constexpr ServiceVersion kDirectories{2020, 2, 10};
constexpr auto kLongestWithoutPolicy = std::chrono::hours(1);  // before kVersionIsSigned

constexpr std::string_view kWrongLevel = "The specified signed resource is not allowed for the this resource level";

/// The lines of a string-to-sign from one version on: fields of the query, `/` for the canonicalized resource and `@`
/// for the snapshot or version.
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

std::string_view name_of(ServiceLetter service) {
    switch (service) {
        case ServiceLetter::blob: return "blob";
        case ServiceLetter::queue: return "queue";
        case ServiceLetter::table: return "table";
        case ServiceLetter::file: return "file";
    }
    return "";
}

/// The first `depth` segments of `path`; nothing where it has fewer.
std::optional<std::string_view> first_segments(std::string_view path, unsigned depth) {
    std::size_t end = 0;
    for (unsigned i = 0; i < depth; ++i) {
        const std::size_t from = i == 0 ? 0 : end + 1;
        if (from >= path.size()) return std::nullopt;
        end = std::min(path.find('/', from), path.size());
    }
    return path.substr(0, end);
}

/// The resource a SAS says it is for, as the request names it.
struct Claim {
    Reach reach = Reach::container;
    std::string path;
    std::string moment;
};

std::string within(std::string_view container, std::string_view rest) {
    std::string path(container);
    if (!rest.empty()) path.append("/").append(rest);
    return path;
}

Result<Claim> claimed_directory(const SasCheck& check, ServiceVersion version) {
    const std::string_view text = check.query.value_or_empty("sdd");
    if (version < kDirectories) return sas_refused(kNotWellFormed);
    if (text.empty()) return sas_field_missing("sdd");
    const auto depth = parse_number<unsigned>(text);
    if (!depth) return sas_refused(kNotWellFormed);
    // A list stays inside the directory when its prefix goes on to the directory's slash.
    std::string_view named = check.name;
    if (named.empty()) {
        named = check.query.value_or_empty("prefix");
        named = named.substr(0, named.rfind('/') + 1);
    }
    const auto directory = first_segments(named, *depth);
    if (!directory) return sas_refused(kWrongLevel);
    return Claim{Reach::directory, within(check.container, *directory), {}};
}

Result<Claim> claimed_blob(const SasCheck& check, ServiceVersion version) {
    const Query& query = check.query;
    const std::string_view sr = query.value_or_empty("sr");
    if (sr.empty()) return sas_field_missing("sr");
    const bool known = sr == "c" || sr == "b" || sr == "d" || (sr == "bs" && version >= kSnapshots) ||
                       (sr == "bv" && version >= kVersions);
    if (!known) return sas_refused(kNotWellFormed);
    if (check.container.empty()) return sas_refused(kWrongLevel);
    if (sr == "c") return Claim{Reach::container, std::string(check.container), {}};
    if (sr == "d") return claimed_directory(check, version);
    if (check.name.empty()) return sas_refused(kWrongLevel);
    // From 2018-11-09 on the base blob, its snapshots and its versions are three things.
    const std::string_view moment = sr == "b" ? "" : query.value_or_empty(sr == "bs" ? "snapshot" : "versionid");
    const bool base_named = !query.has("snapshot") && !query.has("versionid");
    if (sr == "b" ? !base_named && version >= kSnapshots : moment.empty()) return sas_refused(kWrongLevel);
    return Claim{Reach::object, within(check.container, check.name), std::string(moment)};
}

Result<Claim> claimed_file(const SasCheck& check) {
    const std::string_view sr = check.query.value_or_empty("sr");
    if (sr.empty()) return sas_field_missing("sr");
    if (sr != "s" && sr != "f") return sas_refused(kNotWellFormed);
    if (check.container.empty() || (sr == "f" && check.name.empty())) return sas_refused(kWrongLevel);
    if (sr == "s") return Claim{Reach::container, std::string(check.container), {}};
    return Claim{Reach::object, within(check.container, check.name), {}};
}

/// A request to no table of its own (a batch) is judged part by part, each by its table.
Result<Claim> claimed_table(const SasCheck& check) {
    const std::string_view tn = check.query.value_or_empty("tn");
    if (tn.empty()) return sas_field_missing("tn");
    if (!check.container.empty() && !equals_ignoring_case(check.container, tn)) return sas_refused(kWrongLevel);
    return Claim{Reach::container, to_lower(tn), {}};
}

Result<Claim> claimed_resource(const SasCheck& check, ServiceVersion version) {
    switch (check.service) {
        case ServiceLetter::blob: return claimed_blob(check, version);
        case ServiceLetter::file: return claimed_file(check);
        case ServiceLetter::table: return claimed_table(check);
        case ServiceLetter::queue: break;
    }
    if (check.container.empty()) return sas_refused(kWrongLevel);
    return Claim{Reach::container, std::string(check.container), {}};
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

std::optional<std::string> service_sas_string_to_sign(const Query& query, ServiceLetter service, ServiceVersion version,
                                                      std::string_view account, const SignedResource& resource) {
    const Format* const format = format_of(service, version);
    if (!format) return std::nullopt;
    std::string text;
    std::string_view rest = format->lines;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line == "@") {
            text.append(resource.moment);
        } else if (line == "/") {
            if (version >= kServiceIsSigned) text.append("/").append(name_of(service));
            text.append("/").append(account).append("/").append(resource.path);
        } else {
            text.append(query.value_or_empty(line));
        }
        if (!rest.empty()) text.append("\n");
    }
    return text;
}

Result<Identity> verify_service_sas(const SasCheck& check, const PolicyLookup& policies) {
    const Query& query = check.query;
    LAZ_TRY(const ServiceVersion version, signed_version(check));
    LAZ_CHECK(check_mandatory(query));
    LAZ_CHECK(check_sas_form(query, version));
    LAZ_TRY(const Claim claim, claimed_resource(check, version));
    const auto message =
        service_sas_string_to_sign(query, check.service, version, check.account, {claim.path, claim.moment});
    if (!message) return sas_refused(kNotWellFormed);
    LAZ_CHECK(check_sas_signature(check, *message));
    LAZ_TRY(const Terms terms, terms_of(check, version, policies));
    if (version < kVersionIsSigned && query.value_or_empty("si").empty()) {
        LAZ_CHECK(check_old_window(terms, check.account_now));
    }
    LAZ_CHECK(check_sas_conditions(check, terms.start, *terms.expiry));
    return Identity::service_sas({claim.reach, Letters(terms.permission), std::string(query.value_or_empty("ses")),
                                  format_of(check.service, version)->lines.find("rscc") != std::string_view::npos});
}

}  // namespace lazulite
