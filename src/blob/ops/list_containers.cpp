#include <charconv>
#include <cstdio>
#include <limits>

#include "blob/domain/file_time.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "blob/ops/operations.hpp"
#include "blob/rows/change_feed.hpp"
#include "service/listing.hpp"

namespace lazulite::blob {
namespace {

constexpr IncludeValue kContainerIncludes[] = {{"metadata"}, {"deleted", {2020, 2, 10}}, {"system", {2020, 10, 2}}};

/// Walks over the containers that clients made, and over those of the service where they are asked for.
class ListedContainers {
  public:
    ListedContainers(ContainerCursor cursor, bool system) : cursor_(std::move(cursor)), system_(system) {}
    std::optional<Container> next() {
        auto container = cursor_.next();
        while (container && !system_ && container->name == kChangeFeedContainer) container = cursor_.next();
        return container;
    }

  private:
    ContainerCursor cursor_;
    bool system_;
};

/// The marker in a listing of deleted containers too: the name, a NUL, and for a deleted one its version.
std::string marker_of(const Container& container) {
    return container.name + '\0' + (container.deleted ? container_version(container.deleted->deleted) : "");
}

}  // namespace

std::string container_version(Instant deleted) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(tick_count(deleted) + kFileTimeEpoch));
    return text;
}

std::optional<Instant> parse_container_version(std::string_view text) {
    std::uint64_t ticks = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks, 16);
    if (text.size() != 16 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (ticks > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return instant_of(static_cast<std::int64_t>(ticks) - kFileTimeEpoch);
}

Task<Result<Response>> list_containers(Exchange& x) {
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const ListNames command, decode<ListNames>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kContainerIncludes, x.version));
    LAZ_CO_TRY(const std::string marker, decode_marker(command.marker.value_or("")));
    const std::string prefix = command.prefix.value_or("");

    const bool deleted = includes(include, "deleted");
    const auto write = [&, now = x.store->now()](XmlWriter& xml, const Container& container) {
        XmlEncoder encoder(xml);
        if (container.deleted) {
            xml.element("Deleted", "true");
            xml.element("Version", container_version(container.deleted->deleted));
        }
        xml.open("Properties");
        describe(encoder, ShownContainer{container, x.version, now, x.account.settings.immutable_storage});
        xml.close();
        if (includes(include, "metadata")) write_metadata(xml, container.metadata);
    };
    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        const std::string first = std::max(prefix, marker);
        const std::size_t end = first.find('\0');
        const std::string name = first.substr(0, end);
        const auto page = [&](ContainerCursor cursor, auto key) {
            ListedContainers containers(std::move(cursor), includes(include, "system"));
            return page_of_names(x, std::move(containers), "Containers", "Container", prefix, size, write, key);
        };
        if (!deleted) return page(ContainerCursor(tx, name), ByName());
        if (end == std::string::npos) return page(ContainerCursor(tx, name, Instant()), marker_of);
        return page(ContainerCursor(tx, name, parse_container_version(first.substr(end + 1)).value_or(Instant::max())), marker_of);
    };
    Result<Response> response = co_await answer_with_page(x, command.most(), make_page);
    co_return response;
}

}  // namespace lazulite::blob
