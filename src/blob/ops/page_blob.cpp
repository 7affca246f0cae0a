#include "blob/ops/page_blob.hpp"

#include <string>

namespace lazulite::blob {

StorageError bad_header(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", value);
}

Result<> check_page_blob_size(std::uint64_t size) {
    if (whole_pages(size) && size <= kLargestPageBlob) return {};
    return fail(bad_header("x-ms-blob-content-length", std::to_string(size)));
}

Result<> check_sequence_number(std::uint64_t number) {
    if (number <= kLargestSequenceNumber) return {};
    return fail(bad_header("x-ms-blob-sequence-number", std::to_string(number)));
}

Result<ResolvedRange> written_pages(const Request& request) {
    auto text = request.fields.find("x-ms-range");
    if (!text) text = request.fields.find("Range");
    if (!text) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "Range"));
    const auto range = parse_range(*text);
    if (!range || !range->last || !whole_pages(range->first) || !whole_pages(*range->last + 1)) {
        return fail(bad_header("Range", *text));
    }
    return ResolvedRange{range->first, *range->last - range->first + 1};
}

Result<Found> require_page_blob(ReadTxn& tx, const Target& target, const Which& which) {
    LAZ_TRY(Found found, require_blob(tx, target, which));
    if (found.blob.type != BlobType::page) return fail(ErrorCode::invalid_blob_type);
    return found;
}

}  // namespace lazulite::blob
