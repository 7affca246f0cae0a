#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "blob/ops/operations.hpp"
#include "service/listing.hpp"

namespace lazulite::blob {
namespace {

constexpr IncludeValue kContainerIncludes[] = {{"metadata"}, {"deleted", {2020, 2, 10}}, {"system", {2020, 10, 2}}};

}  // namespace

Task<Result<Response>> list_containers(Exchange& x) {
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const ListNames command, decode<ListNames>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kContainerIncludes, x.version));
    LAZ_CO_TRY(const std::string marker, decode_marker(command.marker.value_or("")));
    const std::string prefix = command.prefix.value_or("");

    const auto write = [&, now = x.store->now()](XmlWriter& xml, const Container& container) {
        XmlEncoder encoder(xml);
        xml.open("Properties");
        describe(encoder, ShownContainer{container, x.version, now});
        xml.close();
        if (includes(include, "metadata")) write_metadata(xml, container.metadata);
    };
    const auto make_page = [&](ReadTxn& tx, std::size_t most) -> Result<Page> {
        return page_of_names(x, ContainerCursor(tx, std::max(prefix, marker)), "Containers", "Container", prefix, most,
                             write);
    };
    Result<Response> response = co_await answer_with_page(x, command.most(), make_page);
    co_return response;
}

}  // namespace lazulite::blob
