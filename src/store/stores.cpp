#include "store/stores.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "base/log.hpp"
#include "store/ballast.hpp"
#include "store/database_files.hpp"
#include "store/formats.hpp"
#include "store/open_store.hpp"
#include "store/registry.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

constexpr auto kRegistrySyncDelay = 200ms;   // many new accounts share one sync
constexpr auto kBallastRetry = 1s;
constexpr auto kCheckpointsAtClose = 300ms;  // what takes longer is left in the WAL for the next start

class Folder final : public Stores {
  public:
    Folder(FileSystem& files, const Options& options, FolderLock lock, std::shared_ptr<Ballast> ballast,
           std::unique_ptr<Registry> registry)
        : ballast_(std::move(ballast)),
          files_(files),
          options_(options),
          lock_(std::move(lock)),
          registry_(std::move(registry)),
          threads_(std::make_shared<StoreThreads>(options.writer_threads)) {
        threads_->background.post([this] {
            if (options_.durability == Durability::process) sync_registry();
            remove_what_is_left();
        });
        if (!ballast_) return;
        threads_->files = ballast_;
        ballast_->when_given_up([this] { keep_ballast_later(); });
        keep_ballast();
    }
    ~Folder() override {
        close();
        if (ballast_) ballast_->when_given_up([] {});  // whoever still has a store
    }

    Result<std::shared_ptr<Store>> store(std::string_view account, std::string_view kind) override;
    Result<> reset(std::string_view account, std::string_view kind) override;
    std::vector<std::string> accounts() const override;
    std::vector<Opened> opened() const override;
    std::vector<std::string> accounts_with(std::string_view kind) const override;
    void close() override;
    /// What is there of these accounts. One that cannot be opened is tried again when somebody asks for it, and logged; the
    /// error is the line that refuses a newer one.
    tl::expected<void, std::string> open_those(const std::vector<std::string>& accounts);

  private:
    /// Of one account, by kind.
    using OpenKinds = std::map<std::string_view, std::shared_ptr<OpenStore>, std::less<>>;

    [[nodiscard]] std::shared_ptr<OpenStore> find(std::string_view account, std::string_view kind) const;
    Result<std::shared_ptr<OpenStore>> open_store(std::string_view account, const StoreKind& kind);
    tl::expected<std::shared_ptr<OpenStore>, OpenStore::Trouble> open_folder(std::uint64_t folder, const StoreKind& kind);
    [[nodiscard]] const StoreKind* known(std::string_view kind) const;
    const EmptyDatabase& empty_database(const StoreKind& kind);
    void discard(std::string_view account, std::uint64_t folder, std::string_view kind, bool with_folder);
    void remove_what_is_left();
    void sync_registry_soon();
    void sync_registry();
    void keep_ballast();
    void keep_ballast_later();

    [[nodiscard]] const Clock& wall() const {
        static const SystemClock system;
        return options_.wall != nullptr ? *options_.wall : system;
    }

    const std::shared_ptr<Ballast> ballast_;
    FileSystem& files_;  ///< the ballast, where there is one
    const Options options_;
    std::optional<FolderLock> lock_;
    const std::unique_ptr<Registry> registry_;
    const std::shared_ptr<StoreThreads> threads_;
    std::atomic<bool> sync_pending_{false};

    std::mutex changing_;  ///< one store is opened or reset at a time; taken before opened_mutex_
    bool closed_ = false;
    std::map<std::string_view, EmptyDatabase, std::less<>> empty_;

    mutable std::shared_mutex opened_mutex_;  ///< held for a look or a swap, never for work
    std::map<std::string, OpenKinds, std::less<>> opened_;
};

StorageError because(ErrorCode code, const std::string& text) {
    log::error("store: " + text);
    return StorageError(code).saying(text);
}

StorageError because(const std::string& what, const std::error_code& error) {
    return because(out_of_space(error) ? ErrorCode::insufficient_storage : ErrorCode::internal_error,
                   what + ": " + error.message());
}

StorageError closing() {
    return StorageError(ErrorCode::server_busy).saying("The server is shutting down.");
}

// ---- opening ------------------------------------------------------------------------------------------------------

Result<std::shared_ptr<Store>> Folder::store(std::string_view account, std::string_view kind) {
    if (auto found = find(account, kind)) return found;
    const StoreKind* const description = known(kind);
    if (description == nullptr)
        return fail(because(ErrorCode::internal_error, "no service keeps " + std::string(kind)));
    if (!Registry::valid_account(account)) return fail(ErrorCode::invalid_resource_name);
    const std::lock_guard changing(changing_);
    if (closed_) return fail(closing());
    if (auto found = find(account, kind)) return found;
    LAZ_TRY(std::shared_ptr<OpenStore> opened, open_store(account, *description));
    const std::unique_lock lock(opened_mutex_);
    opened_[std::string(account)].emplace(description->name, opened);
    return opened;
}

std::shared_ptr<OpenStore> Folder::find(std::string_view account, std::string_view kind) const {
    const std::shared_lock lock(opened_mutex_);
    const auto stores = opened_.find(account);
    if (stores == opened_.end()) return nullptr;
    const auto found = stores->second.find(kind);
    return found == stores->second.end() ? nullptr : found->second;
}

Result<std::shared_ptr<OpenStore>> Folder::open_store(std::string_view account, const StoreKind& kind) {
    const auto folder = registry_->folder(account, kind.name);
    if (!folder) return fail(because("an account's folder cannot be made", folder.error()));
    sync_registry_soon();
    auto opened = open_folder(*folder, kind);
    if (opened) return *std::move(opened);
    const OpenStore::Trouble& trouble = opened.error();
    return fail(because(trouble.full ? ErrorCode::insufficient_storage : ErrorCode::internal_error, trouble.text));
}

tl::expected<std::shared_ptr<OpenStore>, OpenStore::Trouble> Folder::open_folder(std::uint64_t folder, const StoreKind& kind) {
    return OpenStore::open({files_, Registry::path_of(folder), kind, options_.durability,
                            options_.boot.value_or(this_boot()), wall(), threads_},
                           [this, &kind]() -> const EmptyDatabase& { return empty_database(kind); });
}

tl::expected<void, std::string> Folder::open_those(const std::vector<std::string>& accounts) {
    const std::lock_guard changing(changing_);
    for (const Registry::Account& account : registry_->accounts()) {
        if (std::find(accounts.begin(), accounts.end(), account.name) == accounts.end()) continue;
        for (const StoreKind* kind : options_.kinds) {
            const std::uint64_t folder = account.folder_of(kind->name);
            const DatabaseFiles paths{files_, Registry::path_of(folder), std::string(kind->name)};
            if (!files_.exists(paths.database()).value_or(false)) continue;
            auto opened = open_folder(folder, *kind);
            if (!opened && opened.error().newer) return tl::unexpected(opened.error().text);
            if (!opened) {
                log::error("store: " + opened.error().text);
                continue;
            }
            const std::unique_lock lock(opened_mutex_);
            opened_[account.name].emplace(kind->name, *std::move(opened));
        }
    }
    return {};
}

const StoreKind* Folder::known(std::string_view kind) const {
    const auto found = std::find_if(options_.kinds.begin(), options_.kinds.end(),
                                    [kind](const StoreKind* candidate) { return candidate->name == kind; });
    return found == options_.kinds.end() ? nullptr : *found;
}

const EmptyDatabase& Folder::empty_database(const StoreKind& kind) {
    const auto made = empty_.find(kind.name);
    return made != empty_.end() ? made->second : empty_.emplace(kind.name, EmptyDatabase(kind)).first->second;
}

std::vector<std::string> Folder::accounts() const {
    std::vector<std::string> names;
    for (Registry::Account& account : registry_->accounts()) names.push_back(std::move(account.name));
    return names;
}

std::vector<Stores::Opened> Folder::opened() const {
    std::vector<Opened> all;
    const std::shared_lock lock(opened_mutex_);
    for (const auto& [account, kinds] : opened_) {
        for (const auto& [kind, store] : kinds) all.push_back({account, kind, store});
    }
    return all;
}

std::vector<std::string> Folder::accounts_with(std::string_view kind) const {
    std::vector<std::string> names;
    for (const Registry::Account& account : registry_->accounts()) {
        const std::string database = Registry::path_of(account.folder_of(kind)) + "/" + std::string(kind) + ".db";
        if (files_.exists(database).value_or(false)) names.push_back(account.name);
    }
    return names;
}

// ---- resetting ----------------------------------------------------------------------------------------------------

Result<> Folder::reset(std::string_view account, std::string_view kind) {
    if (!kind.empty() && known(kind) == nullptr) return fail(ErrorCode::invalid_input);
    const std::lock_guard changing(changing_);
    if (closed_) return fail(closing());
    const auto moved = registry_->move(account, kind);
    if (!moved) return fail(because("a reset cannot be written down", moved.error()));
    for (const Registry::Account& before : *moved) {
        for (const StoreKind* affected : options_.kinds) {
            if (!kind.empty() && affected->name != kind) continue;
            const std::uint64_t folder = before.folder_of(affected->name);
            discard(before.name, folder, affected->name, kind.empty() || folder != before.folder);
        }
    }
    sync_registry_soon();
    return {};
}

/// The store that a reset took from the account goes: at once, or with its last user.
void Folder::discard(std::string_view account, std::uint64_t folder, std::string_view kind, bool with_folder) {
    if (const auto store = find(account, kind)) {
        store->condemn(with_folder);
        const std::unique_lock lock(opened_mutex_);
        opened_.find(account)->second.erase(kind);
        return;
    }
    threads_->background.post([this, folder = Registry::path_of(folder), kind = std::string(kind), with_folder] {
        DatabaseFiles{files_, folder, kind}.remove();
        if (with_folder) (void)files_.remove(folder);
    });
}

void Folder::remove_what_is_left() {
    for (const std::string& folder : registry_->left().folders) remove_all(files_, folder);
    for (const auto& [folder, kind] : registry_->left().stores)
        DatabaseFiles{files_, Registry::path_of(folder), kind}.remove();
}

void Folder::sync_registry_soon() {
    if (sync_pending_.exchange(true)) return;
    threads_->background.post_after(kRegistrySyncDelay, [this] {
        sync_pending_ = false;
        sync_registry();
    });
}

void Folder::sync_registry() {
    if (const auto synced = registry_->sync(); !synced)
        log::warning("store: the registry cannot be synced: " + synced.error().message());
}

void Folder::keep_ballast() {
    if (!ballast_->keep()) keep_ballast_later();
}

void Folder::keep_ballast_later() {
    threads_->background.post_after(kBallastRetry, [this] { keep_ballast(); });
}

// ---- closing ------------------------------------------------------------------------------------------------------

void Folder::close() {
    std::vector<std::shared_ptr<OpenStore>> stores;
    {
        const std::lock_guard changing(changing_);
        if (closed_) return;
        closed_ = true;
        const std::unique_lock lock(opened_mutex_);
        for (auto& [account, opened] : opened_) {
            for (auto& [kind, store] : opened) stores.push_back(std::move(store));
        }
        opened_.clear();
    }
    for (const auto& store : stores) store->drain();
    threads_->writers.stop();
    threads_->background.stop();
    const auto deadline = std::chrono::steady_clock::now() + kCheckpointsAtClose;
    for (auto& store : stores) {
        store->finish(std::chrono::steady_clock::now() < deadline);
        store.reset();
    }
    sync_registry();
    lock_.reset();
}

}  // namespace

tl::expected<std::unique_ptr<Stores>, std::string> Stores::open(FileSystem& files, const Options& options) {
    if (std::string newer = newer_part(files, options.kinds); !newer.empty()) return tl::unexpected(std::move(newer));
    auto lock = FolderLock::take(files);
    if (!lock) return tl::unexpected(lock.error());
    std::shared_ptr<Ballast> ballast = Ballast::make(files);
    FileSystem& kept = ballast ? *ballast : files;
    auto registry = Registry::load(kept, options.durability == Durability::power);
    if (!registry) return tl::unexpected(registry.error());
    auto folder = std::make_unique<Folder>(kept, options, *std::move(lock), std::move(ballast), *std::move(registry));
    if (const auto opened = folder->open_those(options.accounts); !opened) return tl::unexpected(opened.error());
    return folder;
}

}  // namespace lazulite
