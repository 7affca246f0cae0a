#include "blob/ops/source_blob.hpp"

#include <utility>

#include "base/text.hpp"
#include "blob/ops/tags.hpp"
#include "service/copy_transfer.hpp"
#include "wire/metadata.hpp"

namespace lazulite::blob {
namespace {

constexpr std::size_t kMostTagBytes = 64 << 10;

std::uint64_t number(const Fields& fields, std::string_view name) {
    return parse_number<std::uint64_t>(fields.find(name).value_or("")).value_or(0);
}

}  // namespace

SourceBlob source_blob(const Fields& fields) {
    const auto text = [&fields](std::string_view name) { return std::string(fields.find(name).value_or("")); };
    SourceBlob source;
    source.type = value_of<BlobType>(fields.find("x-ms-blob-type").value_or(""));
    source.etag = text("ETag");
    source.headers = source_headers<ContentHeaders>(fields, kDefaultContentType);
    if (const auto metadata = parse_metadata(views_of(fields))) source.metadata = metadata->pack();
    source.sequence_number = number(fields, "x-ms-blob-sequence-number");
    source.committed_blocks = number(fields, "x-ms-blob-committed-block-count");
    source.sealed = fields.find("x-ms-blob-sealed") == "true";
    source.archived = fields.find("x-ms-access-tier") == name_of(AccessTier::archive);
    return source;
}

std::optional<Target> in_this_store(const Exchange& x, const CopySource& source) {
    const auto& here = source.here();
    if (!here || here->service != x.target.service || here->account != x.target.account) return std::nullopt;
    Target target = *here;
    if (!target.has_name) target.name = std::exchange(target.container, "$root");
    return target;
}

ContentRef content_of_copy(WriteTxn& tx, const Place& place, const Found& from, bool whole) {
    const ContentRef& content = from.blob.content;
    if (whole) {
        if (const auto list = contents::without_ids(tx, content, from.blob.size)) return *list;
    }
    // A state of the very blob may show these bytes already: then they go on standing there.
    if (place.blob && place.blob->content.encode() == content.encode()) return content;
    return share_content(tx, from.key, from.which, from.blob);
}

Task<Result<std::string>> source_tags(const CopySource& source) {
    LAZ_CO_TRY(const OutgoingAnswer answer, co_await source.fetch(Method::get, "comp=tags", Fields()));
    LAZ_CO_TRY(const std::string body, co_await read_text(*answer.body, kMostTagBytes));
    LAZ_CO_TRY(const TagSet tags, parse_tags(body));
    co_return tags.pack();
}

}  // namespace lazulite::blob
