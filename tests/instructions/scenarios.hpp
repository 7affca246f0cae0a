#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "lazulite/emulator.hpp"
#include "requests.hpp"

namespace instructions {

/// A request and what its answer has to be.
struct Ask {
    Message message;
    int status;
};

/// What is counted: `ask` again and again, over what `prepare` put there.
struct Scenario {
    std::string_view name;
    lazulite::Surface surface;
    unsigned prepared;  ///< requests
    std::function<Ask(unsigned number)> prepare;
    unsigned warming;    ///< times before it counts
    unsigned counted;    ///< times; few writes, since SQLite looks the longer for a page the oftener its WAL holds it
    unsigned steps = 1;  ///< requests each time
    /// The answer before it may say what it has to be.
    std::function<Ask(unsigned number, const std::string& last_answer)> ask;
    std::string_view in_answer = {};  ///< of the last step: a text that it must hold
};

[[nodiscard]] std::span<const Scenario> scenarios();

}  // namespace instructions
