// (b) Blob rows of about 150 bytes against about 467 in a WITHOUT ROWID table with key (dir_id, name).

#include "blob_rows.hpp"
#include "harness.hpp"

#include <memory>

namespace lazulite::bench {
namespace {

constexpr int kGroup = 64;
constexpr int kPage = 5'000;

/// A table that grows by the same number of rows, in random order, each round.
struct Growing {
    Growing(const std::filesystem::path& file, std::size_t props_size, std::uint64_t count) : db(file) {
        fill(db, count, props_size);
        rows = std::make_unique<BlobRows>(db, props_size);
        filled = count;
    }
    std::vector<double> grow_and_measure(std::uint64_t more) {
        const double cpu = thread_cpu_seconds();
        const auto start = Clock::now();
        for (const std::uint64_t end = filled + more; filled < end;) {
            db.exec("BEGIN IMMEDIATE");
            for (int i = 0; i < kGroup; ++i) rows->put(filled++);
            db.exec("COMMIT");
            db.cap_wal(4'000);
        }
        const double put_seconds = seconds_since(start);
        const double put_cpu = thread_cpu_seconds() - cpu;

        db.checkpoint(SQLITE_CHECKPOINT_RESTART);
        constexpr int kLists = 20;
        const double list_cpu = thread_cpu_seconds();
        for (int i = 0; i < kLists; ++i) (void)rows->list(mix(++seed) % filled, kPage);
        const double list_ms = (thread_cpu_seconds() - list_cpu) * 1e3 / kLists;
        constexpr int kGets = 10'000;
        const double get_cpu = thread_cpu_seconds();
        for (int i = 0; i < kGets; ++i) (void)rows->get(mix(++seed) % filled);
        const double size = static_cast<double>(db.number("PRAGMA page_count")) * 4096;
        const auto puts = static_cast<double>(more);
        return {puts / put_seconds / 1e3, put_cpu * 1e6 / puts, list_ms,
                (thread_cpu_seconds() - get_cpu) * 1e6 / kGets, size / static_cast<double>(filled)};
    }

    Database db;
    std::unique_ptr<BlobRows> rows;
    std::uint64_t filled = 0;
    std::uint64_t seed = 1'000'000;
};

}  // namespace

void row_size(const Settings& settings) {
    const std::uint64_t rows = settings.pick(40'000u, 200'000u);
    const std::uint64_t more = settings.pick(12'800u, 38'400u);
    Growing small(settings.dir / "small.db", kSmallProps, rows);
    Growing large(settings.dir / "large.db", kLargeProps, rows);
    compare("(b) rows of ~150 or ~467 bytes; " + std::to_string(rows) + " rows and more each round, groups of 64",
            {{"put k/s"}, {"put CPU us"}, {"list 5000, CPU ms", 2}, {"get CPU us", 2}, {"db bytes/row", 0}},
            {{"~150 bytes", [&] { return small.grow_and_measure(more); }},
             {"~467 bytes", [&] { return large.grow_and_measure(more); }}},
            settings);
}

}  // namespace lazulite::bench
