// Databases after kills, power losses, full disks and failing calls.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <thread>

#include "some_file_system.hpp"
#include "store/fault_file_system.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

using testing::kNoLimit;
using testing::must;
using Checkpoint = Connection::Checkpoint;
using Kind = FileOperation::Kind;

/// Commit number n inserts the row n and changes a few earlier ones to carry n, so that a state is a prefix of the
/// commits exactly when the largest row number is what the other rows say.
class Journal {
  public:
    Journal(FileSystem& files, bool full_sync)
        : connection_(files, "t.db", {.page_size = 4096, .cache_kib = 64, .full_sync = full_sync}) {
        connection_.script("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, latest, filler)");
    }
    void commit(int n) {
        connection_.execute("BEGIN IMMEDIATE");
        connection_.execute("INSERT INTO t VALUES(?, ?, ?)", n, n, filler_);
        connection_.execute("UPDATE t SET latest = ? WHERE n IN (1, ? / 2, ? - 1)", n, n, n);
        connection_.execute("COMMIT");
    }
    void roll_back() {
        if (connection_.in_transaction()) connection_.execute("ROLLBACK");
    }
    Connection& connection() { return connection_; }

    /// The number of commits that are there; fails the test when they are not a prefix.
    static int commits_in(FileSystem& files) {
        Connection connection(files, "t.db", {.cache_kib = 64});
        {
            Cursor check = connection.query("PRAGMA integrity_check");
            EXPECT_TRUE(check.next());
            EXPECT_EQ(check.bytes(0), "ok");
        }
        {
            Cursor table = connection.query("SELECT 1 FROM sqlite_schema WHERE name = 't'");
            if (!table.next()) return 0;
        }
        Cursor row = connection.query("SELECT count(*), max(n), max(latest), (SELECT latest FROM t WHERE n = 1) FROM t");
        EXPECT_TRUE(row.next());
        EXPECT_EQ(row.integer(0), row.integer(1));
        EXPECT_EQ(row.integer(2), row.integer(1));
        EXPECT_EQ(row.integer(3), row.integer(1));
        return static_cast<int>(row.integer(0));
    }

  private:
    const std::string filler_ = std::string(700, 'x');
    Connection connection_;
};

struct Commit {
    std::size_t position;
    int number;
};

/// Commits, checkpoints and notes where in the trace each commit was acknowledged.
std::vector<Commit> run_journal(FaultFileSystem& files, bool full_sync, int commits) {
    std::vector<Commit> acknowledged;
    Journal journal(files, full_sync);
    for (int n = 1; n <= commits; ++n) {
        journal.commit(n);
        acknowledged.push_back({files.position(), n});
        if (n % 12 == 0) journal.connection().checkpoint(n % 24 == 0 ? Checkpoint::truncate : Checkpoint::passive);
    }
    return acknowledged;
}

int acknowledged_at(const std::vector<Commit>& commits, std::size_t position) {
    int last = 0;
    for (const Commit& commit : commits) {
        if (commit.position <= position) last = commit.number;
    }
    return last;
}

TEST(Crash, AKillAnywhereKeepsEveryAcknowledgedCommit) {
    const auto memory = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*memory);
    const std::vector<Commit> commits = run_journal(files, false, 40);
    for (std::size_t at = 0; at <= files.position(); at += 3) {
        const auto left = files.after_kill(at);
        const int there = Journal::commits_in(*left);
        const int promised = acknowledged_at(commits, at);
        EXPECT_TRUE(there == promised || there == promised + 1) << there << " of " << promised << " at " << at;
    }
}

TEST(Crash, WithFullSyncAPowerLossAnywhereKeepsEveryAcknowledgedCommit) {
    const auto memory = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*memory);
    const std::vector<Commit> commits = run_journal(files, true, 30);
    for (std::size_t at = 0; at <= files.position(); ++at) {
        for (std::uint64_t seed = at; seed < at + 3; ++seed) {
            const auto left = files.after_power_loss(at, seed);
            const int there = Journal::commits_in(*left);
            const int promised = acknowledged_at(commits, at);
            ASSERT_TRUE(there == promised || there == promised + 1)
                << there << " of " << promised << " at " << at << " with seed " << seed;
        }
    }
}

TEST(Crash, WithNormalSyncAPowerLossLeavesAPrefixOfTheCommits) {
    const auto memory = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*memory);
    const std::vector<Commit> commits = run_journal(files, false, 30);
    for (std::size_t at = 0; at <= files.position(); ++at) {
        for (std::uint64_t seed = at; seed < at + 3; ++seed) {
            const auto left = files.after_power_loss(at, seed);
            ASSERT_LE(Journal::commits_in(*left), acknowledged_at(commits, at) + 1) << "at " << at << " seed " << seed;
        }
    }
}

TEST(Crash, ACopyOfTheFilesUnderOpenConnectionsRecovers) {
    const testing::TemporaryFolder folder;
    const auto disk = must(open_disk(folder.path()));
    Journal journal(*disk, false);
    for (int n = 1; n <= 20; ++n) journal.commit(n);
    const auto copy = make_memory_file_system(kNoLimit);
    for (const std::string& name : must(disk->list(""))) {
        testing::write_file(*copy, name, testing::contents_of(*disk, name));
    }
    EXPECT_EQ(Journal::commits_in(*copy), 20);
}

/// At the n-th write, sync, ... for every n: the commit fails with a clear error and the next one works.
void fail_everywhere(const FaultFileSystem::Fault& fault, bool is_full) {
    bool hit = true;
    int commits_failed = 0;
    for (std::uint64_t nth = 1; hit; ++nth) {
        const auto memory = make_memory_file_system(kNoLimit);
        FaultFileSystem files(*memory);
        int done = 0;
        {
            Journal journal(files, true);
            while (done < 5) journal.commit(++done);
            FaultFileSystem::Fault armed = fault;
            armed.nth = nth;
            files.inject(armed);
            bool finished = false;
            for (int attempts = 0; !finished && attempts < 3; ++attempts) {
                try {
                    journal.commit(done + 1);
                    ++done;
                    journal.connection().checkpoint(Checkpoint::truncate);
                    journal.commit(done + 1);
                    ++done;
                    finished = true;
                } catch (const SqlError& error) {
                    ++commits_failed;
                    EXPECT_EQ(error.full(), is_full) << error.what();
                    journal.roll_back();
                    files.heal();
                }
            }
            EXPECT_TRUE(finished);
            files.heal();
            EXPECT_FALSE(journal.connection().in_transaction());
            journal.commit(++done);
        }
        hit = files.failures() > 0;
        EXPECT_EQ(Journal::commits_in(*memory), done) << "call " << nth;
        EXPECT_EQ(Journal::commits_in(*files.after_power_loss(files.position(), nth)), done) << "call " << nth;
        ASSERT_LT(nth, 1'000U);
    }
    EXPECT_GT(commits_failed, 0);
}

TEST(Failure, DiskFullAtAnyWriteIsToldApartAndPassesWhenThereIsRoom) {
    fail_everywhere({.kinds = {Kind::write}, .error = ENOSPC}, true);
    fail_everywhere({.kinds = {Kind::write}, .error = ENOSPC, .from_then_on = true, .half_written = true}, true);
    fail_everywhere({.kinds = {Kind::write}, .error = EDQUOT}, true);
}

TEST(Failure, AWriteErrorAtAnyWrite) {
    fail_everywhere({.kinds = {Kind::write}, .error = EIO, .half_written = true}, false);
}

TEST(Failure, AFailingSyncOrTruncation) {
    fail_everywhere({.kinds = {Kind::sync}, .error = EIO}, false);
    fail_everywhere({.kinds = {Kind::sync}, .error = ENOSPC}, true);
    fail_everywhere({.kinds = {Kind::truncate}, .error = EIO}, false);
}

TEST(Failure, ErrorsOfTheSystemAreInTheMessage) {
    const auto memory = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*memory);
    Journal journal(files, false);
    files.inject({.kinds = {Kind::write}, .error = EROFS});
    try {
        journal.commit(1);
        FAIL();
    } catch (const SqlError& error) {
        EXPECT_EQ(error.code(), SQLITE_IOERR_WRITE);
        EXPECT_NE(std::string(error.what()).find("Read-only file system"), std::string::npos) << error.what();
    }
    journal.roll_back();
    EXPECT_THROW((Connection{files, "no/such/folder.db", {}}), SqlError);
}

TEST(Failure, OpeningFailsCleanlyAtAnyCall) {
    for (const Kind kind : {Kind::open, Kind::read, Kind::write, Kind::sync, Kind::remove, Kind::sync_directory}) {
        bool hit = true;
        for (std::uint64_t nth = 1; hit; ++nth) {
            const auto memory = make_memory_file_system(kNoLimit);
            FaultFileSystem files(*memory);
            files.inject({.kinds = {kind}, .nth = nth});
            try {
                Journal(files, true).commit(1);
            } catch (const SqlError& error) {
                EXPECT_FALSE(error.full());
            }
            hit = files.failures() > 0;
            files.heal();
            const int before = Journal::commits_in(*memory);
            if (before == 0) Journal(files, true).commit(1);
            EXPECT_EQ(Journal::commits_in(*memory), 1);
        }
    }
}

TEST(Failure, AFullMemoryFileSystemTakesRowsAndNoContent) {
    const auto memory = make_memory_file_system(2 << 20);
    const auto extent = must(memory->open("extent", FileSystem::Open::extent_new));
    must(extent->write(0, as_bytes(std::string(1 << 20, 'x'))));
    Journal journal(*memory, false);
    int done = 0;
    while (!memory->exhausted()) journal.commit(++done);
    EXPECT_GT(done, 10);
    const auto refused = extent->write(1 << 20, as_bytes(std::string(1 << 20, 'y')));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().value(), ENOSPC);
    const int before = done;  // what deletes writes rows first
    while (done < before + 20) journal.commit(++done);
    EXPECT_EQ(Journal::commits_in(*memory), done);
    must(extent->punch(0, 1 << 20));
    EXPECT_FALSE(memory->exhausted());
}

}  // namespace
}  // namespace lazulite
