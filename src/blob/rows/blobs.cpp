#include "blob/rows/blobs.hpp"

#include "base/packed.hpp"
#include "blob/rows/blob_row.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/tags.hpp"

namespace lazulite::blob {
namespace {

enum Tag : std::uint8_t {
    kContentType = 1,
    kContentEncoding = 2,
    kContentLanguage = 3,
    kContentMd5 = 4,
    kCacheControl = 5,
    kContentDisposition = 6,
    kMetadata = 7,
    kTier = 8,
    kTierChanged = 9,
    kTierAccessed = 10,
    kRehydrateTo = 11,
    kRehydratePriority = 12,
    kRehydrateDue = 13,
    kLease = 20,  ///< the first of four
    kCommittedBlocks = 30,
    kSealed = 31,
    kSequenceNumber = 35,
    kVersion = 41,
    kTags = 50,
};

Instant instant(std::uint64_t count) { return Instant(Ticks(static_cast<std::int64_t>(count))); }

void pack_tier(PackedWriter& props, const Tier& tier) {
    if (!tier.set) return;
    props.put_integer(kTier, static_cast<std::uint64_t>(*tier.set));
    props.put_integer(kTierChanged, static_cast<std::uint64_t>(tick_count(tier.changed)));
    props.put_integer(kTierAccessed, static_cast<std::uint64_t>(tick_count(tier.accessed)));
    if (!tier.rehydration) return;
    props.put_integer(kRehydrateTo, static_cast<std::uint64_t>(tier.rehydration->to));
    props.put_integer(kRehydratePriority, static_cast<std::uint64_t>(tier.rehydration->priority));
    props.put_integer(kRehydrateDue, static_cast<std::uint64_t>(tick_count(tier.rehydration->due)));
}

std::string pack(const Blob& blob) {
    PackedWriter props;
    // The default type is by far the commonest and costs nothing this way; an explicitly empty one is a single NUL.
    if (blob.headers.type.empty()) {
        props.put(kContentType, std::string_view("\0", 1));
    } else if (blob.headers.type != kDefaultContentType) {
        props.put(kContentType, blob.headers.type);
    }
    props.put(kContentEncoding, blob.headers.encoding);
    props.put(kContentLanguage, blob.headers.language);
    props.put(kContentMd5, blob.headers.md5);
    props.put(kCacheControl, blob.headers.cache_control);
    props.put(kContentDisposition, blob.headers.disposition);
    props.put(kMetadata, blob.metadata);
    pack_tier(props, blob.tier);
    pack_lease(props, kLease, blob.lease);
    props.put_integer(kCommittedBlocks, blob.committed_blocks);
    props.put_integer(kSealed, blob.sealed ? 1 : 0);
    props.put_integer(kSequenceNumber, blob.sequence_number);
    if (blob.version) props.put_integer(kVersion, static_cast<std::uint64_t>(tick_count(*blob.version)));
    props.put(kTags, blob.tags);
    return props.take();
}

void unpack(std::string_view bytes, Blob& blob) {
    blob.headers.type = kDefaultContentType;
    const auto rehydration = [&]() -> Rehydration& {
        if (!blob.tier.rehydration) blob.tier.rehydration.emplace();
        return *blob.tier.rehydration;
    };
    PackedReader props(bytes);
    while (const auto entry = props.next()) {
        switch (entry->tag) {
            case kContentType: blob.headers.type = entry->value == std::string_view("\0", 1) ? "" : entry->value; break;
            case kContentEncoding: blob.headers.encoding = entry->value; break;
            case kContentLanguage: blob.headers.language = entry->value; break;
            case kContentMd5: blob.headers.md5 = entry->value; break;
            case kCacheControl: blob.headers.cache_control = entry->value; break;
            case kContentDisposition: blob.headers.disposition = entry->value; break;
            case kMetadata: blob.metadata = entry->value; break;
            case kTier: blob.tier.set = static_cast<AccessTier>(entry->integer()); break;
            case kTierChanged: blob.tier.changed = instant(entry->integer()); break;
            case kTierAccessed: blob.tier.accessed = instant(entry->integer()); break;
            case kRehydrateTo: rehydration().to = static_cast<AccessTier>(entry->integer()); break;
            case kRehydratePriority: rehydration().priority = static_cast<RehydratePriority>(entry->integer()); break;
            case kRehydrateDue: rehydration().due = instant(entry->integer()); break;
            case kCommittedBlocks: blob.committed_blocks = entry->integer(); break;
            case kSealed: blob.sealed = true; break;
            case kSequenceNumber: blob.sequence_number = entry->integer(); break;
            case kVersion: blob.version = instant(entry->integer()); break;
            case kTags: blob.tags = entry->value; break;
            default: unpack_lease(*entry, kLease, blob.lease); break;
        }
    }
}

}  // namespace

std::string pack_props(const Blob& blob) { return pack(blob); }

Blob read_blob(const Cursor& row, int at) {
    Blob blob;
    blob.type = static_cast<BlobType>(row.integer(at));
    blob.size = static_cast<std::uint64_t>(row.integer(at + 1));
    blob.created = Instant(Ticks(row.integer(at + 2)));
    blob.tick = Instant(Ticks(row.integer(at + 3)));
    blob.content = ContentRef::decode(row.bytes(at + 4));
    unpack(row.bytes(at + 5), blob);
    return blob;
}

std::optional<Blob> find_blob(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query("SELECT kind, size, created, tick, content, props FROM blobs WHERE dir_id = ?1 AND name = ?2",
                          key.dir_id, key.name);
    if (!row.next()) return std::nullopt;
    return read_blob(row, 0);
}

void replace(WriteTxn& tx, const BlobKey& key, const std::optional<Blob>& before, const std::optional<Blob>& changed,
             const Which& kept) {
    std::optional<Blob> after = changed;
    if (kept) {
        Blob former = *before;
        if (after && after->content.encode() == before->content.encode()) {
            former.content = after->content = contents::share(tx, before->content, before->size);
        }
        insert_history(tx, key, *kept, former);
    }
    if (after) {
        tx.execute(
            "INSERT OR REPLACE INTO blobs(dir_id, name, kind, size, created, tick, content, flags, props) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
            key.dir_id, key.name, static_cast<int>(after->type), after->size, tick_count(after->created),
            tick_count(after->tick), after->content.encode(), pack(*after));
    } else {
        tx.execute("DELETE FROM blobs WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
    }
    change_tags(tx, key, before ? before->tags : std::string_view(), after ? after->tags : std::string_view());
    if (before && !kept && (!after || before->content.encode() != after->content.encode())) {
        contents::release(tx, before->content);
    }
}

BlobCursor::BlobCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first)
    : cursor_(tx.query("SELECT name, kind, size, created, tick, content, props FROM blobs "
                       "WHERE dir_id = ?1 AND name >= ?2 ORDER BY name",
                       dir_id, first)) {}

std::string_view BlobCursor::name() const { return cursor_.bytes(0); }

Blob BlobCursor::blob() const { return read_blob(cursor_, 1); }

}  // namespace lazulite::blob
