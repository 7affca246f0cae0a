#include "blob/query/value.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/names.hpp"
#include "base/text.hpp"

namespace lazulite::blob::query {
namespace {

constexpr auto kTypes = std::to_array<Named<Type>>({{Type::integer, "INT"},
                                                    {Type::real, "FLOAT"},
                                                    {Type::text, "STRING"},
                                                    {Type::timestamp, "TIMESTAMP"},
                                                    {Type::boolean, "BOOLEAN"}});

template <class T>
bool is(const Value& value) {
    return std::holds_alternative<T>(value);
}

std::optional<double> parse_real(std::string_view text) {
    const auto number = parse_number<double>(text);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return number;
}

std::string_view without_plus(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    return text;
}

std::optional<Value> text_to_number(std::string_view text) {
    text = without_plus(text);
    if (const auto integer = parse_number<std::int64_t>(text)) return *integer;
    if (const auto real = parse_real(text)) return *real;
    return std::nullopt;
}

std::optional<Value> to_integer(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto number = parse_number<std::int64_t>(without_plus(*text));
        if (!number) return std::nullopt;
        return *number;
    }
    const auto number = to_number(value);
    if (!number || is<std::int64_t>(*number)) return number;
    const double real = std::trunc(std::get<double>(*number));
    if (real < -0x1p63 || real >= 0x1p63) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

std::optional<Value> to_boolean(const Value& value) {
    if (is<bool>(value)) return value;
    if (const auto* text = std::get_if<std::string>(&value)) {
        const std::string_view word = trim(*text);
        if (equals_ignoring_case(word, "true") || word == "1") return true;
        if (equals_ignoring_case(word, "false") || word == "0") return false;
        return std::nullopt;
    }
    const auto number = to_number(value);
    if (!number) return std::nullopt;
    return real_of(*number) != 0;
}

std::optional<Value> to_timestamp(const Value& value) {
    if (is<Timestamp>(value)) return value;
    const auto* text = std::get_if<std::string>(&value);
    const auto time = text ? parse_timestamp(trim(*text)) : std::nullopt;
    if (!time) return std::nullopt;
    return *time;
}

template <class T>
std::partial_ordering ordered(const Value& a, const Value& b) {
    return std::get<T>(a) <=> std::get<T>(b);
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
    if (is<std::int64_t>(a) && is<std::int64_t>(b)) return ordered<std::int64_t>(a, b);
    return real_of(a) <=> real_of(b);
}

}  // namespace

std::optional<Type> parse_type(std::string_view word) {
    for (const auto& [type, name] : kTypes) {
        if (equals_ignoring_case(word, name)) return type;
    }
    return std::nullopt;
}

bool is_null(const Value& value) {
    return is<Null>(value) || is<Missing>(value);
}

double real_of(const Value& number) {
    const auto* integer = std::get_if<std::int64_t>(&number);
    return integer ? static_cast<double>(*integer) : std::get<double>(number);
}

std::optional<Value> to_number(const Value& value) {
    if (is<std::int64_t>(value) || is<double>(value)) return value;
    if (const auto* flag = std::get_if<bool>(&value)) return std::int64_t{*flag};
    if (const auto* text = std::get_if<std::string>(&value)) return text_to_number(*text);
    return std::nullopt;
}

std::optional<Value> convert(const Value& value, Type type) {
    if (is_null(value)) return Null();
    switch (type) {
        case Type::integer:
            return to_integer(value);
        case Type::real: {
            const auto number = to_number(value);
            if (!number) return std::nullopt;
            return real_of(*number);
        }
        case Type::text:
            return to_text(value);
        case Type::timestamp:
            return to_timestamp(value);
        case Type::boolean:
            return to_boolean(value);
    }
    return std::nullopt;
}

std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
    const auto either = [&](auto check) { return check(a) || check(b); };
    const auto converted = [&](auto to, auto order) -> std::optional<std::partial_ordering> {
        const auto left = to(a);
        const auto right = to(b);
        if (!left || !right) return std::nullopt;
        return order(*left, *right);
    };
    if (either(is<Timestamp>)) {
        return converted(to_timestamp, [](const Value& left, const Value& right) -> std::partial_ordering {
            return std::get<Timestamp>(left).when <=> std::get<Timestamp>(right).when;
        });
    }
    if (either(is<std::int64_t>) || either(is<double>)) return converted(to_number, compare_numbers);
    if (either(is<bool>)) return converted(to_boolean, ordered<bool>);
    return to_text(a) <=> to_text(b);
}

std::string to_text(const Value& value) {
    struct Text {
        std::string operator()(Missing) const { return {}; }
        std::string operator()(Null) const { return {}; }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const {
            char digits[32];
            const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), number);
            return {std::begin(digits), end};
        }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const Timestamp& time) const { return format_timestamp(time); }
        std::string operator()(const Json& json) const { return json.text; }
    };
    return std::visit(Text(), value);
}

}  // namespace lazulite::blob::query
