#include <charconv>
#include <limits>

#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/source_blob.hpp"
#include "blob/ops/versions.hpp"
#include "service/listing.hpp"
#include "store/span_map.hpp"
#include "wire/date.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::blob {
namespace {

constexpr std::int64_t kMostRanges = 10'000;  // of one answer, since there are markers
constexpr std::size_t kFewSpans = 500;        // are looked at on the io thread

struct GetPageRanges {
    Guards guards;
    std::optional<std::string> marker;
    std::optional<std::int64_t> most;
};

template <class Codec>
void describe(Codec& c, GetPageRanges& m) {
    c.include(m.guards);
    c.query("marker", m.marker);
    c.query("maxresults", m.most, Between{1, kMostRanges, true});
}

Result<std::uint64_t> decode_offset(const std::optional<std::string>& marker) {
    LAZ_TRY(const std::string text, decode_marker(marker.value_or("")));
    std::uint64_t offset = 0;
    if (text.empty()) return offset;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (problem != std::errc() || end != text.data() + text.size()) return fail(ErrorCode::out_of_range_input);
    return offset;
}

/// What the request asks about, whole pages of it: all of the blob, or what of the range lies inside.
Result<contents::WrittenRange> asked_pages(const Request& request, std::uint64_t size) {
    const auto asked = range_of(request.fields);
    if (!asked) return contents::WrittenRange{0, size};
    if (asked->first >= size) return fail(ErrorCode::invalid_page_range);
    const std::uint64_t last = std::min(asked->last.value_or(size - 1), size - 1);
    return contents::WrittenRange{asked->first / kPageBytes * kPageBytes, (last / kPageBytes + 1) * kPageBytes};
}

/// `prevsnapshot`: which snapshot the changes are told from.
Result<Which> decode_previous(const Exchange& x) {
    const std::string_view* text = x.query.find("prevsnapshot");
    if (!text) return Which();
    const auto refused = [&](ErrorCode code) {
        return fail(StorageError(code).with("QueryParameterName", "prevsnapshot").with("QueryParameterValue", *text));
    };
    if (x.version < kPageRangesDiff) return refused(ErrorCode::unsupported_query_parameter);
    const auto id = parse_iso8601(*text);
    if (!id) return refused(ErrorCode::invalid_query_parameter_value);
    return Which({HistoryClass::snapshot, *id});
}

/// `x-ms-previous-snapshot-url`: the same by a URL, which authorizes itself. Reference: "Get Page Ranges", request headers.
Task<Result<Which>> find_previous(const Exchange& x) {
    constexpr std::string_view kHeader = "x-ms-previous-snapshot-url";
    LAZ_CO_TRY(const Which by_id, decode_previous(x));
    const std::string_view text = x.request.fields.value_or_empty(kHeader);
    if (text.empty() || x.version < kPreviousSnapshotUrl) co_return by_id;
    if (by_id) co_return fail(bad_header(kHeader, text));
    LAZ_CO_TRY(const auto source, CopySource::of(x, kHeader));
    const auto at = in_this_store(x, *source);
    const bool same = at && at->container == x.target.container && at->name == x.target.name;
    LAZ_CO_TRY(const Which which, decode_which(source->query()));
    if (!same || !which || which->kind != HistoryClass::snapshot) co_return fail(bad_header(kHeader, text));
    LAZ_CO_TRY(const OutgoingAnswer answer, co_await source->ask(Method::head, {}, Fields()));
    if (answer.status == 404) co_return fail(ErrorCode::previous_snapshot_not_found);
    if (answer.status / 100 != 2) {
        co_return fail(refused_by_source(answer.status, answer.reason, answer.fields.find("x-ms-error-code").value_or("")));
    }
    co_return which;
}

/// What the blob, in the state that is asked for, is compared with: nothing at all, or an earlier snapshot of it.
Result<Blob> load_previous(ReadTxn& tx, const Target& target, const Blob& blob, const Which& which, const Which& previous) {
    if (!previous) return Blob();
    if (which && which->kind == HistoryClass::snapshot && which->id < previous->id) return fail(ErrorCode::previous_snapshot_cannot_be_newer);
    LAZ_TRY(Place place, find_place(tx, target, previous));
    if (!place.blob) return fail(ErrorCode::previous_snapshot_not_found);
    if (place.blob->generation != blob.generation) return fail(ErrorCode::blob_overwritten);
    return *std::move(place.blob);
}

struct PageRanges {
    Blob blob;
    contents::ChangedRanges changed;
};

}  // namespace

/// And Get Page Ranges Diff, which tells the pages that were written since a snapshot, and those that were cleared.
Task<Result<Response>> get_page_ranges(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which previous, co_await find_previous(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(GetPageRanges command, decode<GetPageRanges>(x.request, x.query));
    const bool paged = x.version >= kPagedPageRanges;
    if (!paged) command.marker.reset();
    LAZ_CO_TRY(const std::uint64_t from, decode_offset(command.marker));
    const std::size_t most = paged ? static_cast<std::size_t>(command.most.value_or(kMostRanges))
                                   : std::numeric_limits<std::size_t>::max();

    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<PageRanges>> {
        LAZ_TRY(Found found, require_page_blob(tx, x.target, which));
        LAZ_CHECK(check_not_incremental(found.blob.copy));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_read_guards(x, command.guards, found.blob.tick));
        LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
        LAZ_TRY(const auto pages, asked_pages(x.request, found.blob.size));
        const bool little = effort == Effort::little;
        LAZ_TRY(const Blob older, load_previous(tx, x.target, found.blob, which, previous));
        auto changed = contents::changed_ranges(tx, found.blob.content, older.content, older.size,
                                                std::max(from, pages.first), pages.end, most,
                                                little ? kFewSpans : std::numeric_limits<std::size_t>::max());
        if (little && changed.next && changed.ranges.size() < most) return std::nullopt;
        return PageRanges{std::move(found.blob), std::move(changed)};
    };
    LAZ_CO_TRY(const PageRanges ranges, co_await long_read(x, read));

    XmlWriter xml;
    xml.open("PageList");
    for (const auto& range : ranges.changed.ranges) {
        xml.open(range.cleared ? "ClearRange" : "PageRange");
        xml.element("Start", std::to_string(range.first));
        xml.element("End", std::to_string(range.end - 1));
        xml.close();
    }
    if (paged) {
        xml.element("NextMarker", ranges.changed.next ? encode_marker(std::to_string(*ranges.changed.next)) : "");
    }
    xml.close();
    Response response;
    add_tick(response, ranges.blob.tick, x.version);
    response.fields.add("x-ms-blob-content-length", std::to_string(ranges.blob.size));
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite::blob
