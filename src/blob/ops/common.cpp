#include "blob/ops/common.hpp"

#include <algorithm>
#include <iterator>

#include "base/ids.hpp"
#include "blob/domain/last_access.hpp"
#include "blob/domain/names.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/tree.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/change_feed.hpp"
#include "blob/rows/copies.hpp"
#include "service/current_properties.hpp"
#include "service/lease_request.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {

namespace {

bool names_state(const Query& query) { return query.has("snapshot") || query.has("versionid"); }

/// The writes that have `snapshot` or `versionid` among their parameters in the reference.
bool writes_any_state(const Operation& operation) {
    constexpr std::string_view kOperations[] = {"DeleteBlob",           "SetBlobTier",
                                                "SetBlobTags",          "SetBlobImmutabilityPolicy",
                                                "SetBlobLegalHold",     "DeleteBlobImmutabilityPolicy"};
    return std::find(std::begin(kOperations), std::end(kOperations), operation.name) != std::end(kOperations);
}

/// Whether the account's lifecycle policy moves a blob back to Hot because it is read.
bool goes_back_to_hot(const Exchange& x, std::string_view name, const Blob& blob) {
    const auto& moves = x.account.settings.moves_back_to_hot;
    return moves && x.account.settings.last_access_time_tracking && blob.type == BlobType::block &&
           blob.tier.set.value_or(default_tier(x.account)) == AccessTier::cool &&
           moves(x.target.container + '/' + std::string(name), blob.tags);
}

/// What hierarchical accounts do not have. Reference: "Blob Storage feature support in Azure Storage accounts", "Known
/// issues with Azure Data Lake Storage".
bool lacked_by_hierarchies(const Operation& operation) {
    constexpr std::string_view kOperations[] = {"PutPageBlob",      "PutPage",        "PutPageFromURL",      "ClearPage",
                                                "GetPageRanges",    "GetPageRangesDiff", "IncrementalCopyBlob",
                                                "ResizePageBlob",   "UpdateSequenceNumber"};
    return std::find(std::begin(kOperations), std::end(kOperations), operation.name) != std::end(kOperations);
}

}  // namespace

Result<> check_names(const Exchange& x) {
    LAZ_CHECK(check_container_name(x.target.container.empty() ? "$root" : x.target.container));
    if (x.target.container == kChangeFeedContainer && x.operation.needs.writes) {
        return fail(ErrorCode::insufficient_account_permissions);
    }
    if (x.operation.scope != Scope::blob) return {};
    LAZ_CHECK(check_blob_name(x.target.container, x.target.name));
    if (x.account.settings.hierarchical_namespace) {
        if (lacked_by_hierarchies(x.operation)) {
            return fail(ErrorCode::feature_not_yet_supported_for_hierarchical_namespace_accounts);
        }
        if (segments_of(x.target.name).size() > kDeepestPath) return fail(ErrorCode::path_is_too_deep);
    }
    if (names_state(x.query) && x.operation.needs.writes && !writes_any_state(x.operation)) return fail(only_current(x.query));
    return {};
}

Result<> check_read_guards(const Exchange& x, const Guards& guards, Revision tick) {
    if (x.version >= kReadsHonourAllConditions) return check_read(guards.when, tick);
    LAZ_CHECK(check_combination(guards.when));
    Conditions deciding = guards.when;
    if (deciding.any_etag()) deciding.if_modified_since = deciding.if_unmodified_since = std::nullopt;
    return check_read(deciding, tick);
}

Result<> check_tags(const Exchange& x, const std::optional<TagCondition>& condition, std::string_view tags) {
    if (!condition || x.version < kBlobTags || condition->met_by(TagSet::unpack(tags))) return {};
    return fail(ErrorCode::condition_not_met);
}

Result<> check_offered_since(const Exchange& x, ServiceVersion version) {
    if (x.version >= version) return {};
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "comp")
                    .with("QueryParameterValue", x.query.value_or_empty("comp"))
                    .with("Reason", "The version does not know this operation."));
}

Result<> check_no_conditions(const Request& request) {
    for (const std::string_view name : {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}) {
        if (!request.fields.value_or_empty(name).empty()) return fail(ErrorCode::condition_headers_not_supported);
    }
    return {};
}

Result<> check_blob_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease, Instant now) {
    constexpr LeaseErrors kErrors{ErrorCode::lease_not_present_with_blob_operation,
                                  ErrorCode::lease_id_mismatch_with_blob_operation};
    const auto checked = check_use(use, lease, given, kErrors, now);
    if (!checked) return fail(lease_error(checked.error(), "blob"));
    return {};
}

Result<> check_container_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease,
                               Instant now) {
    constexpr LeaseErrors kErrors{ErrorCode::lease_not_present_with_container_operation,
                                  ErrorCode::lease_id_mismatch_with_container_operation};
    const auto checked = check_use(use, lease, given, kErrors, now);
    if (!checked) return fail(lease_error(checked.error(), "container"));
    return {};
}

Result<> check_public_access(const Exchange& x, const std::optional<PublicAccess>& wanted) {
    if (wanted && !x.account.settings.allow_blob_public_access) return fail(ErrorCode::public_access_not_permitted);
    return {};
}

Result<Container> load_container(const Exchange& x) {
    LAZ_CHECK(check_names(x));
    LAZ_CHECK(check_no_conditions(x.request));
    LAZ_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    return x.store->read([&](ReadTxn& tx) -> Result<Container> {
        LAZ_TRY(Container container, require_container(tx, x.target.container));
        LAZ_CHECK(check_container_lease(LeaseUse::read, guards.lease_id, container.lease, tx.now()));
        return container;
    });
}

Container new_container(WriteTxn& tx, const Account& account, std::string_view name) {
    Container container;
    container.name = name;
    container.hierarchical = account.settings.hierarchical_namespace;
    container.container_id = tx.next_id();
    container.root_dir_id = tx.next_id();
    container.tick = tx.next_tick();
    container.created = container.tick;
    return container;
}

StorageError only_current(const Query& query) {
    const std::string_view parameter = query.has("snapshot") ? "snapshot" : "versionid";
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .with("QueryParameterName", parameter)
        .with("QueryParameterValue", query.value_or_empty(parameter))
        .with("Reason", parameter == "snapshot"
                            ? "This operation is only allowed on the root blob. Snapshot should not be provided."
                            : "This operation is only allowed on the root blob. Version should not be provided.");
}

Result<Which> decode_which(const Query& query) {
    const std::string_view* snapshot = query.find("snapshot");
    const std::string_view* version = query.find("versionid");
    if (!snapshot && !version) return Which();
    if (snapshot && version) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", "versionid")
                        .with("QueryParameterValue", *version)
                        .with("Reason", "snapshot and versionid exclude each other."));
    }
    const std::string_view value = snapshot ? *snapshot : *version;
    const auto id = parse_iso8601(value);
    if (!id) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", snapshot ? "snapshot" : "versionid")
                        .with("QueryParameterValue", value)
                        .with("Reason", "The value is not a date and time in the form of a snapshot id."));
    }
    return Which({snapshot ? HistoryClass::snapshot : HistoryClass::version, *id});
}

void bring_up_to(Instant now, Blob& blob) {
    blob.tier = tier_at(blob.tier, now);
    blob.lease = unless_modified(blob.lease, blob.tick);
    if (!blob.copy || !blob.copy->pending()) return;
    Copy copy = copy_at(*blob.copy, now, !blob.tier.rehydration, blob.tier.changed);
    if (copy.status == CopyStatus::failed) return set_ended(blob, std::move(copy));
    blob.copy = std::move(copy);
}

std::optional<Blob> find_current(ReadTxn& tx, const BlobKey& key) {
    auto blob = find_blob(tx, key);
    if (blob) bring_up_to(tx.now(), *blob);
    return blob;
}

bool notes_access(const Exchange& x, std::string_view name, const Blob& blob, Instant now) {
    if (notes_access(blob.tier, now)) return true;
    if (!x.account.settings.last_access_time_tracking || blob.type != BlobType::block) return false;
    return notes_read(blob.last_read, now) || goes_back_to_hot(x, name, blob);
}

Result<> note_access(WriteTxn& tx, const Exchange& x, const BlobKey& key, Instant read) {
    const auto blob = find_current(tx, key);
    if (!blob || blob->tick != read) return {};
    Blob after = *blob;
    if (after.tier.set == AccessTier::smart) after.tier.accessed = tx.now();
    after.last_read = tx.now();
    const bool back = goes_back_to_hot(x, key.full_name(), *blob);
    if (back) after.tier = tier_of_new(AccessTier::hot, blob->tier, tx.now());
    replace(tx, key, blob, after);
    if (!back) return {};
    LAZ_TRY(const Container container, require_container(tx, x.target.container));
    Cause cause = cause_of(x);
    cause.operation = "SetBlobTier";
    note(tx, cause, container, key.full_name(), {EventType::tier_changed, blob, after});
    return {};
}

BlobKey key_of(ReadTxn& tx, const Container& container, std::string_view name) {
    if (!container.hierarchical) return {container.root_dir_id, std::string(name)};
    return find_path(tx, container.root_dir_id, name).key;
}

Result<> check_file(const Blob& blob) {
    if (blob.is_directory()) return fail(ErrorCode::operation_not_supported_on_directory);
    return {};
}

Result<> check_takes_blocks(const Place& place) {
    if (place.blob && place.blob->by_data_lake) return fail(ErrorCode::blob_operation_not_supported);
    return {};
}

Result<> check_no_directory(const Place& place) {
    if (place.path.through_file || (place.blob && place.blob->is_directory())) return fail(ErrorCode::resource_type_mismatch);
    return {};
}

Result<Place> find_place(ReadTxn& tx, const Target& target, const Which& which) {
    Place place;
    LAZ_TRY(place.container, require_container(tx, target.container));
    if (place.container.hierarchical) {
        if (segments_of(target.name).empty()) return fail(ErrorCode::invalid_uri);
        place.path = find_path(tx, place.container.root_dir_id, target.name);
        place.key = place.path.key;
    } else {
        place.key = {place.container.root_dir_id, target.name};
    }
    if (!which || which->kind == HistoryClass::version) place.blob = find_current(tx, place.key);
    if (!which || (place.blob && place.blob->version == which->id)) return place;
    place.which = which;
    place.blob = find_history(tx, place.key, *which);
    if (place.blob) place.blob->tier = tier_at(place.blob->tier, tx.now());
    return place;
}

Result<Found> require_blob(ReadTxn& tx, const Target& target, const Which& which) {
    LAZ_TRY(Place place, find_place(tx, target, which));
    if (!place.blob) return fail(ErrorCode::blob_not_found);
    return Found{std::move(place.container), std::move(place.key), *std::move(place.blob), place.which};
}

std::optional<Retention> Protection::retention(Instant now) const {
    if (!deleted) return std::nullopt;
    return Retention{now, now + Ticks(*deleted)};
}

Result<Protection> protection_of(const Exchange& x) {
    LAZ_TRY(const auto properties, current_properties(*x.store, x.behaviour));
    Protection protection;
    protection.versions = x.account.settings.blob_versioning;
    const RetentionPolicy& policy = *properties->values.delete_retention;
    if (policy.enabled) protection.deleted = std::chrono::days(policy.days.value_or(0));
    return protection;
}

namespace {

/// The id of a blob that becomes a version. One that was none takes its creation time, as the service does.
Instant version_id(ReadTxn& tx, const BlobKey& key, const Blob& blob) {
    if (blob.version) return *blob.version;
    const bool taken = find_history(tx, key, {HistoryClass::version, blob.created}) || has_retained_version(tx, key, blob.created);
    return taken ? blob.tick : blob.created;
}

/// What the current blob is kept as.
Which kept_as(WriteTxn& tx, const BlobKey& key, const Blob& before, Fate::Former former) {
    switch (former) {
        case Fate::Former::nothing: return {};
        case Fate::Former::version: return HistoryId{HistoryClass::version, version_id(tx, key, before)};
        case Fate::Former::deleted_snapshot: return HistoryId{HistoryClass::snapshot, tx.next_tick()};
        case Fate::Former::deleted_blob: return HistoryId{HistoryClass::blob, tx.next_tick()};
    }
    return {};
}

/// What the current blob, if there is one, is going to be.
Fate fate_of(const Protection& protection, Change change, const std::optional<Blob>& before, bool other_type) {
    if (!before || other_type) return {Fate::Former::nothing, protection.versions};
    return fate(change, before->version.has_value(), protection.keeping(), before->tier.archived());
}

/// In a hierarchical container there are no versions, and soft delete keeps what is deleted, not what is written over.
/// Reference: "Soft delete for blobs", accounts that have a hierarchical namespace.
Changed change_path(WriteTxn& tx, const Protection& protection, Change change, const BlobKey& key,
                    const std::optional<Blob>& before, const std::optional<Blob>& after) {
    if (change == Change::snapshot) return {std::nullopt, false, {}};
    const auto retention = change == Change::remove && before ? protection.retention(tx.now()) : std::nullopt;
    const Which kept = retention ? Which(HistoryId{HistoryClass::blob, tx.next_tick()}) : Which();
    if (!after && !before->is_directory()) remove_snapshots(tx, key);
    replace(tx, key, before, after, kept, retention);
    if (!after && !kept && before->is_directory()) drop_directory(tx, *before->child_dir_id);
    return {std::nullopt, kept.has_value(), kept};
}

}  // namespace

Changed change_blob(WriteTxn& tx, const Protection& protection, Change change, const BlobKey& key,
                    const std::optional<Blob>& before, std::optional<Blob> after, Instant tick) {
    if (!key.path.empty()) return change_path(tx, protection, change, key, before, after);
    const bool other_type = before && after && before->type != after->type;
    const Fate what = fate_of(protection, change, before, other_type);
    const bool kept = what.former != Fate::Former::nothing;
    if (change == Change::snapshot && !kept) return {before->version, false, {}};
    if (after && what.new_version) {
        after->version = tick;
    } else if (after && kept) {
        after->version.reset();
    }
    if (after && !before) remove_mark(tx, key);
    if (after && (!before || other_type) && has_retained(tx, key)) supersede_retained(tx, key, after->type);
    const bool soft = kept && what.former != Fate::Former::version;
    const Which former = before ? kept_as(tx, key, *before, what.former) : Which();
    replace(tx, key, before, after, former, soft ? protection.retention(tx.now()) : std::nullopt);
    if (!after) leave_mark(tx, key, *before);
    return {after ? after->version : std::nullopt, kept, soft ? former : Which()};
}

bool would_be_lost(const Protection& protection, const Blob& blob) {
    return fate_of(protection, Change::remove, blob, false).former == Fate::Former::nothing;
}

Result<> check_type(ReadTxn& tx, const Place& place, BlobType type) {
    LAZ_CHECK(check_no_directory(place));
    if (place.container.hierarchical && type == BlobType::page) {
        return fail(ErrorCode::feature_not_yet_supported_for_hierarchical_namespace_accounts);
    }
    if (type_of_versions(tx, place.key).value_or(type) != type) return fail(ErrorCode::invalid_blob_type);
    if (!place.blob || place.blob->type == type) return {};
    if (place.blob->version) return fail(ErrorCode::invalid_blob_type);
    if (has_snapshots(tx, place.key)) return fail(ErrorCode::snapshots_present);
    return {};
}

void add_version(Response& response, const std::optional<Instant>& version, ServiceVersion rules) {
    if (version && rules >= kBlobVersions) response.fields.add("x-ms-version-id", format_iso8601(*version));
}

Blob blob_in_place_of(WriteTxn& tx, const Exchange& x, Place& place, BlobType type) {
    make_way(tx, x, place);
    const std::optional<Blob>& replaced = place.blob;
    Blob blob;
    blob.type = type;
    blob.tick = tx.next_tick();
    blob.created = replaced ? replaced->created : blob.tick;
    if (type == BlobType::page) blob.generation = blob.tick;
    if (replaced) blob.lease = replaced->lease;
    if (place.container.hierarchical) blob.access = replaced ? replaced->access : access_of_new(tx, x, place, false);
    return blob;
}

Result<> check_known_type(const Blob& blob, ServiceVersion version) {
    if (blob.type == BlobType::append && version < kAppendBlobs) return fail(ErrorCode::feature_version_mismatch);
    return {};
}

bool many_blocks(ReadTxn& tx, const Place& place, const std::optional<StagedSet>& set) {
    return (set && set->count > kFewBlocks) || (place.blob && contents::many_blocks(tx, place.blob->content));
}

Etag header_etag(Revision tick, ServiceVersion version) { return {tick, version >= kQuotedEtags}; }

void keep_known(ContentHeaders& headers, ServiceVersion version) {
    if (version < kContentDisposition) headers.disposition.clear();
}

void add_encrypted(Response& response, ServiceVersion version) {
    if (version >= kServerEncrypted) response.fields.add("x-ms-request-server-encrypted", "true");
}

void add_tick(Response& response, Revision tick, ServiceVersion version) {
    HeaderEncoder headers(response.fields);
    headers.header("ETag", header_etag(tick, version));
    headers.header("Last-Modified", tick);
}

}  // namespace lazulite::blob
