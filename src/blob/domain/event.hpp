#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/names.hpp"

namespace lazulite::blob {

/// What happened to a blob. Reference: "Change feed in Azure Blob Storage", event record schemas; "Azure Blob Storage as an
/// Event Grid source".
/// `renamed`: of hierarchical accounts alone, which have no change feed.
enum class EventType : std::uint8_t {
    created,
    deleted,
    properties_updated,
    snapshot_created,
    tier_changed,
    async_operation,
    renamed,
};
inline constexpr auto kEventTypes = std::to_array<Named<EventType>>({
    {EventType::created, "BlobCreated"},
    {EventType::deleted, "BlobDeleted"},
    {EventType::properties_updated, "BlobPropertiesUpdated"},
    {EventType::snapshot_created, "BlobSnapshotCreated"},
    {EventType::tier_changed, "BlobTierChanged"},
    {EventType::async_operation, "BlobAsyncOperationInitiated"},
    {EventType::renamed, "BlobRenamed"},
});
constexpr std::span<const Named<EventType>> names_of(EventType) { return kEventTypes; }

/// What a property was and is.
struct PropertyChange {
    std::string name;  ///< "ContentType"
    std::string current;
    std::string previous;
};
using Texts = std::vector<std::pair<std::string, std::string>>;

/// One change to one blob.
struct BlobEvent {
    EventType type = EventType::created;
    Instant time;
    std::string id;       ///< a GUID
    std::string account;
    std::string container;
    std::string blob;
    std::string api;      ///< the operation: "PutBlob"
    std::string client_request_id;  ///< empty: the client gave none
    std::string request_id;
    std::string url;
    // The blob after the change, or as it was when it was deleted.
    std::string etag;
    std::string content_type;
    std::uint64_t content_length = 0;
    std::string blob_type;
    std::string access_tier;        ///< empty: it has none
    std::string previous_tier;      ///< where it has changed
    std::string blob_version;       ///< empty: it is no version
    std::string container_version;
    std::string snapshot;           ///< empty: the event is not of a snapshot
    bool directory = false;         ///< it is of a directory
    std::string source_url;         ///< of what was renamed
    bool of_former_state = false;   ///< it is of a snapshot or of a previous version
    Texts previous_info;
    std::vector<PropertyChange> properties;
    Texts async_operation;
    std::optional<std::pair<Texts, Texts>> tags;  ///< previous, current
};

[[nodiscard]] std::string topic_of(std::string_view account);
[[nodiscard]] std::string subject_of(std::string_view container, std::string_view blob);
/// Texts that are in the order of the events of a blob.
[[nodiscard]] std::string sequencer_of(Instant time);

/// The schema of records in the change feed, version 5.
[[nodiscard]] std::string_view change_feed_schema();
/// An event as such a record; `time` is that of the event as ISO 8601.
[[nodiscard]] std::string change_feed_record(const BlobEvent& event, std::string_view time);

}  // namespace lazulite::blob
