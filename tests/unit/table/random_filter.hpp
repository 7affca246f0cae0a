#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "naive_filter.hpp"

/// Entities and filters by chance, the same for the same seed everywhere.
namespace lazulite::naive {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t bits() { return engine_(); }
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
    bool percent(unsigned chance) { return below(100) < chance; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }

  private:
    std::mt19937_64 engine_;
};

/// A table's entities, in no order, and filters over them. Each property mostly has values of one type, out of a few;
/// a fifth of the entities lack it, and now and then it has another type.
class World {
  public:
    World(Dice& dice, std::size_t entities);

    [[nodiscard]] const std::vector<Entity>& entities() const { return entities_; }
    /// Up to 15 comparisons, most with a value that some entity has.
    [[nodiscard]] Node filter();

  private:
    struct Column {
        std::string name;
        std::vector<Value> values;
    };
    Value value_of(Type type);
    Node tree(std::size_t leaves);
    Node leaf();
    Value literal_for(const std::string& name);

    Dice& dice_;
    std::vector<Column> columns_;
    std::vector<Entity> entities_;
};

/// The filter as a client may write it: both spellings of Binary and Guid, either side first, parentheses and blanks
/// that are not needed, every form of a number and a DateTime.
[[nodiscard]] std::string odata_text(const Node& filter, Dice& dice);

/// Whether PartitionKey or RowKey is compared with something.
[[nodiscard]] bool names_a_key(const Node& filter);

[[nodiscard]] std::string utf8(const std::u16string& text);
/// For people.
[[nodiscard]] std::string shown(const Entity& entity);

}  // namespace lazulite::naive
