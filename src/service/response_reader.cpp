#include "service/response_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;

class TextReader final : public BodyReader {
  public:
    explicit TextReader(Response response) : response_(std::move(response)) {
        if (const auto* text = std::get_if<std::string>(&response_.body)) left_ = *text;
        if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&response_.body)) left_ = **text;
    }
    Task<Result<ByteView>> read() override {
        const std::string_view piece = left_.substr(0, kPiece);
        left_.remove_prefix(piece.size());
        co_return as_bytes(piece);
    }

  private:
    Response response_;
    std::string_view left_;
};

class SliceReader final : public BodyReader {
  public:
    explicit SliceReader(std::unique_ptr<BodySource> source) : source_(std::move(source)) {}

    Task<Result<ByteView>> read() override {
        while (true) {
            if (at_ == slices_.size()) {
                at_ = 0;
                LAZ_CO_TRY(slices_, co_await source_->next());
                if (slices_.empty()) co_return ByteView();
            }
            LAZ_CO_TRY(const bool some, take(slices_[at_]));
            if (some) co_return as_bytes(piece_);
            ++at_;
            done_ = 0;
        }
    }

  private:
    /// The next piece of a slice; false at its end.
    Result<bool> take(const Slice& slice) {
        if (const auto* text = std::get_if<std::string>(&slice)) {
            piece_ = text->substr(done_, kPiece);
        } else if (const auto* zeros = std::get_if<ZeroSlice>(&slice)) {
            piece_.assign(std::min(kPiece, zeros->length - done_), '\0');
        } else {
            LAZ_CHECK(take(std::get<FileSlice>(slice)));
        }
        done_ += piece_.size();
        return !piece_.empty();
    }

    Result<> take(const FileSlice& file) {
        piece_.resize(std::min(kPiece, file.length - done_));
        for (std::size_t got = 0; got < piece_.size();) {
            const auto size = ::pread(file.fd, piece_.data() + got, piece_.size() - got,
                                      static_cast<off_t>(file.offset + done_ + got));
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) return fail(ErrorCode::internal_error);
            got += static_cast<std::size_t>(size);
        }
        return {};
    }

    std::unique_ptr<BodySource> source_;
    std::vector<Slice> slices_;
    std::size_t at_ = 0;
    std::uint64_t done_ = 0;  // of the slice
    std::string piece_;
};

}  // namespace

std::unique_ptr<BodyReader> reader_of(Response response) {
    if (auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
        return std::make_unique<SliceReader>(std::move(*source));
    }
    return std::make_unique<TextReader>(std::move(response));
}

}  // namespace lazulite
