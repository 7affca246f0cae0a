#include "app/shown_metrics.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& page, const std::string& line) { return ("\n" + page).find("\n" + line + "\n") != std::string::npos; }

TEST(ShownMetrics, CountAnswers) {
    Measured measured;
    measured.answers = {{{"blob", "PutBlob", 201, "", "azsdk-js-storageblob"}, 7},
                        {{"table", "InsertEntity", 409, "EntityAlreadyExists", "a\"b\\c\nd"}, 1}};
    const std::string page = shown_metrics(measured);
    EXPECT_TRUE(has_line(page, "# TYPE lazulite_requests_total counter"));
    EXPECT_TRUE(has_line(page, R"(lazulite_requests_total{service="blob",operation="PutBlob",status="201",error_code="",)"
                               R"(client="azsdk-js-storageblob"} 7)"));
    EXPECT_TRUE(has_line(page, R"(lazulite_requests_total{service="table",operation="InsertEntity",status="409",)"
                               R"(error_code="EntityAlreadyExists",client="a\"b\\c\nd"} 1)"));
}

TEST(ShownMetrics, SumUpLatencies) {
    Measured measured;
    Metrics::Latency& latency = measured.latencies.emplace_back();
    latency.service = "queue";
    latency.operation = "PutMessage";
    latency.answers[0] = 3;
    latency.answers[5] = 2;
    latency.answers[14] = 1;
    latency.sum = 12s + 500ms;
    const std::string page = shown_metrics(measured);
    const std::string labels = R"(service="queue",operation="PutMessage")";
    const std::string name = "lazulite_request_duration_seconds";
    EXPECT_TRUE(has_line(page, "# TYPE " + name + " histogram"));
    EXPECT_TRUE(has_line(page, name + "_bucket{" + labels + ",le=\"5e-05\"} 3")) << page;
    EXPECT_TRUE(has_line(page, name + "_bucket{" + labels + ",le=\"0.001\"} 3"));
    EXPECT_TRUE(has_line(page, name + "_bucket{" + labels + ",le=\"0.0025\"} 5"));
    EXPECT_TRUE(has_line(page, name + "_bucket{" + labels + ",le=\"10\"} 5"));
    EXPECT_TRUE(has_line(page, name + "_bucket{" + labels + ",le=\"+Inf\"} 6"));
    EXPECT_TRUE(has_line(page, name + "_sum{" + labels + "} 12.5"));
    EXPECT_TRUE(has_line(page, name + "_count{" + labels + "} 6"));
}

TEST(ShownMetrics, ShowStoresAndTheirWork) {
    Measured measured;
    StoreState state;
    state.database_bytes = 4096;
    state.wal_bytes = 8240;
    state.extents = 2;
    state.extent_bytes = 70'000;
    state.freed_bytes = 100;
    state.queued_writes = 5;
    state.commits = 9;
    state.long_reads = 6;
    state.reclaim = {3, 1, 1500ms};
    measured.stores.push_back({"mine", "blob", state});
    const std::string page = shown_metrics(measured);
    const std::string labels = R"({account="mine",service="blob"})";
    EXPECT_TRUE(has_line(page, "lazulite_store_database_bytes" + labels + " 4096"));
    EXPECT_TRUE(has_line(page, "lazulite_store_wal_bytes" + labels + " 8240"));
    EXPECT_TRUE(has_line(page, "lazulite_store_extents" + labels + " 2"));
    EXPECT_TRUE(has_line(page, "lazulite_store_extent_bytes" + labels + " 70000"));
    EXPECT_TRUE(has_line(page, "lazulite_store_freed_bytes" + labels + " 100"));
    EXPECT_TRUE(has_line(page, "lazulite_store_queued_writes" + labels + " 5"));
    EXPECT_TRUE(has_line(page, "lazulite_store_commits_total" + labels + " 9"));
    EXPECT_TRUE(has_line(page, "lazulite_store_long_reads_total" + labels + " 6"));
    const std::string work = R"({account="mine",service="blob",work="reclaim"})";
    EXPECT_TRUE(has_line(page, "lazulite_store_work_runs_total" + work + " 3"));
    EXPECT_TRUE(has_line(page, "lazulite_store_work_failures_total" + work + " 1"));
    EXPECT_TRUE(has_line(page, "lazulite_store_work_seconds_total" + work + " 1.5"));
    EXPECT_TRUE(has_line(page, R"(lazulite_store_work_runs_total{account="mine",service="blob",work="barrier"} 0)"));
}

TEST(ShownMetrics, ShowTheProcessAndWhatItDoesByItself) {
    Measured measured;
    measured.version = "1.2.3";
    measured.connections = 4;
    measured.work = {{"lifecycle", 2, 0, 250ms}};
    const std::string page = shown_metrics(measured);
    EXPECT_TRUE(has_line(page, R"(lazulite_build_info{version="1.2.3"} 1)"));
    EXPECT_TRUE(has_line(page, "lazulite_open_connections 4"));
    EXPECT_TRUE(has_line(page, R"(lazulite_work_runs_total{work="lifecycle"} 2)"));
    EXPECT_TRUE(has_line(page, R"(lazulite_work_seconds_total{work="lifecycle"} 0.25)"));
    EXPECT_EQ(page.find("process_resident_memory_bytes 0\n"), std::string::npos);
    EXPECT_EQ(page.find("process_open_fds 0\n"), std::string::npos);
}

}  // namespace
}  // namespace lazulite
