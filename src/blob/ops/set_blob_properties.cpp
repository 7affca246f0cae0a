#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/versions.hpp"
#include "store/span_map.hpp"

namespace lazulite::blob {
namespace {

struct SetBlobProperties {
    Guards guards;
    ContentHeaders headers;  ///< the whole set: what is not given is cleared
    // Of page blobs.
    std::optional<std::uint64_t> size;
    std::optional<SequenceAction> action;
    std::optional<std::uint64_t> sequence_number;

    [[nodiscard]] bool of_page_blobs() const { return size || action || sequence_number; }
};

template <class Codec>
void describe(Codec& c, SetBlobProperties& m) {
    c.include(m.guards);
    c.include(m.headers);
    c.header("x-ms-blob-content-length", m.size);
    c.header("x-ms-sequence-number-action", m.action);
    c.header("x-ms-blob-sequence-number", m.sequence_number);
}

/// A number goes with `max` and `update`, and with nothing else.
Result<> check_page_changes(const SetBlobProperties& command) {
    if (command.size) LAZ_CHECK(check_page_blob_size(*command.size));
    if (!command.action && !command.sequence_number) return {};
    const auto missing = [](std::string_view name) {
        return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", name));
    };
    if (!command.action) return missing("x-ms-sequence-number-action");
    if (*command.action == SequenceAction::increment) {
        if (!command.sequence_number) return {};
        return fail(bad_header("x-ms-blob-sequence-number", std::to_string(*command.sequence_number)));
    }
    if (!command.sequence_number) return missing("x-ms-blob-sequence-number");
    return check_sequence_number(*command.sequence_number);
}

Result<> change_pages(WriteTxn& tx, const SetBlobProperties& command, Blob& blob) {
    if (!command.of_page_blobs()) return {};
    if (blob.type != BlobType::page) return fail(ErrorCode::invalid_blob_type);
    if (command.action) {
        LAZ_TRY(blob.sequence_number,
                next_sequence_number(*command.action, command.sequence_number.value_or(0), blob.sequence_number));
    }
    if (command.size) {
        LAZ_CHECK(check_changeable(blob.immutability));
        LAZ_CHECK(check_tier_limit(blob.page_tier, *command.size));
        blob.content = contents::resize_map(tx, blob.content, blob.size, *command.size);
        blob.size = *command.size;
    }
    return {};
}

struct SetBlobMetadata {
    Guards guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetBlobMetadata& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

/// Any one of the stored headers in the request replaces the whole set.
bool gives_headers(const Request& request) {
    for (const std::string_view name :
         {"x-ms-blob-content-type", "x-ms-blob-content-encoding", "x-ms-blob-content-language", "x-ms-blob-content-md5",
          "x-ms-blob-cache-control", "x-ms-blob-content-disposition"}) {
        if (request.fields.has(name)) return true;
    }
    return false;
}

struct Updated {
    Blob blob;
    std::optional<Instant> version;
};

/// Loads, checks, changes (`change(WriteTxn&, const Found&, Blob& after) -> Result<>`) and saves.
/// Of the two operations only that on metadata makes a version.
template <class Fn>
Task<Result<Updated>> update_blob(Exchange& x, const Guards& guards, bool makes_version, Fn change) {
    LAZ_CO_CHECK(check_combination(guards.when));
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    Result<Updated> updated = co_await x.store->write([&](WriteTxn& tx) -> Result<Updated> {
        LAZ_TRY(const Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_not_copied_to(found.blob.copy));
        LAZ_CHECK(check_online(found.blob.tier));
        Blob after = found.blob;
        LAZ_CHECK(change(tx, found, after));
        after.tick = tx.next_tick();
        if (makes_version) {
            after.version = change_blob(tx, protection, Change::metadata, found.key, found.blob, after, after.tick).version;
        } else {
            replace(tx, found.key, found.blob, after);
        }
        note(tx, x, found.container, {EventType::properties_updated, found.blob, after});
        return Updated{after, makes_version ? after.version : std::nullopt};
    });
    co_return updated;
}

}  // namespace

Task<Result<Response>> set_blob_properties(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetBlobProperties command, decode<SetBlobProperties>(x.request, x.query));
    LAZ_CO_CHECK(check_page_changes(command));
    Encryption asked;
    if (command.size) {
        LAZ_CO_TRY(asked, asked_encryption(x));
    }
    const auto change = [&](WriteTxn& tx, const Found&, Blob& after) -> Result<> {
        LAZ_CHECK(check_file(after));
        if (asked.any()) LAZ_CHECK(check_encryption(x, after, asked));
        LAZ_CHECK(change_pages(tx, command, after));
        if (command.of_page_blobs() && !gives_headers(x.request)) return {};
        ContentHeaders headers = command.headers;
        if (x.version < kContentDisposition) headers.disposition = after.headers.disposition;
        after.headers = std::move(headers);
        after.copy.reset();
        return {};
    };
    LAZ_CO_TRY(const Updated updated, co_await update_blob(x, command.guards, false, change));
    Response response;
    const Blob& blob = updated.blob;
    add_tick(response, blob.tick, x.version);
    if (blob.type == BlobType::page) {
        response.fields.add("x-ms-blob-sequence-number", std::to_string(blob.sequence_number));
    }
    co_return response;
}

Task<Result<Response>> set_blob_metadata(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetBlobMetadata command, decode<SetBlobMetadata>(x.request, x.query));
    LAZ_CO_TRY(const Encryption asked, asked_encryption(x));
    const auto change = [&](WriteTxn&, const Found& found, Blob& after) -> Result<> {
        LAZ_CHECK(check_changeable(after.immutability));
        LAZ_CHECK(check_change(x, found, asked));
        after.metadata = command.metadata.pack();
        return {};
    };
    LAZ_CO_TRY(const Updated updated, co_await update_blob(x, command.guards, true, change));
    Response response;
    add_tick(response, updated.blob.tick, x.version);
    add_version(response, updated.version, x.version);
    add_encryption(response, x.version, updated.blob.encryption);
    co_return response;
}

}  // namespace lazulite::blob
