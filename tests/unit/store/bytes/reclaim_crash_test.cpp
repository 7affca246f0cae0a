#include <gtest/gtest.h>

#include <map>

#include "small_store.hpp"
#include "store/fault_file_system.hpp"
#include "store/span_map.hpp"

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

/// Maps that stand on each other, and what rows show of them.
class Layers {
  public:
    static constexpr std::uint64_t kSize = 640 << 10;

    explicit Layers(SmallStore& store) : store_(store) { shown_[1] = std::string(kSize, '\0'); }

    void write(std::uint64_t start, std::size_t length, std::uint64_t seed) {
        const std::string bytes = some_bytes(length, seed);
        std::unique_ptr<PendingBytes> pending;
        Source source = bytes;
        if (length > 1024) {
            auto upload = store_.upload(bytes);
            source = upload.first;
            pending = std::move(upload.second);
        }
        change([&](WriteTxn& tx, const ContentRef& ref) { return contents::write_map(tx, ref, kSize, start, source); });
        if (pending) pending->keep();
        shown_[1].replace(start, length, bytes);
    }
    void clear(std::uint64_t start, std::uint64_t length) {
        change([&](WriteTxn& tx, const ContentRef& ref) { return contents::clear_map(tx, ref, kSize, start, length); });
        shown_[1].replace(start, length, length, '\0');
    }
    void shrink_and_grow(std::uint64_t to) {
        change([&](WriteTxn& tx, const ContentRef& ref) { return contents::resize_map(tx, ref, kSize, to); });
        change([&](WriteTxn& tx, const ContentRef& ref) { return contents::resize_map(tx, ref, to, kSize); });
        shown_[1].replace(to, kSize - to, kSize - to, '\0');
    }
    void snapshot(std::int64_t id) {
        store_.write([&](WriteTxn& tx) {
            const ContentRef ref = contents::share(tx, SmallStore::row(tx, 1), kSize);
            store_.set_row(tx, 1, ref);
            store_.set_row(tx, id, ref);
        });
        shown_[id] = shown_[1];
    }
    const std::map<std::int64_t, std::string>& shown() const { return shown_; }

  private:
    template <class Change>
    void change(Change change) {
        store_.write([&](WriteTxn& tx) {
            const ContentRef before = SmallStore::row(tx, 1);
            const ContentRef after = change(tx, before);
            store_.set_row(tx, 1, after);
            if (before.encode() != after.encode()) contents::release(tx, before);
        });
    }

    SmallStore& store_;
    std::map<std::int64_t, std::string> shown_;  // by row
};

void expect_shown(SmallStore& store, const std::map<std::int64_t, std::string>& shown) {
    for (const auto& [id, bytes] : shown) {
        ContentRef ref;
        store.read([&, row = id](ReadTxn& tx) { ref = SmallStore::row(tx, row); });
        if (id != 1 && ref.empty()) continue;  // dropped
        EXPECT_BYTES(store.content(ref, 0, Layers::kSize), bytes);
    }
}

/// Maps below that nobody needs any more go over into those above in slices, and each shows what it did after every one
/// of them, wherever the process is killed (invariant 13).
TEST(ReclaimCrash, AMergeMayBeCutAnywhereAndShowsTheSame) {
    const auto memory = make_memory_file_system(1 << 30);
    FaultFileSystem files(*memory);
    std::size_t start = 0;
    std::map<std::int64_t, std::string> shown;
    {
        SmallStore store(files, small_extents());
        Layers layers(store);
        for (std::uint64_t i = 0; i < 510; ++i) layers.write(i * 1024, 512, i);
        layers.write(560 << 10, 40'000, 1);
        layers.snapshot(2);
        for (std::uint64_t i = 0; i < 30; ++i) layers.write(i * 20'480, 1536, i);
        layers.clear(100 << 10, 200 << 10);
        layers.snapshot(3);
        layers.shrink_and_grow(400 << 10);
        layers.write(500 << 10, 8192, 2);
        layers.snapshot(4);
        layers.write(0, 512, 3);
        shown = layers.shown();
        start = files.position();
        for (const std::int64_t id : {3, 2}) {
            store.drop_row(id);
            while (store.slice()) expect_shown(store, shown);
        }
        store.reclaim();
        expect_shown(store, shown);
        EXPECT_LE(store.number("SELECT count(*) FROM contents WHERE base_id IS NOT NULL"), 1);
    }
    const std::size_t stride = 1 + (files.position() - start) / 60;  // most steps write a part of one commit
    for (std::size_t cut = start; cut <= files.position() && !testing::Test::HasFailure(); cut += stride) {
        SCOPED_TRACE("cut at " + std::to_string(cut));
        const auto killed = files.after_kill(cut);
        for (int life = 0; life < 2; ++life) {
            SmallStore store(*killed, small_extents());
            store.expect_sound();
            expect_shown(store, shown);
            if (life == 0) store.slice();
            else store.reclaim();
            store.expect_sound();
            expect_shown(store, shown);
        }
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
