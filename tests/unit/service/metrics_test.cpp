#include "service/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace lazulite {
namespace {

TEST(ClientName, IsThatOfTheSdk) {
    EXPECT_EQ(client_name("azsdk-js-storageblob/12.34.0 core-rest-pipeline/1.19.1 Node/22.12.0 OS/(x64-Linux-6.1)"),
              "azsdk-js-storageblob");
    EXPECT_EQ(client_name("azsdk-python-storage-blob/12.26.0 Python/3.11.2 (Linux)"), "azsdk-python-storage-blob");
    EXPECT_EQ(client_name("my-app azsdk-net-Storage.Blobs/12.25.0 (.NET 8.0.1; Debian)"), "azsdk-net-Storage.Blobs");
    EXPECT_EQ(client_name("azsdk-go-azblob"), "azsdk-go-azblob");
    EXPECT_EQ(client_name("azsdk-" + std::string(1000, 'x')), "azsdk-" + std::string(58, 'x'));
}

TEST(ClientName, IsOtherForTheRest) {
    EXPECT_EQ(client_name(""), "other");
    EXPECT_EQ(client_name("curl/8.5.0"), "other");
    EXPECT_EQ(client_name("Mozilla/5.0 (X11; Linux x86_64)"), "other");
}

TEST(Metrics, CountEqualAnswersTogether) {
    Metrics metrics;
    metrics.count({"blob", "PutBlob", 201, "", "other"});
    metrics.count({"blob", "PutBlob", 201, "", "other"});
    metrics.count({"blob", "PutBlob", 409, "BlobAlreadyExists", "other"});
    metrics.count({"blob", "PutBlob", 201, "", "azsdk-js-storageblob"});
    const auto counts = metrics.read();
    ASSERT_EQ(counts.size(), 3U);
    std::uint64_t all = 0;
    for (const auto& [key, answers] : counts) {
        all += answers;
        EXPECT_EQ(answers, key.status == 201 && key.client == "other" ? 2U : 1U);
    }
    EXPECT_EQ(all, 4U);
}

TEST(Metrics, SumOverThreads) {
    Metrics metrics;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&metrics] {
            for (int n = 0; n < 1000; ++n) metrics.count({"blob", "GetBlob", 200, "", "other"});
        });
    }
    for (std::thread& thread : threads) thread.join();
    const auto counts = metrics.read();
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].key.operation, "GetBlob");
    EXPECT_EQ(counts[0].answers, 8000U);
}

TEST(Metrics, PutAnswersBetweenTheBoundsOfTheirTime) {
    Metrics metrics;
    const Metrics::Key get{"blob", "GetBlob", 200, "", "other"};
    metrics.count(get, std::chrono::microseconds(50));  // a bound belongs to what is below it
    metrics.count(get, std::chrono::nanoseconds(50'001));
    metrics.count(get, std::chrono::seconds(11));
    metrics.count(get);  // a part of a batch has no time of its own
    metrics.count({"blob", "GetBlob", 404, "BlobNotFound", "azsdk-go-azblob"}, std::chrono::microseconds(80));
    metrics.count({"blob", "PutBlob", 201, "", "other"}, std::chrono::milliseconds(2));
    const auto latencies = metrics.latencies();
    ASSERT_EQ(latencies.size(), 2U);
    EXPECT_EQ(latencies[0].operation, "GetBlob");
    EXPECT_EQ(latencies[0].answers, (std::array<std::uint64_t, 15>{1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(latencies[0].sum, std::chrono::nanoseconds(11'000'180'001));
    EXPECT_EQ(latencies[1].operation, "PutBlob");
    EXPECT_EQ(latencies[1].answers[5], 1U);
}

TEST(Metrics, CountTheClientsThatAreTooManyTogether) {
    Metrics metrics;
    for (std::size_t i = 0; i < Metrics::kMostKeys + 100; ++i) {
        metrics.count({"blob", "GetBlob", 200, "", "azsdk-" + std::to_string(i)});
    }
    const auto counts = metrics.read();
    EXPECT_EQ(counts.size(), Metrics::kMostKeys + 1);
    const auto other = std::find_if(counts.begin(), counts.end(), [](const auto& count) { return count.key.client == "other"; });
    ASSERT_NE(other, counts.end());
    EXPECT_EQ(other->answers, 100U);
}

TEST(Metrics, TimeWorkThatFailsUnlessItIsDone) {
    Metrics metrics;
    Metrics::Timing(metrics, "lifecycle").done();
    { const Metrics::Timing cut(metrics, "lifecycle"); }
    const auto work = metrics.work();
    ASSERT_EQ(work.size(), 1U);
    EXPECT_EQ(work[0].name, "lifecycle");
    EXPECT_EQ(work[0].runs, 2U);
    EXPECT_EQ(work[0].failures, 1U);
}

TEST(Metrics, AreEmptyAtFirst) {
    EXPECT_TRUE(Metrics().read().empty());
}

}  // namespace
}  // namespace lazulite
