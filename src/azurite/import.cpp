#include "azurite/import.hpp"

#include <vector>

#include "azurite/services.hpp"

namespace lazulite::azurite {
namespace {

/// "containers images, logs and 3 more of account devstoreaccount1 are there already"
std::string taken_line(const TakenNames& taken) {
    constexpr std::size_t kNamed = 3;
    std::string line = taken.kind + (taken.names.size() == 1 ? " " : "s ");
    for (std::size_t i = 0; i < taken.names.size() && i < kNamed; ++i) line += (i == 0 ? "" : ", ") + taken.names[i];
    if (taken.names.size() > kNamed) line += " and " + std::to_string(taken.names.size() - kNamed) + " more";
    return line + " of account " + taken.account;
}

void check_names(const std::filesystem::path& folder, const std::vector<TakenNames>& taken) {
    if (taken.empty()) return;
    std::string all;
    for (const TakenNames& names : taken) all += (all.empty() ? "" : "; ") + taken_line(names);
    throw NamesTaken(folder.string() + ": nothing was imported, because names are there already: " + all);
}

}  // namespace

Report import_folder(const std::filesystem::path& path, Stores& stores) {
    const Folder folder(path);
    Report report;
    std::vector<std::unique_ptr<ServiceImport>> parts;
    if (folder.has(kBlobFile)) parts.push_back(import_blobs(folder, stores, report));
    if (folder.has(kQueueFile)) parts.push_back(import_queues(folder, stores, report));
    if (folder.has(kTableFile)) parts.push_back(import_tables(folder, stores, report));

    std::vector<TakenNames> taken;
    for (const auto& part : parts) part->check(taken);
    check_names(path, taken);
    try {
        for (const auto& part : parts) part->write();
    } catch (...) {
        for (const auto& part : parts) part->abandon();
        throw;
    }
    for (const auto& part : parts) part->publish();
    return report;
}

}  // namespace lazulite::azurite
