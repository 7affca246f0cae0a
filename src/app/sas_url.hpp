#pragma once

#include <string>

#include "lazulite/emulator.hpp"
#include "service/service_kind.hpp"
#include "wire/uri.hpp"
#include "wire/url.hpp"

// What the URL of a SAS names, for whoever does not know the accounts.

namespace lazulite {

/// Of the host where that names a service, too (`acct.blob.core.windows.net`), else the first part of the path; without
/// `-secondary`.
[[nodiscard]] std::string account_named_by(const Url& url);

/// Where the host does not say it: by the port, else by the fields of the SAS.
[[nodiscard]] ServiceKind service_named_by(const Url& url, const Query& query, const EmulatorOptions& server);

}  // namespace lazulite
