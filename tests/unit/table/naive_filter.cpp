#include "naive_filter.hpp"

#include <optional>

namespace lazulite::naive {
namespace {

template <class T>
bool holds(Relation relation, const T& a, const T& b) {
    switch (relation) {
        case Relation::eq: return a == b;
        case Relation::ne: return a != b;
        case Relation::gt: return a > b;
        case Relation::ge: return a >= b;
        case Relation::lt: return a < b;
        case Relation::le: return a <= b;
    }
    return false;
}

std::optional<Value> property(const Entity& entity, const std::string& name) {
    if (name == "PartitionKey") return Value{.type = Type::string, .text = entity.partition};
    if (name == "RowKey") return Value{.type = Type::string, .text = entity.row};
    if (name == "Timestamp") return Value{.type = Type::date_time, .number = entity.timestamp};
    const auto found = entity.properties.find(name);
    if (found == entity.properties.end()) return std::nullopt;
    return found->second;
}

bool compared(const Entity& entity, const Node& node) {
    const auto value = property(entity, node.name);
    // "missing property: comparison false, also for ne"
    if (!value) return false;
    const Value& literal = node.literal;
    // decisions/0005: an Int32 in a filter is read as the property's type of number
    if (literal.type == Type::int32 && value->type == Type::int64) {
        return holds(node.relation, value->number, literal.number);
    }
    if (literal.type == Type::int32 && value->type == Type::real) {
        return holds(node.relation, value->real, static_cast<double>(literal.number));
    }
    // "type mismatch false, no numeric promotion"
    if (literal.type != value->type) return false;
    switch (literal.type) {
        case Type::string: return holds(node.relation, value->text, literal.text);
        case Type::real: return holds(node.relation, value->real, literal.real);
        case Type::guid:
        case Type::binary: return holds(node.relation, value->hex, literal.hex);
        case Type::int32:
        case Type::int64:
        case Type::boolean:
        case Type::date_time: return holds(node.relation, value->number, literal.number);
    }
    return false;
}

}  // namespace

bool matches(const Node& filter, const Entity& entity) {
    switch (filter.kind) {
        case Node::Kind::any:
            for (const Node& part : filter.parts) {
                if (matches(part, entity)) return true;
            }
            return false;
        case Node::Kind::all:
            for (const Node& part : filter.parts) {
                if (!matches(part, entity)) return false;
            }
            return true;
        case Node::Kind::inverse: return !matches(filter.parts.front(), entity);
        case Node::Kind::compared: return compared(entity, filter);
        case Node::Kind::flag: {
            const auto value = property(entity, filter.name);
            return value && value->type == Type::boolean && value->number == 1;
        }
        case Node::Kind::constant: return filter.yes;
        case Node::Kind::truth: return matches(filter.parts.front(), entity) == filter.yes;
    }
    return false;
}

}  // namespace lazulite::naive
