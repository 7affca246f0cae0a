#include <atomic>

#include "notes.hpp"
#include "store/fault_file_system.hpp"
#include "watched_files.hpp"

namespace lazulite {
namespace {

using namespace testing;

constexpr int kFew = 1'000;
constexpr int kMany = 50'000;

void add_rows(Store& store, int rows) {
    for (int first = 0; first < rows; first += 1'000) {
        const auto added = store.write_and_wait([=](WriteTxn& tx) -> Result<> {
            for (int i = first; i < first + 1'000; ++i) {
                const std::string name = std::to_string(i);
                insert(tx, name, std::string(100, 'x'));
                // Rows of the mechanism grow with a store as well.
                tx.name({.extent = static_cast<std::uint64_t>(i) + 1, .offset = 4096, .length = 10, .crc64 = 0});
            }
            return {};
        });
        if (!added) throw std::runtime_error("cannot add");
    }
}

/// What a start reads until its store can be used.
struct Cost {
    std::uint64_t bytes = 0;
    std::uint64_t reads = 0;
    std::uint64_t names = 0;
    bool operator==(const Cost&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Cost& cost) {
    return out << cost.bytes << " bytes in " << cost.reads << " reads, " << cost.names << " names";
}

Cost cost_of_opening(FileSystem& under) {
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> names{0};
    WatchedFiles files(under, [&](WatchedFiles::Kind kind, const std::string&, std::uint64_t amount) {
        if (kind == WatchedFiles::Kind::list) names += amount;
        if (kind != WatchedFiles::Kind::read) return;
        bytes += amount;
        ++reads;
    });
    const auto stores = open_stores(files);
    const auto store = notes_of(*stores);
    return {bytes, reads, names};
}

std::unique_ptr<FileSystem> closed_store_of(int rows) {
    auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files);
    add_rows(*notes_of(*stores), rows);
    stores->close();
    return files;
}

TEST(OpeningAStore, ReadsNoMoreWhenThereAreMoreRows) {
    const Cost few = cost_of_opening(*closed_store_of(kFew));
    const Cost many = cost_of_opening(*closed_store_of(kMany));
    EXPECT_EQ(few, many);
    EXPECT_LT(many.bytes, 64U << 10);
}

TEST(OpeningAStore, AfterAKillReadsItsWalAndNoMoreThanThat) {
    const auto under = closed_store_of(kMany);
    FaultFileSystem files(*under);
    const auto stores = open_stores(files);
    const auto store = notes_of(*stores);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(add(*store, "late" + std::to_string(i)));
    const auto left = files.after_kill(files.position());
    const auto wal = must(must(left->open("lazulite/a/1/notes.db-wal", FileSystem::Open::existing))->size());
    ASSERT_GT(wal, 20U * 4096U);
    const Cost cost = cost_of_opening(*left);
    EXPECT_LT(cost.bytes, wal + (64U << 10)) << cost;
}

}  // namespace
}  // namespace lazulite
