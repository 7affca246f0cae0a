#include "store/fault_file_system.hpp"

#include <gtest/gtest.h>

#include <set>

#include "some_file_system.hpp"

namespace lazulite {
namespace {

using testing::contents_of;
using testing::kNoLimit;
using testing::must;
using testing::write_file;
using Kind = FileOperation::Kind;
using Open = FileSystem::Open;

class Faults : public ::testing::Test {
  protected:
    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(kNoLimit);
    FaultFileSystem files_{*memory_};
};

TEST_F(Faults, TheTraceTellsWhatWasDone) {
    must(files_.make_directories("d"));
    const auto file = must(files_.open("d/f", Open::create));
    must(file->write(3, as_bytes("abc")));
    must(file->sync());
    must(file->punch(3, 1));
    must(file->truncate(5));
    must(files_.rename("d/f", "d/g"));
    must(files_.sync_directory("d"));
    must(files_.remove("d/g"));
    EXPECT_FALSE(files_.remove("d/g"));

    std::vector<Kind> kinds;
    for (const FileOperation& operation : files_.trace()) kinds.push_back(operation.kind);
    EXPECT_EQ(kinds, (std::vector<Kind>{Kind::make_directory, Kind::open, Kind::write, Kind::sync, Kind::punch,
                                        Kind::truncate, Kind::rename, Kind::sync_directory, Kind::remove}));
    const FileOperation write = files_.trace()[2];
    EXPECT_EQ(write.path, "d/f");
    EXPECT_EQ(write.offset, 3U);
    EXPECT_EQ(write.length, 3U);
    EXPECT_EQ(*write.bytes, "abc");
    EXPECT_EQ(files_.trace()[3].covers, 3U);
    EXPECT_EQ(files_.sync_points(), (std::vector<std::size_t>{4}));
    EXPECT_EQ(files_.calls(Kind::remove), 2U);
}

TEST_F(Faults, TheNthCallOfTheChosenKindsFails) {
    const auto file = must(files_.open("f", Open::create));
    files_.inject({.kinds = {Kind::write, Kind::sync}, .nth = 2, .error = ENOSPC});
    EXPECT_TRUE(file->write(0, as_bytes("a")));
    const auto failed = file->sync();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error(), std::errc::no_space_on_device);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->write(1, as_bytes("b")));
    EXPECT_EQ(files_.failures(), 1U);
}

TEST_F(Faults, FromThenOnMeansUntilHealed) {
    const auto file = must(files_.open("f", Open::create));
    const auto other = must(files_.open("other", Open::create));
    files_.inject({.kinds = {Kind::write}, .from_then_on = true, .path_part = "f"});
    EXPECT_FALSE(file->write(0, as_bytes("a")));
    EXPECT_FALSE(file->write(0, as_bytes("a")));
    EXPECT_TRUE(other->write(0, as_bytes("a")));
    files_.heal();
    EXPECT_TRUE(file->write(0, as_bytes("a")));
}

TEST_F(Faults, AFailedCallDoesNothing) {
    const auto file = must(files_.open("f", Open::create));
    const std::size_t before = files_.position();
    files_.inject({.kinds = {Kind::write, Kind::punch, Kind::truncate, Kind::rename, Kind::remove, Kind::make_directory,
                             Kind::open, Kind::read, Kind::list, Kind::sync_directory},
                   .from_then_on = true});
    char byte = 0;
    EXPECT_FALSE(file->write(0, as_bytes("abc")));
    EXPECT_FALSE(file->read(0, &byte, 1));
    EXPECT_FALSE(file->punch(0, 1));
    EXPECT_FALSE(file->truncate(10));
    EXPECT_FALSE(files_.rename("f", "g"));
    EXPECT_FALSE(files_.remove("f"));
    EXPECT_FALSE(files_.make_directories("d"));
    EXPECT_FALSE(files_.open("g", Open::create));
    EXPECT_FALSE(files_.list(""));
    EXPECT_FALSE(files_.sync_directory(""));
    EXPECT_EQ(files_.position(), before);
    EXPECT_EQ(must(memory_->list("")), (std::vector<std::string>{"f"}));
    EXPECT_EQ(contents_of(*memory_, "f"), "");
}

TEST_F(Faults, AHalfWrittenWriteIsInTheTrace) {
    const auto file = must(files_.open("f", Open::create));
    files_.inject({.kinds = {Kind::write}, .half_written = true});
    EXPECT_FALSE(file->write(0, as_bytes("abcdef")));
    EXPECT_EQ(contents_of(*file), "abc");
    EXPECT_EQ(*files_.trace().back().bytes, "abc");
}

TEST_F(Faults, AKillKeepsEverythingDoneUntilThen) {
    must(files_.make_directories("d/e"));
    const auto file = must(files_.open("d/e/f", Open::extent_new));
    must(file->write(0, as_bytes("one")));
    const std::size_t first = files_.position();
    must(file->write(1, as_bytes("!")));
    must(files_.rename("d/e", "d/z"));
    must(file->punch(0, 1));
    const std::size_t second = files_.position();
    must(file->truncate(1));
    must(files_.remove("d/z/f"));

    EXPECT_EQ(contents_of(*files_.after_kill(first), "d/e/f"), "one");
    const auto later = files_.after_kill(second);
    EXPECT_EQ(contents_of(*later, "d/z/f"), std::string("\0!e", 3));
    EXPECT_GE(must(later->open("d/z/f", Open::existing))->descriptor(), 0);
    EXPECT_TRUE(must(files_.after_kill(files_.position())->list("d/z")).empty());
}

TEST_F(Faults, WhatWasThereBeforeIsSafe) {
    must(memory_->make_directories("d"));
    write_file(*memory_, "d/f", "before");
    FaultFileSystem files(*memory_);
    must(must(files.open("d/f", Open::existing))->write(0, as_bytes("BE")));
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        seen.insert(contents_of(*files.after_power_loss(files.position(), seed), "d/f"));
    }
    EXPECT_EQ(seen, (std::set<std::string>{"before", "BEfore"}));
}

TEST_F(Faults, APowerLossKeepsWhatWasSyncedAndSomeOfTheRest) {
    const auto file = must(files_.open("f", Open::create));
    must(files_.sync_directory(""));
    must(file->write(0, as_bytes(std::string(5 * 4096, 's'))));
    must(file->sync());
    for (const char* const text : {"1", "2", "3"}) must(file->write(4096, as_bytes(text)));
    must(file->write(3 * 4096, as_bytes("x")));
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const std::string left = contents_of(*files_.after_power_loss(files_.position(), seed), "f");
        ASSERT_EQ(left.size(), 5U * 4096);
        ASSERT_EQ(left.substr(0, 4096), std::string(4096, 's'));
        seen.insert({left[4096], left[3 * 4096]});
    }
    EXPECT_EQ(seen.size(), 8U) << "every page is there or not for itself, at any of its states";
    EXPECT_EQ(contents_of(*files_.after_power_loss(files_.position(), 7), "f"),
              contents_of(*files_.after_power_loss(files_.position(), 7), "f"));
}

TEST_F(Faults, ASyncDoesNotCoverWhatComesAfterIt) {
    const auto file = must(files_.open("f", Open::create));
    must(files_.sync_directory(""));
    must(file->write(0, as_bytes("a")));
    must(file->sync());
    const std::size_t synced = files_.position();
    must(file->write(0, as_bytes("b")));
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        EXPECT_EQ(contents_of(*files_.after_power_loss(synced, seed), "f"), "a");
        seen.insert(contents_of(*files_.after_power_loss(synced + 1, seed), "f"));
    }
    EXPECT_EQ(seen, (std::set<std::string>{"a", "b"}));
}

TEST_F(Faults, APageNeverShowsWhatATruncationTook) {
    const auto file = must(files_.open("f", Open::create));
    must(files_.sync_directory(""));
    must(file->write(0, as_bytes(std::string(8192, 'o'))));
    must(file->sync());
    must(file->truncate(0));
    must(file->write(0, as_bytes(std::string(8192, 'n'))));
    bool old = false;
    bool fresh = false;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const std::string left = contents_of(*files_.after_power_loss(files_.position(), seed), "f");
        const bool has_old = left.find('o') != std::string::npos;
        const bool has_new = left.find('n') != std::string::npos;
        EXPECT_FALSE(has_old && has_new);
        old |= has_old;
        fresh |= has_new;
    }
    EXPECT_TRUE(old && fresh);
}

TEST_F(Faults, NamesNeedTheirDirectorySynced) {
    must(files_.make_directories("d"));
    must(files_.sync_directory(""));
    write_file(files_, "d/a", "a");
    must(files_.sync_directory("d"));
    must(files_.rename("d/a", "d/b"));
    write_file(files_, "d/c", "c");
    std::set<std::vector<std::string>> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        seen.insert(must(files_.after_power_loss(files_.position(), seed)->list("d")));
    }
    EXPECT_EQ(seen, (std::set<std::vector<std::string>>{{"a"}, {"b"}, {"b", "c"}}));
}

TEST_F(Faults, RewritesAreBreachesOfTheExtentRule) {
    must(files_.make_directories("extents-blob"));
    const auto extent = must(files_.open("extents-blob/1", Open::extent_new));
    must(extent->write(0, as_bytes(std::string(4096, 'h'))));
    must(extent->write(8192, as_bytes(std::string(100, 'b'))));
    must(extent->write(4096, as_bytes(std::string(4096, 'a'))));
    const auto database = must(files_.open("blob.db", Open::create));
    for (int i = 0; i < 2; ++i) must(database->write(0, as_bytes("page")));
    EXPECT_TRUE(files_.rewrites().empty());
    EXPECT_EQ(files_.rewrites("blob.db").size(), 1U);
    must(extent->write(8291, as_bytes("xx")));
    must(extent->write(8000, as_bytes("xx")));
    EXPECT_EQ(files_.rewrites().size(), 2U);

    FaultFileSystem restarted(*memory_);
    must(must(restarted.open("extents-blob/1", Open::existing))->write(100'000, as_bytes("x")));
    EXPECT_EQ(restarted.rewrites().size(), 1U);
}

}  // namespace
}  // namespace lazulite
