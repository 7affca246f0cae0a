// What the disk and memory have in common: the whole contract of store/file_system.hpp.
#include "store/file_system.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "some_file_system.hpp"
#include "store/database_files.hpp"

namespace lazulite {
namespace {

using testing::contents_of;
using testing::must;
using testing::write_file;
using Open = FileSystem::Open;

class Files : public testing::OnEveryFileSystem {
  protected:
    std::vector<std::string> sorted_list(const std::string& path) {
        std::vector<std::string> names = must(files().list(path));
        std::sort(names.begin(), names.end());
        return names;
    }
};
LAZ_ON_EVERY_FILE_SYSTEM(Files);

template <class T>
std::errc error_of(const IoResult<T>& result) {
    return result ? std::errc{} : static_cast<std::errc>(result.error().value());
}

TEST_P(Files, OpenSaysWhatIsThere) {
    EXPECT_EQ(error_of(files().open("a", Open::existing)), std::errc::no_such_file_or_directory);
    EXPECT_TRUE(files().open("a", Open::create_new));
    EXPECT_EQ(error_of(files().open("a", Open::create_new)), std::errc::file_exists);
    EXPECT_EQ(error_of(files().open("a", Open::extent_new)), std::errc::file_exists);
    EXPECT_TRUE(files().open("a", Open::create));
    EXPECT_TRUE(files().open("a", Open::existing));
    EXPECT_TRUE(files().open("b", Open::create));
    EXPECT_EQ(error_of(files().open("no/a", Open::create)), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error_of(files().open("a/b", Open::create)), std::errc::not_a_directory);
}

TEST_P(Files, DirectoriesAreNotFiles) {
    must(files().make_directories("d"));
    EXPECT_EQ(error_of(files().open("d", Open::existing)), std::errc::is_a_directory);
    EXPECT_EQ(error_of(files().open("d", Open::create_new)), std::errc::file_exists);
}

TEST_P(Files, ReadIsShortOnlyAtTheEnd) {
    const auto file = must(files().open("a", Open::create));
    must(file->write(0, as_bytes("0123456789")));
    std::string buffer(8, 'x');
    EXPECT_EQ(must(file->read(4, buffer.data(), 8)), 6U);
    EXPECT_EQ(buffer.substr(0, 6), "456789");
    EXPECT_EQ(must(file->read(10, buffer.data(), 8)), 0U);
    EXPECT_EQ(must(file->read(1'000'000, buffer.data(), 8)), 0U);
    EXPECT_EQ(must(file->read(0, buffer.data(), 0)), 0U);
}

TEST_P(Files, WritesAreSeenByEveryoneWhoHasTheFileOpen) {
    for (const Open how : {Open::create_new, Open::extent_new}) {
        const std::string path = how == Open::create_new ? "file" : "extent";
        const auto one = must(files().open(path, how));
        const auto other = must(files().open(path, Open::existing));
        must(one->write(3, as_bytes("abc")));
        EXPECT_EQ(contents_of(*other), std::string("\0\0\0abc", 6));
        must(other->write(2, as_bytes("XY")));
        EXPECT_EQ(contents_of(*one), std::string("\0\0XYbc", 6));
    }
}

TEST_P(Files, GapsReadAsZerosAcrossChunks) {
    const auto file = must(files().open("a", Open::create));
    std::string expected(200'000, '\0');
    for (const std::size_t at : {std::size_t{5}, std::size_t{70'000}, std::size_t{131'070}}) {
        const std::string piece(1'000, static_cast<char>('a' + at % 20));
        must(file->write(at, as_bytes(piece)));
        expected.replace(at, piece.size(), piece);
    }
    must(file->truncate(expected.size()));
    EXPECT_EQ(contents_of(*file), expected);
}

TEST_P(Files, TruncateCutsAndGrowsWithZeros) {
    for (const Open how : {Open::create_new, Open::extent_new}) {
        const auto file = must(files().open(how == Open::create_new ? "file" : "extent", how));
        must(file->write(0, as_bytes(std::string(100'000, 'a'))));
        must(file->truncate(20'000));
        EXPECT_EQ(must(file->size()), 20'000U);
        must(file->truncate(100'000));
        EXPECT_EQ(contents_of(*file), std::string(20'000, 'a') + std::string(80'000, '\0'));
        must(file->truncate(0));
        EXPECT_EQ(must(file->size()), 0U);
    }
}

TEST_P(Files, PunchedBytesReadAsZeroAndTheSizeStays) {
    for (const Open how : {Open::create_new, Open::extent_new}) {
        const auto file = must(files().open(how == Open::create_new ? "file" : "extent", how));
        must(file->write(0, as_bytes(std::string(100'000, 'a'))));
        must(file->punch(1'000, 80'000));
        must(file->punch(99'000, 50'000));
        must(file->punch(200'000, 50'000));
        must(file->punch(0, 0));
        std::string expected(100'000, 'a');
        expected.replace(1'000, 80'000, 80'000, '\0');
        expected.replace(99'000, 1'000, 1'000, '\0');
        EXPECT_EQ(contents_of(*file), expected);
    }
}

TEST_P(Files, ExtentsHaveADescriptor) {
    const auto made = must(files().open("extent", Open::extent_new));
    must(made->write(10, as_bytes("hello")));
    const auto again = must(files().open("extent", Open::existing));
    for (const File* file : {made.get(), again.get()}) {
        std::string buffer(5, '\0');
        ASSERT_GE(file->descriptor(), 0);
        EXPECT_EQ(::pread(file->descriptor(), buffer.data(), 5, 10), 5);
        EXPECT_EQ(buffer, "hello");
    }
}

TEST_P(Files, ARemovedFileStaysForThoseWhoHaveItOpen) {
    const auto file = must(files().open("a", Open::create));
    must(file->write(0, as_bytes("hello")));
    EXPECT_EQ(must(file->links()), 1U);
    must(files().remove("a"));
    EXPECT_EQ(must(file->links()), 0U);
    EXPECT_FALSE(must(files().exists("a")));
    EXPECT_EQ(contents_of(*file), "hello");
    write_file(files(), "a", "other");
    EXPECT_EQ(contents_of(*file), "hello");
    EXPECT_EQ(contents_of(files(), "a"), "other");
}

TEST_P(Files, RemoveTakesFilesAndEmptyDirectories) {
    must(files().make_directories("d/e"));
    write_file(files(), "d/f", "x");
    EXPECT_EQ(error_of(files().remove("no")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error_of(files().remove("d")), std::errc::directory_not_empty);
    must(files().remove("d/e"));
    must(files().remove("d/f"));
    must(files().remove("d"));
    EXPECT_FALSE(must(files().exists("d")));
}

TEST_P(Files, DirectoriesAreMadeWithTheirParents) {
    must(files().make_directories("a/b/c"));
    must(files().make_directories("a/b"));
    must(files().make_directories(""));
    write_file(files(), "a/b/c/f", "x");
    write_file(files(), "a/z", "x");
    write_file(files(), "a-b", "x");
    EXPECT_EQ(sorted_list(""), (std::vector<std::string>{"a", "a-b"}));
    EXPECT_EQ(sorted_list("a"), (std::vector<std::string>{"b", "z"}));
    EXPECT_EQ(sorted_list("a/b/c"), (std::vector<std::string>{"f"}));
    EXPECT_EQ(error_of(files().make_directories("a/z")), std::errc::not_a_directory);
    EXPECT_EQ(error_of(files().make_directories("a/z/y")), std::errc::not_a_directory);
    EXPECT_EQ(error_of(files().list("a/z")), std::errc::not_a_directory);
    EXPECT_EQ(error_of(files().list("no")), std::errc::no_such_file_or_directory);
    EXPECT_TRUE(must(files().exists("a/b")));
    EXPECT_TRUE(must(files().exists("")));
    EXPECT_FALSE(must(files().exists("a/z/y")));
}

TEST_P(Files, RenameReplacesFiles) {
    write_file(files(), "a", "new");
    write_file(files(), "b", "old");
    const auto old = must(files().open("b", Open::existing));
    must(files().rename("a", "b"));
    EXPECT_FALSE(must(files().exists("a")));
    EXPECT_EQ(contents_of(files(), "b"), "new");
    EXPECT_EQ(contents_of(*old), "old");
    EXPECT_EQ(must(old->links()), 0U);
    must(files().rename("b", "b"));
    EXPECT_EQ(contents_of(files(), "b"), "new");
    EXPECT_EQ(error_of(files().rename("a", "c")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error_of(files().rename("b", "no/c")), std::errc::no_such_file_or_directory);
}

TEST_P(Files, RenameMovesDirectoriesWhole) {
    must(files().make_directories("a/b"));
    must(files().make_directories("full/x"));
    must(files().make_directories("empty"));
    write_file(files(), "a/b/f", "x");
    write_file(files(), "a-b", "sibling");
    EXPECT_EQ(error_of(files().rename("a", "a-b")), std::errc::not_a_directory);
    EXPECT_EQ(error_of(files().rename("a-b", "a")), std::errc::is_a_directory);
    EXPECT_EQ(error_of(files().rename("a", "full")), std::errc::directory_not_empty);
    EXPECT_EQ(error_of(files().rename("a", "a/b/c")), std::errc::invalid_argument);
    must(files().rename("a", "empty"));
    EXPECT_EQ(contents_of(files(), "empty/b/f"), "x");
    EXPECT_FALSE(must(files().exists("a")));
    EXPECT_EQ(contents_of(files(), "a-b"), "sibling");
}

TEST_P(Files, SyncsSucceed) {
    must(files().make_directories("d"));
    const auto file = must(files().open("d/f", Open::create));
    must(file->write(0, as_bytes("x")));
    must(file->sync());
    must(files().sync_directory("d"));
    must(files().sync_directory(""));
    EXPECT_EQ(error_of(files().sync_directory("no")), std::errc::no_such_file_or_directory);
}

TEST_P(Files, ManyThreadsWriteAndReadAtTheirOffsets) {
    const auto file = must(files().open("file", Open::create));
    const auto extent = must(files().open("extent", Open::extent_new));
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            const std::string piece(3'000, static_cast<char>('a' + thread));
            std::string back(piece.size(), '\0');
            for (std::uint64_t i = 0; i < 100; ++i) {
                const std::uint64_t at = (i * 4 + thread) * piece.size();
                for (File* each : {file.get(), extent.get()}) {
                    must(each->write(at, as_bytes(piece)));
                    EXPECT_EQ(must(each->read(at, back.data(), back.size())), back.size());
                    EXPECT_EQ(back, piece);
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(must(file->size()), 400U * 3'000);
    EXPECT_EQ(contents_of(*file), contents_of(*extent));
}

TEST(Disk, MakesItsRootAndKeepsWhatIsThere) {
    const testing::TemporaryFolder folder;
    const std::string root = folder.path() + "/not/there";
    write_file(*must(open_disk(root)), "f", "kept");
    EXPECT_EQ(contents_of(*must(open_disk(root)), "f"), "kept");
    EXPECT_EQ(error_of(open_disk(root + "/f")), std::errc::not_a_directory);
}

// The disk alone has links.
class Links : public ::testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_.path() + "/data/d");
        std::filesystem::create_directories(folder_.path() + "/outside");
        files_ = must(open_disk(folder_.path() + "/data"));
        write_file(*must(open_disk(folder_.path() + "/outside")), "precious", "bytes");
        std::filesystem::create_symlink(folder_.path() + "/outside", folder_.path() + "/data/away");
        std::filesystem::create_symlink(folder_.path() + "/outside/precious", folder_.path() + "/data/d/file");
        std::filesystem::create_symlink("d", folder_.path() + "/data/near");
        std::filesystem::create_symlink(folder_.path() + "/outside/fresh", folder_.path() + "/data/dangling");
    }

    template <class T>
    static void expect_refused(const IoResult<T>& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(), std::errc::too_many_symbolic_link_levels);
        EXPECT_NE(result.error().message().find("a symbolic link is in its place"), std::string::npos);
    }

    testing::TemporaryFolder folder_;
    std::unique_ptr<FileSystem> files_;
};

TEST_F(Links, AreNotFollowed) {
    for (const Open how : {Open::existing, Open::create}) {
        expect_refused(files_->open("d/file", how));
        expect_refused(files_->open("away/precious", how));
        expect_refused(files_->open("near/anything", how));
        expect_refused(files_->open("dangling", how));
    }
    EXPECT_EQ(error_of(files_->open("d/file", Open::create_new)), std::errc::file_exists);
    EXPECT_FALSE(files_->list("away"));
    EXPECT_FALSE(files_->list("near"));
    expect_refused(files_->make_directories("away"));
    expect_refused(files_->make_directories("away/fresh"));
    EXPECT_FALSE(files_->open("../outside/precious", Open::existing));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/outside/fresh"));
}

TEST_F(Links, NothingIsRemovedOrRenamedBehindThem) {
    write_file(*files_, "mine", "mine");
    expect_refused(files_->remove("away/precious"));
    expect_refused(files_->rename("away/precious", "stolen"));
    expect_refused(files_->rename("mine", "away/mine"));
    EXPECT_EQ(contents_of(*must(open_disk(folder_.path() + "/outside")), "precious"), "bytes");
    EXPECT_EQ(contents_of(*files_, "mine"), "mine");
}

TEST_F(Links, AreTakenAwayThemselves) {
    remove_all(*files_, "away");
    must(files_->remove("d/file"));
    EXPECT_FALSE(must(files_->exists("away")));
    EXPECT_EQ(contents_of(*must(open_disk(folder_.path() + "/outside")), "precious"), "bytes");
}

TEST_F(Links, MayLeadToTheDataFolder) {
    std::filesystem::create_symlink("data", folder_.path() + "/link");
    const auto files = must(open_disk(folder_.path() + "/link"));
    write_file(*files, "d/new", "bytes");
    EXPECT_EQ(contents_of(*files_, "d/new"), "bytes");
}

}  // namespace
}  // namespace lazulite
