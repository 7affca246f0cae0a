#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "table/domain/edm.hpp"
#include "table/domain/entity.hpp"
#include "table/domain/key.hpp"

namespace lazulite::table {

/// `$filter`: which entities (or tables) a query wants.
///
///     or          = and { "or" and }
///     and         = not { "and" not }
///     not         = "not" not | comparison
///     comparison  = operand [ ("eq" | "ne" | "gt" | "ge" | "lt" | "le") operand ]
///     operand     = "(" or ")" | property | literal
///     literal     = 'text' | 12 | 12L | 1.5 | true | false | datetime'...' | guid'...' | X'0f' | binary'0f'
///
/// A comparison has a property on one side at most, on either; an operand that is compared with nothing is a Boolean.
/// An entity that lacks the property, or has it with another type, does not meet a comparison, not even `ne`.
/// Reference: "Querying tables and entities"; OData 2.0, "URI conventions". Immutable once parsed, any thread.
class Filter {
  public:
    /// Fails with invalid_input and what is wrong where; not_implemented for functions and arithmetic.
    [[nodiscard]] static Result<Filter> parse(std::string_view text);

    /// The properties that are asked about, each once: the slots of `matches`.
    [[nodiscard]] const std::vector<std::string>& properties() const { return properties_; }
    /// `values[i]` is that of `properties()[i]`, nothing where there is none.
    [[nodiscard]] bool matches(std::span<const std::optional<EdmValue>> values) const;
    /// Where in a table entities that match can stand, by what is said about PartitionKey and RowKey.
    [[nodiscard]] KeySpans spans() const;
    /// Whether all that stands there matches, so that nothing need be asked of it; false where that is hard to say.
    [[nodiscard]] bool is_its_spans() const;

  private:
    friend class FilterParser;
    enum class Kind : std::uint8_t { always, never, all, any, inverse, flag, compared };
    enum class Relation : std::uint8_t { eq, ne, gt, ge, lt, le };
    struct Node {
        Kind kind = Kind::never;
        Relation relation = Relation::eq;
        std::size_t slot = 0;  ///< flag, compared
        EdmValue literal;      ///< compared; `bytes` is set anew from `text` where it is used
        std::string text;
        std::vector<std::size_t> parts;  ///< all, any, inverse

        [[nodiscard]] EdmValue value() const { return {literal.type, text, literal.integer, literal.real}; }
    };
    struct Range;
    struct Box;
    using Boxes = std::vector<Box>;

    [[nodiscard]] bool matches(const Node& node, std::span<const std::optional<EdmValue>> values) const;
    static bool meets(Relation relation, std::partial_ordering order);
    [[nodiscard]] Boxes boxes(const Node& node, bool inverted) const;
    [[nodiscard]] bool asks_of_keys(const Node& node) const;

    std::vector<Node> nodes_;
    std::size_t root_ = 0;
    std::vector<std::string> properties_;
};

/// Asks a filter about entities, one after the other. One thread.
class EntityFilter {
  public:
    explicit EntityFilter(const Filter& filter);
    /// Whether it asks about keys or Timestamp; whether about anything else.
    [[nodiscard]] bool asks_of_row() const { return asks_of_row_; }
    [[nodiscard]] bool asks_of_properties() const { return asks_of_properties_; }
    /// The keys as UTF-8; looked at, like the timestamp, only where the filter asks about them.
    [[nodiscard]] bool matches(KeyView key, Instant timestamp, std::string_view packed);

  private:
    const Filter& filter_;
    bool asks_of_row_ = false;
    bool asks_of_properties_ = false;
    std::vector<std::optional<EdmValue>> values_;
};

}  // namespace lazulite::table
