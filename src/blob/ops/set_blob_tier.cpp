#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

struct SetBlobTier {
    std::string tier;  ///< read by `named_tier`
    std::optional<RehydratePriority> priority;
    std::optional<LeaseId> lease_id;
    std::optional<TagCondition> if_tags;
};

template <class Codec>
void describe(Codec& c, SetBlobTier& m) {
    c.header("x-ms-access-tier", m.tier);
    c.header("x-ms-rehydrate-priority", m.priority);
    c.header("x-ms-lease-id", m.lease_id);
    c.header("x-ms-if-tags", m.if_tags);
}

/// The tier of a blob whose key is the client's stays; a blob of an encryption scope is not archived.
Result<> check_encrypted_tier(const Encryption& encryption, AccessTier wanted) {
    const bool refused = wanted == AccessTier::archive ? encryption.any() : !encryption.key_sha256.empty();
    if (refused) return fail(ErrorCode::blob_uses_customer_specified_encryption);
    return {};
}

/// An archived snapshot or version stays where it is: only a copy of it is online.
/// Reference: "Overview of blob rehydration from the archive tier"; the code was seen of the real service.
Result<> check_may_leave(const Found& found, AccessTier wanted) {
    if (!found.which || !found.blob.tier.archived() || wanted == AccessTier::archive) return {};
    return fail(ErrorCode::blob_operation_not_supported);
}

/// Of a page blob in a premium account, and not of its snapshots.
Task<Result<Response>> set_page_tier(Exchange& x, const Which& which, const SetBlobTier& command, PageTier wanted) {
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_file(found.blob));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_tags(x, command.if_tags, found.blob.tags));
        if (found.blob.type != BlobType::page || found.which) {
            return fail(ErrorCode::access_tier_not_supported_for_blob_type);
        }
        LAZ_CHECK(check_page_tier(found.blob.page_tier, wanted, found.blob.size));
        Blob after = found.blob;
        after.page_tier = wanted;
        replace(tx, found.key, found.blob, after);
        if (after.page_tier != found.blob.page_tier) note(tx, x, found.container, {EventType::tier_changed, found.blob, after});
        return {};
    }));
    co_return Response{};
}

}  // namespace

/// Immediate (200), but for a blob that leaves the archive (202). ETag and Last-Modified stay.
Task<Result<Response>> set_blob_tier(Exchange& x) {
    LAZ_CO_CHECK(check_offered_since(x, kTiers));
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const SetBlobTier command, decode<SetBlobTier>(x.request, x.query));
    if (const auto page_tier = named_page_tier(x)) {
        Result<Response> set = co_await set_page_tier(x, which, command, *page_tier);
        co_return set;
    }
    LAZ_CO_TRY(const auto wanted, named_tier(x));
    if (!wanted) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "x-ms-access-tier")
                           .with("HeaderValue", command.tier));
    }
    LAZ_CO_TRY(const Tier tier, co_await x.store->write([&](WriteTxn& tx) -> Result<Tier> {
        LAZ_TRY(const Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_file(found.blob));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_tags(x, command.if_tags, found.blob.tags));
        if (found.blob.type != BlobType::block) return fail(ErrorCode::access_tier_not_supported_for_blob_type);
        LAZ_CHECK(check_encrypted_tier(found.blob.encryption, *wanted));
        LAZ_CHECK(check_not_copied_to(found.blob.copy));
        LAZ_CHECK(check_may_leave(found, *wanted));
        Blob after = found.blob;
        LAZ_TRY(after.tier, set_tier(found.blob.tier, *wanted, command.priority, tx.now()));
        if (found.which) {
            update_history(tx, found.key, *found.which, after);
        } else {
            replace(tx, found.key, found.blob, after);
        }
        if (after.tier != found.blob.tier) {
            const EventType type = after.tier.rehydration ? EventType::async_operation : EventType::tier_changed;
            note(tx, x, found.container, {type, found.blob, after, found.which});
        }
        return after.tier;
    }));
    Response response;
    response.status = tier.rehydration ? 202 : 200;
    co_return response;
}

}  // namespace lazulite::blob
