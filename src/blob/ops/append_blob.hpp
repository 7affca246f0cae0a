#pragma once

#include "blob/domain/append.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {

/// What guards a change of an append blob.
struct AppendGuards {
    Guards guards;
    AppendConditions append;
};

template <class Codec>
void describe(Codec& c, AppendGuards& m) {
    c.include(m.guards);
    c.header("x-ms-blob-condition-appendpos", m.append.position);
    c.header("x-ms-blob-condition-maxsize", m.append.max_size);
}

[[nodiscard]] inline AppendState state_of(const Blob& blob) { return {blob.size, blob.committed_blocks, blob.sealed}; }

/// The append blob at the target, when lease and conditional headers let it be changed. Fails with invalid_blob_type for
/// other blobs, and with feature_version_mismatch before version 2015-02-21.
[[nodiscard]] inline Result<Found> require_append_blob(ReadTxn& tx, const Exchange& x, const AppendGuards& guards) {
    LAZ_TRY(Found found, require_blob(tx, x.target));
    if (found.blob.type != BlobType::append) return fail(ErrorCode::invalid_blob_type);
    LAZ_CHECK(check_known_type(found.blob, x.version));
    LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.guards.lease_id, found.blob.lease, tx.now()));
    LAZ_CHECK(check_write(guards.guards.when, found.blob.tick));
    LAZ_CHECK(check_tags(x, guards.guards.if_tags, found.blob.tags));
    LAZ_CHECK(check_not_copied_to(found.blob.copy));
    return found;
}

}  // namespace lazulite::blob
