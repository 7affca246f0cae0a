#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "blob/query/value.hpp"

namespace lazulite::blob::query {

/// One step into a record: a member by its name, an element by its number, or (after FROM alone) every element.
struct Step {
    enum class Kind : std::uint8_t { member, element, every };
    Kind kind = Kind::member;
    std::string name;
    bool exact = false;  ///< the name was quoted: letter case counts
    std::size_t index = 0;
};

/// A field as an expression names it.
struct Column {
    std::vector<Step> path;
    std::optional<std::size_t> ordinal;  ///< of `_1`: 0
};

enum class Function : std::uint8_t {
    char_length,
    lower,
    upper,
    substring,
    coalesce,
    nullif,
    date_add,
    date_diff,
    extract,
    to_string,
    to_timestamp,
    utcnow,
};

struct Expression {
    enum class Kind : std::uint8_t {
        literal,  ///< `value`
        column,   ///< Statement::columns[`index`]
        all_of,   ///< AND of the parts
        any_of,   ///< OR of them
        not_,
        compare,     ///< `operators` holds one
        arithmetic,  ///< operators[i] stands between parts i and i + 1; the parts are read from left to right
        negate,
        like,  ///< text, pattern and, where it is given, escape
        in,    ///< the first part among the others
        between,
        is_null,
        is_missing,
        case_,    ///< pairs of condition and result, then the ELSE
        case_of,  ///< what is compared, pairs of value and result, then the ELSE
        cast,     ///< to `type`
        trim,     ///< text and, where they are given, characters
        call,     ///< `function`
    };
    Kind kind = Kind::literal;
    bool inverted = false;  ///< NOT LIKE, NOT IN, NOT BETWEEN, IS NOT
    std::string operators;  ///< = ! (not equal) < > l (at most) g (at least) + - * / %
    Value value;
    std::size_t index = 0;
    Type type = Type::text;
    Function function = Function::lower;
    DatePart part = DatePart::year;
    bool leading = true;  ///< what TRIM looks at
    bool trailing = true;
    std::vector<Expression> parts;
};

enum class Aggregate : std::uint8_t { count_all, count, average, minimum, maximum, sum };

/// A SELECT statement. Reference: "Query acceleration SQL language reference".
struct Statement {
    struct Item {
        Expression value;
        std::string name;  ///< the alias; else that of the field, else `_1`, `_2`, ... by position
    };
    bool all = false;         ///< SELECT *
    std::vector<Item> items;  ///< the one that an aggregate is made of, where there is one
    std::optional<Aggregate> aggregate;
    std::optional<std::uint64_t> split_size;  ///< SELECT sys.split(n)
    std::vector<Step> table;                  ///< what stands behind BlobStorage[*]
    std::optional<Expression> where;
    std::optional<std::uint64_t> limit;
    std::vector<Column> columns;  ///< each once, in the order in which they are first named
};

/// Fails with error_processing_query_expression and a Reason: a syntax error, more than 256 KiB, more than 49 items,
/// 100 levels of parentheses, two aggregates or one among other items, a split of less than 10 MiB.
[[nodiscard]] Result<Statement> parse_statement(std::string_view sql);

[[nodiscard]] StorageError bad_query(std::string_view reason);

}  // namespace lazulite::blob::query
