#include "service/from_url.hpp"

#include "service/copy_source.hpp"
#include "wire/range.hpp"
#include "wire/structured_body.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kRangeHeader = "x-ms-source-range";

StorageError bad_header(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", value);
}

Result<std::optional<ByteRange>> source_range(const Request& request) {
    const auto text = request.fields.find(kRangeHeader);
    if (!text || text->empty()) return std::nullopt;
    const auto range = parse_range(*text);
    if (!range) return fail(bad_header(kRangeHeader, *text));
    return range;
}

/// What of a source that sends more than it was asked for is wanted.
class PartReader final : public BodyReader {
  public:
    PartReader(BodyReader& whole, const ByteRange& range)
        : whole_(whole), skip_(range.first), left_(range.last ? *range.last - range.first + 1 : kUnknownLength) {}

    Task<Result<ByteView>> read() override {
        while (left_ > 0) {
            LAZ_CO_TRY(ByteView piece, co_await whole_.read());
            if (piece.empty()) co_return piece;
            const auto skipped = std::min<std::uint64_t>(skip_, piece.size());
            skip_ -= skipped;
            piece = piece.subspan(skipped);
            if (piece.empty()) continue;
            piece = piece.first(std::min<std::uint64_t>(left_, piece.size()));
            left_ -= piece.size();
            co_return piece;
        }
        co_return ByteView();
    }

  private:
    BodyReader& whole_;
    std::uint64_t skip_;
    std::uint64_t left_;
};

}  // namespace

bool is_from_url(const Exchange& x) { return x.operation.name.ends_with("FromURL"); }

Result<BodyRules> rules_of_write(const Exchange& x, std::uint64_t most_bytes) {
    if (!is_from_url(x)) return body_rules(x.request, most_bytes, x.version);
    if (x.request.content_length.value_or(0) != 0) {
        return fail(bad_header("Content-Length", std::to_string(*x.request.content_length)));
    }
    return source_rules(x.request, most_bytes);
}

Result<std::optional<std::uint64_t>> length_of_write(const Exchange& x) {
    if (!is_from_url(x)) return content_length(x.request);
    LAZ_TRY(const auto range, source_range(x.request));
    if (!range || !range->last) return std::nullopt;
    return *range->last - range->first + 1;
}

Task<Result<Received>> receive_answer(Exchange& x, BodyRules rules, const OutgoingAnswer& answer,
                                      std::optional<ByteRange> part) {
    std::optional<PartReader> reader;
    BodyReader* bytes = answer.body.get();
    if (part) bytes = &reader.emplace(*answer.body, *part);
    Result<Received> received = co_await receive_from(x, rules, *bytes, part ? std::nullopt : answer.length);
    // An answer that breaks off is the source's fault.
    if (!received && received.error().code() == ErrorCode::bad_request) {
        co_return fail(StorageError(ErrorCode::cannot_verify_copy_source));
    }
    co_return received;
}

Task<Result<Received>> receive_written(Exchange& x, BodyRules rules) {
    if (!is_from_url(x)) {
        Result<Received> received = co_await receive_content(x, rules);
        co_return received;
    }
    LAZ_CO_TRY(const auto source, CopySource::of(x));
    LAZ_CO_TRY(const auto range, source_range(x.request));
    Fields fields = source_conditions(x.request);
    if (range) fields.add("x-ms-range", x.request.fields.value_or_empty(kRangeHeader));
    if (range) fields.add("Range", x.request.fields.value_or_empty(kRangeHeader));
    LAZ_CO_TRY(const OutgoingAnswer answer, co_await source->fetch(Method::get, {}, std::move(fields)));
    Result<Received> received = co_await receive_answer(x, rules, answer, answer.status == 206 ? std::nullopt : range);
    co_return received;
}

}  // namespace lazulite
