#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "service/behaviour.hpp"
#include "service/service_properties.hpp"
#include "store/store.hpp"

namespace lazulite {

/// The properties of one account's service as requests meet them.
struct CurrentProperties {
    ServiceProperties values;                          ///< every element but DefaultServiceVersion is there
    std::optional<ServiceVersion> default_version;     ///< of requests that name none
    std::uint64_t serial = 0;                          ///< no other properties of this process have it, ever
    [[nodiscard]] const std::vector<CorsRule>& cors() const { return *values.cors; }
};

/// What was set; else the rules of Behaviour::cors; else the defaults. Parsed when first asked for, then shared by
/// every request until they are set again. Any thread.
[[nodiscard]] Result<std::shared_ptr<const CurrentProperties>> current_properties(Store& store,
                                                                                  const Behaviour& behaviour);

/// Takes over what is present in `given`; the rest stays as it was stored.
void store_properties(WriteTxn& tx, const ServiceProperties& given);
/// Once a write that did so is committed: later requests see it.
void properties_changed(Store& store);

}  // namespace lazulite
