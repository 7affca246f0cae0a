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
        : target_(target), table_(table), level_(level), now_(now), select_(std::move(select)), json_(text_, level) {}

    void begin_page();
    /// One entity of a page. What `$select` names and the entity lacks is null, as the service was seen to answer.
    void append(KeyView key, Instant timestamp, std::string_view packed);
    /// The page, once.
    [[nodiscard]] std::string end_page();
    /// How long the text is until now.
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    /// Room for the rest of the page, or its text would be copied again and again.
    void need(std::size_t bytes) { text_.need(bytes); }

    /// One entity as an answer of its own, in place of a page.
    [[nodiscard]] std::string single(KeyView key, Instant timestamp, std::string_view packed);

  private:
    template <class Each>
    void each_property(KeyView key, Instant timestamp, std::string_view packed, Each each) const;
    void append_members(KeyView key, Instant timestamp, std::string_view packed);
    void append_entry(KeyView key, Instant timestamp, std::string_view packed, bool alone);

    const Target& target_;
    std::string_view table_;
    OdataLevel level_;
    Instant now_;
    std::optional<std::vector<std::string>> select_;
    Pen text_;
    JsonProperties json_;
};

}  // namespace lazulite::table
