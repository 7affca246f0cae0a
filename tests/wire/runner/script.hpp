#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wire_tests {

// A file of exchanges as it is written, nothing expanded yet. README.md of the parent folder explains the form.

struct Request {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> directives;  ///< "auth none", "without x-ms-date", "chunked"
    std::string body;
};

struct Expectation {
    int line = 0;
    int status = 0;  ///< `4xx`: 4
    std::string reason;                                        ///< empty: not checked
    std::vector<std::pair<std::string, std::string>> headers;  ///< value as written: exact, `*`, `~REGEX`, `!other`
    std::vector<std::string> absent;
    std::vector<std::string> body;  ///< lines; none: not checked
    bool empty = false;             ///< `!empty`
    bool exact = false;             ///< `!exact`: XML too is compared byte by byte
};

struct Exchange {
    int line = 0;
    Request request;
    bool continues = false;  ///< `<<< 100` stands before the final expectation
    Expectation expected;
};

/// Bytes sent as they are on a connection of their own.
struct RawExchange {
    int line = 0;
    std::string bytes;
    std::string expected;  ///< what the answer begins with
    bool closed = false;   ///< and then the server closes
};

struct Advance {
    int line = 0;
    long seconds = 0;
};

using Step = std::variant<Exchange, RawExchange, Advance>;

struct Script {
    std::string rule;  ///< the first comment
    std::optional<std::string> skip;
    std::vector<Step> steps;
};

/// Throws std::runtime_error with the line that is not understood.
Script read_script(const std::filesystem::path& file);

}  // namespace wire_tests
