#pragma once

#include <string>

#include "base/result.hpp"
#include "service/exchange.hpp"

namespace lazulite::datalake {

/// What `x-ms-rename-source` names, in the account of the request.
struct RenameSource {
    std::string filesystem;
    std::string path;  ///< without empty segments
};

/// Reads `/filesystem/path`, percent-encoded, with the account before it where the request's URL has it so, and a SAS behind
/// it. Fails with invalid_source_uri for what is none, and where neither that SAS nor what authorizes the request covers the
/// source.
[[nodiscard]] Result<RenameSource> rename_source(const Exchange& x);
/// The same, whoever may take it away.
[[nodiscard]] Result<RenameSource> named_source(const Exchange& x);

}  // namespace lazulite::datalake
