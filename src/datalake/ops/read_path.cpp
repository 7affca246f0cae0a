#include "blob/ops/operations.hpp"
#include "blob/ops/shown_access.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"
#include "datalake/ops/shown_path.hpp"

namespace lazulite::datalake {
namespace {

/// The root directory has no row of its own: it is as old as its filesystem.
Result<Response> root_properties(Exchange& x) {
    LAZ_TRY(const blob::Guards guards, decode<blob::Guards>(x.request, x.query));
    LAZ_TRY(const blob::Container container, x.store->read([&](ReadTxn& tx) -> Result<blob::Container> {
        LAZ_TRY(blob::Container found, blob::require_container(tx, x.target.container));
        LAZ_CHECK(blob::check_read_guards(x, guards, found.tick));
        return found;
    }));
    Response response;
    blob::add_tick(response, container.tick, x.version);
    response.fields.add("x-ms-resource-type", "directory");
    if (container.hierarchical) {
        blob::add_access(response, blob::AccessControl::unpack(container.root_access, true), false);
    }
    response.content_length = 0;
    return response;
}

bool is_root(const Exchange& x) { return blob::segments_of(x.target.name).empty(); }

}  // namespace

void add_path_form(Response& response) {
    Metadata properties;
    std::string_view rest = response.fields.text();
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        if (!starts_with_ignoring_case(line, kMetadataPrefix)) continue;
        const std::size_t colon = line.find(": ");
        properties.add(line.substr(kMetadataPrefix.size(), colon - kMetadataPrefix.size()), line.substr(colon + 2));
    }
    const std::string* folder = properties.find(kIsFolder);
    if (!response.fields.has("x-ms-resource-type")) {
        response.fields.add("x-ms-resource-type", folder && equals_ignoring_case(*folder, "true") ? "directory" : "file");
    }
    response.fields.add("x-ms-properties", format_properties(properties));
}

Task<Result<Response>> read_path(Exchange& x) {
    LAZ_CO_CHECK(check_path(x));
    if (is_root(x)) co_return root_properties(x);
    LAZ_CO_TRY(Response response, co_await blob::get_blob(x));
    add_path_form(response);
    co_return response;
}

Task<Result<Response>> get_path_properties(Exchange& x) {
    LAZ_CO_CHECK(check_path(x));
    if (is_root(x)) co_return root_properties(x);
    LAZ_CO_TRY(Response response, co_await blob::get_blob_properties(x));
    add_path_form(response);
    co_return response;
}

}  // namespace lazulite::datalake
