#include "table/domain/filter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite::table {

// Not nameless: FilterParser, which Filter calls its friend, is made of these.
inline namespace filter_syntax {

constexpr int kDeepest = 100;  // parentheses and `not`

struct Token {
    enum class Kind : std::uint8_t { end, word, text, number, open, close, typed } kind = Kind::end;
    std::size_t at = 0;
    std::string_view word;  ///< of a typed literal: what stands before the quote
    std::string text;       ///< between the quotes, unescaped
};

static bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
static bool in_word(char c) { return begins_word(c) || (c >= '0' && c <= '9'); }
static bool in_number(char c) { return in_word(c) || c == '.' || c == '-' || c == '+'; }

static StorageError syntax_error(std::string_view what, std::size_t at, std::string_view filter) {
    return StorageError(ErrorCode::invalid_input)
        .saying(std::string(what) + " at position " + std::to_string(at) + " in '" + std::string(filter) + "'.");
}

class Lexer {
  public:
    explicit Lexer(std::string_view filter) : filter_(filter) {}

    Result<Token> next() {
        while (at_ < filter_.size() && (filter_[at_] == ' ' || filter_[at_] == '\t')) ++at_;
        Token token;
        token.at = at_;
        if (at_ == filter_.size()) return token;
        const char c = filter_[at_];
        if (c == '(' || c == ')') {
            token.kind = c == '(' ? Token::Kind::open : Token::Kind::close;
            token.word = filter_.substr(at_++, 1);
            return token;
        }
        if (c == '\'') return quoted(std::move(token), Token::Kind::text);
        if ((c >= '0' && c <= '9') || c == '-' || c == '.') {
            token.kind = Token::Kind::number;
            token.word = take_while(in_number);
            return token;
        }
        if (!begins_word(c)) return fail(syntax_error("Syntax error", at_, filter_));
        token.kind = Token::Kind::word;
        token.word = take_while(in_word);
        if (at_ < filter_.size() && filter_[at_] == '\'') return quoted(std::move(token), Token::Kind::typed);
        return token;
    }

  private:
    template <class Is>
    std::string_view take_while(Is is) {
        const std::size_t begin = at_;
        while (at_ < filter_.size() && is(filter_[at_])) ++at_;
        return filter_.substr(begin, at_ - begin);
    }
    Result<Token> quoted(Token token, Token::Kind kind) {
        token.kind = kind;
        for (std::size_t i = at_ + 1; i < filter_.size(); ++i) {
            if (filter_[i] != '\'') {
                token.text += filter_[i];
            } else if (i + 1 < filter_.size() && filter_[i + 1] == '\'') {
                token.text += '\'';
                ++i;
            } else {
                at_ = i + 1;
                return token;
            }
        }
        return fail(syntax_error("Unterminated string literal", token.at, filter_));
    }

    std::string_view filter_;
    std::size_t at_ = 0;
};

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static std::optional<std::string> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high << 4 | low));
    }
    return bytes;
}

/// A value with its bytes.
struct Literal {
    EdmValue value;
    std::string bytes = {};
};

/// `12`, `12L`, `1.5`, `1e3`, `2d`, `2f`, `2m`.
static std::optional<Literal> parse_number_literal(std::string_view text) {
    const char last = ascii_lower(text.back());
    if (last == 'l') {
        const auto number = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
        if (!number) return std::nullopt;
        return Literal{EdmValue::of_integer(EdmType::int64, *number)};
    }
    const bool suffixed = last == 'd' || last == 'f' || last == 'm';
    if (!suffixed && text.find_first_of(".eE") == std::string_view::npos && text != "-INF") {
        const auto number = parse_number<std::int32_t>(text);
        if (!number) return std::nullopt;
        return Literal{EdmValue::of_integer(EdmType::int32, *number)};
    }
    const auto number = parse_real(suffixed && text != "-INF" ? text.substr(0, text.size() - 1) : text);
    if (!number) return std::nullopt;
    return Literal{EdmValue::of_real(*number)};
}

/// `datetime'...'`, `guid'...'`, `X'...'`, `binary'...'`.
static std::optional<Literal> parse_typed_literal(const Token& token) {
    if (token.word == "datetime") {
        const auto ticks = parse_date_time(token.text);
        if (!ticks) return std::nullopt;
        return Literal{EdmValue::of_integer(EdmType::date_time, *ticks)};
    }
    const bool guid = token.word == "guid";
    if (!guid && token.word != "X" && token.word != "binary") return std::nullopt;
    auto bytes = guid ? parse_guid(token.text) : parse_hex(token.text);
    if (!bytes) return std::nullopt;
    return Literal{{guid ? EdmType::guid : EdmType::binary, {}}, *std::move(bytes)};
}

constexpr std::string_view kUnimplemented[] = {"add", "sub", "mul", "div", "mod"};

}  // namespace filter_syntax

class FilterParser {
  public:
    using Kind = Filter::Kind;
    using Relation = Filter::Relation;
    using Node = Filter::Node;

    explicit FilterParser(std::string_view text) : text_(text), lexer_(text) {}

    Result<Filter> parse() {
        LAZ_CHECK(advance());
        LAZ_TRY(const Operand whole, any_of(0));
        if (token_.kind != Token::Kind::end) return wrong();
        LAZ_TRY(filter_.root_, condition(whole));
        if (filter_.properties_.empty()) return fail(syntax_error("The filter names no property", 0, text_));
        return std::move(filter_);
    }

  private:
    /// What stands on a side of a comparison.
    struct Operand {
        enum class Is : std::uint8_t { condition, property, literal } is = Is::condition;
        std::size_t index = 0;  ///< a node, or a slot
        Literal literal = {};
        std::size_t at = 0;
    };

    tl::unexpected<StorageError> wrong() const { return fail(syntax_error("Syntax error", token_.at, text_)); }
    Result<> advance() {
        LAZ_TRY(token_, lexer_.next());
        return {};
    }
    [[nodiscard]] bool at_word(std::string_view word) const {
        return token_.kind == Token::Kind::word && token_.word == word;
    }

    std::size_t add(Node node) {
        filter_.nodes_.push_back(std::move(node));
        return filter_.nodes_.size() - 1;
    }
    std::size_t slot(std::string_view name) {
        auto& names = filter_.properties_;
        const auto at = std::find(names.begin(), names.end(), name);
        if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
        names.emplace_back(name);
        return names.size() - 1;
    }

    /// What stands where a Boolean is wanted.
    Result<std::size_t> condition(const Operand& operand) {
        if (operand.is == Operand::Is::condition) return operand.index;
        if (operand.is == Operand::Is::property) {
            return add({.kind = Kind::flag, .slot = operand.index, .text = {}, .parts = {}});
        }
        if (operand.literal.value.type != EdmType::boolean) {
            return fail(syntax_error("A condition is expected", operand.at, text_));
        }
        return add({.kind = operand.literal.value.integer != 0 ? Kind::always : Kind::never, .text = {}, .parts = {}});
    }

    Result<Operand> any_of(int depth) { return chain(depth, "or", Kind::any); }

    /// `part { word part }`
    Result<Operand> chain(int depth, std::string_view word, Kind kind) {
        LAZ_TRY(Operand first, part(depth, kind));
        if (!at_word(word)) return first;
        std::vector<std::size_t> parts;
        LAZ_TRY(const std::size_t first_node, condition(first));
        parts.push_back(first_node);
        while (at_word(word)) {
            LAZ_CHECK(advance());
            LAZ_TRY(const Operand other, part(depth, kind));
            LAZ_TRY(const std::size_t node, condition(other));
            parts.push_back(node);
        }
        return Operand{
            Operand::Is::condition, add({.kind = kind, .text = {}, .parts = std::move(parts)}), {}, first.at};
    }
    Result<Operand> part(int depth, Kind kind) {
        return kind == Kind::any ? chain(depth, "and", Kind::all) : negated(depth);
    }

    Result<Operand> negated(int depth) {
        if (!at_word("not")) return comparison(depth);
        if (depth == kDeepest) return fail(syntax_error("The filter is nested too deeply", token_.at, text_));
        const std::size_t at = token_.at;
        LAZ_CHECK(advance());
        LAZ_TRY(const Operand operand, negated(depth + 1));
        LAZ_TRY(const std::size_t node, condition(operand));
        return Operand{Operand::Is::condition, add({.kind = Kind::inverse, .text = {}, .parts = {node}}), {}, at};
    }

    Result<Operand> comparison(int depth) {
        LAZ_TRY(Operand left, operand(depth));
        const auto relation = take_relation();
        if (!relation) {
            const bool arithmetic = token_.kind == Token::Kind::word &&
                                    std::find(std::begin(kUnimplemented), std::end(kUnimplemented), token_.word) !=
                                        std::end(kUnimplemented);
            if (arithmetic) return fail(ErrorCode::not_implemented);
            return left;
        }
        LAZ_CHECK(advance());
        LAZ_TRY(Operand right, operand(depth));
        return compared(std::move(left), *relation, std::move(right));
    }

    std::optional<Relation> take_relation() const {
        constexpr std::pair<std::string_view, Relation> kRelations[] = {{"eq", Relation::eq}, {"ne", Relation::ne},
                                                                        {"gt", Relation::gt}, {"ge", Relation::ge},
                                                                        {"lt", Relation::lt}, {"le", Relation::le}};
        for (const auto& [word, relation] : kRelations) {
            if (at_word(word)) return relation;
        }
        return std::nullopt;
    }

    static Relation turned(Relation relation) {
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

    Result<Operand> compared(Operand left, Relation relation, Operand right) {
        if (left.is == Operand::Is::literal) {
            std::swap(left, right);
            relation = turned(relation);
        }
        const std::size_t at = left.at;
        if (right.is != Operand::Is::literal) {
            return fail(syntax_error("One side of a comparison must be a constant", right.at, text_));
        }
        if (left.is == Operand::Is::literal) {
            EdmValue a = left.literal.value;
            a.bytes = left.literal.bytes;
            EdmValue b = right.literal.value;
            b.bytes = right.literal.bytes;
            return Operand{Operand::Is::condition,
                           add({.kind = Filter::meets(relation, compare(a, b)) ? Kind::always : Kind::never,
                                .text = {},
                                .parts = {}}),
                           {},
                           at};
        }
        if (left.is == Operand::Is::condition) {
            // `(A eq 1) eq true`
            if (right.literal.value.type != EdmType::boolean ||
                (relation != Relation::eq && relation != Relation::ne)) {
                return fail(syntax_error("Operands of different types are compared", at, text_));
            }
            if ((relation == Relation::eq) == (right.literal.value.integer != 0)) return left;
            return Operand{
                Operand::Is::condition, add({.kind = Kind::inverse, .text = {}, .parts = {left.index}}), {}, at};
        }
        return Operand{Operand::Is::condition,
                       add({.kind = Kind::compared,
                            .relation = relation,
                            .slot = left.index,
                            .literal = right.literal.value,
                            .text = std::move(right.literal.bytes),
                            .parts = {}}),
                       {},
                       at};
    }

    Result<Operand> operand(int depth) {
        const std::size_t at = token_.at;
        switch (token_.kind) {
            case Token::Kind::open: {
                if (depth == kDeepest) return fail(syntax_error("The filter is nested too deeply", at, text_));
                LAZ_CHECK(advance());
                LAZ_TRY(Operand inner, any_of(depth + 1));
                if (token_.kind != Token::Kind::close) return wrong();
                LAZ_CHECK(advance());
                return inner;
            }
            case Token::Kind::text: return literal(Literal{EdmValue::of_string({}), std::move(token_.text)});
            case Token::Kind::number: return literal(parse_number_literal(token_.word));
            case Token::Kind::typed: return literal(parse_typed_literal(token_));
            case Token::Kind::word: return word();
            case Token::Kind::end:
            case Token::Kind::close: break;
        }
        return wrong();
    }

    Result<Operand> literal(std::optional<Literal> value) {
        const std::size_t at = token_.at;
        if (!value) return fail(syntax_error("Unrecognized literal", at, text_));
        LAZ_CHECK(advance());
        return Operand{Operand::Is::literal, 0, *std::move(value), at};
    }

    Result<Operand> word() {
        const std::string_view name = token_.word;
        const std::size_t at = token_.at;
        if (name == "true" || name == "false") {
            return literal(Literal{EdmValue::of_integer(EdmType::boolean, name == "true" ? 1 : 0)});
        }
        if (name == "NaN" || name == "INF") return literal(Literal{EdmValue::of_real(*parse_real(name))});
        if (name == "and" || name == "or" || take_relation()) return wrong();
        LAZ_CHECK(advance());
        if (token_.kind == Token::Kind::open) return fail(ErrorCode::not_implemented);
        return Operand{Operand::Is::property, slot(name), {}, at};
    }

    std::string_view text_;
    Lexer lexer_;
    Token token_;
    Filter filter_;
};

Result<Filter> Filter::parse(std::string_view text) { return FilterParser(text).parse(); }

}  // namespace lazulite::table
