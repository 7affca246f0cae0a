#include "blob/rows/blobs.hpp"

#include "base/packed.hpp"
#include "blob/rows/blob_row.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/tags.hpp"

namespace lazulite::blob {
namespace {

/// In the column `flags`: the blob has a time from which on it is gone.
constexpr int kExpiring = 1;

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
    kGeneration = 36,
    kFormerTick = 40,  ///< of a former state: its ETag and Last-Modified, where they are not its id
    kVersion = 41,
    kTags = 50,
    kProtectedUntil = 60,
    kPolicyMode = 61,
    kLegalHold = 62,  ///< 1: once set and none now; 2
    kEncryptionKey = 63,
    kEncryptionScope = 64,
    kLastRead = 65,
    kPageTier = 66,
    kAccess = 70,
    kExpires = 72,
    kByDataLake = 73,
    kEncryptionContext = 74,
    kEtag = 80,
    kCopy = 55,  ///< packed itself, see CopyTag
};

Instant instant(std::uint64_t count) { return Instant(Ticks(static_cast<std::int64_t>(count))); }

// Behind the tags of a LastCopy.
enum CopyTag : std::uint8_t {
    kCopyIncremental = 20,
    kCopyBase,
    kCopyCopied,
    kCopySnapshot,
};

std::string pack_copy(const Copy& copy) {
    PackedWriter packed;
    lazulite::pack_copy(packed, copy);
    packed.put_integer(kCopyIncremental, static_cast<std::uint64_t>(copy.incremental));
    packed.put(kCopyBase, copy.base);
    if (copy.copied) packed.put_integer(kCopyCopied, static_cast<std::uint64_t>(tick_count(*copy.copied)));
    if (copy.snapshot) packed.put_integer(kCopySnapshot, static_cast<std::uint64_t>(tick_count(*copy.snapshot)));
    return packed.take();
}

Copy unpack_copy(std::string_view bytes) {
    Copy copy;
    PackedReader packed(bytes);
    while (const auto entry = packed.next()) {
        switch (entry->tag) {
            case kCopyIncremental: copy.incremental = static_cast<Incremental>(entry->integer()); break;
            case kCopyBase: copy.base = entry->value; break;
            case kCopyCopied: copy.copied = instant(entry->integer()); break;
            case kCopySnapshot: copy.snapshot = instant(entry->integer()); break;
            default: lazulite::unpack_copy(*entry, copy); break;
        }
    }
    return copy;
}

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

void pack_immutability(PackedWriter& props, const Immutability& immutability) {
    if (immutability.policy) {
        props.put_integer(kProtectedUntil, static_cast<std::uint64_t>(tick_count(immutability.policy->until)));
        props.put_integer(kPolicyMode, static_cast<std::uint64_t>(immutability.policy->mode));
    }
    if (immutability.legal_hold) props.put_integer(kLegalHold, *immutability.legal_hold ? 2 : 1);
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
    if (blob.generation) props.put_integer(kGeneration, static_cast<std::uint64_t>(tick_count(*blob.generation)));
    if (blob.version) props.put_integer(kVersion, static_cast<std::uint64_t>(tick_count(*blob.version)));
    props.put(kTags, blob.tags);
    pack_immutability(props, blob.immutability);
    props.put(kEncryptionKey, blob.encryption.key_sha256);
    props.put(kEncryptionScope, blob.encryption.scope);
    if (blob.last_read) props.put_integer(kLastRead, static_cast<std::uint64_t>(tick_count(*blob.last_read)));
    if (blob.page_tier) props.put_integer(kPageTier, static_cast<std::uint64_t>(*blob.page_tier));
    props.put_integer(kEtag, blob.tick.brought);
    if (blob.copy) props.put(kCopy, pack_copy(*blob.copy));
    props.put(kAccess, blob.access);
    if (blob.expires) props.put_integer(kExpires, static_cast<std::uint64_t>(tick_count(*blob.expires)));
    props.put_integer(kByDataLake, blob.by_data_lake ? 1 : 0);
    props.put(kEncryptionContext, blob.encryption_context);
    return props.take();
}

void unpack(std::string_view bytes, Blob& blob) {
    blob.headers.type = kDefaultContentType;
    const auto rehydration = [&]() -> Rehydration& {
        if (!blob.tier.rehydration) blob.tier.rehydration.emplace();
        return *blob.tier.rehydration;
    };
    const auto policy = [&]() -> ImmutabilityPolicy& {
        if (!blob.immutability.policy) blob.immutability.policy.emplace();
        return *blob.immutability.policy;
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
            case kGeneration: blob.generation = instant(entry->integer()); break;
            case kVersion: blob.version = instant(entry->integer()); break;
            case kTags: blob.tags = entry->value; break;
            case kProtectedUntil: policy().until = instant(entry->integer()); break;
            case kPolicyMode: policy().mode = static_cast<PolicyMode>(entry->integer()); break;
            case kLastRead: blob.last_read = instant(entry->integer()); break;
            case kPageTier: blob.page_tier = static_cast<PageTier>(entry->integer()); break;
            case kEncryptionKey: blob.encryption.key_sha256 = entry->value; break;
            case kEncryptionScope: blob.encryption.scope = entry->value; break;
            case kLegalHold: blob.immutability.legal_hold = entry->integer() == 2; break;
            case kEtag: blob.tick.brought = entry->integer(); break;
            case kCopy: blob.copy = unpack_copy(entry->value); break;
            case kAccess: blob.access = entry->value; break;
            case kExpires: blob.expires = instant(entry->integer()); break;
            case kByDataLake: blob.by_data_lake = true; break;
            case kEncryptionContext: blob.encryption_context = entry->value; break;
            default: unpack_lease(*entry, kLease, blob.lease); break;
        }
    }
}

}  // namespace

std::string pack_props(const Blob& blob) { return pack(blob); }

void read_properties(const Cursor& row, int at, Blob& blob) {
    blob.type = static_cast<BlobType>(row.integer(at));
    blob.size = static_cast<std::uint64_t>(row.integer(at + 1));
    blob.created = Instant(Ticks(row.integer(at + 2)));
    blob.tick = Instant(Ticks(row.integer(at + 3)));
    unpack(row.bytes(at + 5), blob);
}

Blob read_blob(const Cursor& row, int at) {
    Blob blob;
    read_properties(row, at, blob);
    blob.content = ContentRef::decode(row.bytes(at + 4));
    return blob;
}

Blob read_current(const Cursor& row, int at) {
    Blob blob = read_blob(row, at);
    if (!row.is_null(at + 6)) blob.child_dir_id = row.integer(at + 6);
    return blob;
}

bool is_expired(ReadTxn& tx, const Cursor& row, int flags_at, int props_at) {
    if ((row.integer(flags_at) & kExpiring) == 0) return false;
    PackedReader packed(row.bytes(props_at));
    while (const auto entry = packed.next()) {
        if (entry->tag == kExpires) return instant(entry->integer()) <= tx.now();
    }
    return false;
}

std::optional<Blob> find_blob(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query(
        "SELECT kind, size, created, tick, content, props, child_dir_id FROM blobs WHERE dir_id = ?1 AND name = ?2",
        key.dir_id, key.name);
    if (!row.next()) return std::nullopt;
    Blob blob = read_current(row, 0);
    if (blob.expires && *blob.expires <= tx.now()) return std::nullopt;
    return blob;
}

void replace(WriteTxn& tx, const BlobKey& key, const std::optional<Blob>& before, const std::optional<Blob>& changed,
             const Which& kept, const std::optional<Retention>& retention) {
    std::optional<Blob> after = changed;
    if (kept) {
        Blob former = *before;
        if (after && after->content.encode() == before->content.encode()) {
            former.content = after->content = contents::share(tx, before->content, before->size);
        }
        if (retention) {
            insert_retained(tx, key.kept(), *kept, former, *retention);
        } else {
            insert_history(tx, key, *kept, former);
        }
    }
    if (after) {
        tx.execute(
            "INSERT OR REPLACE INTO blobs(dir_id, name, kind, size, created, tick, content, flags, props, child_dir_id) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            key.dir_id, key.name, static_cast<int>(after->type), after->size, tick_count(after->created),
            tick_count(after->tick), after->content.encode(), after->expires ? kExpiring : 0, pack(*after),
            after->child_dir_id);
    } else {
        tx.execute("DELETE FROM blobs WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
    }
    change_tags(tx, key, std::nullopt, before ? before->tags : std::string_view(), after ? after->tags : std::string_view());
    if (before && !kept && (!after || before->content.encode() != after->content.encode())) {
        contents::release(tx, before->content);
    }
}

std::string pack_former(Blob blob, Instant id) {
    PackedWriter tick;
    if (blob.tick != id) tick.put_integer(kFormerTick, static_cast<std::uint64_t>(tick_count(blob.tick)));
    blob.version.reset();  // that of a version is its id, a snapshot is none
    blob.lease.reset();    // former states inherit none
    return pack(blob) + tick.take();
}

Blob read_former(const Cursor& row, int at, HistoryClass kind) {
    Blob blob = read_blob(row, at);
    if (kind == HistoryClass::version) blob.version = blob.tick;
    PackedReader props(row.bytes(at + 5));
    while (const auto entry = props.next()) {
        if (entry->tag == kFormerTick) blob.tick = {instant(entry->integer()), blob.tick.brought};
    }
    return blob;
}

ContentRef share_content(WriteTxn& tx, const BlobKey& key, const Which& which, const Blob& blob) {
    ContentRef shared = contents::share(tx, blob.content, blob.size);
    if (shared.encode() == blob.content.encode()) return shared;
    if (which) {
        tx.execute("UPDATE history SET content = ?5 WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4",
                   key.dir_id, key.name, static_cast<int>(which->kind), tick_count(which->id), shared.encode());
    } else {
        tx.execute("UPDATE blobs SET content = ?3 WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name, shared.encode());
    }
    return shared;
}

BlobCursor::BlobCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first, Reads reads)
    : tx_(tx),
      reads_(reads),
      cursor_(tx.query(reads == Reads::all
                           ? "SELECT name, kind, size, created, tick, content, props, child_dir_id, flags FROM blobs "
                             "WHERE dir_id = ?1 AND name >= ?2 ORDER BY name"
                           : "SELECT name, kind, size, created, tick, NULL, props, child_dir_id, flags FROM blobs "
                             "WHERE dir_id = ?1 AND name >= ?2 ORDER BY name",
                       dir_id, first)) {}

bool BlobCursor::next() {
    while (cursor_.next()) {
        if (is_expired(tx_, cursor_, 8, 6)) continue;
        name_ = cursor_.bytes(0);
        return true;
    }
    return false;
}

std::optional<std::int64_t> BlobCursor::child_dir_id() const {
    return cursor_.is_null(7) ? std::nullopt : std::optional(cursor_.integer(7));
}

Blob BlobCursor::blob() const {
    Blob blob;
    read(blob);
    return blob;
}

void BlobCursor::read(Blob& blob) const {
    read_properties(cursor_, 1, blob);
    if (reads_ == Reads::all) blob.content = ContentRef::decode(cursor_.bytes(5));
    blob.child_dir_id = child_dir_id();
}

}  // namespace lazulite::blob
