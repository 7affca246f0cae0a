#include "table/domain/entity_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"

namespace lazulite::table {
namespace {

constexpr std::string_view kTypeSuffix = "@odata.type";

/// A member of the object as it came.
struct Member {
    std::string name;
    std::variant<std::monostate, bool, std::int64_t, double, std::string> value;  ///< nothing: null
};

/// Takes the events of a flat object; an array or object within gives up.
class FlatObject final : public nlohmann::json_sax<nlohmann::json> {
  public:
    std::vector<Member> members;
    bool nested = false;

    bool null() override { return take(std::monostate()); }
    bool boolean(bool value) override { return take(value); }
    bool number_integer(number_integer_t value) override { return take(value); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return take(static_cast<double>(value));
        }
        return take(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t& /*text*/) override { return take(value); }
    bool string(string_t& value) override { return take(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override {
        nested = std::exchange(inside_, true);
        return !nested;
    }
    bool key(string_t& name) override {
        members.push_back({std::move(name), {}});
        return true;
    }
    bool end_object() override { return true; }
    bool start_array(std::size_t /*elements*/) override {
        nested = inside_;
        return false;
    }
    bool end_array() override { return false; }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*why*/) override {
        return false;
    }

  private:
    template <class T>
    bool take(T value) {
        if (!inside_) return false;
        members.back().value = std::move(value);
        return true;
    }
    bool inside_ = false;
};

Result<std::vector<Member>> parse_object(std::string_view body) {
    FlatObject object;
    if (!nlohmann::json::sax_parse(body.begin(), body.end(), &object)) {
        return fail(object.nested ? ErrorCode::invalid_value_type : ErrorCode::invalid_input);
    }
    std::vector<std::string_view> names;
    for (const Member& member : object.members) names.push_back(member.name);
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
        return fail(ErrorCode::duplicate_properties_specified);
    }
    return std::move(object.members);
}

/// A value and the bytes it may refer to.
struct Owned {
    EdmValue value;
    std::string bytes;
};

tl::unexpected<StorageError> not_of_type(std::string_view name, EdmType type) {
    return fail(StorageError(ErrorCode::invalid_input)
                    .saying("The value of property '" + std::string(name) + "' is not a valid " +
                            std::string(name_of(type)) + "."));
}

Result<Owned> inferred(Member& member) {
    if (const bool* flag = std::get_if<bool>(&member.value)) {
        return Owned{EdmValue::of_integer(EdmType::boolean, *flag ? 1 : 0), {}};
    }
    if (const double* number = std::get_if<double>(&member.value)) return Owned{EdmValue::of_real(*number), {}};
    if (const auto* whole = std::get_if<std::int64_t>(&member.value)) {
        const bool fits = std::in_range<std::int32_t>(*whole);
        return Owned{
            fits ? EdmValue::of_integer(EdmType::int32, *whole) : EdmValue::of_real(static_cast<double>(*whole)), {}};
    }
    return Owned{EdmValue::of_string({}), std::get<std::string>(std::move(member.value))};
}

Result<Owned> typed_integer(const Member& member, EdmType type) {
    const auto* whole = std::get_if<std::int64_t>(&member.value);
    const auto* text = std::get_if<std::string>(&member.value);
    const auto number = whole ? std::optional(*whole) : text ? parse_number<std::int64_t>(*text) : std::nullopt;
    const bool fits = number && (type == EdmType::int64 || std::in_range<std::int32_t>(*number));
    if (!fits) return not_of_type(member.name, type);
    return Owned{EdmValue::of_integer(type, *number), {}};
}

Result<Owned> typed_real(const Member& member) {
    if (const double* number = std::get_if<double>(&member.value)) return Owned{EdmValue::of_real(*number), {}};
    if (const auto* whole = std::get_if<std::int64_t>(&member.value)) {
        return Owned{EdmValue::of_real(static_cast<double>(*whole)), {}};
    }
    const auto* text = std::get_if<std::string>(&member.value);
    const auto number = text ? parse_real(*text) : std::nullopt;
    if (!number) return not_of_type(member.name, EdmType::real);
    return Owned{EdmValue::of_real(*number), {}};
}

Result<Owned> typed_boolean(const Member& member) {
    if (const bool* flag = std::get_if<bool>(&member.value)) {
        return Owned{EdmValue::of_integer(EdmType::boolean, *flag ? 1 : 0), {}};
    }
    const auto* text = std::get_if<std::string>(&member.value);
    if (text && (equals_ignoring_case(*text, "true") || equals_ignoring_case(*text, "false"))) {
        return Owned{EdmValue::of_integer(EdmType::boolean, equals_ignoring_case(*text, "true") ? 1 : 0), {}};
    }
    return not_of_type(member.name, EdmType::boolean);
}

Result<Owned> typed(Member& member, EdmType type) {
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
    auto* const text = std::get_if<std::string>(&member.value);
    if (!text) return not_of_type(member.name, type);
    if (type == EdmType::string) return Owned{EdmValue::of_string({}), std::move(*text)};
    if (type == EdmType::date_time) {
        LAZ_TRY(const std::int64_t ticks, parse_date_time(*text));
        return Owned{EdmValue::of_integer(type, ticks), {}};
    }
    auto bytes = type == EdmType::guid ? parse_guid(*text) : base64_decode(*text);
    if (!bytes) return not_of_type(member.name, type);
    return Owned{{type, {}}, *std::move(bytes)};
}

bool is_control(std::string_view name) {
    return name.starts_with("odata.") || name.find("@odata.") != std::string_view::npos;
}

class EntityParser {
  public:
    explicit EntityParser(std::vector<Member>& members) : members_(members) {}

    Result<EntityContent> parse() {
        gather_types();
        for (Member& member : members_) {
            if (is_control(member.name) || member.name == kTimestamp) continue;
            LAZ_CHECK(take(member));
        }
        return std::move(content_);
    }

  private:
    void gather_types() {
        for (const Member& member : members_) {
            const std::string_view name = member.name;
            const auto* type = std::get_if<std::string>(&member.value);
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

    Result<> take(Member& member) {
        const bool key = member.name == kPartitionKey || member.name == kRowKey;
        LAZ_TRY(const auto type, named_type(member.name));
        if (std::holds_alternative<std::monostate>(member.value)) {
            if (key) return fail(ErrorCode::properties_need_value);
            return check_property_name(member.name);
        }
        LAZ_TRY(Owned owned, type ? typed(member, *type) : inferred(member));
        const EdmType kind = owned.value.type;
        if (kind == EdmType::string || kind == EdmType::binary || kind == EdmType::guid) {
            owned.value.bytes = owned.bytes;
        }
        if (key) {
            if (kind != EdmType::string) return not_of_type(member.name, EdmType::string);
            LAZ_CHECK(check_key(owned.bytes));
            (member.name == kPartitionKey ? content_.partition_key : content_.row_key) = std::move(owned.bytes);
            return {};
        }
        LAZ_CHECK(check_property_name(member.name));
        LAZ_CHECK(check_value(owned.value));
        if (++count_ > kMostProperties) return fail(ErrorCode::too_many_properties);
        content_.properties.add(member.name, owned.value);
        return {};
    }

    std::vector<Member>& members_;
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

void append_json_value(std::string& to, const EdmValue& value) {
    if (value.type == EdmType::string) return append_json_string(to, value.bytes);
    const bool in_quotes = !json_says(value);
    if (in_quotes) to += '"';
    append_value_text(to, value);
    if (in_quotes) to += '"';
}

}  // namespace

Result<EntityContent> parse_entity_json(std::string_view body) {
    LAZ_TRY(std::vector<Member> members, parse_object(body));
    return EntityParser(members).parse();
}

Result<std::string> parse_table_json(std::string_view body) {
    LAZ_TRY(std::vector<Member> members, parse_object(body));
    for (Member& member : members) {
        if (member.name != "TableName") continue;
        if (auto* const name = std::get_if<std::string>(&member.value)) return std::move(*name);
        if (std::holds_alternative<std::monostate>(member.value)) break;
        return not_of_type(member.name, EdmType::string);
    }
    return fail(ErrorCode::properties_need_value);
}

void append_value_text(std::string& to, const EdmValue& value) {
    switch (value.type) {
        case EdmType::string: to += value.bytes; break;
        case EdmType::int32:
        case EdmType::int64: to += std::to_string(value.integer); break;
        case EdmType::real: append_real(to, value.real); break;
        case EdmType::boolean: to += value.integer != 0 ? "true" : "false"; break;
        case EdmType::date_time: append_date_time(to, value.integer); break;
        case EdmType::guid: append_guid(to, value.bytes); break;
        case EdmType::binary: to += base64_encode(as_bytes(value.bytes)); break;
    }
}

void append_json_string(std::string& to, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    to += '"';
    std::size_t plain = 0;  // from here on nothing was appended yet
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        to.append(text.substr(plain, i - plain));
        plain = i + 1;
        to += '\\';
        switch (c) {
            case '"':
            case '\\': to += text[i]; break;
            case '\n': to += 'n'; break;
            case '\r': to += 'r'; break;
            case '\t': to += 't'; break;
            default: to.append("u00").append({kDigits[c >> 4], kDigits[c & 15]});
        }
    }
    to.append(text.substr(plain)).append("\"");
}

void append_json_property(std::string& to, std::string_view name, const EdmValue& value, OdataLevel level) {
    if (level != OdataLevel::none && !json_says(value)) {
        to.append("\"").append(name).append("@odata.type\":\"").append(name_of(value.type)).append("\",");
    }
    to.append("\"").append(name).append("\":");
    append_json_value(to, value);
}

}  // namespace lazulite::table
