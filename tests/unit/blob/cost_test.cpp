#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "blob/rows/containers.hpp"
#include "blob_account.hpp"
#include "store_cost.hpp"
#include "wire/uri.hpp"

// What must not grow with the data, counted in rows that the writer changes and bytes of the database that a reader reads
// (invariants 10, 17 and 20 of the store).
namespace lazulite::blob {
namespace {

using Headers = BlobAccount::Headers;

constexpr int kMany = 3000;
/// Rows of a request whatever there is: the blob, its history, contents, spans, tags, reclaim.
constexpr std::int64_t kFewRows = 16;

class Cost : public ::testing::Test {
  protected:
    BlobAccount::Answer must(int status, std::string_view method, const std::string& name, const std::string& query,
                             const Headers& headers = {}, const std::string& body = {}) {
        auto answer = account_.send(method, name, query, headers, body);
        EXPECT_EQ(answer.status, status) << method << " " << name << "?" << query << ": " << answer.code;
        return answer;
    }
    void put(const std::string& name, const std::string& text = "x") {
        must(201, "PUT", name, "", {{"x-ms-blob-type", "BlockBlob"}}, text);
    }
    void make_disk(int pages) {
        must(201, "PUT", "disk", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", std::to_string(kMany * 1024)}});
        for (int i = 0; i < pages; ++i) write_page(2 * i);  // with gaps: a span each
    }
    void write_page(int page) {
        const std::string range = "bytes=" + std::to_string(page * 512) + "-" + std::to_string(page * 512 + 511);
        must(201, "PUT", "disk", "comp=page", {{"x-ms-range", range}, {"x-ms-page-write", "update"}}, std::string(512, 'x'));
    }

    std::int64_t changes() { return cost_.changes(account_.store()); }
    void let_reclaim_finish() { cost_.let_reclaim_finish(account_.store()); }
    std::int64_t rows_of(const std::function<void()>& request) { return cost_.rows_of(account_.store(), request); }
    std::uint64_t bytes_read_by(const std::function<void()>& request) {
        put("something else");
        return cost_.bytes_read_by(request);
    }

    StoreCost cost_{"blob.db"};
    BlobAccount account_{cost_.files(), Durability::process};
};

TEST_F(Cost, SnapshotsVersionsAndPagesOfAMapAreAFewRowsHoweverManySpansItHas) {
    make_disk(kMany);
    EXPECT_LE(rows_of([&] { must(201, "PUT", "disk", "comp=snapshot"); }), kFewRows);
    EXPECT_LE(rows_of([&] { write_page(1); }), kFewRows);  // the first page over the snapshot
    EXPECT_LE(rows_of([&] { write_page(2); }), kFewRows);
    EXPECT_LE(rows_of([&] {
        must(201, "PUT", "disk", "comp=page", {{"x-ms-range", "bytes=0-" + std::to_string(kMany * 1024 - 1)}, {"x-ms-page-write", "clear"}});
    }), kFewRows);
    account_.settings().blob_versioning = true;
    EXPECT_LE(rows_of([&] { must(200, "PUT", "disk", "comp=metadata", {{"x-ms-meta-a", "1"}}); }), kFewRows);  // a version
}

TEST_F(Cost, PagesOverALongChainOfSnapshotsAreAFewRows) {
    make_disk(10);
    for (int i = 0; i < 200; ++i) {
        must(201, "PUT", "disk", "comp=snapshot");
        EXPECT_LE(rows_of([&] { write_page(1); }), kFewRows) << i;
    }
}

TEST_F(Cost, APageReadsAsMuchOfTheDatabaseHoweverManySpansThereAre) {
    make_disk(kMany);
    EXPECT_LT(bytes_read_by([&] { write_page(kMany); }), 200'000U);
    EXPECT_LT(bytes_read_by([&] { must(206, "GET", "disk", "", {{"x-ms-range", "bytes=1000-3000"}}); }), 200'000U);
}

TEST_F(Cost, AContainerWithManyBlobsGoesWithAFewRowsAndTheRestInSlices) {
    for (int i = 0; i < kMany; ++i) put("blob" + std::to_string(i));
    std::int64_t rows = 0;
    EXPECT_TRUE(account_.store().write_and_wait([&](WriteTxn& tx) -> Result<> {
        const auto changed = [&] {
            Cursor cursor = tx.query("SELECT total_changes()");
            EXPECT_TRUE(cursor.next());
            return cursor.integer(0);
        };
        const std::int64_t before = changed();
        delete_container(tx, *find_container(tx, "con"), std::nullopt);
        rows = changed() - before;
        return {};
    }));
    EXPECT_LE(rows, kFewRows);
    const std::int64_t after = changes();
    let_reclaim_finish();
    EXPECT_GE(changes() - after, kMany / 2);  // of those that had not gone before
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(Cost, AListReadsAsMuchHoweverManyVersionsThereAre) {
    for (const char* const name : {"a", "b", "c"}) put(name);
    const auto list = [&] {
        const auto answer = account_.send_to_container("GET", "restype=container&comp=list&maxresults=100");
        EXPECT_NE(answer.body.find("<Name>c</Name>"), std::string::npos);
    };
    const std::uint64_t without = bytes_read_by(list);
    account_.settings().blob_versioning = true;
    for (int i = 0; i < kMany; ++i) {
        for (const char* const name : {"a", "b", "c"}) put(name);
    }
    EXPECT_LT(bytes_read_by(list), without + 200'000);
    EXPECT_LT(bytes_read_by([&] { must(200, "GET", "b", ""); }), without + 200'000);
    // The count counts: all versions are much more.
    std::uint64_t all = 0;
    for (std::string marker; all == 0 || !marker.empty();) {
        all += bytes_read_by([&] {
            const auto answer = account_.send_to_container("GET", "restype=container&comp=list&include=versions&maxresults=100" +
                                                                      (marker.empty() ? "" : "&marker=" + percent_encode(marker)));
            const auto from = answer.body.find("<NextMarker>") + 12;
            marker = from < 12 ? "" : answer.body.substr(from, answer.body.find("</NextMarker>") - from);
        });
    }
    EXPECT_GT(all, 1'000'000U);
}

}  // namespace
}  // namespace lazulite::blob
