// (a) What do point reads cost while a writer commits: mmap as SQLite does it, mmap kept over commits, no mmap;
// and does it matter whether the wal-index is a mapped file (`unix`) or on the heap (`unix-excl`)?

#include "blob_rows.hpp"
#include "harness.hpp"
#include "keep_map_vfs.hpp"

#include <atomic>
#include <thread>

namespace lazulite::bench {
namespace {

constexpr int kReaders = 2;          // as many as there are io threads
constexpr int kRowsPerCommit = 8;

struct Load {
    std::filesystem::path file;
    std::uint64_t rows;
    double seconds;
};

struct Outcome {
    double reads_per_second;
    double cpu_us_per_read;
};

void write_at_pace(const Load& load, const OpenOptions& options, int commits_per_second, const std::atomic<bool>& stop) {
    Database db(load.file, options);
    BlobRows rows(db);
    std::uint64_t n = 1;
    const auto start = Clock::now();
    for (int commit = 0; !stop; ++commit) {
        db.exec("BEGIN IMMEDIATE");
        for (int i = 0; i < kRowsPerCommit; ++i) rows.put(mix(++n) % load.rows);
        db.exec("COMMIT");
        db.cap_wal(4'000);
        std::this_thread::sleep_until(start + std::chrono::duration<double>(commit / static_cast<double>(commits_per_second)));
    }
}

Outcome read_for(const Load& load, const OpenOptions& options, int commits_per_second) {
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> reads = 0;
    std::atomic<std::uint64_t> cpu_ns = 0;
    const Database anchor(load.file, options);  // so that the first reader to leave does not checkpoint
    std::vector<std::thread> threads;
    if (commits_per_second > 0)
        threads.emplace_back([&] { write_at_pace(load, options, commits_per_second, stop); });
    for (int reader = 0; reader < kReaders; ++reader) {
        threads.emplace_back([&, reader] {
            Database db(load.file, options);
            BlobRows rows(db);
            std::uint64_t n = static_cast<std::uint64_t>(reader) << 40;
            std::uint64_t done = 0;
            for (int warm = 0; warm < 2'000; ++warm) (void)rows.get(mix(++n) % load.rows);
            const double cpu = thread_cpu_seconds();
            for (; !stop; ++done) (void)rows.get(mix(++n) % load.rows);
            cpu_ns += static_cast<std::uint64_t>((thread_cpu_seconds() - cpu) * 1e9);
            reads += done;
        });
    }
    const auto start = Clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(load.seconds));
    stop = true;
    const double seconds = seconds_since(start);
    for (std::thread& thread : threads) thread.join();
    const auto count = static_cast<double>(reads.load());
    return {count / seconds, static_cast<double>(cpu_ns.load()) * 1e-3 / count};
}

}  // namespace

void reads_with_writer(const Settings& settings) {
    const Load load{settings.dir / "a.db", settings.pick(50'000u, 400'000u), settings.pick(0.12, 0.4)};
    {
        Database db(load.file);
        fill(db, load.rows);
    }
    std::vector<Arm> arms;
    const auto add = [&](const std::string& name, const std::string& vfs, std::int64_t mmap_size) {
        OpenOptions options;
        options.vfs = vfs;
        options.mmap_size = mmap_size;
        arms.push_back({name, [=] {
            const Outcome alone = read_for(load, options, 0);
            const Outcome some = read_for(load, options, 200);
            const Outcome many = read_for(load, options, 2'000);
            return std::vector{alone.reads_per_second / 1e3, some.reads_per_second / 1e3, many.reads_per_second / 1e3,
                               alone.cpu_us_per_read, some.cpu_us_per_read, many.cpu_us_per_read};
        }});
    };
    constexpr std::int64_t kMap = 1LL << 30;
    for (const std::string vfs : {"unix", "unix-excl"}) {
        add(vfs + ", mmap as is", vfs, kMap);
        add(vfs + ", mmap kept", keep_map_vfs(vfs), kMap);
        add(vfs + ", mmap off", vfs, 0);
    }
    compare("(a) point reads on " + std::to_string(kReaders) + " threads, writer at 0 / 200 / 2,000 commits/s of "
                + std::to_string(kRowsPerCommit) + " rows; " + std::to_string(load.rows) + " rows",
            {{"k/s, w 0"}, {"k/s, w 200"}, {"k/s, w 2000"}, {"CPU us, w 0", 2}, {"CPU us, w 200", 2}, {"CPU us, w 2000", 2}},
            arms, settings);
}

}  // namespace lazulite::bench
