#include "app/event_retry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lazulite {
namespace {

using namespace std::chrono_literals;

TEST(EventRetries, FollowTheScheduleOfEventGrid) {
    const std::vector<std::chrono::seconds> schedule = {10s, 30s, 1min, 5min, 10min, 30min, 1h, 3h, 6h, 12h, 12h, 12h};
    for (std::size_t failed = 0; failed < schedule.size(); ++failed) {
        EXPECT_EQ(pause_after(static_cast<std::int64_t>(failed), 500), schedule[failed]) << failed;
    }
}

// Rows: the status; columns: the first pause, and that after five attempts that failed.
TEST(EventRetries, SomeStatusesWaitLonger) {
    const struct {
        int status;
        std::chrono::seconds first, later;
    } rows[] = {{404, 5min, 30min}, {408, 2min, 30min}, {503, 30s, 30min}, {500, 10s, 30min}, {429, 10s, 30min}};
    for (const auto& row : rows) {
        EXPECT_EQ(pause_after(0, row.status), row.first) << row.status;
        EXPECT_EQ(pause_after(5, row.status), row.later) << row.status;
    }
}

TEST(EventRetries, WhatCannotGetBetterIsDropped) {
    EventSubscription hook;
    hook.url = "http://127.0.0.1/";
    const EventSubscription queue;
    for (const int status : {400, 403, 413}) {
        EXPECT_TRUE(refused(status, hook)) << status;
        EXPECT_TRUE(refused(status, queue)) << status;
    }
    EXPECT_TRUE(refused(401, hook));
    EXPECT_FALSE(refused(401, queue));
    for (const int status : {404, 408, 500, 503}) EXPECT_FALSE(refused(status, hook)) << status;
    EXPECT_TRUE(arrived(200));
    EXPECT_TRUE(arrived(204));
    EXPECT_FALSE(arrived(205));
    EXPECT_FALSE(arrived(302));
}

TEST(EventSubscriptions, WantWhatTheirFilterSays) {
    EventSubscription to;
    const std::string subject = "/blobServices/default/containers/images/blobs/a.JPG";
    EXPECT_TRUE(to.wants("Microsoft.Storage.BlobCreated", subject));
    to.types = {"microsoft.storage.blobcreated"};
    EXPECT_TRUE(to.wants("Microsoft.Storage.BlobCreated", subject));
    EXPECT_FALSE(to.wants("Microsoft.Storage.BlobDeleted", subject));
    to.begins_with = "/blobservices/default/containers/IMAGES/";
    to.ends_with = ".jpg";
    EXPECT_TRUE(to.wants("Microsoft.Storage.BlobCreated", subject));
    EXPECT_FALSE(to.wants("Microsoft.Storage.BlobCreated", "/blobServices/default/containers/images/blobs/a.png"));
    EXPECT_FALSE(to.wants("Microsoft.Storage.BlobCreated", ".jpg"));
    to.case_sensitive = true;
    EXPECT_FALSE(to.wants("Microsoft.Storage.BlobCreated", subject));
    to.begins_with = "/blobServices/default/containers/images/";
    to.ends_with = ".JPG";
    EXPECT_TRUE(to.wants("Microsoft.Storage.BlobCreated", subject));
}

}  // namespace
}  // namespace lazulite
