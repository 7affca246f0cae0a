#pragma once

#include <string>
#include <vector>

#include "http.hpp"
#include "script.hpp"
#include "variables.hpp"

namespace wire_tests {

struct Difference {
    std::string what;  ///< "status", the name of a header, "body"
    std::string expected;
    std::string actual;
};

/// What the file asks of the answer. Names without a value take theirs from it.
std::vector<Difference> compare(const Expectation& expected, const Answer& answer, Variables& variables);

/// How a service writes its errors: plain XML, OData's of the Table service, the page of a website.
enum class ErrorBody { xml, odata, html, either };  ///< `either`: JSON, or XML where the Blob service answers

/// What every answer of a service owes, whatever the file asks: request id, date, the version and client request
/// id that were sent, and an error's code both as header and in the body; of a website only where the file names no body, which may be its own error
/// document. Headers that the file names are left to it.
std::vector<Difference> compare_common(const Expectation& expected, std::string_view method, const Headers& sent,
                                       const Answer& answer, ErrorBody errors);

}  // namespace wire_tests
