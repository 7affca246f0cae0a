#include <vector>

#include "base/text.hpp"
#include "blob/domain/tag_filter.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/path_walk.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/tags.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

constexpr auto kFindIncludes = std::to_array<IncludeValue>({{"none"}, {"versions"}});

struct FindBlobsByTags {
    std::string where;
    std::optional<std::string> marker;
    std::optional<std::int64_t> max_results;
    bool versions = false;  ///< previous ones too
};

template <class Codec>
void describe(Codec& c, FindBlobsByTags& m) {
    c.query("where", m.where);
    c.query("marker", m.marker);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

/// Where a page begins: containers in the order of their names, within one the index of tags.
struct FindPlace {
    std::string container;
    TagPlace tag;
};

/// No part of a place holds a NUL.
std::string encode_place(const FindPlace& place) {
    std::string text = place.container;
    for (const std::string* part : {&place.tag.key, &place.tag.value, &place.tag.name}) (text += '\0') += *part;
    (text += '\0') += std::to_string(place.tag.tick);
    return encode_marker(text);
}

Result<FindPlace> decode_place(std::string_view marker) {
    LAZ_TRY(const std::string text, decode_marker(marker));
    FindPlace place;
    std::string_view rest = text;
    for (std::string* part : {&place.container, &place.tag.key, &place.tag.value, &place.tag.name}) {
        const std::string_view taken = rest.substr(0, rest.find('\0'));
        *part = taken;
        rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    }
    place.tag.tick = parse_number<std::int64_t>(rest).value_or(TagPlace::kFirst);
    return place;
}

/// Which blobs, in which of the containers.
struct Search {
    TagQuery query;
    TagQuery::Range range;
    std::optional<std::string> container;  ///< the only one
    FindPlace first;
    bool versions = false;
};

Result<Search> make_search(const Exchange& x, const FindBlobsByTags& command) {
    const bool everywhere = x.operation.scope == Scope::service;
    Search search;
    search.versions = command.versions;
    LAZ_TRY(search.query, TagQuery::parse(command.where, everywhere ? TagQuery::Level::account
                                                                    : TagQuery::Level::container));
    search.range = search.query.range();
    search.container = everywhere ? search.query.container() : std::optional(x.target.container);
    LAZ_TRY(search.first, decode_place(command.marker.value_or("")));
    return search;
}

struct FoundBlob {
    std::string container;
    std::string name;
    TagSet tags;
    std::optional<Instant> version;
    bool current = true;
};

void write_found(XmlWriter& xml, const FoundBlob& found, const Search& search, ServiceVersion version) {
    xml.open("Blob");
    write_blob_name(xml, found.name, version);
    xml.element("ContainerName", found.container);
    std::vector<BlobTag> asked;
    for (const BlobTag& tag : found.tags) {
        if (search.query.names(tag.key)) asked.push_back(tag);
    }
    if (version < kFoundTagSets) {
        xml.element("TagValue", asked.empty() ? "" : asked.front().value);
    } else if (const auto shown = TagSet::of(std::move(asked))) {
        write_tags(xml, *shown);
    }
    if (search.versions && found.version) {
        xml.element("VersionId", format_iso8601(*found.version));
        if (found.current) xml.element("IsCurrentVersion", "true");
    }
    xml.close();
}

/// Walks the range of the index, container after container. A page looks at so many rows and containers at most: where
/// few of them match, it is short.
class FindWalk {
  public:
    FindWalk(ReadTxn& tx, const Search& search, std::size_t most)
        : tx_(tx), search_(search), most_(most), steps_left_(std::max(most, kMostWalked)) {}

    /// Gives what matches to `write(FoundBlob)`; where the next page begins, if there is one.
    template <class Write>
    std::optional<FindPlace> run(Write write) {
        if (search_.container) {
            const auto container = find_container(tx_, *search_.container);
            if (!container) return std::nullopt;
            return in_container(*container, write);
        }
        std::optional<ContainerCursor> containers(std::in_place, tx_, search_.first.container);
        while (auto container = containers->next()) {
            if (steps_left_ == 0) return FindPlace{container->name, start()};
            --steps_left_;
            if (auto next = in_container(*container, write)) return next;
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] TagPlace start() const { return {search_.range.key.value_or(""), search_.range.first, "", TagPlace::kFirst}; }

    template <class Write>
    std::optional<FindPlace> in_container(const Container& container, Write& write) {
        const bool resumed = container.name == search_.first.container;
        if (container.hierarchical) return in_tree(container, resumed ? search_.first.tag.name : std::string(), write);
        TagCursor rows(tx_, container.root_dir_id, resumed ? search_.first.tag : start(), search_.versions);
        while (rows.next()) {
            if (search_.range.key && rows.key() != *search_.range.key) break;
            if (search_.range.last && rows.value() > *search_.range.last) break;
            if (written_ == most_ || steps_left_ == 0) {
                return FindPlace{container.name, rows.place()};
            }
            --steps_left_;
            const BlobKey key{container.root_dir_id, std::string(rows.name())};
            const auto blob = rows.which() ? find_history(tx_, key, *rows.which()) : find_blob(tx_, key);
            if (!blob) continue;
            TagSet tags = TagSet::unpack(blob->tags);
            if (!search_.query.matches(tags)) continue;
            // Without a key in the query a blob stands in the range once for each tag: the first one counts.
            if (!search_.range.key && tags.begin()->key != rows.key()) continue;
            write(FoundBlob{container.name, key.name, std::move(tags), blob->version, !rows.which()});
            ++written_;
        }
        return std::nullopt;
    }

    /// The index is of one directory each: all paths are looked at, in their order.
    template <class Write>
    std::optional<FindPlace> in_tree(const Container& container, const std::string& first, Write& write) {
        const ListFilter all;
        PathWalk walk(tx_, container.root_dir_id, all, first);
        for (;;) {
            ListedBlob entry;
            if (!walk.next(entry)) return std::nullopt;
            if (written_ == most_ || steps_left_ == 0) {
                return FindPlace{container.name, {"", "", position_of(all, entry), TagPlace::kFirst}};
            }
            --steps_left_;
            TagSet tags = TagSet::unpack(entry.blob->tags);
            if (entry.blob->tags.empty() || !search_.query.matches(tags)) continue;
            write(FoundBlob{container.name, entry.name, std::move(tags), std::nullopt, true});
            ++written_;
        }
    }

    ReadTxn& tx_;
    const Search& search_;
    std::size_t most_;
    std::size_t steps_left_;
    std::size_t written_ = 0;
};

}  // namespace

/// Also in one container.
Task<Result<Response>> find_blobs_by_tags(Exchange& x) {
    LAZ_CO_CHECK(check_no_conditions(x.request));
    if (x.operation.scope == Scope::container) LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(FindBlobsByTags command, decode<FindBlobsByTags>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kFindIncludes, x.version));
    command.versions = includes(include, "versions");
    LAZ_CO_TRY(const Search search, make_search(x, command));
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        if (x.operation.scope == Scope::container) LAZ_CHECK(require_container(tx, x.target.container));
        XmlWriter xml(size.expected_bytes);
        xml.open("EnumerationResults", {{"ServiceEndpoint", x.target.endpoint()}});
        xml.element("Where", command.where);
        xml.open("Blobs");
        const auto next = FindWalk(tx, search, size.most).run([&](const FoundBlob& found) {
            write_found(xml, found, search, x.version);
        });
        xml.close();
        xml.element("NextMarker", next ? encode_place(*next) : "");
        xml.close();
        return Page{xml.take(), next.has_value()};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::blob
