#include "table/domain/entity_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "base/text_writers.hpp"
#include "table/domain/flat_json.hpp"
#include "table/domain/json_bytes.hpp"

namespace lazulite::table {
namespace {

constexpr std::string_view kTypeSuffix = "@odata.type";
constexpr std::size_t kUsualProperties = 16;

Result<> parse_object(FlatJson& json, std::string_view body) {
    const FlatJson::Outcome outcome = json.parse(body);
    if (outcome == FlatJson::Outcome::nested) return fail(ErrorCode::invalid_value_type);
    if (outcome == FlatJson::Outcome::malformed) return fail(ErrorCode::invalid_input);
    std::vector<std::string_view> names;
    names.reserve(json.members().size());
    for (const JsonMember& member : json.members()) names.push_back(member.name);
    std::sort(names.begin(), names.end(), [](std::string_view a, std::string_view b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;  // most differ in size
    });
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
        return fail(ErrorCode::duplicate_properties_specified);
    }
    return {};
}

/// A value, and its bytes where they are no others'.
struct Owned {
    EdmValue value;
    std::string bytes;
};

tl::unexpected<StorageError> not_of_type(std::string_view name, EdmType type) {
    return fail(StorageError(ErrorCode::invalid_input)
                    .saying("The value of property '" + std::string(name) + "' is not a valid " +
                            std::string(name_of(type)) + "."));
}

Result<Owned> inferred(const JsonMember& member) {
    if (const bool* flag = std::get_if<bool>(&member.value)) {
        return Owned{EdmValue::of_integer(EdmType::boolean, *flag ? 1 : 0), {}};
    }
    if (const double* number = std::get_if<double>(&member.value)) return Owned{EdmValue::of_real(*number), {}};
    if (const auto* whole = std::get_if<std::int64_t>(&member.value)) {
        const bool fits = std::in_range<std::int32_t>(*whole);
        return Owned{
            fits ? EdmValue::of_integer(EdmType::int32, *whole) : EdmValue::of_real(static_cast<double>(*whole)), {}};
    }
    return Owned{EdmValue::of_string(std::get<std::string_view>(member.value)), {}};
}

Result<Owned> typed_integer(const JsonMember& member, EdmType type) {
    const auto* whole = std::get_if<std::int64_t>(&member.value);
    const auto* text = std::get_if<std::string_view>(&member.value);
    const auto number = whole ? std::optional(*whole) : text ? parse_number<std::int64_t>(*text) : std::nullopt;
    const bool fits = number && (type == EdmType::int64 || std::in_range<std::int32_t>(*number));
    if (!fits) return not_of_type(member.name, type);
    return Owned{EdmValue::of_integer(type, *number), {}};
}

Result<Owned> typed_real(const JsonMember& member) {
    if (const double* number = std::get_if<double>(&member.value)) return Owned{EdmValue::of_real(*number), {}};
    if (const auto* whole = std::get_if<std::int64_t>(&member.value)) {
        return Owned{EdmValue::of_real(static_cast<double>(*whole)), {}};
    }
    const auto* text = std::get_if<std::string_view>(&member.value);
    const auto number = text ? parse_real(*text) : std::nullopt;
    if (!number) return not_of_type(member.name, EdmType::real);
    return Owned{EdmValue::of_real(*number), {}};
}

Result<Owned> typed_boolean(const JsonMember& member) {
    if (const bool* flag = std::get_if<bool>(&member.value)) {
        return Owned{EdmValue::of_integer(EdmType::boolean, *flag ? 1 : 0), {}};
    }
    const auto* text = std::get_if<std::string_view>(&member.value);
    if (text && (equals_ignoring_case(*text, "true") || equals_ignoring_case(*text, "false"))) {
        return Owned{EdmValue::of_integer(EdmType::boolean, equals_ignoring_case(*text, "true") ? 1 : 0), {}};
    }
    return not_of_type(member.name, EdmType::boolean);
}

Result<Owned> typed(const JsonMember& member, EdmType type) {
    switch (type) {
        case EdmType::int32:
        case EdmType::int64: return typed_integer(member, type);
        case EdmType::real: return typed_real(member);
        case EdmType::boolean: return typed_boolean(member);
        case EdmType::string:
        case EdmType::date_time:
        case EdmType::guid:
        case EdmType::binary: break;
    }
    const auto* const text = std::get_if<std::string_view>(&member.value);
    if (!text) return not_of_type(member.name, type);
    if (type == EdmType::string) return Owned{EdmValue::of_string(*text), {}};
    if (type == EdmType::date_time) {
        LAZ_TRY(const std::int64_t ticks, parse_date_time(*text));
        return Owned{EdmValue::of_integer(type, ticks), {}};
    }
    auto bytes = type == EdmType::guid ? parse_guid(*text) : base64_decode(*text);
    if (!bytes) return not_of_type(member.name, type);
    return Owned{{type, {}}, *std::move(bytes)};
}

bool is_control(std::string_view name) {
    return name.starts_with("odata.") ||
           (name.find('@') != std::string_view::npos && name.find("@odata.") != std::string_view::npos);
}

class EntityParser {
  public:
    explicit EntityParser(const std::vector<JsonMember>& members) : members_(members) { types_.reserve(kUsualProperties); }

    /// `bytes` is how long the JSON is.
    Result<EntityContent> parse(std::size_t bytes) {
        content_.properties.reserve(bytes);
        gather_types();
        for (const JsonMember& member : members_) {
            if (is_control(member.name) || member.name == kTimestamp) continue;
            LAZ_CHECK(take(member));
        }
        return std::move(content_);
    }

  private:
    void gather_types() {
        for (const JsonMember& member : members_) {
            const std::string_view name = member.name;
            const auto* type = std::get_if<std::string_view>(&member.value);
            if (name.ends_with(kTypeSuffix) && type) {
                types_.emplace_back(name.substr(0, name.size() - kTypeSuffix.size()), *type);
            }
        }
    }

    Result<std::optional<EdmType>> named_type(std::string_view name) const {
        const auto at = std::find_if(types_.begin(), types_.end(), [&](const auto& row) { return row.first == name; });
        if (at == types_.end()) return std::nullopt;
        const auto type = value_of<EdmType>(at->second);
        if (!type) {
            return fail(StorageError(ErrorCode::invalid_input)
                            .saying("The type '" + std::string(at->second) + "' of property '" + std::string(name) +
                                    "' is not supported."));
        }
        return type;
    }

    Result<> take(const JsonMember& member) {
        const bool key = member.name == kPartitionKey || member.name == kRowKey;
        LAZ_TRY(const auto type, named_type(member.name));
        if (std::holds_alternative<std::monostate>(member.value)) {
            if (key) return fail(ErrorCode::properties_need_value);
            return check_property_name(member.name);
        }
        LAZ_TRY(Owned owned, type ? typed(member, *type) : inferred(member));
        const EdmType kind = owned.value.type;
        if (kind == EdmType::binary || kind == EdmType::guid) owned.value.bytes = owned.bytes;
        if (key) {
            if (kind != EdmType::string) return not_of_type(member.name, EdmType::string);
            LAZ_CHECK(check_key(owned.value.bytes));
            (member.name == kPartitionKey ? content_.partition_key : content_.row_key) = owned.value.bytes;
            return {};
        }
        LAZ_CHECK(check_property_name(member.name));
        LAZ_CHECK(check_value(owned.value));
        if (++count_ > kMostProperties) return fail(ErrorCode::too_many_properties);
        content_.properties.add(member.name, owned.value);
        return {};
    }

    const std::vector<JsonMember>& members_;
    std::vector<std::pair<std::string_view, std::string_view>> types_;
    EntityContent content_;
    std::size_t count_ = 0;
};

/// Whether JSON's own form of the value says its type.
bool json_says(const EdmValue& value) {
    switch (value.type) {
        case EdmType::string:
        case EdmType::int32:
        case EdmType::boolean: return true;
        case EdmType::real: return std::isfinite(value.real);
        case EdmType::int64:
        case EdmType::date_time:
        case EdmType::guid:
        case EdmType::binary: break;
    }
    return false;
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void put_escaped(Pen& to, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    to.put('\\');
    switch (c) {
        case '"':
        case '\\': return to.put(c);
        case '\n': return to.put('n');
        case '\r': return to.put('r');
        case '\t': return to.put('t');
        default:
            to.put("u00");
            to.put(kDigits[static_cast<unsigned char>(c) >> 4]);
            to.put(kDigits[c & 15]);
    }
}

/// Any but a String or Binary, as it stands between quotes or alone.
char* write_value(char* to, const EdmValue& value) {
    switch (value.type) {
        case EdmType::int32:
        case EdmType::int64: return std::to_chars(to, to + kLongestValueText, value.integer).ptr;
        case EdmType::real: return write_real(to, value.real);
        case EdmType::boolean: {
            const std::string_view word = value.integer != 0 ? "true" : "false";
            return std::copy(word.begin(), word.end(), to);
        }
        case EdmType::date_time: return write_date_time(to, value.integer);
        case EdmType::guid: return write_guid(to, value.bytes);
        case EdmType::string:
        case EdmType::binary: break;
    }
    return to;
}

/// What stands between the quotes, with room for the second one.
void append_escaped(Pen& to, std::string_view text) {
    constexpr std::size_t kLongestEscape = 6;
    to.need(text.size() + 1);
    while (text.size() >= sizeof(EightBytes) && first_escape(eight_bytes(text.data())) == 0) {
        to.put({text.data(), sizeof(EightBytes)});
        text.remove_prefix(sizeof(EightBytes));
    }
    for (; !text.empty(); text.remove_prefix(1)) {
        if (!needs_escape(text.front())) {
            to.put(text.front());
            continue;
        }
        to.need(kLongestEscape + text.size());
        put_escaped(to, text.front());
    }
}

/// Without quotes, with room for one.
void append_json_value(Pen& to, const EdmValue& value) {
    if (value.type == EdmType::string) return append_escaped(to, value.bytes);
    if (value.type == EdmType::binary) {
        to.need(base64_length(value.bytes.size()) + 1);
        return to.move_to(write_base64(to.at(), as_bytes(value.bytes)));
    }
    to.need(kLongestValueText + 1);
    to.move_to(write_value(to.at(), value));
}

}  // namespace

Result<EntityContent> parse_entity_json(std::string_view body) {
    FlatJson json;
    LAZ_CHECK(parse_object(json, body));
    return EntityParser(json.members()).parse(body.size());
}

Result<std::string> parse_table_json(std::string_view body) {
    FlatJson json;
    LAZ_CHECK(parse_object(json, body));
    for (const JsonMember& member : json.members()) {
        if (member.name != "TableName") continue;
        if (const auto* const name = std::get_if<std::string_view>(&member.value)) return std::string(*name);
        if (std::holds_alternative<std::monostate>(member.value)) break;
        return not_of_type(member.name, EdmType::string);
    }
    return fail(ErrorCode::properties_need_value);
}

void append_value_text(std::string& to, const EdmValue& value) {
    if (value.type == EdmType::string) {
        to += value.bytes;
    } else if (value.type == EdmType::binary) {
        to += base64_encode(as_bytes(value.bytes));
    } else {
        std::array<char, kLongestValueText> text;
        to.append(text.data(), write_value(text.data(), value));
    }
}

void append_json_string(Pen& to, std::string_view text) {
    to.append("\"");
    append_escaped(to, text);
    to.put('"');
}

void append_json_string(std::string& to, std::string_view text) {
    Pen pen;
    append_json_string(pen, text);
    to += pen.take();
}

void JsonProperties::append(std::size_t place, std::string_view name, const EdmValue* value) {
    if (value == nullptr) {
        if (place != 0) to_.append(",");
        append_json_string(to_, name);
        return to_.append(":null");
    }
    if (before_.size() <= place) before_.resize(std::max(place + 1, kUsualProperties));
    const bool bare = json_says(*value);
    Before& before = before_[place];
    if (stands_before(before, place, name, *value, bare)) to_.repeat(before.at, before.length);
    else before = write_before(place, name, *value, bare);
    append_json_value(to_, *value);
    if (!bare || value->type == EdmType::string) to_.put('"');
}

bool JsonProperties::stands_before(const Before& before, std::size_t place, std::string_view name,
                                   const EdmValue& value, bool bare) const {
    const std::size_t name_at = before.at + (place == 0 ? 1 : 2);
    return before.type == value.type && before.bare == bare && before.name_length == name.size() && before.length != 0 &&
           to_.has(name, name_at);
}

JsonProperties::Before JsonProperties::write_before(std::size_t place, std::string_view name, const EdmValue& value,
                                                    bool bare) {
    constexpr std::size_t kRest = 64;
    to_.need(2 * name.size() + kRest);
    Before before{to_.size(), 0, name.size(), value.type, bare};
    if (place != 0) to_.put(',');
    to_.put('"');
    to_.put(name);
    const bool typed = level_ == OdataLevel::full || (level_ == OdataLevel::minimal && name != kTimestamp);
    if (typed && !bare) {
        to_.put("@odata.type\":\"");
        to_.put(name_of(value.type));
        to_.put("\",\"");
        to_.put(name);
    }
    to_.put("\":");
    if (!bare || value.type == EdmType::string) to_.put('"');
    before.length = to_.size() - before.at;
    return before;
}

}  // namespace lazulite::table
