#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/hash.hpp"
#include "service/exchange.hpp"

namespace lazulite {

/// Bytes that an io thread hashes for one request; workers hash more.
inline constexpr std::uint64_t kHashHere = 256 << 10;

/// What an operation asks of a body on its way in.
struct BodyRules {
    std::uint64_t most_bytes = 0;  ///< request_body_too_large with MaxLimit beyond it, before anything is read
    bool compute_md5 = false;      ///< also computed when the client sent Content-MD5
    std::optional<Md5Digest> expected_md5;
    std::optional<std::uint64_t> expected_crc64;
};

/// The bytes of a body, received: inline when small, else in an extent and given back unless kept.
struct Received {
    std::uint64_t length = 0;
    std::uint64_t crc64 = 0;
    std::optional<Md5Digest> md5;
    std::string bytes;  ///< all of them, when `range` is absent
    std::optional<Range> range;
    std::unique_ptr<PendingBytes> pending;
    bool structured = false;  ///< came as a structured body, whose header the answer echoes

    /// After the commit that named the range.
    void keep() {
        if (pending) pending->keep();
    }
};

/// Content-MD5 and, from version 2019-02-02 on, x-ms-content-crc64 of the request. Fails with invalid_md5,
/// invalid_header_value (of the CRC, as the service was seen to answer) or both_crc64_and_md5_header_present.
/// Reference: "Put Block", request headers.
[[nodiscard]] Result<BodyRules> body_rules(const Request& request, std::uint64_t most_bytes,
                                           ServiceVersion version);

/// x-ms-source-content-md5 and x-ms-source-content-crc64 of the request, with the same failures. Reference: "Put Block From
/// URL", request headers.
[[nodiscard]] Result<BodyRules> source_rules(const Request& request, std::uint64_t most_bytes);

/// Pulls the body into the store while hashing only what is owed; the MD5 of a longer one is a worker's. Fails with
/// md5_mismatch or crc64_mismatch and both values; nothing stays behind then, nor when the client leaves early.
[[nodiscard]] Task<Result<Received>> receive_content(Exchange& exchange, BodyRules rules);

/// What `check(ReadTxn&)` refuses is refused before a body is pulled that is still on its way; one that is here costs less than
/// the check, which the transaction makes again. Either way its refusal goes before what is wrong with the body.
template <class Check>
Task<Result<Received>> receive_content(Exchange& exchange, BodyRules rules, Check check) {
    const bool here = exchange.request.body->here();
    if (!here) LAZ_CO_CHECK(exchange.store->read(check));
    Result<Received> received = co_await receive_content(exchange, std::move(rules));
    if (!received && here) LAZ_CO_CHECK(exchange.store->read(check));
    co_return received;
}

/// The same of bytes that come from elsewhere, `length` of them where it is known.
[[nodiscard]] Task<Result<Received>> receive_from(Exchange& exchange, BodyRules rules, BodyReader& reader,
                                                  std::optional<std::uint64_t> length);

/// What a body hashes to that is stored already; a worker does it.
[[nodiscard]] Task<Result<Md5Digest>> md5_of(Exchange& exchange, BodyReader& reader);
/// Fails with request_body_too_large.
[[nodiscard]] Result<> check_length(std::optional<std::uint64_t> length, std::uint64_t most_bytes);
/// Fails with md5_mismatch or crc64_mismatch. An MD5 that is expected is there.
[[nodiscard]] Result<> check_hashes(const BodyRules& rules, const std::optional<Md5Digest>& md5, std::uint64_t crc64);

/// Pulls a small body (XML) into memory, under the same rules.
[[nodiscard]] Task<Result<std::string>> receive_text(Exchange& exchange, BodyRules rules);

/// 8 bytes little-endian in base64, as x-ms-content-crc64 carries it.
[[nodiscard]] std::string crc64_text(std::uint64_t value);
[[nodiscard]] std::string md5_text(const Md5Digest& digest);

}  // namespace lazulite
