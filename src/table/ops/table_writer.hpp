#pragma once

#include <string>
#include <string_view>

#include "service/target.hpp"
#include "table/domain/entity_json.hpp"

namespace lazulite::table {

/// Writes tables as a request asked for them: `{"TableName":"name"}` with what the level adds, or Atom.
class TableWriter {
  public:
    TableWriter(const Target& target, OdataLevel level, Instant now) : target_(target), level_(level), now_(now) {}

    void begin_page(std::string& to) const;
    void append(std::string& to, std::string_view name) const;
    void end_page(std::string& to) const;
    /// One table as an answer of its own.
    [[nodiscard]] std::string single(std::string_view name) const;

  private:
    void append_members(std::string& to, std::string_view name) const;
    void append_entry(std::string& to, std::string_view name, bool alone) const;

    const Target& target_;
    OdataLevel level_;
    Instant now_;
};

}  // namespace lazulite::table
