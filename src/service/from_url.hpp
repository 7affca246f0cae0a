#pragma once

#include <cstdint>
#include <optional>

#include "service/exchange.hpp"
#include "service/receive.hpp"
#include "wire/outgoing.hpp"
#include "wire/range.hpp"

// The bytes of a write, which come as the body of the request or, for the operations "From URL", from x-ms-copy-source.

namespace lazulite {

[[nodiscard]] bool is_from_url(const Exchange& x);

/// Content-MD5 and x-ms-content-crc64, or those of the source. From a URL the request itself has no body:
/// invalid_header_value. Otherwise as `body_rules`.
[[nodiscard]] Result<BodyRules> rules_of_write(const Exchange& x, std::uint64_t most_bytes);

/// How many bytes the request says there will be; nothing: its source will tell.
[[nodiscard]] Result<std::optional<std::uint64_t>> length_of_write(const Exchange& x);

/// As `receive_content`; of a source, the part that x-ms-source-range names, under its x-ms-source-if- conditions.
[[nodiscard]] Task<Result<Received>> receive_written(Exchange& x, BodyRules rules);

/// What `check(ReadTxn&)` refuses is refused before anything is pulled that is not here.
template <class Check>
Task<Result<Received>> receive_written(Exchange& x, BodyRules rules, Check check) {
    if (!is_from_url(x)) {
        Result<Received> received = co_await receive_content(x, std::move(rules), std::move(check));
        co_return received;
    }
    LAZ_CO_CHECK(x.store->read(check));
    Result<Received> received = co_await receive_written(x, std::move(rules));
    co_return received;
}

/// The bytes of an answer, or a part of them. Fails with cannot_verify_copy_source where it breaks off.
[[nodiscard]] Task<Result<Received>> receive_answer(Exchange& x, BodyRules rules, const OutgoingAnswer& answer,
                                                    std::optional<ByteRange> part);

}  // namespace lazulite
