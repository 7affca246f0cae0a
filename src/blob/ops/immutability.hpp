#pragma once

#include <optional>

#include "blob/domain/immutability.hpp"
#include "blob/ops/common.hpp"

// What the operations share that protect blobs, or meet one that is protected.

namespace lazulite::blob {

/// A mode as clients write it, in any letter case.
[[nodiscard]] bool parse_value(std::string_view text, PolicyMode& mode);

/// What a write asks for the version that it makes. Reference: "Put Blob", request headers.
struct AskedImmutability {
    std::optional<Instant> until;
    std::optional<PolicyMode> mode;
    std::optional<bool> legal_hold;

    [[nodiscard]] bool any() const { return until || mode || legal_hold; }
};

template <class Codec>
void describe(Codec& c, AskedImmutability& m) {
    c.header("x-ms-immutability-policy-until-date", m.until);
    c.header("x-ms-immutability-policy-mode", m.mode);
    c.header("x-ms-legal-hold", m.legal_hold);
}

/// Whether the container has version-level immutability. Fails with blob_operation_not_supported.
[[nodiscard]] Result<> check_immutable_storage(const Exchange& x);

/// Before 2020-06-12 nobody knew of it: invalid_query_parameter_value for `comp`.
[[nodiscard]] Result<> check_immutability_known(const Exchange& x);

/// Loads what is named, lets `change(Blob&, Instant now) -> Result<>` have it and saves it; ETag and Last-Modified stay.
/// Gives what it is then.
template <class Change>
Task<Result<Immutability>> change_immutability(Exchange& x, const Which& which, Change change) {
    Result<Immutability> changed = co_await x.store->write([&](WriteTxn& tx) -> Result<Immutability> {
        LAZ_TRY(const Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_immutable_storage(x));
        Blob after = found.blob;
        LAZ_CHECK(change(after, tx.now()));
        if (found.which) {
            update_history(tx, found.key, *found.which, after);
        } else {
            replace(tx, found.key, found.blob, after);
        }
        return after.immutability;
    });
    co_return changed;
}

/// With what a blob begins that is written now: what is asked, else the policy that its container has for all. Fails with
/// missing_required_header, invalid_header_value and as check_immutable_storage does.
[[nodiscard]] Result<Immutability> immutability_of_upload(const Exchange& x, const AskedImmutability& asked, Instant now);

/// Whether another blob may stand in the place of the current one: of one that becomes a version nothing is lost.
[[nodiscard]] Result<> check_overwritable(const Exchange& x, const Blob& current);
/// Whether the current blob may be deleted, and with it, where it is said so, its snapshots. As above.
[[nodiscard]] Result<> check_removable(ReadTxn& tx, const Exchange& x, const Found& found, const Deletion& doomed);
/// A container with immutable storage goes when it is empty: container_immutable_storage_with_versioning_enabled.
[[nodiscard]] Result<> check_container_deletable(ReadTxn& tx, const Exchange& x, const Container& container);

}  // namespace lazulite::blob
