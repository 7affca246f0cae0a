// The limit of memory: what counts, and what gives it back.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "some_file_system.hpp"
#include "store/file_system.hpp"

namespace lazulite {
namespace {

using testing::must;
using Open = FileSystem::Open;

constexpr std::uint64_t kLimit = 1 << 20;

class MemoryLimit : public ::testing::Test {
  protected:
    /// How many more bytes fit, in steps of 16 KiB. Leaves nothing behind.
    std::uint64_t room() {
        const auto probe = must(files_->open("probe", Open::extent_new));
        must(files_->remove("probe"));
        const std::string step(16 * 1024, 'x');
        std::uint64_t fits = 0;
        while (probe->write(fits, as_bytes(step))) fits += step.size();
        return fits;
    }

    std::unique_ptr<FileSystem> files_ = make_memory_file_system(kLimit);
};

/// What holds for either kind of file.
class Memory : public MemoryLimit, public ::testing::WithParamInterface<Open> {
  protected:
    std::unique_ptr<File> open(const std::string& path) { return must(files_->open(path, GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(Kinds, Memory, ::testing::Values(Open::create_new, Open::extent_new), [](const auto& test) {
    return test.param == Open::extent_new ? "extent" : "database";
});

const std::string kQuarter(256 * 1024, 'q');

TEST_F(MemoryLimit, AWriteToAnExtentPastItFailsAndLeavesTheFileAsItWas) {
    const auto file = must(files_->open("a", Open::extent_new));
    for (int i = 0; i < 4; ++i) must(file->write(i * kQuarter.size(), as_bytes(kQuarter)));
    EXPECT_EQ(room(), 0U);
    const auto more = file->write(kLimit, as_bytes("x"));
    ASSERT_FALSE(more);
    EXPECT_TRUE(out_of_space(more.error()));
    EXPECT_EQ(must(file->size()), kLimit);
}

TEST_F(MemoryLimit, DatabasesGoOnAndCount) {
    const auto rows = must(files_->open("rows", Open::create_new));
    const auto extent = must(files_->open("extent", Open::extent_new));
    must(extent->write(0, as_bytes(kQuarter)));
    EXPECT_FALSE(files_->exhausted());
    for (std::size_t i = 0; i < 4; ++i) must(rows->write(i * kQuarter.size(), as_bytes(kQuarter)));
    EXPECT_TRUE(files_->exhausted());
    EXPECT_EQ(room(), 0U);
    EXPECT_FALSE(extent->write(kQuarter.size(), as_bytes("x")));
    must(rows->truncate(kQuarter.size()));
    EXPECT_FALSE(files_->exhausted());
    EXPECT_EQ(room(), kLimit - 2 * kQuarter.size());
}

TEST_P(Memory, FilesShareOneLimit) {
    const auto one = open("a");
    const auto two = must(files_->open("b", Open::extent_new));
    const auto three = must(files_->open("c", Open::create_new));
    for (File* file : {one.get(), two.get(), three.get()}) must(file->write(0, as_bytes(kQuarter)));
    EXPECT_EQ(room(), kLimit / 4);
}

TEST_P(Memory, OverwritesDoNotCountTwice) {
    const auto file = open("a");
    for (int i = 0; i < 20; ++i) must(file->write(0, as_bytes(kQuarter)));
    EXPECT_EQ(room(), kLimit - kQuarter.size());
}

TEST_P(Memory, HolesDoNotCount) {
    const auto file = open("a");
    must(file->truncate(100 * kLimit));
    must(file->write(50 * kLimit, as_bytes(kQuarter)));
    EXPECT_EQ(room(), kLimit - kQuarter.size());
}

TEST_P(Memory, TruncateGivesBack) {
    const auto file = open("a");
    must(file->write(0, as_bytes(kQuarter)));
    must(file->truncate(64 * 1024));
    EXPECT_EQ(room(), kLimit - 64 * 1024);
    must(file->truncate(0));
    EXPECT_EQ(room(), kLimit);
}

TEST_P(Memory, PunchGivesBackWholePiecesOnce) {
    const auto file = open("a");
    must(file->write(0, as_bytes(kQuarter)));
    must(file->punch(0, 64 * 1024));
    must(file->punch(0, 64 * 1024));
    EXPECT_EQ(room(), kLimit - kQuarter.size() + 64 * 1024);
    must(file->punch(100 * 1024, 100));  // inside a page
    EXPECT_EQ(room(), kLimit - kQuarter.size() + 64 * 1024);
    must(file->write(0, as_bytes(kQuarter)));
    EXPECT_EQ(room(), kLimit - kQuarter.size());
}

TEST_P(Memory, RemoveGivesBackWhenTheLastHandleGoes) {
    auto file = open("a");
    must(file->write(0, as_bytes(kQuarter)));
    must(files_->remove("a"));
    EXPECT_EQ(room(), kLimit - kQuarter.size());
    file.reset();
    EXPECT_EQ(room(), kLimit);
}

TEST_P(Memory, RenameOverAFileGivesItsBytesBack) {
    must(open("a")->write(0, as_bytes(kQuarter)));
    must(open("b")->write(0, as_bytes(kQuarter)));
    must(files_->rename("a", "b"));
    EXPECT_EQ(room(), kLimit - kQuarter.size());
}

TEST_F(MemoryLimit, ManyThreadsNeverPassItTogether) {
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> written{0};
    std::vector<std::unique_ptr<File>> files;
    for (const char* path : {"a", "b", "c", "d"}) files.push_back(must(files_->open(path, Open::extent_new)));
    for (const auto& file : files) {
        threads.emplace_back([&] {
            const std::string step(16 * 1024, 'x');
            std::uint64_t at = 0;
            for (; file->write(at, as_bytes(step)); at += step.size()) written += step.size();
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(written, kLimit);
}

TEST(MemoryExtent, PunchFreesThePagesOfTheMemfd) {
    const auto files = make_memory_file_system(kLimit);
    const auto extent = must(files->open("extent", Open::extent_new));
    must(extent->write(0, as_bytes(kQuarter)));
    struct stat before {};
    struct stat after {};
    ASSERT_EQ(::fstat(extent->descriptor(), &before), 0);
    must(extent->punch(4096, 128 * 1024));
    ASSERT_EQ(::fstat(extent->descriptor(), &after), 0);
    EXPECT_EQ((before.st_blocks - after.st_blocks) * 512, 128 * 1024);
}

}  // namespace
}  // namespace lazulite
