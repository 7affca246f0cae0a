#include "judge.hpp"

#include <algorithm>
#include <stdexcept>

#include "page_state.hpp"
#include "store/check.hpp"
#include "store/span_map.hpp"

namespace lazulite::power_loss {
namespace {

constexpr std::size_t kKept = 6;

using Files = std::vector<std::pair<std::string, Bytes>>;

/// What stands in a folder and begins so.
Files files_of(const Image& image, const std::string& prefix) {
    Files files;
    for (auto entry = image.entries.lower_bound(prefix); entry != image.entries.end() && entry->first.starts_with(prefix); ++entry) {
        files.emplace_back(entry->first, entry->second.bytes);
    }
    return files;
}

template <class Kept>
const Kept* find(const std::deque<Kept>& kept, const Files& files, std::size_t what = 0) {
    const auto found = std::find_if(kept.begin(), kept.end(),
                                    [&](const Kept& each) { return each.what == what && each.files == files; });
    return found == kept.end() ? nullptr : &*found;
}

template <class Kept>
const Kept& keep(std::deque<Kept>& kept, Kept one) {
    if (kept.size() == kKept) kept.pop_back();
    return kept.emplace_front(std::move(one));
}

}  // namespace

Judge::Judge(const LifeLog& log, const std::vector<FileOperation>& operations) : log_(log), stores_(log.stores.size()) {
    const auto write = [this](const std::string& path, std::uint64_t offset, const std::string& bytes) {
        for (std::size_t i = 0; i < log_.stores.size(); ++i) {
            const StoreLog& store = log_.stores[i];
            if (!path.starts_with(store.folder + "/extents-" + std::string(store.kind->name))) continue;
            std::string& all = stores_[i].written[path];
            all.resize(std::max<std::size_t>(all.size(), offset + bytes.size()));
            all.replace(offset, bytes.size(), bytes);
        }
    };
    for (const auto& [path, entry] : log.at_start.entries) {
        if (entry.bytes) write(path, 0, *entry.bytes);
    }
    for (const FileOperation& operation : operations) {
        if (operation.kind == FileOperation::Kind::write) write(operation.path, operation.offset, *operation.bytes);
    }
}

std::vector<Judge::Found> Judge::judge(const Image& image, std::size_t position) {
    const auto& accounts = accounts_in(image);
    std::vector<Found> all;
    for (std::size_t i = 0; i < log_.stores.size(); ++i) {
        const StoreLog& log = log_.stores[i];
        Found found;
        std::optional<std::size_t> promised;
        std::size_t begun = 0;
        const bool made = !log.commits.empty() && log.made < position;
        if (made) {
            for (const auto& promise : log.promises) {
                if (promise.from <= position) promised = std::max(promised.value_or(0), promise.commits);
            }
            while (begun + 1 < log.commits.size() && log.commits[begun + 1].begun < position) ++begun;
            const auto account = accounts.find(log.account);
            const bool known = account != accounts.end() && account->second == log.folder;
            if (!known && registered(log.account, position)) throw std::runtime_error(log.account + " is not in the registry");
            if (!known) promised.reset();  // and nobody has promised that
            if (known) {
                try {
                    found = open(log, stores_[i], image);
                } catch (const std::exception& problem) {
                    throw std::runtime_error(log.account + ": " + problem.what());
                }
            }
        }
        if (promised && !found) throw std::runtime_error(log.account + " is gone; commit " + std::to_string(*promised) + " was promised");
        // The same pages may come more than once: what counts is that a commit had them which may be there.
        const auto was = [&](std::size_t first) {
            const auto from = log.commits.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = log.commits.begin() + static_cast<std::ptrdiff_t>(begun) + 1;
            return std::any_of(from, end, [&](const auto& commit) { return commit.state == log.commits[*found].state; });
        };
        if (found && !was(0)) {
            throw std::runtime_error(log.account + " is at commit " + std::to_string(*found) + ", only " + std::to_string(begun) + " were begun");
        }
        if (found && promised && !was(*promised)) {
            throw std::runtime_error(log.account + " is at commit " + std::to_string(*found) + " of " + std::to_string(begun) + ", " +
                                     std::to_string(*promised) + " were promised");
        }
        all.push_back(found);
    }
    return all;
}

bool Judge::registered(const std::string& account, std::size_t position) const {
    return std::any_of(log_.registered.begin(), log_.registered.end(), [&](const auto& each) {
        return each.from <= position && each.accounts.contains(account);
    });
}

/// Account -> folder, as the next start reads them.
const std::map<std::string, std::string>& Judge::accounts_in(const Image& image) {
    Files files = files_of(image, "lazulite/registry");
    for (auto& [path, bytes] : files_of(image, "lazulite/a/")) {
        if (!bytes && std::count(path.begin(), path.end(), '/') == 2) files.emplace_back(path, nullptr);
    }
    if (const auto* seen = find(registries_, files)) return seen->value;
    ImageFiles copy(image);
    const auto registry = Registry::load(copy, false);
    if (!registry) throw std::runtime_error(registry.error());
    std::map<std::string, std::string> accounts;
    for (const auto& account : (*registry)->accounts()) accounts[account.name] = Registry::path_of(account.folder);
    return keep(registries_, {std::move(files), 0, std::move(accounts)}).value;
}

Judge::Found Judge::open(const StoreLog& log, OfStore& of, const Image& image) {
    Files database = files_of(image, log.folder + "/" + std::string(log.kind->name) + ".");
    Files extents = files_of(image, log.folder + "/extents-" + std::string(log.kind->name));
    const Seen<Found>* const opened = find(of.opened, database);
    if (opened != nullptr && (!opened->value || find(of.sound, extents, *opened->value) != nullptr)) return opened->value;

    ++opened_;
    ImageFiles copy(image);
    const DatabaseFiles paths{copy, log.folder, std::string(log.kind->name)};
    if (create_database(paths, *log.kind, log_.durability, log_.boot + 1)) {
        return keep(of.opened, {std::move(database), 0, std::nullopt}).value;
    }
    const std::uint64_t state = PageState(copy, paths.database()).now();
    // The newest of those that look the same.
    const auto found = std::find_if(log.commits.rbegin(), log.commits.rend(), [state](const auto& each) { return each.state == state; });
    if (found == log.commits.rend()) throw std::runtime_error("its state is none that it ever had");
    const auto commit = static_cast<std::size_t>(log.commits.rend() - found) - 1;
    if (find(of.sound, extents, commit) == nullptr) {
        expect_sound(log, of, copy, commit);
        keep(of.sound, {std::move(extents), commit, true});
    }
    if (opened == nullptr) keep(of.opened, {std::move(database), 0, commit});
    return commit;
}

/// All rules of the store and of its service, and every byte.
void Judge::expect_sound(const StoreLog& log, const OfStore& of, FileSystem& files, std::size_t commit) {
    const DatabaseFiles paths{files, log.folder, std::string(log.kind->name)};
    Connection connection(files, paths.database(), {.read_only = true});
    CheckReport report;
    check_store(connection, files, paths.extents(), *log.kind, "at commit " + std::to_string(commit), report);
    if (!report.problems.empty()) throw std::runtime_error(report.problems.front());
    expect_parts(connection, files, log, of);
}

/// What was cut out of a range has no checksum: its bytes are those that were written.
void Judge::expect_parts(Connection& connection, FileSystem& files, const StoreLog& log, const OfStore& of) {
    Cursor row = connection.query("SELECT \"end\", start, source, crc FROM map_spans");
    while (row.next()) {
        const Span span = contents::read_span(row);
        const Range* const range = std::get_if<Range>(&span.from);
        if (range == nullptr || range->crc64 != 0) continue;
        const std::string path = extent_path(log.folder + "/extents-" + std::string(log.kind->name), range->extent);
        const auto file = files.open(path, FileSystem::Open::existing);
        std::string bytes(range->length, '\0');
        const bool read = file && (*file)->read(range->offset, bytes.data(), bytes.size()) == bytes.size();
        const auto written = of.written.find(path);
        if (!read || written == of.written.end() || written->second.substr(range->offset, range->length) != bytes) {
            throw std::runtime_error("a part of extent " + std::to_string(range->extent) + " at " + std::to_string(range->offset) +
                                     " is not what was written");
        }
    }
}

void Judge::open_whole(const Image& image) {
    ImageFiles copy(image);
    static const std::vector<const StoreKind*> kKinds{&about(Party::blobs).kind, &about(Party::queues).kind,
                                                      &about(Party::tables).kind, &about(Party::files).kind};
    Stores::Options options;
    options.durability = log_.durability;
    options.boot = log_.boot + 1;
    options.kinds = kKinds;
    auto stores = Stores::open(copy, options);
    if (!stores) throw std::runtime_error(stores.error());
    for (const StoreLog& log : log_.stores) {
        const auto store = (*stores)->store(log.account, log.kind->name);
        if (!store) throw std::runtime_error(log.account + " cannot be opened");
        if (!(*store)->set_clock_offset((*store)->clock_offset() + std::chrono::hours(1))) {
            throw std::runtime_error(log.account + " cannot be written to");
        }
    }
    (*stores)->close();
    const CheckReport report = check(copy, kKinds);
    if (!report.problems.empty()) throw std::runtime_error(report.problems.front());
}

}  // namespace lazulite::power_loss
