#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "blob/domain/page.hpp"
#include "blob/ops/common.hpp"
#include "wire/range.hpp"

// What the operations on page blobs share.

namespace lazulite::blob {

template <class Codec>
void describe(Codec& c, SequenceConditions& when) {
    c.header("x-ms-if-sequence-number-le", when.at_most);
    c.header("x-ms-if-sequence-number-lt", when.below);
    c.header("x-ms-if-sequence-number-eq", when.equal);
}

[[nodiscard]] StorageError bad_header(std::string_view name, std::string_view value);

/// x-ms-blob-content-length: whole pages, at most 8 TiB. Fails with invalid_header_value.
[[nodiscard]] Result<> check_page_blob_size(std::uint64_t size);
/// x-ms-blob-sequence-number. Fails with invalid_header_value.
[[nodiscard]] Result<> check_sequence_number(std::uint64_t number);

/// The pages that are written: a range with both ends, of whole pages. Fails with missing_required_header and, as the
/// service was seen to answer, invalid_header_value.
[[nodiscard]] Result<ResolvedRange> written_pages(const Request& request);

/// The page blob at the target, in the state that is asked for, or invalid_blob_type.
[[nodiscard]] Result<Found> require_page_blob(ReadTxn& tx, const Target& target, const Which& which = {});

}  // namespace lazulite::blob
