#include <limits>

#include "file/domain/ranges.hpp"
#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"
#include "service/listing.hpp"
#include "store/span_map.hpp"
#include "wire/range.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::file {
namespace {

constexpr std::int64_t kMostRanges = 10'000;
constexpr std::size_t kFewSpans = 500;  // are looked at at once, and on the io thread
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max() / 2;

struct ListRanges {
    LeaseGuard guards;
    std::optional<bool> support_rename;
    std::optional<std::string> marker;
    std::optional<std::int64_t> most;
};

template <class Codec>
void describe(Codec& c, ListRanges& m) {
    c.include(m.guards);
    c.header("x-ms-file-support-rename", m.support_rename);
    c.query("marker", m.marker);
    c.query("maxresults", m.most, Between{1, kMostRanges, true});
}

Result<std::uint64_t> decode_offset(const std::optional<std::string>& marker) {
    LAZ_TRY(const std::string text, decode_marker(marker.value_or("")));
    if (text.empty()) return std::uint64_t{0};
    const auto offset = parse_number<std::uint64_t>(text);
    if (!offset) return fail(ErrorCode::out_of_range_input);
    return *offset;
}

/// What the request asks about: all of the file, or what of the range lies inside.
Result<contents::WrittenRange> asked_range(const Request& request, std::uint64_t size) {
    const auto asked = range_of(request.fields);
    if (!asked) return contents::WrittenRange{0, size};
    LAZ_TRY(const ResolvedRange range, resolve(*asked, size));
    return contents::WrittenRange{range.first, range.first + range.length};
}

/// What the file was at an earlier snapshot: the same file by its name or, where that may have changed, by its id. Fails with
/// previous_snapshot_not_found, also for a file that was not there then, or file_generation_mismatch where it was made anew since.
Result<Node> load_previous(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path, const Node& file,
                           const AsOf& previous, bool by_id) {
    std::optional<Node> before;
    if (by_id) {
        if (open_view(tx, x.target, previous)) before = find_node(tx, file.id, previous);
    } else if (auto place = find_place(tx, x.target, path, previous)) {
        before = std::move(place->node);
    }
    if (!before) return fail(ErrorCode::previous_snapshot_not_found);
    if (before->id != file.id || before->made != file.made) return fail(ErrorCode::file_generation_mismatch);
    return *std::move(before);
}

struct Ranges {
    Node file;
    std::vector<FileRange> ranges;
    std::optional<std::uint64_t> next;
};

/// At most `most` ranges of a file, or what is otherwise than in `older`. Nothing where that is more than little effort.
std::optional<Ranges> find_ranges(ReadTxn& tx, const Node& file, const Node& older, contents::WrittenRange asked, std::size_t most,
                                  Effort effort) {
    Ranges found{file, {}, asked.first};
    // What is written at two places of one piece is one range, and one that is the last so far may yet be joined to the one
    // before it: where the page ends is known with two more.
    const auto whole = [&] { return !found.next || found.ranges.size() >= most + 2; };
    while (!whole()) {
        const auto changed =
            contents::changed_ranges(tx, file.content, older.content, older.size, *found.next, asked.end, kNoLimit, kFewSpans);
        for (const auto& range : changed.ranges) add_range(found.ranges, {range.first, range.end, range.cleared}, file.size);
        found.next = changed.next;
        if (effort == Effort::little && !whole()) return std::nullopt;
    }
    found.next.reset();
    if (found.ranges.size() > most) {
        found.next = found.ranges[most].first;
        found.ranges.resize(most);
    }
    return found;
}

}  // namespace

/// With `prevsharesnapshot` those that were written since that snapshot, and those that were cleared.
Task<Result<Response>> list_ranges(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const AsOf previous, decode_snapshot(x.query, "prevsharesnapshot"));
    if (previous && x.version < kRangesDiff) {
        co_return fail(StorageError(ErrorCode::unsupported_query_parameter).with("QueryParameterName", "prevsharesnapshot"));
    }
    if (previous && as_of && *previous > *as_of) co_return fail(ErrorCode::previous_snapshot_cannot_be_newer);
    LAZ_CO_TRY(const ListRanges command, decode<ListRanges>(x.request, x.query));
    const bool paged = x.version >= kPagedRanges;
    LAZ_CO_TRY(const std::uint64_t from, decode_offset(paged ? command.marker : std::nullopt));
    const std::size_t most = paged && command.most ? static_cast<std::size_t>(*command.most) : paged ? kMostRanges : kNoLimit;

    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Ranges>> {
        LAZ_TRY(FilePlace place, require_file(tx, x.target, path, as_of));
        const Node& file = *place.node;
        if (!as_of) LAZ_CHECK(check_file_lease(LeaseUse::read, command.guards.lease_id, file.lease, tx.now()));
        LAZ_TRY(const auto asked, asked_range(x.request, file.size));
        Node older;
        if (previous) {
            LAZ_TRY(older, load_previous(tx, x, path, file, previous, command.support_rename.value_or(false)));
        }
        return find_ranges(tx, file, older, {std::max(from, asked.first), asked.end}, most, effort);
    };
    LAZ_CO_TRY(const Ranges found, co_await long_read(x, read));

    XmlWriter xml;
    xml.open("Ranges");
    for (const FileRange& range : found.ranges) {
        xml.open(range.cleared ? "ClearRange" : "Range");
        xml.element("Start", std::to_string(range.first));
        xml.element("End", std::to_string(range.end - 1));
        xml.close();
    }
    if (paged) xml.element("NextMarker", found.next ? encode_marker(std::to_string(*found.next)) : "");
    xml.close();
    Response response;
    add_tick(response, found.file.tick);
    response.fields.add("x-ms-content-length", std::to_string(found.file.size));
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite::file
