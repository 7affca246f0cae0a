#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "store/extents.hpp"
#include "store/transaction.hpp"

namespace lazulite {

/// Which bytes stand at which offset, as a version row names them. Four kinds on disk (docs/storage.md): nothing, a range
/// embedded in the row itself, and contents rows (inline bytes, a list of blocks, a map of spans) by id.
class ContentRef {
  public:
    static constexpr std::uint64_t kInlineLimit = 1024;        ///< bytes up to here go into the row store
    static constexpr std::uint64_t kInlineLimitPower = 16384;  ///< and up to here in `power` mode

    ContentRef() = default;                                   ///< no bytes
    explicit ContentRef(const Range& range) : value_(range) {}
    static ContentRef row(std::int64_t content_id) {
        ContentRef ref;
        ref.value_ = content_id;
        return ref;
    }
    [[nodiscard]] bool empty() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] const Range* range() const { return std::get_if<Range>(&value_); }
    [[nodiscard]] std::optional<std::int64_t> content_id() const {
        const auto* id = std::get_if<std::int64_t>(&value_);
        return id ? std::optional(*id) : std::nullopt;
    }
    /// What readers of these bytes pin while they stream: a hash of the extent and offset, or of the content id.
    [[nodiscard]] std::uint64_t pin_key() const;

    /// The form of the `content` column (a tag byte and varints), and back. Decoding throws SqlError on corruption.
    [[nodiscard]] std::string encode() const;
    static ContentRef decode(std::string_view bytes);

  private:
    std::variant<std::monostate, Range, std::int64_t> value_;
};

/// Where bytes of one piece come from: the row store, or an extent.
using Source = std::variant<std::string, Range>;

/// How a new list comes to name the range of a block. Inline bytes need no name.
enum class Naming : std::uint8_t {
    fresh,   ///< written just now: no row names it yet
    moved,   ///< the row that named it goes in this transaction without `release`: a staged row
    shared,  ///< what names it now keeps its name: another content, or one that is released as a whole
};

/// One block of a list content, or one staged block: its id (decoded from base64), length (1 byte at least) and source,
/// which is just as long.
struct Block {
    std::string id;
    std::uint64_t length = 0;
    Source source;
    Naming naming = Naming::fresh;
};

/// A piece of a resolved read: `length` bytes from the inline text or from an extent at `range.offset`; neither: zeros.
struct Piece {
    std::uint64_t length = 0;
    std::variant<std::monostate, std::string, Range> from;
};

/// Contents as rows; every function is called inside the caller's transaction and keeps extents.live, contents.refs and
/// shared_ranges exact.
namespace contents {

/// New content from bytes that fit inline.
[[nodiscard]] ContentRef create_inline(WriteTxn& tx, std::string_view bytes);
/// New content from a written range (embedded in the caller's row; names the range).
[[nodiscard]] ContentRef create_embedded(WriteTxn& tx, const Range& range);
/// What `create_list` is going to write. Made outside the transaction for long lists: 50,000 blocks take some
/// milliseconds, in chunk rows of at most about 900 bytes they are about 1,700 rows.
struct EncodedList {
    struct Chunk {
        std::uint64_t start;
        std::string entries;
    };
    struct MoreNames {
        Range range;
        std::uint64_t count;
    };
    std::uint64_t size = 0;
    std::vector<Chunk> chunks;
    std::vector<Range> fresh;
    std::vector<MoreNames> shared;
};
/// A range that occurs in several blocks is counted in shared_ranges, whatever their `naming`: one block takes over the
/// name where one is fresh or moved, the others add theirs.
[[nodiscard]] EncodedList encode_list(std::span<const Block> blocks);

/// New list content. To replace a content by a list with some of its blocks: `blocks`, `create_list` with these as
/// Naming::shared, `release` of the old content.
[[nodiscard]] ContentRef create_list(WriteTxn& tx, const EncodedList& list);
[[nodiscard]] inline ContentRef create_list(WriteTxn& tx, std::span<const Block> blocks) {
    return create_list(tx, encode_list(blocks));
}
/// A content of `size` bytes, as the caller's row shows it, and behind them `block`, which is fresh or moved. The same ref where `ref` is a
/// list that ends there: one chunk row is written then, however long the list, and rows that share it show the bytes they
/// did. Else a new list, which shares what there is; the caller releases the old content.
[[nodiscard]] ContentRef append(WriteTxn& tx, const ContentRef& ref, std::uint64_t size, const Block& block);
/// One more row names the content: O(1); an embedded content is promoted to a row first, hence the new ref. A list may grow
/// afterwards (`append`): each row reads as many bytes as it had.
[[nodiscard]] ContentRef share(WriteTxn& tx, const ContentRef& ref, std::uint64_t size);
/// A row no longer names it: O(1). With the last name inline bytes go at once (read them in the transaction that found
/// them); other contents can still be resolved by those who pinned them, and are drained in slices after that.
void release(WriteTxn& tx, const ContentRef& ref);

/// The pieces that make [first, first + length), at most `limit` of them; the caller asks again from where they end.
[[nodiscard]] std::vector<Piece> resolve(ReadTxn& tx, const ContentRef& ref, std::uint64_t first, std::uint64_t length,
                                         std::size_t limit);
/// All blocks of a list content in order, as Naming::shared; empty for other kinds.
[[nodiscard]] std::vector<Block> blocks(ReadTxn& tx, const ContentRef& ref);

/// The same without those that have no id, as a client is shown them.
[[nodiscard]] std::vector<Block> named_blocks(ReadTxn& tx, const ContentRef& ref);
/// A new list with the first `size` bytes of a list, whose blocks have no ids; nothing for other kinds.
[[nodiscard]] std::optional<ContentRef> without_ids(WriteTxn& tx, const ContentRef& ref, std::uint64_t size);
/// The CRC-64 of the first `size` bytes, from those of their parts; nothing where that needs reading them.
[[nodiscard]] std::optional<std::uint64_t> crc64_of(ReadTxn& tx, const ContentRef& ref, std::uint64_t size);

/// Whether these fill more than 8 rows: some hundred, or 1,500 at most.
[[nodiscard]] bool many_blocks(ReadTxn& tx, const ContentRef& ref);

/// Blocks as bytes: the form of list chunks and of staged block rows.
[[nodiscard]] std::string encode_source(const Source& source);
[[nodiscard]] Source decode_source(std::string_view bytes);

/// Names, releases what a single source (a staged block) holds.
void name(WriteTxn& tx, const Source& source);
void release(WriteTxn& tx, const Source& source, std::uint64_t owner);

/// For the reclaimer: removes at most `rows` rows of a content that nobody names or pins; true when nothing is left.
[[nodiscard]] bool drain(WriteTxn& tx, std::int64_t content_id, int rows);

}  // namespace contents
}  // namespace lazulite
