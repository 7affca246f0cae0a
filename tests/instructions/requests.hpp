#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace instructions {

using Headers = std::vector<std::pair<std::string_view, std::string>>;

/// As an SDK sends it: `path` stands below the account, a SAS that allows everything follows `query`.
struct Message {
    std::string_view method;
    std::string path;
    std::string query = {};
    Headers headers = {};
    std::string body = {};
};

[[nodiscard]] std::string bytes_of(const Message& message);

/// "0042": names of the same length sort as they are numbered.
[[nodiscard]] std::string digits(unsigned number);
/// Bytes that differ from one seed to the next.
[[nodiscard]] std::string content(std::size_t size, unsigned seed);

}  // namespace instructions
