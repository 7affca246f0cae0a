#include <deque>

#include "file/ops/operations.hpp"
#include "file/ops/share_properties.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::file {
namespace {

constexpr IncludeValue kShareIncludes[] = {{"metadata"}, {"snapshots", kShareSnapshots}, {"deleted", kDeletedShares}};

/// A share or a snapshot of one.
struct ListedShare {
    std::string name;
    Share share;
    std::optional<ShareSnapshot> snapshot;
};

/// Where a page begins: the name, and behind a NUL when what it begins with was deleted, and behind another one when that
/// snapshot of it was taken; ticks in decimal. Neither: the live share.
struct ListPlace {
    std::string name;
    Instant deleted = Instant::max();
    std::optional<Instant> snapshot;
};

std::string marker_of(const ListedShare& entry) {
    std::string text = entry.name + '\0' + (entry.share.deleted ? std::to_string(tick_count(entry.share.deleted->deleted)) : "");
    if (entry.snapshot) text += '\0' + std::to_string(tick_count(entry.snapshot->taken));
    return text;
}

Result<ListPlace> parse_place(const std::string& text) {
    ListPlace place;
    const std::size_t first = text.find('\0');
    place.name = text.substr(0, first);
    if (first == std::string::npos) {
        place.deleted = Instant::min();
        return place;
    }
    const std::size_t second = text.find('\0', first + 1);
    const std::string deleted = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    const auto ticks = [](const std::string& number) { return parse_number<std::int64_t>(number); };
    if (!deleted.empty()) {
        if (!ticks(deleted)) return fail(ErrorCode::out_of_range_input);
        place.deleted = instant_of(*ticks(deleted));
    }
    if (second != std::string::npos) {
        const auto taken = ticks(text.substr(second + 1));
        if (!taken) return fail(ErrorCode::out_of_range_input);
        place.snapshot = instant_of(*taken);
    }
    return place;
}

/// Walks shares and, where they are asked for, the snapshots of each before it, the oldest first.
class ListedShares {
  public:
    ListedShares(ReadTxn& tx, const ListPlace& from, bool deleted, bool snapshots)
        : tx_(tx),
          from_(from),
          shares_(deleted ? ShareCursor(tx, from_.name, from_.deleted) : ShareCursor(tx, from_.name)),
          snapshots_(snapshots) {}

    std::optional<ListedShare> next() {
        if (waiting_.empty()) read_share();
        if (waiting_.empty()) return std::nullopt;
        ListedShare entry = std::move(waiting_.front());
        waiting_.pop_front();
        return entry;
    }

  private:
    void read_share() {
        auto share = shares_.next();
        if (!share) return;
        const bool begins_here = first_ && share->name == from_.name;
        first_ = false;
        // A page that goes on with the share itself has shown its snapshots.
        const bool shown = begins_here && from_.deleted != Instant::min() && !from_.snapshot;
        if (snapshots_ && !shown) {
            for (ShareSnapshot& snapshot : snapshots_of(tx_, share->id)) {
                if (begins_here && from_.snapshot && snapshot.taken < *from_.snapshot) continue;
                waiting_.push_back({share->name, *share, std::move(snapshot)});
            }
        }
        waiting_.push_back({share->name, *std::move(share), std::nullopt});
    }

    ReadTxn& tx_;
    const ListPlace& from_;
    ShareCursor shares_;
    bool snapshots_;
    bool first_ = true;
    std::deque<ListedShare> waiting_;
};

}  // namespace

Task<Result<Response>> list_shares(Exchange& x) {
    LAZ_CO_TRY(const ListNames command, decode<ListNames>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kShareIncludes, x.version));
    LAZ_CO_TRY(const std::string marker, decode_marker(command.marker.value_or("")));
    const std::string prefix = command.prefix.value_or("");
    LAZ_CO_TRY(const ListPlace from, parse_place(std::max(prefix, marker)));

    const auto write = [&, now = x.store->now()](XmlWriter& xml, const ListedShare& entry) {
        const auto& deleted = entry.share.deleted;
        if (entry.snapshot) xml.element("Snapshot", format_iso8601(entry.snapshot->taken));
        if (deleted) {
            xml.element("Version", share_version(deleted->deleted));
            xml.element("Deleted", "true");
        }
        const ShareProperties& properties = entry.snapshot ? entry.snapshot->properties : entry.share.properties;
        XmlEncoder encoder(xml);
        xml.open("Properties");
        describe(encoder, ShownShare{properties, entry.snapshot ? entry.snapshot->lease : entry.share.lease, deleted, x.version, now});
        xml.close();
        if (includes(include, "metadata")) write_metadata(xml, properties.metadata);
    };
    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        ListedShares shares(tx, from, includes(include, "deleted"), includes(include, "snapshots"));
        return page_of_names(x, std::move(shares), "Shares", "Share", prefix, size, write, marker_of);
    };
    Result<Response> response = co_await answer_with_page(x, command.most(), make_page);
    co_return response;
}

}  // namespace lazulite::file
