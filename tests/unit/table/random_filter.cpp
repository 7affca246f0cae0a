#include "random_filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace lazulite::naive {
namespace {

using Int32 = std::numeric_limits<std::int32_t>;
using Int64 = std::numeric_limits<std::int64_t>;
using Real = std::numeric_limits<double>;

constexpr std::int64_t kSecond = 10'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kFirstInstant = -134'774 * kDay;    // 1601-01-01
constexpr std::int64_t kEndOfInstants = 2'932'897 * kDay;  // 10000-01-01
constexpr std::int64_t kNewYear2026 = 20'454 * kDay;       // 2026-01-01
constexpr std::array kTypes{Type::string,  Type::int32,     Type::int64, Type::real,
                            Type::boolean, Type::date_time, Type::guid,  Type::binary};

// Names that begin as words of the grammar do, and letters that are not ASCII.
const std::vector<std::string> kNames{"Flag",   "order",  "notes", "android", "X",      "guid",   "datetime",
                                      "binary", "größe",  "_1",    "NaNs",    "INFO",   "Count",  "eqs",
                                      "L",      "truest", "ge1",   "név",     "日付",   "Amount", "Id_",
                                      "e1",     "minus_", "D",     "text",    "nothing"};

// Units whose order differs from that of UTF-8 and of letters: beyond the BMP, right below it, with and without case.
// A key may hold all of them.
const std::vector<std::u16string> kPieces{u"a",           u"A",          u"b",      u"ab",     u"it's",       u"''",
                                          u"größe",       u"\U0001F600", u"\uFF61", u"\uE000", u"\U0010FFFF", u"\uD7FF",
                                          u" ",           u"and",        u"(",      u")",      u"100%",       u"+",
                                          u"datetime'x'", u"0",          u"\u0301", u"eq 1",   u",",          u"&"};

std::string hex_of(std::uint64_t bits, int digits) {
    std::string text;
    for (int i = 0; i < digits; ++i, bits >>= 4) text += "0123456789abcdef"[bits & 15];
    return text;
}

Relation turned(Relation relation) {
    switch (relation) {
        case Relation::gt: return Relation::lt;
        case Relation::ge: return Relation::le;
        case Relation::lt: return Relation::gt;
        case Relation::le: return Relation::ge;
        case Relation::eq:
        case Relation::ne: break;
    }
    return relation;
}

std::string word(Relation relation) {
    return std::array{"eq", "ne", "gt", "ge", "lt", "le"}[static_cast<std::size_t>(relation)];
}

}  // namespace

World::World(Dice& dice, std::size_t entities) : dice_(dice) {
    std::vector<std::string> names = kNames;
    for (const Type type : kTypes) {
        const std::size_t at = dice_.below(names.size());
        Column column{names[at], {}};
        names.erase(names.begin() + static_cast<std::ptrdiff_t>(at));
        for (std::size_t i = 2 + dice_.below(6); i > 0; --i) column.values.push_back(value_of(type));
        columns_.push_back(std::move(column));
    }
    std::vector<Value> partitions;
    for (int i = 0; i < 6; ++i) partitions.push_back(value_of(Type::string));
    std::set<std::pair<std::u16string, std::u16string>> taken;
    while (entities_.size() < entities) {
        Entity entity{dice_.pick(partitions).text, value_of(Type::string).text, value_of(Type::date_time).number, {}};
        if (!taken.emplace(entity.partition, entity.row).second) continue;
        for (const Column& column : columns_) {
            if (dice_.percent(20)) continue;
            entity.properties[column.name] =
                dice_.percent(88) ? dice_.pick(column.values) : value_of(kTypes[dice_.below(kTypes.size())]);
        }
        entities_.push_back(std::move(entity));
    }
}

Value World::value_of(Type type) {
    Value value{.type = type};
    const auto small = [this] { return static_cast<std::int64_t>(dice_.below(7)) - 3; };
    switch (type) {
        case Type::string:
            for (std::size_t i = dice_.below(4); i > 0; --i) value.text += dice_.pick(kPieces);
            break;
        case Type::int32:
            value.number =
                dice_.percent(70) ? small() : dice_.pick<std::int64_t>({Int32::min(), Int32::max(), 1000, -1000});
            break;
        case Type::int64:
            value.number = dice_.percent(60)
                               ? small()
                               : dice_.pick<std::int64_t>({Int64::min(), Int64::max(), 5'000'000'000, (1LL << 53) + 1,
                                                           1LL << 31, -(1LL << 31) - 1, Int32::max()});
            break;
        case Type::real:
            value.real = dice_.percent(50)
                             ? static_cast<double>(small()) / 2
                             : dice_.pick<double>({std::nan(""), Real::infinity(), -Real::infinity(), -0.0, 0.1, 1e300,
                                                   -1e-300, Real::denorm_min(), Real::max(), 2147483647, 2147483648.5});
            break;
        case Type::boolean: value.number = static_cast<std::int64_t>(dice_.below(2)); break;
        case Type::date_time:
            if (dice_.percent(10)) {
                value.number = dice_.pick<std::int64_t>({kFirstInstant, kEndOfInstants - 1, 0, -1});
            } else {
                value.number = kNewYear2026 + small() * kDay;
                value.number += dice_.pick<std::int64_t>(
                    {0, 3600 * kSecond, 60 * kSecond, 59 * kSecond, kSecond / 2, 1234567, 1});
            }
            break;
        case Type::guid:
            value.hex = hex_of(dice_.below(2) * 0x1234'5678, 8);
            value.hex += hex_of(dice_.bits() & 0xFF00'0000'0000'000FU, 16);
            value.hex += hex_of(dice_.below(16) << 4, 8);
            break;
        case Type::binary:
            for (std::size_t i = dice_.below(4); i > 0; --i)
                value.hex += dice_.pick<std::string>({"00", "01", "7f", "80", "ff", "0a"});
            break;
    }
    return value;
}

Node World::filter() {
    const std::size_t chance = dice_.below(100);
    const std::size_t leaves = chance < 25   ? 1
                               : chance < 55 ? 2
                               : chance < 75 ? 3
                               : chance < 90 ? 4 + dice_.below(3)
                                             : 7 + dice_.below(9);
    return tree(leaves);
}

Node World::tree(std::size_t leaves) {
    Node node;
    if (leaves == 1) {
        node = leaf();
    } else {
        node.kind = dice_.percent(50) ? Node::Kind::any : Node::Kind::all;
        for (std::size_t parts = 2 + dice_.below(std::min<std::size_t>(leaves, 4) - 1); parts > 0; --parts) {
            const std::size_t share = parts == 1 ? leaves : 1 + dice_.below(leaves - parts + 1);
            node.parts.push_back(tree(share));
            leaves -= share;
        }
        if (dice_.percent(3)) node.parts.push_back({.kind = Node::Kind::constant, .yes = dice_.percent(50)});
    }
    if (dice_.percent(15)) node = {.kind = Node::Kind::inverse, .parts = {std::move(node)}};
    // A property in parentheses is that property: `(Flag) eq false` is a comparison, which a missing one does not meet.
    if (dice_.percent(2) && node.kind != Node::Kind::flag) {
        node = {.kind = Node::Kind::truth, .yes = dice_.percent(50), .parts = {std::move(node)}};
    }
    return node;
}

Node World::leaf() {
    const std::size_t chance = dice_.below(100);
    const std::string name = chance < 18   ? "PartitionKey"
                             : chance < 33 ? "RowKey"
                             : chance < 39 ? "Timestamp"
                             : chance < 41 ? "Nowhere"
                                           : dice_.pick(columns_).name;
    if (name == columns_[static_cast<std::size_t>(Type::boolean)].name && dice_.percent(40)) {
        return {.kind = Node::Kind::flag, .name = name};
    }
    if (dice_.percent(1)) return {.kind = Node::Kind::flag, .name = name};
    return {.kind = Node::Kind::compared,
            .name = name,
            .relation = static_cast<Relation>(dice_.below(6)),
            .literal = literal_for(name)};
}

Value World::literal_for(const std::string& name) {
    if (dice_.percent(8)) return value_of(kTypes[dice_.below(kTypes.size())]);
    const Entity& entity = dice_.pick(entities_);
    if (name == "PartitionKey") return {.type = Type::string, .text = entity.partition};
    if (name == "RowKey") return {.type = Type::string, .text = entity.row};
    if (name == "Timestamp") return {.type = Type::date_time, .number = entity.timestamp};
    const auto column =
        std::find_if(columns_.begin(), columns_.end(), [&](const Column& one) { return one.name == name; });
    if (column == columns_.end()) return value_of(kTypes[dice_.below(kTypes.size())]);
    const auto found = entity.properties.find(name);
    Value value = found == entity.properties.end() ? dice_.pick(column->values) : found->second;
    // The same number without a suffix.
    if (dice_.percent(30) && value.type == Type::int64 && value.number >= Int32::min() &&
        value.number <= Int32::max()) {
        value.type = Type::int32;
    }
    if (dice_.percent(30) && value.type == Type::real && std::abs(value.real) < 1000) {
        value = {.type = Type::int32, .number = static_cast<std::int64_t>(value.real)};
    }
    return value;
}

namespace {

std::string digits(std::int64_t number, int width) {
    std::string text = std::to_string(number);
    return std::string(static_cast<std::size_t>(std::max(0, width - static_cast<int>(text.size()))), '0') + text;
}

/// `2026-01-02`, with hours and minutes, with seconds, with up to seven digits of a fraction; with `Z`, an offset or
/// nothing.
std::string date_time_text(std::int64_t ticks, Dice& dice) {
    using namespace std::chrono;
    const std::int64_t east = dice.percent(20) && ticks > kFirstInstant + kDay && ticks < kEndOfInstants - kDay
                                  ? 15 * (static_cast<std::int64_t>(dice.below(100)) - 50)
                                  : 0;
    const std::int64_t local = ticks + east * 60 * kSecond;
    const std::int64_t day = local >= 0 ? local / kDay : (local - kDay + 1) / kDay;
    const std::int64_t of_day = local - day * kDay;
    const year_month_day date{sys_days(days(day))};
    std::string text = digits(static_cast<int>(date.year()), 4) + '-' + digits(static_cast<unsigned>(date.month()), 2) +
                       '-' + digits(static_cast<unsigned>(date.day()), 2);
    if (of_day == 0 && east == 0 && dice.percent(50)) return text;
    const std::int64_t seconds = of_day / kSecond;
    const std::int64_t part = of_day % kSecond;
    text += 'T' + digits(seconds / 3600, 2) + ':' + digits(seconds / 60 % 60, 2);
    if (seconds % 60 != 0 || part != 0 || dice.percent(70)) {
        text += ':' + digits(seconds % 60, 2);
        if (part != 0 || dice.percent(20)) {
            std::string fraction = digits(part, 7);
            while (fraction.size() > 1 && fraction.back() == '0' && dice.percent(70)) fraction.pop_back();
            text += '.' + fraction;
        }
    }
    if (east != 0) {
        const std::int64_t minutes = std::abs(east);
        return text + (east < 0 ? '-' : '+') + digits(minutes / 60, 2) + ':' + digits(minutes % 60, 2);
    }
    return dice.percent(75) ? text + 'Z' : text;
}

std::string real_text(double real, Dice& dice) {
    if (std::isnan(real)) return "NaN";
    if (std::isinf(real)) return real < 0 ? "-INF" : "INF";
    constexpr std::array kForms{std::chars_format::general, std::chars_format::scientific, std::chars_format::fixed};
    std::array<char, 1200> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real, kForms[dice.below(3)]).ptr;
    std::string text(buffer.data(), end);
    if (dice.percent(20)) std::replace(text.begin(), text.end(), 'e', 'E');
    if (text.find_first_of(".eE") == std::string::npos) text += dice.percent(80) ? ".0" : "d";
    else if (dice.percent(10)) text += dice.percent(50) ? "d" : "D";
    return text;
}

std::string in_any_case(std::string hex, Dice& dice) {
    const unsigned capitals = dice.percent(50) ? 0 : dice.percent(50) ? 100 : 50;
    for (char& c : hex) {
        if (c >= 'a' && dice.percent(capitals)) c = static_cast<char>(c - 'a' + 'A');
    }
    return hex;
}

std::string guid_text(const std::string& hex, Dice& dice) {
    std::string text = in_any_case(hex, dice);
    if (dice.percent(25)) return text;
    for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, "-");
    return dice.percent(10) ? '{' + text + '}' : text;
}

std::string quoted_text(const std::u16string& text) {
    std::string quoted = "'";
    for (const char c : utf8(text)) quoted.append(c == '\'' ? 2 : 1, c);
    return quoted + "'";
}

std::string literal_text(const Value& value, Dice& dice) {
    switch (value.type) {
        case Type::string: return quoted_text(value.text);
        case Type::int32: return std::to_string(value.number);
        case Type::int64: return std::to_string(value.number) + (dice.percent(90) ? 'L' : 'l');
        case Type::real: return real_text(value.real, dice);
        case Type::boolean: return value.number == 1 ? "true" : "false";
        case Type::date_time: return "datetime'" + date_time_text(value.number, dice) + "'";
        case Type::guid: return "guid'" + guid_text(value.hex, dice) + "'";
        case Type::binary: {
            const std::string opening = dice.percent(50) ? "X'" : "binary'";
            return opening + in_any_case(value.hex, dice) + "'";
        }
    }
    return {};
}

/// Writes a filter as words and parentheses.
class Writer {
  public:
    explicit Writer(Dice& dice) : dice_(dice) {}

    /// How tightly what stands there must bind.
    enum Level { alternative, condition, negated, operand };

    void write(const Node& node, Level needed) {
        const bool parentheses = level(node) < needed || dice_.percent(8);
        if (parentheses) add("(");
        switch (node.kind) {
            case Node::Kind::any: chain(node, "or", condition); break;
            case Node::Kind::all: chain(node, "and", negated); break;
            case Node::Kind::inverse:
                add("not");
                write(node.parts.front(), negated);
                break;
            case Node::Kind::compared: compared(node); break;
            case Node::Kind::flag: add(node.name); break;
            case Node::Kind::constant: constant(node.yes); break;
            case Node::Kind::truth: truth(node); break;
        }
        if (parentheses) add(")");
    }

    /// With a blank between words, and as many as it pleases beside parentheses.
    std::string text() {
        std::string all(dice_.percent(5) ? 1 : 0, ' ');
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const auto is_parenthesis = [this](std::size_t at) { return words_[at] == "(" || words_[at] == ")"; };
            if (i > 0) {
                const bool free = is_parenthesis(i - 1) || is_parenthesis(i);
                all.append(free ? (dice_.percent(70) ? 0 : 1) : 1, ' ').append(dice_.percent(4) ? 2 : 0, ' ');
            }
            all += words_[i];
        }
        return all.append(dice_.percent(5) ? 1 : 0, ' ');
    }

  private:
    static Level level(const Node& node) {
        switch (node.kind) {
            case Node::Kind::any: return alternative;
            case Node::Kind::all: return condition;
            case Node::Kind::inverse: return negated;
            default: return operand;
        }
    }
    void add(std::string word) { words_.push_back(std::move(word)); }
    void chain(const Node& node, const std::string& between, Level needed) {
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            if (i > 0) add(between);
            write(node.parts[i], needed);
        }
    }
    void side(const std::string& text) {
        const bool parentheses = dice_.percent(3);
        if (parentheses) add("(");
        add(text);
        if (parentheses) add(")");
    }
    void compared(const Node& node) {
        const std::string literal = literal_text(node.literal, dice_);
        const bool swapped = dice_.percent(25);
        side(swapped ? literal : node.name);
        add(word(swapped ? turned(node.relation) : node.relation));
        side(swapped ? node.name : literal);
    }
    void constant(bool yes) {
        if (dice_.percent(50)) return add(yes ? "true" : "false");
        add("1");
        add(yes ? "lt" : "gt");
        add("2");
    }
    void truth(const Node& node) {
        const bool equal = dice_.percent(50);
        const std::string literal = node.yes == equal ? "true" : "false";
        const std::string relation = equal ? "eq" : "ne";
        const bool swapped = dice_.percent(25);
        if (swapped) side(literal), add(relation);
        add("(");
        write(node.parts.front(), alternative);
        add(")");
        if (!swapped) add(relation), side(literal);
    }

    Dice& dice_;
    std::vector<std::string> words_;
};

}  // namespace

std::string odata_text(const Node& filter, Dice& dice) {
    Writer writer(dice);
    writer.write(filter, Writer::alternative);
    return writer.text();
}

bool names_a_key(const Node& filter) {
    if (filter.kind == Node::Kind::compared) return filter.name == "PartitionKey" || filter.name == "RowKey";
    return std::any_of(filter.parts.begin(), filter.parts.end(), names_a_key);
}

std::string utf8(const std::u16string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint32_t point = text[i];
        if (point >= 0xD800 && point < 0xDC00) point = 0x10000 + ((point - 0xD800) << 10 | (text[++i] - 0xDC00U));
        const auto rest = [&](int shift) { bytes += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
        if (point < 0x80) {
            bytes += static_cast<char>(point);
        } else if (point < 0x800) {
            bytes += static_cast<char>(0xC0 | point >> 6);
            rest(0);
        } else if (point < 0x10000) {
            bytes += static_cast<char>(0xE0 | point >> 12);
            rest(6), rest(0);
        } else {
            bytes += static_cast<char>(0xF0 | point >> 18);
            rest(12), rest(6), rest(0);
        }
    }
    return bytes;
}

std::string shown(const Entity& entity) {
    Dice dice(0);
    std::string text = "PartitionKey " + quoted_text(entity.partition) + ", RowKey " + quoted_text(entity.row) +
                       ", Timestamp " + date_time_text(entity.timestamp, dice);
    for (const auto& [name, value] : entity.properties) text += ", " + name + ' ' + literal_text(value, dice);
    return text;
}

}  // namespace lazulite::naive
