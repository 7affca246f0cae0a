#include "app/health_check.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "app/url.hpp"
#include "http/get.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience{5};

/// The URLs of all listeners.
tl::expected<std::set<std::string>, std::string> ask(const std::string& url) {
    const auto refuse = [&](const std::string& text) { return tl::unexpected(url + ": " + text); };
    const auto server = parse_url(url);
    if (!server) return refuse("not the URL of a listener");
    const auto got = get(server->endpoint, server->secure, "/_lazulite/health", kPatience);
    if (!got) return refuse(got.error());
    const json answer = json::parse(got->body, nullptr, false);
    if (!answer.is_object() || !answer.contains("status") || !answer["status"].is_string()) {
        return refuse("something else listens there");
    }
    if (got->status != 200) return refuse(answer["status"].get<std::string>());
    std::set<std::string> listeners;
    if (!answer.contains("listeners")) return listeners;
    for (const json& listener : answer["listeners"]) {
        if (listener.is_string()) listeners.insert(listener.get<std::string>());
    }
    return listeners;
}

}  // namespace

tl::expected<void, std::string> check_health(const EmulatorOptions& options) {
    const bool secure = !options.tls.certificate.empty();
    std::set<std::string> waiting;
    for (const Listen& listen : options.listen) {
        if (listen.offered && listen.required && listen.port != 0) {
            waiting.insert(url_of(secure, reachable({listen.host, listen.port})));
        }
    }
    if (waiting.empty()) return tl::unexpected<std::string>("healthcheck needs a port: each is 0, which lets the system choose");
    std::set<std::string> answered;
    while (!waiting.empty()) {
        const std::string url = *waiting.begin();
        waiting.erase(waiting.begin());
        if (!answered.insert(url).second) continue;
        const auto listeners = ask(url);
        if (!listeners) return tl::unexpected(listeners.error());
        waiting.insert(listeners->begin(), listeners->end());
    }
    return {};
}

}  // namespace lazulite
