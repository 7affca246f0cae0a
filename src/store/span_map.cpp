#include "store/span_map.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "store/content_codec.hpp"

namespace lazulite {

namespace {

// The first byte of map_spans.source.
enum SpanTag : std::uint8_t { kSpanInline = 0, kSpanRange = 1, kSpanHole = 2 };

constexpr std::int64_t kManySpans = 256;     // touched by one change
constexpr std::size_t kSpansAtOnce = 64;     // read by a walk before it looks below

/// A content as its row has it.
struct Layer {
    ContentKind kind;
    std::int64_t refs;
    std::uint64_t size;
    std::optional<std::int64_t> base;
    std::uint64_t base_size = 0;  // so much of the base is seen
};

Layer load_layer(ReadTxn& tx, std::int64_t id) {
    Cursor row = tx.query("SELECT kind, refs, size, base_id, base_size FROM contents WHERE content_id = ?", id);
    if (!row.next()) throw_corrupt("a row names a content that does not exist");
    Layer layer{static_cast<ContentKind>(row.integer(0)), row.integer(1), static_cast<std::uint64_t>(row.integer(2)),
                std::nullopt};
    if (!row.is_null(3)) {
        layer.base = row.integer(3);
        layer.base_size = static_cast<std::uint64_t>(row.integer(4));
    }
    return layer;
}

std::string encode_span(const Span& span) {
    std::string bytes;
    if (const auto* range = std::get_if<Range>(&span.from)) {
        bytes.push_back(static_cast<char>(kSpanRange));
        put_varint(bytes, range->extent);
        put_varint(bytes, range->offset);
    } else if (const auto* text = std::get_if<std::string>(&span.from)) {
        bytes.push_back(static_cast<char>(kSpanInline));
        bytes += *text;
    } else {
        bytes.push_back(static_cast<char>(kSpanHole));
    }
    return bytes;
}

void put_span(WriteTxn& tx, std::int64_t id, const Span& span) {
    const std::string source = encode_span(span);
    constexpr const char* kPut =
        "INSERT OR REPLACE INTO map_spans(content_id, \"end\", start, source, crc) VALUES(?, ?, ?, ?, ?)";
    const auto* range = std::get_if<Range>(&span.from);
    if (range != nullptr && range->crc64 != 0) {
        tx.execute(kPut, id, span.end, span.start, std::string_view(source), range->crc64);
    } else {
        tx.execute(kPut, id, span.end, span.start, std::string_view(source), nullptr);
    }
}

void erase_span(WriteTxn& tx, std::int64_t id, std::uint64_t end) {
    tx.execute("DELETE FROM map_spans WHERE content_id = ? AND \"end\" = ?", id, end);
}

/// The first spans of one content, without those below, that end behind `first` and begin before `end`.
std::vector<Span> own_spans(ReadTxn& tx, std::int64_t id, std::uint64_t first, std::uint64_t end, std::size_t most) {
    std::vector<Span> spans;
    Cursor row = tx.query(
        "SELECT \"end\", start, source, crc FROM map_spans WHERE content_id = ? AND \"end\" > ? ORDER BY \"end\"", id, first);
    while (spans.size() < most && row.next()) {
        if (static_cast<std::uint64_t>(row.integer(1)) >= end) break;
        spans.push_back(contents::read_span(row));
    }
    return spans;
}

/// The content below that nobody else needs: spans may be on their way from there into `id`.
std::optional<std::int64_t> lone_base(ReadTxn& tx, std::int64_t id) {
    Cursor row = tx.query(
        "SELECT b.content_id FROM contents c JOIN contents b ON b.content_id = c.base_id "
        "WHERE c.content_id = ? AND b.refs = 1",
        id);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

/// Whether [first, end) holds another part of the write that `part` was cut from. What one write put into an extent keeps
/// its distance to the place in the content, and stays in one content but for spans that are being merged.
bool holds_part_of(ReadTxn& tx, std::int64_t id, const Span& part, std::uint64_t first, std::uint64_t end) {
    const Range& range = std::get<Range>(part.from);
    for (std::optional<std::int64_t> at = id; at; at = lone_base(tx, *at)) {
        for (const Span& span : own_spans(tx, *at, first, end, Extents::kAlignment)) {
            const auto* other = std::get_if<Range>(&span.from);
            if (other && other->extent == range.extent && other->offset - span.start == range.offset - part.start) {
                return true;
            }
        }
    }
    return false;
}

/// Releases a span whose row is gone. Its blocks of 4 KiB go with it, as far as no other span has bytes in them.
void release_span(WriteTxn& tx, std::int64_t id, const Span& span) {
    const auto* range = std::get_if<Range>(&span.from);
    if (!range) return;
    constexpr std::uint64_t kBlock = Extents::kAlignment;
    const std::uint64_t range_end = range->offset + range->length;
    std::uint64_t first = range->offset / kBlock * kBlock;
    std::uint64_t end = (range_end + kBlock - 1) / kBlock * kBlock;
    const std::uint64_t before = std::min(range->offset - first, span.start);
    if (before != 0 && holds_part_of(tx, id, span, span.start - before, span.start)) first += kBlock;
    if (end != range_end && holds_part_of(tx, id, span, span.end, span.end + (end - range_end))) end -= kBlock;
    tx.release_part(*range, {range->extent, first, end > first ? end - first : 0, 0}, ContentRef::row(id).pin_key());
}

/// Takes [first, end) out of a content's own spans.
void cut(WriteTxn& tx, std::int64_t id, std::uint64_t first, std::uint64_t end) {
    const std::vector<Span> hit = own_spans(tx, id, first, end, static_cast<std::size_t>(-1));
    for (const Span& span : hit) {
        if (span.end > end) {
            put_span(tx, id, span.part(end, span.end));
        } else {
            erase_span(tx, id, span.end);
        }
        if (span.start < first) put_span(tx, id, span.part(span.start, first));
    }
    for (const Span& span : hit) release_span(tx, id, span.part(std::max(first, span.start), std::min(end, span.end)));
}

std::int64_t new_map(WriteTxn& tx, std::uint64_t size) {
    const std::int64_t id = tx.next_id();
    tx.execute("INSERT INTO contents(content_id, kind, refs, size) VALUES(?, ?, 1, ?)", id,
               static_cast<int>(ContentKind::map), size);
    return id;
}

bool many_spans(ReadTxn& tx, std::int64_t id, std::uint64_t first, std::uint64_t end) {
    Cursor row = tx.query(
        "SELECT 1 FROM map_spans WHERE content_id = ? AND \"end\" > ? AND \"end\" <= ? LIMIT 1 OFFSET ?", id, first,
        static_cast<std::int64_t>(end), kManySpans);
    return row.next();
}

/// The content that takes a change of [first, end): `ref` itself, or a new one that stands on it.
std::int64_t writable(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, std::uint64_t first, std::uint64_t end) {
    const auto id = ref.content_id();
    if (!id) {
        if (!ref.empty()) throw std::logic_error("a content that is no map is written to");
        return new_map(tx, size);
    }
    const Layer layer = load_layer(tx, *id);
    if (layer.kind != ContentKind::map) throw std::logic_error("a content that is no map is written to");
    if (layer.refs == 1 && !tx.pinned(contents::view_key(ref)) && !many_spans(tx, *id, first, end)) {
        tx.execute("UPDATE contents SET changes = changes + 1 WHERE content_id = ?", *id);
        return *id;
    }
    const std::int64_t above = tx.next_id();
    tx.execute(
        "INSERT INTO contents(content_id, kind, refs, size, base_id, base_size) VALUES(?, ?, 1, ?, ?, ?)", above,
        static_cast<int>(ContentKind::map), size, *id, std::min(size, layer.size));
    tx.execute("UPDATE contents SET refs = refs + 1 WHERE content_id = ?", *id);
    return above;
}

/// Nobody refers to the content below any more but through what was written here.
void drop_base(WriteTxn& tx, std::int64_t id, std::int64_t base) {
    const Layer below = load_layer(tx, base);
    const Layer layer = load_layer(tx, id);
    if (below.base) {
        tx.execute("UPDATE contents SET base_id = ?2, base_size = ?3 WHERE content_id = ?1", id, *below.base,
                   std::min(layer.base_size, below.base_size));
    } else {
        tx.execute("UPDATE contents SET base_id = NULL, base_size = NULL WHERE content_id = ?", id);
    }
    tx.execute("DELETE FROM contents WHERE content_id = ?", base);
}

/// Walks one content and, in the gaps, those below. False when `see` has seen enough.
class MapWalk {
  public:
    MapWalk(ReadTxn& tx, const std::function<bool(const Span&)>& see, std::optional<std::int64_t> without)
        : tx_(tx), see_(see), without_(without) {}

    bool walk(std::int64_t id, std::uint64_t at, std::uint64_t end) {
        if (id == without_) return true;
        const Layer layer = load_layer(tx_, id);
        while (at < end) {
            const std::vector<Span> spans = own_spans(tx_, id, at, end, kSpansAtOnce);
            for (const Span& span : spans) {
                if (span.start > at && !below(layer, at, span.start)) return false;
                const std::uint64_t first = std::max(at, span.start);
                at = std::min(end, span.end);
                if (!see_(span.part(first, at))) return false;
            }
            if (spans.size() < kSpansAtOnce) break;
        }
        return at >= end || below(layer, at, end);
    }

  private:
    bool below(const Layer& layer, std::uint64_t at, std::uint64_t end) {
        if (layer.base && at < layer.base_size) {
            const std::uint64_t seen = std::min(end, layer.base_size);
            if (!walk(*layer.base, at, seen)) return false;
            at = seen;
        }
        return at >= end || see_({at, end, {}});
    }

    ReadTxn& tx_;
    const std::function<bool(const Span&)>& see_;
    const std::optional<std::int64_t> without_;
};

/// Ranges in order, neighbours of one kind joined, up to so many of them.
class Changes {
  public:
    Changes(contents::ChangedRanges& to, std::size_t ranges, std::size_t steps) : to_(to), ranges_(ranges), steps_(steps) {}

    /// False, with where to go on, when there is no room for it.
    bool add(std::uint64_t first, std::uint64_t end, bool cleared) {
        auto& found = to_.ranges;
        const bool follows = !found.empty() && found.back().end == first && found.back().cleared == cleared;
        if (!follows && found.size() == ranges_) return stop(first);
        if (follows) {
            found.back().end = end;
        } else {
            found.push_back({first, end, cleared});
        }
        return true;
    }
    bool step(std::uint64_t at) {
        if (steps_ == 0) return stop(at);
        --steps_;
        return true;
    }

  private:
    bool stop(std::uint64_t at) {
        to_.next = at;
        return false;
    }

    contents::ChangedRanges& to_;
    const std::size_t ranges_;
    std::size_t steps_;
};

}  // namespace

Span Span::part(std::uint64_t first, std::uint64_t last) const {
    Span taken{first, last, {}};
    if (first == start && last == end) {
        taken.from = from;
    } else if (const auto* range = std::get_if<Range>(&from)) {
        taken.from = Range{range->extent, range->offset + (first - start), last - first, 0};
    } else if (const auto* text = std::get_if<std::string>(&from)) {
        taken.from = text->substr(first - start, last - first);
    }
    return taken;
}

namespace contents {

Span read_span(const Cursor& row) {
    Span span{static_cast<std::uint64_t>(row.integer(1)), static_cast<std::uint64_t>(row.integer(0)), {}};
    if (span.start >= span.end) throw_corrupt("a span is empty");
    ByteReader reader(row.bytes(2));
    switch (reader.byte()) {
        case kSpanInline:
            span.from = std::string(reader.bytes(span.end - span.start));
            break;
        case kSpanRange: {
            Range range;
            range.extent = reader.varint();
            range.offset = reader.varint();
            range.length = span.end - span.start;
            if (!row.is_null(3)) range.crc64 = static_cast<std::uint64_t>(row.integer(3));
            span.from = range;
            break;
        }
        case kSpanHole:
            break;
        default:
            throw_corrupt("a span of unknown kind");
    }
    if (!reader.done()) throw_corrupt("a span with trailing bytes");
    return span;
}

ContentRef write_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, std::uint64_t start,
                     const Source& source) {
    const auto* range = std::get_if<Range>(&source);
    const auto* text = std::get_if<std::string>(&source);
    const std::uint64_t length = range ? range->length : text->size();
    if (length == 0) return ref;
    const std::int64_t id = writable(tx, ref, size, start, start + length);
    cut(tx, id, start, start + length);
    if (range) {
        tx.name(*range);
        put_span(tx, id, {start, start + length, *range});
    } else {
        for (std::uint64_t at = 0; at < length; at += Span::kInline) {
            const std::uint64_t end = std::min(length, at + Span::kInline);
            put_span(tx, id, {start + at, start + end, text->substr(at, end - at)});
        }
    }
    return ContentRef::row(id);
}

ContentRef clear_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, std::uint64_t start,
                     std::uint64_t length) {
    if (ref.empty() || length == 0) return ref;
    const std::uint64_t end = start + length;
    const std::int64_t id = writable(tx, ref, size, start, end);
    cut(tx, id, start, end);
    const Layer layer = load_layer(tx, id);
    if (layer.base && start < layer.base_size) put_span(tx, id, {start, std::min(end, layer.base_size), {}});
    return ContentRef::row(id);
}

ContentRef resize_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t before, std::uint64_t after) {
    if (ref.empty() || before == after) return ref;
    const std::uint64_t kept = std::min(before, after);
    const std::int64_t id = writable(tx, ref, kept, kept, std::max(before, after));
    if (after < before) cut(tx, id, after, before);
    tx.execute("UPDATE contents SET size = ?2, base_size = min(base_size, ?2) WHERE content_id = ?1", id, after);
    return ContentRef::row(id);
}

WrittenRanges written_ranges(ReadTxn& tx, const ContentRef& ref, std::uint64_t first, std::uint64_t end,
                             std::size_t ranges, std::size_t spans) {
    const ChangedRanges changed = changed_ranges(tx, ref, {}, 0, first, end, ranges, spans);
    WrittenRanges written{{}, changed.next};
    for (const ChangedRange& range : changed.ranges) written.ranges.push_back({range.first, range.end});
    return written;
}

ChangedRanges changed_ranges(ReadTxn& tx, const ContentRef& ref, const ContentRef& older, std::uint64_t older_size,
                             std::uint64_t first, std::uint64_t end, std::size_t ranges, std::size_t spans) {
    ChangedRanges changed;
    Changes changes(changed, ranges, spans);
    const auto was_written = [&](const Span& hole) {
        const auto before = older.content_id();
        const std::uint64_t seen = std::min(hole.end, older_size);
        if (!before || hole.start >= seen) return true;
        bool more = true;
        walk_map(tx, *before, hole.start, seen, [&](const Span& span) {
            more = changes.step(span.start) && (span.hole() || changes.add(span.start, span.end, true));
            return more;
        });
        return more;
    };
    const auto see = [&](const Span& span) {
        if (!changes.step(span.start)) return false;
        return span.hole() ? was_written(span) : changes.add(span.start, span.end, false);
    };
    if (const auto id = ref.content_id()) {
        walk_map(tx, *id, first, end, see, older.content_id());
    } else {
        see({first, end, {}});
    }
    return changed;
}

std::optional<std::int64_t> changes_of(ReadTxn& tx, const ContentRef& ref) {
    const auto id = ref.content_id();
    if (!id) return std::nullopt;
    Cursor row = tx.query("SELECT changes FROM contents WHERE content_id = ? AND kind = ?", *id,
                          static_cast<int>(ContentKind::map));
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

std::uint64_t view_key(const ContentRef& ref) { return ~ref.pin_key(); }

void walk_map(ReadTxn& tx, std::int64_t id, std::uint64_t first, std::uint64_t end,
              const std::function<bool(const Span&)>& see, std::optional<std::int64_t> without) {
    MapWalk(tx, see, without).walk(id, first, end);
}

void queue_merge(WriteTxn& tx, std::int64_t base) {
    std::optional<std::int64_t> above;
    {
        Cursor row = tx.query("SELECT content_id FROM contents WHERE base_id = ?", base);
        if (row.next()) above = row.integer(0);
    }
    if (above) tx.drain(WriteTxn::Drain::merge, *above);
}

std::optional<std::int64_t> mergeable(ReadTxn& tx, std::int64_t id) {
    // One that is itself about to be merged into the content above is left to that: its spans go there as well.
    Cursor row = tx.query(
        "SELECT b.content_id FROM contents c JOIN contents b ON b.content_id = c.base_id "
        "WHERE c.content_id = ?1 AND b.refs = 1 AND c.refs > 0 "
        "AND NOT (c.refs = 1 AND EXISTS (SELECT 1 FROM contents a WHERE a.base_id = ?1))",
        id);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

void merge(WriteTxn& tx, std::int64_t id, std::int64_t base, int spans) {
    const std::uint64_t seen = load_layer(tx, id).base_size;
    const bool over_another = load_layer(tx, base).base.has_value();
    for (; spans > 0; --spans) {
        const std::vector<Span> next = own_spans(tx, base, 0, static_cast<std::uint64_t>(-1), 1);
        if (next.empty()) return drop_base(tx, id, base);
        const Span& span = next.front();
        // Up to where the span begins to be hidden, or to be seen.
        const std::vector<Span> above = own_spans(tx, id, span.start, span.end, 1);
        bool hidden = span.start >= seen;
        std::uint64_t until = hidden ? span.end : std::min(span.end, seen);
        if (!hidden && !above.empty()) {
            hidden = above.front().start <= span.start;
            until = std::min(until, hidden ? above.front().end : above.front().start);
        }
        if (until == span.end) {
            erase_span(tx, base, span.end);
        } else {
            put_span(tx, base, span.part(until, span.end));
        }
        const Span part = span.part(span.start, until);
        if (hidden) {
            release_span(tx, id, part);
        } else if (!part.hole() || over_another) {
            put_span(tx, id, part);
        }
    }
}

bool drain_map(WriteTxn& tx, std::int64_t id, int rows) {
    for (; rows > 0; --rows) {
        const std::vector<Span> next = own_spans(tx, id, 0, static_cast<std::uint64_t>(-1), 1);
        if (next.empty()) return true;
        erase_span(tx, id, next.front().end);
        release_span(tx, id, next.front());
    }
    return false;
}

}  // namespace contents
}  // namespace lazulite
