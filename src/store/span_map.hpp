#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "store/contents.hpp"

namespace lazulite {

/// One row of a map content: what stands at [start, end). A range of an extent, at most kInlineSpan bytes in the row, or
/// neither: a hole, which reads as zeros whatever the content below shows there.
struct Span {
    static constexpr std::uint64_t kInline = 512;

    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::variant<std::monostate, std::string, Range> from;  ///< a crc64 of 0 is not known: the range was cut

    /// What of it stands at [first, last).
    [[nodiscard]] Span part(std::uint64_t first, std::uint64_t last) const;
    [[nodiscard]] bool hole() const { return std::holds_alternative<std::monostate>(from); }
};

/// Contents that are written anywhere (page blobs, files): spans, and zeros where there are none. A content that others
/// name too, that somebody reads window by window, or of which a change would touch more than some hundred spans is not
/// changed: the change goes into a new content that stands on it, in O(1), and Reclaim merges the two once nobody else
/// needs the one below. So the writers here answer which content the row names from now on; the caller releases the old
/// one where it is another. No content at all (an empty ContentRef) is a map without spans.
///
/// `size` is the row's: reads are cut there by the caller. Everything runs inside the caller's transaction.
namespace contents {

/// The bytes of `source`, just written and not named yet, stand from `start` on.
[[nodiscard]] ContentRef write_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, std::uint64_t start,
                                   const Source& source);
/// [start, start + length) reads as zeros and is not written any more.
[[nodiscard]] ContentRef clear_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, std::uint64_t start,
                                   std::uint64_t length);
/// Cuts off what lies behind `after`, or makes room that reads as zeros.
[[nodiscard]] ContentRef resize_map(WriteTxn& tx, const ContentRef& ref, std::uint64_t before, std::uint64_t after);

/// What is written, in order; neighbours are one range.
struct WrittenRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    bool operator==(const WrittenRange&) const = default;
};
/// The written ranges of [first, end), up to `ranges` of them, and as many as the first `spans` spans make.
struct WrittenRanges {
    std::vector<WrittenRange> ranges;
    std::optional<std::uint64_t> next;  ///< where it goes on; nothing at the end
};
[[nodiscard]] WrittenRanges written_ranges(ReadTxn& tx, const ContentRef& ref, std::uint64_t first, std::uint64_t end,
                                           std::size_t ranges, std::size_t spans);

/// What reads otherwise than in `older`, a snapshot of `older_size` bytes, or may: what was written since, and what was
/// written there and is not any more. Contents that have nothing to do with each other differ wherever one is written.
struct ChangedRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    bool cleared = false;
    bool operator==(const ChangedRange&) const = default;
};
struct ChangedRanges {
    std::vector<ChangedRange> ranges;
    std::optional<std::uint64_t> next;
};
[[nodiscard]] ChangedRanges changed_ranges(ReadTxn& tx, const ContentRef& ref, const ContentRef& older,
                                           std::uint64_t older_size, std::uint64_t first, std::uint64_t end,
                                           std::size_t ranges, std::size_t spans);

/// Of a content that may change where it was already written: how often that happened. Nothing for other kinds.
[[nodiscard]] std::optional<std::int64_t> changes_of(ReadTxn& tx, const ContentRef& ref);
/// What a reader pins, besides the bytes, to have the whole map stay as it is.
[[nodiscard]] std::uint64_t view_key(const ContentRef& ref);

// ---- for contents, the reclaimer and the checker ------------------------------------------------------------------

/// The spans and holes that [first, end) shows, in order, across the contents below; `see` answers whether to go on. What
/// stands in the content `without`, or below it, is passed over.
void walk_map(ReadTxn& tx, std::int64_t id, std::uint64_t first, std::uint64_t end,
              const std::function<bool(const Span&)>& see, std::optional<std::int64_t> without = std::nullopt);
/// The last row that named a content is gone, or all but one: what stands on it may take its spans over.
void queue_merge(WriteTxn& tx, std::int64_t base);
/// The content below `id`, when its spans are to be merged into it.
[[nodiscard]] std::optional<std::int64_t> mergeable(ReadTxn& tx, std::int64_t id);
/// At most `spans` steps of that; nobody reads `base` on its own any more. What `id` shows never changes.
void merge(WriteTxn& tx, std::int64_t id, std::int64_t base, int spans);
/// Removes at most `rows` spans of a content that nobody names; true when none is left.
[[nodiscard]] bool drain_map(WriteTxn& tx, std::int64_t id, int rows);
/// A row of `SELECT "end", start, source, crc FROM map_spans`.
[[nodiscard]] Span read_span(const Cursor& row);

}  // namespace contents
}  // namespace lazulite
