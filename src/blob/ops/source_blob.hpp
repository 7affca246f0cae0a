#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "blob/domain/model.hpp"
#include "blob/domain/tags.hpp"
#include "blob/ops/common.hpp"
#include "service/copy_source.hpp"

namespace lazulite::blob {

/// What the source of a copy says of itself in the head of its answer; anything else than a blob has no type.
struct SourceBlob {
    std::optional<BlobType> type;
    std::string etag;
    ContentHeaders headers;
    std::string metadata;  ///< packed; empty where it is none that a blob may have
    std::uint64_t sequence_number = 0;
    std::uint64_t committed_blocks = 0;
    bool sealed = false;
    bool archived = false;
};
[[nodiscard]] SourceBlob source_blob(const Fields& fields);

/// The source as a target of the account's own blobs; nothing where it stands elsewhere.
[[nodiscard]] std::optional<Target> in_this_store(const Exchange& x, const CopySource& source);

/// What shows the bytes of `from` at `place` too: none is copied. `whole`: no block of them is to be told there.
[[nodiscard]] ContentRef content_of_copy(WriteTxn& tx, const Place& place, const Found& from, bool whole = false);

/// The tags of a source, packed.
[[nodiscard]] Task<Result<std::string>> source_tags(const CopySource& source);

}  // namespace lazulite::blob
