#include "service/copy_transfer.hpp"

#include <algorithm>
#include <utility>

#include "base/error_table.hpp"
#include "base/ids.hpp"
#include "lease/lease_id.hpp"
#include "store/span_map.hpp"
#include "wire/uri.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite {
namespace {

constexpr std::uint64_t kPieceAtOnce = 4ULL << 20;
constexpr std::uint64_t kToldEvery = 32ULL << 20;
constexpr std::size_t kMostListBytes = 16 << 20;
constexpr int kMostBarrenPages = 100;

/// The bytes of an answer, piece by piece as they are wanted.
class Incoming {
  public:
    explicit Incoming(BodyReader& body) : body_(body) {}
    /// Up to `most` bytes; none where the answer ends.
    Task<Result<ByteView>> take(std::uint64_t most) {
        if (rest_.empty()) {
            const Result<ByteView> more = co_await body_.read();
            if (!more) co_return fail(ErrorCode::cannot_verify_copy_source);  // it broke off
            rest_ = *more;
        }
        const ByteView taken = rest_.first(std::min<std::uint64_t>(most, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        co_return taken;
    }

  private:
    BodyReader& body_;
    ByteView rest_;
};

/// Behind the last of them.
std::uint64_t end_of(const std::vector<SourcePart>& parts) {
    return parts.empty() ? 0 : parts.back().start + parts.back().length;
}

/// Adds what a list says of one part. Fails with cannot_verify_copy_source for what is outside of the source, or not behind the
/// parts before it: a list that goes on for ever would take all memory.
Result<> add_part(const XmlNode& node, std::uint64_t size, PartList& parts) {
    const XmlNode* const start = node.child("Start");
    const XmlNode* const end = node.child("End");
    const bool cleared = node.name == "ClearRange";
    if ((node.name != "PageRange" && node.name != "Range" && !cleared) || start == nullptr || end == nullptr) return {};
    const auto first = parse_number<std::uint64_t>(start->text);
    const auto last = parse_number<std::uint64_t>(end->text);
    if (!first || !last || *last < *first || *last >= size) return fail(ErrorCode::cannot_verify_copy_source);
    if (*first < end_of(cleared ? parts.cleared : parts.written)) return fail(ErrorCode::cannot_verify_copy_source);
    if (cleared) {
        parts.cleared.push_back({{}, *first, *last - *first + 1});
        return {};
    }
    for (std::uint64_t at = *first; at <= *last; at += kPieceAtOnce) {
        parts.written.push_back({{}, at, std::min(kPieceAtOnce, *last - at + 1)});
    }
    return {};
}

}  // namespace

Result<std::string> decode_copy_id(const Query& query) {
    const std::string_view text = query.value_or_empty("copyid");
    LeaseId id;  // a GUID, as this one
    if (parse_value(text, id)) return id.text();
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "copyid")
                    .with("QueryParameterValue", text)
                    .with("Reason", "The value is no id of a copy."));
}

const std::string& this_run() {
    static const std::string kRun = Guid::random().text();
    return kRun;
}

void start_copy(LastCopy& copy, const CopySource& source, std::uint64_t total) {
    copy.id = Guid::random().text();
    copy.source = source.shown_url();
    copy.total = total;
}

void start_pending_copy(LastCopy& copy, const CopySource& source, std::uint64_t total, std::string etag, std::string endpoint) {
    start_copy(copy, source, total);
    copy.status = CopyStatus::pending;
    copy.transfer = LastCopy::Transfer{{}, this_run(), source.saved(), std::move(etag), std::move(endpoint)};
}

void Brought::keep() {
    for (MovedPart& piece : moved) piece.pending->keep();
}

Task<Result<>> Mover::receive(Fields fields, const std::vector<SourcePart>& parts, std::vector<MovedPart>& to) {
    if (!etag_.empty()) fields.add("If-Match", etag_);
    LAZ_CO_TRY(const OutgoingAnswer answer, co_await source_.fetch(Method::get, {}, std::move(fields)));
    Incoming incoming(*answer.body);
    std::uint64_t told = parts.empty() ? 0 : parts.front().start;
    for (const SourcePart& part : parts) {
        MovedPart moved{part, {}, nullptr};
        LAZ_CO_TRY(moved.pending, store_.extents().reserve(part.length));
        for (std::uint64_t left = part.length; left > 0;) {
            if (background_.stopping()) co_return fail(ErrorCode::internal_error);
            LAZ_CO_TRY(const ByteView piece, co_await incoming.take(left));
            if (piece.empty()) co_return fail(ErrorCode::cannot_verify_copy_source);
            if (moved.pending->behind()) LAZ_CO_CHECK(co_await moved.pending->caught_up());
            LAZ_CO_CHECK(moved.pending->write(piece));
            left -= piece.size();
            const std::uint64_t done = part.start + part.length - left;
            if (done - told < kToldEvery) continue;
            told = done;
            LAZ_CO_CHECK(co_await tell(done));
        }
        Result<Range> range = co_await moved.pending->finish();
        if (!range) co_return fail(std::move(range).error());
        moved.range = *range;
        to.push_back(std::move(moved));
    }
    LAZ_CO_TRY(const ByteView more, co_await incoming.take(1));
    if (!more.empty()) co_return fail(ErrorCode::cannot_verify_copy_source);
    co_return Result<>();
}

Task<Result<>> Mover::receive_ranges(const std::vector<SourcePart>& parts, std::vector<MovedPart>& to) {
    for (const SourcePart& part : parts) {
        Fields fields;
        fields.add("x-ms-range", "bytes=" + std::to_string(part.start) + '-' + std::to_string(part.start + part.length - 1));
        const std::vector<SourcePart> one{part};
        LAZ_CO_CHECK(co_await receive(std::move(fields), one, to));
    }
    co_return Result<>();
}

Task<Result<PartList>> ask_parts(const CopySource& source, std::string query, std::uint64_t size) {
    PartList parts;
    std::string marker;
    int barren = 0;
    do {
        const std::size_t before = parts.written.size() + parts.cleared.size();
        std::string page = query;
        if (!marker.empty()) page += "&marker=" + percent_encode(marker);
        LAZ_CO_TRY(const OutgoingAnswer answer, co_await source.ask(Method::get, page, Fields()));
        if (answer.status != 200) {
            co_return fail(refused_by_source(answer.status, answer.reason, answer.fields.find("x-ms-error-code").value_or("")));
        }
        LAZ_CO_TRY(const std::string body, co_await read_text(*answer.body, kMostListBytes));
        LAZ_CO_TRY(const XmlNode list, parse_xml(body));
        marker.clear();
        for (const XmlNode& node : list.children) {
            if (node.name == "NextMarker") marker = node.text;
            LAZ_CO_CHECK(add_part(node, size, parts));
        }
        barren = parts.written.size() + parts.cleared.size() == before ? barren + 1 : 0;
        if (barren > kMostBarrenPages) co_return fail(ErrorCode::cannot_verify_copy_source);
    } while (!marker.empty());
    co_return parts;
}

ContentRef brought_map(WriteTxn& tx, const ContentRef& before, std::uint64_t before_size, std::uint64_t size,
                       const Brought& brought) {
    ContentRef content = before;
    const auto change = [&](const ContentRef& changed) {
        if (content.encode() != changed.encode() && content.encode() != before.encode()) contents::release(tx, content);
        content = changed;
    };
    if (!content.empty() && before_size != size) change(contents::resize_map(tx, content, before_size, size));
    for (const SourcePart& part : brought.cleared) change(contents::clear_map(tx, content, size, part.start, part.length));
    for (const MovedPart& each : brought.moved) change(contents::write_map(tx, content, size, each.part.start, each.range));
    return content;
}

SourceFailure failure_of(const StorageError& error) {
    SourceFailure failure{info(error.code()).status, std::string(info(error.code()).name)};
    const auto* const details = error.details();
    if (details == nullptr) return failure;
    if (details->status != 0) failure.status = details->status;
    for (const auto& [name, value] : details->elements) {
        if (name == "CopySourceErrorCode") failure.code = value;
    }
    return failure;
}

bool may_pass(const StorageError& error) {
    const int status = failure_of(error).status;
    return error.code() == ErrorCode::cannot_verify_copy_source && (status >= 500 || status == 429 || status == 408);
}

Task<Result<std::string>> read_text(BodyReader& body, std::size_t most_bytes) {
    std::string text;
    while (true) {
        LAZ_CO_TRY(const ByteView piece, co_await body.read());
        if (piece.empty()) co_return text;
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (text.size() > most_bytes) co_return fail(ErrorCode::cannot_verify_copy_source);
    }
}

}  // namespace lazulite
