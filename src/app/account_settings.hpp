#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "app/event_subscriptions.hpp"
#include "app/lifecycle_policy.hpp"
#include "lazulite/emulator.hpp"
#include "service/accounts.hpp"

namespace lazulite {

/// `{"immutabilityPeriodSinceCreationInDays": 7, "state": "Unlocked"}`, or `{}` for none.
template <class Retention>
[[nodiscard]] bool read_retention(const nlohmann::json& from, Retention& to) {
    constexpr std::uint32_t kMostDays = 146'000;
    if (!from.is_object()) return false;
    to = {};
    for (const auto& item : from.items()) {
        const std::string& key = item.key();
        const nlohmann::json& value = item.value();
        if (key == "immutabilityPeriodSinceCreationInDays" && value.is_number_unsigned()) {
            if (value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > kMostDays) return false;
            to.days = value.get<std::uint32_t>();
        } else if (key == "state" && (value == "Unlocked" || value == "Locked")) {
            to.locked = value == "Locked";
        } else {
            return false;
        }
    }
    return to.days > 0 || from.empty();
}

/// As the management plane has it for accounts, and `containers`, each with a policy of its own or `{}`.
template <class Storage>
[[nodiscard]] bool read_immutable_storage(const nlohmann::json& from, Storage& to) {
    if (!from.is_object()) return false;
    Storage storage;
    for (const auto& item : from.items()) {
        const std::string& key = item.key();
        const nlohmann::json& value = item.value();
        if (key == "enabled" && value.is_boolean()) {
            storage.enabled = value.get<bool>();
        } else if (key == "immutabilityPolicy") {
            if (!read_retention(value, storage.policy)) return false;
        } else if (key == "containers" && value.is_object()) {
            for (const auto& container : value.items()) {
                if (!read_retention(container.value(), storage.containers[container.key()])) return false;
            }
        } else {
            return false;
        }
    }
    to = std::move(storage);
    return true;
}

/// `{"scope1": "Enabled", "scope2": "Disabled"}`.
[[nodiscard]] inline bool read_encryption_scopes(const nlohmann::json& from, EncryptionScopes& to) {
    if (!from.is_object()) return false;
    EncryptionScopes scopes;
    for (const auto& [name, state] : from.items()) {
        if (!is_encryption_scope(name) || (state != "Enabled" && state != "Disabled")) return false;
        scopes[name] = state == "Enabled";
    }
    to = std::move(scopes);
    return true;
}

/// Whether a setting was taken, and if not what is wrong with it, where there is more to say than that.
class Taken {
  public:
    Taken(bool taken) : taken_(taken) {}  // NOLINT: both are implicit
    Taken(std::string problem) : taken_(false), problem_(std::move(problem)) {}  // NOLINT
    explicit operator bool() const { return taken_; }
    /// `unknown or malformed setting blobVersioning`
    [[nodiscard]] std::string problem(const std::string& key) const {
        return problem_.empty() ? "unknown or malformed setting " + key : problem_;
    }

  private:
    bool taken_;
    std::string problem_;
};

inline void set_event_subscriptions(AccountSettings& to, std::shared_ptr<const EventSubscriptions> read) {
    to.event_subscriptions = std::move(read);
}
inline void set_event_subscriptions(AccountOptions& to, const std::shared_ptr<const EventSubscriptions>& read) {
    to.event_subscriptions = read ? read->json : std::string();
}

inline void set_lifecycle_policy(AccountSettings& to, std::string json, const blob::LifecyclePolicy& read) {
    to.lifecycle_policy = std::move(json);
    to.moves_back_to_hot = nullptr;
    if (!read.moves_back_to_hot()) return;
    to.moves_back_to_hot = [read](std::string_view path, std::string_view tags) {
        return blob::moves_back_to_hot(read, path, tags);
    };
}
inline void set_lifecycle_policy(AccountOptions& to, std::string json, const blob::LifecyclePolicy& /*read*/) {
    to.lifecycle_policy = std::move(json);
}

/// `true`, or `{"enabled": true, "retentionInDays": 7}` as the management plane has it.
template <class Settings>
[[nodiscard]] bool read_change_feed(const nlohmann::json& from, Settings& to) {
    constexpr std::uint64_t kMostDays = 146'000;
    const auto take = [&](bool enabled, std::uint64_t days) {
        to.change_feed = enabled;
        to.change_feed_retention_days = static_cast<unsigned>(days);
        return true;
    };
    if (from.is_boolean()) return take(from.get<bool>(), 0);
    if (!from.is_object() || !from.contains("enabled") || !from["enabled"].is_boolean()) return false;
    if (!from.contains("retentionInDays")) return from.size() == 1 && take(from["enabled"].get<bool>(), 0);
    const nlohmann::json& days = from["retentionInDays"];
    if (from.size() != 2 || !days.is_number_unsigned()) return false;
    const auto count = days.get<std::uint64_t>();
    return count >= 1 && count <= kMostDays && take(from["enabled"].get<bool>(), count);
}

/// Sets what `key` names in AccountSettings or AccountOptions, as the configuration file and `/_lazulite/accounts/NAME`
/// spell it.
template <class Settings>
[[nodiscard]] Taken apply_account_setting(Settings& to, const std::string& key, const nlohmann::json& value) {
    const auto boolean = [&](bool& setting) {
        if (value.is_boolean()) setting = value.get<bool>();
        return value.is_boolean();
    };
    const auto days = [&](int& setting) {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > 365) return false;
        setting = value.get<int>();
        return true;
    };
    const auto word = [&](std::string& setting, bool (*known)(std::string_view)) {
        if (!value.is_string() || !known(value.get<std::string>())) return false;
        setting = value.get<std::string>();
        return true;
    };
    if (key == "allowSharedKeyAccess") return boolean(to.allow_shared_key);
    if (key == "allowBlobPublicAccess") return boolean(to.allow_blob_public_access);
    if (key == "blobVersioning") return boolean(to.blob_versioning);
    if (key == "hierarchicalNamespace") return boolean(to.hierarchical_namespace);
    if (key == "changeFeed") return read_change_feed(value, to);
    if (key == "containerDeleteRetentionDays") return days(to.container_delete_retention_days);
    if (key == "shareDeleteRetentionDays") return days(to.share_delete_retention_days);
    if (key == "immutableStorageWithVersioning") {
        if (!read_immutable_storage(value, to.immutable_storage)) return false;
        if (to.immutable_storage.enabled || !to.immutable_storage.containers.empty()) to.blob_versioning = true;
        return true;
    }
    if (key == "lastAccessTimeTracking") return boolean(to.last_access_time_tracking);
    if (key == "encryptionScopes") return read_encryption_scopes(value, to.encryption_scopes);
    if (key == "accessTier") return word(to.access_tier, is_account_tier);
    if (key == "eventSubscriptions") {
        const auto read = read_event_subscriptions(value);
        if (!read) return read.error();
        set_event_subscriptions(to, *read);
        return true;
    }
    if (key == "lifecyclePolicy") {
        const auto read = value.is_null() ? blob::LifecyclePolicy() : read_lifecycle_policy(value);
        if (!read) return read.error();
        set_lifecycle_policy(to, value.is_null() ? std::string() : value.dump(), *read);
        return true;
    }
    if (key == "kind") return word(to.kind, is_account_kind);
    if (key == "sku") return word(to.sku, is_account_sku);
    return false;
}

[[nodiscard]] inline nlohmann::json to_json(const RetentionDefault& retention) {
    if (retention.days == 0) return nlohmann::json::object();
    return {{"immutabilityPeriodSinceCreationInDays", retention.days},
            {"state", retention.locked ? "Locked" : "Unlocked"}};
}

[[nodiscard]] inline nlohmann::json to_json(const ImmutableStorage& storage) {
    nlohmann::json containers = nlohmann::json::object();
    for (const auto& [name, policy] : storage.containers) containers[name] = to_json(policy);
    return {{"enabled", storage.enabled},
            {"immutabilityPolicy", to_json(storage.policy)},
            {"containers", std::move(containers)}};
}

[[nodiscard]] inline nlohmann::json to_json(const EncryptionScopes& scopes) {
    nlohmann::json shown = nlohmann::json::object();
    for (const auto& [name, enabled] : scopes) shown[name] = enabled ? "Enabled" : "Disabled";
    return shown;
}

}  // namespace lazulite
