// (g) Entities of about 1 KB keyed by (table, partition, row): which page size, and is WITHOUT ROWID right for them?

#include "database.hpp"
#include "harness.hpp"
#include "keep_map_vfs.hpp"

#include <cstdio>
#include <memory>

namespace lazulite::bench {
namespace {

constexpr int kGroup = 64;
constexpr int kPage = 1'000;   // what one query answers at most

std::string partition_of(std::uint64_t n) {
    char text[32];
    std::snprintf(text, sizeof text, "customer-%05llu", static_cast<unsigned long long>(mix(n) % 1'000));
    return text;
}

std::string row_of(std::uint64_t n) {
    char text[32];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(mix(n * 3 + 1)));
    return text;
}

class Entities {
public:
    Entities(std::filesystem::path file, int page_size, bool without_rowid, bool map = false)
        : file_(std::move(file)), options_(options(page_size, map)), db_(file_, options_) {
        db_.exec(std::string("CREATE TABLE entities(table_id INT, pk BLOB, rk BLOB, tick INT, props BLOB,"
                             " PRIMARY KEY(table_id, pk, rk))")
                 + (without_rowid ? " WITHOUT ROWID" : ""));
        put_ = std::make_unique<Statement>(
            db_.get(), "INSERT INTO entities VALUES(3,?1,?2,?3,?4)"
            " ON CONFLICT DO UPDATE SET tick=excluded.tick, props=excluded.props");
    }

    std::vector<double> grow_and_measure(std::uint64_t more) {
        const double insert_cpu = thread_cpu_seconds();
        const auto start = Clock::now();
        const std::uint64_t from = count_;
        frames_ = 0;
        put_range(from, from + more);
        const double insert_seconds = seconds_since(start);
        const double insert_us = per(more, thread_cpu_seconds() - insert_cpu);
        const double wal_bytes = static_cast<double>(frames_) * page_bytes() / static_cast<double>(more);
        count_ += more;

        const double update_cpu = thread_cpu_seconds();
        const std::uint64_t updates = more / 2;
        for (std::uint64_t i = 0; i < updates; i += kGroup) {
            db_.exec("BEGIN IMMEDIATE");
            for (int k = 0; k < kGroup; ++k) put(mix(++seed_) % count_);
            commit();
        }
        const double update_us = per(updates, thread_cpu_seconds() - update_cpu);

        db_.checkpoint(SQLITE_CHECKPOINT_RESTART);
        Database reader(file_, options_);
        Statement get(reader.get(), "SELECT tick,props FROM entities WHERE table_id=3 AND pk=?1 AND rk=?2");
        Statement scan(reader.get(), "SELECT pk,rk,tick,props FROM entities WHERE table_id=3"
                                     " AND (pk,rk)>=(?1,?2) ORDER BY pk,rk LIMIT ?3");
        constexpr int kGets = 5'000;
        const double get_cpu = thread_cpu_seconds();
        for (int i = 0; i < kGets; ++i) {
            const std::uint64_t n = mix(++seed_) % count_;
            get.run(partition_of(n), row_of(n));
        }
        const double get_us = per(kGets, thread_cpu_seconds() - get_cpu);
        constexpr int kScans = 20;
        const double scan_cpu = thread_cpu_seconds();
        for (int i = 0; i < kScans; ++i) {
            const std::uint64_t n = mix(++seed_) % count_;
            scan.run(partition_of(n), row_of(n), std::int64_t{kPage});
        }
        const double scan_ms = per(kScans, thread_cpu_seconds() - scan_cpu) / 1e3;
        const double size = static_cast<double>(db_.number("PRAGMA page_count")) * page_bytes() / static_cast<double>(count_);
        return {static_cast<double>(more) / insert_seconds / 1e3, insert_us, update_us, get_us, scan_ms, size, wal_bytes};
    }

private:
    static OpenOptions options(int page_size, bool map) {
        OpenOptions options;
        options.page_size = page_size;
        if (map) options.vfs = keep_map_vfs("unix-excl");
        if (map) options.mmap_size = 1LL << 30;
        return options;
    }
    static double per(std::uint64_t count, double seconds) { return seconds * 1e6 / static_cast<double>(count); }
    double page_bytes() { return static_cast<double>(db_.number("PRAGMA page_size")); }

    void put(std::uint64_t n) {
        const std::string pk = partition_of(n);
        const std::string rk = row_of(n);
        const std::size_t size = 512 + mix(n + 77) % 1'024;   // 0.5 to 1.5 KiB
        put_->run(pk, rk, static_cast<std::int64_t>(++tick_), Bytes(props_.data(), size));
    }
    void put_range(std::uint64_t n, std::uint64_t end) {
        while (n < end) {
            db_.exec("BEGIN IMMEDIATE");
            for (int i = 0; i < kGroup; ++i) put(n++);
            commit();
        }
    }
    void commit() {
        const int before = db_.wal_frames();
        db_.exec("COMMIT");
        frames_ += db_.wal_frames() > before ? db_.wal_frames() - before : db_.wal_frames();
        db_.cap_wal(static_cast<int>(16'384'000 / page_bytes()));   // the same bytes for every page size
    }
    std::filesystem::path file_;
    OpenOptions options_;
    Database db_;
    std::unique_ptr<Statement> put_;
    std::vector<unsigned char> props_ = std::vector<unsigned char>(2'048, 0x44);
    std::uint64_t count_ = 0;
    std::uint64_t seed_ = 1'000'000;
    std::uint64_t tick_ = 0;
    std::int64_t frames_ = 0;
};

}  // namespace

void table_pages(const Settings& settings) {
    const std::uint64_t more = settings.pick(6'400u, 19'200u);
    Entities four(settings.dir / "4k.db", 4'096, true);
    Entities eight(settings.dir / "8k.db", 8'192, true);
    Entities sixteen(settings.dir / "16k.db", 16'384, true);
    Entities rowid(settings.dir / "rowid.db", 4'096, false);
    Entities sixteen_mapped(settings.dir / "16k-mapped.db", 16'384, true, true);
    Entities rowid_mapped(settings.dir / "rowid-mapped.db", 4'096, false, true);
    const auto arm = [&](const std::string& name, Entities& entities) {
        return Arm{name, [&entities, more] { return entities.grow_and_measure(more); }};
    };
    compare("(g) entities of 0.5-1.5 KiB; " + std::to_string(more) + " more each round in random order, groups of 64",
            {{"insert k/s"}, {"insert CPU us"}, {"update CPU us"}, {"get CPU us"},
             {"scan 1000, CPU ms", 2}, {"db bytes/row", 0}, {"WAL bytes/ins", 0}},
            {arm("4 KiB pages", four), arm("8 KiB pages", eight), arm("16 KiB pages", sixteen),
             arm("16 KiB, mmap kept", sixteen_mapped), arm("4 KiB, rowid table + index", rowid),
             arm("4 KiB, rowid + index, mmap kept", rowid_mapped)},
            settings);
}

}  // namespace lazulite::bench
