#include "table/domain/filter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kMostBoxes = 4096;

}  // namespace

/// Keys from `first` on, up to but without `end`.
struct Filter::Range {
    std::string first;
    std::optional<std::string> end;

    [[nodiscard]] bool empty() const { return end && *end <= first; }
    [[nodiscard]] bool is_one_key() const { return end && *end == first + '\0'; }

    static Range shared(const Range& a, const Range& b) {
        Range both{std::max(a.first, b.first), a.end};
        if (b.end && (!both.end || *b.end < *both.end)) both.end = b.end;
        return both;
    }
};

/// Partition keys in one range and row keys in another.
struct Filter::Box {
    Range partition;
    Range row;
};

bool Filter::matches(std::span<const std::optional<EdmValue>> values) const { return matches(nodes_[root_], values); }

bool Filter::matches(const Node& node, std::span<const std::optional<EdmValue>> values) const {
    const auto part_matches = [&](std::size_t part) { return matches(nodes_[part], values); };
    switch (node.kind) {
        case Kind::always: return true;
        case Kind::never: return false;
        case Kind::all: return std::all_of(node.parts.begin(), node.parts.end(), part_matches);
        case Kind::any: return std::any_of(node.parts.begin(), node.parts.end(), part_matches);
        case Kind::inverse: return !part_matches(node.parts.front());
        case Kind::flag: {
            const auto& value = values[node.slot];
            return value && value->type == EdmType::boolean && value->integer != 0;
        }
        case Kind::compared: {
            const auto& value = values[node.slot];
            if (!value || !comparable(value->type, node.literal.type)) return false;
            return meets(node.relation, compare(*value, node.value()));
        }
    }
    return false;
}

bool Filter::meets(Relation relation, std::partial_ordering order) {
    switch (relation) {
        case Relation::eq: return order == 0;
        case Relation::ne: return order != 0;
        case Relation::gt: return order > 0;
        case Relation::ge: return order >= 0;
        case Relation::lt: return order < 0;
        case Relation::le: return order <= 0;
    }
    return false;
}

Filter::Boxes Filter::boxes(const Node& node, bool inverted) const {
    const Boxes everywhere{Box{}};
    switch (node.kind) {
        case Kind::always:
        case Kind::never:
            if ((node.kind == Kind::always) != inverted) return everywhere;
            return {};
        case Kind::inverse: return boxes(nodes_[node.parts.front()], !inverted);
        case Kind::flag: return everywhere;
        case Kind::all:
        case Kind::any: break;
        case Kind::compared: {
            const std::string& name = properties_[node.slot];
            const bool partition = name == kPartitionKey;
            if (!partition && name != kRowKey) return everywhere;
            // A key always is a text: compared with anything else it meets nothing.
            if (node.literal.type != EdmType::string) return inverted ? everywhere : Boxes{};
            const std::string key = sortable(node.text);
            const std::string behind = key + '\0';
            constexpr Relation kInverse[] = {Relation::ne, Relation::eq, Relation::le,
                                             Relation::lt, Relation::ge, Relation::gt};
            std::vector<Range> ranges;
            switch (inverted ? kInverse[static_cast<std::size_t>(node.relation)] : node.relation) {
                case Relation::eq: ranges = {{key, behind}}; break;
                case Relation::ne: ranges = {{"", key}, {behind, std::nullopt}}; break;
                case Relation::gt: ranges = {{behind, std::nullopt}}; break;
                case Relation::ge: ranges = {{key, std::nullopt}}; break;
                case Relation::lt: ranges = {{"", key}}; break;
                case Relation::le: ranges = {{"", behind}}; break;
            }
            Boxes found;
            for (Range& range : ranges) {
                if (!range.empty()) found.push_back(partition ? Box{std::move(range), {}} : Box{{}, std::move(range)});
            }
            return found;
        }
    }
    Boxes all;
    if ((node.kind == Kind::any) != inverted) {
        for (const std::size_t part : node.parts) {
            Boxes more = boxes(nodes_[part], inverted);
            std::move(more.begin(), more.end(), std::back_inserter(all));
        }
        return all;
    }
    all = everywhere;
    for (const std::size_t part : node.parts) {
        const Boxes others = boxes(nodes_[part], inverted);
        if (all.size() * others.size() > kMostBoxes) continue;  // wider than need be: rows are looked at anyway
        Boxes both;
        for (const Box& a : all) {
            for (const Box& b : others) {
                Box box{Range::shared(a.partition, b.partition), Range::shared(a.row, b.row)};
                if (!box.partition.empty() && !box.row.empty()) both.push_back(std::move(box));
            }
        }
        all = std::move(both);
    }
    return all;
}

KeySpans Filter::spans() const {
    KeySpans spans;
    for (const Box& box : boxes(nodes_[root_], false)) {
        KeySpan span{{box.partition.first, box.row.first}, std::nullopt};
        if (box.partition.is_one_key() && box.row.end) {
            span.end = KeyPosition{box.partition.first, *box.row.end};
        } else if (box.partition.end) {
            span.end = KeyPosition{*box.partition.end, ""};
        }
        spans.push_back(std::move(span));
    }
    std::sort(spans.begin(), spans.end(), [](const KeySpan& a, const KeySpan& b) { return a.first < b.first; });
    KeySpans joined;
    for (KeySpan& span : spans) {
        if (joined.empty() || (joined.back().end && *joined.back().end < span.first)) {
            joined.push_back(std::move(span));
        } else if (joined.back().end && (!span.end || *joined.back().end < *span.end)) {
            joined.back().end = std::move(span.end);
        }
    }
    return joined;
}

bool Filter::is_its_spans() const {
    constexpr std::size_t kMostNodes = 12;  // each makes two boxes out of one at most
    static_assert(std::size_t{1} << kMostNodes <= kMostBoxes);
    const auto asks = [this](const Node& node) { return asks_of_keys(node); };
    if (nodes_.size() > kMostNodes || !std::all_of(nodes_.begin(), nodes_.end(), asks)) return false;
    const Boxes all = boxes(nodes_[root_], false);
    return std::all_of(all.begin(), all.end(), [](const Box& box) {
        return box.partition.is_one_key() || (box.row.first.empty() && !box.row.end);
    });
}

bool Filter::asks_of_keys(const Node& node) const {
    if (node.kind != Kind::compared) return node.kind != Kind::flag;
    return properties_[node.slot] == kPartitionKey || properties_[node.slot] == kRowKey;
}

EntityFilter::EntityFilter(const Filter& filter) : filter_(filter), values_(filter.properties().size()) {
    for (const std::string& name : filter.properties()) {
        const bool of_row = name == kPartitionKey || name == kRowKey || name == kTimestamp;
        (of_row ? asks_of_row_ : asks_of_properties_) = true;
    }
}

bool EntityFilter::matches(KeyView key, Instant timestamp, std::string_view packed) {
    const std::vector<std::string>& names = filter_.properties();
    std::size_t missing = names.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
        values_[i].reset();
        if (!asks_of_row_) continue;
        if (names[i] == kPartitionKey) values_[i] = EdmValue::of_string(key.partition);
        else if (names[i] == kRowKey) values_[i] = EdmValue::of_string(key.row);
        else if (names[i] == kTimestamp) values_[i] = EdmValue::of_integer(EdmType::date_time, tick_count(timestamp));
        if (values_[i]) --missing;
    }
    PropertyReader reader(packed);
    while (missing != 0) {
        const auto property = reader.next_packed();
        if (!property) break;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] != property->name) continue;
            values_[i] = property->value();
            --missing;
        }
    }
    return filter_.matches(values_);
}

}  // namespace lazulite::table
