#include "service/target.hpp"

#include <algorithm>
#include <vector>

#include "wire/uri.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kSecondary = "-secondary";

struct Host {
    std::string_view name;  ///< without the port
    std::string_view with_port;
};

Host parse_host(std::string_view text) {
    if (text.starts_with('[')) return {text.substr(0, text.find(']') + 1), text};
    return {text.substr(0, text.find(':')), text};
}

/// An IP literal or a name without a dot never names an account.
bool may_name_account(std::string_view host) {
    if (host.starts_with('[') || host.find('.') == std::string_view::npos) return false;
    return host.find_first_not_of("0123456789.") != std::string_view::npos;
}

std::string_view cut_secondary(std::string_view account, bool& secondary) {
    secondary = account.ends_with(kSecondary);
    if (secondary) account.remove_suffix(kSecondary.size());
    return account;
}

/// `account.table.localhost`: the second label names the service on any listener.
ServiceKind service_of_host(std::string_view host, ServiceKind listener) {
    const std::string_view rest = host.substr(host.find('.') + 1);
    const std::string_view second = rest.substr(0, rest.find('.'));
    for (const ServiceKind kind : kServiceKinds) {
        if (equals_ignoring_case(second, label(kind))) return kind;
    }
    return listener;
}

struct Segments {
    std::string_view first;
    std::string_view rest;
    bool has_rest = false;
};

Segments split_first(std::string_view path) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {path, {}, false};
    return {path.substr(0, slash), path.substr(slash + 1), true};
}

bool is_dot_segment(std::string_view segment) { return segment == "." || segment == ".."; }

bool has_dot_segment(std::string_view path) {
    for (Segments rest{{}, path, true}; rest.has_rest;) {
        rest = split_first(rest.rest);
        if (is_dot_segment(rest.first)) return true;
    }
    return false;
}

/// The service takes dot segments out of a path, also those that were encoded (RFC 3986, 5.2.4); none leads above the
/// account.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    std::string_view last;
    for (Segments rest{{}, path, true}; rest.has_rest;) {
        rest = split_first(rest.rest);
        last = rest.first;
        if (last == ".." && !kept.empty()) kept.pop_back();
        if (!is_dot_segment(last)) kept.push_back(last);
    }
    if (is_dot_segment(last)) kept.emplace_back();  // what it named was a folder
    std::string result;
    for (const std::string_view segment : kept) result.append(result.empty() ? "" : "/").append(segment);
    return result;
}

Result<std::string> decode_name(std::string_view encoded, std::string_view path) {
    auto decoded = percent_decode(encoded);
    if (!decoded || !is_utf8(*decoded) || decoded->find('\0') != std::string::npos) {
        return fail(StorageError(ErrorCode::invalid_uri).with("UriPath", path));
    }
    return *std::move(decoded);
}

/// The name of a blob: a backslash stands for a slash.
Result<std::string> decode_blob_name(std::string_view encoded, std::string_view path) {
    LAZ_TRY(std::string name, decode_name(encoded, path));
    std::replace(name.begin(), name.end(), '\\', '/');
    return name;
}

}  // namespace

std::string Target::endpoint() const {
    std::string url = secure ? "https://" : "http://";
    url.append(host).append("/");
    if (path_style) url.append(account).append(secondary ? kSecondary : "").append("/");
    return url;
}

Result<Target> parse_target(const Request& request, ServiceKind listener, const Accounts& accounts,
                            bool product_style_urls) {
    Target target;
    target.service = listener;
    std::string_view path = request.path.substr(1);
    const Host host = parse_host(request.fields.value_or_empty("Host"));
    target.secure = request.secure;
    target.host = host.with_port;

    if (product_style_urls && may_name_account(host.name)) {
        const std::string label_text = to_lower(host.name.substr(0, host.name.find('.')));
        const std::string_view account = cut_secondary(label_text, target.secondary);
        if (accounts.find(account)) {
            target.account = account;
            target.path_style = false;
            target.service = service_of_host(host.name, listener);
        }
    }
    if (target.account.empty()) {
        const Segments segments = split_first(path);
        LAZ_TRY(const std::string decoded, decode_name(segments.first, request.path));
        const std::string_view account = cut_secondary(decoded, target.secondary);
        if (!accounts.find(account)) {
            return fail(StorageError(ErrorCode::resource_not_found).saying("The specified account does not exist."));
        }
        target.account = account;
        path = segments.rest;
    }

    if (target.service == ServiceKind::web) {
        target.container = kWebsiteContainer;
        LAZ_TRY(target.name, decode_blob_name(path, request.path));
        if (has_dot_segment(target.name)) target.name = without_dot_segments(target.name);
        target.has_name = true;
        return target;
    }
    const Segments segments = split_first(path);
    LAZ_TRY(target.container, decode_name(segments.first, request.path));
    // A slash that ends the container's URL does not begin a name.
    target.has_name = segments.has_rest && !segments.rest.empty();
    if (target.has_name) {
        LAZ_TRY(target.name, decode_blob_name(segments.rest, request.path));
        if (has_dot_segment(target.name)) {
            const std::string resolved = without_dot_segments(target.container + '/' + target.name);
            const Segments left = split_first(resolved);
            target.container = left.first;
            target.name = left.rest;
            target.has_name = !target.name.empty();
        }
    }
    return target;
}

}  // namespace lazulite
