#include "azurite/blob_document.hpp"

#include <algorithm>

#include "azurite/shared.hpp"
#include "azurite/walk.hpp"
#include "base/text.hpp"
#include "blob/domain/page.hpp"
#include "blob/domain/tags.hpp"

namespace lazulite::azurite {
namespace {

constexpr std::uint64_t kPage = 512;

blob::ContentHeaders headers_of(const Document& properties) {
    blob::ContentHeaders headers;
    const auto type = properties.find("contentType");
    headers.type = type ? type->text() : std::string(blob::kDefaultContentType);
    headers.encoding = properties.text_or_empty("contentEncoding");
    headers.language = properties.text_or_empty("contentLanguage");
    headers.cache_control = properties.text_or_empty("cacheControl");
    headers.disposition = properties.text_or_empty("contentDisposition");
    if (const auto md5 = properties.find("contentMD5")) {
        headers.md5 = md5->bytes();
        if (!headers.md5.empty() && headers.md5.size() != sizeof(Md5Digest)) refuse(md5->where(), "is no MD5");
    }
    return headers;
}

std::string tags_of(const Document& document) {
    std::vector<blob::BlobTag> tags;
    if (const auto found = document.find("blobTags")) {
        found->at("blobTagSet").elements([&](const Document& tag) {
            tags.push_back({tag.at("key").text(), tag.at("value").text()});
        });
    }
    const auto set = blob::TagSet::of(std::move(tags));
    if (!set) refuse(document.where(), "has tags that no blob can have");
    return set->pack();
}

/// A tier that was set; the default is inferred.
blob::Tier tier_of(const Document& properties, Instant modified) {
    blob::Tier tier;
    if (properties.is_set("accessTierInferred")) return tier;
    tier.set = value_of<blob::AccessTier>(properties.text_or_empty("accessTier"));
    if (!tier.set) return tier;
    const auto changed = properties.find("accessTierChangeTime");
    tier.changed = changed ? changed->time() : modified;
    return tier;
}

std::string decoded_id(const Document& block) {
    const Document name = block.at("name");
    auto id = base64_decode(name.text());
    if (!id) refuse(name.where(), "is no base64");
    return *std::move(id);
}

void read_blocks(const Document& list, const ExtentFiles& files, FoundBlob& found) {
    list.elements([&](const Document& block) {
        const auto chunk = files.find(block.at("persistency"));
        if (!chunk) refuse(block.where(), "has no bytes");
        if (chunk->length == 0) return;
        found.blocks.push_back({decoded_id(block), *chunk});
    });
}

void read_pages(const Document& list, const ExtentFiles& files, FoundBlob& found) {
    std::uint64_t last = 0;
    list.elements([&](const Document& range) {
        PageRange pages{range.at("start").number(), range.at("end").number() + 1, {}};
        const bool in_order = pages.start >= last && pages.end > pages.start && pages.end <= found.blob.size;
        if (!in_order || pages.start % kPage != 0 || pages.end % kPage != 0) refuse(range.where(), "is no range of its pages");
        last = pages.end;
        const auto chunk = files.find(range.at("persistency"));
        if (!chunk) return;
        pages.chunk = *chunk;
        if (pages.end - pages.start != chunk->length) refuse(range.where(), "is not as long as its bytes");
        found.pages.push_back(pages);
    });
}

/// Cuts out of each range what `hides` says of those of `others` that it meets.
template <class Hides>
std::vector<PageRange> cut(const std::vector<PageRange>& ranges, const std::vector<PageRange>& others, Hides hides) {
    std::vector<PageRange> rest;
    const auto add = [&rest](const PageRange& range, std::uint64_t start, std::uint64_t end) {
        if (start < end) rest.push_back({start, end, {range.chunk.file, range.chunk.offset + (start - range.start), end - start}});
    };
    auto other = others.begin();
    for (const PageRange& range : ranges) {
        while (other != others.end() && other->end <= range.start) ++other;
        std::uint64_t at = range.start;
        for (auto met = other; met != others.end() && met->start < range.end; ++met) {
            if (!hides(range, *met)) continue;
            add(range, at, std::max(at, met->start));
            at = std::max(at, std::min(met->end, range.end));
        }
        add(range, at, range.end);
    }
    return rest;
}

}  // namespace

blob::Container container_of(const Document& document) {
    const Document properties = document.at("properties");
    blob::Container container;
    container.name = document.at("name").text();
    container.tick = revision_of(properties);
    const auto meta = document.find("meta");
    const auto created = meta ? meta->find("created") : std::nullopt;
    container.created = created ? created->time() : Instant(container.tick);
    container.access = value_of<blob::PublicAccess>(properties.text_or_empty("publicAccess")).value_or(blob::PublicAccess::none);
    container.metadata = metadata_of(document);
    container.policies = policies_of(document, "containerAcl");
    container.lease = lease_of(document);
    return container;
}

std::vector<PageRange> without_covered(const std::vector<PageRange>& ranges, const std::vector<PageRange>& others) {
    return cut(ranges, others, [](const PageRange& /*range*/, const PageRange& /*other*/) { return true; });
}

std::vector<PageRange> without_same(const std::vector<PageRange>& ranges, const std::vector<PageRange>& others) {
    return cut(ranges, others, [](const PageRange& range, const PageRange& other) {
        return range.chunk.file == other.chunk.file && range.chunk.offset - range.start == other.chunk.offset - other.start;
    });
}

std::optional<FoundBlob> blob_of(Document document, const ExtentFiles& files) {
    FoundBlob found;
    found.account = document.at("accountName").text();
    found.container = document.at("containerName").text();
    found.name = document.at("name").text();
    document.name(document.where() + " (" + found.container + "/" + found.name + ")");
    const auto committed = document.find("isCommitted");
    if ((committed && !committed->flag()) || document.is_set("deleted")) return std::nullopt;
    if (const auto id = document.find("snapshot"); id && !id->text().empty()) found.snapshot = id->time();

    const Document properties = document.at("properties");
    blob::Blob& blob = found.blob;
    const Document type = properties.at("blobType");
    const auto known = value_of<blob::BlobType>(type.text());
    if (!known) refuse(type.where(), "is no type of blobs");
    blob.type = *known;
    blob.size = properties.at("contentLength").number();
    blob.tick = revision_of(properties);
    const auto created = properties.find("creationTime");
    blob.created = created ? created->time() : Instant(blob.tick);
    blob.headers = headers_of(properties);
    blob.metadata = metadata_of(document);
    blob.tags = tags_of(document);
    blob.lease = lease_of(document);
    blob.sealed = blob.type == blob::BlobType::append && properties.is_set("isSealed");
    if (blob.type == blob::BlobType::block) blob.tier = tier_of(properties, blob.tick);

    if (blob.type == blob::BlobType::page) {
        if (!blob::whole_pages(blob.size) || blob.size > blob::kLargestPageBlob) refuse(document.where(), "has no size of a page blob");
        if (const auto number = properties.find("blobSequenceNumber")) blob.sequence_number = number->number();
        if (blob.sequence_number > blob::kLargestSequenceNumber) refuse(document.where(), "has no sequence number");
        if (const auto list = document.find("pageRangesInOrder")) read_pages(*list, files, found);
        return found;
    }
    std::uint64_t size = 0;
    if (const auto list = document.find("committedBlocksInOrder")) read_blocks(*list, files, found);
    for (const FoundBlob::Block& block : found.blocks) size += block.chunk.length;
    if (const auto persistency = document.find("persistency"); persistency && found.blocks.empty()) {
        found.whole = files.find(*persistency);
        if (found.whole) size = found.whole->length;
    }
    if (size != blob.size) {
        refuse(document.where(), "has " + std::to_string(blob.size) + " bytes, but " + std::to_string(size) + " were kept");
    }
    if (blob.type == blob::BlobType::append) blob.committed_blocks = found.blocks.size();
    return found;
}

FoundBlock block_of(Document document, const ExtentFiles& files) {
    FoundBlock found{document.at("accountName").text(), document.at("containerName").text(), document.at("blobName").text(), {}, {}};
    document.name(document.where() + " (" + found.container + "/" + found.name + ")");
    found.id = decoded_id(document);
    const auto chunk = files.find(document.at("persistency"));
    if (!chunk || chunk->length == 0) refuse(document.where(), "has no bytes");
    found.chunk = *chunk;
    return found;
}

}  // namespace lazulite::azurite
