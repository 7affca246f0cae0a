#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "auth/permissions.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "wire/message.hpp"
#include "wire/uri.hpp"

namespace lazulite {

struct Exchange;

/// The level of the URL an operation works on; `nothing`: no resource has such a URL.
/// `path`: a directory or file of a share.
enum class Scope : std::uint8_t { nothing, service, container, blob, messages, message, tables, table, entity, batch, path };

/// What tells operations on one URL and method apart. `comp` and `restype` must be equal, absent where they are empty:
/// an unknown `comp` never falls through to another operation. A header's value is compared without case; empty: any.
struct Match {
    struct HeaderIs {
        std::string_view name;
        std::string_view value;
    };
    std::string_view restype;
    std::string_view comp;
    std::string_view query;  ///< a parameter that must be present
    std::string_view value = {};  ///< and be this, without case; empty: any
    std::array<HeaderIs, 2> headers;

    [[nodiscard]] constexpr int conditions() const {
        int count = (query.empty() ? 0 : 1) + (value.empty() ? 0 : 1);
        for (const HeaderIs& header : headers) count += header.name.empty() ? 0 : 1;
        return count;
    }
};

/// One row of a service's operation table: the single source for dispatch, permissions, metrics, logs and the coverage
/// page. A new operation is one row and one file.
struct Operation {
    using Run = Task<Result<Response>> (*)(Exchange&);

    std::string_view name;  ///< the reference's name without blanks: "PutBlob"
    std::string_view id;    ///< operation id of the OpenAPI document: "BlockBlob_Upload"
    Method method;
    bool also_head = false;  ///< GET rows that answer HEAD too
    Scope scope;
    Match match;
    Needs needs;
    Run run;  ///< null: not offered yet, answers 501

    [[nodiscard]] constexpr bool offered() const { return run != nullptr; }
    [[nodiscard]] constexpr bool answers(Method asked) const {
        return asked == method || (also_head && asked == Method::head);
    }
};

// What rows ask for, in few words: one of `letters` at that level, or the owner's key. A service SAS works on what its
// container (queue, table, share) holds; for the few things it may do to the container itself there is `from`.
constexpr Reach least_reach(ResourceType type) { return type == ResourceType::object ? Reach::object : Reach::account; }
constexpr Needs reads(ResourceType type, std::string_view letters, Needs::Public open = Needs::Public::never) {
    return {.type = type,
            .letters = Letters(letters),
            .service_sas = least_reach(type),
            .open_to_public = open,
            .writes = false};
}
constexpr Needs writes(ResourceType type, std::string_view letters) {
    return {.type = type, .letters = Letters(letters), .service_sas = least_reach(type)};
}
constexpr Needs from(Reach least, Needs needs) {
    needs.service_sas = least;
    return needs;
}
/// One of these actions.
constexpr NeededRights by_role(Action one) { return {{Rights{one}, Rights{}}}; }
constexpr NeededRights by_role(Action one, Action other) { return {{Rights{one}, Rights{other}}}; }
constexpr Needs with_role(Action one, Needs needs) {
    needs.role = by_role(one);
    return needs;
}
inline constexpr auto kNoSas = Needs::ByAccountSas::never;
inline constexpr Needs kOwnerReads{.by_account_sas = kNoSas, .type = ResourceType::container, .writes = false};
inline constexpr Needs kOwnerWrites{.by_account_sas = kNoSas, .type = ResourceType::container};
inline constexpr Needs kUserDelegationKey{
    .by_account_sas = kNoSas, .type = ResourceType::service, .writes = false, .bearer_only = true};

/// No two rows have the same conditions on the same method, scope, comp and restype.
constexpr bool unambiguous(std::span<const Operation> table) {
    const auto same_header = [](const Match::HeaderIs& a, const Match::HeaderIs& b) {
        return a.name == b.name && a.value == b.value;
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        for (std::size_t j = i + 1; j < table.size(); ++j) {
            const Match& a = table[i].match;
            const Match& b = table[j].match;
            if (table[i].method == table[j].method && table[i].scope == table[j].scope && a.comp == b.comp &&
                a.restype == b.restype && a.query == b.query && a.value == b.value && same_header(a.headers[0], b.headers[0]) &&
                same_header(a.headers[1], b.headers[1])) {
                return false;
            }
        }
    }
    return true;
}

/// The row with the most conditions that the request meets. Fails with what Azure answers to a request no row fits:
/// missing_required_header or invalid_header_value for the header that tells the rows apart,
/// missing_required_query_parameter or invalid_query_parameter_value for the parameter that does, `wrong_method` with
/// Allow, invalid_query_parameter_value for `comp` or `restype`.
[[nodiscard]] Result<const Operation*> match_operation(std::span<const Operation> table, const Request& request,
                                                       const Query& query, Scope scope,
                                                       ErrorCode wrong_method = ErrorCode::unsupported_http_verb);

}  // namespace lazulite
