#include "disk_history.hpp"

#include <algorithm>

namespace lazulite::power_loss {
namespace {

using Kind = FileOperation::Kind;
constexpr std::uint64_t kAtStart = 1ULL << 40;  // ids of files from before the recording

std::string altered(const std::string& bytes, std::span<const FileOperation* const> operations) {
    std::mt19937_64 unused;
    return FileImage(bytes, operations, {}, Loss::nothing, unused).bytes();
}

}  // namespace

DiskHistory::DiskHistory(const Image& at_start, std::vector<FileOperation> operations) : operations_(std::move(operations)) {
    std::uint64_t id = kAtStart;
    for (const auto& [path, entry] : at_start.entries) {  // a directory before what is in it
        KnownFile& file = files_[++id];
        file.directory = !entry.bytes;
        file.extent = entry.extent;
        if (entry.bytes) file.durable = std::make_shared<std::string>(*entry.bytes);
        now_.set(now_.resolve(NameTree::parent_of(path)), NameTree::name_of(path), id);
    }
    durable_names_ = now_;
}

void DiskHistory::go_to(std::size_t position) {
    for (; position_ < position; ++position_) follow(position_, operations_[position_]);
    settle_names();
}

std::uint64_t DiskHistory::id_of(const FileOperation& operation) {
    const auto known = ids_.find(operation.file);
    if (known != ids_.end()) return known->second;
    return ids_[operation.file] = now_.resolve(operation.path);
}

void DiskHistory::follow(std::size_t at, const FileOperation& operation) {
    const auto changed = [&](const std::string& path, std::optional<std::uint64_t> id) {
        return NameChange{at, now_.resolve(NameTree::parent_of(path)), NameTree::name_of(path), id};
    };
    switch (operation.kind) {
        case Kind::open:
        case Kind::make_directory: {
            ids_[operation.file] = operation.file;
            KnownFile& file = files_[operation.file];
            file.extent = operation.extent;
            file.directory = operation.kind == Kind::make_directory;
            if (!file.directory) file.durable = std::make_shared<std::string>();
            rename_to({changed(operation.path, operation.file)});
            break;
        }
        case Kind::remove: (void)id_of(operation); rename_to({changed(operation.path, std::nullopt)}); break;
        case Kind::rename:
            rename_to({changed(operation.path, std::nullopt), changed(operation.to, now_.resolve(operation.path))});
            break;
        case Kind::sync_directory: synced_[now_.resolve(operation.path)] = at; break;
        case Kind::sync: settle(files_[id_of(operation)], operation.covers); break;
        case Kind::write:
        case Kind::truncate:
        case Kind::punch: {
            KnownFile& file = files_[id_of(operation)];
            file.unsynced.push_back(&operation);
            file.positions.push_back(at);
            file.whole = nullptr;
            break;
        }
        case Kind::read:
        case Kind::list: break;
    }
}

void DiskHistory::rename_to(std::vector<NameChange> changes) {
    for (const NameChange& each : changes) {
        if (each.id) now_.set(each.directory, each.name, *each.id);
        else now_.erase(each.directory, each.name);
    }
    renamings_.push_back({std::move(changes)});
}

void DiskHistory::settle(KnownFile& file, std::size_t covered) {
    const auto end = std::lower_bound(file.positions.begin(), file.positions.end(), covered);
    const auto count = end - file.positions.begin();
    if (count == 0) return;
    const std::span synced(file.unsynced.data(), static_cast<std::size_t>(count));
    if (count == std::ssize(file.unsynced) && file.whole) file.durable = std::make_shared<std::string>(*file.whole);
    else file.durable = std::make_shared<std::string>(altered(*file.durable, synced));
    file.unsynced.erase(file.unsynced.begin(), file.unsynced.begin() + count);
    file.positions.erase(file.positions.begin(), end);
    file.whole = nullptr;
}

bool DiskHistory::durable(const Renaming& renaming) const {
    return std::any_of(renaming.changes.begin(), renaming.changes.end(), [this](const NameChange& each) {
        const auto synced = synced_.find(each.directory);
        return synced != synced_.end() && synced->second > each.position;
    });
}

static void put_into(NameTree& names, const std::vector<NameChange>& changes) {
    for (const NameChange& each : changes) {
        if (each.id) names.set(each.directory, each.name, *each.id);
        else names.erase(each.directory, each.name);
    }
}

void DiskHistory::settle_names() {
    for (; !renamings_.empty() && durable(renamings_.front()); renamings_.pop_front()) {
        put_into(durable_names_, renamings_.front().changes);
    }
}

NameTree DiskHistory::names(std::optional<Loss> of_all, std::mt19937_64& dice) const {
    std::size_t journal = dice() % (renamings_.size() + 1);
    if (of_all) journal = *of_all == Loss::nothing ? renamings_.size() : 0;
    NameTree names = durable_names_;
    for (std::size_t i = 0; i < renamings_.size(); ++i) {
        if (i < journal || durable(renamings_[i])) put_into(names, renamings_[i].changes);
    }
    return names;
}

Bytes DiskHistory::bytes_of(KnownFile& file, std::optional<Loss> of_all, std::mt19937_64& dice) {
    if (file.unsynced.empty()) return file.durable;
    const Loss loss = of_all ? *of_all : static_cast<Loss>(dice() % 4);
    if (loss == Loss::everything) return file.durable;
    if (loss == Loss::nothing) {
        if (!file.whole) file.whole = std::make_shared<const std::string>(altered(*file.durable, file.unsynced));
        return file.whole;
    }
    return std::make_shared<const std::string>(FileImage(*file.durable, {}, file.unsynced, loss, dice).bytes());
}

Image DiskHistory::after_power_loss(std::uint64_t seed) {
    std::mt19937_64 dice(seed);
    std::optional<Loss> of_all;  // else each file has its own
    if (const std::uint64_t drawn = dice() % 8; drawn < 2) of_all = drawn == 0 ? Loss::nothing : Loss::everything;
    const NameTree tree = names(of_all, dice);
    Image image;
    std::vector<std::pair<std::string, std::uint64_t>> waiting{{std::string(), NameTree::kRoot}};
    while (!waiting.empty()) {
        const auto [path, directory] = std::move(waiting.back());
        waiting.pop_back();
        for (const auto& [name, id] : tree.entries(directory)) {
            std::string child = path.empty() ? name : path + '/' + name;
            KnownFile& file = files_.at(id);
            if (file.directory) waiting.emplace_back(child, id);
            image.entries[std::move(child)] = {file.directory ? nullptr : bytes_of(file, of_all, dice), file.extent};
        }
    }
    return image;
}

}  // namespace lazulite::power_loss
