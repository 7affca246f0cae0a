#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/target.hpp"
#include "table/domain/entity_json.hpp"
#include "wire/uri.hpp"

namespace lazulite::table {

/// `$select`: the names, at most 252; nothing where all properties are wanted. Fails with invalid_input.
[[nodiscard]] Result<std::optional<std::vector<std::string>>> parse_select(const Query& query);

/// Writes entities of one table as a request asked for them. `now` is what Atom shows as its update.
class EntityWriter {
  public:
    EntityWriter(const Target& target, std::string_view table, OdataLevel level, Instant now,
                 std::optional<std::vector<std::string>> select = std::nullopt)
        : target_(target), table_(table), level_(level), now_(now), select_(std::move(select)) {}

    void begin_page(Pen& to) const;
    /// One entity of a page. What `$select` names and the entity lacks is null, as the service was seen to answer.
    void append(Pen& to, KeyView key, Instant timestamp, std::string_view packed) const;
    void end_page(Pen& to) const;
    /// One entity as an answer of its own.
    [[nodiscard]] std::string single(const Entity& entity) const;

  private:
    template <class Each>
    void each_property(KeyView key, Instant timestamp, std::string_view packed, Each each) const;
    void append_members(Pen& to, KeyView key, Instant timestamp, std::string_view packed) const;
    void append_entry(std::string& to, KeyView key, Instant timestamp, std::string_view packed,
                      bool alone) const;

    const Target& target_;
    std::string_view table_;
    OdataLevel level_;
    Instant now_;
    std::optional<std::vector<std::string>> select_;
};

}  // namespace lazulite::table
