// (c) Debian's SQLite zeroes freed pages (secure_delete), counts every allocation under a global mutex (MEMSTATUS) and
// opens connections with a mutex of their own. What does each cost?

#include "blob_rows.hpp"
#include "harness.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace lazulite::bench {
namespace {

constexpr int kGroup = 64;
constexpr int kReaders = 2;

/// Must run while no connection is open.
void set_memory_statistics(bool on) {
    sqlite3_shutdown();
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, on ? 1 : 0) != SQLITE_OK) throw std::runtime_error("sqlite3_config");
    sqlite3_initialize();
}

/// Blobs with inline bodies of 1 KiB in a rowid table, which is where freed pages come from.
class Bodies {
public:
    explicit Bodies(Database& db)
        : insert_(db.get(), "INSERT OR REPLACE INTO contents VALUES(?1,?2)"),
          remove_(db.get(), "DELETE FROM contents WHERE id=?1") {}
    void put(std::uint64_t id) { insert_.run(static_cast<std::int64_t>(id), Bytes(body_)); }
    void remove(std::uint64_t id) { remove_.run(static_cast<std::int64_t>(id)); }

private:
    std::vector<unsigned char> body_ = std::vector<unsigned char>(1'024, 0x33);
    Statement insert_, remove_;
};

struct Variant {
    bool secure_delete;
    bool memory_statistics;
    int mutex_flag;
};

struct Bench {
    std::filesystem::path file;
    std::uint64_t rows;
    int writes;
    double read_seconds;

    [[nodiscard]] OpenOptions options(const Variant& variant) const {
        OpenOptions options;
        options.secure_delete = variant.secure_delete;
        options.mutex_flag = variant.mutex_flag;
        return options;
    }
    void prepare() const {
        Database db(file);
        fill(db, rows);
        db.exec("CREATE TABLE contents(id INTEGER PRIMARY KEY, body BLOB)");
        Bodies bodies(db);
        db.exec("BEGIN");
        for (std::uint64_t n = 0; n < rows; ++n) bodies.put(n);
        db.exec("COMMIT");
    }
    /// Deletes blobs with their bodies and puts them again; microseconds of CPU per delete, then per put.
    [[nodiscard]] std::vector<double> write(const Variant& variant, std::uint64_t& seed) const {
        Database db(file, options(variant));
        BlobRows blobs(db);
        Bodies bodies(db);
        const auto in_groups = [&](auto&& one) {
            const double cpu = thread_cpu_seconds();
            for (int done = 0; done < writes; done += kGroup) {
                db.exec("BEGIN IMMEDIATE");
                for (int i = done; i < done + kGroup; ++i) one((seed + static_cast<std::uint64_t>(i)) % rows);
                db.exec("COMMIT");
                db.cap_wal(4'000);
            }
            return (thread_cpu_seconds() - cpu) * 1e6 / writes;
        };
        seed += static_cast<std::uint64_t>(writes);
        const double removing = in_groups([&](std::uint64_t n) { blobs.remove(n), bodies.remove(n); });
        const double putting = in_groups([&](std::uint64_t n) { blobs.put(n), bodies.put(n); });
        const double replacing = in_groups([&](std::uint64_t n) { blobs.put(mix(n) % rows), bodies.put(mix(n) % rows); });
        return {removing, putting, replacing};
    }
    [[nodiscard]] std::vector<double> read(const Variant& variant) const {
        std::atomic<bool> stop = false;
        std::atomic<std::uint64_t> reads = 0;
        std::atomic<std::uint64_t> cpu_ns = 0;
        std::vector<std::thread> threads;
        for (int reader = 0; reader < kReaders; ++reader) {
            threads.emplace_back([&, reader] {
                Database db(file, options(variant));
                BlobRows blobs(db);
                std::uint64_t n = static_cast<std::uint64_t>(reader) << 40;
                std::uint64_t done = 0;
                const double cpu = thread_cpu_seconds();
                for (; !stop; ++done) (void)blobs.get(mix(++n) % rows);
                cpu_ns += static_cast<std::uint64_t>((thread_cpu_seconds() - cpu) * 1e9);
                reads += done;
            });
        }
        std::this_thread::sleep_for(std::chrono::duration<double>(read_seconds));
        stop = true;
        for (std::thread& thread : threads) thread.join();
        const auto count = static_cast<double>(reads.load());
        return {count / read_seconds / 1e3, static_cast<double>(cpu_ns.load()) * 1e-3 / count};
    }
};

}  // namespace

void library_settings(const Settings& settings) {
    const Bench bench{settings.dir / "c.db", settings.pick(40'000u, 150'000u), settings.pick(3'200, 9'600),
                      settings.pick(0.15, 0.3)};
    bench.prepare();
    std::uint64_t seed = 0;
    std::vector<Arm> arms;
    const auto add = [&](const std::string& name, Variant variant) {
        arms.push_back({name, [&bench, &seed, variant] {
            set_memory_statistics(variant.memory_statistics);
            std::vector<double> figures = bench.write(variant, seed);
            for (const double figure : bench.read(variant)) figures.push_back(figure);
            set_memory_statistics(true);
            return figures;
        }});
    };
    add("as shipped", {true, true, SQLITE_OPEN_FULLMUTEX});
    add("secure_delete off", {false, true, SQLITE_OPEN_FULLMUTEX});
    add("MEMSTATUS off", {true, false, SQLITE_OPEN_FULLMUTEX});
    add("NOMUTEX", {true, true, SQLITE_OPEN_NOMUTEX});
    add("all three", {false, false, SQLITE_OPEN_NOMUTEX});
    compare("(c) settings of the library; CPU us per operation, groups of 64, bodies of 1 KiB; reads on 2 threads",
            {{"delete us", 2}, {"put us", 2}, {"overwrite us", 2}, {"reads k/s"}, {"read CPU us", 2}}, arms, settings);
}

}  // namespace lazulite::bench
