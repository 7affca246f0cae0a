// A commit is one write of its WAL.
#include "store/wal_buffer.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>

#include "some_file_system.hpp"
#include "store/fault_file_system.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

using testing::must;
using Kind = FileOperation::Kind;

class Commits : public ::testing::Test {
  protected:
    static constexpr int kSmallCache = 64;

    Connection connect(bool full_sync = false) {
        return {files_, "t.db", {.cache_kib = kSmallCache, .full_sync = full_sync}};
    }
    static std::int64_t count(Connection& connection) {
        Cursor cursor = connection.query("SELECT count(*) FROM t");
        return cursor.next() ? cursor.integer(0) : -1;
    }
    static void insert(Connection& connection, int rows) {
        const std::string filler(1000, 'x');
        for (int i = 0; i < rows; ++i) connection.execute("INSERT INTO t(b) VALUES(?)", filler);
    }
    static void commit(Connection& connection, int rows) {
        connection.execute("BEGIN IMMEDIATE");
        insert(connection, rows);
        connection.execute("COMMIT");
    }
    /// Of the WAL, since `position`.
    std::size_t calls_since(std::size_t position, Kind kind) const {
        const std::vector<FileOperation> trace = files_.trace();
        return static_cast<std::size_t>(std::count_if(
            trace.begin() + static_cast<std::ptrdiff_t>(position), trace.end(),
            [&](const FileOperation& one) { return one.kind == kind && one.path == "t.db-wal"; }));
    }

    const std::unique_ptr<FileSystem> memory_ = make_memory_file_system(1 << 30);
    FaultFileSystem files_{*memory_};
};

TEST_F(Commits, AreOneWriteEach) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    std::size_t before = files_.position();
    commit(connection, 10);  // three pages at least
    EXPECT_EQ(calls_since(before, Kind::write), 1U);
    EXPECT_EQ(calls_since(before, Kind::sync), 0U);
    before = files_.position();
    commit(connection, 10);
    EXPECT_EQ(calls_since(before, Kind::write), 1U);
    EXPECT_EQ(calls_since(before, Kind::sync), 0U);
}

TEST_F(Commits, WaitForTheDiskWhereTheyAreToldTo) {
    Connection connection = connect(true);
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    Connection other = connect();  // as a checkpoint's: the promise is the database's
    for (Connection* writer : {&connection, &other}) {
        const std::size_t before = files_.position();
        commit(*writer, 10);
        EXPECT_EQ(calls_since(before, Kind::write), 1U);
        EXPECT_EQ(calls_since(before, Kind::sync), 1U);
        EXPECT_EQ(files_.trace().back().kind, Kind::sync);
    }
}

TEST_F(Commits, AreThereForEveryConnectionAndAfterAKill) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    Connection reader(files_, "t.db", {.read_only = true});
    commit(connection, 10);
    EXPECT_EQ(count(reader), 10);
    const auto left = files_.after_kill(files_.position());
    Connection later(*left, "t.db", {});
    EXPECT_EQ(count(later), 10);
}

TEST_F(Commits, OfMoreThanTheCacheHoldsComeBackWhole) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    connection.execute("BEGIN IMMEDIATE");
    insert(connection, 500);
    EXPECT_EQ(count(connection), 500) << "pages that were written before the commit are read again";
    // ... and written again, in their place in the WAL.
    connection.execute("UPDATE t SET b = zeroblob(1000)");
    connection.execute("COMMIT");
    const auto left = files_.after_kill(files_.position());
    Connection later(*left, "t.db", {});
    Cursor zero = later.query("SELECT count(*) FROM t WHERE b = zeroblob(1000)");
    ASSERT_TRUE(zero.next());
    EXPECT_EQ(zero.integer(0), 500);
    Cursor whole = later.query("PRAGMA integrity_check");
    ASSERT_TRUE(whole.next());
    EXPECT_EQ(whole.bytes(0), "ok");
}

TEST_F(Commits, NothingIsLeftOfWhatWasRolledBack) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    commit(connection, 10);
    for (const int rows : {10, 500}) {
        SCOPED_TRACE(rows);
        connection.execute("BEGIN IMMEDIATE");
        insert(connection, rows);
        connection.script("SAVEPOINT inner");
        insert(connection, rows);
        connection.script("ROLLBACK TO inner");
        connection.execute("ROLLBACK");
        EXPECT_EQ(count(connection), 10);
        // Another connection starts the WAL over; what was gathered for the old one is in nobody's way.
        Connection other = connect();
        EXPECT_TRUE(other.checkpoint(Connection::Checkpoint::truncate));
        EXPECT_EQ(must(must(files_.open("t.db-wal", FileSystem::Open::existing))->size()), 0U);
        const std::size_t before = files_.position();
        connection.execute("UPDATE t SET b = ? WHERE a = 1", rows);
        EXPECT_LE(must(must(files_.open("t.db-wal", FileSystem::Open::existing))->size()), 32U + 2 * (24 + 4096));
        EXPECT_EQ(calls_since(before, Kind::sync), 1U) << "of the new header";
    }
}

TEST_F(Commits, FailWithTheirWrite) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    commit(connection, 10);
    for (const bool half : {false, true}) {
        files_.inject({.kinds = {Kind::write}, .error = ENOSPC, .half_written = half, .path_part = "t.db-wal"});
        connection.execute("BEGIN IMMEDIATE");
        insert(connection, 5);
        try {
            connection.execute("COMMIT");
            ADD_FAILURE() << "committed";
        } catch (const SqlError& error) {
            EXPECT_EQ(error.code() & 0xff, SQLITE_FULL);
        }
        files_.heal();
        if (connection.in_transaction()) connection.execute("ROLLBACK");
        EXPECT_EQ(count(connection), 10);
    }
    commit(connection, 1);
    const auto left = files_.after_kill(files_.position());
    Connection later(*left, "t.db", {});
    EXPECT_EQ(count(later), 11);
}

TEST(WalBuffer, GathersWhatContinuesAndReplacesWhatIsThere) {
    const auto files = make_memory_file_system(1 << 20);
    const auto file = must(files->open("f", FileSystem::Open::create));
    WalBuffer buffer;
    ASSERT_TRUE(buffer.write(*file, 100, as_bytes("abc")));
    ASSERT_TRUE(buffer.write(*file, 103, as_bytes("def")));
    ASSERT_TRUE(buffer.write(*file, 101, as_bytes("XY")));
    EXPECT_EQ(must(file->size()), 0U);
    ASSERT_TRUE(buffer.write(*file, 200, as_bytes("g")));  // elsewhere
    EXPECT_EQ(must(file->size()), 106U);
    std::string text(6, ' ');
    EXPECT_EQ(must(file->read(100, text.data(), 6)), 6U);
    EXPECT_EQ(text, "aXYdef");
    ASSERT_TRUE(buffer.flush(*file));
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(must(file->size()), 201U);
}

TEST(WalBuffer, HoldsNoMoreThanAFewPages) {
    const auto files = make_memory_file_system(1 << 20);
    const auto file = must(files->open("f", FileSystem::Open::create));
    WalBuffer buffer;
    const std::string page(4096, 'p');
    for (std::uint64_t i = 0; i < 17; ++i) ASSERT_TRUE(buffer.write(*file, i * 4096, as_bytes(page)));
    EXPECT_EQ(must(file->size()), 16U * 4096);
    const std::string large(70'000, 'l');
    ASSERT_TRUE(buffer.write(*file, 17 * 4096, as_bytes(large)));
    EXPECT_EQ(must(file->size()), 17U * 4096 + 70'000);
    EXPECT_TRUE(buffer.empty());
}

}  // namespace
}  // namespace lazulite
