#include "auth/shared_key.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr auto kAllowedSkew = std::chrono::minutes(15);
constexpr ServiceVersion kEmptyLengthForZero{2015, 2, 21};
constexpr ServiceVersion kFullString{2009, 9, 19};

std::string content_length_line(const SharedKeyCheck& check) {
    const auto value = check.request.fields.find("Content-Length");
    if (!value) return {};
    if (*value == "0" && check.version >= kEmptyLengthForZero) return {};
    return std::string(*value);
}

tl::unexpected<StorageError> refuse(std::string detail) {
    return fail(StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", detail));
}

Result<> check_date(const SharedKeyCheck& check) {
    auto text = check.request.fields.find("x-ms-date");
    if (!text) text = check.request.fields.find("Date");
    if (!text) return refuse("A date header is required: x-ms-date or Date.");
    const auto when = parse_rfc1123(*text);
    if (!when) return refuse("The Date header in the request is incorrect.");
    if (*when < check.wall_now - kAllowedSkew) {
        note(check.why, Rule::clock_skew);
        return refuse("Request date header too old: '" + std::string(*text) + "'");
    }
    if (*when > check.wall_now + kAllowedSkew) {
        note(check.why, Rule::clock_skew);
        return refuse("Request date header too far in the future: '" + std::string(*text) + "'");
    }
    return {};
}

/// The path without the `-secondary` of its first segment, as older clients sign it; as it is where there is none.
std::string primary_path(std::string_view path) {
    constexpr std::string_view kSuffix = "-secondary";
    const std::size_t end = std::min(path.find('/', 1), path.size());
    std::string cut(path);
    if (path.substr(0, end).ends_with(kSuffix)) cut.erase(end - kSuffix.size(), kSuffix.size());
    return cut;
}

/// A table's request signs a date in any case, and no header of its own.
std::string table_string_to_sign(const SharedKeyCheck& check, SharedKeyScheme scheme, std::string_view path) {
    const FieldViews& fields = check.request.fields;
    std::string text;
    if (scheme == SharedKeyScheme::shared_key) {
        for (const std::string_view line : {check.request.method_text, fields.value_or_empty("Content-MD5"),
                                            fields.value_or_empty("Content-Type")}) {
            text.append(line).append("\n");
        }
    }
    text.append(fields.has("x-ms-date") ? fields.value_or_empty("x-ms-date") : fields.value_or_empty("Date"))
        .append("\n");
    return text + canonicalized_resource_lite(check.account, path, check.query);
}

std::string lite_string_to_sign(const SharedKeyCheck& check, std::string_view path, Canonicalization how) {
    const FieldViews& fields = check.request.fields;
    const std::string_view date = fields.has("x-ms-date") ? std::string_view{} : fields.value_or_empty("Date");
    std::string text;
    for (const std::string_view line : {check.request.method_text, fields.value_or_empty("Content-MD5"),
                                        fields.value_or_empty("Content-Type"), date}) {
        text.append(line).append("\n");
    }
    text.append(canonicalized_headers(fields, check.version, how));
    text.append(canonicalized_resource_lite(check.account, path, check.query));
    return text;
}

std::string full_string_to_sign(const SharedKeyCheck& check, std::string_view path, Canonicalization how) {
    const FieldViews& fields = check.request.fields;
    const std::string length = content_length_line(check);
    const std::string_view date = fields.has("x-ms-date") ? std::string_view{} : fields.value_or_empty("Date");
    std::string text;
    text.reserve(512);
    for (const std::string_view line :
         {check.request.method_text, fields.value_or_empty("Content-Encoding"),
          fields.value_or_empty("Content-Language"), std::string_view(length), fields.value_or_empty("Content-MD5"),
          fields.value_or_empty("Content-Type"), date, fields.value_or_empty("If-Modified-Since"),
          fields.value_or_empty("If-Match"), fields.value_or_empty("If-None-Match"),
          fields.value_or_empty("If-Unmodified-Since"), fields.value_or_empty("Range")}) {
        text.append(line).append("\n");
    }
    text.append(canonicalized_headers(fields, check.version, how));
    text.append(canonicalized_resource(check.account, path, check.query));
    return text;
}

bool is_lite(const SharedKeyCheck& check, SharedKeyScheme scheme) {
    return check.service == ServiceLetter::table || scheme == SharedKeyScheme::shared_key_lite ||
           check.version < kFullString;
}

std::string string_to_sign(const SharedKeyCheck& check, SharedKeyScheme scheme, std::string_view path,
                           Canonicalization how) {
    if (check.service == ServiceLetter::table) return table_string_to_sign(check, scheme, path);
    return is_lite(check, scheme) ? lite_string_to_sign(check, path, how) : full_string_to_sign(check, path, how);
}

std::string canonical_resource(const SharedKeyCheck& check, SharedKeyScheme scheme) {
    return is_lite(check, scheme) ? canonicalized_resource_lite(check.account, check.request.path, check.query)
                                  : canonicalized_resource(check.account, check.request.path, check.query);
}

std::optional<SharedKeyScheme> parse_scheme(std::string_view text) {
    if (equals_ignoring_case(text, "SharedKey")) return SharedKeyScheme::shared_key;
    if (equals_ignoring_case(text, "SharedKeyLite")) return SharedKeyScheme::shared_key_lite;
    return std::nullopt;
}

}  // namespace

std::string shared_key_string_to_sign(const SharedKeyCheck& check, SharedKeyScheme scheme, Canonicalization how) {
    return string_to_sign(check, scheme, check.request.path, how);
}

Result<Identity> verify_shared_key(const SharedKeyCheck& check, std::string_view authorization) {
    const std::size_t blank = std::min(authorization.find(' '), authorization.size());
    const auto scheme = parse_scheme(authorization.substr(0, blank));
    const std::string_view credential = trim(authorization.substr(blank));
    const std::size_t colon = credential.find(':');
    const bool repeated = credential.find(',') != std::string_view::npos;  // a field that came twice was joined
    if (!scheme || colon == std::string_view::npos || colon == 0 || repeated) {
        return fail(ErrorCode::invalid_authentication_info);
    }
    if (credential.substr(0, colon) != check.account) {
        note(check.why, Rule::resource);
        return refuse("The account name in the Authorization header does not match the account of the URL.");
    }
    LAZ_CHECK(check_date(check));

    const std::string_view signature_text = credential.substr(colon + 1);
    const auto signature = base64_decode(signature_text);
    using Order = Canonicalization::Order;
    using Blanks = Canonicalization::Blanks;
    constexpr Canonicalization kWays[] = {{Order::ordinal, Blanks::as_received},
                                          {Order::culture, Blanks::as_received},
                                          {Order::ordinal, Blanks::folded},
                                          {Order::culture, Blanks::folded}};
    std::vector<std::string> tried;
    for (const std::string& path : {std::string(check.request.path), primary_path(check.request.path)}) {
        for (const Canonicalization& way : kWays) {
            std::string candidate = string_to_sign(check, *scheme, path, way);
            if (std::find(tried.begin(), tried.end(), candidate) != tried.end()) continue;
            for (const AccountKey& key : check.keys) {
                if (signature && key.signed_by(candidate, as_bytes(*signature))) return Identity::owner();
            }
            tried.push_back(std::move(candidate));
        }
    }
    const std::string& first = tried.front();
    if (check.why) {
        check.why->rule = Rule::signature;
        check.why->string_to_sign = first;
        check.why->canonical_resource = canonical_resource(check, *scheme);
    }
    return refuse("The MAC signature found in the HTTP request '" + std::string(signature_text) +
                  "' is not the same as any computed signature. Server used following string to sign: '" + first +
                  "'.");
}

}  // namespace lazulite
