#include "blob/domain/event.hpp"

#include <gtest/gtest.h>

#include "blob/domain/event_grid.hpp"

namespace lazulite::blob {
namespace {

BlobEvent an_event() {
    BlobEvent event;
    event.type = EventType::tier_changed;
    event.time = instant_of(0x1f);
    event.id = "i";
    event.account = "acct";
    event.container = "c";
    event.blob = "a/b";
    event.api = "SetBlobTier";
    event.request_id = "r";
    event.url = "http://host/c/a/b";
    event.etag = "0x1";
    event.content_type = "t";
    event.content_length = 64;
    event.blob_type = "BlockBlob";
    event.access_tier = "Cool";
    event.container_version = "1";
    event.previous_info = {{"PreviousTier", "Hot"}};
    return event;
}

TEST(BlobEvents, TopicsAndSubjectsAreResourcePaths) {
    EXPECT_EQ(topic_of("acct"),
              "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lazulite/providers/Microsoft.Storage/"
              "storageAccounts/acct");
    EXPECT_EQ(subject_of("c", "a/b"), "/blobServices/default/containers/c/blobs/a/b");
}

TEST(BlobEvents, SequencersCompareAsTheirTimes) {
    EXPECT_EQ(sequencer_of(instant_of(0x1f)), std::string(46, '0') + "1f");
    EXPECT_LT(sequencer_of(instant_of(0xff)), sequencer_of(instant_of(0x100)));
}

/// A text as Avro has it: its length, zigzag, in one byte here, and its bytes.
std::string text(std::string_view value) { return static_cast<char>(value.size() * 2) + std::string(value); }

// Values in the order of the schema's fields; 0 is the absent branch of a union, 2 the present one.
TEST(BlobEvents, ARecordHasEveryFieldOfTheSchema) {
    const std::string record = change_feed_record(an_event(), "T");
    const std::string head = std::string("\x0a", 1) + "\xf8\x01" + topic_of("acct");
    ASSERT_EQ(record.substr(0, head.size()), head);
    EXPECT_EQ(record.substr(head.size()),
              text(subject_of("c", "a/b")) + "\x0c" + text("T") + text("i") + text("SetBlobTier") + text("") + text("r") +
                  text("0x1") + text("t") + "\x80\x01" + text("BlockBlob") + std::string("\0\x02", 2) + text("1") +
                  "\x02" + text("Cool") + text("") + text(std::string(46, '0') + "1f") +
                  "\x02\x02" + text("PreviousTier") + text("Hot") + std::string("\0\0\0\0\0\0\0", 7));
}

TEST(BlobEvents, AbsentBranchesAreNulls) {
    BlobEvent event = an_event();
    event.type = EventType::deleted;
    event.access_tier.clear();
    event.previous_info.clear();
    const std::string record = change_feed_record(event, "T");
    // After the sequencer: previousInfo, snapshot, properties, asyncOperationInfo, tags, restore point, diagnostics.
    EXPECT_EQ(record.substr(record.size() - 7), std::string(7, '\0'));
    EXPECT_EQ(record[record.size() - 8], 'f');
}

TEST(BlobEvents, ChangesOfPropertiesAndTagsAreMaps) {
    BlobEvent event = an_event();
    event.previous_info.clear();
    event.properties = {{"ContentType", "b", "a"}};
    event.tags = {Texts{}, Texts{{"k", "v"}}};
    const std::string record = change_feed_record(event, "T");
    const std::string end = std::string("\0\0\x02\x02", 4) + text("ContentType") + text("b") + text("a") +
                            std::string("\0\0\x02\0\x02", 5) + text("k") + text("v") + std::string("\0\0\0", 3);
    EXPECT_EQ(record.substr(record.size() - end.size()), end);
}

TEST(BlobEvents, EventGridIsToldTiers) {
    BlobEvent event = an_event();
    event.previous_tier = "Hot";
    const std::string changed = event_grid_event(event, "T");
    EXPECT_NE(changed.find(R"("blobType":"BlockBlob","accessTier":"Cool","previousTier":"Hot","url")"), std::string::npos)
        << changed;
    event.type = EventType::deleted;
    event.previous_tier.clear();
    EXPECT_EQ(event_grid_event(event, "T").find("Tier\":"), std::string::npos);
}

TEST(BlobEvents, EventGridIsToldTheEtagOfWhatIsNew) {
    BlobEvent event = an_event();
    event.etag = "0x8D4BCC2E4835CD0";
    event.type = EventType::created;
    EXPECT_NE(event_grid_event(event, "T").find(R"("eTag":"0x8D4BCC2E4835CD0","contentType":)"), std::string::npos);
    for (const EventType type : {EventType::deleted, EventType::tier_changed}) {
        event.type = type;
        EXPECT_EQ(event_grid_event(event, "T").find("eTag"), std::string::npos);
    }
}

TEST(BlobEvents, ARunOfAPolicyIsToldByTheActionsThatItHas) {
    LifecycleReport report;
    report.scheduled = "2026/11/22 10:30:00.0000000";
    report.outcomes[static_cast<std::size_t>(LifecycleAction::remove)] = {2, 1, "con/a"};
    report.outcomes[static_cast<std::size_t>(LifecycleAction::to_cold)].emplace();
    EXPECT_EQ(lifecycle_completed_event("acct", "i", "T", report),
              R"({"topic":")" + topic_of("acct") + R"(","subject":"BlobDataManagement/LifeCycleManagement/SummaryReport",)"
              R"("eventType":"Microsoft.Storage.LifecyclePolicyCompleted","eventTime":"T","id":"i","data":{)"
              R"("scheduleTime":"2026/11/22 10:30:00.0000000","policyRunSummary":{"completionStatus":"CompletedWithError"},)"
              R"("deleteSummary":{"totalObjectsCount":2,"successCount":1,"errorList":"con/a"},)"
              R"("tierToColdSummary":{"totalObjectsCount":0,"successCount":0,"errorList":""}},)"
              R"("dataVersion":"1","metadataVersion":"1"})");
}

}  // namespace
}  // namespace lazulite::blob
