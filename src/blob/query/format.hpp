#pragma once

#include <optional>
#include <string>
#include <variant>

namespace lazulite::blob::query {

/// Lines of fields. Reference: "Query Blob Contents", DelimitedTextConfiguration.
struct DelimitedFormat {
    std::string column_separator = ",";
    std::string record_separator = "\n";
    std::optional<char> quote = '"';
    std::optional<char> escape;
    bool headers = false;  ///< the first line names the fields
};

/// Objects, one after another.
struct JsonFormat {
    std::string record_separator = "\n";
};

using Format = std::variant<DelimitedFormat, JsonFormat>;

}  // namespace lazulite::blob::query
