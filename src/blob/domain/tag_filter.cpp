#include "blob/domain/tag_filter.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace lazulite::blob {
namespace {

using Operator = TagComparison::Operator;

constexpr int kDeepestCondition = 100;  // parentheses and NOT

struct TagToken {
    enum class Kind : std::uint8_t { end, word, key, value, compare, container, open, close, bad };
    Kind kind = Kind::end;
    std::size_t at = 0;  ///< where it begins, from 0
    std::string text;    ///< of a word, key or value, without its quotes
    Operator op = Operator::equal;
};

bool begins_identifier(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_identifier(char c) { return begins_identifier(c) || (c >= '0' && c <= '9'); }

class TagLexer {
  public:
    explicit TagLexer(std::string_view text) : text_(text) {}

    TagToken next() {
        using Kind = TagToken::Kind;
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
        TagToken token;
        token.at = at_;
        if (at_ == text_.size()) return token;
        switch (const char c = text_[at_]) {
            case '(': return single(token, Kind::open);
            case ')': return single(token, Kind::close);
            case '\'': return quoted(token, Kind::value);
            case '"': return quoted(token, Kind::key);
            case '=':
            case '<':
            case '>': return comparison(token);
            case '@': return container(token);
            default:
                if (!begins_identifier(c)) return single(token, Kind::bad);
                token.kind = Kind::word;
                token.text = take_identifier();
                return token;
        }
    }

  private:
    TagToken single(TagToken token, TagToken::Kind kind) {
        token.kind = kind;
        ++at_;
        return token;
    }
    /// Two quotes stand for one within.
    TagToken quoted(TagToken token, TagToken::Kind kind) {
        const char quote = text_[at_++];
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == quote && (at_ == text_.size() || text_[at_] != quote)) {
                token.kind = kind;
                return token;
            }
            if (c == quote) ++at_;
            token.text.push_back(c);
        }
        token.kind = TagToken::Kind::bad;
        return token;
    }
    TagToken comparison(TagToken token) {
        token.kind = TagToken::Kind::compare;
        const char first = text_[at_++];
        const char second = first != '=' && at_ < text_.size() ? text_[at_] : '\0';
        if (second == '=' || (first == '<' && second == '>')) ++at_;
        if (first == '<') {
            token.op = second == '>'   ? Operator::not_equal
                       : second == '=' ? Operator::less_or_equal
                                       : Operator::less;
        } else if (first == '>') {
            token.op = second == '=' ? Operator::greater_or_equal : Operator::greater;
        }
        return token;
    }
    TagToken container(TagToken token) {
        ++at_;
        token.kind = equals_ignoring_case(take_identifier(), "container") ? TagToken::Kind::container : TagToken::Kind::bad;
        return token;
    }
    std::string take_identifier() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && in_identifier(text_[at_])) ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_keyword(const TagToken& token, std::string_view word) {
    return token.kind == TagToken::Kind::word && equals_ignoring_case(token.text, word);
}

/// One token ahead, and what both grammars share: `key operator 'value'`.
class TagParser {
  public:
    explicit TagParser(std::string_view text) : lexer_(text), ahead_(lexer_.next()) {}

    [[nodiscard]] const TagToken& ahead() const { return ahead_; }
    TagToken take() { return std::exchange(ahead_, lexer_.next()); }
    bool take_if(TagToken::Kind kind) {
        if (ahead_.kind != kind) return false;
        take();
        return true;
    }
    bool take_if(std::string_view keyword) {
        if (!is_keyword(ahead_, keyword)) return false;
        take();
        return true;
    }

    /// False: what is ahead does not belong there.
    bool comparison(TagComparison& result) {
        const bool reserved = is_keyword(ahead_, "AND") || is_keyword(ahead_, "OR") || is_keyword(ahead_, "NOT");
        if (reserved || (ahead_.kind != TagToken::Kind::word && ahead_.kind != TagToken::Kind::key)) return false;
        const std::string& key = ahead_.text;
        if (key.empty() || key.size() > kLongestTagKey || !only_tag_characters(key)) return false;
        result.key = take().text;
        if (ahead_.kind != TagToken::Kind::compare) return false;
        result.op = take().op;
        if (ahead_.kind != TagToken::Kind::value || ahead_.text.size() > kLongestTagValue) return false;
        if (!only_tag_characters(ahead_.text)) return false;
        result.value = take().text;
        return true;
    }

  private:
    TagLexer lexer_;
    TagToken ahead_;
};

/// Recursive descent over TagCondition's grammar, into postfix steps.
class TagConditionParser {
  public:
    explicit TagConditionParser(std::string_view text) : parser_(text) {}

    std::optional<std::vector<TagCondition::Step>> parse() {
        if (!either() || parser_.ahead().kind != TagToken::Kind::end) return std::nullopt;
        return std::move(steps_);
    }

  private:
    using Kind = TagCondition::Step::Kind;

    bool either() {
        if (!both()) return false;
        while (parser_.take_if("OR")) {
            if (!both()) return false;
            add(Kind::either);
        }
        return true;
    }
    bool both() {
        if (!inverse()) return false;
        while (parser_.take_if("AND")) {
            if (!inverse()) return false;
            add(Kind::both);
        }
        return true;
    }
    bool inverse() {
        if (++depth_ > kDeepestCondition) return false;
        bool good = true;
        if (parser_.take_if("NOT")) {
            good = inverse();
            add(Kind::inverse);
        } else if (parser_.take_if(TagToken::Kind::open)) {
            good = either() && parser_.take_if(TagToken::Kind::close);
        } else {
            TagCondition::Step step;
            good = parser_.comparison(step.comparison);
            steps_.push_back(std::move(step));
        }
        --depth_;
        return good;
    }
    void add(Kind kind) { steps_.push_back({kind}); }

    TagParser parser_;
    std::vector<TagCondition::Step> steps_;
    int depth_ = 0;
};

bool bounds_below(Operator op) { return op == Operator::greater || op == Operator::greater_or_equal; }
bool bounds_above(Operator op) { return op == Operator::less || op == Operator::less_or_equal; }

StorageError query_error(std::string_view where, std::string_view what) {
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .saying(std::string(what))
        .with("QueryParameterName", "where")
        .with("QueryParameterValue", where)
        .with("Reason", "This query parameter value is invalid.");
}

StorageError unexpected(std::string_view where, std::size_t at) {
    std::string what = "Error parsing query at or near character position " + std::to_string(at + 1) + ": unexpected ";
    if (at < where.size()) {
        const std::size_t length = std::max<std::size_t>(utf8_sequence_length(where, at), 1);
        what.append("'").append(where.substr(at, length)).append("'");
    } else {
        what += "end";
    }
    return query_error(where, what);
}

}  // namespace

bool TagComparison::met_by(const std::string* tag) const {
    if (tag == nullptr) return op == Operator::not_equal;
    switch (op) {
        case Operator::equal: return *tag == value;
        case Operator::not_equal: return *tag != value;
        case Operator::greater: return *tag > value;
        case Operator::greater_or_equal: return *tag >= value;
        case Operator::less: return *tag < value;
        case Operator::less_or_equal: return *tag <= value;
    }
    return false;
}

Result<TagQuery> TagQuery::parse(std::string_view text, Level level) {
    TagQuery query;
    TagParser parser(text);
    do {
        const std::size_t at = parser.ahead().at;
        if (parser.ahead().kind == TagToken::Kind::container) {
            if (query.container_ || level == Level::container) return fail(unexpected(text, at));
            parser.take();
            const TagToken equal = parser.take();
            if (equal.kind != TagToken::Kind::compare || equal.op != Operator::equal) {
                return fail(unexpected(text, equal.at));
            }
            TagToken name = parser.take();
            if (name.kind != TagToken::Kind::value) return fail(unexpected(text, name.at));
            query.container_ = std::move(name.text);
            continue;
        }
        TagComparison comparison;
        if (!parser.comparison(comparison)) return fail(unexpected(text, parser.ahead().at));
        if (comparison.op == Operator::not_equal) return fail(unexpected(text, text.find("<>", at)));
        std::size_t others = 0;
        for (const TagComparison& other : query.comparisons_) {
            if (other.key != comparison.key) continue;
            const bool range = (bounds_below(other.op) && bounds_above(comparison.op)) ||
                               (bounds_above(other.op) && bounds_below(comparison.op));
            if (!range || ++others > 1) {
                return fail(query_error(text, "Error parsing query at or near character position " +
                                                  std::to_string(at + 1) +
                                                  ": several conditions on one tag must be the two ends of a range"));
            }
        }
        query.comparisons_.push_back(std::move(comparison));
    } while (parser.take_if("AND"));
    if (parser.ahead().kind != TagToken::Kind::end) return fail(unexpected(text, parser.ahead().at));
    std::vector<std::string_view> keys;
    for (const TagComparison& comparison : query.comparisons_) keys.emplace_back(comparison.key);
    std::sort(keys.begin(), keys.end());
    if (std::unique(keys.begin(), keys.end()) - keys.begin() > static_cast<std::ptrdiff_t>(kMostTags)) {
        return fail(query_error(text, "Error parsing query: no blob has more than ten tags"));
    }
    return query;
}

bool TagQuery::matches(const TagSet& tags) const {
    return !tags.empty() && std::all_of(comparisons_.begin(), comparisons_.end(),
                                        [&](const TagComparison& c) { return c.met_by(tags.find(c.key)); });
}

bool TagQuery::names(std::string_view key) const {
    return std::any_of(comparisons_.begin(), comparisons_.end(), [&](const TagComparison& c) { return c.key == key; });
}

TagQuery::Range TagQuery::range() const {
    Range range;
    if (comparisons_.empty()) return range;
    // An equality finds the fewest; else the first key that is named.
    const auto equality = std::find_if(comparisons_.begin(), comparisons_.end(),
                                       [](const TagComparison& c) { return c.op == Operator::equal; });
    const TagComparison& chosen = equality == comparisons_.end() ? comparisons_.front() : *equality;
    range.key = chosen.key;
    for (const TagComparison& comparison : comparisons_) {
        if (comparison.key != chosen.key) continue;
        if (!bounds_above(comparison.op)) range.first = comparison.value;
        if (!bounds_below(comparison.op)) range.last = comparison.value;
    }
    return range;
}

std::optional<TagCondition> TagCondition::parse(std::string_view text) {
    auto steps = TagConditionParser(text).parse();
    if (!steps) return std::nullopt;
    return TagCondition(*std::move(steps));
}

bool TagCondition::met_by(const TagSet& tags) const {
    std::vector<bool> stack;
    const auto take = [&stack] {
        const bool value = stack.back();
        stack.pop_back();
        return value;
    };
    for (const Step& step : steps_) {
        switch (step.kind) {
            case Step::Kind::comparison: stack.push_back(step.comparison.met_by(tags.find(step.comparison.key))); break;
            case Step::Kind::inverse: stack.back() = !stack.back(); break;
            case Step::Kind::both: {
                const bool right = take();
                stack.back() = stack.back() && right;
                break;
            }
            case Step::Kind::either: {
                const bool right = take();
                stack.back() = stack.back() || right;
                break;
            }
        }
    }
    return !stack.empty() && stack.back();
}

bool parse_value(std::string_view text, TagCondition& condition) {
    auto parsed = TagCondition::parse(text);
    if (parsed) condition = *std::move(parsed);
    return parsed.has_value();
}

}  // namespace lazulite::blob
