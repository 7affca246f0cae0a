#include "store/registry.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include "base/log.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr const char* kLock = "lazulite/lock";
constexpr const char* kFile = "lazulite/registry";
constexpr const char* kNew = "lazulite/registry.new";
constexpr const char* kOld = "lazulite/registry.old";
constexpr const char* kFolders = "lazulite/a";
constexpr std::string_view kTitle = "lazulite registry ";
constexpr std::string_view kChecksum = "crc ";

IoResult<std::string> read_all(File& file) {
    const auto size = file.size();
    if (!size) return tl::unexpected(size.error());
    std::string text(*size, '\0');
    const auto got = file.read(0, text.data(), text.size());
    if (!got) return tl::unexpected(got.error());
    text.resize(*got);
    return text;
}

IoResult<std::string> read_file(FileSystem& files, const std::string& path) {
    auto file = files.open(path, FileSystem::Open::existing);
    if (!file) return tl::unexpected(file.error());
    return read_all(**file);
}

bool absent(const std::error_code& error) {
    return error == std::errc::no_such_file_or_directory;
}

std::string problem(std::string_view what, const std::error_code& error) {
    return std::string(what) + ": " + error.message();
}

std::string hexadecimal(std::uint64_t value) {
    char digits[17];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    std::string text(digits, end);
    return text.insert(0, 16 - text.size(), '0');
}

}  // namespace

tl::expected<FolderLock, std::string> FolderLock::take(FileSystem& files) {
    if (const auto made = files.make_directories(kDataFolder); !made)
        return tl::unexpected(problem("the data folder cannot be made", made.error()));
    auto file = files.open(kLock, FileSystem::Open::create);
    if (!file) return tl::unexpected(problem("the data folder cannot be written: lazulite/lock", file.error()));
    const int descriptor = (*file)->descriptor();
    if (descriptor < 0) return FolderLock(*std::move(file));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            const std::string owner(trim(read_all(**file).value_or("")));
            return tl::unexpected("another lazulite" + (owner.empty() ? "" : " (process " + owner + ")") +
                                  " has this data folder open (lazulite/lock is taken)");
        }
        log::warning(problem("the data folder's file system knows no locks; make sure that one process uses it",
                             std::error_code(errno, std::generic_category())));
    }
    if (const auto cleared = (*file)->truncate(0); !cleared)
        return tl::unexpected(problem("the data folder cannot be written: lazulite/lock", cleared.error()));
    const std::string owner = std::to_string(::getpid());
    if (const auto written = (*file)->write(0, as_bytes(owner)); !written)
        return tl::unexpected(problem("the data folder cannot be written: lazulite/lock", written.error()));
    return FolderLock(*std::move(file));
}

tl::expected<std::unique_ptr<Registry>, std::string> Registry::load(FileSystem& files, bool sync_changes) {
    std::unique_ptr<Registry> registry(new Registry(files, sync_changes));
    if (const auto made = files.make_directories(kFolders); !made)
        return tl::unexpected(problem("the data folder cannot be written: lazulite/a", made.error()));
    std::optional<State> found;
    std::string damage;
    for (const char* path : {kFile, kOld}) {
        const auto text = read_file(files, path);
        if (!text && absent(text.error())) continue;
        if (!text) return tl::unexpected(problem(std::string(path) + " cannot be read", text.error()));
        auto state = parse(*text);
        if (state) {
            found = *std::move(state);
            if (path == kFile) {
                registry->state_ = *std::move(found);
                registry->look_around(true);
                // Who wrote it may have been killed before it was on the disk.
                const auto kept = files.exists(kOld);
                if (!kept) return tl::unexpected(problem("the data folder cannot be read", kept.error()));
                registry->on_disk_ = false;
                registry->kept_ = *kept;
                if (!sync_changes) return registry;
                if (const auto synced = registry->sync(); !synced)
                    return tl::unexpected(problem("the data folder cannot be written", synced.error()));
                return registry;
            }
            log::warning("lazulite/registry was lost; the version before it is used");
            break;
        }
        if (damage.empty()) damage = std::string(path) + " " + state.error();
        if (state.error().starts_with("has format")) return tl::unexpected(damage);  // nothing to fall back to
    }
    if (!found && !damage.empty()) return tl::unexpected(damage);
    registry->kept_ = found.has_value();
    registry->state_ = found.value_or(State{});
    registry->look_around(false);
    auto saved = registry->save(registry->state_);
    if (saved) saved = registry->sync();
    if (saved) saved = files.sync_directory("");  // the data folder itself
    if (!saved) return tl::unexpected(problem("the data folder cannot be written: lazulite/registry", saved.error()));
    return registry;
}

tl::expected<std::vector<Registry::Account>, std::string> Registry::look(FileSystem& files) {
    std::vector<Account> list;
    for (const char* path : {kFile, kOld}) {
        const auto text = read_file(files, path);
        if (!text) continue;
        const auto state = parse(*text);
        if (state) {
            for (const auto& [name, account] : state->accounts) list.push_back(account);
            break;
        }
        if (state.error().starts_with("has format")) return tl::unexpected(std::string(path) + " " + state.error());
    }
    return list;
}

/// Makes sure that no folder that is there is given away again. What no account has any more is left over from a reset,
/// unless the newest registry was lost: then it may be someone's.
void Registry::look_around(bool complete) {
    std::set<std::string> used;
    for (const auto& [name, account] : state_.accounts) {
        used.insert(std::to_string(account.folder));
        for (const auto& [kind, folder] : account.moved) {
            used.insert(std::to_string(folder));
            if (complete) left_.stores.emplace_back(account.folder, kind);
        }
    }
    for (const std::string& name : files_.list(kFolders).value_or(std::vector<std::string>())) {
        if (const auto id = parse_number<std::uint64_t>(name)) state_.next = std::max(state_.next, *id + 1);
        if (complete && !used.contains(name)) left_.folders.push_back(std::string(kFolders) + "/" + name);
    }
}

std::uint64_t Registry::Account::folder_of(std::string_view kind) const {
    const auto elsewhere = moved.find(kind);
    return elsewhere == moved.end() ? folder : elsewhere->second;
}

IoResult<std::uint64_t> Registry::folder(std::string_view account, std::string_view kind) {
    const std::lock_guard lock(mutex_);
    if (const auto found = state_.accounts.find(account); found != state_.accounts.end())
        return found->second.folder_of(kind);
    State changed = state_;
    const auto made = new_folder(changed);
    if (!made) return made;
    changed.accounts.emplace(account, Account{std::string(account), *made, {}});
    if (const auto saved = save(std::move(changed)); !saved) return tl::unexpected(saved.error());
    return made;
}

IoResult<std::vector<Registry::Account>> Registry::move(std::string_view account, std::string_view kind) {
    const std::lock_guard lock(mutex_);
    State changed = state_;
    std::vector<Account> before;
    for (const auto& [name, known] : state_.accounts) {
        if (!account.empty() && name != account) continue;
        before.push_back(known);
        if (kind.empty()) {
            changed.accounts.erase(name);  // and gets a folder when somebody asks for it
            continue;
        }
        const auto made = new_folder(changed);
        if (!made) return tl::unexpected(made.error());
        changed.accounts[name].moved.insert_or_assign(std::string(kind), *made);
    }
    if (before.empty()) return before;
    if (const auto saved = save(std::move(changed)); !saved) return tl::unexpected(saved.error());
    return before;
}

IoResult<> Registry::sync() {
    std::unique_ptr<File> file;
    std::uint64_t version = 0;
    {
        const std::lock_guard lock(mutex_);
        if (on_disk_) return {};
        auto opened = files_.open(kFile, FileSystem::Open::existing);
        if (!opened) return tl::unexpected(opened.error());
        file = *std::move(opened);
        version = version_;
    }
    // Without the lock: nobody who opens a store waits for the disk.
    if (auto synced = file->sync(); !synced) return synced;
    if (auto synced = files_.sync_directory(kFolders); !synced) return synced;
    if (auto synced = files_.sync_directory(kDataFolder); !synced) return synced;
    const std::lock_guard lock(mutex_);
    if (version != version_) return {};  // changed meanwhile: whoever did so calls again
    on_disk_ = true;
    kept_ = false;
    (void)files_.remove(kOld);
    return {};
}

std::vector<Registry::Account> Registry::accounts() const {
    const std::lock_guard lock(mutex_);
    std::vector<Account> list;
    for (const auto& [name, account] : state_.accounts) list.push_back(account);
    return list;
}

IoResult<std::uint64_t> Registry::new_folder(State& state) const {
    const std::uint64_t id = state.next++;
    if (const auto made = files_.make_directories(path_of(id)); !made) return tl::unexpected(made.error());
    return id;
}

IoResult<> Registry::save(State state) {
    const std::string text = render(state);
    {
        auto file = files_.open(kNew, FileSystem::Open::create);
        if (!file) return tl::unexpected(file.error());
        if (auto done = (*file)->truncate(0); !done) return done;
        if (auto done = (*file)->write(0, as_bytes(text)); !done) return done;
        // Where there is nothing to fall back to, what takes the place of the last version is on the disk before.
        if (sync_changes_ || (!on_disk_ && !kept_)) {
            if (auto done = (*file)->sync(); !done) return done;
            if (auto done = files_.sync_directory(kFolders); !done) return done;
        }
    }
    if (!sync_changes_ && on_disk_) {
        const auto kept = files_.rename(kFile, kOld);
        if (!kept && !absent(kept.error())) return kept;
        kept_ = kept.has_value();
    }
    on_disk_ = false;
    ++version_;
    if (auto done = files_.rename(kNew, kFile); !done) return done;
    state_ = std::move(state);
    if (!sync_changes_) return {};
    auto done = files_.sync_directory(kDataFolder);
    if (done) on_disk_ = true;
    return done;
}

bool Registry::valid_account(std::string_view name) {
    return !name.empty() && name.size() <= 255 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

std::string Registry::path_of(std::uint64_t folder) {
    return std::string(kFolders) + "/" + std::to_string(folder);
}

std::string Registry::render(const State& state) {
    std::string text(kTitle);
    text += std::to_string(kFormat) + "\nnext " + std::to_string(state.next) + "\n";
    for (const auto& [name, account] : state.accounts) {
        text += "account " + name + " " + std::to_string(account.folder);
        for (const auto& [kind, folder] : account.moved) text += " " + kind + "=" + std::to_string(folder);
        text += "\n";
    }
    const std::uint64_t crc = Crc64::of(as_bytes(text));
    text += std::string(kChecksum) + hexadecimal(crc) + "\n";
    return text;
}

tl::expected<Registry::State, std::string> Registry::parse(std::string_view text) {
    const auto damaged = tl::unexpected(std::string("is damaged"));
    if (!text.starts_with(kTitle)) return damaged;
    const auto format = parse_number<int>(text.substr(kTitle.size(), text.find('\n') - kTitle.size()));
    if (format && *format > kFormat)
        return tl::unexpected("has format " + std::to_string(*format) + "; this lazulite knows formats up to " +
                              std::to_string(kFormat) + ": use the newer version");
    const auto end = text.rfind(kChecksum);
    if (end == std::string_view::npos) return damaged;
    const std::string expected = std::string(kChecksum) + hexadecimal(Crc64::of(as_bytes(text.substr(0, end)))) + "\n";
    if (text.substr(end) != expected) return damaged;

    State state;
    std::istringstream lines{std::string(text.substr(0, end))};
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string key;
        words >> key;
        if (key == "next") {
            if (!(words >> state.next)) return damaged;
            continue;
        }
        Account account;
        if (key != "account" || !(words >> account.name >> account.folder)) return damaged;
        for (std::string word; words >> word;) {
            const auto equals = word.find('=');
            const auto folder = parse_number<std::uint64_t>(std::string_view(word).substr(equals + 1));
            if (equals == std::string::npos || !folder) return damaged;
            account.moved.emplace(word.substr(0, equals), *folder);
        }
        std::string name = account.name;
        state.accounts.emplace(std::move(name), std::move(account));
    }
    return state;
}

}  // namespace lazulite
