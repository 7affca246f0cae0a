#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "service_account.hpp"
#include "store_cost.hpp"
#include "wire/uri.hpp"

// What must not grow with the data, counted in rows that the writer changes and bytes of the database that a reader reads.
namespace lazulite::file {
namespace {

constexpr int kMany = 3000;
/// Rows of a request whatever there is: names, nodes, their former states, contents, spans, usage, reclaim, expiry.
constexpr std::int64_t kFewRows = 16;
constexpr std::uint64_t kFewBytes = 200'000;

class CostOfFiles : public ::testing::Test {
  protected:
    using Headers = ServiceAccount::Headers;

    CostOfFiles() {
        must(201, "PUT", "", "restype=share");
        make_directory("big");
    }

    ServiceAccount::Answer must(int status, std::string_view method, const std::string& path, const std::string& query = "",
                                const Headers& headers = {}, const std::string& body = {}) {
        auto answer = account_.send_to("shr", path, method, query, headers, body);
        EXPECT_EQ(answer.status, status) << method << " " << path << "?" << query << ": " << answer.code;
        return answer;
    }
    void make_directory(const std::string& path) { must(201, "PUT", path, "restype=directory"); }
    void make_file(const std::string& path, std::uint64_t size = 0) {
        must(201, "PUT", path, "", {{"x-ms-type", "file"}, {"x-ms-content-length", std::to_string(size)}});
    }
    void make_many(const std::string& directory, const std::string& prefix = "f") {
        for (int i = 0; i < kMany; ++i) make_file(directory + "/" + prefix + std::to_string(kMany + i));
    }
    void put_range(const std::string& path, std::uint64_t first, const std::string& text) {
        const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + text.size() - 1);
        must(201, "PUT", path, "comp=range", {{"x-ms-range", range}, {"x-ms-write", "update"}}, text);
    }
    void rename(const std::string& from, const std::string& to, const std::string& query) {
        must(200, "PUT", to, query, {{"x-ms-file-rename-source", "http://127.0.0.1/acct/shr/" + from}});
    }
    std::string snapshot() { return must(201, "PUT", "", "restype=share&comp=snapshot").field("x-ms-snapshot"); }
    std::string list(const std::string& directory, const std::string& more) {
        return must(200, "GET", directory, "restype=directory&comp=list" + more).body;
    }

    std::int64_t rows_of(const std::function<void()>& request) { return cost_.rows_of(account_.store(), request); }
    std::uint64_t bytes_read_by(const std::function<void()>& request) {
        make_file("something else");
        return cost_.bytes_read_by(request);
    }
    std::int64_t number(const char* sql) {
        return *account_.store().read([sql](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    void let_reclaim_finish() { cost_.let_reclaim_finish(account_.store()); }
    /// What is due runs with the writes that come.
    void let_expiry_finish() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (number("SELECT count(*) FROM expiry") != 0 && std::chrono::steady_clock::now() < end) cost_.changes(account_.store());
        EXPECT_EQ(number("SELECT count(*) FROM expiry"), 0);
    }

    StoreCost cost_{"file.db"};
    ServiceAccount account_{service(), kFileStore, cost_.files()};
};

TEST_F(CostOfFiles, ADirectoryIsRenamedByAFewRowsHoweverMuchItHolds) {
    make_many("big");
    EXPECT_LE(rows_of([&] { rename("big", "moved", "restype=directory&comp=rename"); }), kFewRows);
    EXPECT_LT(bytes_read_by([&] { rename("moved", "big", "restype=directory&comp=rename"); }), kFewBytes);
    snapshot();
    EXPECT_LE(rows_of([&] { rename("big", "moved", "restype=directory&comp=rename"); }), kFewRows);
    must(200, "GET", "moved/f" + std::to_string(kMany), "");
}

TEST_F(CostOfFiles, AShareSnapshotAndWhatComesAfterItAreAFewRowsHoweverManyFilesThereAre) {
    make_many("big");
    make_file("f", 4096);
    put_range("f", 0, std::string(4096, 'a'));
    EXPECT_LE(rows_of([&] { snapshot(); }), kFewRows);
    EXPECT_EQ(number("SELECT (SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM former_entries)"), 0);
    EXPECT_LE(rows_of([&] { put_range("f", 0, "first"); }), kFewRows);
    EXPECT_LE(rows_of([&] { put_range("f", 0, "second"); }), kFewRows);
    const std::string taken = snapshot();
    EXPECT_LT(bytes_read_by([&] { must(200, "GET", "f", "sharesnapshot=" + taken); }), kFewBytes);
    EXPECT_LE(rows_of([&] { must(202, "DELETE", "", "restype=share&sharesnapshot=" + taken); }), kFewRows);
    let_expiry_finish();
    EXPECT_EQ(number("SELECT count(*) FROM former_nodes"), 1);
}

TEST_F(CostOfFiles, RangesAreAFewRowsHoweverManySnapshotsAFileHasChangedSince) {
    make_file("f", 100'000);
    for (int i = 0; i < 199; ++i) {
        snapshot();
        EXPECT_LE(rows_of([&] { put_range("f", static_cast<std::uint64_t>(i) * 100, std::to_string(i)); }), kFewRows) << i;
    }
    EXPECT_LT(bytes_read_by([&] { must(206, "GET", "f", "", {{"x-ms-range", "bytes=0-99"}}); }), kFewBytes);
}

TEST_F(CostOfFiles, APageReadsAsMuchAtTheEndOfADirectoryOfMany) {
    make_many("big");
    make_file("big/z");
    const std::string page = "&maxresults=10&prefix=f" + std::to_string(2 * kMany - 5);
    std::string marker;
    EXPECT_LT(bytes_read_by([&] {
        const std::string listed = list("big", "&prefix=f" + std::to_string(2 * kMany - 9).substr(0, 3) + "&maxresults=5");
        const auto from = listed.find("<NextMarker>") + 12;
        marker = listed.substr(from, listed.find("</NextMarker>") - from);
    }), kFewBytes);
    ASSERT_NE(marker, "");
    EXPECT_LT(bytes_read_by([&] { EXPECT_NE(list("big", page).find("<Name>f" + std::to_string(2 * kMany - 5) + "<"), std::string::npos); }),
              kFewBytes);
    EXPECT_LT(bytes_read_by([&] { list("big", "&maxresults=5&marker=" + percent_encode(marker)); }), kFewBytes);
    // The count counts: the whole list is much more.
    EXPECT_GT(bytes_read_by([&] { EXPECT_NE(list("big", "").find("<Name>z<"), std::string::npos); }), kFewBytes);
}

TEST_F(CostOfFiles, APageOfASnapshotReadsNoMoreThanItsShareOfWhatCameSince) {
    make_file("big/a");
    make_file("big/z");
    const std::string taken = snapshot();
    make_many("big", "m");
    make_many("big", "n");
    // Rows that are walked over end a page before its time: it goes on where it stopped.
    const std::string first = list("big", "&sharesnapshot=" + taken);
    EXPECT_NE(first.find("<Name>a<"), std::string::npos);
    EXPECT_EQ(first.find("<Name>z<"), std::string::npos);
    const auto from = first.find("<NextMarker>") + 12;
    const std::string marker = first.substr(from, first.find("</NextMarker>") - from);
    ASSERT_NE(marker, "");
    const std::string second = list("big", "&sharesnapshot=" + taken + "&marker=" + percent_encode(marker));
    EXPECT_NE(second.find("<Name>z<"), std::string::npos);
    EXPECT_EQ(second.find("<Name>a<"), std::string::npos);
    EXPECT_NE(second.find("<NextMarker"), std::string::npos);
}

TEST_F(CostOfFiles, AShareOfManyFilesGoesWithAFewRowsAndTheRestInSlices) {
    make_many("big");
    snapshot();
    make_many("big");
    // The writer may begin with the slices before the rows are counted, so what it does at once is what stands in its way.
    const std::int64_t before = cost_.changes(account_.store());
    must(202, "DELETE", "", "restype=share", {{"x-ms-delete-snapshots", "include"}});
    must(404, "GET", "big", "restype=directory");
    must(201, "PUT", "", "restype=share");
    must(404, "GET", "big", "restype=directory");
    let_reclaim_finish();
    EXPECT_GT(cost_.changes(account_.store()) - before, 2 * kMany);
    EXPECT_EQ(number("SELECT count(*) FROM nodes"), 1);
    EXPECT_EQ(number("SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM contents)"), 0);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(CostOfFiles, AFileOf4TiBTakesWhatIsWrittenIntoIt) {
    constexpr std::uint64_t kSize = 4ULL << 40;
    EXPECT_LE(rows_of([&] { make_file("huge", kSize); }), kFewRows);
    EXPECT_EQ(number("SELECT (SELECT count(*) FROM contents) + (SELECT count(*) FROM extents)"), 0);
    EXPECT_LE(rows_of([&] { put_range("huge", kSize - 5, "bytes"); }), kFewRows);
    EXPECT_LE(rows_of([&] { put_range("huge", 1ULL << 40, std::string(4096, 'm')); }), kFewRows);
    EXPECT_EQ(must(206, "GET", "huge", "", {{"x-ms-range", "bytes=" + std::to_string(kSize - 6) + "-" + std::to_string(kSize - 1)}}).body,
              std::string("\0bytes", 6));
    EXPECT_EQ(must(206, "GET", "huge", "", {{"x-ms-range", "bytes=1000000000-1000999999"}}).body, std::string(1'000'000, '\0'));
    const std::string ranges = must(200, "GET", "huge", "comp=rangelist").body;
    EXPECT_NE(ranges.find("<Range><Start>1099511627776</Start><End>1099511631871</End></Range>"
                          "<Range><Start>4398046510592</Start><End>4398046511103</End></Range>"),
              std::string::npos) << ranges;
    EXPECT_NE(must(200, "GET", "", "restype=share&comp=stats").body.find("<ShareUsageBytes>4398046511104<"), std::string::npos);
    EXPECT_EQ(number("SELECT total(live) FROM extents"), 4096);
    EXPECT_LE(rows_of([&] { must(200, "PUT", "huge", "comp=properties", {{"x-ms-content-length", "0"}}); }), kFewRows);
    EXPECT_LE(rows_of([&] { must(200, "PUT", "huge", "comp=properties", {{"x-ms-content-length", std::to_string(kSize)}}); }), kFewRows);
    EXPECT_EQ(must(206, "GET", "huge", "", {{"x-ms-range", "bytes=" + std::to_string(kSize - 5) + "-"}}).body, std::string(5, '\0'));
    let_reclaim_finish();
    EXPECT_EQ(number("SELECT total(live) FROM extents"), 0);
}

}  // namespace
}  // namespace lazulite::file
