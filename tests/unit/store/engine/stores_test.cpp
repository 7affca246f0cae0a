#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "notes.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class StoresOfAFolder : public OnEveryFileSystem {
  protected:
    StoresOfAFolder() : stores_(open_stores(files())) {}
    void reopen() {
        stores_.reset();
        stores_ = open_stores(files());
    }
    bool present(const std::string& path) { return must(files().exists(path)); }
    /// What happens in the background is given time.
    bool gone(const std::string& path) {
        for (int i = 0; i < 500 && present(path); ++i) std::this_thread::sleep_for(10ms);
        return !present(path);
    }

    std::unique_ptr<Stores> stores_;
};

LAZ_ON_EVERY_FILE_SYSTEM(StoresOfAFolder);

TEST_P(StoresOfAFolder, AStoreIsMadeWhenItIsAskedFor) {
    EXPECT_TRUE(stores_->accounts().empty());
    const auto store = notes_of(*stores_);
    EXPECT_EQ(stores_->accounts(), std::vector<std::string>{"someone"});
    EXPECT_EQ(notes_of(*stores_), store);
    EXPECT_TRUE(present("lazulite/a/1/notes.db"));
    EXPECT_FALSE(present("lazulite/a/1/others.db"));
}

TEST_P(StoresOfAFolder, AccountsAndKindsHaveNothingToDoWithEachOther) {
    const auto others = stores_->store("someone", "others");
    ASSERT_TRUE(others);
    ASSERT_TRUE(add(*notes_of(*stores_), "a"));
    ASSERT_TRUE(add(**others, "b"));
    ASSERT_TRUE(add(*notes_of(*stores_, "other"), "c"));
    EXPECT_EQ(names_in(*notes_of(*stores_)), std::vector<std::string>{"a"});
    EXPECT_EQ(names_in(**others), std::vector<std::string>{"b"});
    EXPECT_EQ(names_in(*notes_of(*stores_, "other")), std::vector<std::string>{"c"});
}

TEST_P(StoresOfAFolder, EverythingIsThereAfterAReopen) {
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(add(*notes_of(*stores_, "account" + std::to_string(i)), std::to_string(i)));
    reopen();
    EXPECT_EQ(stores_->accounts().size(), 20U);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(names_in(*notes_of(*stores_, "account" + std::to_string(i))),
                  std::vector<std::string>{std::to_string(i)});
}

TEST_P(StoresOfAFolder, ClosingEmptiesTheWal) {
    ASSERT_TRUE(add(*notes_of(*stores_), "a"));
    EXPECT_GT(must(must(files().open("lazulite/a/1/notes.db-wal", FileSystem::Open::existing))->size()), 0U);
    stores_->close();
    stores_->close();
    EXPECT_EQ(must(must(files().open("lazulite/a/1/notes.db-wal", FileSystem::Open::existing))->size()), 0U);
}

TEST_P(StoresOfAFolder, ClosingCommitsWhatWasSubmittedAndRefusesTheRest) {
    const auto store = notes_of(*stores_);
    Job job(*store, [](WriteTxn& tx) -> Result<> {
        std::this_thread::sleep_for(20ms);
        insert(tx, "last");
        return {};
    });
    stores_->close();
    EXPECT_TRUE(job.outcome());
    EXPECT_EQ(code_of(add(*store, "late")), ErrorCode::server_busy);
    EXPECT_EQ(code_of(stores_->store("someone", "notes")), ErrorCode::server_busy);
    EXPECT_EQ(code_of(stores_->reset("", "")), ErrorCode::server_busy);
    EXPECT_EQ(names_in(*store), std::vector<std::string>{"last"});
}

TEST_P(StoresOfAFolder, NothingOutsideItsFolderIsTouched) {
    write_file(files(), "mine.txt", "mine");
    (void)notes_of(*stores_);
    stores_->close();
    auto names = must(files().list(""));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"lazulite", "mine.txt"}));
    EXPECT_EQ(contents_of(files(), "mine.txt"), "mine");
}

TEST_P(StoresOfAFolder, NamesFromOutsideNeverBecomeFileNames) {
    ASSERT_TRUE(add(*notes_of(*stores_, "../../etc"), "a"));
    EXPECT_EQ(must(files().list("lazulite/a")), std::vector<std::string>{"1"});
    for (const char* name : {"", "a b", "a\nb", "a\x7f"}) EXPECT_FALSE(stores_->store(name, "notes")) << name;
    EXPECT_FALSE(stores_->store("someone", "unknown"));
}

TEST_P(StoresOfAFolder, AResetAccountIsEmpty) {
    ASSERT_TRUE(add(*notes_of(*stores_), "a"));
    ASSERT_TRUE(add(*notes_of(*stores_, "other"), "kept"));
    ASSERT_TRUE(notes_of(*stores_)->set_clock_offset(1h));
    ASSERT_TRUE(stores_->reset("someone", ""));
    EXPECT_TRUE(names_in(*notes_of(*stores_)).empty());
    EXPECT_EQ(notes_of(*stores_)->clock_offset(), Ticks(0));
    EXPECT_EQ(names_in(*notes_of(*stores_, "other")), std::vector<std::string>{"kept"});
    EXPECT_TRUE(gone("lazulite/a/1"));
    ASSERT_TRUE(add(*notes_of(*stores_), "b"));
    reopen();
    EXPECT_EQ(names_in(*notes_of(*stores_)), std::vector<std::string>{"b"});
}

TEST_P(StoresOfAFolder, AResetOfOneKindLeavesTheOthers) {
    const auto others = [this] { return stores_->store("someone", "others").value(); };
    for (int round = 0; round < 3; ++round) {
        const std::string name = std::to_string(round);
        ASSERT_TRUE(add(*notes_of(*stores_), name));
        ASSERT_TRUE(add(*others(), name));
        ASSERT_TRUE(stores_->reset("someone", "notes"));
        EXPECT_TRUE(names_in(*notes_of(*stores_)).empty());
        EXPECT_TRUE(has(*others(), name));
        reopen();
        EXPECT_TRUE(names_in(*notes_of(*stores_)).empty());
        EXPECT_TRUE(has(*others(), name));
    }
    EXPECT_TRUE(gone("lazulite/a/1/notes.db"));
    EXPECT_TRUE(present("lazulite/a/1/others.db"));
    ASSERT_TRUE(stores_->reset("someone", ""));
    EXPECT_TRUE(names_in(*others()).empty());
}

TEST_P(StoresOfAFolder, AResetOfTheOnlyKindKeepsTheFolderForTheOthers) {
    ASSERT_TRUE(add(*notes_of(*stores_), "a"));
    ASSERT_TRUE(stores_->reset("someone", "notes"));
    ASSERT_TRUE(gone("lazulite/a/1/notes.db"));
    ASSERT_TRUE(add(*stores_->store("someone", "others").value(), "b"));
}

TEST_P(StoresOfAFolder, AResetOfEverything) {
    for (const char* account : {"a", "b", "c"}) ASSERT_TRUE(add(*notes_of(*stores_, account), "x"));
    reopen();
    (void)notes_of(*stores_, "a");  // the others are not even open
    ASSERT_TRUE(stores_->reset("", ""));
    for (const char* account : {"a", "b", "c"}) EXPECT_TRUE(names_in(*notes_of(*stores_, account)).empty());
    for (const char* folder : {"1", "2", "3"}) EXPECT_TRUE(gone(std::string("lazulite/a/") + folder)) << folder;
    EXPECT_EQ(code_of(stores_->reset("a", "unknown")), ErrorCode::invalid_input);
    EXPECT_TRUE(stores_->reset("nobody", ""));
}

TEST_P(StoresOfAFolder, RequestsInFlightFinishAgainstTheOldStore) {
    auto old = notes_of(*stores_);
    ASSERT_TRUE(add(*old, "old"));
    BusyWriter busy(*old);
    Job waiting(*old, [](WriteTxn& tx) -> Result<> {
        insert(tx, "late");
        return {};
    });
    ASSERT_TRUE(stores_->reset("someone", ""));
    const auto fresh = notes_of(*stores_);
    EXPECT_NE(fresh, old);
    ASSERT_TRUE(add(*fresh, "new"));
    busy.release();
    EXPECT_TRUE(waiting.outcome());
    EXPECT_EQ(names_in(*old), (std::vector<std::string>{"late", "old"}));
    EXPECT_EQ(names_in(*fresh), std::vector<std::string>{"new"});
    // A body that is still being sent is a user too.
    std::optional<Pin> pin;
    ASSERT_TRUE(old->read([&](ReadTxn&) -> Result<> {
        pin = old->pin(7);
        return {};
    }));
    old.reset();
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(present("lazulite/a/1/notes.db"));
    pin.reset();
    EXPECT_TRUE(gone("lazulite/a/1"));
}

TEST_P(StoresOfAFolder, WhatAnInterruptedResetLeftIsRemovedAtTheNextStart) {
    ASSERT_TRUE(add(*notes_of(*stores_), "a"));
    stores_->close();
    must(files().make_directories("lazulite/a/77/extents-notes"));
    write_file(files(), "lazulite/a/77/notes.db", "old");
    write_file(files(), "lazulite/a/77/extents-notes/0000", "old");
    reopen();
    EXPECT_TRUE(gone("lazulite/a/77"));
    EXPECT_EQ(names_in(*notes_of(*stores_)), std::vector<std::string>{"a"});
    ASSERT_TRUE(add(*notes_of(*stores_, "next"), "b"));
    EXPECT_TRUE(present("lazulite/a/78")) << "a number that was seen once is not used again";
}

TEST_P(StoresOfAFolder, ADatabaseWithoutBytesIsMadeAnew) {
    stores_->close();
    must(files().make_directories("lazulite/a/1"));
    reopen();
    (void)notes_of(*stores_);
    stores_->close();
    const std::string database = "lazulite/a/2/notes.db";
    must(must(files().open(database, FileSystem::Open::existing))->truncate(0));
    reopen();
    EXPECT_TRUE(add(*notes_of(*stores_), "a"));
}

/// A second process on the same folder, which is a second descriptor in this one.
TEST(StoresOnDisk, ASecondInstanceIsRefusedWithTheOwnersProcessId) {
    const TemporaryFolder folder;
    const auto files = must(open_disk(folder.path()));
    auto stores = open_stores(*files);
    const auto again = must(open_disk(folder.path()));
    const std::string error = error_of(*again);
    EXPECT_NE(error.find("another lazulite (process " + std::to_string(::getpid()) + ")"), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
    ASSERT_TRUE(add(*notes_of(*stores), "a"));
    stores->close();
    EXPECT_EQ(error_of(*again), "");
}

TEST(StoresOnDisk, AKilledOwnerLeavesNoLock) {
    const TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto files = must(open_disk(folder.path()));
        const auto stores = open_stores(*files);
        const bool added = add(*notes_of(*stores), "a").has_value();
        ::_exit(added ? 0 : 1);  // without closing anything, as a kill
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const auto files = must(open_disk(folder.path()));
    EXPECT_EQ(names_in(*notes_of(*open_stores(*files))), std::vector<std::string>{"a"});
}

TEST(StoresOnDisk, AFolderThatCannotBeWrittenIsOneClearLine) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const TemporaryFolder folder;
    const auto files = must(open_disk(folder.path()));
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    EXPECT_NE(error_of(*files).find("the data folder"), std::string::npos);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace lazulite
