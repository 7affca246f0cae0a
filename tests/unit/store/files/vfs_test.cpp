// What many connections to one database see of each other.
#include "store/vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

#include "some_file_system.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

using testing::must;
using Checkpoint = Connection::Checkpoint;

class Wal : public testing::OnEveryFileSystem {
  protected:
    Connection connect(bool read_only = false) { return {files(), "t.db", {.read_only = read_only, .cache_kib = 64}}; }
    static std::int64_t count(Connection& connection) {
        Cursor cursor = connection.query("SELECT count(*) FROM t");
        return cursor.next() ? cursor.integer(0) : -1;
    }
    static void insert(Connection& connection, int rows) {
        const std::string filler(1000, 'x');
        connection.execute("BEGIN IMMEDIATE");
        for (int i = 0; i < rows; ++i) connection.execute("INSERT INTO t(b) VALUES(?)", filler);
        connection.execute("COMMIT");
    }
    std::uint64_t size_of(const std::string& path) {
        return must(must(files().open(path, FileSystem::Open::existing))->size());
    }
};
LAZ_ON_EVERY_FILE_SYSTEM(Wal);

TEST_P(Wal, AReaderKeepsItsSnapshotWhileTheWriterCommits) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    insert(writer, 10);
    Connection reader = connect(true);
    reader.execute("BEGIN");
    EXPECT_EQ(count(reader), 10);
    insert(writer, 10);
    EXPECT_EQ(count(reader), 10);
    EXPECT_EQ(count(writer), 20);
    reader.execute("COMMIT");
    EXPECT_EQ(count(reader), 20);
}

// A reader's map stays over commits, checkpoints and the growth of the file.
TEST_P(Wal, AReaderSeesWhatCheckpointsMovedIntoTheDatabase) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    Connection reader = connect(true);
    std::int64_t rows = 0;
    for (int round = 0; round < 20; ++round) {
        insert(writer, 100);
        writer.execute("UPDATE t SET b = ? WHERE a % 7 = 0", std::string_view("changed"));
        rows += 100;
        if (round % 2 == 1) {
            EXPECT_TRUE(writer.checkpoint(round % 4 == 1 ? Checkpoint::passive : Checkpoint::truncate));
        }
        EXPECT_EQ(count(reader), rows);
        Cursor changed = reader.query("SELECT count(*) FROM t WHERE b = CAST('changed' AS BLOB)");
        ASSERT_TRUE(changed.next());
        EXPECT_EQ(changed.integer(0), rows / 7);
    }
    EXPECT_GT(size_of("t.db"), 2'000'000U);
}

TEST_P(Wal, OneWriterAtATime) {
    Connection one = connect();
    one.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    Connection two = connect();
    two.script("PRAGMA busy_timeout=1");
    one.execute("BEGIN IMMEDIATE");
    try {
        two.execute("BEGIN IMMEDIATE");
        FAIL();
    } catch (const SqlError& error) {
        EXPECT_EQ(error.code() & 0xff, SQLITE_BUSY);
    }
    one.execute("COMMIT");
    two.execute("BEGIN IMMEDIATE");
    two.execute("COMMIT");
}

TEST_P(Wal, ACheckpointUnderAReaderTakesWhatItMay) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    insert(writer, 100);
    Connection reader = connect(true);
    reader.execute("BEGIN");
    EXPECT_EQ(count(reader), 100);
    insert(writer, 100);
    EXPECT_FALSE(writer.checkpoint(Checkpoint::passive)) << "the later frames wait for the reader";
    EXPECT_FALSE(writer.checkpoint(Checkpoint::restart));
    EXPECT_FALSE(writer.checkpoint(Checkpoint::truncate));
    EXPECT_EQ(count(reader), 100);
    insert(writer, 1);
    reader.execute("COMMIT");
    EXPECT_TRUE(writer.checkpoint(Checkpoint::passive));
    EXPECT_TRUE(writer.checkpoint(Checkpoint::truncate));
    EXPECT_EQ(size_of("t.db-wal"), 0U);
    EXPECT_EQ(count(reader), 201);
}

TEST_P(Wal, AFullyCheckpointedWalIsUsedAgain) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    insert(writer, 1'000);
    const std::uint64_t size = size_of("t.db-wal");
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(writer.checkpoint(Checkpoint::passive));
        insert(writer, 100);
    }
    EXPECT_EQ(size_of("t.db-wal"), size);
}

TEST_P(Wal, TheIndexGoesWithTheLastConnectionAndIsRebuilt) {
    for (int round = 1; round <= 3; ++round) {
        Connection writer = connect();
        writer.script("CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b)");
        insert(writer, 100);
        Connection reader = connect(true);
        EXPECT_EQ(count(reader), 100 * round);
    }
}

TEST_P(Wal, AWalOfManyRegionsIsReadRight) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    for (int i = 0; i < 20; ++i) insert(writer, 2'000);
    EXPECT_GT(writer.wal_frames(), 8'192U) << "more than two regions of the wal-index";
    Connection reader = connect(true);
    EXPECT_EQ(count(reader), 40'000);
    Cursor check = reader.query("PRAGMA integrity_check");
    ASSERT_TRUE(check.next());
    EXPECT_EQ(check.bytes(0), "ok");
}

TEST_P(Wal, LeavingWalModeNeedsToBeAlone) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    {
        Connection reader = connect(true);
        EXPECT_EQ(count(reader), 0);
        writer.script("PRAGMA busy_timeout=1");
        EXPECT_THROW(writer.script("PRAGMA journal_mode=DELETE"), SqlError);
        EXPECT_EQ(count(reader), 0);
    }
    writer.script("PRAGMA journal_mode=DELETE");
    EXPECT_FALSE(must(files().exists("t.db-wal")));
    insert(writer, 3);
    EXPECT_EQ(count(writer), 3);
}

TEST_P(Wal, RollbackJournalsLockAsTheyShould) {
    Connection writer = connect();
    writer.script("PRAGMA journal_mode=DELETE; CREATE TABLE t(a INTEGER PRIMARY KEY, b); PRAGMA busy_timeout=1");
    Connection reader = connect(true);
    reader.script("PRAGMA busy_timeout=1");
    reader.execute("BEGIN");
    EXPECT_EQ(count(reader), 0);
    writer.execute("BEGIN IMMEDIATE");
    writer.execute("INSERT INTO t(b) VALUES(1)");
    Connection late = connect(true);
    late.script("PRAGMA busy_timeout=1");
    EXPECT_EQ(count(late), 0) << "RESERVED lets readers in";
    EXPECT_THROW(writer.execute("COMMIT"), SqlError) << "EXCLUSIVE does not";
    EXPECT_THROW(count(late), SqlError) << "PENDING keeps new ones out";
    reader.execute("COMMIT");
    writer.execute("COMMIT");
    EXPECT_EQ(count(late), 1);
    EXPECT_FALSE(must(files().exists("t.db-journal")));
}

TEST_P(Wal, DatabasesOfOneFileSystemDoNotMeet) {
    Connection one(files(), "one.db", {});
    Connection two(files(), "two.db", {});
    one.execute("BEGIN IMMEDIATE");
    two.execute("BEGIN IMMEDIATE");
    one.script("CREATE TABLE t(a, b)");
    two.execute("COMMIT");
    one.execute("COMMIT");
    EXPECT_THROW(count(two), SqlError);
}

/// A writer moves an amount between rows and checkpoints now and then; every snapshot of four readers adds up.
TEST_P(Wal, ReadersAlwaysSeeWholeTransactions) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER, filler)");
    const std::string filler(500, 'x');
    for (int i = 0; i < 64; ++i) writer.execute("INSERT INTO t VALUES(?, 0, ?)", i, filler);
    std::atomic<bool> stop{false};
    std::atomic<int> reads{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&] {
            std::int64_t last = 0;
            for (bool opened = false; !stop || !opened; opened = true) {
                Connection reader = connect(true);  // also opened and closed while the others run
                for (int round = 0; round < 50; ++round) {
                    reader.execute("BEGIN");
                    std::int64_t sum = 1;
                    std::int64_t version = 0;
                    {
                        Cursor rows = reader.query("SELECT sum(b), max(abs(b)) FROM t");
                        if (rows.next()) sum = rows.integer(0);
                    }
                    {
                        Cursor rows = reader.query("SELECT b FROM t WHERE a = 0");
                        if (rows.next()) version = rows.integer(0);
                    }
                    reader.execute("COMMIT");
                    EXPECT_EQ(sum, 0);
                    EXPECT_GE(version, last);
                    last = version;
                    ++reads;
                }
            }
        });
    }
    // Under a sanitizer everything is slow: stop when both sides have done enough.
    for (int i = 1; i <= 2'000 || reads < 2'000; ++i) {
        writer.execute("BEGIN IMMEDIATE");
        writer.execute("UPDATE t SET b = b + 1 WHERE a = 0");
        writer.execute("UPDATE t SET b = b - 1 WHERE a = ?", 1 + i % 63);
        writer.execute("COMMIT");
        if (i % 100 == 0) writer.checkpoint(i % 500 == 0 ? Checkpoint::restart : Checkpoint::passive);
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    Cursor check = writer.query("PRAGMA integrity_check");
    ASSERT_TRUE(check.next());
    EXPECT_EQ(check.bytes(0), "ok");
}

TEST_P(Wal, ACheckpointThreadWorksBesideTheWriter) {
    Connection writer = connect();
    writer.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    std::atomic<bool> stop{false};
    std::thread checkpointer([&] {
        Connection connection = connect();
        while (!stop) connection.checkpoint(Checkpoint::passive);
    });
    for (int i = 0; i < 300; ++i) insert(writer, 5);
    stop = true;
    checkpointer.join();
    EXPECT_EQ(count(writer), 1'500);
}

TEST_P(Wal, ConnectionsToManyDatabasesOpenAtOnce) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 5; ++round) {
                Connection own(files(), std::to_string(i) + ".db", {});
                own.script("CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES(1)");
                Connection shared(files(), "shared.db", {});
                shared.script("CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES(1)");
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    Connection shared(files(), "shared.db", {});
    EXPECT_EQ(count(shared), 20);
}

TEST_P(Wal, ANewDatabaseIsTurnedToWalModeByManyAtOnce) {
    for (int round = 0; round < 50; ++round) {
        const std::string name = "new-" + std::to_string(round) + ".db";
        std::barrier start(4);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                EXPECT_NO_THROW(Connection(files(), name, {}));
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
}

// ---- the VFS alone, called as SQLite calls it -------------------------------------------------------------------

/// A file opened through the VFS, without a connection.
class RawFile {
  public:
    RawFile(const VfsHandle& handle, const char* path, int kind)
        : vfs_(sqlite3_vfs_find(handle->c_str())), memory_(static_cast<std::size_t>(vfs_->szOsFile)) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind;
        if (vfs_->xOpen(vfs_, path, file(), flags, nullptr) != SQLITE_OK) throw std::runtime_error("xOpen");
    }
    ~RawFile() { file()->pMethods->xClose(file()); }
    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;

    int lock(int slot, int count, int flags) {
        return file()->pMethods->xShmLock(file(), slot, count, SQLITE_SHM_LOCK | flags);
    }
    int unlock(int slot, int count, int flags) {
        return file()->pMethods->xShmLock(file(), slot, count, SQLITE_SHM_UNLOCK | flags);
    }
    /// The first byte of a region of the wal-index, or null.
    volatile char* map(int region, bool extend) {
        volatile void* at = nullptr;
        EXPECT_EQ(file()->pMethods->xShmMap(file(), region, 32768, extend ? 1 : 0, &at), SQLITE_OK);
        return static_cast<volatile char*>(at);
    }
    void unmap() { file()->pMethods->xShmUnmap(file(), 0); }
    int read(void* to, int size, int offset) { return file()->pMethods->xRead(file(), to, size, offset); }
    int write(std::string_view text) {
        return file()->pMethods->xWrite(file(), text.data(), static_cast<int>(text.size()), 0);
    }

  private:
    sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }
    sqlite3_vfs* vfs_;
    std::vector<std::max_align_t> memory_;  // more than enough
};

class Vfs : public ::testing::Test {
  protected:
    std::unique_ptr<FileSystem> files_ = make_memory_file_system(testing::kNoLimit);
    VfsHandle handle_ = vfs_for(*files_);
};

constexpr int kShared = SQLITE_SHM_SHARED;
constexpr int kExclusive = SQLITE_SHM_EXCLUSIVE;

TEST_F(Vfs, SharedSlotsAreSharedAndExclusiveOnesAreNot) {
    RawFile a(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    RawFile b(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    for (RawFile* file : {&a, &b}) file->map(0, true);
    EXPECT_EQ(a.lock(3, 1, kShared), SQLITE_OK);
    EXPECT_EQ(a.lock(3, 1, kShared), SQLITE_OK) << "again: no change";
    EXPECT_EQ(b.lock(3, 1, kShared), SQLITE_OK);
    EXPECT_EQ(b.lock(4, 1, kExclusive), SQLITE_OK);
    EXPECT_EQ(a.lock(4, 1, kShared), SQLITE_BUSY);
    EXPECT_EQ(a.lock(4, 1, kExclusive), SQLITE_BUSY);
    EXPECT_EQ(a.unlock(4, 1, kExclusive), SQLITE_OK) << "not its own: no change";
    EXPECT_EQ(a.lock(4, 1, kShared), SQLITE_BUSY);
    EXPECT_EQ(b.unlock(4, 1, kExclusive), SQLITE_OK);
    EXPECT_EQ(a.lock(4, 1, kShared), SQLITE_OK);

    EXPECT_EQ(b.unlock(3, 1, kShared), SQLITE_OK);
    EXPECT_EQ(b.lock(3, 1, kExclusive), SQLITE_BUSY) << "the other still reads";
    EXPECT_EQ(a.unlock(3, 1, kShared), SQLITE_OK);
    EXPECT_EQ(b.lock(3, 1, kExclusive), SQLITE_OK);
}

TEST_F(Vfs, SeveralSlotsAreTakenTogetherOrNotAtAll) {
    RawFile a(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    RawFile b(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    EXPECT_EQ(a.lock(7, 1, kShared), SQLITE_OK);
    EXPECT_EQ(b.lock(0, 8, kExclusive), SQLITE_BUSY);
    EXPECT_EQ(a.lock(0, 1, kExclusive), SQLITE_OK) << "nothing was taken";
    EXPECT_EQ(b.lock(1, 6, kExclusive), SQLITE_OK);
    for (int slot = 1; slot < 7; ++slot) EXPECT_EQ(a.lock(slot, 1, kShared), SQLITE_BUSY);
    EXPECT_EQ(b.unlock(1, 6, kExclusive), SQLITE_OK);
    EXPECT_EQ(a.unlock(7, 1, kShared), SQLITE_OK);
    EXPECT_EQ(a.unlock(0, 1, kExclusive), SQLITE_OK);
    EXPECT_EQ(b.lock(0, 8, kExclusive), SQLITE_OK);
}

TEST_F(Vfs, ASlotTakes254ReadersAndRefusesTheNext) {
    std::vector<std::unique_ptr<RawFile>> readers;
    for (int i = 0; i < 255; ++i) {
        readers.push_back(std::make_unique<RawFile>(handle_, "t.db", SQLITE_OPEN_MAIN_DB));
        readers.back()->map(0, true);
        EXPECT_EQ(readers.back()->lock(2, 1, kShared), i < 254 ? SQLITE_OK : SQLITE_BUSY);
    }
    EXPECT_EQ(readers.back()->lock(3, 1, kExclusive), SQLITE_OK) << "the next slot is untouched";
}

TEST_F(Vfs, ClosingLetsGoOfEveryLock) {
    RawFile a(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    a.map(0, true);
    {
        RawFile b(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
        b.map(0, true);
        EXPECT_EQ(b.lock(1, 3, kExclusive), SQLITE_OK);
        EXPECT_EQ(b.lock(5, 1, kShared), SQLITE_OK);
    }
    EXPECT_EQ(a.lock(0, 8, kExclusive), SQLITE_OK);
}

TEST_F(Vfs, ThePathDecidesWhoSharesALock) {
    RawFile a(handle_, "a.db", SQLITE_OPEN_MAIN_DB);
    RawFile b(handle_, "b.db", SQLITE_OPEN_MAIN_DB);
    EXPECT_EQ(a.lock(0, 8, kExclusive), SQLITE_OK);
    EXPECT_EQ(b.lock(0, 8, kExclusive), SQLITE_OK);
}

TEST_F(Vfs, RegionsAreSharedZeroedAndGoWithTheLastUser) {
    RawFile a(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    RawFile b(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    EXPECT_EQ(a.map(0, false), nullptr);
    volatile char* const region = a.map(2, true);
    ASSERT_NE(region, nullptr);
    EXPECT_EQ(region[32767], 0);
    region[32767] = 7;
    EXPECT_NE(b.map(1, false), nullptr) << "those before it exist as well";
    EXPECT_EQ(b.map(2, false), region);
    a.unmap();
    EXPECT_EQ(b.map(2, false)[32767], 7);
    b.unmap();
    EXPECT_EQ(a.map(2, false), nullptr);
    EXPECT_EQ(a.map(2, true)[32767], 0);
}

TEST_F(Vfs, AShortReadIsFilledWithZeros) {
    RawFile file(handle_, "t.db", SQLITE_OPEN_MAIN_DB);
    EXPECT_EQ(file.write("abc"), SQLITE_OK);
    std::string buffer(5, 'x');
    EXPECT_EQ(file.read(buffer.data(), 5, 1), SQLITE_IOERR_SHORT_READ);
    EXPECT_EQ(buffer, std::string("bc\0\0\0", 5));
    EXPECT_EQ(file.read(buffer.data(), 3, 0), SQLITE_OK);
}

TEST_F(Vfs, ATemporaryFileHasNoName) {
    RawFile file(handle_, nullptr, SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_DELETEONCLOSE);
    EXPECT_EQ(file.write("abc"), SQLITE_OK);
    EXPECT_TRUE(must(files_->list("")).empty());
}

TEST_F(Vfs, TheClockIsTheSystems) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(handle_->c_str());
    sqlite3_vfs* other = sqlite3_vfs_find("unix");
    sqlite3_int64 mine = 0;
    sqlite3_int64 theirs = 0;
    vfs->xCurrentTimeInt64(vfs, &mine);
    other->xCurrentTimeInt64(other, &theirs);
    EXPECT_NEAR(static_cast<double>(mine), static_cast<double>(theirs), 10'000);
}

}  // namespace
}  // namespace lazulite
