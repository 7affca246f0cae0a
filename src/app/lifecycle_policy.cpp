#include "app/lifecycle_policy.hpp"

#include <algorithm>
#include <cmath>

#include "app/json_object.hpp"
#include "base/names.hpp"

namespace lazulite {
namespace {

using blob::LifecycleAction;
using blob::LifecycleActions;
using blob::LifecycleAge;
using blob::LifecycleKind;
using blob::LifecyclePolicy;
using blob::LifecycleRule;
using nlohmann::json;

constexpr std::size_t kMostRules = 100;
constexpr std::size_t kMostPrefixes = 10;
constexpr std::size_t kMostTags = 10;
constexpr double kMostDays = 36'500;

struct NamedAction {
    const char* name;
    LifecycleAction action;
};
constexpr NamedAction kActions[] = {{"tierToCool", LifecycleAction::to_cool},
                                    {"tierToCold", LifecycleAction::to_cold},
                                    {"tierToArchive", LifecycleAction::to_archive},
                                    {"delete", LifecycleAction::remove}};

std::optional<std::int64_t> read_days(JsonObject& age, const std::string& key) {
    const auto days = age.decimal(key);
    if (!days) return std::nullopt;
    if (*days < 0 || *days > kMostDays || *days != std::floor(*days)) age.refuse(key, "is a whole number of days");
    return static_cast<std::int64_t>(*days);
}

LifecycleAge read_age(JsonObject given, LifecycleKind kind, LifecycleAction action) {
    LifecycleAge age;
    age.created = read_days(given, "daysAfterCreationGreaterThan");
    age.tier_changed = read_days(given, "daysAfterLastTierChangeGreaterThan");
    if (kind == LifecycleKind::base) {
        age.modified = read_days(given, "daysAfterModificationGreaterThan");
        age.accessed = read_days(given, "daysAfterLastAccessTimeGreaterThan");
        const int ages = (age.modified ? 1 : 0) + (age.created ? 1 : 0) + (age.accessed ? 1 : 0);
        if (ages == 0) given.refuse("daysAfterModificationGreaterThan", "is missing, or another age");
        if (ages > 1) given.refuse("daysAfterModificationGreaterThan", "and the other ages exclude each other");
    } else if (!age.created) {
        given.refuse("daysAfterCreationGreaterThan", "is missing");
    }
    if (age.tier_changed) {
        const char* const key = "daysAfterLastTierChangeGreaterThan";
        if (action != LifecycleAction::to_archive) given.refuse(key, "is for tierToArchive alone");
        if (kind == LifecycleKind::base && !age.modified) given.refuse(key, "needs daysAfterModificationGreaterThan");
    }
    given.end();
    return age;
}

LifecycleActions read_actions(JsonObject given, LifecycleKind kind, bool blocks_only) {
    LifecycleActions actions;
    bool any = false;
    for (const NamedAction& named : kActions) {
        if (!given.has(named.name)) continue;
        any = true;
        if (named.action != LifecycleAction::remove && !blocks_only) {
            given.refuse(named.name, "is for block blobs; append blobs can only be deleted");
        }
        actions.of(named.action) = read_age(given.object(named.name), kind, named.action);
    }
    if (given.has("tierToHot")) given.refuse("tierToHot", "is for premium block blob accounts, whose tiers are not offered");
    if (kind == LifecycleKind::base) {
        actions.back_to_hot = given.flag_or("enableAutoTierToHotFromCool", false);
        const auto& cool = actions.of(LifecycleAction::to_cool);
        if (actions.back_to_hot && !(cool && cool->accessed)) {
            given.refuse("enableAutoTierToHotFromCool", "needs tierToCool.daysAfterLastAccessTimeGreaterThan");
        }
    }
    given.end();
    if (!any) given.refuse("delete", "is missing, or another action");
    return actions;
}

void read_filters(JsonObject given, LifecycleRule& rule) {
    for (const std::string& type : given.texts_or_none("blobTypes")) {
        if (type == "blockBlob") {
            rule.types.push_back(blob::BlobType::block);
        } else if (type == "appendBlob") {
            rule.types.push_back(blob::BlobType::append);
        } else {
            given.refuse("blobTypes", "has blockBlob and appendBlob, not " + type);
        }
    }
    if (rule.types.empty()) given.refuse("blobTypes", "names blockBlob, appendBlob or both");
    rule.prefixes = given.texts_or_none("prefixMatch");
    if (rule.prefixes.size() > kMostPrefixes) given.refuse("prefixMatch", "has ten prefixes at most");
    for (JsonObject& tag : given.objects_or_none("blobIndexMatch")) {
        if (tag.text("op") != "==") tag.refuse("op", "is ==");
        rule.tags.push_back({tag.text("name"), tag.text("value")});
        tag.end();
    }
    if (rule.tags.size() > kMostTags) given.refuse("blobIndexMatch", "has ten tags at most");
    given.end();
}

LifecycleRule read_lifecycle_rule(JsonObject given) {
    LifecycleRule rule;
    rule.name = given.text("name");
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (rule.name.empty() || rule.name.size() > 256 || !std::all_of(rule.name.begin(), rule.name.end(), alphanumeric)) {
        given.refuse("name", "is 1 to 256 letters and digits");
    }
    rule.enabled = given.flag_or("enabled", true);
    if (given.text("type") != "Lifecycle") given.refuse("type", "is Lifecycle");
    JsonObject definition = given.object("definition");
    read_filters(definition.object("filters"), rule);
    const bool blocks_only = std::all_of(rule.types.begin(), rule.types.end(),
                                         [](blob::BlobType type) { return type == blob::BlobType::block; });
    JsonObject actions = definition.object("actions");
    bool any = false;
    for (const auto& [key, kind] : {std::pair("baseBlob", LifecycleKind::base), std::pair("snapshot", LifecycleKind::snapshot),
                                    std::pair("version", LifecycleKind::version)}) {
        if (!actions.has(key)) continue;
        any = true;
        rule.actions[static_cast<std::size_t>(kind)] = read_actions(actions.object(key), kind, blocks_only);
    }
    actions.end();
    if (!any) definition.refuse("actions", "has baseBlob, snapshot or version");
    definition.end();
    given.end();
    return rule;
}

LifecyclePolicy read_rules(JsonObject given) {
    LifecyclePolicy policy;
    for (JsonObject& rule : given.objects_or_none("rules")) {
        policy.rules.push_back(read_lifecycle_rule(rule));
        const std::string& name = policy.rules.back().name;
        const auto same = [&](const LifecycleRule& one) { return one.name == name; };
        if (std::count_if(policy.rules.begin(), policy.rules.end(), same) > 1) given.refuse("rules", "has two called " + name);
    }
    if (policy.rules.empty() || policy.rules.size() > kMostRules) given.refuse("rules", "has 1 to 100 rules");
    given.end();
    return policy;
}

}  // namespace

tl::expected<LifecyclePolicy, std::string> read_lifecycle_policy(const json& policy) {
    try {
        JsonObject given(policy, "lifecyclePolicy");
        if (!given.has("policy")) return read_rules(given);
        LifecyclePolicy read = read_rules(given.object("policy"));
        given.end();
        return read;
    } catch (const JsonProblem& problem) {
        return tl::unexpected<std::string>(problem.what());
    }
}

}  // namespace lazulite
