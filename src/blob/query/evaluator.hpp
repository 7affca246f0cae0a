#pragma once

#include <optional>
#include <string>
#include <utility>

#include "blob/query/statement.hpp"

namespace lazulite::blob::query {

/// What keeps a record from being answered, as the stream tells it.
struct Fault {
    std::string name;
    std::string description;
};
[[nodiscard]] inline Fault invalid_conversion() {
    return {"InvalidTypeConversion", "Invalid type conversion."};
}

/// A record, or a part of one, as expressions see it.
class Row {
  public:
    virtual ~Row() = default;
    /// Statement::columns[`index`]; nothing where a line has too few fields.
    [[nodiscard]] virtual std::optional<Value> value_of(std::size_t index) const = 0;
};

/// Computes expressions over one row after another. NULL is unknown, as SQL has it. The first fault of a row stays
/// until `take_fault`; values that were computed since mean nothing.
class Evaluator {
  public:
    explicit Evaluator(Instant now) : now_(now) {}

    [[nodiscard]] Value evaluate(const Expression& expression, const Row& row);
    [[nodiscard]] bool holds(const Expression& condition, const Row& row);  ///< true, not unknown
    [[nodiscard]] std::optional<Fault> take_fault() { return std::exchange(fault_, std::nullopt); }

    /// `a operation b`, one of + - * / %. Whole numbers stay whole; a point in time plus a number is so many days
    /// later.
    [[nodiscard]] Value calculate(char operation, const Value& a, const Value& b);

  private:
    using Parts = std::vector<Expression>;

    Value refuse(Fault fault);
    std::optional<bool> truth(const Expression& condition, const Row& row);
    std::optional<bool> compared(char operation, const Value& a, const Value& b);
    std::optional<bool> among(const Expression& in, const Row& row);
    std::optional<bool> alike(const Expression& like, const Row& row);
    Value chosen(const Expression& choice, const Row& row);
    Value trimmed(const Expression& trim, const Row& row);
    Value called(const Expression& call, const Row& row);
    Value part_of(const Value& text, const Value& start, const Value& length);
    std::optional<Timestamp> time_of(const Value& value);
    std::optional<std::int64_t> integer_of(const Value& value);

    Instant now_;
    std::optional<Fault> fault_;
};

}  // namespace lazulite::blob::query
