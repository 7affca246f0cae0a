#include "blob/ops/immutability.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kUntilHeader = "x-ms-immutability-policy-until-date";

struct SetBlobImmutabilityPolicy {
    Instant until;
    std::optional<PolicyMode> mode;
    std::optional<Instant> if_unmodified_since;
};

template <class Codec>
void describe(Codec& c, SetBlobImmutabilityPolicy& m) {
    c.header(kUntilHeader, m.until);
    c.header("x-ms-immutability-policy-mode", m.mode);
    c.header("If-Unmodified-Since", m.if_unmodified_since);
}

/// Of all conditional headers the operation honours one.
Result<> check_one_condition(const Request& request) {
    for (const std::string_view name : {"If-Match", "If-None-Match", "If-Modified-Since"}) {
        if (!request.fields.value_or_empty(name).empty()) return fail(ErrorCode::condition_headers_not_supported);
    }
    return {};
}

}  // namespace

/// Of the current blob, a version or a snapshot. ETag and Last-Modified stay.
Task<Result<Response>> set_blob_immutability_policy(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_immutability_known(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_CHECK(check_one_condition(x.request));
    LAZ_CO_TRY(const SetBlobImmutabilityPolicy command, decode<SetBlobImmutabilityPolicy>(x.request, x.query));
    const auto change = [&](Blob& blob, Instant now) -> Result<> {
        Conditions when;
        when.if_unmodified_since = command.if_unmodified_since;
        LAZ_CHECK(check_write(when, blob.tick));
        auto policy = set_policy(blob.immutability.policy, command.until, command.mode, now);
        if (!policy && policy.error().code() == ErrorCode::invalid_header_value) {
            return fail(StorageError(ErrorCode::invalid_header_value)
                            .with("HeaderName", kUntilHeader)
                            .with("HeaderValue", format_rfc1123(command.until)));
        }
        LAZ_TRY(blob.immutability.policy, std::move(policy));
        return {};
    };
    LAZ_CO_TRY(const Immutability set, co_await change_immutability(x, which, change));
    Response response;
    HeaderEncoder headers(response.fields);
    headers.header(kUntilHeader, set.policy->until);
    headers.header("x-ms-immutability-policy-mode", set.policy->mode);
    co_return response;
}

/// Where there is none, nothing happens.
Task<Result<Response>> delete_blob_immutability_policy(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_immutability_known(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    const auto change = [](Blob& blob, Instant /*now*/) -> Result<> {
        LAZ_CHECK(check_policy_deletable(blob.immutability.policy));
        blob.immutability.policy.reset();
        return {};
    };
    LAZ_CO_CHECK(co_await change_immutability(x, which, change));
    co_return Response{};
}

}  // namespace lazulite::blob
