#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/etag.hpp"
#include "blob/domain/conditions.hpp"
#include "blob/domain/model.hpp"
#include "blob/domain/tag_filter.hpp"
#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/tree.hpp"
#include "service/exchange.hpp"
#include "wire/codec.hpp"

namespace lazulite::blob {

/// What every operation on a container or blob starts from: checked names and the headers that guard it.
struct Guards {
    Conditions when;
    std::optional<LeaseId> lease_id;
    std::optional<TagCondition> if_tags = {};
};

template <class Codec>
void describe(Codec& c, Conditions& when) {
    const auto etag = [&c](std::string_view name, std::optional<std::string>& value) {
        c.header(name, value);
        if (value && value->empty()) value.reset();
    };
    etag("If-Match", when.if_match);
    etag("If-None-Match", when.if_none_match);
    // Some clients send the word "null" for no date, and the service was seen to ignore it.
    const auto date = [&c](std::string_view name, std::optional<Instant>& value) {
        std::optional<std::string> text;
        c.header(name, text);
        if (text && *text != "null") c.header(name, value);
    };
    date("If-Modified-Since", when.if_modified_since);
    date("If-Unmodified-Since", when.if_unmodified_since);
}

template <class Codec>
void describe(Codec& c, Guards& guards) {
    c.include(guards.when);
    c.header("x-ms-lease-id", guards.lease_id);
    c.header("x-ms-if-tags", guards.if_tags);
}

/// The headers that Put Blob, Put Block List and Set Blob Properties store with a blob.
template <class Codec>
void describe(Codec& c, ContentHeaders& headers) {
    const auto text = [&c](std::string_view name, std::string& value) {
        std::optional<std::string> given;
        c.header(name, given);
        if (given) value = *std::move(given);
    };
    text("x-ms-blob-content-type", headers.type);
    text("x-ms-blob-content-encoding", headers.encoding);
    text("x-ms-blob-content-language", headers.language);
    text("x-ms-blob-cache-control", headers.cache_control);
    text("x-ms-blob-content-disposition", headers.disposition);
    std::optional<Md5Digest> md5;
    c.header("x-ms-blob-content-md5", md5);
    if (md5) headers.md5.assign(reinterpret_cast<const char*>(md5->data()), md5->size());
}

/// Forgets what the version does not know: a Content-Disposition before 2013-08-15.
void keep_known(ContentHeaders& headers, ServiceVersion version);

/// Fails with invalid_resource_name, out_of_range_input or invalid_uri before anything is looked up; with
/// insufficient_account_permissions for a write to the change feed, which is read-only; and with
/// invalid_query_parameter_value where a write that is for current blobs alone names a snapshot or version.
[[nodiscard]] Result<> check_names(const Exchange& x);

/// Reads honour every combination from version 2013-08-15 on; writes, and older reads, only the pairs that make sense.
[[nodiscard]] Result<> check_read_guards(const Exchange& x, const Guards& guards, Revision tick);

/// `x-ms-if-tags` against the tags of the blob, packed; none where there is no blob. Fails with condition_not_met.
[[nodiscard]] Result<> check_tags(const Exchange& x, const std::optional<TagCondition>& condition,
                                  std::string_view tags);

/// For operations that came with a later version than the first: invalid_query_parameter_value of `comp` before that.
[[nodiscard]] Result<> check_offered_since(const Exchange& x, ServiceVersion version);

/// For operations that honour no conditional header: condition_headers_not_supported when there is one.
[[nodiscard]] Result<> check_no_conditions(const Request& request);

/// Whether a request may do that to a blob with that lease: lease_id_missing, lease_lost,
/// lease_not_present_with_blob_operation or lease_id_mismatch_with_blob_operation.
[[nodiscard]] Result<> check_blob_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease,
                                        Instant now);
/// The same for a container, whose lease guards it from being deleted and nothing else.
[[nodiscard]] Result<> check_container_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease,
                                             Instant now);

/// Fails with public_access_not_permitted where the account's switch forbids what is asked for.
[[nodiscard]] Result<> check_public_access(const Exchange& x, const std::optional<PublicAccess>& wanted);

/// The container that is read: no conditional header is honoured, and a lease id, when given, must be the container's.
[[nodiscard]] Result<Container> load_container(const Exchange& x);

/// Loads the container, checks `guards`, lets `change(Container&)` have it and saves it with a new tick.
template <class Change>
Task<Result<Instant>> change_container(Exchange& x, const Guards& guards, Change change) {
    Result<Instant> tick = co_await x.store->write([&](WriteTxn& tx) -> Result<Instant> {
        LAZ_TRY(Container container, require_container(tx, x.target.container));
        LAZ_CHECK(check_container_lease(LeaseUse::read, guards.lease_id, container.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, container.tick));
        change(container);
        container.tick = tx.next_tick();
        update_container(tx, container);
        return container.tick;
    });
    co_return tick;
}

/// A container of that account that has its ids and its tick and nothing else yet.
[[nodiscard]] Container new_container(WriteTxn& tx, const Account& account, std::string_view name);

/// What `snapshot` or `versionid` names. Fails with invalid_query_parameter_value for what is no id, and for both at once.
[[nodiscard]] Result<Which> decode_which(const Query& query);
/// The refusal of a parameter that is for other states of a blob, as the service was seen to word it.
[[nodiscard]] StorageError only_current(const Query& query);

/// The blob at the target, in the state that is asked for, as of now; or container_not_found / blob_not_found.
struct Found {
    Container container;
    BlobKey key;
    Blob blob;
    Which which;  ///< nothing also where the current blob was named by its version id
};
[[nodiscard]] Result<Found> require_blob(ReadTxn& tx, const Target& target, const Which& which = {});

/// Fails with feature_version_mismatch for an append blob before version 2015-02-21, which knows none.
[[nodiscard]] Result<> check_known_type(const Blob& blob, ServiceVersion version);

/// The place of a blob whose container exists, and the blob where there is one.
struct Place {
    Container container;
    BlobKey key;
    std::optional<Blob> blob;
    Which which;  ///< as in Found
    TreePath path = {};  ///< in a hierarchical container

    [[nodiscard]] std::optional<Revision> tick() const { return blob ? std::optional(blob->tick) : std::nullopt; }
    [[nodiscard]] MaybeLease lease() const { return blob ? blob->lease : std::nullopt; }
};
[[nodiscard]] Result<Place> find_place(ReadTxn& tx, const Target& target, const Which& which = {});
/// Where a name of a container stands, or would.
[[nodiscard]] BlobKey key_of(ReadTxn& tx, const Container& container, std::string_view name);
/// Fails with operation_not_supported_on_directory.
[[nodiscard]] Result<> check_file(const Blob& blob);
/// Whether blocks may be put and committed there: blob_operation_not_supported where the bytes came by Data Lake Storage.
/// Reference: "Known issues with Azure Data Lake Storage", Blob Storage APIs, which names no code.
[[nodiscard]] Result<> check_takes_blocks(const Place& place);
/// Whether what is written may stand there: not where a directory is, nor below a file (resource_type_mismatch).
[[nodiscard]] Result<> check_no_directory(const Place& place);
/// What time made of a stored blob: its tier may have changed, the id of a lease that is over be forgotten.
void bring_up_to(Instant now, Blob& blob);
/// The blob as it is now.
[[nodiscard]] std::optional<Blob> find_current(ReadTxn& tx, const BlobKey& key);
/// Whether reading the current blob now has to be noted: for the smart tier, because the account tracks reads, or because
/// its lifecycle policy moves the blob back to Hot. `name`: of the blob.
[[nodiscard]] bool notes_access(const Exchange& x, std::string_view name, const Blob& blob, Instant now);
/// Notes it, and puts the blob back to Hot where that is due, unless it was written or deleted since it was `read`.
[[nodiscard]] Result<> note_access(WriteTxn& tx, const Exchange& x, const BlobKey& key, Instant read);

/// What the account keeps of blobs that are overwritten or deleted, as set when the request came.
struct Protection {
    bool versions = false;
    std::optional<std::chrono::days> deleted;  ///< soft delete, for so many days

    [[nodiscard]] Keeping keeping() const { return {versions, deleted.has_value()}; }
    /// Of what is deleted now.
    [[nodiscard]] std::optional<Retention> retention(Instant now) const;
};
[[nodiscard]] Result<Protection> protection_of(const Exchange& x);

/// Puts `after` in the place of the current blob, or removes that, and keeps what it was where the account has it so.
/// `tick` was drawn for this change. Gives the version id of what stands there now.
struct Changed {
    std::optional<Instant> version;
    bool kept = false;      ///< what stood there is a version now, or in soft delete
    Which soft_deleted = {};  ///< as what soft delete keeps it, where it does
};
Changed change_blob(WriteTxn& tx, const Protection& protection, Change change, const BlobKey& key,
                    const std::optional<Blob>& before, std::optional<Blob> after, Instant tick);
/// Whether nothing is kept of a current blob that is deleted.
[[nodiscard]] bool would_be_lost(const Protection& protection, const Blob& blob);
/// All versions of a blob are of one type (invalid_blob_type), and so are a blob and its snapshots (snapshots_present).
/// Reference: "Blob versioning", write operations; "Copy Blob", remarks.
[[nodiscard]] Result<> check_type(ReadTxn& tx, const Place& place, BlobType type);
/// x-ms-version-id of what a write made.
void add_version(Response& response, const std::optional<Instant>& version, ServiceVersion rules);

/// A blob that is written now in place of the one there: with its lease, which an overwrite keeps, and its creation
/// time. In a hierarchical container directories that are missing on the way are made, and `place.key` is where the blob
/// stands then. What a blob holds is the caller's to fill in.
[[nodiscard]] Blob blob_in_place_of(WriteTxn& tx, const Exchange& x, Place& place, BlobType type);

/// Blocks of one blob that are dealt with on the io thread.
inline constexpr std::size_t kFewBlocks = 1000;
/// Whether a blob has more, committed or not.
[[nodiscard]] bool many_blocks(ReadTxn& tx, const Place& place, const std::optional<StagedSet>& set);

/// An ETag as a header carries it: in quotes from version 2011-08-18 on.
[[nodiscard]] Etag header_etag(Revision tick, ServiceVersion version);
/// What writes answer since everything is encrypted: from 2015-12-11 on.
void add_encrypted(Response& response, ServiceVersion version);
/// ETag and Last-Modified.
void add_tick(Response& response, Revision tick, ServiceVersion version);

}  // namespace lazulite::blob
