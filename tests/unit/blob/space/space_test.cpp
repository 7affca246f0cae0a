#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "blob_account.hpp"
#include "some_file_system.hpp"

// Space comes back: what blobs take on the disk, in blocks. LAZULITE_SPACE_MIB says how much is written; 1024 is the measure
// of docs/storage.md.
namespace lazulite::blob {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kPiece = 4 * kMiB;
constexpr std::uint64_t kPage = 512;
constexpr std::uint64_t kWhole = 1024 * kMiB;

std::uint64_t bytes_to_write() {
    const char* const given = std::getenv("LAZULITE_SPACE_MIB");
    return (given != nullptr ? std::stoull(given) : 2) * kMiB;
}

bool is_extent(const std::filesystem::path& path) { return path.parent_path().filename() == "extents-blob"; }
bool is_log(const std::filesystem::path& path) { return path.string().ends_with("-wal"); }

class Space : public ::testing::Test {
  protected:
    /// Blocks of the files that `counts`, in bytes; those that go meanwhile take none.
    template <class Counts>
    std::uint64_t blocks(Counts counts) const {
        std::uint64_t sum = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            struct stat found {};
            if (counts(entry.path()) && ::stat(entry.path().c_str(), &found) == 0 && S_ISREG(found.st_mode)) {
                sum += static_cast<std::uint64_t>(found.st_blocks) * 512;
            }
        }
        return sum;
    }
    std::uint64_t extent_blocks() const { return blocks(is_extent); }

    /// Released ranges go in the background, after the barrier: waits until the extents take at most this.
    void expect_extents_to_shrink_to(std::uint64_t most) const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(5);
        while (extent_blocks() > most && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        EXPECT_LE(extent_blocks(), most);
        std::cout << "extents take " << extent_blocks() / 1024 << " KiB of at most " << most / 1024 << "\n";
    }

    void put(const std::string& name, std::uint64_t length) {
        ASSERT_EQ(account_.send("PUT", name, "", {{"x-ms-blob-type", "BlockBlob"}}, std::string(length, 'x')).status, 201);
    }
    void delete_(const std::string& name, const std::string& query = "") {
        ASSERT_EQ(account_.send("DELETE", name, query).status, 202);
    }

    const std::uint64_t size_ = bytes_to_write();
    lazulite::testing::TemporaryFolder folder_;
    BlobAccount account_{open_disk(folder_.path()).value(), Durability::process};
    std::mt19937_64 random_{7};
};

TEST_F(Space, ComesBackOfWhatWasOverwrittenDeletedAndKeptForAWhile) {
    account_.soft_delete(7);
    std::map<std::string, std::uint64_t> lengths;
    const auto write = [&](const std::string& name) {
        const std::uint64_t length = (16'384ULL << random_() % (size_ < kWhole ? 7 : 10)) + random_() % 16'384;  // to 1 or 8 MiB
        ASSERT_NO_FATAL_FAILURE(put(name, length));
        lengths[name] = length;
    };
    std::uint64_t written = 0;
    for (int i = 0; written < std::max(size_, 16 * kMiB); ++i) {
        const std::string name = "blob" + std::to_string(i);
        ASSERT_NO_FATAL_FAILURE(write(name));
        written += lengths[name];
    }
    int i = 0;
    for (auto blob = lengths.begin(); blob != lengths.end(); ++i) {
        const std::string name = blob->first;
        const std::uint64_t length = (blob++)->second;
        if (i % 3 == 0) {
            const auto taken = account_.send("PUT", name, "comp=snapshot");
            ASSERT_NO_FATAL_FAILURE(write(name));
            const std::string snapshot(taken.fields.find("x-ms-snapshot").value_or(""));
            if (i % 2 == 0) lengths[name + " snapshot"] = length;
            else delete_(name, "snapshot=" + snapshot);
        } else if (i % 3 == 1) {
            ASSERT_NO_FATAL_FAILURE(delete_(name));
            lengths.erase(name);
        }
    }
    std::uint64_t live = 0;
    for (const auto& [name, length] : lengths) live += length;
    EXPECT_GT(extent_blocks(), live + live / 4);  // what was deleted can still be undeleted
    account_.advance(std::chrono::hours(24 * 8));
    expect_extents_to_shrink_to(live + live / 10 + kMiB);
    EXPECT_GE(extent_blocks(), live);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(Space, OfPagesThatAreWrittenAnewOneByOneIsBounded) {
    const auto write = [&](std::uint64_t first, const std::string& bytes) {
        const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + bytes.size() - 1);
        return account_.send("PUT", "disk", "comp=page", {{"x-ms-range", range}, {"x-ms-page-write", "update"}}, bytes).status;
    };
    const std::string size = std::to_string(size_);
    ASSERT_EQ(account_.send("PUT", "disk", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", size}}).status, 201);
    const std::string piece(std::min(kPiece, size_), 'a');
    for (std::uint64_t at = 0; at < size_; at += piece.size()) ASSERT_EQ(write(at, piece), 201);

    // The log is bounded by itself, at 96 MiB, and the ballast is 4: they count where that is little.
    const auto all = [this] {
        return blocks([&](const auto& path) { return size_ >= kWhole || (!is_log(path) && path.filename() != "ballast"); });
    };
    const std::uint64_t pages = size_ / kPage;
    const std::string page(kPage, 'b');
    std::uint64_t most = 0;
    for (std::uint64_t i = 0; i < 3 * pages; ++i) {
        ASSERT_EQ(write(random_() % pages * kPage, page), 201);
        if (i % (pages / 8) == 0) most = std::max(most, all());
    }
    EXPECT_LT(most, size_ * 5 / 2);
    EXPECT_LT(all(), size_ * 5 / 2);
    std::cout << "at most " << most / 1024 << " KiB, " << all() / 1024 << " at the end, for " << size_ / 1024 << "\n";

    ASSERT_NO_FATAL_FAILURE(delete_("disk"));
    expect_extents_to_shrink_to(64 << 10);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace lazulite::blob
