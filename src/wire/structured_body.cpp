#include "wire/structured_body.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/value.hpp"

namespace lazulite {
namespace {

constexpr std::size_t kStreamHeader = 13;
constexpr std::size_t kSegmentHeader = 10;
constexpr std::size_t kFooter = 8;
constexpr std::uint64_t kSegment = 4 << 20;
constexpr std::uint64_t kPiece = 256 << 10;
constexpr std::uint16_t kFlagCrc64 = 1;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void put_number(std::string& to, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}

std::string text_of_crc(std::uint64_t value) {
    std::string text;
    append_value(text, Crc64Value{value});
    return text;
}

StorageError malformed(std::string_view reason) {
    return StorageError(ErrorCode::invalid_input).saying("The structured body is not well-formed: " + std::string(reason));
}

Result<> check_crc(std::string_view footer, std::uint64_t computed) {
    const std::uint64_t given = number_at(footer, 0, kFooter);
    if (given == computed) return {};
    return fail(StorageError(ErrorCode::crc64_mismatch)
                    .with("UserSpecifiedCrc", text_of_crc(given))
                    .with("ServerCalculatedCrc", text_of_crc(computed)));
}

}  // namespace

Result<bool> is_structured(const Request& request) {
    const auto value = request.fields.find(kStructuredBodyHeader);
    if (!value) return false;
    if (*value == kStructuredBody) return true;
    return fail(StorageError(ErrorCode::invalid_header_value)
                    .with("HeaderName", kStructuredBodyHeader)
                    .with("HeaderValue", *value));
}

Result<std::optional<std::uint64_t>> content_length(const Request& request) {
    LAZ_TRY(const bool structured, is_structured(request));
    if (!structured) return request.content_length;
    const auto text = request.fields.find(kStructuredLengthHeader);
    if (!text) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", kStructuredLengthHeader));
    const auto length = parse_number<std::uint64_t>(*text);
    if (!length) {
        return fail(StorageError(ErrorCode::invalid_header_value)
                        .with("HeaderName", kStructuredLengthHeader)
                        .with("HeaderValue", *text));
    }
    return length;
}

StructuredReader::StructuredReader(BodyReader& framed, std::uint64_t framed_length, std::uint64_t content_length)
    : framed_(framed), framed_length_(framed_length), content_left_(content_length) {}

std::size_t StructuredReader::bytes_of_state() const {
    switch (state_) {
        case State::stream_header: return kStreamHeader;
        case State::segment_header: return kSegmentHeader;
        case State::segment_footer:
        case State::stream_footer: return kFooter;
        case State::content:
        case State::end: return 0;
    }
    return 0;
}

StructuredReader::State StructuredReader::after_segment() const {
    if (segment_ < segments_) return State::segment_header;
    return checked_ ? State::stream_footer : State::end;
}

Result<> StructuredReader::enter(std::string_view bytes) {
    switch (state_) {
        case State::stream_header: {
            if (bytes[0] != 1) return fail(malformed("unknown version"));
            if (number_at(bytes, 1, 8) != framed_length_) return fail(malformed("its length is not Content-Length"));
            const auto flags = number_at(bytes, 9, 2);
            if ((flags & ~std::uint64_t{kFlagCrc64}) != 0) return fail(malformed("unknown flags"));
            checked_ = flags == kFlagCrc64;
            segments_ = static_cast<std::uint16_t>(number_at(bytes, 11, 2));
            state_ = after_segment();
            return {};
        }
        case State::segment_header:
            ++segment_;
            if (number_at(bytes, 0, 2) != segment_) return fail(malformed("segments out of order"));
            segment_left_ = number_at(bytes, 2, 8);
            if (segment_left_ > content_left_) return fail(malformed("more content than announced"));
            content_left_ -= segment_left_;
            segment_crc_ = {};
            state_ = State::content;
            return {};
        case State::segment_footer:
            LAZ_CHECK(check_crc(bytes, segment_crc_.value()));
            state_ = after_segment();
            return {};
        case State::stream_footer:
            LAZ_CHECK(check_crc(bytes, whole_crc_.value()));
            state_ = State::end;
            return {};
        case State::content:
        case State::end: return {};
    }
    return {};
}

Task<Result<bool>> StructuredReader::fill() {
    if (!rest_.empty()) co_return true;
    Result<ByteView> piece = co_await framed_.read();
    if (!piece) co_return fail(std::move(piece).error());
    rest_ = *piece;
    co_return !rest_.empty();
}

Task<Result<std::string_view>> StructuredReader::take_exactly(std::size_t count) {
    held_.clear();
    while (held_.size() < count) {
        LAZ_CO_TRY(const bool more, co_await fill());
        if (!more) co_return fail(malformed("it ends early"));
        const std::size_t taken = std::min(count - held_.size(), rest_.size());
        held_.append(reinterpret_cast<const char*>(rest_.data()), taken);
        rest_ = rest_.subspan(taken);
    }
    co_return std::string_view(held_);
}

Task<Result<ByteView>> StructuredReader::read() {
    while (state_ != State::end) {
        if (state_ != State::content) {
            LAZ_CO_TRY(const std::string_view bytes, co_await take_exactly(bytes_of_state()));
            LAZ_CO_CHECK(enter(bytes));
            continue;
        }
        if (segment_left_ == 0) {
            state_ = checked_ ? State::segment_footer : after_segment();
            continue;
        }
        LAZ_CO_TRY(const bool more, co_await fill());
        if (!more) co_return fail(malformed("it ends early"));
        const ByteView piece = rest_.first(std::min<std::uint64_t>(segment_left_, rest_.size()));
        rest_ = rest_.subspan(piece.size());
        segment_left_ -= piece.size();
        if (checked_) {
            segment_crc_.update(piece);
            whole_crc_.update(piece);
        }
        co_return piece;
    }
    if (content_left_ != 0) co_return fail(malformed("less content than announced"));
    LAZ_CO_TRY(const bool more, co_await fill());
    if (more) co_return fail(malformed("bytes follow its end"));
    co_return ByteView{};
}

namespace {

/// Nothing is one empty segment.
std::uint64_t segments_of(std::uint64_t content_length) {
    return std::max<std::uint64_t>(1, (content_length + kSegment - 1) / kSegment);
}

}  // namespace

std::uint64_t structured_length(std::uint64_t content_length) {
    return kStreamHeader + content_length + segments_of(content_length) * (kSegmentHeader + kFooter) + kFooter;
}

namespace {

/// Frames what another body yields. One piece of at most 256 KiB is held at a time.
class StructuredSource final : public BodySource {
  public:
    StructuredSource(decltype(Response::body) content, std::uint64_t length) : length_(length), left_(length) {
        if (auto* text = std::get_if<std::string>(&content)) pending_.emplace_back(std::move(*text));
        if (auto* text = std::get_if<std::shared_ptr<const std::string>>(&content)) pending_.emplace_back(**text);
        if (auto* source = std::get_if<std::unique_ptr<BodySource>>(&content)) source_ = std::move(*source);
    }

    Task<Result<std::vector<Slice>>> next() override {
        std::vector<Slice> slices;
        if (ended_) co_return slices;
        std::string head;
        if (left_ == length_ && segment_ == 0) put_stream_header(head);
        if (left_ == 0) {
            if (segment_ == 0) begin_segment(head);
            finish_segment(head);
            put_number(head, whole_.value(), kFooter);
            ended_ = true;
            slices.emplace_back(std::move(head));
            co_return slices;
        }
        if (segment_left_ == 0) begin_segment(head);
        Result<std::string> piece = co_await take(std::min(segment_left_, kPiece));
        if (!piece) co_return fail(std::move(piece).error());
        const ByteView bytes = as_bytes(*piece);
        crc_.update(bytes);
        whole_.update(bytes);
        segment_left_ -= bytes.size();
        left_ -= bytes.size();
        if (!head.empty()) slices.emplace_back(std::move(head));
        slices.emplace_back(*std::move(piece));
        co_return slices;
    }

  private:
    void put_stream_header(std::string& to) const {
        put_number(to, 1, 1);
        put_number(to, structured_length(length_), 8);
        put_number(to, kFlagCrc64, 2);
        put_number(to, segments_of(length_), 2);
    }
    void finish_segment(std::string& to) const {
        if (segment_ > 0) put_number(to, crc_.value(), kFooter);
    }
    void begin_segment(std::string& to) {
        finish_segment(to);
        segment_left_ = std::min(left_, kSegment);
        crc_ = {};
        put_number(to, ++segment_, 2);
        put_number(to, segment_left_, 8);
    }
    /// At most `most` bytes of what comes next, never nothing.
    Task<Result<std::string>> take(std::uint64_t most) {
        while (pending_.empty()) {
            LAZ_CO_TRY(std::vector<Slice> slices, co_await source_->next());
            if (slices.empty()) co_return fail(ErrorCode::internal_error);
            for (Slice& slice : slices) pending_.push_back(std::move(slice));
        }
        Slice& first = pending_.front();
        std::string bytes;
        bool used_up = false;
        if (auto* text = std::get_if<std::string>(&first)) {
            bytes = text->substr(at_, most);
            at_ += bytes.size();
            used_up = at_ == text->size();
        } else if (auto* zeros = std::get_if<ZeroSlice>(&first)) {
            bytes.resize(std::min(most, zeros->length));
            zeros->length -= bytes.size();
            used_up = zeros->length == 0;
        } else {
            auto& file = std::get<FileSlice>(first);
            bytes.resize(std::min(most, file.length));
            const ssize_t got = ::pread(file.fd, bytes.data(), bytes.size(), static_cast<off_t>(file.offset));
            if (got <= 0) co_return fail(ErrorCode::internal_error);
            bytes.resize(static_cast<std::size_t>(got));
            file.offset += bytes.size();
            file.length -= bytes.size();
            used_up = file.length == 0;
        }
        if (used_up) {
            pending_.erase(pending_.begin());
            at_ = 0;
        }
        co_return bytes;
    }

    std::unique_ptr<BodySource> source_;
    std::vector<Slice> pending_;
    std::size_t at_ = 0;  // in the first pending text
    std::uint64_t length_;
    std::uint64_t left_;
    std::uint64_t segment_left_ = 0;
    std::uint16_t segment_ = 0;
    Crc64 crc_;
    Crc64 whole_;
    bool ended_ = false;
};

}  // namespace

void make_structured(Response& response) {
    const std::uint64_t length = response.content_length;
    response.fields.add(kStructuredBodyHeader, kStructuredBody);
    response.fields.add(kStructuredLengthHeader, std::to_string(length));
    response.set_body(std::make_unique<StructuredSource>(std::move(response.body), length), structured_length(length));
}

}  // namespace lazulite
