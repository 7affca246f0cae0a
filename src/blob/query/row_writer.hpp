#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "blob/query/format.hpp"
#include "blob/query/value.hpp"

namespace lazulite::blob::query {

/// Puts rows into an answer: fields in their order, then the end of the row.
class RowWriter {
  public:
    virtual ~RowWriter() = default;
    virtual void field(std::string_view name, const Value& value) = 0;
    virtual void end_row(std::string& out) = 0;
    /// What the service was seen to end an answer with that breaks off in a record.
    virtual void break_off(std::string& out) = 0;
};

[[nodiscard]] std::unique_ptr<RowWriter> row_writer(const Format& format);

}  // namespace lazulite::blob::query
