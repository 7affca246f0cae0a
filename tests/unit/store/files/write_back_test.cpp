#include "store/write_back.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace lazulite {
namespace {

using std::chrono::milliseconds;

/// A disk that takes its time, which is the test's.
class SlowDisk {
  public:
    using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

    [[nodiscard]] std::shared_ptr<File> file() { return std::make_shared<SlowFile>(*this); }
    WriteBack::Clock::time_point now;
    WriteBack::Clock::duration a_wait_takes{0};
    Ranges started;
    Ranges waited;

  private:
    class SlowFile final : public File {
      public:
        explicit SlowFile(SlowDisk& disk) : disk_(disk) {}
        void start_writing(std::uint64_t offset, std::uint64_t length) override {
            disk_.started.emplace_back(offset, length);
        }
        void wait_written(std::uint64_t offset, std::uint64_t length) override {
            disk_.waited.emplace_back(offset, length);
            disk_.now += disk_.a_wait_takes;
        }
        IoResult<std::size_t> read(std::uint64_t, void*, std::size_t) override { return 0; }
        IoResult<> write(std::uint64_t, ByteView) override { return {}; }
        IoResult<> sync() override { return {}; }
        IoResult<> truncate(std::uint64_t) override { return {}; }
        IoResult<std::uint64_t> size() override { return 0; }
        IoResult<> punch(std::uint64_t, std::uint64_t) override { return {}; }
        IoResult<std::uint64_t> links() override { return 1; }
        [[nodiscard]] int descriptor() const override { return -1; }

      private:
        SlowDisk& disk_;
    };
};

class WriteBacks : public ::testing::Test {
  protected:
    /// How many MiB may be sent, one at a time, until the next to write should wait.
    std::uint64_t room() {
        std::uint64_t mib = 0;
        for (; !back.behind(); ++mib) back.start(file, mib << 20, 1 << 20);
        return mib - 1;
    }
    SlowDisk disk;
    std::shared_ptr<File> file = disk.file();
    WriteBack back{[this] { return disk.now; }};
};

TEST_F(WriteBacks, StartsAtOnceAndWaitsForNothing) {
    back.start(file, 4096, 262144);
    EXPECT_EQ(disk.started, (SlowDisk::Ranges{{4096, 262144}}));
    EXPECT_FALSE(back.behind());
    back.catch_up();
    EXPECT_TRUE(disk.waited.empty());
}

TEST_F(WriteBacks, WhoIsBehindWaitsForTheOldestAndNoLonger) {
    EXPECT_EQ(room(), 128U);
    disk.a_wait_takes = milliseconds(500);
    back.catch_up();
    EXPECT_EQ(disk.waited, (SlowDisk::Ranges{{0, 1 << 20}}));
    EXPECT_FALSE(back.behind());
}

TEST_F(WriteBacks, ASlowDiskMayOweLess) {
    room();
    disk.a_wait_takes = milliseconds(1200);
    back.catch_up();  // longer than it should have been: half of what it was, then a quarter, which is the least
    EXPECT_FALSE(back.behind());
    EXPECT_EQ(disk.waited.size(), 129U - 32U);
    disk.waited.clear();
    EXPECT_EQ(room(), 0U);
    back.catch_up();
    EXPECT_EQ(disk.waited.size(), 1U);
}

TEST_F(WriteBacks, ADiskThatKeepsUpMayOweMore) {
    EXPECT_EQ(room(), 128U);
    back.catch_up();  // a piece that stood on the disk already
    EXPECT_EQ(room(), 256U - 128U);
    back.catch_up();
    EXPECT_EQ(room(), 512U - 256U);
    back.catch_up();
    EXPECT_EQ(room(), 0U) << "and that is the most";
}

TEST_F(WriteBacks, NobodyWaitsForAFileThatWasClosed) {
    room();
    file.reset();
    back.catch_up();
    EXPECT_TRUE(disk.waited.empty());
    EXPECT_FALSE(back.behind());
}

}  // namespace
}  // namespace lazulite
