#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"

namespace lazulite::blob {

Task<Result<Response>> get_blob_tags(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(const Guards guards, decode_tag_guards(x));
    LAZ_CO_TRY(const std::string tags, x.store->read([&](ReadTxn& tx) -> Result<std::string> {
        LAZ_TRY(Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_read_guards(x, guards, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_not_incremental(found.blob.copy));
        return std::move(found.blob.tags);
    }));
    XmlWriter xml;
    write_tags(xml, TagSet::unpack(tags));
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite::blob
