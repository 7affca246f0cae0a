#include "blob/ops/immutability.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

struct SetBlobLegalHold {
    bool legal_hold = false;
};

template <class Codec>
void describe(Codec& c, SetBlobLegalHold& m) {
    c.header("x-ms-legal-hold", m.legal_hold);
}

}  // namespace

/// Of the current blob, a version or a snapshot. ETag and Last-Modified stay.
Task<Result<Response>> set_blob_legal_hold(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_immutability_known(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const SetBlobLegalHold command, decode<SetBlobLegalHold>(x.request, x.query));
    const auto change = [&](Blob& blob, Instant /*now*/) -> Result<> {
        blob.immutability.legal_hold = command.legal_hold;
        return {};
    };
    LAZ_CO_CHECK(co_await change_immutability(x, which, change));
    Response response;
    response.fields.add("x-ms-legal-hold", command.legal_hold ? "true" : "false");
    co_return response;
}

}  // namespace lazulite::blob
