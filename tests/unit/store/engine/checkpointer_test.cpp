// When a WAL goes back into its database and when the barrier is raised, by moments that are handed in.
#include <gtest/gtest.h>

#include "some_file_system.hpp"
#include "store/checkpointer.hpp"
#include "store/fault_file_system.hpp"
#include "store/ledger.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;
using testing::kNoLimit;
using Kind = FileOperation::Kind;
using Moment = Checkpointer::Moment;

constexpr std::uint64_t kBoot = 7;

class CheckpointerTest : public ::testing::Test {
  protected:
    CheckpointerTest() {
        EXPECT_TRUE(files_.make_directories("a"));
        connection_ = std::make_unique<Connection>(files_, paths_.database(), Connection::Options{});
        connection_->script("CREATE TABLE t(n INTEGER PRIMARY KEY, text BLOB)");
        extents_ = make_extents(files_, {.directory = paths_.extents()});
        barrier_ = std::make_unique<Barrier>(Barrier::Place{paths_, *extents_, Durability::process, kBoot, true, 1});
        EXPECT_TRUE(barrier_->adopt(true));
        checkpointer_ = std::make_unique<Checkpointer>(files_, paths_.database(), *barrier_, Checkpointer::Options{});
    }
    void commit(std::size_t bytes = 100) {
        connection_->execute("INSERT INTO t(text) VALUES(?)", std::string_view(std::string(bytes, 'x')));
    }
    Moment after_group() { return checkpointer_->after_group(*connection_, now_); }
    /// What is due now, done as the store does it.
    void work() {
        EXPECT_LE(after_group(), now_);
        if (checkpointer_->begin(*connection_, now_)) checkpointer_->work();
    }
    std::uint64_t frames_promised() { return BarrierRecord::load(paths_).value().frames; }
    /// Pages that went into the database.
    std::size_t pages_copied() {
        std::size_t pages = 0;
        for (const FileOperation& operation : files_.trace()) {
            if (operation.kind == Kind::write && operation.path == paths_.database()) ++pages;
        }
        return pages;
    }

    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(kNoLimit);
    FaultFileSystem files_{*memory_};
    DatabaseFiles paths_{files_, "a", "t"};
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<ExtentPool> extents_;
    std::unique_ptr<Barrier> barrier_;
    std::unique_ptr<Checkpointer> checkpointer_;
    Moment now_{1h};
};

TEST_F(CheckpointerTest, RaisesTheBarrierFourSecondsAfterTheFirstCommitThatItCoversWhileMoreKeepComing) {
    const Moment first = now_;
    for (int i = 0; i < 8; ++i, now_ += 500ms) {
        commit();
        EXPECT_EQ(after_group(), std::min(now_ + 1s, first + 4s));
    }
    EXPECT_EQ(frames_promised(), 0U);
    const std::size_t copied = pages_copied();
    commit();  // so that a second without writes has not passed
    work();
    EXPECT_EQ(frames_promised(), connection_->wal_frames());
    EXPECT_EQ(pages_copied(), copied);
    commit();
    EXPECT_EQ(after_group(), now_ + 1s);
}

TEST_F(CheckpointerTest, CopiesAfterASecondWithoutWritesAndRaisesTheBarrierBefore) {
    commit();
    EXPECT_EQ(after_group(), now_ + 1s);
    now_ += 1s;
    const std::size_t copied = pages_copied();
    work();
    EXPECT_EQ(frames_promised(), connection_->wal_frames());
    EXPECT_GT(pages_copied(), copied);
    EXPECT_EQ(after_group(), Moment::max());
}

TEST_F(CheckpointerTest, RaisesTheBarrierForWhoeverWaitsForIt) {
    commit();
    after_group();
    now_ += 1s;
    work();
    EXPECT_EQ(after_group(), Moment::max());
    const std::uint64_t ticket = barrier_->ticket();
    EXPECT_EQ(after_group(), now_ + 4s);
    now_ += 4s;
    work();
    EXPECT_TRUE(barrier_->passed(ticket));
    EXPECT_EQ(after_group(), Moment::max());
}

TEST_F(CheckpointerTest, TriesAgainASecondAfterABarrierFailed) {
    commit();
    after_group();
    now_ += 1s;
    files_.inject({.kinds = {Kind::sync}, .path_part = "-wal"});
    work();
    EXPECT_EQ(frames_promised(), 0U);
    EXPECT_EQ(after_group(), now_ + Checkpointer::kRetryAfterError);
    now_ += Checkpointer::kRetryAfterError;
    work();
    EXPECT_EQ(frames_promised(), connection_->wal_frames());
}

TEST_F(CheckpointerTest, EndsWithABarrierEvenWhenThereIsNoTimeToCopy) {
    commit();
    checkpointer_->finish(*connection_, false);
    EXPECT_EQ(frames_promised(), connection_->wal_frames());
}

TEST_F(CheckpointerTest, RestsAfterACopyWhereAnEarlierProcessLeftALongFileWithFewFramesInIt) {
    commit();
    checkpointer_ = std::make_unique<Checkpointer>(files_, paths_.database(), *barrier_,
                                                   Checkpointer::Options{.wal_bytes = 2 * Checkpointer::kCopyBytes});
    const Connection writer(files_, paths_.database(), {});  // has written nothing yet
    const auto due = [&] { return checkpointer_->after_group(writer, now_) <= now_; };
    int copies = 0;
    for (; due() && copies < 10; ++copies) {
        if (checkpointer_->begin(*connection_, now_)) checkpointer_->work();
    }
    EXPECT_GE(copies, 1);
    EXPECT_LE(copies, 3);
}

TEST_F(CheckpointerTest, StartsALongWalOverRightAfterACopy) {
    while (connection_->wal_frames() * 4120ULL < Checkpointer::kRestartBytes) commit(1 << 20);
    {
        Connection reader(files_, paths_.database(), {.read_only = true});
        reader.script("BEGIN; SELECT count(*) FROM t");
        work();  // the copy
        EXPECT_EQ(frames_promised(), connection_->wal_frames());
        commit();  // behind the rest, because of the reader
    }
    EXPECT_LE(after_group(), now_);
    EXPECT_FALSE(checkpointer_->begin(*connection_, now_));
    commit();
    const auto position = wal_position(files_, paths_.database());
    ASSERT_TRUE(position);
    EXPECT_LT(position->frames, 10U);
}

TEST_F(CheckpointerTest, StartsALongWalOverAtOnceAfterACopyThatAReaderKeptFromItsLastFrames) {
    while (connection_->wal_frames() * 4120ULL < Checkpointer::kRestartBytes) commit(1 << 20);
    {
        Connection reader(files_, paths_.database(), {.read_only = true});
        reader.script("BEGIN; SELECT count(*) FROM t");
        commit();  // behind what the reader sees
        work();
    }
    EXPECT_LE(after_group(), now_) << "what is written while it waits would have to be copied again";
    EXPECT_FALSE(checkpointer_->begin(*connection_, now_));
    EXPECT_EQ(after_group(), Moment::max());
}

TEST_F(CheckpointerTest, CopiesALongWalInTheBackgroundBeforeTheWriterStartsItOver) {
    Connection reader(files_, paths_.database(), {.read_only = true});
    reader.script("BEGIN; SELECT count(*) FROM t");  // so that no commit starts the WAL over by itself
    while (connection_->wal_frames() * 4120ULL < Checkpointer::kRestartBytes) {
        commit(1 << 20);
        if (after_group() > now_) continue;
        EXPECT_TRUE(checkpointer_->begin(*connection_, now_));
        checkpointer_->work();
        now_ += Checkpointer::kRetry;
    }
    after_group();
    EXPECT_TRUE(checkpointer_->begin(*connection_, now_));  // 16 MiB since the last copy are no matter of the writer's turn
}

TEST_F(CheckpointerTest, StartsAWalOverThatGrowsFasterThanItIsCopied) {
    for (;; now_ += 10ms) {
        commit(1 << 20);
        ASSERT_LT(connection_->wal_frames() * 4120ULL, 98U << 20);  // it was 80 MiB, and 16 came meanwhile
        if (after_group() > now_) continue;
        if (!checkpointer_->begin(*connection_, now_)) break;
        Connection reader(files_, paths_.database(), {.read_only = true});
        reader.script("BEGIN; SELECT count(*) FROM t");
        for (int i = 0; i < 16; ++i) commit(1 << 20);  // while it copies what the reader sees
        checkpointer_->work();
    }
    EXPECT_EQ(after_group(), Moment::max());
    commit();
    EXPECT_LT(connection_->wal_frames(), 10U);
}

}  // namespace
}  // namespace lazulite
