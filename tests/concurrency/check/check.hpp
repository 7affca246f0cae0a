#pragma once

#include <string>
#include <vector>

#include "linearizable.hpp"

namespace concurrency {

/// What is said of one object.
struct Judged {
    std::string object;  ///< "etag-0", of a message "queue-1/message 17"
    std::size_t operations = 0;
    Verdict verdict = Verdict::linearizable;
    std::string why;  ///< of a refusal: the operation that fits nowhere, and those around it
};

/// Every object of a history by itself, for an order of all exists where there is one for each. Only what is not
/// linearizable is returned.
[[nodiscard]] std::vector<Judged> check(const History& history);

}  // namespace concurrency
