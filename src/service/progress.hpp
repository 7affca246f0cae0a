#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/reason.hpp"
#include "base/ids.hpp"
#include "service/current_properties.hpp"
#include "service/service.hpp"

namespace lazulite {

/// What is known of a request so far: filled step by step, so that an early failure is stamped with what there is.
struct Gateway::Progress {
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    std::string request_id = Guid::fast().text();
    const Service* service = nullptr;
    const Operation* operation = nullptr;
    Target target;
    std::optional<Query> query;
    std::shared_ptr<const Account> account;
    std::shared_ptr<Store> store;
    std::shared_ptr<const CurrentProperties> properties;  ///< null: the service has none
    std::optional<ServiceVersion> named_version;           ///< or that of DefaultServiceVersion
    ServiceVersion version{2009, 9, 19};
    bool authenticated = false;
    bool own = false;                  ///< made by this process
    std::optional<ServiceKind> at;     ///< the surface it is for; nothing: the gateway's
    std::string_view trusted_account;  ///< whose owner needs no credentials
    const Exchange* outer = nullptr;   ///< what the request stands within
    std::string_view outer_operation;  ///< the only one that it may run there
    std::optional<Identity> identity;  ///< once it is proven
    Reason why;                        ///< noted while the request is judged

    [[nodiscard]] std::span<const CorsRule> cors() const {
        return properties ? std::span<const CorsRule>(properties->cors()) : std::span<const CorsRule>();
    }
};

}  // namespace lazulite
