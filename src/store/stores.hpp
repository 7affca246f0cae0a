#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/file_system.hpp"
#include "store/store.hpp"

namespace lazulite {

class Connection;

/// What a service tells the store about its database. One constant per service, in its `rows`.
struct StoreKind {
    std::string_view name;  ///< "blob": the database is blob.db, its extents stand in extents-blob/
    int format = 1;         ///< PRAGMA user_version; a newer one on disk is refused before the first write
    /// A step that brings a database of format `from` to the next one, or on the way there. Steps of one format are for
    /// what changed without a new number.
    struct Upgrade {
        int from;
        const char* script;
        const char* unless = nullptr;  ///< a query: where it finds a row, the step was taken already
        void (*then)(Connection& connection) = nullptr;  ///< what takes more than a script
    };
    std::span<const Upgrade> upgrades = {};  ///< in order, from the first format there was
    const char* schema;     ///< script that makes the service's own tables in a new database
    int page_size = 4096;
    bool has_extents = true;
    /// Removes at most `rows` rows below a dropped id and releases what they name; true when nothing is left.
    bool (*drain)(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows);
    /// What `WriteTxn::expire_at` asked for is due: looks again whether it is over and removes it, at most some 200 rows
    /// a call, and asks anew for what is left. Null: nothing here ends by itself.
    void (*expire)(WriteTxn& tx, int kind, std::int64_t id, std::string_view key) = nullptr;
    /// For the checker: statements whose first column is a `content` (ContentRef::encode) or a block source.
    std::span<const char* const> named_contents;
    std::span<const char* const> named_sources;
    /// For the checker: statements whose every row is a fault of the service's own rows, in words.
    std::span<const char* const> faults = {};
    /// For the checker: calls `problem` for every rule of the service that its rows break; what is below a `drained` id is
    /// about to go. Null: there is nothing to look at.
    void (*check)(ReadTxn& tx, const std::set<std::int64_t>& drained,
                  const std::function<void(const std::string&)>& problem) = nullptr;
};

/// All stores of a data folder:
///
///     lazulite/lock                     one process at a time
///     lazulite/registry                 account name -> folder, format; replaced by rename
///     lazulite/a/<id>/blob.db           and extents-blob/, ...
///
/// Names from clients never become file names. Stores open when first asked for; a new account gets its folder then.
/// Any thread.
class Stores {
  public:
    struct Options {
        Durability durability = Durability::process;
        unsigned writer_threads = 2;
        const Clock* wall = nullptr;  ///< outlives the stores
        std::optional<std::uint64_t> boot = std::nullopt;  ///< instead of this_boot()
        std::vector<const StoreKind*> kinds;
        std::vector<std::string> accounts = {};  ///< whose stores are opened, and brought to the newest format, at once
    };
    /// Takes the lock and reads the registry. The error is one clear line: another process has the folder, it cannot be
    /// written, its format is newer.
    static tl::expected<std::unique_ptr<Stores>, std::string> open(FileSystem& files, const Options& options);

    virtual ~Stores() = default;  ///< close() first; the destructor closes what is left
    virtual Result<std::shared_ptr<Store>> store(std::string_view account, std::string_view kind) = 0;
    /// Everything of an account (or of one kind, or of all accounts when empty) is gone when this returns; the account
    /// starts anew with empty stores. Requests in flight finish against the old ones. Blocks.
    virtual Result<> reset(std::string_view account, std::string_view kind) = 0;
    [[nodiscard]] virtual std::vector<std::string> accounts() const = 0;  ///< those that have a folder
    /// An account's store that is open.
    struct Opened {
        std::string account;
        std::string_view kind;
        std::shared_ptr<Store> store;
    };
    [[nodiscard]] virtual std::vector<Opened> opened() const = 0;
    /// Those whose store of that kind was ever opened.
    [[nodiscard]] virtual std::vector<std::string> accounts_with(std::string_view kind) const = 0;
    /// Commits what was submitted, checkpoints and closes. Idempotent.
    virtual void close() = 0;
};

}  // namespace lazulite
