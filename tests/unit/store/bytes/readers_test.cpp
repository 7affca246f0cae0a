#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "store/ledger.hpp"

namespace lazulite::test {
namespace {

TEST(Readers, AnEpochPassesOnceItsReadersHaveLeft) {
    Readers readers;
    EXPECT_TRUE(readers.passed(readers.advance()));
    std::optional<Readers::Guard> early(std::in_place, readers);
    const std::uint64_t first = readers.advance();
    std::optional<Readers::Guard> late(std::in_place, readers);
    EXPECT_FALSE(readers.passed(first));
    early.reset();
    EXPECT_TRUE(readers.passed(first));
    const std::uint64_t second = readers.advance();
    EXPECT_FALSE(readers.passed(second));
    late.reset();
    EXPECT_TRUE(readers.passed(second));
}

TEST(Readers, OneThreadMayReadWithinARead) {
    Readers readers;
    std::optional<Readers::Guard> outer(std::in_place, readers);
    const std::uint64_t epoch = readers.advance();
    { const Readers::Guard inner(readers); }
    EXPECT_FALSE(readers.passed(epoch));
    outer.reset();
    EXPECT_TRUE(readers.passed(epoch));
}

TEST(Readers, AKeyIsPinnedUntilItsLastPinEnds) {
    Readers readers;
    EXPECT_FALSE(readers.pinned(7));
    std::optional<Pin> first(readers.pin(7));
    std::optional<Pin> second(readers.pin(7));
    std::optional<Pin> copy(first);
    first.reset();
    second.reset();
    EXPECT_TRUE(readers.pinned(7));
    EXPECT_FALSE(readers.pinned(8));
    copy.reset();
    EXPECT_FALSE(readers.pinned(7));
}

TEST(Readers, APinMayOutliveThem) {
    std::optional<Pin> pin;
    {
        Readers readers;
        pin = readers.pin(1);
    }
    pin.reset();
}

/// Threads read a value that a writer takes away after its gates: none of them sees it gone.
TEST(Readers, WhatIsReadIsNeverTakenAway) {
    Readers readers;
    constexpr std::size_t kValues = 500;
    std::vector<std::atomic<bool>> gone(kValues);
    std::atomic<std::size_t> current{0};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            while (current < kValues - 1) {
                Pin pin;
                std::size_t value = 0;
                {
                    const Readers::Guard guard(readers);
                    value = current;
                    if (gone[value]) ++wrong;
                    if (i == 0) pin = readers.pin(value);
                }
                if (i != 0) continue;
                std::this_thread::yield();
                if (gone[value]) ++wrong;
            }
        });
    }
    for (std::size_t value = 0; value + 1 < kValues; ++value) {
        current = value + 1;  // "committed"
        const std::uint64_t epoch = readers.advance();
        while (!readers.passed(epoch) || readers.pinned(value)) std::this_thread::yield();
        gone[value] = true;
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0U);
}

TEST(Readers, MoreReadsThanSlotsWaitForEachOther) {
    Readers readers;
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 100; ++i) {
        threads.emplace_back([&] {
            const Readers::Guard guard(readers);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            ++done;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done, 100);
    EXPECT_TRUE(readers.passed(readers.advance()));
}

}  // namespace
}  // namespace lazulite::test
