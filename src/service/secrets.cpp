#include "service/secrets.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "wire/uri.hpp"

namespace lazulite {
namespace {

/// What is shorter is no signature, no key and no token, and would be found everywhere.
constexpr std::size_t kShortestSecret = 8;

/// What follows the scheme, and the account where there is one.
std::string_view credential_of(std::string_view authorization) {
    authorization.remove_prefix(std::min(authorization.find(' '), authorization.size()));
    authorization = trim(authorization);
    const std::size_t colon = authorization.find(':');
    return colon == std::string_view::npos ? authorization : authorization.substr(colon + 1);
}

bool holds_a_credential(std::string_view header) {
    return equals_ignoring_case(header, "Authorization") ||
           equals_ignoring_case(header, "x-ms-copy-source-authorization");
}

bool holds_a_key(std::string_view header) {
    return equals_ignoring_case(header, "x-ms-encryption-key") ||
           equals_ignoring_case(header, "x-ms-source-encryption-key");
}

/// Whether an encoded name of a parameter is `sig`; allocates only where something is encoded in it.
bool names_a_signature(std::string_view name) {
    if (name.find_first_of("%+") == std::string_view::npos) return equals_ignoring_case(name, "sig");
    const auto decoded = percent_decode(name, true);
    return !decoded || equals_ignoring_case(*decoded, "sig");
}

/// Where the value of a `sig` stands in an encoded path, and its length.
std::optional<std::pair<std::size_t, std::size_t>> signature_in(std::string_view path) {
    for (const std::string_view name : {"sig=", "sig%3D", "sig%3d"}) {
        const std::size_t at = path.find(name);
        if (at == std::string_view::npos) continue;
        const std::size_t from = at + name.size();
        const std::size_t end = std::min({path.find('&', from), path.find("%26", from), path.size()});
        return std::pair(from, end - from);
    }
    return std::nullopt;
}

template <class Each>
void for_each_parameter(std::string_view query, Each each) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view parameter = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(parameter.find('='), parameter.size());
        each(parameter.substr(0, equals), parameter.substr(std::min(equals + 1, parameter.size())), parameter);
    }
}

}  // namespace

Secrets::Secrets(const Request& request) {
    add_signatures(request.query);
    if (const auto at = signature_in(request.path)) add_decoded(request.path.substr(at->first, at->second));
    for (const auto& [name, value] : request.fields) {
        if (holds_a_credential(name)) add(credential_of(value));
        if (holds_a_key(name)) add(value);
        // URLs of sources, whatever their header is called.
        if (const std::size_t mark = value.find('?'); mark != std::string_view::npos)
            add_signatures(value.substr(mark + 1));
    }
    std::sort(texts_.begin(), texts_.end(),
              [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

void Secrets::add(std::string_view secret) {
    if (secret.size() >= kShortestSecret) texts_.emplace_back(secret);
}

void Secrets::add_signatures(std::string_view query) {
    for_each_parameter(query, [&](std::string_view name, std::string_view value, std::string_view) {
        if (!names_a_signature(name)) return;
        add_decoded(value);
    });
}

void Secrets::add_decoded(std::string_view secret) {
    add(secret);
    for (const bool plus_is_space : {false, true}) {
        if (const auto decoded = percent_decode(secret, plus_is_space)) add(*decoded);
    }
}

std::string Secrets::masked(std::string_view text) const {
    std::string shown(text);
    for (const std::string& secret : texts_) {
        for (std::size_t at = 0; (at = shown.find(secret, at)) != std::string::npos; at += kMask.size()) {
            shown.replace(at, secret.size(), kMask);
        }
    }
    return shown;
}

void append_masked_query(std::string& to, std::string_view query, std::size_t most) {
    const std::size_t end = to.size() + most;
    for_each_parameter(query, [&](std::string_view name, std::string_view value, std::string_view parameter) {
        if (to.size() >= end) return;
        if (to.size() + most > end) to.push_back('&');
        if (names_a_signature(name) && !value.empty()) {
            to.append("sig=").append(kMask);
        } else {
            to.append(parameter.substr(0, end - to.size()));
        }
    });
    if (to.size() > end) to.resize(end);
}

void append_masked_path(std::string& to, std::string_view path, std::size_t most) {
    const auto found = signature_in(path);
    if (!found) {
        to.append(path.substr(0, most));
        return;
    }
    std::string masked(path);
    masked.replace(found->first, found->second, kMask);
    to.append(std::string_view(masked).substr(0, most));
}

}  // namespace lazulite
