#include "table/ops/entity_writer.hpp"

#include <algorithm>
#include <utility>

#include "table/ops/atom.hpp"
#include "table/ops/common.hpp"

namespace lazulite::table {
namespace {

void append_control(Pen& to, std::string_view name, std::string_view value) {
    to.append("\"odata.");
    to.append(name);
    to.append("\":");
    append_json_string(to, value);
    to.append(",");
}

void append_etag(Pen& to, Instant timestamp) {
    constexpr std::string_view kStart = R"("odata.etag":"W/\"datetime')";
    constexpr std::string_view kEnd = R"('\"",)";
    to.need(kStart.size() + kLongestValueText + kEnd.size());
    to.put(kStart);
    to.move_to(write_etag_time(to.at(), timestamp));
    to.put(kEnd);
}

}  // namespace

Result<std::optional<std::vector<std::string>>> parse_select(const Query& query) {
    std::string_view rest = query.value_or_empty("$select");
    if (rest.empty()) return std::nullopt;
    std::vector<std::string> names;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const std::string_view name = trim(rest.substr(0, comma));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        if (name == "*") return std::nullopt;
        if (!check_property_name(name)) return fail(ErrorCode::invalid_input);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    }
    if (names.size() > kMostProperties) return fail(ErrorCode::invalid_input);
    return names;
}

void EntityWriter::begin_page(Pen& to) const {
    if (level_ == OdataLevel::atom) {
        std::string feed;
        begin_atom_feed(feed, target_.endpoint(), table_, now_);
        return to.append(feed);
    }
    to.append("{");
    if (level_ != OdataLevel::none) {
        append_control(to, "metadata", target_.endpoint() + "$metadata#" + std::string(table_));
    }
    to.append("\"value\":[");
}

void EntityWriter::append(Pen& to, KeyView key, Instant timestamp, std::string_view packed) const {
    if (level_ == OdataLevel::atom) {
        std::string entry;
        append_entry(entry, key, timestamp, packed, false);
        return to.append(entry);
    }
    to.append(to.last() == '}' ? ",{" : "{");
    append_members(to, key, timestamp, packed);
}

void EntityWriter::end_page(Pen& to) const { to.append(level_ == OdataLevel::atom ? kEndOfAtomFeed : "]}"); }

std::string EntityWriter::single(const Entity& entity) const {
    const std::string& packed = entity.properties.bytes();
    if (level_ == OdataLevel::atom) {
        std::string body;
        append_entry(body, entity.key, entity.timestamp, packed, true);
        return body;
    }
    Pen body;
    body.append("{");
    if (level_ != OdataLevel::none) {
        append_control(body, "metadata", target_.endpoint() + "$metadata#" + std::string(table_) + "/@Element");
    }
    append_members(body, entity.key, entity.timestamp, packed);
    return body.take();
}

/// Calls `each(name, optional<EdmValue>)` for what is shown, in its order.
template <class Each>
void EntityWriter::each_property(KeyView key, Instant timestamp, std::string_view packed, Each each) const {
    const EdmValue when = EdmValue::of_integer(EdmType::date_time, tick_count(timestamp));
    PropertyReader reader(packed);
    if (!select_) {
        each(kPartitionKey, std::optional(EdmValue::of_string(key.partition)));
        each(kRowKey, std::optional(EdmValue::of_string(key.row)));
        each(kTimestamp, std::optional(when));
        while (const auto property = reader.next()) each(property->name, std::optional(property->value));
        return;
    }
    std::vector<std::optional<EdmValue>> values(select_->size());
    const auto set = [&](std::string_view name, const EdmValue& value) {
        const auto at = std::find(select_->begin(), select_->end(), name);
        if (at != select_->end()) values[static_cast<std::size_t>(at - select_->begin())] = value;
    };
    while (const auto property = reader.next()) set(property->name, property->value);
    set(kPartitionKey, EdmValue::of_string(key.partition));
    set(kRowKey, EdmValue::of_string(key.row));
    set(kTimestamp, when);
    for (std::size_t i = 0; i < values.size(); ++i) each(std::string_view((*select_)[i]), values[i]);
}

void EntityWriter::append_members(Pen& to, KeyView key, Instant timestamp, std::string_view packed) const {
    if (level_ == OdataLevel::full) {
        const std::string path = entity_path(table_, key);
        append_control(to, "type", target_.account + "." + std::string(table_));
        append_control(to, "id", target_.endpoint() + path);
        append_etag(to, timestamp);
        append_control(to, "editLink", path);
    } else if (level_ == OdataLevel::minimal) {
        append_etag(to, timestamp);
    }
    bool first = true;
    each_property(key, timestamp, packed, [&](std::string_view name, const std::optional<EdmValue>& value) {
        if (!std::exchange(first, false)) to.append(",");
        // The type of Timestamp goes without saying, but for the full level.
        const bool untyped = name == kTimestamp && level_ == OdataLevel::minimal;
        if (value) return append_json_property(to, name, *value, untyped ? OdataLevel::none : level_);
        append_json_string(to, name);
        to.append(":null");
    });
    to.append("}");
}

void EntityWriter::append_entry(std::string& to, KeyView key, Instant timestamp, std::string_view packed,
                                bool alone) const {
    const AtomEntry entry{target_.endpoint(),     entity_path(table_, key),
                          std::string(table_),    target_.account + "." + std::string(table_),
                          entity_etag(timestamp), now_};
    std::vector<AtomProperty> properties;
    each_property(key, timestamp, packed, [&](std::string_view name, const std::optional<EdmValue>& value) {
        properties.push_back({name, value});
    });
    append_atom_entry(to, entry, properties, alone);
}

}  // namespace lazulite::table
