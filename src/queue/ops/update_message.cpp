#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "wire/date.hpp"

namespace lazulite::queue {
namespace {

struct UpdateMessage {
    std::string pop_receipt;
    std::int64_t visibility_timeout = 0;
};

template <class Codec>
void describe(Codec& c, UpdateMessage& m) {
    c.query("popreceipt", m.pop_receipt);
    c.query("visibilitytimeout", m.visibility_timeout, Between{0, kSecondsOfAWeek});
}

/// A message may be hidden up to its expiry, not beyond.
Result<> check_before_expiry(Instant next_visible, const Message& message, Instant now, std::int64_t timeout) {
    if (next_visible <= message.expires) return {};
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(message.expires - now).count();
    return fail(StorageError(ErrorCode::out_of_range_query_parameter_value)
                    .with("QueryParameterName", "visibilitytimeout")
                    .with("QueryParameterValue", std::to_string(timeout))
                    .with("MinimumAllowed", "0")
                    .with("MaximumAllowed", std::to_string(left)));
}

}  // namespace

Task<Result<Response>> update_message(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    if (x.version < kLongTexts) co_return fail(StorageError(ErrorCode::unsupported_http_verb).with_header("Allow", "DELETE"));
    LAZ_CO_TRY(const UpdateMessage command, decode<UpdateMessage>(x.request, x.query));
    LAZ_CO_TRY(const MessageId id, message_id(x.target));
    LAZ_CO_TRY(const PopReceipt receipt, pop_receipt(x, id, command.pop_receipt));
    LAZ_CO_TRY(const auto text, co_await receive_message_text(x, false));

    LAZ_CO_TRY(const PopReceipt next, co_await x.store->write([&](WriteTxn& tx) -> Result<PopReceipt> {
        LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
        LAZ_TRY(const Message message, require_message(tx, generation, id, receipt));
        const Instant next_visible = tx.now() + std::chrono::seconds(command.visibility_timeout);
        LAZ_CHECK(check_before_expiry(next_visible, message, tx.now(), command.visibility_timeout));
        const auto renewed = PopReceipt::make(next_visible);
        move_message(tx, generation, message, renewed, text);
        return renewed;
    }));
    Response response = no_content();
    response.fields.add("x-ms-popreceipt", next.text());
    response.fields.add("x-ms-time-next-visible", format_rfc1123(next.next_visible));
    co_return response;
}

}  // namespace lazulite::queue
