#include "service/current_properties.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>

#include "store/settings.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kPropertiesSetting = "service_properties";
// Stored as a request would set them. A blob service knows every element.
constexpr PropertiesDialect kStoredDialect{ServiceKind::blob, kNewestVersion, true};

/// Kept with the store. `changes` tells a reader that what it read may be older than the last change.
struct PropertiesCache {
    std::shared_mutex mutex;
    std::shared_ptr<const CurrentProperties> current;
    std::uint64_t changes = 0;
};

Result<ServiceProperties> read_stored(ReadTxn& tx) {
    const std::string text = read_setting(tx, kPropertiesSetting);
    if (text.empty()) return ServiceProperties{};
    return parse_service_properties(text, kStoredDialect);
}

Result<std::shared_ptr<const CurrentProperties>> load_properties(Store& store, const Behaviour& behaviour) {
    LAZ_TRY(const ServiceProperties stored, store.read([](ReadTxn& tx) { return read_stored(tx); }));
    static std::atomic<std::uint64_t> last_serial{0};
    auto current = std::make_shared<CurrentProperties>();
    current->serial = ++last_serial;
    current->values = default_service_properties();
    current->values.cors = behaviour.cors;
    current->values.set(stored);
    if (const auto& version = current->values.default_service_version) {
        current->default_version = ServiceVersion::parse(*version).value_or(kOldestVersion);
    }
    return current;
}

}  // namespace

Result<std::shared_ptr<const CurrentProperties>> current_properties(Store& store, const Behaviour& behaviour) {
    PropertiesCache& cache = store.attached<PropertiesCache>();
    std::uint64_t changes = 0;
    {
        const std::shared_lock lock(cache.mutex);
        if (cache.current) return cache.current;
        changes = cache.changes;
    }
    LAZ_TRY(auto current, load_properties(store, behaviour));
    const std::unique_lock lock(cache.mutex);
    if (changes == cache.changes) cache.current = current;
    return current;
}

void store_properties(WriteTxn& tx, const ServiceProperties& given) {
    ServiceProperties all = read_stored(tx).value_or(ServiceProperties{});
    all.set(given);
    write_setting(tx, kPropertiesSetting, write_service_properties(all, kStoredDialect));
}

void properties_changed(Store& store) {
    PropertiesCache& cache = store.attached<PropertiesCache>();
    const std::unique_lock lock(cache.mutex);
    cache.current = nullptr;
    ++cache.changes;
}

}  // namespace lazulite
