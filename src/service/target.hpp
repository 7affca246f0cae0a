#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "service/accounts.hpp"
#include "service/service_kind.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// The container whose blobs are the static website of the account; its URLs name no container.
inline constexpr std::string_view kWebsiteContainer = "$web";

/// What a URL names: account, and the decoded path below it. What the first segment means (container, queue, table,
/// share) is the service's business; it is split off here because every service has one.
struct Target {
    ServiceKind service = ServiceKind::blob;
    std::string account;     ///< without `-secondary`
    bool secondary = false;  ///< the read-only replica was named
    bool path_style = true;  ///< the account was the first segment of the path
    std::string container;   ///< the first segment below the account, decoded; empty at account level
    std::string
        name;  ///< everything after it, decoded, `\` turned into `/`, without dot segments; empty at container level
    bool has_name = false;   ///< a second segment was there at all; of a website: always, and `name` is the whole path
    std::string_view host;   ///< as the client named it, with its port; lives as long as the request
    bool secure = false;     ///< came over TLS

    /// `http://host:port/account/` as the client named it, for listings.
    [[nodiscard]] std::string endpoint() const;
};

/// Host first (`account.blob.localhost`, `account.blob.core.windows.net`), when its first label is an account;
/// otherwise the first segment of the path. IP literals and names without a dot never name an account, and no host does
/// unless `product_style_urls`. Fails with invalid_uri for escapes that do not decode to UTF-8, resource_not_found for
/// an unknown account.
[[nodiscard]] Result<Target> parse_target(const Request& request, ServiceKind listener, const Accounts& accounts,
                                          bool product_style_urls = true);

}  // namespace lazulite
