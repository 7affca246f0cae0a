#pragma once

#include "base/etag.hpp"
#include "base/text.hpp"
#include "blob/ops/common.hpp"
#include "blob/rows/blobs.hpp"
#include "wire/codec.hpp"
#include "wire/service_version.hpp"

namespace lazulite::blob {

inline constexpr ServiceVersion kTiers{2017, 4, 17};
inline constexpr ServiceVersion kCreationTime{2017, 11, 9};
inline constexpr ServiceVersion kTiersOnGet{2026, 10, 6};

/// A blob as a client of that version is shown it.
struct ShownBlob {
    const Blob& blob;
    ServiceVersion version;
};

/// A blob's properties, as headers of Get Blob and Get Blob Properties and as elements of List Blobs, in the order of the
/// latter. Not here: Content-Length and Content-MD5 headers, which depend on the range that was read, and tiers, which
/// only HEAD carries.
template <class Codec>
void describe(Codec& c, const ShownBlob& shown) {
    const Blob& blob = shown.blob;
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
    c.element("Content-CRC64", std::string_view());
    c.element("Content-MD5", Base64{as_bytes(blob.headers.md5)});
    text("Cache-Control", "Cache-Control", blob.headers.cache_control);
    text("Content-Disposition", "Content-Disposition", blob.headers.disposition);
    c.property("x-ms-blob-type", "BlobType", blob.type);
    if (shown.version >= kTiers) {
        c.element("AccessTier", std::string_view("Hot"));
        c.element("AccessTierInferred", true);
    }
    c.property("x-ms-lease-status", "LeaseStatus", std::string_view("unlocked"));
    c.property("x-ms-lease-state", "LeaseState", std::string_view("available"));
    c.property("x-ms-server-encrypted", "ServerEncrypted", true);
}

/// The tier of a block blob: on Get Blob Properties, and on Get Blob from 2026-10-06 on.
inline void add_tier(HeaderEncoder& encoder, const Blob& blob) {
    if (blob.type != BlobType::block) return;
    encoder.header("x-ms-access-tier", std::string_view("Hot"));
    encoder.header("x-ms-access-tier-inferred", true);
}

}  // namespace lazulite::blob
