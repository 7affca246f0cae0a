#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

struct PutMessage {
    std::optional<std::int64_t> visibility_timeout;
    std::optional<std::int64_t> time_to_live;
};

template <class Codec>
void describe(Codec& c, PutMessage& m) {
    c.query("visibilitytimeout", m.visibility_timeout, Between{0, kSecondsOfAWeek});
    c.query("messagettl", m.time_to_live);
}

StorageError bad_time_to_live(std::int64_t value, std::string_view reason) {
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .with("QueryParameterName", "messagettl")
        .with("QueryParameterValue", std::to_string(value))
        .with("Reason", reason);
}

/// Seconds from 1 on, or -1 for ever; a week at most in old versions. Longer than the message stays hidden.
Result<> check_time_to_live(const PutMessage& command, ServiceVersion version) {
    const std::int64_t life = command.time_to_live.value_or(kSecondsOfAWeek);
    const bool any = version >= kAnyTimeToLive;
    if (life < 1 && !(any && life == -1)) {
        return fail(bad_time_to_live(life, any ? "messagettl must be a positive number or -1."
                                               : "messagettl must be a positive number."));
    }
    if (!any && life > kSecondsOfAWeek) {
        return fail(StorageError(ErrorCode::out_of_range_query_parameter_value)
                        .with("QueryParameterName", "messagettl")
                        .with("QueryParameterValue", std::to_string(life))
                        .with("MinimumAllowed", "1")
                        .with("MaximumAllowed", std::to_string(kSecondsOfAWeek)));
    }
    if (life != -1 && command.visibility_timeout.value_or(0) >= life) {
        return fail(bad_time_to_live(life, "messagettl must be greater than visibilitytimeout."));
    }
    return {};
}

}  // namespace

Task<Result<Response>> put_message(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const PutMessage command, decode<PutMessage>(x.request, x.query));
    if (command.visibility_timeout && x.version < kLongTexts) {
        co_return fail(StorageError(ErrorCode::unsupported_query_parameter).with("QueryParameterName", "visibilitytimeout"));
    }
    LAZ_CO_CHECK(check_time_to_live(command, x.version));
    // No body is received for a queue that is not there; where it is here already, the transaction looks.
    const auto look_for_queue = [&x] {
        return x.store->read([&](ReadTxn& tx) { return require_generation(tx, x.target.container); });
    };
    const bool here = x.request.body->here();
    if (!here) LAZ_CO_CHECK(look_for_queue());
    Result<std::optional<std::string>> received = co_await receive_message_text(x, true);
    if (!received && here) LAZ_CO_CHECK(look_for_queue());
    LAZ_CO_TRY(const auto text, std::move(received));

    LAZ_CO_TRY(Message message, co_await x.store->write([&](WriteTxn& tx) -> Result<Message> {
        LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
        Message put;
        put.inserted = tx.now();
        put.expires = expiry(put.inserted, command.time_to_live);
        put.receipt = PopReceipt::make(put.inserted + std::chrono::seconds(command.visibility_timeout.value_or(0)));
        put.text = *text;
        insert_message(tx, generation, put);
        return put;
    }));
    if (x.version < kAnswersToPut) {
        Response response;
        response.status = 201;
        co_return response;
    }
    const std::vector<Message> messages{std::move(message)};
    LAZ_CO_TRY(Response response, co_await answer_with_messages(x, messages, Shown::put));
    co_return response;
}

}  // namespace lazulite::queue
