#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "service/receive.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {
namespace {

/// Ten tags with every character escaped stay below.
constexpr std::uint64_t kTagsBodyLimit = 64 << 10;

}  // namespace

/// ETag and Last-Modified stay, and an archived blob takes tags too.
Task<Result<Response>> set_blob_tags(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(const Guards guards, decode_tag_guards(x));
    LAZ_CO_CHECK(check_combination(guards.when));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kTagsBodyLimit, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const TagSet tags, parse_tags(body));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_not_copied_to(found.blob.copy));
        Blob after = found.blob;
        after.tags = tags.pack();
        if (found.which) {
            update_history(tx, found.key, *found.which, after);
        } else {
            replace(tx, found.key, found.blob, after);
        }
        note(tx, x, found.container, {EventType::properties_updated, found.blob, after, found.which});
        return {};
    }));
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace lazulite::blob
