#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::file {
namespace {

/// There has to be something: the directory or file whose handles these are.
Result<> check_there(const Exchange& x) {
    LAZ_TRY(const auto path, decode_path(x));
    LAZ_TRY(const AsOf as_of, decode_snapshot(x.query));
    return x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const FilePlace place, find_place(tx, x.target, path, as_of));
        if (!place.node) return fail(ErrorCode::resource_not_found);
        return {};
    });
}

struct ListHandles {
    std::optional<std::int64_t> most;
    std::optional<bool> recursive;
};

template <class Codec>
void describe(Codec& c, ListHandles& m) {
    c.query("maxresults", m.most, Between{1, 5000, true});
    c.header("x-ms-recursive", m.recursive);
}

struct ForceCloseHandles {
    std::string id;
    std::optional<bool> recursive;
};

template <class Codec>
void describe(Codec& c, ForceCloseHandles& m) {
    c.header("x-ms-handle-id", m.id);
    c.header("x-ms-recursive", m.recursive);
}

}  // namespace

/// Clients of SMB have handles, and there are none here.
Task<Result<Response>> list_handles(Exchange& x) {
    LAZ_CO_CHECK(decode<ListHandles>(x.request, x.query));
    LAZ_CO_CHECK(check_there(x));
    XmlWriter xml;
    xml.open("EnumerationResults");
    xml.element("Entries", "");
    xml.element("NextMarker", "");
    xml.close();
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

Task<Result<Response>> force_close_handles(Exchange& x) {
    LAZ_CO_TRY(const ForceCloseHandles command, decode<ForceCloseHandles>(x.request, x.query));
    if (command.id != "*" && !parse_number<std::uint64_t>(command.id)) co_return fail(bad_header("x-ms-handle-id", command.id));
    LAZ_CO_CHECK(check_there(x));
    Response response;
    response.fields.add("x-ms-number-of-handles-closed", "0");
    response.fields.add("x-ms-number-of-handles-failed", "0");
    co_return response;
}

}  // namespace lazulite::file
