#include <gtest/gtest.h>

#include <iterator>

#include "check/check.hpp"
#include "run/runner.hpp"

namespace concurrency {
namespace {

std::string history_of(std::uint64_t seed) {
    const auto runner = make_stepped();
    Plan plan(seed, {std::begin(kKinds), std::end(kKinds)}, "hist");
    Ran ran = runner->run(plan, seed);
    EXPECT_EQ(ran.problem, "");
    give_short_names(ran.history);
    return to_text(ran.history);
}

TEST(Stepped, ASeedGivesTheSameHistoryAgain) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const std::string first = history_of(seed);
        EXPECT_EQ(history_of(seed), first) << seed;
        EXPECT_NE(history_of(seed + 100), first);
    }
}

/// Otherwise the histories would say little.
TEST(Stepped, ClientsMeet) {
    const History history = from_text(history_of(4));
    std::size_t together = 0;
    std::size_t changes = 0;
    for (const Event& event : history) {
        if (!event.answered()) continue;
        for (const Event& other : history) {
            if (&other != &event && other.object == event.object && other.called < event.returned &&
                other.returned > event.called)
                ++together;
        }
        if (number(event.got, "status") < 300) ++changes;
    }
    EXPECT_GT(together, 2 * history.size());
    EXPECT_GT(changes, history.size() / 3);
}

}  // namespace
}  // namespace concurrency
