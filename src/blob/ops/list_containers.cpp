#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "service/listing.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

constexpr IncludeValue kContainerIncludes[] = {{"metadata"}, {"deleted", {2020, 2, 10}}, {"system", {2020, 10, 2}}};

struct ListContainers {
    std::optional<std::string> prefix;
    std::optional<std::string> marker;
    std::optional<std::int64_t> max_results;
};

template <class Codec>
void describe(Codec& c, ListContainers& m) {
    c.query("prefix", m.prefix);
    c.query("marker", m.marker);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

void write_container(XmlWriter& xml, const Container& container, bool metadata, const Exchange& x) {
    XmlEncoder encoder(xml);
    xml.open("Container");
    xml.element("Name", container.name);
    if (x.version < kServiceEndpoint) xml.element("Url", x.target.endpoint() + container.name);
    xml.open("Properties");
    describe(encoder, ShownContainer{container, x.version});
    xml.close();
    if (metadata) write_metadata(xml, container.metadata);
    xml.close();
}

}  // namespace

Task<Result<Response>> list_containers(Exchange& x) {
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const ListContainers command, decode<ListContainers>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kContainerIncludes, x.version));
    LAZ_CO_TRY(const std::string marker, decode_marker(command.marker.value_or("")));
    const std::string prefix = command.prefix.value_or("");
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, std::size_t entries) -> Result<Page> {
        XmlWriter xml;
        xml.open("EnumerationResults",
                 {{x.version < kServiceEndpoint ? "AccountName" : "ServiceEndpoint", x.target.endpoint()}});
        echo_parameters(xml, x.query);
        ContainerCursor cursor(tx, std::max(prefix, marker));
        xml.open("Containers");
        std::optional<Container> container = cursor.next();
        for (std::size_t count = 0; container && container->name.starts_with(prefix) && count < entries; ++count) {
            write_container(xml, *container, includes(include, "metadata"), x);
            container = cursor.next();
        }
        xml.close();
        const bool more = container && container->name.starts_with(prefix);
        xml.element("NextMarker", more ? encode_marker(container->name) : "");
        xml.close();
        return Page{xml.take(), more};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::blob
