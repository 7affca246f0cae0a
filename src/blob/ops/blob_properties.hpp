#pragma once

#include "base/etag.hpp"
#include "base/text.hpp"
#include "blob/domain/access_control.hpp"
#include "blob/domain/last_access.hpp"
#include "blob/domain/tags.hpp"
#include "blob/ops/common.hpp"
#include "service/shown_copy.hpp"
#include "service/shown_lease.hpp"
#include "blob/ops/shown_access.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/blobs.hpp"
#include "wire/codec.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {

/// What a directory has among its metadata, whether or not somebody gave it.
inline constexpr std::string_view kIsFolder = "hdi_isfolder";
[[nodiscard]] inline Metadata shown_metadata(const Blob& blob) {
    Metadata stored = Metadata::unpack(blob.metadata).value_or(Metadata{});
    if (!blob.is_directory() || stored.find(kIsFolder) != nullptr) return stored;
    Metadata shown;
    shown.add(kIsFolder, "true");
    for (const Metadata::Pair& pair : stored) shown.add(pair.name, pair.value);
    return shown;
}

/// What the account's settings make visible of a blob.
struct AccountShown {
    bool last_access = false;
    bool page_tiers = false;
    bool paths = false;  ///< its blobs are files and directories
};

[[nodiscard]] inline AccountShown shown_of(const Account& account) {
    return {account.settings.last_access_time_tracking, has_page_tiers(account),
            account.settings.hierarchical_namespace};
}

/// A blob as a client is shown it.
struct ShownBlob {
    const Blob& blob;
    ServiceVersion version;
    AccessTier default_tier;  ///< of the account
    Instant now;
    bool current = true;  ///< not a former state
    std::optional<Retention> deleted = {};  ///< where soft delete keeps it
    bool leased = true;                     ///< its lease is shown: in listings only that of blobs
    AccountShown account = {};
    bool access = false;  ///< owner, group and access control list are elements; headers are added apart
    bool copies = true;   ///< shows the last copy onto it; List Blobs does when asked

    [[nodiscard]] std::optional<Instant> version_id() const {
        return version >= kBlobVersions ? blob.version : std::nullopt;
    }
};

[[nodiscard]] inline ShownBlob shown(const Blob& blob, const Exchange& x, const ReadTxn& tx) {
    ShownBlob shown{blob, x.version, default_tier(x.account), tx.now()};
    shown.account = shown_of(x.account);
    return shown;
}

/// What of a blob's tier there is to show: of block blobs, and of page blobs where they have tiers; before there were any,
/// nothing.
struct ShownTier {
    std::optional<std::string_view> tier;
    std::optional<bool> inferred;  ///< true or nothing
    std::optional<Instant> changed;
    std::optional<std::string> archive_status;
    std::optional<RehydratePriority> priority;
    std::optional<AccessTier> smart;  ///< where the smart tier has moved the blob
};

[[nodiscard]] inline ShownTier shown_tier(const ShownBlob& shown) {
    ShownTier result;
    if (shown.version >= kTiers && shown.blob.type == BlobType::page && shown.account.page_tiers) {
        result.tier = name_of(shown.blob.page_tier.value_or(inferred_page_tier(shown.blob.size)));
        if (!shown.blob.page_tier) result.inferred = true;
        return result;
    }
    if (shown.version < kTiers || shown.blob.type != BlobType::block) return result;
    const Tier& tier = shown.blob.tier;
    result.tier = name_of(tier.set.value_or(shown.default_tier));
    if (tier.set) {
        result.changed = tier.changed;
    } else {
        result.inferred = true;
    }
    if (tier.rehydration) {
        result.archive_status = "rehydrate-pending-to-" + to_lower(name_of(tier.rehydration->to));
        if (shown.version >= kRehydratePriorityShown) result.priority = tier.rehydration->priority;
    }
    if (tier.set == AccessTier::smart && shown.version >= kSmartTier) {
        result.smart = smart_tier_at(tier.accessed, shown.now);
    }
    return result;
}

/// The snapshot that the last incremental copy made, where that has succeeded.
[[nodiscard]] inline std::optional<std::string> shown_snapshot(const ShownBlob& shown) {
    const auto& copy = shown.blob.copy;
    const bool made = copy && copy->snapshot && copy->status == CopyStatus::success;
    if (!made || shown.version < kIncrementalCopies) return std::nullopt;
    return format_iso8601(*copy->snapshot);
}

/// What of an incremental copy Get Blob Properties alone tells.
inline void add_incremental(HeaderEncoder& encoder, const ShownBlob& shown) {
    const auto& copy = shown.blob.copy;
    if (!copy || copy->incremental == Incremental::no || shown.version < kIncrementalCopies) return;
    encoder.header("x-ms-incremental-copy", true);
    if (const auto snapshot = shown_snapshot(shown)) encoder.header("x-ms-copy-destination-snapshot", *snapshot);
}

/// What there is to see of a path alone.
template <class Codec>
void describe_path(Codec& c, const ShownBlob& shown) {
    const Blob& blob = shown.blob;
    if (shown.access) {
        const AccessControl access = AccessControl::unpack(blob.access, blob.is_directory());
        c.element("Owner", access.owner);
        c.element("Group", access.group);
        c.element("Permissions", access.permissions());
        c.element("Acl", print_acl(access.entries()));
    }
    if (shown.version >= kPathTypes) {
        c.property("x-ms-resource-type", "ResourceType", std::string_view(blob.is_directory() ? "directory" : "file"));
    }
    if (shown.version >= kEncryptionContext && !blob.encryption_context.empty()) {
        c.header("x-ms-encryption-context", blob.encryption_context);
    }
}

/// When it is gone: a path that is to expire, or what soft delete keeps of one.
[[nodiscard]] inline std::optional<Instant> shown_expiry(const ShownBlob& shown) {
    if (!shown.account.paths || shown.version < kPathExpiry) return std::nullopt;
    return shown.deleted ? std::optional(shown.deleted->until) : shown.blob.expires;
}

/// A blob's properties, as headers of Get Blob and Get Blob Properties and as elements of List Blobs, in the order of
/// the latter. Not here: Content-Length and Content-MD5 headers, which depend on the range that was read, and tiers,
/// which only some answers carry as headers.
template <class Codec>
void describe(Codec& c, const ShownBlob& shown) {
    const Blob& blob = shown.blob;
    const ShownTier tier = shown_tier(shown);
    // An element stands there even without a value; a header does not.
    const auto text = [&c](std::string_view header, std::string_view element,
                           const std::string& value) __attribute__((always_inline)) {
        if (!value.empty()) c.header(header, value);
        c.element(element, value);
    };
    if (shown.version >= kCreationTime) c.property("x-ms-creation-time", "Creation-Time", blob.created);
    c.property("Last-Modified", "Last-Modified", blob.tick);
    if (const auto expiry = shown_expiry(shown)) c.property("x-ms-expiry-time", "Expiry-Time", *expiry);
    c.header("ETag", header_etag(blob.tick, shown.version));
    c.element("Etag", Etag{blob.tick});
    if (shown.account.paths) describe_path(c, shown);
    c.element("Content-Length", blob.size);
    text("Content-Type", "Content-Type", blob.headers.type);
    text("Content-Encoding", "Content-Encoding", blob.headers.encoding);
    text("Content-Language", "Content-Language", blob.headers.language);
    if (shown.version >= kCrc64) c.element("Content-CRC64", std::string_view());
    c.element("Content-MD5", Base64{as_bytes(blob.headers.md5)});
    text("Cache-Control", "Cache-Control", blob.headers.cache_control);
    if (shown.version >= kContentDisposition) {
        text("Content-Disposition", "Content-Disposition", blob.headers.disposition);
    }
    if (const auto id = shown.version_id()) {
        c.header("x-ms-version-id", format_iso8601(*id));
        if (shown.current) c.header("x-ms-is-current-version", true);
    }
    if (shown.version >= kImmutability) {
        if (const auto& policy = blob.immutability.policy) {
            c.header("x-ms-immutability-policy-until-date", policy->until);
            c.header("x-ms-immutability-policy-mode", policy->mode);
        }
        c.header("x-ms-legal-hold", blob.immutability.legal_hold);
    }
    if (blob.type == BlobType::page) {
        c.property("x-ms-blob-sequence-number", "x-ms-blob-sequence-number", blob.sequence_number);
    }
    c.property("x-ms-blob-type", "BlobType", blob.type);
    if (blob.type == BlobType::append) c.header("x-ms-blob-committed-block-count", blob.committed_blocks);
    c.element("AccessTier", tier.tier);
    c.element("AccessTierInferred", tier.inferred);
    c.element("AccessTierChangeTime", tier.changed);
    c.element("ArchiveStatus", tier.archive_status);
    if (shown.version >= kLastAccess && shown.account.last_access && blob.type == BlobType::block) {
        c.property("x-ms-last-access-time", "LastAccessTime", last_access(blob.last_read, blob.tick));
    }
    if (shown.leased) c.include(ShownLease{blob.lease, shown.version >= kLeaseStates, shown.now});
    if (shown.version >= kServerEncrypted) c.property("x-ms-server-encrypted", "ServerEncrypted", true);
    if (shown.version >= kCustomerKeys && !blob.encryption.key_sha256.empty()) {
        c.property("x-ms-encryption-key-sha256", "CustomerProvidedKeySha256",
                   Base64{as_bytes(blob.encryption.key_sha256)});
    }
    if (shown.version >= kEncryptionScopes && !blob.encryption.scope.empty()) {
        c.property("x-ms-encryption-scope", "EncryptionScope", blob.encryption.scope);
    }
    if (blob.copy && blob.copy->incremental != Incremental::no && shown.version >= kIncrementalCopies) {
        c.element("IncrementalCopy", true);
    }
    if (shown.deleted) {
        c.element("DeletedTime", shown.deleted->deleted);
        c.element("RemainingRetentionDays", remaining_days(*shown.deleted, shown.now));
    }
    if (shown.version >= kBlobTags && !blob.tags.empty()) {
        c.property("x-ms-tag-count", "TagCount", TagSet::unpack(blob.tags).size());
    }
    if (blob.copy && shown.copies && shown.version >= kCopies) {
        c.include(ShownCopy{*blob.copy});
        if (const auto snapshot = shown_snapshot(shown)) c.element("DestinationSnapshot", *snapshot);
    }
    c.element("RehydratePriority", tier.priority);
    if (blob.sealed && shown.version >= kSealing) c.property("x-ms-blob-sealed", "Sealed", true);
    c.element("SmartAccessTier", tier.smart);
}

/// Owner, group and permissions as headers of a file or directory; the list itself to newer versions.
inline void add_path_access(Response& response, const Exchange& x, const Blob& blob) {
    if (!x.account.settings.hierarchical_namespace || x.version < kPathAccess) return;
    add_access(response, blob, x.version >= kPathAcl);
}

/// The tier as headers: on Get Blob Properties, and on Get Blob from 2026-10-06 on, which reads no archived blob.
inline void add_tier(HeaderEncoder& encoder, const ShownBlob& shown) {
    const ShownTier tier = shown_tier(shown);
    encoder.header("x-ms-access-tier", tier.tier);
    encoder.header("x-ms-access-tier-inferred", tier.inferred);
    encoder.header("x-ms-access-tier-change-time", tier.changed);
    encoder.header("x-ms-archive-status", tier.archive_status);
    encoder.header("x-ms-rehydrate-priority", tier.priority);
    encoder.header("x-ms-smart-access-tier", tier.smart);
}

}  // namespace lazulite::blob
