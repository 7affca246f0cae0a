#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/names.hpp"
#include "base/text.hpp"
#include "blob/query/statement.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::size_t kLongestExpression = 256 << 10;
constexpr std::size_t kMostItems = 49;
constexpr std::uint64_t kSmallestSplit = 10 << 20;
constexpr int kDeepestNesting = 100;

constexpr auto kFunctions = std::to_array<Named<Function>>({{Function::char_length, "CHAR_LENGTH"},
                                                            {Function::char_length, "CHARACTER_LENGTH"},
                                                            {Function::lower, "LOWER"},
                                                            {Function::upper, "UPPER"},
                                                            {Function::substring, "SUBSTRING"},
                                                            {Function::coalesce, "COALESCE"},
                                                            {Function::nullif, "NULLIF"},
                                                            {Function::date_add, "DATE_ADD"},
                                                            {Function::date_diff, "DATE_DIFF"},
                                                            {Function::extract, "EXTRACT"},
                                                            {Function::to_string, "TO_STRING"},
                                                            {Function::to_timestamp, "TO_TIMESTAMP"},
                                                            {Function::utcnow, "UTCNOW"}});
constexpr auto kAggregates = std::to_array<Named<Aggregate>>({{Aggregate::count, "COUNT"},
                                                              {Aggregate::average, "AVG"},
                                                              {Aggregate::average, "AVERAGE"},
                                                              {Aggregate::minimum, "MIN"},
                                                              {Aggregate::maximum, "MAX"},
                                                              {Aggregate::sum, "SUM"}});
/// Words that no unquoted field or alias is called.
constexpr std::string_view kReserved[] = {"SELECT", "FROM", "WHERE", "LIMIT",  "AS",      "AND",  "OR",   "NOT",
                                          "IN",     "IS",   "LIKE",  "ESCAPE", "BETWEEN", "CASE", "WHEN", "THEN",
                                          "ELSE",   "END",  "CAST",  "NULL",   "MISSING", "TRUE", "FALSE"};

template <class Enum, std::size_t n>
std::optional<Enum> find_word(const std::array<Named<Enum>, n>& words, std::string_view word) {
    for (const auto& [value, name] : words) {
        if (equals_ignoring_case(word, name)) return value;
    }
    return std::nullopt;
}

struct Token {
    enum class Kind : std::uint8_t { end, word, quoted, text, number, symbol } kind = Kind::end;
    std::size_t at = 0;
    std::string_view word;  ///< as written
    std::string text;       ///< of `quoted` and `text`: what stands between the quotes
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

class Parser {
  public:
    explicit Parser(std::string_view sql) : sql_(sql) { advance(); }

    Result<Statement> run() {
        select();
        if (problem_.empty()) return std::move(statement_);
        return fail(bad_query(problem_));
    }

  private:
    using Kind = Expression::Kind;

    // The first problem stays; after it every token is the end, so that whoever reads on stops soon.
    void refuse(std::string_view what) {
        if (problem_.empty()) problem_ = std::string(what) + " at position " + std::to_string(token_.at) + ".";
        at_ = sql_.size();
        token_ = Token{.at = at_, .word = {}, .text = {}};
    }
    [[nodiscard]] bool failed() const { return !problem_.empty(); }

    void advance() {
        while (at_ < sql_.size() && std::string_view(" \t\r\n").find(sql_[at_]) != std::string_view::npos) ++at_;
        token_ = Token{.at = at_, .word = {}, .text = {}};
        if (at_ == sql_.size()) return;
        const char c = sql_[at_];
        std::size_t end = at_ + 1;
        if (c == '\'' || c == '"') return quoted(c);
        if (is_digit(c) || (c == '.' && end < sql_.size() && is_digit(sql_[end]))) {
            token_.kind = Token::Kind::number;
            double ignored = 0;
            end = static_cast<std::size_t>(std::from_chars(sql_.data() + at_, sql_.data() + sql_.size(), ignored).ptr -
                                           sql_.data());
        } else if (starts_word(c)) {
            token_.kind = Token::Kind::word;
            while (end < sql_.size() && (starts_word(sql_[end]) || is_digit(sql_[end]))) ++end;
        } else {
            token_.kind = Token::Kind::symbol;
            const std::string_view two = sql_.substr(at_, 2);
            if (two == "<=" || two == ">=" || two == "<>" || two == "!=") ++end;
        }
        token_.word = sql_.substr(at_, end - at_);
        at_ = end;
    }

    void quoted(char quote) {
        token_.kind = quote == '"' ? Token::Kind::quoted : Token::Kind::text;
        for (std::size_t i = at_ + 1; i < sql_.size(); ++i) {
            if (sql_[i] != quote) {
                token_.text.push_back(sql_[i]);
            } else if (i + 1 < sql_.size() && sql_[i + 1] == quote) {
                token_.text.push_back(quote);
                ++i;
            } else {
                at_ = i + 1;
                return;
            }
        }
        refuse("A quote is not closed");
    }

    [[nodiscard]] bool is_word(std::string_view word) const {
        return token_.kind == Token::Kind::word && equals_ignoring_case(token_.word, word);
    }
    [[nodiscard]] bool is_symbol(std::string_view symbol) const {
        return token_.kind == Token::Kind::symbol && token_.word == symbol;
    }
    bool take_word(std::string_view word) {
        if (!is_word(word)) return false;
        advance();
        return true;
    }
    bool take_symbol(std::string_view symbol) {
        if (!is_symbol(symbol)) return false;
        advance();
        return true;
    }
    void expect_word(std::string_view word) {
        if (!take_word(word)) refuse("Expected " + std::string(word));
    }
    void expect_symbol(std::string_view symbol) {
        if (!take_symbol(symbol)) refuse("Expected '" + std::string(symbol) + "'");
    }
    /// Whether the current word is directly followed by an opening parenthesis: a function, not a field.
    [[nodiscard]] bool calls() const {
        const std::size_t next = sql_.find_first_not_of(" \t\r\n", at_);
        return token_.kind == Token::Kind::word && next != std::string_view::npos && sql_[next] == '(';
    }
    std::uint64_t whole_number() {
        const auto number =
            token_.kind == Token::Kind::number ? parse_number<std::uint64_t>(token_.word) : std::nullopt;
        if (!number) refuse("Expected a whole number");
        if (number) advance();
        return number.value_or(0);
    }

    void select() {
        if (sql_.size() > kLongestExpression) return refuse("The expression is longer than 256 KiB");
        expect_word("SELECT");
        if (take_symbol("*")) {
            statement_.all = true;
        } else if (is_word("sys")) {
            split();
        } else {
            items();
        }
        expect_word("FROM");
        from();
        if (take_word("WHERE")) statement_.where = expression();
        if (take_word("LIMIT")) statement_.limit = whole_number();
        take_symbol(";");
        if (token_.kind != Token::Kind::end) refuse("Unexpected text");
    }

    void split() {
        advance();
        expect_symbol(".");
        expect_word("split");
        expect_symbol("(");
        statement_.split_size = whole_number();
        if (*statement_.split_size < kSmallestSplit) refuse("A split has at least 10485760 bytes");
        expect_symbol(")");
    }

    void items() {
        do {
            if (statement_.items.size() == kMostItems) return refuse("There are more than 49 expressions");
            item();
        } while (take_symbol(","));
        if (statement_.aggregate && statement_.items.size() != 1) refuse("An aggregate stands alone");
    }

    void item() {
        Statement::Item item;
        const auto aggregate = calls() ? find_word(kAggregates, token_.word) : std::nullopt;
        if (aggregate) {
            if (statement_.aggregate) return refuse("There is more than one aggregate");
            statement_.aggregate = aggregate;
            advance();
            expect_symbol("(");
            if (*aggregate == Aggregate::count && take_symbol("*")) {
                statement_.aggregate = Aggregate::count_all;
            } else {
                item.value = expression();
            }
            expect_symbol(")");
        } else {
            item.value = expression();
            if (item.value.kind == Kind::column) {
                const Step& last = statement_.columns[item.value.index].path.back();
                if (last.kind == Step::Kind::member) item.name = last.name;
            }
        }
        if (item.name.empty()) item.name = "_" + std::to_string(statement_.items.size() + 1);
        const bool as = take_word("AS");
        if (as || token_.kind == Token::Kind::quoted || (token_.kind == Token::Kind::word && !reserved())) {
            item.name = name().name;
        }
        statement_.items.push_back(std::move(item));
    }

    void from() {
        if (!is_word("BlobStorage")) return refuse("Expected BlobStorage");
        advance();
        if (!take_symbol("[")) return;
        expect_symbol("*");
        expect_symbol("]");
        for (;;) {
            if (take_symbol(".")) {
                statement_.table.push_back(name());
            } else if (take_symbol("[")) {
                if (take_symbol("*")) {
                    statement_.table.push_back({.kind = Step::Kind::every, .name = {}});
                } else {
                    statement_.table.push_back({.kind = Step::Kind::element, .name = {}, .index = whole_number()});
                }
                expect_symbol("]");
            } else {
                return;
            }
            if (statement_.table.size() > kDeepestNesting) return refuse("The path is too long");
        }
    }

    [[nodiscard]] bool reserved() const {
        return std::any_of(std::begin(kReserved), std::end(kReserved), [this](auto word) { return is_word(word); });
    }
    Step name() {
        Step step;
        if (token_.kind == Token::Kind::quoted) {
            step.name = token_.text;
            step.exact = true;
        } else if (token_.kind == Token::Kind::word && !reserved()) {
            step.name = token_.word;
        } else {
            refuse("Expected a name");
        }
        advance();
        return step;
    }

    static Expression make(Kind kind, std::vector<Expression> parts) {
        Expression made;
        made.kind = kind;
        made.parts = std::move(parts);
        return made;
    }
    static Expression make(Kind kind, Expression part) {
        Expression made;
        made.kind = kind;
        made.parts.push_back(std::move(part));
        return made;
    }

    /// Operands of one level, joined by AND or OR.
    template <class Operand>
    Expression joined(Kind kind, std::string_view word, Operand operand) {
        Expression first = operand();
        if (!is_word(word)) return first;
        Expression all = make(kind, std::move(first));
        while (take_word(word)) all.parts.push_back(operand());
        return all;
    }
    Expression expression() {
        if (++depth_ > kDeepestNesting) refuse("The expression is nested too deeply");
        Expression made;
        if (!failed()) {
            made = joined(Kind::any_of, "OR",
                          [this] { return joined(Kind::all_of, "AND", [this] { return negation(); }); });
        }
        --depth_;
        return made;
    }

    Expression negation() {
        bool inverted = false;
        bool any = false;
        while (take_word("NOT")) {
            inverted = !inverted;
            any = true;
        }
        Expression made = comparison();
        if (!any) return made;
        made = make(Kind::not_, std::move(made));
        return inverted ? std::move(made) : make(Kind::not_, std::move(made));
    }

    Expression comparison() {
        Expression left = sum();
        if (token_.kind == Token::Kind::symbol) {
            constexpr std::pair<std::string_view, char> kComparisons[] = {
                {"=", '='}, {"!=", '!'}, {"<>", '!'}, {"<", '<'}, {">", '>'}, {"<=", 'l'}, {">=", 'g'}};
            for (const auto& [symbol, meaning] : kComparisons) {
                if (!take_symbol(symbol)) continue;
                Expression made = make(Kind::compare, std::move(left));
                made.operators = meaning;
                made.parts.push_back(sum());
                return made;
            }
            return left;
        }
        if (take_word("IS")) {
            const bool inverted = take_word("NOT");
            const bool missing = take_word("MISSING");
            if (!missing) expect_word("NULL");
            Expression made = make(missing ? Kind::is_missing : Kind::is_null, std::move(left));
            made.inverted = inverted;
            return made;
        }
        const bool inverted = take_word("NOT");
        Expression made;
        if (take_word("LIKE")) {
            made = make(Kind::like, std::move(left));
            made.parts.push_back(sum());
            if (take_word("ESCAPE")) made.parts.push_back(sum());
        } else if (take_word("BETWEEN")) {
            made = make(Kind::between, std::move(left));
            made.parts.push_back(sum());
            expect_word("AND");
            made.parts.push_back(sum());
        } else if (take_word("IN")) {
            made = make(Kind::in, std::move(left));
            expect_symbol("(");
            do made.parts.push_back(expression());
            while (take_symbol(","));
            expect_symbol(")");
        } else {
            if (inverted) refuse("Expected LIKE, BETWEEN or IN");
            return left;
        }
        made.inverted = inverted;
        return made;
    }

    /// Operands of one level, joined by symbols of one character.
    template <class Operand>
    Expression chained(std::string_view symbols, Operand operand) {
        Expression first = operand();
        const auto next = [&] {
            return token_.kind == Token::Kind::symbol && symbols.find(token_.word) != std::string_view::npos;
        };
        if (!next()) return first;
        Expression chain = make(Kind::arithmetic, std::move(first));
        while (next()) {
            chain.operators.push_back(token_.word.front());
            advance();
            chain.parts.push_back(operand());
        }
        return chain;
    }
    Expression sum() {
        return chained("+-", [this] { return chained("*/%", [this] { return signed_operand(); }); });
    }

    Expression signed_operand() {
        bool minus = false;
        bool any = false;
        while (is_symbol("-") || is_symbol("+")) {
            if (is_symbol("-")) minus = !minus;
            any = true;
            advance();
        }
        if (token_.kind == Token::Kind::number) return number(minus);
        Expression made = operand();
        if (!any) return made;
        made = make(Kind::negate, std::move(made));
        return minus ? std::move(made) : make(Kind::negate, std::move(made));
    }

    Expression number(bool minus) {
        Expression made;
        const std::string text = (minus ? "-" : "") + std::string(token_.word);
        const auto real = parse_number<double>(text);
        if (const auto integer = parse_number<std::int64_t>(text)) {
            made.value = *integer;
        } else if (real && std::isfinite(*real)) {
            made.value = *real;
        } else {
            refuse("The number is out of range");
        }
        advance();
        return made;
    }

    Expression operand() {
        Expression made;
        if (token_.kind == Token::Kind::text) {
            made.value = std::move(token_.text);
            advance();
        } else if (take_symbol("(")) {
            made = expression();
            expect_symbol(")");
        } else if (take_word("NULL")) {
            made.value = Null();
        } else if (is_word("TRUE") || is_word("FALSE")) {
            made.value = is_word("TRUE");
            advance();
        } else if (take_word("CASE")) {
            made = case_expression();
        } else if (calls()) {
            made = call();
        } else {
            made = column();
        }
        return made;
    }

    Expression column() {
        Column column;
        const bool plain = token_.kind == Token::Kind::word;
        column.path.push_back(name());
        if (failed()) return {};
        for (;;) {
            if (take_symbol(".")) {
                column.path.push_back(name());
            } else if (take_symbol("[")) {
                column.path.push_back({.kind = Step::Kind::element, .name = {}, .index = whole_number()});
                expect_symbol("]");
            } else {
                break;
            }
            if (column.path.size() > kDeepestNesting) refuse("The path is too long");
        }
        const std::string_view first = column.path.front().name;
        if (plain && column.path.size() == 1 && first.starts_with('_')) {
            const auto ordinal = parse_number<std::size_t>(first.substr(1));
            if (ordinal && *ordinal > 0) column.ordinal = *ordinal - 1;
        }
        Expression made;
        made.kind = Kind::column;
        made.index = place_of(std::move(column));
        return made;
    }
    std::size_t place_of(Column column) {
        const auto same_step = [](const Step& a, const Step& b) {
            return a.kind == b.kind && a.exact == b.exact && a.name == b.name && a.index == b.index;
        };
        auto& columns = statement_.columns;
        const auto known = std::find_if(columns.begin(), columns.end(), [&](const Column& other) {
            return std::equal(column.path.begin(), column.path.end(), other.path.begin(), other.path.end(), same_step);
        });
        const auto place = static_cast<std::size_t>(known - columns.begin());
        if (known != columns.end()) return place;
        if (columns.size() == kMostColumns)
            refuse("There are more than 1024 fields");
        else
            columns.push_back(std::move(column));
        return place;
    }

    Expression case_expression() {
        Expression made = make(is_word("WHEN") ? Kind::case_ : Kind::case_of, std::vector<Expression>());
        if (made.kind == Kind::case_of) made.parts.push_back(expression());
        do {
            expect_word("WHEN");
            made.parts.push_back(expression());
            expect_word("THEN");
            made.parts.push_back(expression());
        } while (is_word("WHEN"));
        Expression otherwise;
        otherwise.value = Null();
        if (take_word("ELSE")) otherwise = expression();
        made.parts.push_back(std::move(otherwise));
        expect_word("END");
        return made;
    }

    Expression call() {
        const std::string_view word = token_.word;
        const auto function = find_word(kFunctions, word);
        const bool cast = is_word("CAST");
        const bool trim = is_word("TRIM");
        if (!function && !cast && !trim) refuse("Unknown function");
        advance();
        expect_symbol("(");
        if (failed()) return {};
        Expression made = cast ? cast_expression() : trim ? trim_expression() : arguments(*function);
        expect_symbol(")");
        return made;
    }

    Expression cast_expression() {
        Expression made = make(Kind::cast, expression());
        expect_word("AS");
        const auto type = parse_type(token_.word);
        if (!type) refuse("Expected a type");
        made.type = type.value_or(Type::text);
        advance();
        return made;
    }

    Expression trim_expression() {
        Expression made = make(Kind::trim, std::vector<Expression>());
        const bool leading = take_word("LEADING");
        const bool trailing = !leading && take_word("TRAILING");
        const bool side = leading || trailing || take_word("BOTH");
        made.leading = !trailing;
        made.trailing = !leading;
        if (side && take_word("FROM")) {
            made.parts.push_back(expression());
            return made;
        }
        Expression first = expression();
        if (take_word("FROM")) {
            made.parts.push_back(expression());
        } else if (side) {
            refuse("Expected FROM");
        }
        made.parts.push_back(std::move(first));
        return made;
    }

    Expression arguments(Function function) {
        Expression made = make(Kind::call, std::vector<Expression>());
        made.function = function;
        const bool by_part =
            function == Function::date_add || function == Function::date_diff || function == Function::extract;
        if (by_part) {
            const auto part = parse_date_part(token_.kind == Token::Kind::text ? token_.text : token_.word);
            if (!part) refuse("Expected a part of a date");
            made.part = part.value_or(DatePart::year);
            advance();
            if (function == Function::extract)
                expect_word("FROM");
            else
                expect_symbol(",");
        }
        if (!is_symbol(")")) {
            made.parts.push_back(expression());
            if (function == Function::substring && take_word("FROM")) {
                made.parts.push_back(expression());
                if (take_word("FOR")) made.parts.push_back(expression());
            }
            while (take_symbol(",")) made.parts.push_back(expression());
        }
        const auto [least, most] = argument_count(function);
        if (made.parts.size() < least || made.parts.size() > most) refuse("Wrong number of arguments");
        return made;
    }
    static std::pair<std::size_t, std::size_t> argument_count(Function function) {
        switch (function) {
            case Function::char_length:
            case Function::lower:
            case Function::upper:
            case Function::extract:
            case Function::to_timestamp:
                return {1, 1};
            case Function::nullif:
            case Function::date_add:
            case Function::date_diff:
            case Function::to_string:
                return {2, 2};
            case Function::substring:
                return {2, 3};
            case Function::coalesce:
                return {1, kLongestExpression};
            case Function::utcnow:
                return {0, 0};
        }
        return {0, 0};
    }

    static constexpr std::size_t kMostColumns = 1024;

    std::string_view sql_;
    std::size_t at_ = 0;
    Token token_;
    int depth_ = 0;
    std::string problem_;
    Statement statement_;
};

}  // namespace

StorageError bad_query(std::string_view reason) {
    return StorageError(ErrorCode::error_processing_query_expression).with("Reason", reason);
}

Result<Statement> parse_statement(std::string_view sql) {
    return Parser(sql).run();
}

}  // namespace lazulite::blob::query
