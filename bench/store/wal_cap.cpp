// (e) How large may the WAL grow before the writer itself starts it over, and how long does that stop the writer?

#include "blob_rows.hpp"
#include "harness.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace lazulite::bench {
namespace {

constexpr int kGroup = 16;

struct Variant {
    int passive_from;         // frames from which a checkpoint thread runs PASSIVE; 0: no such thread
    int restart_at;           // frames at which the writer runs RESTART itself ...
    int remainder;            // ... once no more than this many are not yet copied (0: without waiting) ...
    int limit;                // ... or in any case at this many frames
    std::string synchronous;  // OFF; NORMAL adds fsync of WAL and database to each checkpoint
};

/// What the writer and the checkpoint thread tell each other.
struct Progress {
    std::atomic<int> frames = 0;   // in the WAL
    std::atomic<int> copied = 0;   // of them, by the checkpoint thread
};

struct Bench {
    std::filesystem::path dir;
    std::uint64_t rows;
    int commits;

    [[nodiscard]] std::filesystem::path file() const { return dir / "e.db"; }

    void checkpoint_passively(const Variant& variant, Progress& progress, const std::atomic<bool>& stop) const {
        OpenOptions options;
        options.synchronous = variant.synchronous;
        Database db(file(), options);
        while (!stop) {
            const int frames = progress.frames;
            const int left = frames - progress.copied;
            int copied = -1;
            if (left >= variant.passive_from || (variant.remainder > 0 && frames >= variant.restart_at && left > variant.remainder))
                db.checkpoint(SQLITE_CHECKPOINT_PASSIVE, &copied);
            if (copied >= 0 && progress.frames >= copied) progress.copied = copied;
            if (progress.copied > progress.frames) progress.copied = 0;   // the writer started over meanwhile
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    static bool due(const Variant& variant, int frames, int copied) {
        if (frames >= variant.limit) return true;
        return frames >= variant.restart_at && (variant.remainder == 0 || frames - copied <= variant.remainder);
    }
    /// Point reads and lists, with a pause between, as a moderately busy io thread; CPU per point read.
    [[nodiscard]] double read(const std::atomic<bool>& stop) const {
        Database db(file());
        BlobRows blobs(db);
        std::uint64_t n = 1ULL << 40;
        double cpu = 0;
        double reads = 0;
        while (!stop) {
            const double begin = thread_cpu_seconds();
            for (int i = 0; i < 50; ++i) (void)blobs.get(mix(++n) % rows);
            cpu += thread_cpu_seconds() - begin;
            reads += 50;
            (void)blobs.list(mix(++n) % rows, 500);
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return cpu * 1e6 / reads;
    }
    [[nodiscard]] std::vector<double> run(const Variant& variant) const {
        std::atomic<bool> stop = false;
        Progress progress;
        double read_us = std::nan("");
        std::vector<std::thread> threads;
        OpenOptions options;
        options.synchronous = variant.synchronous;
        Database db(file(), options);
        BlobRows blobs(db);
        threads.emplace_back([&] { read_us = read(stop); });
        if (variant.passive_from > 0) threads.emplace_back([&] { checkpoint_passively(variant, progress, stop); });
        std::vector<double> waits_ms;
        std::vector<double> restarts_ms;
        int highest = 0;
        std::uint64_t n = 0;
        const auto start = Clock::now();
        for (int commit = 0; commit < commits; ++commit) {
            const auto begin = Clock::now();
            db.exec("BEGIN IMMEDIATE");
            for (int i = 0; i < kGroup; ++i) blobs.put(mix(++n) % rows);
            db.exec("COMMIT");
            highest = std::max(highest, db.wal_frames());
            if (due(variant, db.wal_frames(), progress.copied)) {
                const auto restart = Clock::now();
                db.cap_wal(variant.restart_at);
                restarts_ms.push_back(seconds_since(restart) * 1e3);
                if (db.wal_frames() == 0) progress.copied = 0;
            }
            progress.frames = db.wal_frames();
            waits_ms.push_back(seconds_since(begin) * 1e3);
        }
        const double seconds = seconds_since(start);
        stop = true;
        for (std::thread& thread : threads) thread.join();
        const double stalled = std::accumulate(restarts_ms.begin(), restarts_ms.end(), 0.0) / seconds / 10;
        return {commits * kGroup / seconds / 1e3, percentile(waits_ms, 0.99), percentile(waits_ms, 0.999),
                percentile(waits_ms, 1.0), percentile(restarts_ms, 0.5), stalled, read_us, highest / 1e3};
    }
    /// Fills the WAL with `frames`, closes without a checkpoint, and times the next open up to the first read.
    [[nodiscard]] double recovery_ms(int frames) const {
        {
            Database db(file());
            BlobRows blobs(db);
            for (std::uint64_t n = 0; db.wal_frames() < frames;) {
                db.exec("BEGIN IMMEDIATE");
                for (int i = 0; i < kGroup; ++i) blobs.put(mix(++n) % rows);
                db.exec("COMMIT");
            }
            db.leave_wal_on_close();
        }
        const auto start = Clock::now();
        Database db(file());
        BlobRows blobs(db);
        (void)blobs.get(1);
        return seconds_since(start) * 1e3;
    }
};

}  // namespace

void wal_cap(const Settings& settings) {
    const Bench bench{settings.dir, settings.pick(60'000u, 300'000u), settings.pick(1'500, 2'000)};
    {
        Database db(bench.file());
        fill(db, bench.rows);
    }
    for (const std::string synchronous : {"OFF", "NORMAL"}) {
        std::vector<Arm> arms;
        const auto add = [&](const std::string& name, int passive_from, int restart_at, int remainder, int limit) {
            const Variant variant{passive_from, restart_at, remainder, limit, synchronous};
            arms.push_back({name, [&bench, variant] { return bench.run(variant); }});
        };
        add("writer alone at 4k", 0, 4'000, 0, 4'000);
        add("writer alone at 16k", 0, 16'000, 0, 16'000);
        add("thread each 1k, writer 4k", 1'000, 4'000, 0, 4'000);
        add("thread each 4k, writer 16k", 4'000, 16'000, 0, 16'000);
        add("same, writer when < 500 are left", 4'000, 16'000, 500, 24'000);
        compare("(e) commits of 16 rows, synchronous=" + synchronous + "; ms per commit including a RESTART by the writer",
                {{"rows k/s"}, {"p99 ms", 2}, {"p99.9 ms", 2}, {"worst ms"}, {"RESTART p50 ms"}, {"stalled %"},
                 {"read CPU us"}, {"highest WAL k"}},
                arms, settings);
    }
    compare("(e) open after a kill, first read included", {{"ms"}},
            {{"WAL of 4,000 frames", [&] { return std::vector{bench.recovery_ms(4'000)}; }},
             {"WAL of 16,000 frames", [&] { return std::vector{bench.recovery_ms(16'000)}; }}},
            settings);
}

}  // namespace lazulite::bench
