#include "blob/domain/event.hpp"

#include "base/avro.hpp"

namespace lazulite::blob {
namespace {

constexpr std::int64_t kSchemaVersion = 5;

// What a record may lack is a union with null. Two records within one file must not have the same name.
constexpr std::string_view kSchema = R"({
 "type": "record", "name": "BlobChangeEvent", "namespace": "com.microsoft.azure.storage.changefeed",
 "fields": [
  {"name": "schemaVersion", "type": "int"},
  {"name": "topic", "type": "string"},
  {"name": "subject", "type": "string"},
  {"name": "eventType", "type": {"type": "enum", "name": "BlobChangeEventType", "symbols": [
    "UnspecifiedEventType", "BlobCreated", "BlobDeleted", "BlobPropertiesUpdated", "BlobSnapshotCreated", "Control",
    "BlobTierChanged", "BlobAsyncOperationInitiated", "BlobMetadataUpdated", "RestorePointMarkerCreated"]}},
  {"name": "eventTime", "type": "string"},
  {"name": "id", "type": "string"},
  {"name": "data", "type": {"type": "record", "name": "BlobChangeEventData", "fields": [
    {"name": "api", "type": "string"},
    {"name": "clientRequestId", "type": "string"},
    {"name": "requestId", "type": "string"},
    {"name": "etag", "type": "string"},
    {"name": "contentType", "type": "string"},
    {"name": "contentLength", "type": "long"},
    {"name": "blobType", "type": "string"},
    {"name": "blobVersion", "type": ["null", "string"]},
    {"name": "containerVersion", "type": ["null", "string"]},
    {"name": "blobTier", "type": ["null", "string"]},
    {"name": "url", "type": "string"},
    {"name": "sequencer", "type": "string"},
    {"name": "previousInfo", "type": ["null", {"type": "map", "values": "string"}]},
    {"name": "snapshot", "type": ["null", "string"]},
    {"name": "blobPropertiesUpdated", "type": ["null", {"type": "map", "values":
      {"type": "record", "name": "BlobPropertyChange", "fields": [
        {"name": "current", "type": "string"}, {"name": "previous", "type": "string"}]}}]},
    {"name": "asyncOperationInfo", "type": ["null", {"type": "map", "values": "string"}]},
    {"name": "blobTagsUpdated", "type": ["null", {"type": "record", "name": "BlobTagsChange", "fields": [
      {"name": "previous", "type": {"type": "map", "values": "string"}},
      {"name": "current", "type": {"type": "map", "values": "string"}}]}]},
    {"name": "restorePointMarker", "type": ["null", {"type": "map", "values": "string"}]},
    {"name": "storageDiagnostics", "type": ["null", {"type": "map", "values": "string"}]}
  ]}}
 ]
})";

std::int64_t symbol(EventType type) {
    switch (type) {
        case EventType::created: return 1;
        case EventType::deleted: return 2;
        case EventType::properties_updated: return 3;
        case EventType::snapshot_created: return 4;
        case EventType::tier_changed: return 6;
        case EventType::async_operation: return 7;
        case EventType::renamed: break;  // hierarchical accounts have no change feed
    }
    return 0;
}

/// The values of one record, in the order of its schema.
class Record {
  public:
    void text(std::string_view value) { avro::append_bytes(bytes_, value); }
    void number(std::int64_t value) { avro::append_long(bytes_, value); }
    void maybe_text(std::string_view value) {
        if (present(!value.empty())) text(value);
    }
    void map(const Texts& entries) {
        if (!entries.empty()) number(static_cast<std::int64_t>(entries.size()));
        for (const auto& [key, value] : entries) {
            text(key);
            text(value);
        }
        number(0);
    }
    void maybe_map(const Texts& entries) {
        if (present(!entries.empty())) map(entries);
    }
    /// Which branch of a union with null comes.
    bool present(bool there) {
        number(there ? 1 : 0);
        return there;
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

}  // namespace

std::string topic_of(std::string_view account) {
    std::string topic("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lazulite");
    return topic.append("/providers/Microsoft.Storage/storageAccounts/").append(account);
}

std::string subject_of(std::string_view container, std::string_view blob) {
    std::string subject("/blobServices/default/containers/");
    return subject.append(container).append("/blobs/").append(blob);
}

std::string sequencer_of(Instant time) {
    constexpr std::size_t kDigits = 48;
    std::string text(kDigits, '0');
    auto rest = static_cast<std::uint64_t>(tick_count(time));
    for (std::size_t at = kDigits; rest != 0; rest >>= 4) text[--at] = "0123456789abcdef"[rest & 0xf];
    return text;
}

std::string_view change_feed_schema() { return kSchema; }

std::string change_feed_record(const BlobEvent& event, std::string_view time) {
    Record record;
    record.number(kSchemaVersion);
    record.text(topic_of(event.account));
    record.text(subject_of(event.container, event.blob));
    record.number(symbol(event.type));
    record.text(time);
    record.text(event.id);

    record.text(event.api);
    record.text(event.client_request_id);
    record.text(event.request_id);
    record.text(event.etag);
    record.text(event.content_type);
    record.number(static_cast<std::int64_t>(event.content_length));
    record.text(event.blob_type);
    record.maybe_text(event.blob_version);
    record.maybe_text(event.container_version);
    record.maybe_text(event.access_tier);
    record.text("");  // url: "currently always empty", says the reference
    record.text(sequencer_of(event.time));
    record.maybe_map(event.previous_info);
    record.maybe_text(event.snapshot);
    if (record.present(!event.properties.empty())) {
        record.number(static_cast<std::int64_t>(event.properties.size()));
        for (const PropertyChange& change : event.properties) {
            record.text(change.name);
            record.text(change.current);
            record.text(change.previous);
        }
        record.number(0);
    }
    record.maybe_map(event.async_operation);
    if (record.present(event.tags.has_value())) {
        record.map(event.tags->first);
        record.map(event.tags->second);
    }
    record.present(false);  // restorePointMarker
    record.present(false);  // storageDiagnostics
    return record.take();
}

}  // namespace lazulite::blob
