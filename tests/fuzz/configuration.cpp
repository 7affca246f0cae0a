// Settings of an account as JSON and text; the first byte says which: l lifecycle policy, e event subscriptions, c CORS
// as text, C CORS as JSON, u URL of a listener, f the file of --config. What is taken is within its limits, what is
// refused is refused in one line.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/configuration.hpp"
#include "app/cors_option.hpp"
#include "app/event_subscriptions.hpp"
#include "app/lifecycle_policy.hpp"
#include "app/url.hpp"
#include "input.hpp"

using namespace lazulite;

namespace {

bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == std::string::npos; }

void check_policy(const nlohmann::json& json) {
    const auto policy = read_lifecycle_policy(json);
    if (!policy) return require(!policy.error().empty());
    const Instant now(std::chrono::seconds(1'800'000'000));
    for (const blob::LifecycleKind kind : {blob::LifecycleKind::base, blob::LifecycleKind::snapshot, blob::LifecycleKind::version}) {
        blob::LifecycleSubject subject{.kind = kind, .path = "logs/2026/a.txt", .created = now - std::chrono::hours(24 * 400)};
        subject.modified = subject.created;
        subject.accessed = subject.created;
        const auto action = decide(*policy, subject, now);
        require(!action || (policy->concerns("logs") && policy->concerns(kind) && policy->has(*action)));
    }
    require(policy->rules.size() <= 100);
    for (const blob::LifecycleRule& rule : policy->rules) {
        require(!rule.name.empty() && rule.prefixes.size() <= 10 && rule.tags.size() <= 10);
    }
}

void check_subscriptions(const nlohmann::json& json) {
    const auto read = read_event_subscriptions(json);
    if (!read) return require(!read.error().empty());
    if (!*read) return;
    for (const EventSubscription& one : (*read)->all) {
        require(one.name.size() >= 3 && one.url.empty() != one.queue.empty());
        require(one.most_attempts >= 1 && one.most_attempts <= 30 && one.life_minutes >= 1 && one.life_minutes <= 1440);
        static_cast<void>(one.wants("Microsoft.Storage.BlobCreated", "/blobServices/default/containers/a/blobs/b"));
    }
    const auto again = read_event_subscriptions(nlohmann::json::parse((*read)->json));
    require(again.has_value() && *again && (*again)->json == (*read)->json);
}

void check_cors(const std::optional<std::vector<CorsOptions>>& rules) { require(!rules || rules->size() <= 5); }

void check_url(std::string_view text) {
    const auto url = parse_url(text);
    if (!url) return;
    const auto again = parse_url(url_of(url->secure, url->endpoint));
    require(again && again->secure == url->secure && again->endpoint.port == url->endpoint.port);
    require(again->endpoint.address == url->endpoint.address);
}

void check_file(std::string_view text) {
    static const std::string path =
        (std::filesystem::temp_directory_path() / ("lazulite-fuzz-" + std::to_string(getpid()) + ".json")).string();
    std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    const char* const arguments[] = {"lazulite", "--config", path.c_str()};
    const auto parsed = configure(arguments, [](const char*) -> const char* { return nullptr; });
    require(parsed.has_value() || one_line(parsed.error().line));
    std::filesystem::remove(path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = text_of(data, size);
    const char kind = take_kind(text);
    if (kind == 'c') check_cors(parse_cors(text));
    if (kind == 'u') check_url(text);
    if (kind == 'f') check_file(text);
    if (kind != 'l' && kind != 'e' && kind != 'C') return 0;
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return 0;
    if (kind == 'l') check_policy(json);
    if (kind == 'e') check_subscriptions(json);
    if (kind == 'C') check_cors(read_cors(json));
    return 0;
}
