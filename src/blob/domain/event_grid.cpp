#include "blob/domain/event_grid.hpp"

#include <nlohmann/json.hpp>

namespace lazulite::blob {

namespace {

void add_blob(nlohmann::ordered_json& data, const BlobEvent& event) {
    if (event.type == EventType::created) data["eTag"] = event.etag;
    data["contentType"] = event.content_type;
    if (event.type != EventType::deleted) data["contentLength"] = event.content_length;
    data["blobType"] = event.blob_type;
    const bool tells_tier = event.type == EventType::created || event.type == EventType::tier_changed;
    if (tells_tier && !event.access_tier.empty()) data["accessTier"] = event.access_tier;
    if (!event.previous_tier.empty()) data["previousTier"] = event.previous_tier;
    data["url"] = event.url;
}

}  // namespace

std::optional<std::string_view> event_grid_type(const BlobEvent& event) {
    // Of former states nobody is told: the blob is still there.
    if (event.of_former_state) return std::nullopt;
    switch (event.type) {
        case EventType::created:
            return event.directory ? "Microsoft.Storage.DirectoryCreated" : "Microsoft.Storage.BlobCreated";
        case EventType::deleted:
            return event.directory ? "Microsoft.Storage.DirectoryDeleted" : "Microsoft.Storage.BlobDeleted";
        case EventType::renamed:
            return event.directory ? "Microsoft.Storage.DirectoryRenamed" : "Microsoft.Storage.BlobRenamed";
        case EventType::tier_changed: return "Microsoft.Storage.BlobTierChanged";
        case EventType::async_operation: return "Microsoft.Storage.AsyncOperationInitiated";
        case EventType::properties_updated:
        case EventType::snapshot_created: return std::nullopt;
    }
    return std::nullopt;
}

std::string event_grid_event(const BlobEvent& event, std::string_view time) {
    using Json = nlohmann::ordered_json;
    Json data{{"api", event.api}};
    if (!event.client_request_id.empty()) data["clientRequestId"] = event.client_request_id;
    data["requestId"] = event.request_id;
    if (event.type == EventType::renamed) {
        data["sourceUrl"] = event.source_url;
        data["destinationUrl"] = event.url;
    } else if (event.directory) {
        data["url"] = event.url;
        if (event.type == EventType::deleted) data["recursive"] = "true";
    } else {
        add_blob(data, event);
    }
    data["sequencer"] = sequencer_of(event.time);
    data["storageDiagnostics"] = Json{{"batchId", event.id}};
    const Json told{{"topic", topic_of(event.account)},
                    {"subject", subject_of(event.container, event.blob)},
                    {"eventType", event_grid_type(event).value_or("")},
                    {"eventTime", time},
                    {"id", event.id},
                    {"data", data},
                    {"dataVersion", ""},
                    {"metadataVersion", "1"}};
    return told.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string lifecycle_completed_event(std::string_view account, std::string_view id, std::string_view time,
                                      const LifecycleReport& report) {
    using Json = nlohmann::ordered_json;
    bool all_done = true;
    Json data{{"scheduleTime", report.scheduled}, {"policyRunSummary", Json::object()}};
    for (const auto& [section, action] : {std::pair("deleteSummary", LifecycleAction::remove),
                                          std::pair("tierToCoolSummary", LifecycleAction::to_cool),
                                          std::pair("tierToColdSummary", LifecycleAction::to_cold),
                                          std::pair("tierToArchiveSummary", LifecycleAction::to_archive)}) {
        const auto& outcome = report.outcomes[static_cast<std::size_t>(action)];
        if (!outcome) continue;
        all_done = all_done && outcome->done == outcome->tried;
        data[section] = Json{
            {"totalObjectsCount", outcome->tried}, {"successCount", outcome->done}, {"errorList", outcome->failed}};
    }
    data["policyRunSummary"]["completionStatus"] = all_done ? "Completed" : "CompletedWithError";
    const Json told{{"topic", topic_of(account)},
                    {"subject", kLifecycleSubject},
                    {"eventType", kLifecycleCompleted},
                    {"eventTime", time},
                    {"id", id},
                    {"data", data},
                    {"dataVersion", "1"},
                    {"metadataVersion", "1"}};
    return told.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lazulite::blob
