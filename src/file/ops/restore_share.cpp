#include <charconv>
#include <cstdio>
#include <limits>

#include "file/ops/operations.hpp"
#include "file/ops/share_properties.hpp"

namespace lazulite::file {
namespace {

/// From the beginning of Windows file times, 1601, to that of ours.
constexpr std::int64_t kFileTimeEpoch = 116'444'736'000'000'000;

struct RestoreShare {
    std::string name;
    std::string version;
};

template <class Codec>
void describe(Codec& c, RestoreShare& m) {
    c.header("x-ms-deleted-share-name", m.name);
    c.header("x-ms-deleted-share-version", m.version);
}

}  // namespace

std::string share_version(Instant deleted) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(tick_count(deleted) + kFileTimeEpoch));
    return text;
}

std::optional<Instant> parse_share_version(std::string_view text) {
    std::uint64_t ticks = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks, 16);
    if (text.size() != 16 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (ticks > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return instant_of(static_cast<std::int64_t>(ticks) - kFileTimeEpoch);
}

/// A deleted share comes back with all that was in it, and its snapshots.
Task<Result<Response>> restore_share(Exchange& x) {
    LAZ_CO_TRY(const RestoreShare command, decode<RestoreShare>(x.request, x.query));
    if (command.name != x.target.container) co_return fail(bad_header("x-ms-deleted-share-name", command.name));
    LAZ_CO_TRY(const Share restored, co_await x.store->write([&](WriteTxn& tx) -> Result<Share> {
        const auto deleted = parse_share_version(command.version);
        const auto share = deleted ? find_deleted_share(tx, command.name, *deleted) : std::nullopt;
        if (!share) return fail(ErrorCode::share_not_found);
        if (find_share(tx, command.name)) return fail(ErrorCode::share_already_exists);
        file::restore_share(tx, *share);
        return *share;
    }));
    Response response;
    response.status = 201;
    add_tick(response, restored.properties.tick);
    add_provisioned(response, restored.properties, x.version);
    co_return response;
}

}  // namespace lazulite::file
