#include "auth/signed_resource.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kServiceIsSigned{2015, 2, 21};
constexpr ServiceVersion kSnapshots{2018, 11, 9};
constexpr ServiceVersion kVersions{2019, 12, 12};
constexpr ServiceVersion kDirectories{2020, 2, 10};

tl::unexpected<StorageError> wrong_level(const SasCheck& check) {
    note(check.why, Rule::resource);
    return sas_refused("The specified signed resource is not allowed for the this resource level");
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

std::string within(std::string_view container, std::string_view rest) {
    std::string path(container);
    if (!rest.empty()) path.append("/").append(rest);
    return path;
}

Result<SignedResource> claimed_directory(const SasCheck& check, ServiceVersion version) {
    const std::string_view text = check.query.value_or_empty("sdd");
    if (version < kDirectories) return sas_refused(kNotWellFormed);
    if (text.empty()) return sas_field_missing("sdd");
    const auto depth = parse_number<unsigned>(text);
    if (!depth) return sas_refused(kNotWellFormed);
    std::string_view named = check.name;
    const bool lists_paths = check.query.has("resource") && !check.query.has("restype") && !check.query.has("comp");
    if (named.empty() && lists_paths) {
        named = check.query.value_or_empty("directory");
        named.remove_prefix(std::min(named.find_first_not_of('/'), named.size()));
    } else if (named.empty()) {
        // A list stays inside the directory when its prefix goes on to the directory's slash.
        named = check.query.value_or_empty("prefix");
        named = named.substr(0, named.rfind('/') + 1);
    }
    const auto directory = first_segments(named, *depth);
    if (!directory) return wrong_level(check);
    return SignedResource{Reach::directory, check.service, within(check.container, *directory), {}};
}

Result<SignedResource> claimed_blob(const SasCheck& check, ServiceVersion version) {
    const Query& query = check.query;
    const std::string_view sr = query.value_or_empty("sr");
    if (sr.empty()) return sas_field_missing("sr");
    const bool known = sr == "c" || sr == "b" || sr == "d" || (sr == "bs" && version >= kSnapshots) ||
                       (sr == "bv" && version >= kVersions);
    if (!known) return sas_refused(kNotWellFormed);
    if (check.container.empty()) return wrong_level(check);
    if (sr == "c") return SignedResource{Reach::container, check.service, std::string(check.container), {}};
    if (sr == "d") return claimed_directory(check, version);
    if (check.name.empty()) return wrong_level(check);
    // From 2018-11-09 on the base blob, its snapshots and its versions are three things.
    const std::string_view moment = sr == "b" ? "" : query.value_or_empty(sr == "bs" ? "snapshot" : "versionid");
    const bool base_named = !query.has("snapshot") && !query.has("versionid");
    if (sr == "b" ? !base_named && version >= kSnapshots : moment.empty()) return wrong_level(check);
    return SignedResource{Reach::object, check.service, within(check.container, check.name), std::string(moment)};
}

Result<SignedResource> claimed_file(const SasCheck& check) {
    const std::string_view sr = check.query.value_or_empty("sr");
    if (sr.empty()) return sas_field_missing("sr");
    if (sr != "s" && sr != "f") return sas_refused(kNotWellFormed);
    if (check.container.empty() || (sr == "f" && check.name.empty())) return wrong_level(check);
    if (sr == "s") return SignedResource{Reach::container, check.service, std::string(check.container), {}};
    return SignedResource{Reach::object, check.service, within(check.container, check.name), {}};
}

/// A request to no table of its own (a batch) is judged part by part, each by its table.
Result<SignedResource> claimed_table(const SasCheck& check) {
    const std::string_view tn = check.query.value_or_empty("tn");
    if (tn.empty()) return sas_field_missing("tn");
    if (!check.container.empty() && !equals_ignoring_case(check.container, tn)) return wrong_level(check);
    return SignedResource{Reach::container, check.service, to_lower(tn), {}};
}

}  // namespace

Result<SignedResource> signed_resource(const SasCheck& check, ServiceVersion version) {
    switch (check.service) {
        case ServiceLetter::blob: return claimed_blob(check, version);
        case ServiceLetter::file: return claimed_file(check);
        case ServiceLetter::table: return claimed_table(check);
        case ServiceLetter::queue: break;
    }
    if (check.container.empty()) return wrong_level(check);
    return SignedResource{Reach::container, check.service, std::string(check.container), {}};
}

std::string sas_string_to_sign(std::string_view lines, const Query& query, ServiceVersion version,
                               std::string_view account, const SignedResource& resource,
                               const std::function<std::optional<std::string>(std::string_view line)>& other) {
    std::string text;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find(' '), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (auto known = other ? other(line) : std::nullopt) {
            text.append(*known);
        } else if (line == "@") {
            text.append(resource.moment);
        } else if (line == "/") {
            if (version >= kServiceIsSigned) text.append("/").append(name_of(resource.service));
            text.append("/").append(account).append("/").append(resource.path);
        } else {
            text.append(query.value_or_empty(line));
        }
        if (!lines.empty()) text.append("\n");
    }
    return text;
}

std::string_view sas_canonical_resource(std::string_view string_to_sign) {
    for (int line = 0; line < 3; ++line) {
        const std::size_t end = std::min(string_to_sign.find('\n'), string_to_sign.size());
        string_to_sign.remove_prefix(std::min(end + 1, string_to_sign.size()));
    }
    return string_to_sign.substr(0, string_to_sign.find('\n'));
}

}  // namespace lazulite
