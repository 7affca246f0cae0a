#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/file_expiry.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/tree.hpp"
#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"

namespace lazulite::datalake {
namespace {

using blob::AccessControl;
using blob::Blob;
using blob::BlobType;
using blob::Place;

constexpr std::int64_t kInfinite = -1;

/// Reference: "Path - Create", request headers.
struct CreatePath {
    blob::Guards guards;
    PathHeaders headers;
    std::optional<std::string> permissions;
    std::optional<std::string> umask;
    std::optional<std::string> acl;
    std::optional<LeaseId> proposed_lease;
    std::optional<std::int64_t> lease_duration;
    std::optional<std::string> encryption_context;
    // Read apart from the rest.
    Metadata properties;
    blob::NewPath access;
    std::optional<blob::FileExpiry> expiry;
    blob::Encryption encryption;
};

template <class Codec>
void describe(Codec& c, CreatePath& m) {
    c.include(m.guards);
    c.include(m.headers);
    c.header("x-ms-permissions", m.permissions);
    c.header("x-ms-umask", m.umask);
    c.header("x-ms-acl", m.acl);
    c.header("x-ms-proposed-lease-id", m.proposed_lease);
    c.header("x-ms-lease-duration", m.lease_duration);
    c.header("x-ms-encryption-context", m.encryption_context);
}

StorageError bad_header(const Exchange& x, std::string_view name) {
    return StorageError(ErrorCode::invalid_header_value)
        .with("HeaderName", name)
        .with("HeaderValue", x.request.fields.value_or_empty(name));
}

/// What the request says of access to the path.
Result<blob::NewPath> asked_access(const Exchange& x, const CreatePath& command, bool directory) {
    blob::NewPath access;
    access.directory = directory;
    access.owner = blob::creator(x);
    LAZ_TRY(auto owner, owner_of(x, "x-ms-owner"));
    if (owner) access.owner = *std::move(owner);
    LAZ_TRY(auto group, owner_of(x, "x-ms-group"));
    if (group) access.group = *std::move(group);
    if (command.permissions && !command.permissions->empty()) {
        LAZ_TRY(access.permissions, blob::parse_path_permissions(*command.permissions));
    }
    if (command.umask && !command.umask->empty()) {
        LAZ_TRY(access.umask, blob::parse_umask(*command.umask));
    }
    if (command.acl && !command.acl->empty()) {
        LAZ_TRY(blob::AclEntries acl, blob::parse_acl(*command.acl));
        access.acl = with_object_ids(x, std::move(acl));
    }
    // What holds wherever the path will be.
    LAZ_CHECK(access.below(AccessControl::usual(true)));
    return access;
}

Result<> check_lease_duration(const Exchange& x, const CreatePath& command) {
    constexpr std::string_view kDuration = "x-ms-lease-duration";
    if (!command.lease_duration) {
        if (!command.proposed_lease) return {};
        return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", kDuration));
    }
    const std::int64_t seconds = *command.lease_duration;
    if (seconds != kInfinite && (seconds < 15 || seconds > 60)) return fail(bad_header(x, kDuration));
    return {};
}

Result<CreatePath> decode_create(const Exchange& x, bool directory) {
    LAZ_TRY(CreatePath command, decode<CreatePath>(x.request, x.query));
    LAZ_CHECK(blob::check_combination(command.guards.when));
    LAZ_TRY(auto properties, properties_of(x.request));
    if (properties) command.properties = *std::move(properties);
    if (x.account.settings.hierarchical_namespace) {
        LAZ_TRY(command.access, asked_access(x, command, directory));
    } else {
        LAZ_CHECK(check_flat(x));
    }
    LAZ_CHECK(check_lease_duration(x, command));
    LAZ_TRY(command.expiry, blob::asked_expiry(x.request));
    if (command.expiry && (directory || !x.account.settings.hierarchical_namespace)) {
        return fail(bad_header(x, "x-ms-expiry-option"));
    }
    LAZ_TRY(command.encryption, blob::asked_encryption(x));
    return command;
}

/// The path as it is written in place of what is there.
Result<Blob> new_path(WriteTxn& tx, const Exchange& x, const CreatePath& command, Place& place) {
    Blob made = blob::blob_in_place_of(tx, x, place, BlobType::block);
    made.headers.type = blob::kDefaultContentType;
    command.headers.apply(made.headers);
    made.metadata = command.properties.pack();
    made.by_data_lake = true;
    made.encryption_context = command.encryption_context.value_or("");
    LAZ_TRY(made.encryption, blob::encryption_of_new(x, place.container, command.encryption));
    if (place.container.hierarchical) {
        LAZ_TRY(const AccessControl access, command.access.below(blob::access_above(tx, place)));
        made.access = access.pack(command.access.directory);
    }
    if (command.lease_duration) {
        const std::optional<std::chrono::seconds> duration =
            *command.lease_duration == kInfinite ? std::nullopt
                                                 : std::optional(std::chrono::seconds(*command.lease_duration));
        LAZ_TRY(made.lease, acquire(made.lease, command.proposed_lease.value_or(LeaseId::random()), duration, tx.now()));
    }
    return made;
}

/// `If-None-Match: *` on what is there: whoever asks is told what that is.
Result<> check_new(const Place& place, const CreatePath& command) {
    if (!place.blob || command.guards.when.if_none_match != "*") return {};
    return fail(StorageError(ErrorCode::path_already_exists)
                    .with_header("x-ms-existing-resource-type", is_directory(*place.blob) ? "directory" : "file"));
}

/// Whether the path may be created there, whatever it is.
Result<> check_place(ReadTxn& tx, const Exchange& x, const Place& place, const CreatePath& command) {
    blob::NewBlob as_blob;
    as_blob.guards = command.guards;
    as_blob.encryption = command.encryption;
    return blob::check_place(tx, x, place, as_blob, BlobType::block);
}

Result<Blob> create_file_at(WriteTxn& tx, const Exchange& x, const CreatePath& command,
                            const blob::Protection& protection) {
    LAZ_TRY(Place place, find_place(tx, x));
    LAZ_CHECK(check_new(place, command));
    if (place.path.through_file || (place.blob && is_directory(*place.blob))) return fail(ErrorCode::path_conflict);
    LAZ_CHECK(check_place(tx, x, place, command));
    LAZ_TRY(Blob made, new_path(tx, x, command, place));
    if (command.expiry) {
        LAZ_TRY(const auto due, command.expiry->of(made.created, tx.now()));
        blob::set_expiry(tx, place.key, made, due);
    }
    blob::drop_staged_set(tx, place.key);
    const blob::Changed changed =
        blob::change_blob(tx, protection, blob::Change::replace, place.key, place.blob, made, made.tick);
    made.version = changed.version;
    blob::note(tx, x, place.container, {blob::EventType::created, place.blob, made, {}, changed.soft_deleted});
    return made;
}

/// One that is there keeps what is in it, and its access control where the request says nothing of that.
Result<Blob> create_directory_at(WriteTxn& tx, const Exchange& x, const CreatePath& command,
                                 const blob::Protection& protection) {
    LAZ_TRY(Place place, find_place(tx, x));
    LAZ_CHECK(check_new(place, command));
    if (place.path.through_file || (place.blob && !is_directory(*place.blob))) return fail(ErrorCode::path_conflict);
    LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, command.guards.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(blob::check_create(command.guards.when, place.tick()));
    LAZ_TRY(Blob made, new_path(tx, x, command, place));
    if (!place.container.hierarchical) {
        made.metadata = marked_folder(command.properties).pack();
        const blob::Changed changed =
            blob::change_blob(tx, protection, blob::Change::replace, place.key, place.blob, made, made.tick);
        blob::note(tx, x, place.container, {blob::EventType::created, place.blob, made, {}, changed.soft_deleted});
        return made;
    }
    if (place.blob) {
        made.child_dir_id = place.blob->child_dir_id;
        const bool says = command.access.permissions || command.access.acl;
        if (!says) made.access = place.blob->access;
    } else {
        made.child_dir_id = tx.next_id();
        place.key.name = blob::directory_name(place.key.name);
    }
    blob::replace(tx, place.key, place.blob, made);
    blob::note(tx, x, place.container, {blob::EventType::created, place.blob, made});
    return made;
}

Task<Result<Response>> create(Exchange& x, bool directory) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(const CreatePath command, decode_create(x, directory));
    if (x.request.content_length.value_or(0) != 0) co_return fail(ErrorCode::content_length_must_be_zero);
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    LAZ_CO_TRY(const Blob made, co_await x.store->write([&](WriteTxn& tx) -> Result<Blob> {
        return directory ? create_directory_at(tx, x, command, protection) : create_file_at(tx, x, command, protection);
    }));
    Response response;
    response.status = 201;
    blob::add_tick(response, made.tick, x.version);
    blob::add_version(response, made.version, x.version);
    blob::add_encryption(response, x.version, made.encryption);
    co_return response;
}

}  // namespace

Task<Result<Response>> create_file(Exchange& x) {
    Result<Response> response = co_await create(x, false);
    co_return response;
}

Task<Result<Response>> create_directory(Exchange& x) {
    Result<Response> response = co_await create(x, true);
    co_return response;
}

}  // namespace lazulite::datalake
