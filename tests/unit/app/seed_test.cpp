#include "app/seed.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "app/content_type.hpp"

namespace lazulite {
namespace {

namespace fs = std::filesystem;

class SeedFolder : public testing::Test {
  protected:
    SeedFolder() : folder_(fs::temp_directory_path() / ("lazulite-seed-" + std::to_string(getpid()))) {
        fs::create_directories(folder_);
    }
    ~SeedFolder() override { fs::remove_all(folder_); }

    void file(const std::string& name, const std::string& text) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
    }
    std::string refusal() {
        try {
            (void)read_seed(folder_, "acct");
        } catch (const std::runtime_error& problem) {
            return problem.what();
        }
        return "";
    }

    fs::path folder_;
};

TEST_F(SeedFolder, HasContainersTablesAndAccounts) {
    file("box/b/c.css", "c");
    file("box/a.txt", "a");
    file("people.jsonl", "{\"a\":1}\n  \n{\"b\":2}\r\n");
    file("@other/bin/x", "x");
    const auto seeds = read_seed(folder_, "acct");
    ASSERT_EQ(seeds.size(), 2U);
    EXPECT_EQ(seeds[0].account, "acct");
    ASSERT_EQ(seeds[0].containers.size(), 1U);
    const Seed::Container& box = seeds[0].containers[0];
    EXPECT_EQ(box.name, "box");
    ASSERT_EQ(box.blobs.size(), 2U);
    EXPECT_EQ(box.blobs[0].name, "a.txt");
    EXPECT_EQ(box.blobs[1].name, "b/c.css");
    EXPECT_EQ(box.blobs[1].headers, (Seed::Headers{{"x-ms-blob-content-type", "text/css"}}));
    ASSERT_EQ(seeds[0].tables.size(), 1U);
    ASSERT_EQ(seeds[0].tables[0].entities.size(), 2U);
    EXPECT_EQ(seeds[0].tables[0].entities[1].body, "{\"b\":2}");
    EXPECT_EQ(seeds[0].tables[0].entities[1].source, (folder_ / "people.jsonl").string() + ":3");
    EXPECT_EQ(seeds[1].account, "other");
    ASSERT_EQ(seeds[1].containers.size(), 1U);
    EXPECT_EQ(seeds[1].containers[0].blobs[0].headers[0].second, "application/octet-stream");
}

TEST_F(SeedFolder, MayBeAMountedConfigMap) {
    file("..2026_11_21/seed.json", R"({"queues":{"jobs":{}}})");
    fs::create_directory_symlink("..2026_11_21", folder_ / "..data");
    fs::create_symlink("..data/seed.json", folder_ / "seed.json");
    const auto seeds = read_seed(folder_, "acct");
    EXPECT_TRUE(seeds[0].containers.empty());
    ASSERT_EQ(seeds[0].queues.size(), 1U);
    EXPECT_EQ(seeds[0].queues[0].name, "jobs");
}

TEST_F(SeedFolder, SaysWhatCannotBeRead) {
    file("box/loop/x", "x");
    fs::create_directory_symlink("..", folder_ / "box" / "loop" / "again");
    EXPECT_NE(refusal().find("Too many levels of symbolic links"), std::string::npos) << refusal();
    fs::remove(folder_ / "box" / "loop" / "again");
    EXPECT_EQ(refusal(), "");
    fs::create_symlink("nowhere", folder_ / "box" / "gone");
    EXPECT_EQ(refusal(), "seed: " + (folder_ / "box" / "gone").string() + ": No such file or directory");
    fs::remove(folder_ / "box" / "gone");
    file("box/\xff", "x");
    EXPECT_NE(refusal().find("the name is not UTF-8"), std::string::npos) << refusal();
}

TEST(SeedNames, AreAddedOnce) {
    Seed seed;
    seed.containers.push_back({"box", "seed/box", {}, {}, {}});
    EmulatorOptions options;
    options.containers = {"box", "more"};
    options.queues = {"jobs"};
    add_names(seed, options);
    ASSERT_EQ(seed.containers.size(), 2U);
    EXPECT_EQ(seed.containers[0].source, "seed/box");
    EXPECT_EQ(seed.containers[1].source, "--containers");
    EXPECT_EQ(seed.queues.size(), 1U);
    EXPECT_TRUE(seed.tables.empty());
}

TEST(ContentType, GoesByTheExtension) {
    EXPECT_EQ(content_type_of("a/b.c/index.HTML"), "text/html");
    EXPECT_EQ(content_type_of("archive.tar.gz"), "application/gzip");
    EXPECT_EQ(content_type_of("a.js/readme"), "application/octet-stream");
    EXPECT_EQ(content_type_of("html"), "application/octet-stream");
    EXPECT_EQ(content_type_of("x."), "application/octet-stream");
    EXPECT_EQ(content_type_of(".json"), "application/json");
}

}  // namespace
}  // namespace lazulite
