// (d) Group commit: a savepoint around every closure, or none and the group is run again when a closure fails midway?

#include "blob_rows.hpp"
#include "harness.hpp"

namespace lazulite::bench {
namespace {

enum class Rerun { own_commits, savepoints };

struct Variant {
    bool savepoint_each = false;
    int fails_midway = 0;     // closures in 10,000 that fail after a change
    int refused = 0;          // closures in 10,000 that fail before any change (404, 409, 412)
    Rerun rerun = Rerun::own_commits;
};

class Writer {
public:
    Writer(Database& db, std::uint64_t rows)
        : db_(db), blobs_(db), begin_(db.get(), "BEGIN IMMEDIATE"), commit_(db.get(), "COMMIT"), rollback_(db.get(), "ROLLBACK"),
          save_(db.get(), "SAVEPOINT closure"), release_(db.get(), "RELEASE closure"), undo_(db.get(), "ROLLBACK TO closure"),
          rows_(rows) {}

    void run_group(std::uint64_t first, std::uint64_t count, const Variant& variant) {
        begin_.run();
        bool good = true;
        for (std::uint64_t n = first; n < first + count && good; ++n)
            good = variant.savepoint_each ? guarded(n, variant) : closure(n, variant);
        if (good) return commit();
        rollback_.run();
        if (variant.rerun == Rerun::own_commits) {
            for (std::uint64_t n = first; n < first + count; ++n) {
                begin_.run();
                if (closure(n, variant)) commit();
                else rollback_.run();
            }
        } else {
            begin_.run();
            for (std::uint64_t n = first; n < first + count; ++n) (void)guarded(n, variant);
            commit();
        }
    }

private:
    /// Looks its row up, then changes it. False: it failed after the change, which must be undone.
    bool closure(std::uint64_t n, const Variant& variant) {
        const auto dice = static_cast<int>(mix(n ^ 0xabcd) % 10'000);
        const std::uint64_t row = mix(n) % rows_;
        (void)blobs_.get(row);
        if (dice < variant.refused) return true;
        blobs_.put(row);
        return dice >= variant.fails_midway;
    }
    bool guarded(std::uint64_t n, const Variant& variant) {
        save_.run();
        if (!closure(n, variant)) undo_.run();
        release_.run();
        return true;
    }
    void commit() {
        commit_.run();
        db_.cap_wal(4'000);
    }

    Database& db_;
    BlobRows blobs_;
    Statement begin_, commit_, rollback_, save_, release_, undo_;
    std::uint64_t rows_;
};

}  // namespace

void savepoints(const Settings& settings) {
    const std::uint64_t rows = settings.pick(40'000u, 200'000u);
    const std::uint64_t writes = settings.pick(6'400u, 19'200u);
    Database db(settings.dir / "d.db");
    fill(db, rows);
    Writer writer(db, rows);
    std::uint64_t next = 0;
    std::vector<Arm> arms;
    const auto add = [&](const std::string& name, Variant variant) {
        arms.push_back({name, [&, variant] {
            std::vector<double> figures;
            for (const std::uint64_t group : {8u, 64u}) {
                const double cpu = thread_cpu_seconds();
                const auto start = Clock::now();
                for (std::uint64_t done = 0; done < writes; done += group) writer.run_group(next + done, group, variant);
                figures.push_back(static_cast<double>(writes) / seconds_since(start) / 1e3);
                figures.push_back((thread_cpu_seconds() - cpu) * 1e6 / static_cast<double>(writes));
                next += writes;
            }
            return figures;
        }});
    };
    add("savepoint each", {.savepoint_each = true});
    add("none", {});
    add("none, 10 % refused by a check", {.refused = 1'000});
    add("none, 0.1 % fail: own commits", {.fails_midway = 10});
    add("none, 0.1 % fail: savepoints", {.fails_midway = 10, .rerun = Rerun::savepoints});
    add("none, 2 % fail: own commits", {.fails_midway = 200});
    add("none, 2 % fail: savepoints", {.fails_midway = 200, .rerun = Rerun::savepoints});
    compare("(d) group commit of overwrites with and without savepoints; a failing group is run again as said",
            {{"k/s, 8"}, {"CPU us, 8", 2}, {"k/s, 64"}, {"CPU us, 64", 2}}, arms, settings);
}

}  // namespace lazulite::bench
