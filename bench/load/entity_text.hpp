#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite::bench {

constexpr std::uint64_t kPartitionSize = 1000;  // entities of one PartitionKey
constexpr std::uint64_t kGroups = 1000;         // values of the property Group

/// A text that is the same for all entities but for their numbers: a run of # holds the last digits of the number, a
/// run of % those of the number of its partition.
class Pattern {
  public:
    explicit Pattern(std::string text);

    /// The text for this number, until the next call.
    const std::string& of(std::uint64_t number);

  private:
    struct Run {
        std::size_t last;
        std::size_t digits;
        bool partition;
    };

    std::string text_;
    std::vector<Run> runs_;
};

/// The keys of an entity, as patterns.
struct KeyPattern {
    std::string partition;
    std::string row;
};

/// `prefix` goes before the number of the partition.
KeyPattern key_pattern(const std::string& prefix);

/// The pattern of an entity's JSON as a client puts it: ten properties of all types, and as many characters as `size`
/// if that is no less than the least.
std::string entity_json(const KeyPattern& key, std::uint64_t size);

/// What `$filter` says to get the entities whose numbers have this remainder by `kGroups`.
std::string group_filter(std::uint64_t group);

/// The JSON of the next entity of a page from `from` on; moves `from` behind it.
std::optional<std::string_view> next_entity(std::string_view page, std::size_t& from);

/// Compares the JSON of answers to what was put.
class EntityCheck {
  public:
    EntityCheck(const KeyPattern& key, std::uint64_t size);

    /// What the JSON of one entity lacks of what was put with this number, or nothing.
    std::optional<std::string> missing(std::string_view json, std::uint64_t number);

    /// Whether the JSON is that of the entity with this number; only its RowKey is looked at.
    bool has_row(std::string_view json, std::uint64_t number);

  private:
    Pattern row_;
    std::vector<Pattern> members_;
};

}  // namespace lazulite::bench
