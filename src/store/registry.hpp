#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite {

inline constexpr const char* kDataFolder = "lazulite";  ///< nothing outside it is ever touched

/// One process at a time has a data folder: a lock on `lazulite/lock`, which also holds the owner's process id. It ends
/// with the object or the process, however that ends. In memory there is nothing to lock.
class FolderLock {
  public:
    /// Makes `lazulite/` when absent. The error is one clear line.
    static tl::expected<FolderLock, std::string> take(FileSystem& files);

  private:
    explicit FolderLock(std::unique_ptr<File> file) : file_(std::move(file)) {}
    std::unique_ptr<File> file_;
};

/// Which folder `lazulite/a/<id>` holds which store, as kept in `lazulite/registry`:
///
///     lazulite registry 1
///     next 4
///     account devstoreaccount1 1 queue=3      (its stores are in folder 1; the queue store was reset into folder 3)
///     account images 2
///     crc 8c1f0e5d33a1b077                    (CRC-64 of what stands above)
///
/// A change is written to a new file that takes the old one's place, so a killed process leaves the one or the other.
/// With `sync_changes` it is also on the disk when the change returns; otherwise `sync` is called soon after, as after
/// `load`, and the last version known to be on the disk stays as `registry.old` until then. Folder ids are never reused. Any thread.
class Registry {
  public:
    static constexpr int kFormat = 1;

    /// The error is one clear line: newer format, damaged, not readable.
    static tl::expected<std::unique_ptr<Registry>, std::string> load(FileSystem& files, bool sync_changes);

    struct Account {
        std::string name;
        std::uint64_t folder = 0;
        std::map<std::string, std::uint64_t, std::less<>> moved;  ///< kinds that stand elsewhere
        [[nodiscard]] std::uint64_t folder_of(std::string_view kind) const;
    };
    /// The accounts as they stand there, for one who looks and changes nothing: none where it is lost or damaged. The error
    /// is the line that refuses a newer one.
    static tl::expected<std::vector<Account>, std::string> look(FileSystem& files);
    /// The id of the folder that holds the account's store of `kind`; made when the account has none yet.
    IoResult<std::uint64_t> folder(std::string_view account, std::string_view kind);
    /// From now on the store of `kind` (every kind when empty) of the account (of all when empty) is in another folder.
    /// Answers the accounts concerned, as they were.
    IoResult<std::vector<Account>> move(std::string_view account, std::string_view kind);
    /// The last change is on the disk when this returns.
    IoResult<> sync();
    [[nodiscard]] std::vector<Account> accounts() const;

    /// As of the start: what no account has any more.
    struct Left {
        std::vector<std::string> folders;  ///< paths
        std::vector<std::pair<std::uint64_t, std::string>>
            stores;  ///< kinds in folders that are still in use otherwise
    };
    [[nodiscard]] const Left& left() const { return left_; }

    [[nodiscard]] static bool valid_account(std::string_view name);  ///< printable ASCII without blanks, 1 to 255
    [[nodiscard]] static std::string path_of(std::uint64_t folder);  ///< "lazulite/a/<id>"

  private:
    struct State {
        std::uint64_t next = 1;
        std::map<std::string, Account, std::less<>> accounts;
    };
    Registry(FileSystem& files, bool sync_changes) : files_(files), sync_changes_(sync_changes) {}
    static tl::expected<State, std::string> parse(std::string_view text);
    static std::string render(const State& state);
    void look_around(bool complete);
    IoResult<std::uint64_t> new_folder(State& state) const;
    IoResult<> save(State state);

    FileSystem& files_;
    const bool sync_changes_;
    Left left_;
    mutable std::mutex mutex_;
    State state_;
    std::uint64_t version_ = 0;  ///< counts changes
    bool on_disk_ = false;       ///< the file `registry` is what a power loss would leave
    bool kept_ = false;          ///< the file `registry.old` is
};

}  // namespace lazulite
