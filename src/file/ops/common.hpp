#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/etag.hpp"
#include "file/rows/shares.hpp"
#include "file/rows/tree.hpp"
#include "service/exchange.hpp"
#include "wire/codec.hpp"

namespace lazulite::file {

/// The lease id of a request, which is the only condition that shares and files know.
struct LeaseGuard {
    std::optional<LeaseId> lease_id;
};
template <class Codec>
void describe(Codec& c, LeaseGuard& guards) {
    c.header("x-ms-lease-id", guards.lease_id);
}

[[nodiscard]] StorageError bad_header(std::string_view name, std::string_view value);
[[nodiscard]] StorageError bad_parameter(std::string_view name, std::string_view value, std::string_view reason);

/// Service::check: what holds for every request. A bearer has to say that it means to go past the permissions of files
/// (x-ms-file-request-intent: backup), and may do nothing to shares before 2024-11-04; a write to a share snapshot is refused.
/// Fails with missing_required_header, invalid_header_value, authentication_failed or invalid_query_parameter_value.
[[nodiscard]] Result<> check_request(const Exchange& x);

/// `sharesnapshot` or `prevsharesnapshot`. Fails with invalid_query_parameter_value for what is no id of a snapshot.
[[nodiscard]] Result<AsOf> decode_snapshot(const Query& query, std::string_view parameter = "sharesnapshot");

/// The share of a request, and the state of it that is asked for. Fails with share_not_found or share_snapshot_not_found.
struct View {
    Share share;
    std::optional<ShareSnapshot> snapshot;

    [[nodiscard]] AsOf as_of() const { return snapshot ? AsOf(snapshot->taken) : AsOf(); }
    /// Of the share, as they are or as the snapshot keeps them.
    [[nodiscard]] const ShareProperties& properties() const { return snapshot ? snapshot->properties : share.properties; }
    [[nodiscard]] const MaybeLease& lease() const { return snapshot ? snapshot->lease : share.lease; }
};
[[nodiscard]] Result<View> open_view(ReadTxn& tx, const Target& target, const AsOf& as_of);

/// Whether a request may do that to a share or file with that lease: lease_id_missing, lease_lost, and the codes of
/// containers, or those of files.
[[nodiscard]] Result<> check_share_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease, Instant now);
[[nodiscard]] Result<> check_file_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease, Instant now);

/// The components of the path of a request, or of another one in it, whose trailing dots `header` keeps.
[[nodiscard]] Result<std::vector<std::string>> decode_path(const Exchange& x);
[[nodiscard]] Result<std::vector<std::string>> decode_path(const Exchange& x, std::string_view path, std::string_view header);

/// Where a path leads, in one state of a share. No path: its root directory, which is in nothing.
struct FilePlace {
    View view;
    std::vector<std::int64_t> directories;  ///< that it leads through, from the root on; the last holds it
    std::string key;
    std::string name;
    std::optional<Entry> entry;
    std::optional<Node> node;
    bool is_root = false;

    [[nodiscard]] const Share& share() const { return view.share; }
    [[nodiscard]] std::int64_t parent() const { return directories.empty() ? 0 : directories.back(); }
    /// As clients are shown them; that of the root is 0.
    [[nodiscard]] std::string file_id() const;
    [[nodiscard]] std::string parent_id() const;
};
/// Fails with parent_not_found where a directory on the way is not there.
[[nodiscard]] Result<FilePlace> find_place(ReadTxn& tx, const Target& target, const std::vector<std::string>& path, const AsOf& as_of = {});
/// The same, and something is there, which is a directory, or is none. Fails with resource_not_found or
/// resource_type_mismatch.
[[nodiscard]] Result<FilePlace> require_directory(ReadTxn& tx, const Target& target, const std::vector<std::string>& path,
                                              const AsOf& as_of = {});
[[nodiscard]] Result<FilePlace> require_file(ReadTxn& tx, const Target& target, const std::vector<std::string>& path,
                                         const AsOf& as_of = {});
/// Whether there is a directory, or a file, is asked for by its properties: clients take 404 alone for a no, also where
/// there is something of the other kind.
[[nodiscard]] Result<FilePlace> or_absent(Result<FilePlace> found);
/// A file or directory that has the ReadOnly attribute takes no change. Fails with read_only_attribute.
[[nodiscard]] Result<> check_writable(const Node& node);
/// Nor does one that is being copied to. Fails with pending_copy_operation.
[[nodiscard]] Result<> check_not_copied_to(const Node& node);

/// Loads the share, checks its lease, lets `change(Share&) -> Result<>` have it and saves it with a new tick.
template <class Change>
Task<Result<Share>> change_share(Exchange& x, const LeaseGuard& guards, Change change) {
    Result<Share> changed = co_await x.store->write([&](WriteTxn& tx) -> Result<Share> {
        LAZ_TRY(Share share, require_share(tx, x.target.container));
        LAZ_CHECK(check_share_lease(LeaseUse::read, guards.lease_id, share.lease, tx.now()));
        LAZ_CHECK(change(share));
        share.properties.tick = tx.next_tick();
        update_share(tx, share);
        return share;
    });
    co_return changed;
}

/// ETag and Last-Modified.
void add_tick(Response& response, const Revision& tick);
/// What writes answer since everything is encrypted.
void add_encrypted(Response& response, ServiceVersion version);

}  // namespace lazulite::file
