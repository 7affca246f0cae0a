#include "service/content_body.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "store/span_map.hpp"

namespace lazulite {
namespace {

/// A longer part is worth a pin and the open file, from which it is sent without passing through here.
constexpr std::uint64_t kCopyLimit = 32 << 10;
constexpr std::size_t kWindow = 1024;  // pieces resolved at a time

/// Streams a pinned content: each window is a short read of its own, so no transaction outlives a turn.
class ContentSource final : public BodySource {
  public:
    ContentSource(std::shared_ptr<Store> store, Pin pin, ContentRef content, std::uint64_t first, std::uint64_t length)
        : store_(std::move(store)), pin_(std::move(pin)), content_(std::move(content)), next_(first), left_(length) {}

    /// For a content that may change where it is read: the first window is as `tx` sees it, and where that is not all,
    /// writers leave the rest as it is. Between this read and the pin one may have slipped in: then the body ends early.
    void begin(ReadTxn& tx, std::int64_t changes) {
        first_ = contents::resolve(tx, content_, next_, left_, kWindow);
        std::uint64_t length = 0;
        for (const Piece& piece : first_) length += piece.length;
        if (length == left_) return;
        changes_ = changes;
        view_pin_ = store_->pin(contents::view_key(content_));
    }

    Task<Result<std::vector<Slice>>> next() override {
        keep_open_.clear();
        std::vector<Slice> slices;
        if (left_ == 0) co_return slices;
        std::vector<Piece> pieces = std::exchange(first_, {});
        if (pieces.empty()) {
            LAZ_CO_TRY(pieces, store_->read([&](ReadTxn& tx) { return window(tx); }));
        }
        for (Piece& piece : pieces) {
            LAZ_CO_TRY(Slice slice, slice_of(piece));
            slices.push_back(std::move(slice));
            next_ += piece.length;
            left_ -= piece.length;
        }
        co_return slices;
    }

  private:
    Result<std::vector<Piece>> window(ReadTxn& tx) {
        if (changes_ && contents::changes_of(tx, content_) != changes_) {
            log::error("a blob was written to while it was sent: the answer ends early");
            return fail(ErrorCode::internal_error);
        }
        return contents::resolve(tx, content_, next_, left_, kWindow);
    }

    Result<Slice> slice_of(Piece& piece) {
        if (auto* text = std::get_if<std::string>(&piece.from)) return Slice(std::move(*text));
        const auto* range = std::get_if<Range>(&piece.from);
        if (!range) return Slice(ZeroSlice{piece.length});
        LAZ_TRY(Extents::Opened opened, store_->extents().open(range->extent));
        keep_open_.push_back(std::move(opened.keep_open));
        return Slice(FileSlice{opened.descriptor, range->offset, piece.length});
    }

    std::shared_ptr<Store> store_;
    Pin pin_;
    ContentRef content_;
    std::uint64_t next_;
    std::uint64_t left_;
    std::vector<std::shared_ptr<void>> keep_open_;
    std::vector<Piece> first_;
    std::optional<std::int64_t> changes_;
    Pin view_pin_;
};

}  // namespace

Result<std::string> read_content(Store& store, ReadTxn& tx, const ContentRef& content, std::uint64_t first,
                                 std::uint64_t length) {
    std::string bytes;
    bytes.resize(length);
    std::uint64_t done = 0;
    while (done < length) {
        for (const Piece& piece : contents::resolve(tx, content, first + done, length - done, kWindow)) {
            if (const auto* text = std::get_if<std::string>(&piece.from)) {
                std::copy(text->begin(), text->end(), bytes.begin() + static_cast<std::ptrdiff_t>(done));
            } else if (const auto* range = std::get_if<Range>(&piece.from)) {
                LAZ_CHECK(store.extents().read(range->extent, range->offset, bytes.data() + done, piece.length));
            }
            done += piece.length;
        }
    }
    return bytes;
}

Result<> set_content_body(Response& response, std::shared_ptr<Store> store, ReadTxn& tx, const ContentRef& content,
                          std::uint64_t first, std::uint64_t length) {
    if (length <= kCopyLimit) {
        LAZ_TRY(std::string bytes, read_content(*store, tx, content, first, length));
        response.set_body(std::move(bytes));
        return {};
    }
    Pin pin = store->pin(content.pin_key());
    auto source = std::make_unique<ContentSource>(std::move(store), std::move(pin), content, first, length);
    if (const auto changes = contents::changes_of(tx, content)) source->begin(tx, *changes);
    response.set_body(std::move(source), length);
    return {};
}

}  // namespace lazulite
