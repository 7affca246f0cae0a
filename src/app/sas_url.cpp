#include "app/sas_url.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {
namespace {

/// `https://acct.blob.core.windows.net/...` or `http://127.0.0.1:10000/acct/...`
bool is_host_style(const Url& url) {
    const std::size_t dot = std::min(url.host.find('.'), url.host.size());
    const std::string_view rest = url.host.substr(std::min(dot + 1, url.host.size()));
    const std::string_view second = rest.substr(0, rest.find('.'));
    return dot > 0 && std::any_of(std::begin(kServiceKinds), std::end(kServiceKinds),
                                  [&](ServiceKind kind) { return equals_ignoring_case(second, label(kind)); });
}

}  // namespace

std::string account_named_by(const Url& url) {
    const std::string_view path = url.path.substr(1);
    std::string account = is_host_style(url) ? to_lower(url.host.substr(0, url.host.find('.')))
                                             : percent_decode(path.substr(0, path.find('/'))).value_or("");
    constexpr std::string_view kSecondary = "-secondary";
    if (account.ends_with(kSecondary)) account.resize(account.size() - kSecondary.size());
    return account;
}

ServiceKind service_named_by(const Url& url, const Query& query, const EmulatorOptions& server) {
    for (const ServiceKind kind : kServiceKinds) {
        if (server.listen[static_cast<std::size_t>(kind)].port == url.port) return kind;
    }
    const std::string_view sr = query.value_or_empty("sr");
    const std::string_view services = query.has("ss") ? query.value_or_empty("ss") : query.value_or_empty("sks");
    if (query.has("tn") || services == "t") return ServiceKind::table;
    if (sr == "s" || sr == "f" || services == "f") return ServiceKind::file;
    const bool queue = services == "q" || (!query.has("ss") && !query.has("sks") && sr.empty());
    return queue ? ServiceKind::queue : ServiceKind::blob;
}

}  // namespace lazulite
