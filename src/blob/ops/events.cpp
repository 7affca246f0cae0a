#include "blob/ops/events.hpp"

#include <cstdio>

#include "base/etag.hpp"
#include "base/text.hpp"
#include "blob/domain/event_grid.hpp"
#include "blob/domain/file_time.hpp"
#include "blob/domain/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/rows/change_feed.hpp"
#include "blob/rows/event_outbox.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/rehydrations.hpp"
#include "wire/date.hpp"
#include "wire/uri.hpp"

namespace lazulite::blob {
namespace {

/// Several rows of the table are one operation in events.
std::string_view api_of(std::string_view operation) {
    constexpr std::pair<std::string_view, std::string_view> kApis[] = {
        {"PutAppendBlob", "PutBlob"},        {"PutPageBlob", "PutBlob"},
        {"PutBlobFromURL", "PutBlob"},       {"CopyBlobFromURL", "CopyBlob"},
        {"IncrementalCopyBlob", "CopyBlob"}, {"ResizePageBlob", "SetBlobProperties"},
        {"UpdateSequenceNumber", "SetBlobProperties"}};
    for (const auto& [row, api] : kApis) {
        if (row == operation) return api;
    }
    return operation;
}

/// The id of an event is that of its request but for the last twelve digits, of which the request has one.
std::string event_id(std::string_view request_id, Instant time) {
    char digits[13];
    std::snprintf(digits, sizeof digits, "%012llx",
                  static_cast<unsigned long long>(tick_count(time)) & 0xffff'ffff'ffffULL);
    return std::string(request_id.substr(0, 24)) + digits;
}

std::string hex16(std::int64_t value) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(value));
    return text;
}

std::string iso_or_empty(const std::optional<Instant>& time) { return time ? format_iso8601(*time) : std::string(); }

std::string tier_of(const Blob& blob, const Account& account) {
    if (blob.type == BlobType::page && has_page_tiers(account)) {
        return std::string(name_of(blob.page_tier.value_or(inferred_page_tier(blob.size))));
    }
    if (blob.type != BlobType::block) return {};
    return std::string(name_of(blob.tier.set.value_or(default_tier(account))));
}

std::vector<PropertyChange> changed_properties(const ContentHeaders& before, const ContentHeaders& after) {
    std::vector<PropertyChange> changes;
    const auto compare = [&](std::string_view name, std::string was, std::string is) {
        if (was != is) changes.push_back({std::string(name), std::move(is), std::move(was)});
    };
    const auto base64 = [](const std::string& md5) { return base64_encode(as_bytes(md5)); };
    compare("ContentLanguage", before.language, after.language);
    compare("CacheControl", before.cache_control, after.cache_control);
    compare("ContentEncoding", before.encoding, after.encoding);
    compare("ContentMD5", base64(before.md5), base64(after.md5));
    compare("ContentDisposition", before.disposition, after.disposition);
    compare("ContentType", before.type, after.type);
    return changes;
}

Texts texts_of(std::string_view packed_tags) {
    Texts texts;
    for (const BlobTag& tag : TagSet::unpack(packed_tags)) texts.emplace_back(tag.key, tag.value);
    return texts;
}

/// Of what goes on after its request was answered.
void add_async_operation(BlobEvent& event, const BlobChange& change) {
    if (!change.after || (change.type != EventType::async_operation && !change.later)) return;
    const Blob& after = *change.after;
    if (after.tier.rehydration) event.async_operation.emplace_back("DestinationTier", name_of(after.tier.rehydration->to));
    event.async_operation.emplace_back("WasAsyncOperation", "true");
    if (event.api == "CopyBlob" && after.copy) event.async_operation.emplace_back("CopyId", after.copy->id);
}

/// Reference: "Change feed in Azure Blob Storage", previousInfo of the schema's examples.
void add_soft_deletion(BlobEvent& event, const BlobChange& change) {
    if (!change.soft_deleted) return;
    if (!change.which && change.soft_deleted->kind == HistoryClass::snapshot) {
        event.previous_info.emplace_back("SoftDeleteSnapshot", format_iso8601(change.soft_deleted->id));
    }
    event.previous_info.emplace_back("WasBlobSoftDeleted", "true");
}

void add_differences(BlobEvent& event, const Account& account, const BlobChange& change) {
    if (!change.before || !change.after) return;
    const Blob& before = *change.before;
    const Blob& after = *change.after;
    if (before.version && before.version != after.version && !change.which) {
        event.previous_info.emplace_back("BlobVersion", iso_or_empty(after.version));
        event.previous_info.emplace_back("LastVersion", iso_or_empty(before.version));
    }
    switch (change.type) {
        case EventType::properties_updated:
            event.properties = changed_properties(before.headers, after.headers);
            if (before.tags != after.tags) event.tags = {texts_of(before.tags), texts_of(after.tags)};
            break;
        case EventType::tier_changed:
            event.previous_tier = tier_of(before, account);
            event.previous_info.emplace_back("PreviousTier", event.previous_tier);
            break;
        case EventType::async_operation:
        case EventType::created:
        case EventType::deleted:
        case EventType::renamed:
        case EventType::snapshot_created: break;
    }
}

bool tells(const AccountSettings& wishes) { return wishes.change_feed || wishes.event_subscriptions; }

BlobEvent event_of(WriteTxn& tx, const Cause& cause, const Container& container, std::string_view name,
                   const BlobChange& change) {
    const Blob& blob = change.after ? *change.after : *change.before;
    BlobEvent event;
    event.type = change.type;
    event.time = tx.next_tick();
    event.id = event_id(cause.request_id, event.time);
    event.account = cause.account.name;
    event.container = container.name;
    event.blob = name;
    event.api = api_of(cause.operation);
    event.client_request_id = cause.client_request_id;
    event.request_id = cause.request_id;
    event.url = cause.endpoint + container.name + '/' + percent_encode(name, "/");
    event.etag = etag_text(blob.tick);
    event.directory = blob.is_directory();
    if (!change.renamed_from.empty()) event.source_url = cause.endpoint + percent_encode(change.renamed_from, "/");
    event.content_type = blob.headers.type;
    event.content_length = blob.size;
    event.blob_type = name_of(blob.type);
    event.access_tier = tier_of(blob, cause.account);
    event.container_version = hex16(tick_count(container.created) + kFileTimeEpoch);
    event.of_former_state = change.which.has_value();
    const bool is_snapshot = change.which && change.which->kind == HistoryClass::snapshot;
    if (is_snapshot) {
        event.snapshot = format_iso8601(change.which->id);
    } else {
        event.blob_version = iso_or_empty(change.which ? std::optional(change.which->id) : blob.version);
    }
    add_async_operation(event, change);
    add_soft_deletion(event, change);
    add_differences(event, cause.account, change);
    return event;
}

}  // namespace

Cause cause_of(const Exchange& x) {
    return {x.account, x.operation.name, x.request_id, x.request.fields.value_or_empty("x-ms-client-request-id"),
            x.target.endpoint()};
}

void note(WriteTxn& tx, const Cause& cause, const Container& container, std::string_view name,
          const BlobChange& change) {
    const AccountSettings& wishes = cause.account.settings;
    if (!tells(wishes)) return;
    const BlobEvent event = event_of(tx, cause, container, name, change);
    if (change.type == EventType::async_operation && change.after && (*change.after).tier.rehydration) {
        put_rehydration(tx, {0, (*change.after).tier.rehydration->due, container.name, key_of(tx, container, name),
                             change.which, std::string(cause.request_id), std::string(cause.client_request_id), cause.endpoint});
    }
    const std::string time = format_iso8601(event.time);
    if (wishes.change_feed) {
        const unsigned days = wishes.change_feed_retention_days;
        append_to_change_feed(tx, event.time, change_feed_schema(), change_feed_record(event, time),
                              days == 0 ? std::nullopt : std::optional(std::chrono::days(days)));
    }
    const auto type = event_grid_type(event);
    if (!wishes.event_subscriptions || !type) return;
    const std::string subject = subject_of(event.container, event.blob);
    for (const EventSubscription& subscription : wishes.event_subscriptions->all) {
        if (subscription.wants(*type, subject)) put_event(tx, subscription.name, event_grid_event(event, time));
    }
}

bool note_rehydrated(WriteTxn& tx, const Account& account) {
    const auto end = due_rehydration(tx);
    if (!end) return false;
    remove_rehydration(tx, end->seq);
    const auto container = find_container(tx, end->container);
    if (!container || !stands_in(tx, *container, end->key)) return true;
    const auto stored = end->which ? find_history(tx, end->key, *end->which) : find_blob(tx, end->key);
    // It may be gone, be another one, or have been hurried up meanwhile.
    if (!stored || !stored->tier.rehydration || stored->tier.rehydration->due != end->due) return true;
    Blob after = *stored;
    after.tier = tier_at(stored->tier, tx.now());
    const bool copied = stored->copy && stored->copy->pending();
    if (copied) after.copy = copy_at(*stored->copy, tx.now(), true, after.tier.changed);
    if (end->which) {
        update_history(tx, end->key, *end->which, after);
    } else {
        replace(tx, end->key, stored, after);
    }
    const Cause cause{account, copied ? "CopyBlob" : "SetBlobTier", end->request_id, end->client_request_id, end->endpoint};
    const auto named = full_path(tx, end->key);
    note(tx, cause, *container, container->hierarchical && named ? named->path : end->key.name,
         {copied ? EventType::created : EventType::tier_changed, stored, after, end->which, {}, copied});
    return true;
}

void note(WriteTxn& tx, const Exchange& x, const Container& container, const BlobChange& change) {
    if (!tells(x.account.settings)) return;
    if (!container.hierarchical) return note(tx, cause_of(x), container, x.target.name, change);
    std::string path;
    for (const std::string_view segment : segments_of(x.target.name)) path.append(path.empty() ? "" : "/").append(segment);
    note(tx, cause_of(x), container, path, change);
}

}  // namespace lazulite::blob
