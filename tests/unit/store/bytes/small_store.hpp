#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "store/barrier.hpp"
#include "store/check.hpp"
#include "store/contents.hpp"
#include "store/extent_pool.hpp"
#include "store/ledger.hpp"
#include "store/stores.hpp"

namespace lazulite::test {

/// Runs a task that does not have to wait for another thread.
template <class T>
Task<void> put_into(Task<T> task, std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(task));
}
template <class T>
T run_now(Task<T> task) {
    std::optional<T> outcome;
    spawn(put_into(std::move(task), outcome), [] {});
    return std::move(*outcome);
}

/// A service with two tables: rows(id, content) and staged(set_id, id, source). Its directories are ranges of row ids:
/// draining directory d removes the rows with dir = d.
extern const StoreKind kSmallKind;

/// A read that is under way: an epoch, and a snapshot on a connection of its own.
class OpenRead {
  public:
    OpenRead(Readers& readers, FileSystem& files);
    ~OpenRead();
    OpenRead(const OpenRead&) = delete;
    OpenRead& operator=(const OpenRead&) = delete;
    [[nodiscard]] ReadTxn& tx();

  private:
    class Txn;
    Readers::Guard guard_;
    Connection connection_;
    std::unique_ptr<Txn> tx_;
};

/// The parts of a store that deal with bytes, put together on one thread: database, pool, readers, ledger, reclaimer.
class SmallStore {
  public:
    static constexpr const char* kExtents = "a/extents-small";

    struct Options {
        Durability durability = Durability::process;
        std::uint64_t packed_limit = Extents::kPackedLimit;
        std::uint64_t exclusive_from = Extents::kExclusiveFrom;
        bool barriers = false;  ///< else what is committed counts as being on the disk
        std::uint64_t boot = 1;
    };
    explicit SmallStore(FileSystem& system) : SmallStore(system, Options{}) {}
    SmallStore(FileSystem& system, const Options& options);
    ~SmallStore();
    SmallStore(const SmallStore&) = delete;
    SmallStore& operator=(const SmallStore&) = delete;

    /// One group: the function, the ledger, COMMIT.
    void write(const std::function<void(WriteTxn&)>& fn);
    /// The same up to COMMIT, and taken back.
    void write_and_roll_back(const std::function<void(WriteTxn&)>& fn);
    void read(const std::function<void(ReadTxn&)>& fn);
    /// One slice of the reclaimer in a transaction of its own.
    bool slice();
    void raise();  ///< the barrier
    void checkpoint(Connection::Checkpoint how);
    /// Until nothing is left to do right away.
    void reclaim();

    /// Bytes in an extent; not named yet.
    std::pair<Range, std::unique_ptr<PendingBytes>> upload(std::string_view bytes);
    /// Uploads, puts it into row `id` as embedded content, keeps.
    Range put(std::int64_t id, std::string_view bytes);
    void set_row(WriteTxn& tx, std::int64_t id, const ContentRef& ref, std::int64_t dir = 0);
    static ContentRef row(ReadTxn& tx, std::int64_t id);
    void drop_row(std::int64_t id);  ///< releases its content as well
    std::string bytes_of(const std::vector<Piece>& pieces);
    std::string content(const ContentRef& ref, std::uint64_t first, std::uint64_t length, std::size_t limit = 1000);

    [[nodiscard]] CheckReport check();
    void expect_sound();
    [[nodiscard]] std::int64_t number(const char* sql);  ///< first column of the first row
    [[nodiscard]] std::size_t extent_files();

    FileSystem& files;
    const bool born;
    Connection connection;
    std::unique_ptr<ExtentPool> extents;
    std::unique_ptr<Barrier> barrier;
    Readers readers;
    Reclaim reclaimer;
    Ledger ledger;

  private:
    class Txn;
    void run(const std::function<void(WriteTxn&)>& fn, const char* end);

    std::int64_t last_id_;
};

/// Where they differ, without printing them.
[[nodiscard]] testing::AssertionResult equal_bytes(std::string_view got, std::string_view wanted);
/// `size` bytes that depend on the seed.
[[nodiscard]] std::string some_bytes(std::size_t size, std::uint64_t seed);

#define EXPECT_BYTES(got, wanted) EXPECT_TRUE(::lazulite::test::equal_bytes(got, wanted))

}  // namespace lazulite::test
