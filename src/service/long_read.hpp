#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "service/exchange.hpp"

namespace lazulite {

/// How much a read may do where it runs.
enum class Effort : std::uint8_t {
    little,  ///< on an io thread: some hundred rows
    any,     ///< on a worker
};

/// Runs `fn(ReadTxn&, Effort) -> Result<std::optional<T>>` over one snapshot. Most reads are short, so it is tried
/// right here; where it gives up, with nothing, because there is more than Effort::little allows, it runs anew on a
/// worker.
template <class Fn, class Outcome = std::invoke_result_t<Fn&, ReadTxn&, Effort>,
          class T = typename Outcome::value_type::value_type>
Task<Result<T>> long_read(Exchange& x, Fn fn) {
    Outcome outcome = x.store->read([&](ReadTxn& tx) { return fn(tx, Effort::little); });
    if (outcome && !*outcome) {
        outcome = co_await run_on(x.workers, [&] {
            return x.store->read([&](ReadTxn& tx) { return fn(tx, Effort::any); });
        });
    }
    if (!outcome) co_return fail(std::move(outcome).error());
    co_return std::move(**outcome);
}

}  // namespace lazulite
