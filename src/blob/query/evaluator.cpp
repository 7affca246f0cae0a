#include "blob/query/evaluator.hpp"

#include <cmath>
#include <utility>

#include "blob/query/text.hpp"

namespace lazulite::blob::query {
namespace {

using Kind = Expression::Kind;

Value value_of_truth(std::optional<bool> truth) {
    if (!truth) return Null();
    return *truth;
}
std::optional<bool> inverted_if(bool inverted, std::optional<bool> truth) {
    if (truth && inverted) return !*truth;
    return truth;
}

bool fits(char operation, std::partial_ordering order) {
    switch (operation) {
        case '=':
            return order == 0;
        case '!':
            return order != 0;
        case '<':
            return order < 0;
        case '>':
            return order > 0;
        case 'l':
            return order <= 0;
        default:
            return order >= 0;
    }
}

Fault overflow() {
    return {"ArithmeticOverflow", "Arithmetic overflow."};
}
Fault division_by_zero() {
    return {"DivideByZero", "Division by zero."};
}
Fault invalid_argument() {
    return {"InvalidArgument", "Invalid argument."};
}

/// Nothing where the result is no 64-bit number; the divisor is not zero.
std::optional<std::int64_t> calculate_whole(char operation, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (operation) {
        case '+':
            return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        case '-':
            return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        case '*':
            return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        default:
            break;
    }
    if (b == -1) {
        if (operation == '%') return 0;
        return __builtin_sub_overflow(std::int64_t{0}, a, &result) ? std::nullopt : std::optional(result);
    }
    return operation == '/' ? a / b : a % b;
}

double calculate_real(char operation, double a, double b) {
    switch (operation) {
        case '+':
            return a + b;
        case '-':
            return a - b;
        case '*':
            return a * b;
        case '/':
            return a / b;
        default:
            return std::fmod(a, b);
    }
}

}  // namespace

Value Evaluator::refuse(Fault fault) {
    if (!fault_) fault_ = std::move(fault);
    return Null();
}

bool Evaluator::holds(const Expression& condition, const Row& row) {
    return truth(condition, row).value_or(false);
}

Value Evaluator::evaluate(const Expression& expression, const Row& row) {
    if (fault_) return Null();
    const Expression& e = expression;
    switch (e.kind) {
        case Kind::literal:
            return e.value;
        case Kind::column: {
            auto value = row.value_of(e.index);
            if (value) return *std::move(value);
            return refuse(
                {"InvalidColumnOrdinal", "Column ordinal " + std::to_string(e.index) + " does not exist in row."});
        }
        case Kind::arithmetic: {
            Value result = evaluate(e.parts[0], row);
            for (std::size_t i = 0; i < e.operators.size(); ++i) {
                result = calculate(e.operators[i], result, evaluate(e.parts[i + 1], row));
            }
            return result;
        }
        case Kind::negate:
            return calculate('-', std::int64_t{0}, evaluate(e.parts[0], row));
        case Kind::case_:
        case Kind::case_of:
            return chosen(e, row);
        case Kind::cast: {
            const auto converted = convert(evaluate(e.parts[0], row), e.type);
            return converted ? *converted : refuse(invalid_conversion());
        }
        case Kind::trim:
            return trimmed(e, row);
        case Kind::call:
            return called(e, row);
        case Kind::all_of:
        case Kind::any_of:
        case Kind::not_:
        case Kind::compare:
        case Kind::like:
        case Kind::in:
        case Kind::between:
        case Kind::is_null:
        case Kind::is_missing:
            return value_of_truth(truth(e, row));
    }
    return Null();
}

std::optional<bool> Evaluator::truth(const Expression& e, const Row& row) {
    switch (e.kind) {
        case Kind::all_of:
        case Kind::any_of: {
            const bool decides = e.kind == Kind::any_of;
            std::optional<bool> result = !decides;
            for (const Expression& part : e.parts) {
                const auto one = truth(part, row);
                if (one == decides) return decides;
                if (!one) result.reset();
            }
            return result;
        }
        case Kind::not_:
            return inverted_if(true, truth(e.parts[0], row));
        case Kind::compare: {
            const Value left = evaluate(e.parts[0], row);
            return compared(e.operators[0], left, evaluate(e.parts[1], row));
        }
        case Kind::like:
            return inverted_if(e.inverted, alike(e, row));
        case Kind::in:
            return inverted_if(e.inverted, among(e, row));
        case Kind::between: {
            const Value value = evaluate(e.parts[0], row);
            const auto above = compared('g', value, evaluate(e.parts[1], row));
            const auto below = compared('l', value, evaluate(e.parts[2], row));
            if (above == false || below == false) return e.inverted;
            if (!above || !below) return std::nullopt;
            return !e.inverted;
        }
        case Kind::is_null:
            return is_null(evaluate(e.parts[0], row)) != e.inverted;
        case Kind::is_missing: {
            return std::holds_alternative<Missing>(evaluate(e.parts[0], row)) != e.inverted;
        }
        case Kind::literal:
        case Kind::column:
        case Kind::arithmetic:
        case Kind::negate:
        case Kind::case_:
        case Kind::case_of:
        case Kind::cast:
        case Kind::trim:
        case Kind::call:
            break;
    }
    const auto value = convert(evaluate(e, row), Type::boolean);
    if (!value) refuse(invalid_conversion());
    if (!value || is_null(*value)) return std::nullopt;
    return std::get<bool>(*value);
}

std::optional<bool> Evaluator::compared(char operation, const Value& a, const Value& b) {
    if (fault_ || is_null(a) || is_null(b)) return std::nullopt;
    const auto order = compare(a, b);
    if (order) return fits(operation, *order);
    refuse(invalid_conversion());
    return std::nullopt;
}

std::optional<bool> Evaluator::among(const Expression& in, const Row& row) {
    const Value value = evaluate(in.parts[0], row);
    std::optional<bool> result = false;
    for (std::size_t i = 1; i < in.parts.size(); ++i) {
        const auto same = compared('=', value, evaluate(in.parts[i], row));
        if (same == true) return true;
        if (!same) result.reset();
    }
    return result;
}

std::optional<bool> Evaluator::alike(const Expression& like, const Row& row) {
    std::string texts[3];
    for (std::size_t i = 0; i < like.parts.size(); ++i) {
        const Value value = evaluate(like.parts[i], row);
        if (is_null(value)) return std::nullopt;
        texts[i] = to_text(value);
    }
    if (like.parts.size() == 3 && character_count(texts[2]) != 1) {
        refuse(invalid_argument());
        return std::nullopt;
    }
    return is_like(texts[0], texts[1], texts[2]);
}

Value Evaluator::calculate(char operation, const Value& a, const Value& b) {
    if (fault_ || is_null(a) || is_null(b)) return Null();
    if (const auto* time = std::get_if<Timestamp>(&a); time && operation == '+') {
        const auto days = integer_of(b);
        const auto later = days ? add(DatePart::day, *days, *time) : std::nullopt;
        return later ? Value(*later) : refuse(overflow());
    }
    const auto left = to_number(a);
    const auto right = to_number(b);
    if (!left || !right) return refuse(invalid_conversion());
    if ((operation == '/' || operation == '%') && real_of(*right) == 0) return refuse(division_by_zero());
    const auto* x = std::get_if<std::int64_t>(&*left);
    const auto* y = std::get_if<std::int64_t>(&*right);
    if (x && y) {
        const auto whole = calculate_whole(operation, *x, *y);
        return whole ? Value(*whole) : refuse(overflow());
    }
    const double real = calculate_real(operation, real_of(*left), real_of(*right));
    return std::isfinite(real) ? Value(real) : refuse(overflow());
}

Value Evaluator::chosen(const Expression& choice, const Row& row) {
    const bool of = choice.kind == Kind::case_of;
    const Value subject = of ? evaluate(choice.parts[0], row) : Value();
    for (std::size_t i = of ? 1 : 0; i + 1 < choice.parts.size(); i += 2) {
        const auto taken = of ? compared('=', subject, evaluate(choice.parts[i], row)) : truth(choice.parts[i], row);
        if (taken == true) return evaluate(choice.parts[i + 1], row);
    }
    return evaluate(choice.parts.back(), row);
}

Value Evaluator::trimmed(const Expression& trim, const Row& row) {
    const Value text = evaluate(trim.parts[0], row);
    const Value characters = trim.parts.size() > 1 ? evaluate(trim.parts[1], row) : Value(std::string(" "));
    if (is_null(text) || is_null(characters)) return Null();
    return std::string(query::trimmed(to_text(text), to_text(characters), trim.leading, trim.trailing));
}

Value Evaluator::part_of(const Value& text, const Value& start, const Value& length) {
    const auto first = integer_of(start);
    const auto count = integer_of(length);
    if (!first || !count) return Null();
    if (*count < 0 || *first < -*count) return *count < 0 ? refuse(invalid_argument()) : Value(std::string());
    return std::string(substring(to_text(text), *first, *count));
}

std::optional<Timestamp> Evaluator::time_of(const Value& value) {
    const auto converted = convert(value, Type::timestamp);
    if (!converted) refuse(invalid_conversion());
    if (!converted || is_null(*converted)) return std::nullopt;
    return std::get<Timestamp>(*converted);
}

std::optional<std::int64_t> Evaluator::integer_of(const Value& value) {
    const auto converted = convert(value, Type::integer);
    if (!converted) refuse(invalid_conversion());
    if (!converted || is_null(*converted)) return std::nullopt;
    return std::get<std::int64_t>(*converted);
}

Value Evaluator::called(const Expression& call, const Row& row) {
    const auto argument = [&](std::size_t index) { return evaluate(call.parts[index], row); };
    switch (call.function) {
        case Function::coalesce:
            for (const Expression& part : call.parts) {
                Value value = evaluate(part, row);
                if (!is_null(value)) return value;
            }
            return Null();
        case Function::nullif: {
            Value value = argument(0);
            return compared('=', value, argument(1)) == true ? Value(Null()) : value;
        }
        case Function::utcnow:
            return Timestamp{now_};
        default:
            break;
    }
    const Value first = argument(0);
    if (is_null(first)) return Null();
    switch (call.function) {
        case Function::char_length:
            return static_cast<std::int64_t>(character_count(to_text(first)));
        case Function::lower:
            return to_case(to_text(first), false);
        case Function::upper:
            return to_case(to_text(first), true);
        case Function::substring: {
            const Value start = argument(1);
            const Value length = call.parts.size() > 2 ? argument(2) : Value(INT64_MAX);
            return part_of(first, start, length);
        }
        case Function::date_add: {
            const auto quantity = integer_of(first);
            const auto time = time_of(argument(1));
            if (!quantity || !time) return Null();
            const auto later = add(call.part, *quantity, *time);
            return later ? Value(*later) : refuse(invalid_argument());
        }
        case Function::date_diff: {
            const auto from = time_of(first);
            const auto to = time_of(argument(1));
            if (!from || !to) return Null();
            const auto whole = difference(call.part, *from, *to);
            return whole ? Value(*whole) : refuse(invalid_argument());
        }
        case Function::extract: {
            const auto time = time_of(first);
            return time ? Value(query::extract(call.part, *time)) : Null();
        }
        case Function::to_string: {
            const auto time = time_of(first);
            const Value format = argument(1);
            if (!time || is_null(format)) return Null();
            const auto text = format_timestamp(*time, to_text(format));
            return text ? Value(*text) : refuse(invalid_argument());
        }
        case Function::to_timestamp: {
            const auto time = time_of(first);
            return time ? Value(*time) : Null();
        }
        case Function::coalesce:
        case Function::nullif:
        case Function::utcnow:
            break;
    }
    return Null();
}

}  // namespace lazulite::blob::query
