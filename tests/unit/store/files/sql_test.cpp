#include "store/sql.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>

#include "some_file_system.hpp"
#include "store/vfs.hpp"

namespace lazulite {
namespace {

using testing::contents_of;
using testing::must;

class Sql : public testing::OnEveryFileSystem {
  protected:
    Connection connect(bool read_only = false) { return {files(), "t.db", {.read_only = read_only}}; }
    static std::int64_t number(Connection& connection, const char* sql) {
        Cursor cursor = connection.query(sql);
        return cursor.next() ? cursor.integer(0) : -1;
    }
    static std::string text(Connection& connection, const char* sql) {
        Cursor cursor = connection.query(sql);
        return cursor.next() ? std::string(cursor.bytes(0)) : std::string();
    }
};
LAZ_ON_EVERY_FILE_SYSTEM(Sql);

TEST_P(Sql, OpensInTheModeThatTheStoreWants) {
    Connection connection(files(), "t.db", {.page_size = 16384, .cache_kib = 512, .full_sync = true});
    EXPECT_EQ(text(connection, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(number(connection, "PRAGMA page_size"), 16384);
    EXPECT_EQ(number(connection, "PRAGMA cache_size"), -512);
    EXPECT_EQ(number(connection, "PRAGMA synchronous"), 2);
    EXPECT_EQ(number(connection, "PRAGMA secure_delete"), 0);
    EXPECT_EQ(number(connection, "PRAGMA temp_store"), 2);
    EXPECT_EQ(number(connection, "PRAGMA wal_autocheckpoint"), 0);
    EXPECT_EQ(number(connection, "PRAGMA mmap_size"), -1);  // no answer: that is the VFS's affair
    Connection second(files(), "t.db", {});
    EXPECT_EQ(number(second, "PRAGMA page_size"), 16384);
    EXPECT_EQ(number(second, "PRAGMA synchronous"), 2) << "a commit's sync is where the VFS writes it";
}

TEST_P(Sql, BindsIntegersBytesAndNull) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a, b, c, d)");
    const std::string binary("a\0b", 3);
    connection.execute("INSERT INTO t VALUES(?, ?, ?, ?)", std::int64_t{1} << 62, binary, nullptr, std::string_view());
    Cursor row = connection.query("SELECT a, b, c, d, typeof(a), typeof(b), typeof(d) FROM t");
    ASSERT_TRUE(row.next());
    EXPECT_EQ(row.integer(0), std::int64_t{1} << 62);
    EXPECT_EQ(row.bytes(1), binary);
    EXPECT_TRUE(row.is_null(2));
    EXPECT_FALSE(row.is_null(3)) << "nothing is not NULL";
    EXPECT_EQ(row.bytes(3), "");
    EXPECT_EQ(row.bytes(4), "integer");
    EXPECT_EQ(row.bytes(5), "blob");
    EXPECT_EQ(row.bytes(6), "blob");
    EXPECT_FALSE(row.next());
    EXPECT_FALSE(row.next()) << "a finished cursor does not start again";
}

TEST_P(Sql, ATestOfRowsDecidesWhichComeOut) {
    class Odd final : public RowTest {
      public:
        bool wants(const RowValues& row) noexcept override {
            seen += row.bytes(1);
            return row.integer(0) % 2 == 1;
        }
        std::string seen;
    };
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES(1, 'x'), (2, 'y'), (3, 'z')");
    const char* const select = "SELECT a FROM t WHERE a > ?1 AND wanted(?2, a, b) ORDER BY a";
    Odd odd;
    Cursor rows = connection.query(select, 0, &odd);
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 1);
    EXPECT_EQ(odd.seen, "x") << "it is asked while the walk goes on";
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 3);
    EXPECT_FALSE(rows.next());
    EXPECT_EQ(odd.seen, "xyz");
    EXPECT_EQ(number(connection, "SELECT count(*) FROM t WHERE wanted(NULL, a)"), 0);
}

TEST_P(Sql, AFinishedInsertDoesNotRunAgain) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a)");
    {
        Cursor insert = connection.query("INSERT INTO t VALUES(?)", 1);
        EXPECT_FALSE(insert.next());
        EXPECT_FALSE(insert.next());
    }
    EXPECT_EQ(number(connection, "SELECT count(*) FROM t"), 1);
}

TEST_P(Sql, ACursorThatIsLeftHalfwayLetsGo) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2),(3)");
    const char* const select = "SELECT a FROM t WHERE a >= ?";
    {
        Cursor rows = connection.query(select, 1);
        ASSERT_TRUE(rows.next());
        EXPECT_THROW((void)connection.query(select, 2), SqlError) << "its statement is in use";
    }
    Cursor rows = connection.query(select, 3);
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 3);
    EXPECT_FALSE(rows.next());
    EXPECT_EQ(number(connection, "SELECT count(*) FROM t WHERE a = ?"), 0) << "what is not bound is NULL";
}

TEST_P(Sql, ErrorsCarryTheExtendedCode) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE); INSERT INTO t VALUES(1, 2)");
    try {
        connection.execute("INSERT INTO t VALUES(?, ?)", 2, 2);
        FAIL();
    } catch (const SqlError& error) {
        EXPECT_EQ(error.code(), SQLITE_CONSTRAINT_UNIQUE);
        EXPECT_FALSE(error.full());
        EXPECT_NE(std::string_view(error.what()).find("INSERT INTO t"), std::string_view::npos);
    }
    connection.execute("INSERT INTO t VALUES(?, ?)", 3, 3);
    EXPECT_THROW(connection.execute("SELECT nonsense FROM t"), SqlError);
    EXPECT_THROW(connection.execute("SELECT nonsense FROM t"), SqlError) << "not cached";
    EXPECT_THROW(connection.script("CREATE TABLE t(a)"), SqlError);
}

TEST_P(Sql, CountsChangesAndKnowsItsTransaction) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a)");
    const std::int64_t before = connection.total_changes();
    EXPECT_FALSE(connection.in_transaction());
    connection.execute("BEGIN IMMEDIATE");
    EXPECT_TRUE(connection.in_transaction());
    connection.execute("INSERT INTO t VALUES(1),(2)");
    EXPECT_EQ(connection.total_changes(), before + 2);
    connection.execute("ROLLBACK");
    EXPECT_FALSE(connection.in_transaction());
    EXPECT_EQ(number(connection, "SELECT count(*) FROM t"), 0);
}

TEST_P(Sql, WalFramesGrowWithCommitsUntilACheckpointTakesThem) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a, b)");
    const std::string page(4000, 'x');
    for (int i = 0; i < 3'000; ++i) connection.execute("INSERT INTO t VALUES(?, ?)", i, page);
    EXPECT_GT(connection.wal_frames(), 3'000U) << "nothing checkpoints by itself";
    EXPECT_TRUE(connection.checkpoint(Connection::Checkpoint::passive));
    EXPECT_GT(must(must(files().open("t.db-wal", FileSystem::Open::existing))->size()), 12'000'000U);
    EXPECT_TRUE(connection.checkpoint(Connection::Checkpoint::truncate));
    EXPECT_EQ(connection.wal_frames(), 0U);
    EXPECT_EQ(contents_of(files(), "t.db-wal"), "");
    connection.execute("INSERT INTO t VALUES(?, ?)", 1, page);
    EXPECT_LT(connection.wal_frames(), 10U);
    EXPECT_TRUE(connection.checkpoint(Connection::Checkpoint::restart));
    EXPECT_EQ(connection.wal_frames(), 0U);
    EXPECT_EQ(number(connection, "SELECT count(*) FROM t"), 3'001);
}

TEST_P(Sql, ClosingLeavesTheWalAndTheNextConnectionReadsIt) {
    {
        Connection connection = connect();
        connection.script("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
    }
    EXPECT_NE(contents_of(files(), "t.db-wal"), "");
    Connection reader = connect(true);
    EXPECT_EQ(number(reader, "SELECT a FROM t"), 7);
    EXPECT_THROW(reader.execute("INSERT INTO t VALUES(1)"), SqlError);
}

TEST_P(Sql, AReaderDoesNotMakeADatabase) {
    EXPECT_THROW(connect(true), SqlError);
    EXPECT_TRUE(must(files().list("")).empty());
}

TEST_P(Sql, LeavesNoFileBesideTheDatabaseAndItsWal) {
    Connection connection = connect();
    connection.script("CREATE TABLE t(a, b); CREATE INDEX i ON t(b)");
    const std::string filler(1000, 'x');
    connection.execute("BEGIN");
    for (int i = 0; i < 5'000; ++i) connection.execute("INSERT INTO t VALUES(?, ?)", i, filler);
    // Statement journals, sorters and temporary tables stay in memory.
    connection.execute("UPDATE t SET b = a * 7 % 1000");
    EXPECT_EQ(number(connection, "SELECT count(*) FROM (SELECT DISTINCT a, b FROM t ORDER BY b DESC)"), 5'000);
    EXPECT_EQ(must(files().list("")).size(), 2U);
    connection.execute("COMMIT");
}

TEST_P(Sql, RefusesWhatIsNotADatabase) {
    testing::write_file(files(), "t.db", std::string(8192, 'x'));
    try {
        connect();
        FAIL();
    } catch (const SqlError& error) {
        EXPECT_EQ(error.code(), SQLITE_NOTADB);
    }
}

TEST_P(Sql, TheVfsLivesAsLongAsItsHandles) {
    std::string name;
    {
        const VfsHandle one = vfs_for(files());
        const VfsHandle two = vfs_for(files());
        name = *one;
        EXPECT_EQ(*two, name);
        EXPECT_NE(sqlite3_vfs_find(name.c_str()), nullptr);
        const auto other = make_memory_file_system(testing::kNoLimit);
        EXPECT_NE(*vfs_for(*other), name);
    }
    EXPECT_EQ(sqlite3_vfs_find(name.c_str()), nullptr);
    EXPECT_NE(*vfs_for(files()), name);
}

}  // namespace
}  // namespace lazulite
