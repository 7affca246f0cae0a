#include <gtest/gtest.h>

#include <thread>

#include "lake_account.hpp"

// `lazulite check` finds nothing in what paths leave behind.
namespace lazulite::datalake {
namespace {

using namespace std::chrono_literals;

class LeftClean : public ::testing::Test {
  protected:
    using Headers = LakeAccount::Headers;

    LakeAccount::Answer must(int status, std::string_view method, const std::string& path, const std::string& query,
                             const Headers& headers = {}, std::string_view body = {}) {
        auto answer = account_.send(method, path, query, headers, body);
        EXPECT_EQ(answer.status, status) << method << " " << path << "?" << query << ": " << answer.code;
        return answer;
    }
    /// A file with committed bytes in an extent, and more that are staged.
    void make(const std::string& path, const std::string& milliseconds = "") {
        Headers headers;
        if (!milliseconds.empty()) {
            headers = {{"x-ms-expiry-option", "RelativeToNow"}, {"x-ms-expiry-time", milliseconds}};
        }
        must(201, "PUT", path, "resource=file", headers);
        must(202, "PATCH", path, "action=append&position=0&flush=true", {}, std::string(100'000, 'x'));
        must(202, "PATCH", path, "action=append&position=100000", {}, std::string(100'000, 'y'));
    }
    void rename(const std::string& from, const std::string& to) {
        must(201, "PUT", to, "", {{"x-ms-rename-source", "/lake/" + from}});
    }
    /// What one row says; the text is a literal, by whose address statements are known.
    std::int64_t number(const char* sql) {
        return account_.store()
            .write_and_wait([&](WriteTxn& tx) -> Result<std::int64_t> {
                Cursor cursor = tx.query(sql);
                if (!cursor.next()) return fail(ErrorCode::internal_error);
                return cursor.integer(0);
            })
            .value();
    }
    std::int64_t rows_left() {
        return number(
            "SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM retained) + (SELECT count(*) FROM staged_sets) + "
            "(SELECT count(*) FROM staged_blocks)");
    }
    void execute(const char* statement) {
        EXPECT_TRUE(account_.store().write_and_wait([&](WriteTxn& tx) -> Result<> {
            tx.execute(statement);
            return {};
        }));
    }
    /// All that is due is done: what is left then stays.
    void expect_nothing_left() {
        const auto due = [&] {
            return account_.store()
                .write_and_wait([](WriteTxn& tx) -> Result<bool> {
                    return tx.query("SELECT 1 FROM expiry WHERE due <= ?1", tick_count(tx.now())).next() ||
                           tx.query("SELECT 1 FROM reclaim").next();
                })
                .value();
        };
        while (due() && rows_left() > 0) std::this_thread::sleep_for(1ms);
        EXPECT_EQ(rows_left(), 0);
        EXPECT_EQ(account_.problems(), std::vector<std::string>());
    }

    LakeAccount account_;
};

TEST_F(LeftClean, ByARecursiveDelete) {
    for (const char* const path : {"d/a", "d/e/b", "d/e/f/g"}) make(path);
    must(201, "PUT", "d/empty", "resource=directory");
    must(200, "DELETE", "d", "recursive=true");
    expect_nothing_left();
}

TEST_F(LeftClean, ByWhatHasExpired) {
    make("a", "1000");
    make("b", "1000");
    rename("b", "c");
    account_.advance(2s);
    must(404, "HEAD", "a", "");
    must(404, "HEAD", "c", "");
    expect_nothing_left();
}

TEST_F(LeftClean, ByADirectoryOfWhatHasExpiredAndIsNotSweptYet) {
    make("d/a", "1000");
    execute("DELETE FROM expiry");
    account_.advance(2s);
    must(200, "DELETE", "d", "");
    expect_nothing_left();
}

TEST_F(LeftClean, ByWhatIsDeletedForGoodAfterItsRetention) {
    account_.soft_delete(1);
    make("d/a");
    make("d/e/b", "1000");
    make("f");
    must(200, "DELETE", "d", "recursive=true");
    must(200, "DELETE", "f", "");
    account_.advance(49h);
    expect_nothing_left();
}

TEST_F(LeftClean, ByAFileThatExpiresAfterItCameBackElsewhere) {
    account_.soft_delete(1);
    make("a", "60000");
    const std::string id = must(200, "DELETE", "a", "").field("x-ms-deletion-id");
    must(200, "PUT", "b", "comp=undelete", {{"x-ms-undelete-source", "a?deletionid=" + id}});
    account_.advance(61s);
    must(404, "HEAD", "b", "");
    expect_nothing_left();
}

TEST_F(LeftClean, WhileExpiredStagedAndSoftDeletedPathsAreKept) {
    account_.soft_delete(3);
    make("d/a");
    make("d/e/b", "1000");
    make("f", "1000");
    make("g");
    must(200, "DELETE", "d", "recursive=true");
    must(200, "DELETE", "g", "");
    make("h/i");
    rename("h", "j");
    account_.advance(2s);
    must(404, "HEAD", "f", "");
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(LeftClean, ByADeletedFilesystem) {
    account_.soft_delete(1);
    make("d/a");
    make("d/e/b");
    must(200, "DELETE", "d/e", "recursive=true");
    EXPECT_EQ(account_.send_to("lake", "", "DELETE", "resource=filesystem").status, 202);
    expect_nothing_left();
}

}  // namespace
}  // namespace lazulite::datalake
