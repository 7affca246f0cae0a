#pragma once

#include "base/etag.hpp"
#include "blob/ops/common.hpp"
#include "service/shown_lease.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/containers.hpp"
#include "wire/codec.hpp"

namespace lazulite::blob {

inline constexpr ServiceVersion kListedAccess{2016, 5, 31};
inline constexpr ServiceVersion kProtectionShown{2017, 11, 9};
inline constexpr ServiceVersion kEncryptionScopesShown{2019, 2, 2};
inline constexpr ServiceVersion kVersionProtectionShown{2020, 6, 12};

/// A container as a client of that version is shown it.
struct ShownContainer {
    const Container& container;
    ServiceVersion version;
    Instant now;
    const ImmutableStorage& immutable;  ///< of the account
};

/// The version of a deleted container: the time of its deletion in 16 hexadecimal digits, as the service writes it.
[[nodiscard]] std::string container_version(Instant deleted);
[[nodiscard]] std::optional<Instant> parse_container_version(std::string_view text);

/// A container's properties, in the order in which the service was seen to write them: as headers of Get Container
/// Properties and as elements of List Containers.
template <class Codec>
void describe(Codec& c, const ShownContainer& shown) {
    const Container& container = shown.container;
    c.property("Last-Modified", "Last-Modified", container.tick);
    c.header("ETag", header_etag(container.tick, shown.version));
    c.element("Etag", Etag{container.tick, true});
    if (container.deleted) {
        c.element("LeaseStatus", std::string_view("unlocked"));
        c.element("LeaseState", LeaseState::expired);
    } else if (shown.version >= kLeaseStates) {
        c.include(ShownLease{container.lease, true, shown.now});
    }
    if (container.access != PublicAccess::none) {
        c.header("x-ms-blob-public-access", container.access);
        if (shown.version >= kListedAccess) c.element("PublicAccess", container.access);
    }
    if (shown.version >= kEncryptionScopesShown) {
        c.property("x-ms-default-encryption-scope", "DefaultEncryptionScope",
                   container.default_encryption_scope.empty() ? std::string_view("$account-encryption-key")
                                                              : std::string_view(container.default_encryption_scope));
        c.property("x-ms-deny-encryption-scope-override", "DenyEncryptionScopeOverride",
                   container.deny_encryption_scope_override);
    }
    if (shown.version >= kProtectionShown) {
        c.property("x-ms-has-immutability-policy", "HasImmutabilityPolicy",
                   shown.immutable.policy_of(container.name).days > 0);
        c.property("x-ms-has-legal-hold", "HasLegalHold", false);
    }
    if (shown.version >= kVersionProtectionShown) {
        c.property("x-ms-immutable-storage-with-versioning-enabled", "ImmutableStorageWithVersioningEnabled",
                   shown.immutable.in(container.name));
    }
    if (container.deleted) {
        c.element("DeletedTime", container.deleted->deleted);
        c.element("RemainingRetentionDays", remaining_days(*container.deleted, shown.now));
    }
}

}  // namespace lazulite::blob
