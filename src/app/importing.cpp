#include "app/importing.hpp"

#include <algorithm>
#include <stdexcept>

#include "app/run_as.hpp"
#include "app/surfaces.hpp"
#include "azurite/import.hpp"
#include "store/file_system.hpp"

namespace lazulite {
namespace {

std::string counted(std::uint64_t count, const char* one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

std::vector<std::string> import_lines(const azurite::Report& report, const EmulatorOptions& options) {
    const std::string entities = std::to_string(report.entities) + (report.entities == 1 ? " entity" : " entities");
    std::vector<std::string> lines{
        "imported from " + options.import_from.string() + ": " + counted(report.containers, "container") + " with " +
        counted(report.blobs, "blob") + ", " + counted(report.snapshots, "snapshot") + " and " +
        counted(report.uncommitted, "uncommitted block") + ", " + counted(report.queues, "queue") + " with " +
        counted(report.messages, "message") + ", " + counted(report.tables, "table") + " with " + entities + "; " +
        counted(report.bytes, "byte")};
    for (const std::string& warning : report.warnings) lines.push_back(warning);
    for (const std::string& name : report.accounts) {
        const bool known = std::any_of(options.accounts.begin(), options.accounts.end(),
                                       [&](const AccountOptions& account) { return account.name == name; });
        if (!known) lines.push_back("account " + name + " is not configured: what was imported for it waits until it is");
    }
    return lines;
}

tl::expected<std::vector<std::string>, std::string> import_into_folder(const EmulatorOptions& options) {
    const std::string location = options.location.string();
    if (options.user) static_cast<void>(run_as(*options.user, options.location));
    const auto files = open_disk(location);
    if (!files) return tl::unexpected("cannot use " + location + " as the data folder: " + files.error().message());
    const SystemClock clock;
    Stores::Options wanted;
    wanted.durability = options.survive_power_loss ? Durability::power : Durability::process;
    wanted.wall = &clock;
    wanted.kinds = all_store_kinds();
    const auto stores = Stores::open(**files, wanted);
    if (!stores) return tl::unexpected(location + ": " + stores.error());
    try {
        const azurite::Report report = azurite::import_folder(options.import_from, **stores);
        (*stores)->close();
        return import_lines(report, options);
    } catch (const std::runtime_error& problem) {
        (*stores)->close();
        return tl::unexpected(std::string(problem.what()));
    }
}

}  // namespace lazulite
