#pragma once

#include <optional>
#include <string>

#include "blob/ops/common.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/immutability.hpp"

namespace lazulite::blob {

/// What Put Blob takes along for a blob of any type. Reference: "Put Blob", request headers.
struct NewBlob {
    Guards guards;
    ContentHeaders headers;
    std::optional<std::string> content_type;
    std::optional<std::string> content_encoding;
    std::optional<std::string> content_language;
    std::optional<std::string> cache_control;
    Metadata metadata;
    std::string tags;  ///< packed; read by `tags_of_upload`
    AskedImmutability immutability;
    Encryption encryption;  ///< as asked for; read by `asked_encryption`
};

template <class Codec>
void describe(Codec& c, NewBlob& m) {
    c.include(m.guards);
    c.include(m.headers);
    c.header("Content-Type", m.content_type);
    c.header("Content-Encoding", m.content_encoding);
    c.header("Content-Language", m.content_language);
    c.header("Cache-Control", m.cache_control);
    c.metadata(m.metadata);
    c.include(m.immutability);
}

/// Takes the headers to store out of the request: the plain ones count where the `x-ms-blob-` ones are absent.
[[nodiscard]] ContentHeaders stored_headers(NewBlob& command, ServiceVersion version);

/// Whether the blob may be put there: lease, conditions, letters, tier and type of what stands there.
[[nodiscard]] Result<> check_place(ReadTxn& tx, const Exchange& x, const Place& place, const NewBlob& command,
                                   BlobType type);

/// With what the blob is encrypted and protected.
[[nodiscard]] Result<> guard(const Exchange& x, const Place& place, const NewBlob& command, Instant now, Blob& blob);

/// Refuses the header, which only other types of blobs have: invalid_header_value.
[[nodiscard]] Result<> refuse_header(const Request& request, std::string_view name);

}  // namespace lazulite::blob
