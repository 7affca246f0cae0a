#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

/// Uncommitted blocks of 5,000 bytes in extents.
class StagedBlocks : public ::testing::Test {
  protected:
    StagedBlocks() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kBlobStore.name);
        write([](WriteTxn& tx) {
            Container container;
            container.name = "container";
            container.container_id = kDirectory + 1;
            container.root_dir_id = kDirectory;
            insert_container(tx, container);
        });
    }
    ~StagedBlocks() override {
        store_.reset();
        stores_->close();
    }

    template <class Fn>
    void write(Fn fn) {
        ASSERT_TRUE(store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        }));
    }
    std::int64_t number(const char* sql) {
        return *store_->read([sql](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    /// Lets the store work until `sql` says so, or for 20 s.
    void wait_for(const char* sql, std::int64_t wanted) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (number(sql) != wanted && std::chrono::steady_clock::now() < end) write([](WriteTxn&) {});
        EXPECT_EQ(number(sql), wanted) << sql;
    }

    static std::string id_of(int i) { return "block" + std::to_string(100'000 + i); }
    void stage(const std::string& name, int first, int count) {
        std::vector<Block> blocks;
        std::vector<std::unique_ptr<PendingBytes>> uploads;
        for (int i = first; i < first + count; ++i) {
            uploads.push_back(*store_->extents().reserve(kLength));
            ASSERT_TRUE(uploads.back()->write(as_bytes(std::string(kLength, static_cast<char>('a' + i % 26)))));
            std::optional<Result<Range>> range;
            spawn(keep(uploads.back()->finish(), range), [] {});
            blocks.push_back({id_of(i), kLength, **range, Naming::fresh});
        }
        write([&](WriteTxn& tx) {
            const BlobKey key{kDirectory, name};
            for (const Block& block : blocks) stage_block(tx, key, find_staged_set(tx, key), block);
        });
        for (const auto& upload : uploads) upload->keep();
    }
    static Task<> keep(Task<Result<Range>> finish, std::optional<Result<Range>>& range) {
        range = co_await std::move(finish);
    }
    /// Commits every `step`-th block of `blob`.
    void commit(int step, bool only) {
        write([&](WriteTxn& tx) {
            const BlobKey key{kDirectory, "blob"};
            const auto set = find_staged_set(tx, key);
            std::vector<Block> taken;
            TakenBlocks told;
            if (only) told.only.emplace();
            std::vector<Block> staged = staged_blocks(tx, set->staging_id);
            for (std::size_t i = 0; i < staged.size(); ++i) {
                const bool take = i % static_cast<std::size_t>(step) == 0;
                if (take && only) *told.only += staged[i].id;
                if (!take && !only) told.all_but.push_back(staged[i].source);
                staged[i].naming = Naming::moved;
                if (take) taken.push_back(std::move(staged[i]));
            }
            Blob blob;
            blob.tick = blob.created = tx.next_tick();
            blob.size = taken.size() * kLength;
            blob.content = contents::create_list(tx, taken);
            consume_staged_set(tx, key, *set, told);
            replace(tx, key, find_blob(tx, key), blob);
        });
    }
    /// The folder as a kill at some 50 moments since `position` would leave it is sound.
    void expect_sound_since(std::size_t position) {
        const StoreKind* const kinds[] = {&kBlobStore};
        const std::size_t end = files_.position();
        for (const std::size_t step = (end - position) / 50 + 1; position <= end; position += step) {
            const auto left = files_.after_kill(position);
            const CheckReport report = check(*left, kinds);
            for (const std::string& problem : report.problems) ADD_FAILURE() << position << " of " << end << ": " << problem;
        }
    }

    static constexpr std::uint64_t kLength = 5000;
    static constexpr std::int64_t kDirectory = 77;

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    ManualClock wall_{instant_of(17'000'000'000'000'000)};
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

constexpr const char* kBlocks = "SELECT count(*) FROM staged_blocks";
constexpr const char* kSets = "SELECT count(*) FROM staged_sets";
constexpr const char* kBytes = "SELECT coalesce(sum(live + freed), 0) FROM extents";

TEST_F(StagedBlocks, OfALongListGoInSlicesAndNothingIsLost) {
    stage("blob", 0, 700);
    const auto before = files_.position();
    commit(1, false);
    EXPECT_EQ(number(kSets), 0);
    wait_for(kBlocks, 0);
    EXPECT_EQ(number(kBytes), 700 * 5000);
    expect_sound_since(before);
}

TEST_F(StagedBlocks, ThatAListLeavesOutGiveTheirSpaceBack) {
    for (const bool only : {false, true}) {
        stage("blob", 0, 700);
        const auto before = files_.position();
        commit(only ? 100 : 2, only);
        wait_for(kBlocks, 0);
        wait_for(kBytes, (only ? 7 : 350) * 5000);
        expect_sound_since(before);
    }
}

TEST_F(StagedBlocks, GoOnceTheyAreSevenDaysOld) {
    stage("blob", 0, 3);
    stage("other", 3, 1);
    ASSERT_TRUE(store_->set_clock_offset(7 * 24h));
    EXPECT_FALSE(*store_->read([](ReadTxn& tx) -> Result<bool> {
        return find_staged_set(tx, {kDirectory, "blob"}).has_value();
    }));
    ASSERT_TRUE(store_->set_clock_offset(7 * 24h + 1h));
    wait_for(kSets, 0);
    wait_for(kBlocks, 0);
    wait_for(kBytes, 0);
    wait_for("SELECT count(*) FROM expiry", 0);
}

TEST_F(StagedBlocks, LiveOnWhereAnotherIsPut) {
    stage("blob", 0, 1);
    stage("other", 1, 1);
    ASSERT_TRUE(store_->set_clock_offset(6 * 24h));
    stage("blob", 2, 1);
    EXPECT_EQ(number("SELECT count(*) FROM expiry"), 2);
    ASSERT_TRUE(store_->set_clock_offset(8 * 24h));
    wait_for("SELECT count(*) FROM expiry", 1);
    wait_for(kBlocks, 2);
    EXPECT_EQ(number(kSets), 1);
    ASSERT_TRUE(store_->set_clock_offset(14 * 24h));
    wait_for(kBytes, 0);
    EXPECT_EQ(number(kSets), 0);
}

TEST_F(StagedBlocks, OfManyBlobsGoInSlices) {
    for (int i = 0; i < 450; ++i) stage("blob" + std::to_string(i), i, 1);
    EXPECT_EQ(number("SELECT count(*) FROM expiry"), 1);
    ASSERT_TRUE(store_->set_clock_offset(7 * 24h + 1h));
    wait_for(kSets, 0);
    wait_for(kBytes, 0);
}

}  // namespace
}  // namespace lazulite::blob
