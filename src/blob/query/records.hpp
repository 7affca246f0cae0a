#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/query/evaluator.hpp"
#include "blob/query/format.hpp"

namespace lazulite::blob::query {

/// What some programs begin a text with; it belongs to no record.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Where the next record stands in what is at hand.
struct FoundRecord {
    enum class Kind : std::uint8_t {
        record,
        more,    ///< it is not whole yet; `next` bytes are of no more use
        end,     ///< nothing comes any more
        broken,  ///< this is no record, and nothing behind it can be read
    };
    Kind kind = Kind::more;
    std::size_t begin = 0;
    std::size_t next = 0;  ///< where the one after it is looked for
    Fault fault = {};      ///< of a broken one
};

/// Takes a blob's bytes apart, and shows each record to expressions. A record has at most 1 MiB; the caller watches
/// that.
class Records {
  public:
    using Visit = std::function<void(const Row&)>;

    virtual ~Records() = default;
    /// Reads the record at the front of `bytes`; `last`: the blob ends where they do. What was not whole is read anew.
    virtual FoundRecord read(std::string_view bytes, bool last) = 0;
    /// The rows that the record read last is made of: one for a line, none for the header line, those at the path
    /// behind FROM for an object. A fault is fatal.
    virtual std::optional<Fault> visit_rows(const Visit& visit) = 0;
    /// SELECT *: every field of a row in its order.
    virtual void for_each_field(const Row& row,
                                const std::function<void(std::string_view name, const Value&)>& field) = 0;
};

[[nodiscard]] std::unique_ptr<Records> delimited_records(const DelimitedFormat& format, const Statement& statement);
[[nodiscard]] std::unique_ptr<Records> json_records(const JsonFormat& format, const Statement& statement);

}  // namespace lazulite::blob::query
