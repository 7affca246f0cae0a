#include "service/lease_request.hpp"

#include "base/error_table.hpp"
#include "wire/codec.hpp"

namespace lazulite {
namespace {

using std::chrono::seconds;

constexpr std::string_view kDuration = "x-ms-lease-duration";
constexpr std::string_view kBreakPeriod = "x-ms-lease-break-period";
constexpr seconds kOldDuration{60};  ///< of every lease, before version 2012-02-12

struct Acquire {
    std::optional<LeaseId> proposed;
    std::int64_t duration = 0;
};
template <class Codec>
void describe(Codec& c, Acquire& m) {
    c.header("x-ms-proposed-lease-id", m.proposed);
    c.header(kDuration, m.duration);
}

struct Held {
    LeaseId id;
};
template <class Codec>
void describe(Codec& c, Held& m) {
    c.header("x-ms-lease-id", m.id);
}

struct Change {
    Held held;
    LeaseId proposed;
};
template <class Codec>
void describe(Codec& c, Change& m) {
    c.include(m.held);
    c.header("x-ms-proposed-lease-id", m.proposed);
}

struct Break {
    std::optional<std::int64_t> period;
};
template <class Codec>
void describe(Codec& c, Break& m) {
    c.header(kBreakPeriod, m.period);
}

StorageError bad_header(const Exchange& x, std::string_view name) {
    return StorageError(ErrorCode::invalid_header_value)
        .with("HeaderName", name)
        .with("HeaderValue", x.request.fields.value_or_empty(name));
}

Result<> decode_acquire(const Exchange& x, LeaseRequest& to) {
    if (to.rules == LeaseRules::before_2012_02_12) {
        to.proposed = LeaseId::random();
        to.duration = kOldDuration;
        return {};
    }
    LAZ_TRY(const auto acquire, decode<Acquire>(x.request, x.query));
    const bool infinite = acquire.duration == -1;
    if (!infinite && (acquire.duration < 15 || acquire.duration > 60)) return fail(bad_header(x, kDuration));
    to.proposed = acquire.proposed ? *acquire.proposed : LeaseId::random();
    if (!infinite) to.duration = seconds(acquire.duration);
    return {};
}

Result<> decode_break(const Exchange& x, LeaseRequest& to) {
    if (to.rules == LeaseRules::before_2012_02_12) return {};
    LAZ_TRY(const auto wanted, decode<Break>(x.request, x.query));
    if (!wanted.period) return {};
    if (*wanted.period < 0 || *wanted.period > 60) return fail(bad_header(x, kBreakPeriod));
    to.break_period = seconds(*wanted.period);
    return {};
}

}  // namespace

Result<MaybeLease> LeaseRequest::step(const MaybeLease& current, Instant now) const {
    switch (action) {
        case LeaseAction::acquire: return acquire(current, proposed, duration, now);
        case LeaseAction::renew: return renew(current, id, rules, now);
        case LeaseAction::change: return change(current, id, proposed, now);
        case LeaseAction::release: return release(current, id, rules, now);
        case LeaseAction::break_: return break_lease(current, break_period, rules, now);
    }
    return current;
}

Result<LeaseRequest> decode_lease_request(const Exchange& x, LeaseRules rules) {
    LeaseRequest request{};
    request.rules = rules;
    request.action = value_of<LeaseAction>(x.operation.match.headers[0].value).value_or(LeaseAction::acquire);
    switch (request.action) {
        case LeaseAction::acquire: LAZ_CHECK(decode_acquire(x, request)); break;
        case LeaseAction::break_: LAZ_CHECK(decode_break(x, request)); break;
        case LeaseAction::renew:
        case LeaseAction::release: {
            LAZ_TRY(const auto held, decode<Held>(x.request, x.query));
            request.id = held.id;
            break;
        }
        case LeaseAction::change: {
            LAZ_TRY(const auto wanted, decode<Change>(x.request, x.query));
            request.id = wanted.held.id;
            request.proposed = wanted.proposed;
            break;
        }
    }
    return request;
}

void add_lease(Response& response, const LeaseRequest& request, const MaybeLease& lease, Instant now) {
    HeaderEncoder headers(response.fields);
    switch (request.action) {
        case LeaseAction::acquire: response.status = 201; break;
        case LeaseAction::break_: response.status = 202; break;
        case LeaseAction::renew:
        case LeaseAction::change:
        case LeaseAction::release: break;
    }
    if (!lease || request.action == LeaseAction::release) return;
    if (request.action == LeaseAction::break_) {
        headers.header("x-ms-lease-time", break_time_left(*lease, now).count());
    } else {
        headers.header("x-ms-lease-id", lease->id);
    }
}

StorageError lease_error(const StorageError& error, std::string_view resource) {
    std::string message(info(error.code()).message);
    for (const std::string_view general : {"the resource", "the blob"}) {
        const std::size_t at = message.find(general);
        if (at == std::string::npos) continue;
        message.replace(at, general.size(), "the " + std::string(resource));
        return StorageError(error).saying(message);
    }
    return error;
}

}  // namespace lazulite
