#include "blob/ops/immutability.hpp"

#include "base/text.hpp"
#include "blob/ops/versions.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kUntil = "x-ms-immutability-policy-until-date";

bool becomes_version(const Exchange& x, const Blob& current) {
    return x.account.settings.blob_versioning || current.version;
}

}  // namespace

bool parse_value(std::string_view text, PolicyMode& mode) {
    const auto known = value_of<PolicyMode>(to_lower(text));
    if (known) mode = *known;
    return known.has_value();
}

Result<> check_immutable_storage(const Exchange& x) {
    if (x.account.settings.immutable_storage.in(x.target.container)) return {};
    return fail(StorageError(ErrorCode::blob_operation_not_supported)
                    .with("Reason", "The container has no immutable storage with versioning."));
}

Result<> check_immutability_known(const Exchange& x) {
    if (x.version >= kImmutability) return {};
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "comp")
                    .with("QueryParameterValue", x.query.value_or_empty("comp")));
}

Result<Immutability> immutability_of_upload(const Exchange& x, const AskedImmutability& asked, Instant now) {
    Immutability result;
    if (x.version >= kImmutability && asked.any()) {
        LAZ_CHECK(check_immutable_storage(x));
        result.legal_hold = asked.legal_hold;
        if (asked.mode && !asked.until) {
            return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", kUntil));
        }
        if (asked.until) {
            const auto policy = set_policy({}, *asked.until, asked.mode, now);
            if (!policy) {
                return fail(StorageError(policy.error().code())
                                .with("HeaderName", kUntil)
                                .with("HeaderValue", format_rfc1123(*asked.until)));
            }
            result.policy = *policy;
            return result;
        }
    }
    const RetentionDefault general = x.account.settings.immutable_storage.policy_of(x.target.container);
    if (general.days > 0) {
        result.policy = {now + std::chrono::days(general.days), general.locked ? PolicyMode::locked : PolicyMode::unlocked};
    }
    return result;
}

Result<> check_overwritable(const Exchange& x, const Blob& current) {
    if (becomes_version(x, current)) return {};
    return check_changeable(current.immutability);
}

Result<> check_removable(ReadTxn& tx, const Exchange& x, const Found& found, const Deletion& doomed) {
    if (doomed.current && !becomes_version(x, found.blob)) {
        LAZ_CHECK(check_deletable(found.blob.immutability, tx.now()));
    }
    if (!doomed.snapshots || !x.account.settings.immutable_storage.in(found.container.name)) return {};
    HistoryFilter snapshots;
    snapshots.snapshots = true;
    HistoryCursor cursor(tx, found.key.dir_id, snapshots, found.key.name, {});
    while (cursor.next() && cursor.name() == found.key.name) {
        LAZ_CHECK(check_deletable(cursor.blob().immutability, tx.now()));
    }
    return {};
}

Result<> check_container_deletable(ReadTxn& tx, const Exchange& x, const Container& container) {
    if (!x.account.settings.immutable_storage.in(container.name)) return {};
    HistoryFilter all;
    all.snapshots = all.versions = true;
    const bool empty = !BlobCursor(tx, container.root_dir_id, "").next() &&
                       !HistoryCursor(tx, container.root_dir_id, all, "", {}).next();
    if (empty) return {};
    return fail(ErrorCode::container_immutable_storage_with_versioning_enabled);
}

}  // namespace lazulite::blob
