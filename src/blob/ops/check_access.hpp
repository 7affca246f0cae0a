#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/reason.hpp"
#include "blob/domain/access_check.hpp"
#include "blob/rows/containers.hpp"
#include "service/exchange.hpp"

namespace lazulite::blob {

// Who may do what on a hierarchical account where no role grants it: access control lists of the paths that an operation
// touches.

/// A path that an operation touches, and what for.
struct Touched {
    std::string container;
    std::string path;  ///< empty: the root directory
    AccessNeeds needs;
    AccessNeeds where_nothing_is{};
    /// With a directory goes all that is in it: of every directory from it on, everything is needed.
    bool with_contents = false;
    /// A directory that stands there takes this into itself, for which it is `where_nothing_is` then; empty: it does not.
    std::string into = {};
    /// What is asked of its owner; null: nothing.
    std::function<bool(const AclCaller&, const AccessControl&)> also = nullptr;
};

/// What an operation touches. One row per operation that lists can grant; those without need a role.
struct AccessRow {
    std::string_view operation;
    std::vector<Touched> (*touches)(const Exchange&);
};

// Of the path that the URL names.
[[nodiscard]] std::vector<Touched> sees_path(const Exchange& x);
[[nodiscard]] std::vector<Touched> reads_path(const Exchange& x);
[[nodiscard]] std::vector<Touched> appends_to_path(const Exchange& x);
[[nodiscard]] std::vector<Touched> changes_path(const Exchange& x);
[[nodiscard]] std::vector<Touched> writes_path(const Exchange& x);  ///< makes it where nothing is
[[nodiscard]] std::vector<Touched> deletes_path(const Exchange& x);
/// The directory whose names begin so.
[[nodiscard]] std::vector<Touched> lists_prefix(const Exchange& x);

/// Those whose lists count for a request; nobody where what was asked for is granted otherwise.
[[nodiscard]] std::vector<AclCaller> judged_callers(const Exchange& x, const Needs& needs);

/// Service::check_posix by such a table. A container that is not there refuses nobody: the operation says it.
Task<Result<>> check_access(Exchange& x, std::span<const AccessRow> rows, const Needs& needs, Reason& why);

}  // namespace lazulite::blob
