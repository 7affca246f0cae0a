#include "store/registry.hpp"
#include "notes.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite {
namespace {

using namespace testing;

class RegistryOnEveryFileSystem : public OnEveryFileSystem {
  protected:
    std::unique_ptr<Registry> load() {
        must(files().make_directories("lazulite"));
        auto registry = Registry::load(files(), true);
        if (!registry) throw std::runtime_error(registry.error());
        return *std::move(registry);
    }
    std::string load_error() {
        const auto registry = Registry::load(files(), true);
        return registry ? "" : registry.error();
    }
};

LAZ_ON_EVERY_FILE_SYSTEM(RegistryOnEveryFileSystem);

TEST_P(RegistryOnEveryFileSystem, RemembersWhereStoresStand) {
    {
        const auto registry = load();
        EXPECT_EQ(must(registry->folder("one", "blob")), 1U);
        EXPECT_EQ(must(registry->folder("two", "blob")), 2U);
        EXPECT_EQ(must(registry->folder("one", "queue")), 1U);
        must(registry->move("one", "blob"));
    }
    const auto registry = load();
    EXPECT_EQ(must(registry->folder("one", "blob")), 3U);
    EXPECT_EQ(must(registry->folder("one", "queue")), 1U);
    EXPECT_EQ(must(registry->folder("two", "blob")), 2U);
    EXPECT_EQ(registry->left().stores, (std::vector<std::pair<std::uint64_t, std::string>>{{1, "blob"}}));
    const auto before = must(registry->move("", ""));
    EXPECT_EQ(before.size(), 2U);
    EXPECT_TRUE(registry->accounts().empty());
    EXPECT_EQ(must(registry->folder("one", "blob")), 4U);
}

TEST_P(RegistryOnEveryFileSystem, ANewerFormatIsRefused) {
    (void)load();
    write_file(files(), "lazulite/registry", "lazulite registry 2\nsomething else\n");
    EXPECT_NE(load_error().find("format 2"), std::string::npos) << load_error();
}

TEST_P(RegistryOnEveryFileSystem, DamageIsNoticed) {
    (void)load()->folder("one", "blob");
    const std::string good = contents_of(files(), "lazulite/registry");
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        write_file(files(), "lazulite/registry", bad);
        EXPECT_NE(load_error(), "") << bad;
    }
    write_file(files(), "lazulite/registry", good);
    EXPECT_EQ(load_error(), "");
}

TEST_P(RegistryOnEveryFileSystem, WithoutItNoFolderIsTakenOrRemoved) {
    (void)load()->folder("one", "blob");
    must(files().remove("lazulite/registry"));
    const auto registry = load();
    EXPECT_TRUE(registry->left().folders.empty());
    EXPECT_EQ(must(registry->folder("one", "blob")), 2U);
}

/// Accounts that were made before `position`, in the order they were made.
class RegistryAfterPowerLoss : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(SyncChanges, RegistryAfterPowerLoss, ::testing::Bool());

TEST_P(RegistryAfterPowerLoss, IsWholeAndHoldsWhatWasSynced) {
    const auto under = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*under);
    must(files.make_directories("lazulite"));
    auto registry = Registry::load(files, GetParam()).value();
    std::vector<std::pair<std::size_t, std::size_t>> promised;  // from this position on, so many accounts
    for (std::size_t i = 1; i <= 6; ++i) {
        must(registry->folder("account" + std::to_string(i), "blob"));
        if (!GetParam() && i % 2 == 0) must(registry->sync());
        if (GetParam() || i % 2 == 0) promised.emplace_back(files.position(), i);
    }
    for (std::size_t position = 0; position <= files.position(); ++position) {  // also while it is first made
        std::size_t least = 0;
        for (const auto& [from, count] : promised) {
            if (position >= from) least = count;
        }
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto left = files.after_power_loss(position, seed);
            const auto loaded = Registry::load(*left, GetParam());
            ASSERT_TRUE(loaded) << loaded.error() << " at " << position << ", seed " << seed;
            EXPECT_GE((*loaded)->accounts().size(), least) << "at " << position << ", seed " << seed;
        }
        const auto killed = files.after_kill(position);
        EXPECT_TRUE(Registry::load(*killed, GetParam()));
    }
}

/// Whatever a power failure from `begun` on leaves: it can be read, and names so many accounts.
void expect_accounts(const FaultFileSystem& files, std::size_t begun, std::size_t count) {
    for (std::size_t position = begun; position <= files.position(); ++position) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto left = files.after_power_loss(position, seed);
            const auto loaded = Registry::load(*left, false);
            ASSERT_TRUE(loaded) << loaded.error() << " at " << position << ", seed " << seed;
            EXPECT_EQ((*loaded)->accounts().size(), count) << "at " << position << ", seed " << seed;
        }
    }
}

/// Who was killed before the registry was on the disk leaves it to the next, who cannot know.
TEST_P(RegistryAfterPowerLoss, HoldsWhatAKilledProcessLeft) {
    const auto under = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*under);
    {
        const auto registry = Registry::load(files, GetParam()).value();
        if (GetParam()) files.inject({.kinds = {FileOperation::Kind::sync_directory}, .nth = 2, .from_then_on = true});
        EXPECT_EQ(registry->folder("account", "blob").has_value(), !GetParam());
    }
    files.heal();
    const auto registry = Registry::load(files, GetParam()).value();
    ASSERT_EQ(registry->accounts().size(), 1U);
    if (!GetParam()) must(registry->sync());
    expect_accounts(files, files.position(), 1);
}

TEST(RegistryWithoutItsLastVersion, KeepsTheOneBeforeUntilItIsReplaced) {
    const auto under = make_memory_file_system(kNoLimit);
    {
        const auto registry = Registry::load(*under, true).value();
        must(registry->folder("account", "blob"));
        must(under->rename("lazulite/registry", "lazulite/registry.old"));
        write_file(*under, "lazulite/registry", "");
    }
    FaultFileSystem files(*under);
    const auto registry = Registry::load(files, false).value();
    expect_accounts(files, 0, 1);
}

}  // namespace
}  // namespace lazulite
