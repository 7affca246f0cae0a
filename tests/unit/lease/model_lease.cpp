#include "model_lease.hpp"

#include <algorithm>

namespace lazulite::test {
namespace {

Outcome conflict(const char* code) { return {409, code}; }
Outcome precondition(const std::string& code) { return {412, code}; }

}  // namespace

Lease::Is Lease::is(Instant now) const {
    if (id_.empty()) return Is::available;
    if (broken_) return now < until_ ? Is::breaking : Is::broken;
    return seconds_ < 0 || now < until_ ? Is::leased : Is::expired;
}

Outcome Lease::acquire(const std::string& id, int seconds, Instant now) {
    if (is(now) == Is::leased && id != id_) return conflict("LeaseAlreadyPresent");
    if (is(now) == Is::breaking) return conflict(id == id_ ? "LeaseIsBreakingAndCannotBeAcquired" : "LeaseAlreadyPresent");
    id_ = id;
    seconds_ = seconds;
    until_ = now + std::chrono::seconds(seconds);
    broken_ = false;
    return {201, ""};
}

Outcome Lease::renew(const std::string& id, Instant now) {
    if (id_ != id || id_.empty()) return conflict("LeaseIdMismatchWithLeaseOperation");
    if (broken_) return conflict("LeaseIsBrokenAndCannotBeRenewed");
    until_ = now + std::chrono::seconds(seconds_);
    return {200, ""};
}

Outcome Lease::change(const std::string& from, const std::string& to, Instant now) {
    if (is(now) != Is::leased && is(now) != Is::breaking) return conflict("LeaseNotPresentWithLeaseOperation");
    if (id_ != from && id_ != to) return conflict("LeaseIdMismatchWithLeaseOperation");
    if (is(now) == Is::breaking) return conflict("LeaseIsBreakingAndCannotBeChanged");
    id_ = to;
    return {200, ""};
}

Outcome Lease::release(const std::string& id) {
    if (id_ != id || id_.empty()) return conflict("LeaseIdMismatchWithLeaseOperation");
    *this = {};
    return {200, ""};
}

Outcome Lease::break_now(std::optional<int> period, Instant now) {
    if (is(now) == Is::available) return conflict("LeaseNotPresentWithLeaseOperation");
    const bool ends = seconds_ >= 0 || broken_;
    if (!ends) {
        until_ = now + std::chrono::seconds(period.value_or(0));
    } else if (period) {
        until_ = std::min(until_, now + Ticks(std::chrono::seconds(*period)));
    }
    broken_ = true;
    return {202, ""};
}

std::optional<Outcome> Lease::refuses(bool write, const std::string& given, Instant now, std::string_view resource) const {
    const bool locked = is(now) == Is::leased || is(now) == Is::breaking;
    if (given.empty()) return write && locked ? std::optional(precondition("LeaseIdMissing")) : std::nullopt;
    if (is(now) == Is::expired && given == id_) return precondition("LeaseLost");
    if (!locked) return precondition("LeaseNotPresentWith" + std::string(resource) + "Operation");
    if (given != id_) return precondition("LeaseIdMismatchWith" + std::string(resource) + "Operation");
    return std::nullopt;
}

bool Lease::ends(Instant now) const {
    return seconds_ >= 0 && (is(now) == Is::leased || is(now) == Is::breaking);
}

void Lease::written(Instant now) {
    if (is(now) == Is::expired || is(now) == Is::broken) *this = {};
}

}  // namespace lazulite::test
