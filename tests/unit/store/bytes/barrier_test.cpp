// What a power failure leaves where commits do not wait for the disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "small_store.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::test {
namespace {

using Checkpoint = Connection::Checkpoint;
using Kind = FileOperation::Kind;

constexpr std::uint64_t kFirstBoot = 1;
constexpr std::uint64_t kNextBoot = 2;

SmallStore::Options with_barriers(std::uint64_t boot = kFirstBoot) {
    SmallStore::Options options;
    options.packed_limit = 64 << 10;
    options.exclusive_from = 20'000;
    options.barriers = true;
    options.boot = boot;
    return options;
}

/// Row -> the seed of its bytes.
using State = std::map<std::int64_t, std::uint64_t>;

std::size_t size_of(std::uint64_t seed) { return 1500 + seed * 977 % 25'000; }

State state_of(SmallStore& store) {
    State state;
    std::vector<std::pair<std::int64_t, ContentRef>> rows;
    store.read([&](ReadTxn& tx) {
        Cursor cursor = tx.query("SELECT id, dir, content FROM rows");
        while (cursor.next()) {
            state[cursor.integer(0)] = static_cast<std::uint64_t>(cursor.integer(1));
            rows.emplace_back(cursor.integer(0), ContentRef::decode(cursor.bytes(2)));
        }
    });
    for (const auto& [id, ref] : rows) {
        EXPECT_BYTES(store.content(ref, 0, size_of(state[id])), some_bytes(size_of(state[id]), state[id]));
    }
    return state;
}

/// The states that commits left, in order, and where in the trace each was acknowledged or promised.
class History {
  public:
    explicit History(FaultFileSystem& files, std::uint64_t boot = kFirstBoot)
        : store(std::make_unique<SmallStore>(files, with_barriers(boot))), files_(files) {
        commits.push_back({files.position(), {}});
    }

    void put(std::int64_t id) {
        const std::uint64_t seed = ++last_seed_;
        auto [range, pending] = store->upload(some_bytes(size_of(seed), seed));
        store->write([&, &named = range](WriteTxn& tx) {
            contents::release(tx, SmallStore::row(tx, id));
            store->set_row(tx, id, contents::create_embedded(tx, named), static_cast<std::int64_t>(seed));
        });
        pending->keep();
        State state = commits.back().state;
        state[id] = seed;
        commits.push_back({files_.position(), std::move(state)});
    }
    void drop(std::int64_t id) {
        store->drop_row(id);
        State state = commits.back().state;
        state.erase(id);
        commits.push_back({files_.position(), std::move(state)});
    }
    void raise() {
        const std::size_t covered = commits.size() - 1;
        store->raise();
        promises.push_back({files_.position(), covered});
    }
    void checkpoint(Checkpoint how) {
        const std::size_t covered = commits.size() - 1;
        store->checkpoint(how);
        promises.push_back({files_.position(), covered});
    }
    /// A small life in which rows come, change and go, over several generations of the WAL.
    void live() {
        for (std::int64_t round = 0; round < 4; ++round) {
            for (std::int64_t id = 1; id <= 5; ++id) put(id);
            if (round % 2 == 0) raise();
            drop(2);
            store->slice();
            put(6 + round);
            checkpoint(round == 2 ? Checkpoint::restart : Checkpoint::passive);
            store->slice();
            put(3);
            store->reclaim();
        }
    }

    /// What was promised before `position`, as an index into `commits`.
    [[nodiscard]] std::size_t promised(std::size_t position) const {
        std::size_t known = 0;
        for (const auto& promise : promises) {
            if (promise.position <= position) known = promise.commit;
        }
        return known;
    }

    struct Commit {
        std::size_t position;
        State state;
    };
    struct Promise {
        std::size_t position;
        std::size_t commit;
    };
    std::vector<Commit> commits;
    std::vector<Promise> promises;
    std::unique_ptr<SmallStore> store;

  private:
    FaultFileSystem& files_;
    std::uint64_t last_seed_ = 0;
};

/// That the store holds one of these states, with every byte of it.
void expect_one_of(SmallStore& store, const History& history, std::size_t first, std::size_t last) {
    store.expect_sound();
    const State found = state_of(store);
    for (std::size_t i = first; i <= last; ++i) {
        if (history.commits[i].state == found) return;
    }
    ADD_FAILURE() << "no state between the commits " << first << " and " << last;
}

/// Where the power may fail: after every sync, and in between.
std::vector<std::size_t> some_positions(const FaultFileSystem& files, std::size_t start) {
    std::vector<std::size_t> positions = files.sync_points(start);
    for (std::size_t at = start; at <= files.position(); at += 7) positions.push_back(at);
    positions.push_back(files.position());
    return positions;
}

TEST(Barrier, APowerLossLeavesAPrefixOfCommitsThatIsNotOlderThanTheLastBarrier) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    History history(files);
    const std::size_t start = files.position();
    history.live();
    history.store.reset();
    std::size_t cut_short = 0;
    for (const std::size_t at : some_positions(files, start)) {
        for (std::uint64_t seed = 0; seed < 6 && !testing::Test::HasFailure(); ++seed) {
            SCOPED_TRACE("power lost at " + std::to_string(at) + ", seed " + std::to_string(seed));
            const auto left = files.after_power_loss(at, seed);
            FaultFileSystem again(*left);
            SmallStore store(again, with_barriers(kNextBoot));
            expect_one_of(store, history, history.promised(at), history.commits.size() - 1);
            if (state_of(store) != history.commits.back().state) ++cut_short;
            store.raise();
            store.reclaim();
            store.expect_sound();
            EXPECT_EQ(again.rewrites(), std::vector<std::string>());
        }
    }
    EXPECT_GT(cut_short, 0U);
}

TEST(Barrier, AfterOneTheNextProcessMayBeKilledAndLosesNothing) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    History history(files);
    history.put(1);
    history.raise();
    history.put(2);
    history.store.reset();
    const auto left = files.after_power_loss(files.position(), 0);
    FaultFileSystem again(*left);
    {
        SmallStore store(again, with_barriers(kNextBoot));
        store.put(3, some_bytes(4000, 3));
    }
    const auto killed = again.after_kill(again.position());
    SmallStore store(*killed, with_barriers(kNextBoot));
    store.expect_sound();
    EXPECT_EQ(store.number("SELECT count(*) FROM rows WHERE id IN (1, 3)"), 2);
}

TEST(Barrier, AKilledProcessLeavesItsUnsyncedBytesToTheNextOne) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    {
        History history(files);
        history.raise();
        history.put(1);
        history.put(2);
    }
    SmallStore next(files, with_barriers());  // in the same boot: all is there, none of it on the disk
    EXPECT_EQ(next.number("SELECT count(*) FROM rows"), 2);
    next.raise();
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        const auto left = files.after_power_loss(files.position(), seed);
        SmallStore store(*left, with_barriers(kNextBoot));
        store.expect_sound();
        EXPECT_EQ(store.number("SELECT count(*) FROM rows"), 2) << "seed " << seed;
    }
}

TEST(Barrier, AStoreThatNeverReachedOneBeginsAnew) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    {
        History history(files);
        history.put(1);
    }
    const auto left = files.after_kill(files.position());
    SmallStore store(*left, with_barriers(kNextBoot));
    EXPECT_EQ(store.number("SELECT count(*) FROM rows"), 0);
    EXPECT_EQ(store.extent_files(), 0U);
}

TEST(Barrier, HoldsBackThePunchesOfWhatItDoesNotCover) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    History history(files);
    history.put(1);
    history.put(2);
    history.raise();
    history.drop(1);
    history.store->reclaim();
    EXPECT_EQ(files.calls(Kind::punch), 0U);
    EXPECT_TRUE(history.store->barrier->wanted());
    history.raise();
    EXPECT_FALSE(history.store->barrier->wanted());
    history.store->reclaim();
    EXPECT_EQ(files.calls(Kind::punch), 1U);
    EXPECT_EQ(history.store->number("SELECT count(*) FROM reclaim"), 0);
}

TEST(Barrier, OneThatFailsPromisesNothingAndStopsACheckpoint) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    History history(files);
    history.put(1);
    history.raise();
    history.put(2);
    const std::uint64_t ticket = history.store->barrier->ticket();
    files.inject({.kinds = {Kind::sync}, .from_then_on = true, .path_part = "extents-"});
    EXPECT_THROW(history.store->checkpoint(Checkpoint::passive), SqlError);
    EXPECT_FALSE(history.store->barrier->passed(ticket));
    EXPECT_TRUE(history.store->barrier->wanted());
    files.heal();
    history.raise();
    EXPECT_TRUE(history.store->barrier->passed(ticket));
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        const auto left = files.after_power_loss(files.position(), seed);
        SmallStore store(*left, with_barriers(kNextBoot));
        expect_one_of(store, history, 2, 2);
    }
}

TEST(Barrier, CostsNothingWhileNothingIsCommitted) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    History history(files);
    history.put(1);
    history.raise();
    const std::uint64_t syncs = files.calls(Kind::sync);
    history.raise();
    EXPECT_EQ(files.calls(Kind::sync), syncs);
    history.put(2);
    history.raise();
    EXPECT_EQ(files.calls(Kind::sync), syncs + 3);  // the extent, the WAL, the record
}

// ---- from one mode to the other -------------------------------------------------------------------------------------

TEST(Barrier, WhatWasWrittenInPowerModeIsNeverCut) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    {
        History history(files);
        history.put(1);
        history.raise();
        history.put(2);
    }
    SmallStore::Options power = with_barriers();
    power.durability = Durability::power;
    {
        SmallStore store(files, power);
        store.put(3, some_bytes(9000, 3));
    }
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        const auto left = files.after_power_loss(files.position(), seed);
        SmallStore store(*left, with_barriers(kNextBoot));
        store.expect_sound();
        EXPECT_EQ(store.number("SELECT count(*) FROM rows"), 3) << "seed " << seed;
    }
}

TEST(Barrier, ProcessModeAfterPowerModeCutsWhatItMust) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    SmallStore::Options power = with_barriers();
    power.durability = Durability::power;
    {
        SmallStore store(files, power);
        store.put(1, some_bytes(9000, 1));
    }
    {
        SmallStore store(files, with_barriers());
        for (std::int64_t id = 2; id < 9; ++id) store.put(id, some_bytes(9000, static_cast<std::uint64_t>(id)));
    }
    for (std::uint64_t seed = 0; seed < 32; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto left = files.after_power_loss(files.position(), seed);
        SmallStore store(*left, with_barriers(kNextBoot));
        store.expect_sound();
        EXPECT_EQ(store.number("SELECT count(*) FROM rows"), 1);
    }
}

}  // namespace
}  // namespace lazulite::test
