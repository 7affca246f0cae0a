#pragma once

#include <algorithm>

#include "model.hpp"

namespace concurrency {

/// A lease, by the reference's "Outcomes of lease operations by lease state". Five numbers of a State.
/// Reference: "Lease Blob", "Lease File".
struct LeaseRules {
    static constexpr std::int64_t kInfinite = -1;
    enum Number : std::size_t { id, duration, until, broken, now, size };

    /// An operation on the lease itself, or one that names it.
    struct Asked {
        std::int64_t lease = 0;  ///< 0: none is named
        std::int64_t proposed = 0;
        std::int64_t duration = 0;
        std::int64_t period = -1;  ///< of a break; -1: none is given

        Asked() = default;
        explicit Asked(const Event& event)
            : lease(number(event.given, "lease")),
              proposed(number(event.given, "proposed")),
              duration(number(event.given, "duration")),
              period(number(event.given, "period", -1)) {}
    };
    enum class Phase { available, leased, breaking, broken, expired };

    /// At `state[at]` and behind it.
    static Phase phase(const State& state, std::size_t at) {
        if (state[at + id] == 0) return Phase::available;
        const bool over = state[at + now] >= state[at + until];
        if (state[at + broken] != 0) return over ? Phase::broken : Phase::breaking;
        return state[at + duration] == kInfinite || !over ? Phase::leased : Phase::expired;
    }
    static std::string_view name(Phase phase) {
        switch (phase) {
            case Phase::available:
                return "available";
            case Phase::leased:
                return "leased";
            case Phase::breaking:
                return "breaking";
            case Phase::broken:
                return "broken";
            case Phase::expired:
                return "expired";
        }
        return {};
    }
    static bool locked(Phase phase) { return phase == Phase::leased || phase == Phase::breaking; }

    /// False when the answer is not the right one. `left`: what a break says is left.
    static bool step(State& state, std::size_t at, std::string_view what, const Asked& asked, const Came& came,
                     std::int64_t left);
    /// Of an operation that changes the resource: empty when it may, or the error's code. `resource` is Blob or File.
    static std::string_view refused(const State& state, std::size_t at, const Asked& asked, bool file);
    /// The resource was changed: a lease that is over is forgotten.
    static void changed(State& state, std::size_t at) {
        const Phase is = phase(state, at);
        if (is == Phase::broken || is == Phase::expired) clear(state, at);
    }

    /// Only how long it is until the end matters, and which id a lease has that is over.
    static void forget(State& state, std::size_t at) {
        state[at + until] = std::max<std::int64_t>(state[at + until] - state[at + now], 0);
        state[at + now] = 0;
        if (state[at + broken] != 0) state[at + duration] = 0;
    }

  private:
    static void clear(State& state, std::size_t at) {
        for (const Number number : {id, duration, until, broken}) state[at + number] = 0;
    }
    static void begin(State& state, std::size_t at, std::int64_t lease, std::int64_t duration) {
        state[at + id] = lease;
        state[at + LeaseRules::duration] = duration;
        state[at + until] = duration == kInfinite ? 0 : state[at + now] + duration;
        state[at + broken] = 0;
    }
};

}  // namespace concurrency
