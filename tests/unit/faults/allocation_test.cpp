#include <gtest/gtest.h>

#include <optional>

#include "allocations.hpp"
#include "fault_test.hpp"

namespace lazulite {
namespace {

/// One after the other, each allocation that a request makes on its thread fails.
class FailedAllocation : public ::testing::Test {
  protected:
    /// A server at which the steps before this one were taken.
    struct Prepared {
        std::unique_ptr<FileSystem> files = make_memory_file_system(kMemory);
        OneServer server{*files, Durability::process};
        Shown shown;

        Prepared(const Part& part, std::size_t step) {
            for (std::size_t i = 0; i < step; ++i) ask(server, part.steps[i], shown);
        }
    };

    /// Returns how many were made to fail.
    static std::uint64_t fail_each_of(const Part& part, std::size_t i, const Expected& expected, std::uint64_t first,
                                      std::uint64_t every, std::uint64_t in_a_row) {
        const Step& step = part.steps[i];
        std::optional<Prepared> prepared;
        std::uint64_t count = 0;
        for (std::uint64_t nth = first;; nth += every) {
            if (!prepared) prepared.emplace(part, i);
            Shown shown = prepared->shown;
            fail_allocations(nth - 1, in_a_row);
            const OneServer::Answer answer = ask(prepared->server, step, shown);
            if (!allocations_failed()) {
                EXPECT_EQ(lasting(answer), expected.answers[i]) << step.target << " after all those failures";
                return count;
            }
            ++count;
            const std::string what = "allocation " + std::to_string(nth) + " of " + step.method + " " + step.target + ": " +
                                     std::to_string(answer.status) + answer.body;
            const std::string state = state_of(prepared->server, part);
            const bool done = state == expected.states[i + 1] && state != expected.states[i];
            if (!answer.failed()) {
                EXPECT_EQ(lasting(answer), expected.answers[i]) << what;
                EXPECT_EQ(state, expected.states[i + 1]) << what << difference(state, expected.states[i + 1]);
                prepared.reset();
            } else if (done) {
                prepared.reset();  // its answer was lost
            } else {
                EXPECT_TRUE(answer.status == 500 || answer.status == 503 || answer.status == 0) << what;
                EXPECT_EQ(state, expected.states[i]) << what << difference(state, expected.states[i]);
                if (HasFailure()) return count;
                continue;
            }
            if (HasFailure()) return count;
        }
    }
};

TEST_F(FailedAllocation, HarmsOneRequestAtMost) {
    log::set_level(log::Level::off);
    const std::uint64_t every = stride(101);
    std::uint64_t count = 0;
    for (const Part& part : script()) {
        Prepared prepared(part, 0);
        const Expected expected = run_untouched(prepared.server, part);
        for (std::size_t i = 0; i < part.steps.size(); ++i) {
            SCOPED_TRACE(part.name);
            count += fail_each_of(part, i, expected, 1 + 37 * i % every, every, i % 2 == 0 ? 1 : 6);
            ASSERT_FALSE(HasFailure());
        }
    }
    std::printf("%llu allocations failed in turn\n", static_cast<unsigned long long>(count));
}

}  // namespace
}  // namespace lazulite
