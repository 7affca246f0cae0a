#include "app/event_subscriptions.hpp"

#include <algorithm>

#include "app/json_object.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::string_view kTypes[] = {"Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobDeleted",
                                       "Microsoft.Storage.BlobRenamed", "Microsoft.Storage.DirectoryCreated",
                                       "Microsoft.Storage.DirectoryRenamed", "Microsoft.Storage.DirectoryDeleted",
                                       "Microsoft.Storage.BlobTierChanged", "Microsoft.Storage.AsyncOperationInitiated",
                                       "Microsoft.Storage.LifecyclePolicyCompleted"};

bool is_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
           });
}

void read_destination(JsonObject destination, EventSubscription& to) {
    const std::string type = destination.text("endpointType");
    JsonObject properties = destination.object("properties");
    if (type == "WebHook") {
        to.url = properties.text("endpointUrl");
        if (!to.url.starts_with("http://") && !to.url.starts_with("https://")) {
            properties.refuse("endpointUrl", "is an http or https URL");
        }
        properties.end();
        return destination.end();
    }
    if (type != "StorageQueue") destination.refuse("endpointType", "is WebHook or StorageQueue; others are not offered");
    to.queue = properties.text("queueName");
    const std::string resource = properties.text_or("resourceId", "");
    to.queue_account = resource.substr(resource.rfind('/') + 1);
    to.message_life = properties.number_or("queueMessageTimeToLiveInSeconds", 0, -1, 1LL << 40);
    properties.end();
    destination.end();
}

void read_filter(JsonObject filter, EventSubscription& to) {
    to.begins_with = filter.text_or("subjectBeginsWith", "");
    to.ends_with = filter.text_or("subjectEndsWith", "");
    to.case_sensitive = filter.flag_or("isSubjectCaseSensitive", false);
    to.types = filter.texts_or_none("includedEventTypes");
    for (const std::string& type : to.types) {
        const bool known = std::any_of(std::begin(kTypes), std::end(kTypes),
                                       [&](std::string_view one) { return equals_ignoring_case(one, type); });
        if (!known) filter.refuse("includedEventTypes", "cannot have " + type);
    }
    filter.end();
}

EventSubscription read_subscription(JsonObject given) {
    EventSubscription read;
    read.name = given.text("name");
    if (!is_name(read.name)) given.refuse("name", "is 3 to 64 letters, digits and dashes");
    JsonObject properties = given.object("properties");
    read_destination(properties.object("destination"), read);
    if (properties.has("filter")) read_filter(properties.object("filter"), read);
    if (properties.text_or("eventDeliverySchema", "EventGridSchema") != "EventGridSchema") {
        properties.refuse("eventDeliverySchema", "is EventGridSchema; others are not offered");
    }
    if (properties.has("retryPolicy")) {
        JsonObject retry = properties.object("retryPolicy");
        read.most_attempts = retry.number_or("maxDeliveryAttempts", read.most_attempts, 1, 30);
        read.life_minutes = retry.number_or("eventTimeToLiveInMinutes", read.life_minutes, 1, 1440);
        retry.end();
    }
    properties.end();
    given.end();
    return read;
}

}  // namespace

tl::expected<std::shared_ptr<const EventSubscriptions>, std::string> read_event_subscriptions(const json& list) {
    if (!list.is_array()) return tl::unexpected<std::string>("eventSubscriptions is a list");
    if (list.empty()) return nullptr;
    auto read = std::make_shared<EventSubscriptions>();
    try {
        for (std::size_t i = 0; i < list.size(); ++i) {
            EventSubscription one = read_subscription(JsonObject(list[i], "eventSubscriptions[" + std::to_string(i) + "]"));
            for (const EventSubscription& other : read->all) {
                if (other.name == one.name) return tl::unexpected("two event subscriptions are called " + one.name);
            }
            read->all.push_back(std::move(one));
        }
    } catch (const JsonProblem& problem) {
        return tl::unexpected<std::string>(problem.what());
    }
    read->json = list.dump();
    return read;
}

}  // namespace lazulite
