#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/surfaces.hpp"
#include "base/log.hpp"
#include "script.hpp"
#include "store/check.hpp"
#include "store/file_system.hpp"

namespace lazulite {

constexpr std::uint64_t kMemory = 1ULL << 30;

/// Of the failures that could be tried, one in so many is: LAZULITE_FAULT_STRIDE, 1 for all of them.
inline std::uint64_t stride(std::uint64_t usual) {
    const char* const asked = std::getenv("LAZULITE_FAULT_STRIDE");
#ifdef FAULTS_ARE_SLOW
    usual *= 6;
#endif
    return asked != nullptr ? std::strtoull(asked, nullptr, 10) : usual;
}

/// What is answered to every step when nothing fails, and what can be seen before it and at the end.
struct Expected {
    std::vector<std::string> answers;
    std::vector<std::string> states;
};

inline Expected run_untouched(OneServer& server, const Part& part) {
    Expected expected;
    Shown shown;
    for (const Step& step : part.steps) {
        expected.states.push_back(state_of(server, part));
        const OneServer::Answer answer = ask(server, step, shown);
        expected.answers.push_back(lasting(answer));
        EXPECT_LT(answer.status, 300) << step.method << " " << step.target << ": " << answer.body;
    }
    expected.states.push_back(state_of(server, part));
    return expected;
}

inline std::vector<std::string> problems_of(FileSystem& files) {
    const auto kinds = all_store_kinds();
    return check(files, kinds).problems;
}

/// The first line in which two states differ.
inline std::string difference(const std::string& found, const std::string& wanted) {
    std::size_t at = 0;
    while (at < found.size() && at < wanted.size() && found[at] == wanted[at]) ++at;
    const auto around = [at](const std::string& text) {
        const std::size_t begin = at < 300 ? 0 : at - 300;
        return begin < text.size() ? text.substr(begin, 600) : std::string();
    };
    return "found:\n" + around(found) + "\nwanted:\n" + around(wanted);
}

}  // namespace lazulite
