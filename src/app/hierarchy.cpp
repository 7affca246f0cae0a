#include "app/hierarchy.hpp"

#include <algorithm>
#include <optional>

#include "blob/rows/change_feed.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"

namespace lazulite {
namespace {

/// Whether the containers that are stored are hierarchical, those too that soft delete keeps; nothing where there are none.
std::optional<bool> stored_kind(Stores& stores, const std::string& account) {
    const auto with_blobs = stores.accounts_with(blob::kBlobStore.name);
    if (std::find(with_blobs.begin(), with_blobs.end(), account) == with_blobs.end()) return std::nullopt;
    const auto store = stores.store(account, blob::kBlobStore.name);
    if (!store) return std::nullopt;
    const auto found = (*store)->read([](ReadTxn& tx) -> Result<std::optional<bool>> {
        blob::ContainerCursor containers(tx, "", Instant());
        while (const auto container = containers.next()) {
            if (container->name != blob::kChangeFeedContainer) return std::optional(container->hierarchical);
        }
        return std::optional<bool>();
    });
    return found ? *found : std::nullopt;
}

}  // namespace

std::string hierarchy_excludes(const AccountSettings& settings) {
    if (!settings.hierarchical_namespace) return {};
    const auto together = [](const char* other) {
        return std::string("hierarchicalNamespace cannot be switched on together with ") + other;
    };
    if (settings.immutable_storage.any()) return together("immutableStorageWithVersioning");
    if (settings.blob_versioning) return together("blobVersioning");
    if (settings.change_feed) return together("changeFeed");
    if (settings.kind != "StorageV2" && settings.kind != "BlockBlobStorage") return together(("the kind " + settings.kind).c_str());
    return {};
}

std::string hierarchy_fixed(Stores& stores, const Account& account) {
    const auto stored = stored_kind(stores, account.name);
    if (!stored || *stored == account.settings.hierarchical_namespace) return {};
    return "hierarchicalNamespace of account " + account.name + " is " + (*stored ? "true" : "false") +
           " and stays so as long as the account has containers";
}

}  // namespace lazulite
