#include "service/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace lazulite {
namespace {

TEST(ClientName, IsThatOfTheSdk) {
    EXPECT_EQ(client_name("azsdk-js-storageblob/12.34.0 core-rest-pipeline/1.19.1 Node/22.12.0 OS/(x64-Linux-6.1)"),
              "azsdk-js-storageblob");
    EXPECT_EQ(client_name("azsdk-python-storage-blob/12.26.0 Python/3.11.2 (Linux)"), "azsdk-python-storage-blob");
    EXPECT_EQ(client_name("my-app azsdk-net-Storage.Blobs/12.25.0 (.NET 8.0.1; Debian)"), "azsdk-net-Storage.Blobs");
    EXPECT_EQ(client_name("azsdk-go-azblob"), "azsdk-go-azblob");
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

TEST(Metrics, AreEmptyAtFirst) {
    EXPECT_TRUE(Metrics().read().empty());
}

}  // namespace
}  // namespace lazulite
