#include <algorithm>
#include <set>

#include "notes.hpp"
#include "store/barrier.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite {
namespace {

using namespace testing;

/// Notes that were acknowledged, and where in the trace.
struct Acknowledged {
    std::size_t position;
    std::string name;
};

std::set<std::string> until(const std::vector<Acknowledged>& all, std::size_t position) {
    std::set<std::string> names;
    for (const auto& [at, name] : all) {
        if (at <= position) names.insert(name);
    }
    return names;
}

/// Everything acknowledged is there, nothing that was never submitted, and the store works.
void expect_store(FileSystem& left, Durability durability, const std::set<std::string>& acknowledged,
                  std::size_t submitted) {
    const auto stores = open_stores(left, durability);
    const auto store = notes_of(*stores);
    const auto found = names_in(*store);
    for (const std::string& name : acknowledged) EXPECT_TRUE(std::count(found.begin(), found.end(), name)) << name;
    EXPECT_LE(found.size(), submitted);
    EXPECT_TRUE(add(*store, "afterwards"));
}

constexpr std::size_t kWritten = 12;

/// A store that was made, written to and closed, with all that was asked of its disk.
struct History {
    explicit History(Durability durability) : under(make_memory_file_system(kNoLimit)), files(*under) {
        const auto stores = open_stores(files, durability);
        const auto store = notes_of(*stores);
        for (std::size_t i = 0; i < kWritten; ++i) {
            const std::string name = "note" + std::to_string(i);
            if (!add(*store, name, std::string(500, 'x'))) throw std::runtime_error("cannot add");
            acknowledged.push_back({files.position(), name});
        }
    }
    std::unique_ptr<FileSystem> under;
    FaultFileSystem files;
    std::vector<Acknowledged> acknowledged;
};

class CrashOfAStore : public ::testing::TestWithParam<Durability> {};

INSTANTIATE_TEST_SUITE_P(Durabilities, CrashOfAStore, ::testing::Values(Durability::process, Durability::power),
                         [](const auto& test) { return test.param == Durability::power ? "power" : "process"; });

TEST_P(CrashOfAStore, AKillLosesNothingThatWasAcknowledged) {
    const History history(GetParam());
    for (std::size_t position = 0; position <= history.files.position(); ++position) {
        SCOPED_TRACE("at " + std::to_string(position));
        const auto left = history.files.after_kill(position);
        expect_store(*left, GetParam(), until(history.acknowledged, position), kWritten);
    }
}

TEST(CrashOfAStoreInPowerMode, APowerLossLosesNothingThatWasAcknowledged) {
    const History history(Durability::power);
    for (std::size_t position = 0; position <= history.files.position(); ++position) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            SCOPED_TRACE("at " + std::to_string(position) + ", seed " + std::to_string(seed));
            const auto left = history.files.after_power_loss(position, seed);
            expect_store(*left, Durability::power, until(history.acknowledged, position), kWritten);
        }
    }
}

/// What was there when the stores were closed counts as promised: closing ends with a barrier.
TEST(CrashOfAStoreInProcessMode, APowerLossLeavesAPrefixOfWhatWasAcknowledged) {
    const History history(Durability::process);
    const std::uint64_t next_boot = this_boot() + 1;
    for (std::size_t position = 0; position <= history.files.position(); ++position) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            SCOPED_TRACE("at " + std::to_string(position) + ", seed " + std::to_string(seed));
            const auto left = history.files.after_power_loss(position, seed);
            const auto stores = open_stores(*left, Durability::process, nullptr, next_boot);
            const auto store = notes_of(*stores);
            const std::size_t found = names_in(*store).size();
            for (std::size_t i = 0; i < found; ++i) EXPECT_TRUE(has(*store, history.acknowledged.at(i).name));
            if (position == history.files.position()) {
                EXPECT_EQ(found, kWritten);
            }
            EXPECT_TRUE(add(*store, "afterwards"));
        }
    }
}

/// A store without extents writes the same record in both modes. Whoever was killed in the other mode may have left commits
/// that are not on the disk.
TEST(CrashOfAStoreInPowerMode, PutsOnTheDiskWhatTheOtherModeLeft) {
    static constexpr StoreKind kWithoutExtents{
        .name = "notes",
        .schema = "CREATE TABLE notes(name BLOB PRIMARY KEY NOT NULL, text BLOB NOT NULL) WITHOUT ROWID",
        .has_extents = false,
        .drain = nullptr,
        .named_contents = {},
        .named_sources = {}};
    const auto under = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*under);
    for (const Durability durability : {Durability::process, Durability::power}) {
        Stores::Options options;
        options.durability = durability;
        options.kinds = {&kWithoutExtents};
        const auto stores = Stores::open(files, options).value();
        const std::size_t begun = files.position();
        const auto store = notes_of(*stores);
        const auto trace = files.trace();
        const auto synced = std::count_if(trace.begin() + static_cast<std::ptrdiff_t>(begun), trace.end(), [](const auto& each) {
            return each.kind == FileOperation::Kind::sync && each.path.ends_with("-wal");
        });
        EXPECT_EQ(synced, durability == Durability::power ? 1 : 0);
        EXPECT_TRUE(add(*store, durability == Durability::power ? "second" : "first"));
    }
}

}  // namespace
}  // namespace lazulite
