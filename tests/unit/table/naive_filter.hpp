#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What a `$filter` means, as the reference and docs/decisions say it, in the plainest form: a tree that is walked for
/// every entity. It knows nothing of the filters of src/table and shares no code and no type with them.
namespace lazulite::naive {

enum class Type { string, int32, int64, real, boolean, date_time, guid, binary };

struct Value {
    Type type = Type::string;
    std::u16string text = {};  ///< string: UTF-16, the order of whose units is that of texts
    std::int64_t number = 0;   ///< int32, int64; boolean: 0 or 1; date_time: 100 ns since 1970
    double real = 0;
    std::string hex = {};  ///< guid: 32 small hexadecimal digits; binary: two a byte
};

struct Entity {
    std::u16string partition;
    std::u16string row;
    std::int64_t timestamp = 0;  ///< 100 ns since 1970
    std::map<std::string, Value> properties;
};

enum class Relation { eq, ne, gt, ge, lt, le };

struct Node {
    enum class Kind {
        any,       ///< parts joined by `or`
        all,       ///< parts joined by `and`
        inverse,   ///< `not` its part
        compared,  ///< name relation literal
        flag,      ///< name alone
        constant,  ///< `yes`, whatever the entity
        truth,     ///< its part is `yes`: `(Count gt 1) eq false`
    };
    Kind kind = Kind::compared;
    std::string name = {};
    Relation relation = Relation::eq;
    Value literal = {};
    bool yes = false;
    std::vector<Node> parts = {};
};

[[nodiscard]] bool matches(const Node& filter, const Entity& entity);

}  // namespace lazulite::naive
