#pragma once

#include "base/etag.hpp"
#include "base/text.hpp"
#include "blob/domain/tags.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/shown_lease.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/blobs.hpp"
#include "wire/codec.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {

/// A blob as a client is shown it.
struct ShownBlob {
    const Blob& blob;
    ServiceVersion version;
    AccessTier default_tier;  ///< of the account
    Instant now;
    bool current = true;  ///< not a former state

    [[nodiscard]] std::optional<Instant> version_id() const {
        return version >= kBlobVersions ? blob.version : std::nullopt;
    }
};

[[nodiscard]] inline ShownBlob shown(const Blob& blob, const Exchange& x, const ReadTxn& tx) {
    return {blob, x.version, default_tier(x.account), tx.now()};
}

/// What of a block blob's tier there is to show; for other types, and before there were tiers, nothing.
struct ShownTier {
    std::optional<AccessTier> tier;
    std::optional<bool> inferred;  ///< true or nothing
    std::optional<Instant> changed;
    std::optional<std::string> archive_status;
    std::optional<RehydratePriority> priority;
    std::optional<AccessTier> smart;  ///< where the smart tier has moved the blob
};

[[nodiscard]] inline ShownTier shown_tier(const ShownBlob& shown) {
    ShownTier result;
    if (shown.version < kTiers || shown.blob.type != BlobType::block) return result;
    const Tier& tier = shown.blob.tier;
    result.tier = tier.set.value_or(shown.default_tier);
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

/// A blob's properties, as headers of Get Blob and Get Blob Properties and as elements of List Blobs, in the order of
/// the latter. Not here: Content-Length and Content-MD5 headers, which depend on the range that was read, and tiers,
/// which only some answers carry as headers.
template <class Codec>
void describe(Codec& c, const ShownBlob& shown) {
    const Blob& blob = shown.blob;
    const ShownTier tier = shown_tier(shown);
    // An element stands there even without a value; a header does not.
    const auto text = [&c](std::string_view header, std::string_view element, const std::string& value) {
        if (!value.empty()) c.header(header, value);
        c.element(element, value);
    };
    if (shown.version >= kCreationTime) c.property("x-ms-creation-time", "Creation-Time", blob.created);
    c.property("Last-Modified", "Last-Modified", blob.tick);
    c.header("ETag", header_etag(blob.tick, shown.version));
    c.element("Etag", Etag{blob.tick});
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
    if (blob.type == BlobType::page) {
        c.property("x-ms-blob-sequence-number", "x-ms-blob-sequence-number", blob.sequence_number);
    }
    c.property("x-ms-blob-type", "BlobType", blob.type);
    if (blob.type == BlobType::append) c.header("x-ms-blob-committed-block-count", blob.committed_blocks);
    c.element("AccessTier", tier.tier);
    c.element("AccessTierInferred", tier.inferred);
    c.element("AccessTierChangeTime", tier.changed);
    c.element("ArchiveStatus", tier.archive_status);
    c.include(ShownLease{blob.lease, shown.version >= kLeaseStates, shown.now});
    if (shown.version >= kServerEncrypted) c.property("x-ms-server-encrypted", "ServerEncrypted", true);
    if (shown.version >= kBlobTags && !blob.tags.empty()) {
        c.property("x-ms-tag-count", "TagCount", TagSet::unpack(blob.tags).size());
    }
    c.element("RehydratePriority", tier.priority);
    if (blob.sealed && shown.version >= kSealing) c.property("x-ms-blob-sealed", "Sealed", true);
    c.element("SmartAccessTier", tier.smart);
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
