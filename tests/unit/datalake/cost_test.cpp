#include <gtest/gtest.h>

#include <functional>

#include "lake_account.hpp"
#include "store_cost.hpp"

// What must not grow with what a directory holds, counted in rows that the writer changes and bytes of the database that a
// reader reads.
namespace lazulite::datalake {
namespace {

constexpr int kMany = 3000;
/// Rows of a request whatever there is: the path, what is kept of it, its expiry, reclaim.
constexpr std::int64_t kFewRows = 8;
constexpr std::uint64_t kFewBytes = 200'000;

class CostOfPaths : public ::testing::Test {
  protected:
    CostOfPaths() {
        for (int i = 0; i < kMany; ++i) must(201, "PUT", "big/sub/f" + std::to_string(i), "resource=file");
    }
    LakeAccount::Answer must(int status, std::string_view method, const std::string& path, const std::string& query,
                             const LakeAccount::Headers& headers = {}) {
        auto answer = account_.send(method, path, query, headers);
        EXPECT_EQ(answer.status, status) << method << " " << path << "?" << query << ": " << answer.code;
        return answer;
    }
    void rename(const std::string& from, const std::string& to) {
        must(201, "PUT", to, "mode=legacy", {{"x-ms-rename-source", "/lake/" + from}});
    }
    std::int64_t rows_of(const std::function<void()>& request) { return cost_.rows_of(account_.store(), request); }

    StoreCost cost_{"blob.db"};
    LakeAccount account_{cost_.files()};
};

TEST_F(CostOfPaths, ARenamedDirectoryIsOneRowWhateverItHolds) {
    EXPECT_LE(rows_of([&] { rename("big", "other"); }), 2);
    must(200, "HEAD", "other/sub/f0", "");
    must(201, "PUT", "deep/er", "resource=directory");
    EXPECT_LE(rows_of([&] { rename("other/sub", "deep/er"); }), kFewRows);
    must(200, "HEAD", "deep/er/f2999", "");
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(CostOfPaths, ADeletedDirectoryIsAFewRowsAndTheRestGoesInSlices) {
    const std::int64_t before = cost_.changes(account_.store());
    must(200, "DELETE", "big", "recursive=true");
    must(404, "HEAD", "big/sub/f0", "");
    cost_.let_reclaim_finish(account_.store());
    EXPECT_GE(cost_.changes(account_.store()) - before, kMany);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(CostOfPaths, ASoftDeletedDirectoryGoesAndComesBackWithAFewRows) {
    account_.soft_delete(1);
    std::string id;
    EXPECT_LE(rows_of([&] { id = must(200, "DELETE", "big", "recursive=true").field("x-ms-deletion-id"); }), kFewRows);
    EXPECT_LE(rows_of([&] {
        must(200, "PUT", "back", "comp=undelete", {{"x-ms-undelete-source", "big?deletionid=" + id}});
    }), kFewRows);
    must(200, "HEAD", "back/sub/f1", "");
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(CostOfPaths, APathInALargeDirectoryReadsLittle) {
    must(201, "PUT", "other", "resource=file");
    EXPECT_LT(cost_.bytes_read_by([&] { must(200, "HEAD", "big/sub/f1500", ""); }), kFewBytes);
    must(201, "PUT", "other", "resource=file");
    EXPECT_LT(cost_.bytes_read_by([&] { must(409, "DELETE", "big", ""); }), kFewBytes);
}

}  // namespace
}  // namespace lazulite::datalake
