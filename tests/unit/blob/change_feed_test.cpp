#include "blob/rows/change_feed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"
#include "service/content_body.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

const Instant kStart = std::chrono::sys_days(std::chrono::November / 22 / 2026) + 2h + 59min;

class ChangeFeed : public ::testing::Test {
  protected:
    ChangeFeed() { open(); }
    ~ChangeFeed() override { close(); }

    void open() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kBlobStore.name);
    }
    void close() {
        store_.reset();
        stores_->close();
    }
    void append(const std::string& record, std::optional<std::chrono::days> retention = {}) {
        ASSERT_TRUE(store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
            append_to_change_feed(tx, tx.next_tick(), "\"string\"", record, retention);
            return {};
        }));
    }
    static std::optional<Blob> find(ReadTxn& tx, const std::string& name) {
        const auto feed = find_container(tx, kChangeFeedContainer);
        return feed ? find_blob(tx, {feed->root_dir_id, name}) : std::nullopt;
    }
    std::optional<Blob> blob(const std::string& name) {
        return *store_->read([&](ReadTxn& tx) -> Result<std::optional<Blob>> { return find(tx, name); });
    }
    /// Row and bytes of one moment: the store's own work may replace a blob at any time.
    std::string text(const std::string& name) {
        return *store_->read([&](ReadTxn& tx) -> Result<std::string> {
            const auto found = find(tx, name);
            if (!found) return "nothing";
            return read_content(*store_, tx, found->content, 0, found->size);
        });
    }
    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

    /// Until the store's own work has made it so, or for 20 s.
    bool becomes(const std::string& name, const std::string& part) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!has(text(name), part)) {
            if (std::chrono::steady_clock::now() > end) return false;
            static_cast<void>(store_->write_and_wait([](WriteTxn&) -> Result<> { return {}; }));
        }
        return true;
    }

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    ManualClock wall_{kStart};
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

const std::string kSegments = "meta/segments.json";
const std::string kHour2 = "idx/segments/2026/11/22/0200/meta.json";
const std::string kHour3 = "idx/segments/2026/11/22/0300/meta.json";
const std::string kLog2 = "log/00/2026/11/22/0200/";

TEST_F(ChangeFeed, RecordsGoToTheLogOfTheirHour) {
    append("first");
    append("second");
    wall_.advance(2min);
    append("third");
    const std::string log = text(kLog2 + "00000.avro");
    EXPECT_TRUE(has(log, "first") && has(log, "second")) << log;
    EXPECT_FALSE(has(log, "third")) << log;
    EXPECT_EQ(blob(kLog2 + "00000.avro")->committed_blocks, 3U);
    EXPECT_TRUE(has(text("log/00/2026/11/22/0300/00000.avro"), "third"));
}

TEST_F(ChangeFeed, EveryBlockOfALogEndsWithTheMarkerOfItsHeader) {
    append("first");
    append("second");
    const std::string log = text(kLog2 + "00000.avro");
    const std::string sync = log.substr(log.size() - 16);
    std::size_t count = 0;
    for (std::size_t at = log.find(sync); at != std::string::npos; at = log.find(sync, at + 16)) ++count;
    EXPECT_EQ(count, 3U);
}

TEST_F(ChangeFeed, ASegmentIsCompleteWhenItsHourIsOver) {
    append("first");
    EXPECT_TRUE(has(text(kHour2), "\"begin\":\"2026-11-22T02:00:00.000Z\"") && has(text(kHour2), "\"Publishing\"")) << text(kHour2);
    EXPECT_TRUE(has(text(kSegments), "\"lastConsumable\":\"1601-01-01T00:00:00.000Z\"")) << text(kSegments);
    ASSERT_TRUE(store_->set_clock_offset(59s));
    EXPECT_TRUE(has(text(kHour2), "\"Publishing\""));
    ASSERT_TRUE(store_->set_clock_offset(60s));
    EXPECT_TRUE(becomes(kSegments, "\"lastConsumable\":\"2026-11-22T02:00:00.000Z\""));
    EXPECT_TRUE(has(text(kHour2), "\"Finalized\""));
}

TEST_F(ChangeFeed, ASegmentIsCompleteWhenTheNextBegins) {
    append("first");
    wall_.advance(5h);
    append("second");
    EXPECT_TRUE(has(text(kHour2), "\"Finalized\""));
    EXPECT_EQ(text(kHour3), "nothing");  // nothing happened then
    EXPECT_TRUE(has(text(kSegments), "\"lastConsumable\":\"2026-11-22T02:00:00.000Z\""));
}

TEST_F(ChangeFeed, AnHourThatEndedWhileNobodyRanIsCompletedAfterTheStart) {
    append("first");
    close();
    wall_.advance(1h);
    open();
    EXPECT_TRUE(becomes(kSegments, "\"lastConsumable\":\"2026-11-22T02:00:00.000Z\""));
}

TEST_F(ChangeFeed, AnHourGoesWhenItsRetentionIsOver) {
    append("first", std::chrono::days(7));
    wall_.advance(2min);
    append("second");
    wall_.advance(7 * 24h - 3min);
    append("third");
    EXPECT_TRUE(has(text(kLog2 + "00000.avro"), "first"));
    wall_.advance(2min);
    EXPECT_TRUE(becomes(kHour2, "nothing"));
    EXPECT_EQ(text(kLog2 + "00000.avro"), "nothing");
    EXPECT_TRUE(has(text("log/00/2026/11/22/0300/00000.avro"), "second"));
    EXPECT_TRUE(has(text(kHour3), "Finalized"));
}

TEST_F(ChangeFeed, AFullLogIsFollowedByAnother) {
    append("first");
    ASSERT_TRUE(store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
        const BlobKey key{find_container(tx, kChangeFeedContainer)->root_dir_id, kLog2 + "00000.avro"};
        const auto log = find_blob(tx, key);
        Blob full = *log;
        full.committed_blocks = 50'000;
        replace(tx, key, log, full);
        return {};
    }));
    append("second");
    append("third");
    EXPECT_FALSE(has(text(kLog2 + "00000.avro"), "second"));
    EXPECT_TRUE(has(text(kLog2 + "00001.avro"), "second") && has(text(kLog2 + "00001.avro"), "third"));
}

TEST_F(ChangeFeed, WhatIsNotCommittedIsNotTold) {
    append("first");
    EXPECT_FALSE(store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
        append_to_change_feed(tx, tx.next_tick(), "\"string\"", "never");
        return fail(ErrorCode::blob_not_found);
    }));
    append("second");
    EXPECT_FALSE(has(text(kLog2 + "00000.avro"), "never"));
    EXPECT_EQ(blob(kLog2 + "00000.avro")->committed_blocks, 3U);
}

TEST_F(ChangeFeed, AKillLeavesItSound) {
    const std::size_t begin = files_.position();
    for (int i = 0; i < 20; ++i) append("record " + std::to_string(i) + std::string(900, 'x'));
    const StoreKind* const kinds[] = {&kBlobStore};
    for (std::size_t at = begin; at <= files_.position(); at += (files_.position() - begin) / 10 + 1) {
        const CheckReport report = check(*files_.after_kill(at), kinds);
        for (const std::string& problem : report.problems) ADD_FAILURE() << at << ": " << problem;
    }
}

}  // namespace
}  // namespace lazulite::blob
