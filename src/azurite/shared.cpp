#include "azurite/shared.hpp"

#include <algorithm>
#include <charconv>

#include "auth/stored_policy.hpp"
#include "azurite/walk.hpp"
#include "base/error_table.hpp"
#include "base/text.hpp"
#include "store/settings.hpp"
#include "wire/metadata.hpp"

namespace lazulite::azurite {
namespace {

constexpr std::string_view kUnnamed = "import";

std::vector<std::string> words_of(const Document& rule, const char* member) {
    std::vector<std::string> words;
    const std::string text = rule.text_or_empty(member);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (const auto word = trim(rest.substr(0, comma)); !word.empty()) words.emplace_back(word);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return words;
}

std::uint32_t small_number(const Document& document, const char* member) {
    const auto found = document.find(member);
    return found ? static_cast<std::uint32_t>(std::min<std::uint64_t>(found->number(), UINT32_MAX)) : 0;
}

RetentionPolicy retention_of(const Document& policy) {
    RetentionPolicy retention;
    retention.enabled = policy.is_set("enabled");
    if (policy.find("days")) retention.days = small_number(policy, "days");
    return retention;
}

AnalyticsLogging logging_of(const Document& logging) {
    AnalyticsLogging read;
    if (const auto version = logging.find("version")) read.version = version->text();
    read.reads = logging.is_set("read");
    read.writes = logging.is_set("write");
    read.deletes = logging.is_set("deleteProperty");
    if (const auto policy = logging.find("retentionPolicy")) read.retention = retention_of(*policy);
    return read;
}

AnalyticsMetrics metrics_of(const Document& metrics) {
    AnalyticsMetrics read;
    if (const auto version = metrics.find("version")) read.version = version->text();
    read.enabled = metrics.is_set("enabled");
    if (const auto apis = metrics.find("includeAPIs")) read.include_apis = apis->flag();
    if (const auto policy = metrics.find("retentionPolicy")) read.retention = retention_of(*policy);
    return read;
}

std::optional<std::string> optional_text(const Document& document, const char* member) {
    const auto found = document.find(member);
    return found ? std::optional(found->text()) : std::nullopt;
}

StaticWebsite website_of(const Document& website) {
    StaticWebsite read;
    read.enabled = website.is_set("enabled");
    if (!read.enabled) return read;
    read.index_document = optional_text(website, "indexDocument");
    read.default_index_document_path = optional_text(website, "defaultIndexDocumentPath");
    read.error_document_404_path = optional_text(website, "errorDocument404Path");
    return read;
}

std::vector<CorsRule> cors_of(const Document& rules) {
    std::vector<CorsRule> read;
    rules.elements([&](const Document& rule) {
        read.push_back({words_of(rule, "allowedOrigins"), words_of(rule, "allowedMethods"), words_of(rule, "allowedHeaders"),
                        words_of(rule, "exposedHeaders"), small_number(rule, "maxAgeInSeconds")});
    });
    return read;
}

}  // namespace

std::string metadata_of(const Document& document) {
    Metadata metadata;
    if (const auto pairs = document.find("metadata")) {
        pairs->members([&](const std::string& name, const Document& value) { metadata.add(name, value.text()); });
    }
    return metadata.pack();
}

std::string policies_of(const Document& document, const char* member) {
    StoredPolicies policies;
    if (const auto list = document.find(member)) {
        list->elements([&](const Document& identifier) {
            StoredPolicy policy;
            policy.id = identifier.at("id").text();
            if (policy.id.empty()) return;  // no SAS can name it
            if (const auto access = identifier.find("accessPolicy")) {
                const auto time = [&](const char* name) {
                    const auto found = access->find(name);
                    const bool open = !found || (found->json().is_string() && found->text().empty());
                    return open ? std::nullopt : std::optional(found->time());
                };
                policy.start = time("start");
                policy.expiry = time("expiry");
                policy.permission = access->text_or_empty("permission");
            }
            policies.push_back(std::move(policy));
        });
    }
    return pack_policies(policies);
}

Revision revision_of(const Document& properties) {
    Revision revision = properties.at("lastModified").time();
    const std::string text = properties.text_or_empty("etag");
    std::string_view digits = without_quotes(text);
    if (!digits.starts_with("0x")) return revision;
    digits.remove_prefix(2);
    constexpr std::size_t kFewest = 15;  // as it is shown again
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (problem == std::errc{} && end == digits.data() + digits.size() && digits.size() >= kFewest) revision.brought = number;
    return revision;
}

MaybeLease lease_of(const Document& document) {
    const auto properties = document.find("properties");
    const std::string state = properties ? properties->text_or_empty("leaseState") : std::string();
    const auto id = document.find("leaseId");
    if (!id || state.empty() || state == "available") return std::nullopt;
    Lease lease;
    if (!parse_value(id->text(), lease.id)) refuse(id->where(), "is no id of a lease");
    if (const auto seconds = document.find("leaseDurationSeconds"); seconds && properties->text_or_empty("leaseDuration") != "infinite") {
        lease.duration = std::chrono::seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(seconds->number(), 60)));
    }
    if (const auto expires = document.find("leaseExpireTime")) {
        lease.until = expires->time();
        if (!lease.duration) lease.duration = std::chrono::seconds(60);
    }
    if (state == "breaking" || state == "broken") {
        lease.ended = Lease::Ended::broken;
        const auto over = document.find("leaseBreakTime");  // nothing where it was broken at once
        lease.until = over ? over->time() : properties->at("lastModified").time();
    }
    return lease;
}

ServiceProperties service_properties_of(const Document& document) {
    ServiceProperties read;
    if (const auto logging = document.find("logging")) read.logging = logging_of(*logging);
    if (const auto metrics = document.find("hourMetrics")) read.hour_metrics = metrics_of(*metrics);
    if (const auto metrics = document.find("minuteMetrics")) read.minute_metrics = metrics_of(*metrics);
    if (const auto rules = document.find("cors")) read.cors = cors_of(*rules);
    if (const auto policy = document.find("deleteRetentionPolicy")) read.delete_retention = retention_of(*policy);
    if (const auto website = document.find("staticWebsite")) read.static_website = website_of(*website);
    read.default_service_version = optional_text(document, "defaultServiceVersion");
    // They are kept as a request would set them, and no request could be answered that cannot read them again.
    constexpr PropertiesDialect kEveryElement{ServiceKind::blob, kNewestVersion, true};
    const auto sound = parse_service_properties(write_service_properties(read, kEveryElement), kEveryElement);
    if (!sound) refuse(document.where(), "has properties that no service can have");
    return *sound;
}

void Report::found_account(const std::string& name) {
    if (std::find(accounts.begin(), accounts.end(), name) == accounts.end()) accounts.push_back(name);
}

std::shared_ptr<Store> open_store(Stores& stores, const std::string& account, std::string_view kind) {
    auto store = stores.store(account, kind);
    if (!store) refuse(account + ", " + std::string(kind), std::string(info(store.error().code()).message));
    return *std::move(store);
}

namespace {

void check_stored(const Result<>& outcome) {
    if (!outcome) refuse("the data folder", std::string(info(outcome.error().code()).message));
}

}  // namespace

void write_to(Store& store, const std::function<void(WriteTxn&)>& fn) {
    check_stored(store.write_and_wait([&](WriteTxn& tx) -> Result<> {
        fn(tx);
        return {};
    }));
}

void read_from(Store& store, const std::function<void(ReadTxn&)>& fn) {
    check_stored(store.read([&](ReadTxn& tx) -> Result<> {
        fn(tx);
        return {};
    }));
}

void note_unnamed(WriteTxn& tx, const std::vector<std::int64_t>& ids) {
    std::string text;
    for (const std::int64_t id : ids) text += std::to_string(id) + " ";
    write_setting(tx, kUnnamed, text);
}

void clear_unnamed(WriteTxn& tx, const std::function<void(std::int64_t)>& clear) {
    const std::string text = read_setting(tx, kUnnamed);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t blank = rest.find(' ');
        if (const auto id = parse_number<std::int64_t>(rest.substr(0, blank))) clear(*id);
        rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    }
    if (!text.empty()) write_setting(tx, kUnnamed, {});
}

void all_named(WriteTxn& tx) { write_setting(tx, kUnnamed, {}); }

}  // namespace lazulite::azurite
