// (i) How long does it take to open a data folder, and does that grow with what is in it? By the store layer itself: from
// nothing to the answer of the first read, and to that of the first write.

#include "harness.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/stores.hpp"

namespace lazulite::bench {
namespace {

const StoreKind kBlobs{
    .name = "blob",
    .format = 1,
    .schema = "CREATE TABLE blobs(dir_id INTEGER NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, tick INTEGER NOT NULL,"
              "content BLOB NOT NULL, props BLOB NOT NULL, PRIMARY KEY(dir_id, name)) WITHOUT ROWID",
    .drain = nullptr,
    .named_contents = {},
    .named_sources = {},
};
constexpr std::uint64_t kRowsPerExtent = 65'536;  // of 4 KiB each

/// A data folder with one account.
class Folder {
public:
    explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}

    struct Opened {
        std::unique_ptr<FileSystem> files;
        std::unique_ptr<Stores> stores;
        std::shared_ptr<Store> store;
    };
    [[nodiscard]] Opened open() const {
        Opened opened;
        opened.files = open_disk(root_.string()).value();
        Stores::Options options;
        options.kinds = {&kBlobs};
        opened.stores = Stores::open(*opened.files, options).value();
        opened.store = opened.stores->store("account", kBlobs.name).value();
        return opened;
    }
    /// Puts rows [first, last) in groups.
    static void put(Store& store, std::uint64_t first, std::uint64_t last, std::uint64_t group) {
        for (; first < last; first += group) {
            const auto done = store.write_and_wait([=](WriteTxn& tx) -> Result<> {
                for (std::uint64_t i = first; i < std::min(first + group, last); ++i) put_row(tx, i);
                return {};
            });
            if (!done) throw std::runtime_error("a row could not be put");
        }
    }
    static void get(Store& store, std::uint64_t number) {
        const std::string name = name_of(number);
        const auto found = store.read([&name](ReadTxn& tx) -> Result<bool> {
            Cursor row = tx.query("SELECT props FROM blobs WHERE dir_id = 1 AND name = ?", std::string_view(name));
            return row.next();
        });
        if (!found || !*found) throw std::runtime_error("a row is missing");
    }
    /// As a killed process leaves it: with `rows` of a commit each in the WAL.
    void leave_wal(std::uint64_t rows) const {
        const pid_t child = ::fork();
        if (child == 0) {
            const Opened opened = open();
            put(*opened.store, 0, rows, 1);
            ::_exit(0);
        }
        int status = 0;
        if (::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("the child failed");
    }
    /// Out of the page cache, so that it is read from the disk.
    void forget() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
            if (!entry.is_regular_file()) continue;
            const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
            ::fdatasync(file);
            ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
            ::close(file);
        }
    }

private:
    static std::string name_of(std::uint64_t number) { return "folder/blob-" + std::to_string(mix(number)); }
    static void put_row(WriteTxn& tx, std::uint64_t number) {
        const Range range{number / kRowsPerExtent + 1, (number % kRowsPerExtent + 1) * 4096, 4096, 0};
        tx.name(range);
        tx.execute("INSERT OR REPLACE INTO blobs VALUES(1, ?, 4096, ?, ?, ?)", std::string_view(name_of(number)),
                   tx.next_tick().time_since_epoch().count(), std::string(20, 'c'), std::string(60, 'p'));
    }

    std::filesystem::path root_;
};

std::vector<double> measure(const Folder& folder, std::uint64_t rows) {
    const auto start = Clock::now();
    const Folder::Opened opened = folder.open();
    const double open_ms = seconds_since(start) * 1e3;
    Folder::get(*opened.store, rows / 2);
    const double read_ms = seconds_since(start) * 1e3;
    Folder::put(*opened.store, rows / 2, rows / 2 + 1, 1);
    const double write_ms = seconds_since(start) * 1e3;
    opened.stores->close();
    return {open_ms, read_ms, write_ms};
}

Folder filled(const std::filesystem::path& root, std::uint64_t rows) {
    const Folder folder(root);
    const Folder::Opened opened = folder.open();
    Folder::put(*opened.store, 0, rows, 10'000);
    opened.stores->close();
    return folder;
}

}  // namespace

void open_store(const Settings& settings) {
    const std::uint64_t few = 1'000;
    const std::uint64_t many = settings.pick<std::uint64_t>(100'000, 1'000'000);
    const Folder small = filled(settings.dir / "few", few);
    const Folder large = filled(settings.dir / "many", many);
    const std::uint64_t wal_rows = 900;  // about four pages each: just below what begins a checkpoint
    compare("(i) opening a data folder of " + std::to_string(many) + " rows", {{"open, ms", 2}, {"+ read", 2}, {"+ write", 2}},
            {{std::to_string(few) + " rows", [&] { return measure(small, few); }},
             {"all rows", [&] { return measure(large, many); }},
             {"all rows, from the disk", [&] { large.forget(); return measure(large, many); }},
             {"all rows, after a kill", [&] { large.leave_wal(wal_rows); return measure(large, many); }}},
            settings);
}

}  // namespace lazulite::bench
