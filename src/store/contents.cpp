#include "store/contents.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/hash.hpp"
#include "store/content_codec.hpp"
#include "store/span_map.hpp"

namespace lazulite::contents {

namespace {

struct Row {
    ContentKind kind;
    std::int64_t refs;
    std::uint64_t size;
    std::string body;
    std::optional<std::int64_t> base;
};

Row load(ReadTxn& tx, std::int64_t id) {
    Cursor cursor = tx.query("SELECT kind, refs, size, body, base_id FROM contents WHERE content_id = ?", id);
    if (!cursor.next()) throw_corrupt("a row names a content that does not exist");
    Row row{static_cast<ContentKind>(cursor.integer(0)), cursor.integer(1), static_cast<std::uint64_t>(cursor.integer(2)),
            std::string(cursor.bytes(3)), std::nullopt};
    if (!cursor.is_null(4)) row.base = cursor.integer(4);
    return row;
}

void add_names(WriteTxn& tx, const Range& range, std::uint64_t count) {
    tx.execute(
        "INSERT INTO shared_ranges(extent_id, offset, refs) VALUES(?1, ?2, 1 + ?3) "
        "ON CONFLICT(extent_id, offset) DO UPDATE SET refs = refs + ?3",
        range.extent, range.offset, count);
}

void drop_name(WriteTxn& tx, const Range& range, std::uint64_t owner) {
    std::int64_t refs = 1;
    {
        Cursor cursor =
            tx.query("SELECT refs FROM shared_ranges WHERE extent_id = ? AND offset = ?", range.extent, range.offset);
        if (cursor.next()) refs = cursor.integer(0);
    }
    if (refs == 1) return tx.release(range, owner);
    if (refs == 2) {
        return tx.execute("DELETE FROM shared_ranges WHERE extent_id = ? AND offset = ?", range.extent, range.offset);
    }
    tx.execute("UPDATE shared_ranges SET refs = refs - 1 WHERE extent_id = ? AND offset = ?", range.extent,
               range.offset);
}

/// True when no chunk is left.
bool drain_list(WriteTxn& tx, std::int64_t id, int rows) {
    std::vector<Block> dropped;
    std::int64_t last = -1;
    int taken = 0;
    {
        Cursor cursor =
            tx.query("SELECT start, entries FROM list_chunks WHERE content_id = ? ORDER BY start LIMIT ?", id, rows);
        for (; cursor.next(); ++taken) {
            last = cursor.integer(0);
            decode_chunk(cursor.bytes(1), dropped);
        }
    }
    const std::uint64_t owner = ContentRef::row(id).pin_key();
    for (const Block& block : dropped) release(tx, block.source, owner);
    tx.execute("DELETE FROM list_chunks WHERE content_id = ? AND start <= ?", id, last);
    return taken < rows;
}

/// Collects the pieces of [first, first + length), at most `limit`; what follows in the same extent is one piece.
class Resolver {
  public:
    Resolver(std::uint64_t first, std::uint64_t length, std::size_t limit)
        : at_(first), end_(first + std::min(length, std::numeric_limits<std::uint64_t>::max() - first)), limit_(limit) {}

    /// The bytes from `start` on come from `source`. False when nothing more is wanted.
    bool add(std::uint64_t start, const Range& source) {
        const std::uint64_t until = std::min(end_, start + source.length);
        if (until <= at_) return wanted();
        Range part{source.extent, source.offset + (at_ - start), until - at_, 0};
        if (part.length == source.length) part.crc64 = source.crc64;
        if (!pieces_.empty()) {
            auto* last = std::get_if<Range>(&pieces_.back().from);
            if (last && last->extent == part.extent && last->offset + last->length == part.offset) {
                last->length += part.length;
                last->crc64 = 0;
                pieces_.back().length += part.length;
                return advance(until);
            }
        }
        return push(until, part);
    }
    bool add(std::uint64_t start, std::string_view bytes) {
        const std::uint64_t until = std::min(end_, start + bytes.size());
        if (until <= at_) return wanted();
        return push(until, std::string(bytes.substr(at_ - start, until - at_)));
    }
    bool add_zeros(std::uint64_t start, std::uint64_t length) {
        const std::uint64_t until = std::min(end_, start + length);
        if (until <= at_) return wanted();
        if (pieces_.empty() || !std::holds_alternative<std::monostate>(pieces_.back().from)) {
            return push(until, std::monostate{});
        }
        pieces_.back().length += until - at_;
        return advance(until);
    }
    [[nodiscard]] std::uint64_t end() const { return end_; }
    /// What is left reads as zero.
    std::vector<Piece> finish() {
        if (wanted()) push(end_, std::monostate{});
        return std::move(pieces_);
    }

  private:
    [[nodiscard]] bool wanted() const { return at_ < end_ && pieces_.size() < limit_; }
    bool advance(std::uint64_t until) {
        at_ = until;
        return wanted();
    }
    template <class From>
    bool push(std::uint64_t until, From&& from) {
        if (pieces_.size() == limit_) return false;
        pieces_.push_back({until - at_, std::forward<From>(from)});
        return advance(until);
    }

    std::uint64_t at_;
    std::uint64_t end_;
    std::size_t limit_;
    std::vector<Piece> pieces_;
};

void resolve_list(ReadTxn& tx, std::int64_t id, std::uint64_t first, Resolver& to) {
    Cursor cursor = tx.query(
        "SELECT start, entries FROM list_chunks WHERE content_id = ?1 AND start >= "
        "(SELECT max(start) FROM list_chunks WHERE content_id = ?1 AND start <= ?2) ORDER BY start",
        id, first);
    std::vector<Block> blocks;
    while (cursor.next()) {
        auto start = static_cast<std::uint64_t>(cursor.integer(0));
        blocks.clear();
        decode_chunk(cursor.bytes(1), blocks);
        for (const Block& block : blocks) {
            const bool more = std::visit([&](const auto& source) { return to.add(start, source); }, block.source);
            if (!more) return;
            start += block.length;
        }
    }
}

/// Puts `block` behind the last one of a list of `size` bytes.
void extend_list(WriteTxn& tx, std::int64_t id, std::uint64_t size, const Block& block) {
    std::uint64_t start = size;
    ChunkWriter chunk;
    {
        Cursor cursor = tx.query(
            "SELECT start, entries FROM list_chunks WHERE content_id = ? ORDER BY start DESC LIMIT 1", id);
        if (cursor.next()) {
            start = static_cast<std::uint64_t>(cursor.integer(0));
            chunk = ChunkWriter(cursor.bytes(1));
        }
    }
    if (!chunk.add(block)) {
        start = size;
        chunk = ChunkWriter();
        chunk.add(block);
    }
    tx.execute("INSERT OR REPLACE INTO list_chunks(content_id, start, entries) VALUES(?, ?, ?)", id, start,
               std::string_view(chunk.take()));
    tx.execute("UPDATE contents SET size = ?2 WHERE content_id = ?1", id, size + block.length);
}

/// What the first `size` bytes of a content are made of: blocks that end there, or one without an id.
std::vector<Block> blocks_of_prefix(ReadTxn& tx, const ContentRef& ref, std::uint64_t size) {
    std::vector<Block> prefix;
    const auto id = ref.content_id();
    if (const Range* range = ref.range()) {
        prefix.push_back({{}, range->length, *range, Naming::shared});
    } else if (id) {
        const Row row = load(tx, *id);
        if (row.kind == ContentKind::list) {
            Cursor cursor = tx.query(
                "SELECT entries FROM list_chunks WHERE content_id = ? AND start < ? ORDER BY start", *id, size);
            while (cursor.next()) decode_chunk(cursor.bytes(0), prefix);
        } else {
            const Source source = row.kind == ContentKind::range ? decode_source(row.body) : Source(row.body);
            prefix.push_back({{}, row.size, source, Naming::shared});
        }
    }
    std::uint64_t end = 0;
    std::size_t count = 0;
    for (; end < size && count < prefix.size(); ++count) {
        prefix[count].naming = Naming::shared;
        end += prefix[count].length;
    }
    prefix.resize(count);
    if (end != size) throw_corrupt("a content does not end where its row says");
    return prefix;
}

void resolve_map(ReadTxn& tx, std::int64_t id, std::uint64_t first, Resolver& to) {
    walk_map(tx, id, first, to.end(), [&](const Span& span) {
        if (const auto* range = std::get_if<Range>(&span.from)) return to.add(span.start, *range);
        if (const auto* text = std::get_if<std::string>(&span.from)) return to.add(span.start, *text);
        return to.add_zeros(span.start, span.end - span.start);
    });
}

}  // namespace

ContentRef create_inline(WriteTxn& tx, std::string_view bytes) {
    const std::int64_t id = tx.next_id();
    tx.execute("INSERT INTO contents(content_id, kind, refs, size, body) VALUES(?, ?, 1, ?, ?)", id,
               static_cast<int>(ContentKind::inline_bytes), bytes.size(), bytes);
    return ContentRef::row(id);
}

ContentRef create_embedded(WriteTxn& tx, const Range& range) {
    tx.name(range);
    return ContentRef(range);
}

EncodedList encode_list(std::span<const Block> blocks) {
    EncodedList list;
    std::vector<const Block*> ranges;
    ChunkWriter chunk;
    std::uint64_t start = 0;
    for (const Block& block : blocks) {
        if (block.length == 0) throw std::logic_error("a block of a list is empty");
        if (!chunk.add(block)) {
            list.chunks.push_back({start, chunk.take()});
            start = list.size;
            chunk.add(block);
        }
        list.size += block.length;
        if (std::holds_alternative<Range>(block.source)) ranges.push_back(&block);
    }
    if (!chunk.empty()) list.chunks.push_back({start, chunk.take()});

    // The same range next to each other, the block that brings its name along first.
    const auto place = [](const Block* block) {
        const Range& range = std::get<Range>(block->source);
        return std::pair(range.extent, range.offset);
    };
    std::sort(ranges.begin(), ranges.end(), [&](const Block* a, const Block* b) {
        return std::pair(place(a), a->naming) < std::pair(place(b), b->naming);
    });
    for (auto i = ranges.begin(); i != ranges.end();) {
        const auto next = std::find_if(i, ranges.end(), [&](const Block* block) { return place(block) != place(*i); });
        const Range& range = std::get<Range>((*i)->source);
        auto more = static_cast<std::uint64_t>(next - i);
        if ((*i)->naming == Naming::fresh) list.fresh.push_back(range);
        if ((*i)->naming != Naming::shared) --more;
        if (more != 0) list.shared.push_back({range, more});
        i = next;
    }
    return list;
}

ContentRef create_list(WriteTxn& tx, const EncodedList& list) {
    const std::int64_t id = tx.next_id();
    tx.execute("INSERT INTO contents(content_id, kind, refs, size) VALUES(?, ?, 1, ?)", id,
               static_cast<int>(ContentKind::list), list.size);
    for (const auto& chunk : list.chunks) {
        tx.execute("INSERT INTO list_chunks(content_id, start, entries) VALUES(?, ?, ?)", id, chunk.start,
                   std::string_view(chunk.entries));
    }
    for (const Range& range : list.fresh) tx.name(range);
    for (const auto& more : list.shared) add_names(tx, more.range, more.count);
    return ContentRef::row(id);
}

ContentRef append(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, const Block& block) {
    if (block.length == 0) throw std::logic_error("a block of a list is empty");
    if (const auto id = ref.content_id()) {
        const Row row = load(tx, *id);
        if (row.kind == ContentKind::list && row.size == size) {
            extend_list(tx, *id, size, block);
            if (block.naming == Naming::fresh) name(tx, block.source);
            return ref;
        }
    }
    std::vector<Block> blocks = blocks_of_prefix(tx, ref, size);
    blocks.push_back(block);
    return create_list(tx, blocks);
}

ContentRef share(WriteTxn& tx, const ContentRef& ref, std::uint64_t size) {
    if (const Range* range = ref.range()) {
        const std::int64_t id = tx.next_id();
        tx.execute("INSERT INTO contents(content_id, kind, refs, size, body) VALUES(?, ?, 2, ?, ?)", id,
                   static_cast<int>(ContentKind::range), size, std::string_view(encode_source(*range)));
        return ContentRef::row(id);
    }
    if (const auto id = ref.content_id()) {
        tx.execute("UPDATE contents SET refs = refs + 1 WHERE content_id = ?", *id);
    }
    return ref;
}

void release(WriteTxn& tx, const ContentRef& ref) {
    if (const Range* range = ref.range()) return drop_name(tx, *range, ref.pin_key());
    const auto id = ref.content_id();
    if (!id) return;
    const Row row = load(tx, *id);
    if (row.refs > 1) {
        tx.execute("UPDATE contents SET refs = refs - 1 WHERE content_id = ?", *id);
        if (row.refs == 2 && row.kind == ContentKind::map) queue_merge(tx, *id);
        return;
    }
    if (row.kind == ContentKind::inline_bytes) {
        return tx.execute("DELETE FROM contents WHERE content_id = ?", *id);
    }
    // Whoever has pinned it may still resolve it.
    tx.execute("UPDATE contents SET refs = 0 WHERE content_id = ?", *id);
    tx.drain(WriteTxn::Drain::content, *id);
}

bool drain(WriteTxn& tx, std::int64_t content_id, int rows) {
    const Row row = load(tx, content_id);
    if (row.kind == ContentKind::list && !drain_list(tx, content_id, rows)) return false;
    if (row.kind == ContentKind::map && !drain_map(tx, content_id, rows)) return false;
    if (row.kind == ContentKind::range) {
        release(tx, decode_source(row.body), ContentRef::row(content_id).pin_key());
    }
    tx.execute("DELETE FROM contents WHERE content_id = ?", content_id);
    if (row.base) release(tx, ContentRef::row(*row.base));
    return true;
}

std::vector<Piece> resolve(ReadTxn& tx, const ContentRef& ref, std::uint64_t first, std::uint64_t length,
                           std::size_t limit) {
    Resolver resolver(first, length, limit);
    if (const Range* range = ref.range()) {
        resolver.add(0, *range);
    } else if (const auto id = ref.content_id()) {
        const Row row = load(tx, *id);
        switch (row.kind) {
            case ContentKind::inline_bytes:
                resolver.add(0, std::string_view(row.body));
                break;
            case ContentKind::range:
                resolver.add(0, std::get<Range>(decode_source(row.body)));
                break;
            case ContentKind::list:
                resolve_list(tx, *id, first, resolver);
                break;
            case ContentKind::map:
                resolve_map(tx, *id, first, resolver);
                break;
        }
    }
    return resolver.finish();
}

std::vector<Block> blocks(ReadTxn& tx, const ContentRef& ref) {
    std::vector<Block> all;
    const auto id = ref.content_id();
    if (!id) return all;
    Cursor cursor = tx.query("SELECT entries FROM list_chunks WHERE content_id = ? ORDER BY start", *id);
    while (cursor.next()) decode_chunk(cursor.bytes(0), all);
    for (Block& block : all) block.naming = Naming::shared;
    return all;
}

std::vector<Block> named_blocks(ReadTxn& tx, const ContentRef& ref) {
    std::vector<Block> named = blocks(tx, ref);
    std::erase_if(named, [](const Block& block) { return block.id.empty(); });
    return named;
}

std::optional<ContentRef> without_ids(WriteTxn& tx, const ContentRef& ref, std::uint64_t size) {
    const auto id = ref.content_id();
    if (!id || load(tx, *id).kind != ContentKind::list) return std::nullopt;
    std::vector<Block> whole = blocks_of_prefix(tx, ref, size);
    for (Block& block : whole) block.id.clear();
    return create_list(tx, whole);
}

std::optional<std::uint64_t> crc64_of(ReadTxn& tx, const ContentRef& ref, std::uint64_t size) {
    std::uint64_t all = Crc64::of({});
    if (size == 0) return all;
    const auto id = ref.content_id();
    if (ref.empty() || (id && load(tx, *id).kind == ContentKind::map)) return std::nullopt;
    for (const Block& block : blocks_of_prefix(tx, ref, size)) {
        const auto* const range = std::get_if<Range>(&block.source);
        if (range != nullptr && (range->length != block.length || range->crc64 == 0)) return std::nullopt;
        const std::uint64_t crc = range != nullptr ? range->crc64 : Crc64::of(as_bytes(std::get<std::string>(block.source)));
        all = Crc64::combine(all, crc, block.length);
    }
    return all;
}

bool many_blocks(ReadTxn& tx, const ContentRef& ref) {
    const auto id = ref.content_id();
    if (!id) return false;
    Cursor cursor = tx.query("SELECT 1 FROM list_chunks WHERE content_id = ? LIMIT 1 OFFSET 8", *id);
    return cursor.next();
}

void name(WriteTxn& tx, const Source& source) {
    if (const auto* range = std::get_if<Range>(&source)) tx.name(*range);
}

void release(WriteTxn& tx, const Source& source, std::uint64_t owner) {
    if (const auto* range = std::get_if<Range>(&source)) drop_name(tx, *range, owner);
}

}  // namespace lazulite::contents
