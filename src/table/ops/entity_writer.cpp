#include "table/ops/entity_writer.hpp"

#include <algorithm>

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

void EntityWriter::begin_page() {
    if (level_ == OdataLevel::atom) {
        std::string feed;
        begin_atom_feed(feed, target_.endpoint(), table_, now_);
        return text_.append(feed);
    }
    text_.append("{");
    if (level_ != OdataLevel::none) {
        append_control(text_, "metadata", target_.endpoint() + "$metadata#" + std::string(table_));
    }
    text_.append("\"value\":[");
}

void EntityWriter::append(KeyView key, Instant timestamp, std::string_view packed) {
    if (level_ == OdataLevel::atom) return append_entry(key, timestamp, packed, false);
    text_.append(text_.last() == '}' ? ",{" : "{");
    append_members(key, timestamp, packed);
}

std::string EntityWriter::end_page() {
    text_.append(level_ == OdataLevel::atom ? kEndOfAtomFeed : "]}");
    return text_.take();
}

std::string EntityWriter::single(KeyView key, Instant timestamp, std::string_view packed) {
    if (level_ == OdataLevel::atom) {
        append_entry(key, timestamp, packed, true);
        return text_.take();
    }
    text_.append("{");
    if (level_ != OdataLevel::none) {
        append_control(text_, "metadata", target_.endpoint() + "$metadata#" + std::string(table_) + "/@Element");
    }
    append_members(key, timestamp, packed);
    return text_.take();
}

/// Calls `each(name, value)` for what is shown, in its order; a null pointer for what is not there.
template <class Each>
void EntityWriter::each_property(KeyView key, Instant timestamp, std::string_view packed, Each each) const {
    const EdmValue partition = EdmValue::of_string(key.partition);
    const EdmValue row = EdmValue::of_string(key.row);
    const EdmValue when = EdmValue::of_integer(EdmType::date_time, tick_count(timestamp));
    PropertyReader reader(packed);
    if (!select_) {
        each(kPartitionKey, &partition);
        each(kRowKey, &row);
        each(kTimestamp, &when);
        while (const auto property = reader.next_packed()) {
            const EdmValue value = property->value();
            each(property->name, &value);
        }
        return;
    }
    std::vector<std::optional<EdmValue>> values(select_->size());
    const auto set = [&](std::string_view name, const EdmValue& value) {
        const auto at = std::find(select_->begin(), select_->end(), name);
        if (at != select_->end()) values[static_cast<std::size_t>(at - select_->begin())] = value;
    };
    while (const auto property = reader.next()) set(property->name, property->value);
    set(kPartitionKey, partition);
    set(kRowKey, row);
    set(kTimestamp, when);
    for (std::size_t i = 0; i < values.size(); ++i) {
        each(std::string_view((*select_)[i]), values[i] ? &*values[i] : nullptr);
    }
}

void EntityWriter::append_members(KeyView key, Instant timestamp, std::string_view packed) {
    if (level_ == OdataLevel::full) {
        const std::string path = entity_path(table_, key);
        append_control(text_, "type", target_.account + "." + std::string(table_));
        append_control(text_, "id", target_.endpoint() + path);
        append_etag(text_, timestamp);
        append_control(text_, "editLink", path);
    } else if (level_ == OdataLevel::minimal) {
        append_etag(text_, timestamp);
    }
    std::size_t place = 0;
    each_property(key, timestamp, packed,
                  [&](std::string_view name, const EdmValue* value) { json_.append(place++, name, value); });
    text_.append("}");
}

void EntityWriter::append_entry(KeyView key, Instant timestamp, std::string_view packed, bool alone) {
    const AtomEntry entry{target_.endpoint(),     entity_path(table_, key),
                          std::string(table_),    target_.account + "." + std::string(table_),
                          entity_etag(timestamp), now_};
    std::vector<AtomProperty> properties;
    each_property(key, timestamp, packed, [&](std::string_view name, const EdmValue* value) {
        properties.push_back({name, value != nullptr ? std::optional(*value) : std::nullopt});
    });
    std::string text;
    append_atom_entry(text, entry, properties, alone);
    text_.append(text);
}

}  // namespace lazulite::table
