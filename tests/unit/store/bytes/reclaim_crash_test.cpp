#include <gtest/gtest.h>

#include "small_store.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::test {
namespace {

SmallStore::Options small_extents() {
    SmallStore::Options options;
    options.packed_limit = 64 << 10;
    options.exclusive_from = 20'000;
    return options;
}

/// Puts, overwrites, lists, drops, a drained directory, and slices in between. Rows above 100 stay as they are.
void live(SmallStore& store) {
    store.put(101, some_bytes(3000, 101));
    for (std::int64_t id = 1; id <= 12; ++id) {
        auto upload = store.upload(some_bytes(9000, static_cast<std::uint64_t>(id)));
        store.write([&](WriteTxn& tx) {
            store.set_row(tx, id, contents::create_embedded(tx, upload.first), id <= 6 ? 7 : 0);
        });
        upload.second->keep();
    }
    store.put(102, some_bytes(30'000, 102));
    store.put(13, some_bytes(30'000, 13));
    store.write([&](WriteTxn& tx) {
        const ContentRef shared = contents::share(tx, SmallStore::row(tx, 8), 9000);
        store.set_row(tx, 8, shared);
        store.set_row(tx, 14, shared);
    });
    store.drop_row(8);
    store.slice();
    store.write([&](WriteTxn& tx) { tx.drain(WriteTxn::Drain::directory, 7); });
    store.slice();
    store.drop_row(13);
    store.drop_row(14);
    { const auto aborted = store.upload(some_bytes(5000, 1)); }
    store.slice();
    store.drop_row(9);
    store.drop_row(10);
    store.reclaim();
    store.put(103, some_bytes(5000, 103));
    store.drop_row(11);
    store.drop_row(12);
    store.reclaim();
}

/// Wherever the process is killed: the next one finds every count exact, finishes what was begun, and writes nothing
/// into an extent of the one before.
TEST(ReclaimCrash, MayBeCutAtEveryStep) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    std::size_t start = 0;
    {
        SmallStore store(files, small_extents());
        start = files.position();
        live(store);
        store.expect_sound();
    }
    EXPECT_EQ(files.rewrites(), std::vector<std::string>());
    for (std::size_t cut = start; cut <= files.position() && !testing::Test::HasFailure(); ++cut) {
        SCOPED_TRACE("cut at " + std::to_string(cut));
        const auto killed = files.after_kill(cut);
        FaultFileSystem again(*killed);
        SmallStore store(again, small_extents());
        store.expect_sound();
        store.reclaim();
        store.expect_sound();
        EXPECT_EQ(store.number("SELECT count(*) FROM reclaim"), 0);
        EXPECT_EQ(store.number("SELECT coalesce(sum(freed), 0) FROM extents"), 0);
        EXPECT_EQ(store.number("SELECT count(*) FROM extents WHERE live = 0"), 0);
        store.put(200, some_bytes(7000, 200));
        for (const std::int64_t id : {101, 102, 103, 200}) {
            ContentRef ref;
            store.read([&](ReadTxn& tx) { ref = SmallStore::row(tx, id); });
            if (ref.empty()) continue;
            const std::size_t size = ref.range()->length;
            EXPECT_BYTES(store.content(ref, 0, size), some_bytes(size, static_cast<std::uint64_t>(id)));
        }
        EXPECT_EQ(again.rewrites(), std::vector<std::string>());
    }
}

/// In `power` mode the same holds for a power loss at any sync, with the unsynced writes in any state.
TEST(ReclaimCrash, PowerModeSurvivesPowerLoss) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    SmallStore::Options options = small_extents();
    options.durability = Durability::power;
    std::size_t start = 0;
    {
        SmallStore store(files, options);
        start = files.position();
        live(store);
    }
    for (const std::size_t cut : files.sync_points(start)) {
        for (std::uint64_t seed = 0; seed < 4 && !testing::Test::HasFailure(); ++seed) {
            SCOPED_TRACE("cut at " + std::to_string(cut) + ", seed " + std::to_string(seed));
            const auto lost = files.after_power_loss(cut, seed);
            SmallStore store(*lost, options);
            store.expect_sound();
            store.reclaim();
            store.expect_sound();
        }
    }
}

}  // namespace
}  // namespace lazulite::test
