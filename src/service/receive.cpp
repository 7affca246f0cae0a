#include "service/receive.hpp"

#include <algorithm>
#include <cstring>

#include "base/beside.hpp"
#include "base/text.hpp"
#include "wire/structured_body.hpp"

namespace lazulite {
namespace {

/// A piece below is hashed sooner than handed over.
constexpr std::size_t kWorthAWorker = 16 << 10;

Result<> check_text(const BodyRules& rules, std::string_view text) {
    std::optional<Md5Digest> md5;
    if (rules.compute_md5) {
        Md5 hash;
        hash.update(as_bytes(text));
        md5 = hash.finish();
    }
    return check_hashes(rules, md5, rules.expected_crc64 ? Crc64::of(as_bytes(text)) : 0);
}

std::uint64_t inline_limit(const Store& store) {
    return store.durability() == Durability::power ? ContentRef::kInlineLimitPower : ContentRef::kInlineLimit;
}

/// `crc64_header` may be empty: there is none.
Result<BodyRules> rules_by(const Request& request, std::uint64_t most_bytes, std::string_view md5_header,
                           std::string_view crc64_header) {
    BodyRules rules;
    rules.most_bytes = most_bytes;
    const auto md5 = request.fields.find(md5_header);
    const auto crc64 = crc64_header.empty() ? std::nullopt : request.fields.find(crc64_header);
    if (md5 && crc64) return fail(ErrorCode::both_crc64_and_md5_header_present);
    if (md5) {
        const auto bytes = base64_decode(*md5);
        if (!bytes || bytes->size() != sizeof(Md5Digest)) return fail(ErrorCode::invalid_md5);
        std::memcpy(rules.expected_md5.emplace().data(), bytes->data(), bytes->size());
        rules.compute_md5 = true;
    }
    if (crc64) {
        const auto bytes = base64_decode(*crc64);
        if (!bytes || bytes->size() != sizeof(std::uint64_t)) {
            return fail(StorageError(ErrorCode::invalid_header_value)
                            .with("HeaderName", crc64_header)
                            .with("HeaderValue", *crc64));
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>((*bytes)[i])} << (8 * i);
        rules.expected_crc64 = value;
    }
    return rules;
}

}  // namespace

Result<> check_length(std::optional<std::uint64_t> length, std::uint64_t most_bytes) {
    if (length && *length > most_bytes) {
        return fail(StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(most_bytes)));
    }
    return {};
}

Result<> check_hashes(const BodyRules& rules, const std::optional<Md5Digest>& md5, std::uint64_t crc64) {
    if (rules.expected_md5 && *rules.expected_md5 != *md5) {
        return fail(StorageError(ErrorCode::md5_mismatch)
                        .with("UserSpecifiedMd5", md5_text(*rules.expected_md5))
                        .with("ServerCalculatedMd5", md5_text(*md5)));
    }
    if (rules.expected_crc64 && *rules.expected_crc64 != crc64) {
        return fail(StorageError(ErrorCode::crc64_mismatch)
                        .with("UserSpecifiedCrc", crc64_text(*rules.expected_crc64))
                        .with("ServerCalculatedCrc", crc64_text(crc64)));
    }
    return {};
}

Task<Result<Md5Digest>> md5_of(Exchange& exchange, BodyReader& reader) {
    Md5 md5;
    while (true) {
        LAZ_CO_TRY(const ByteView piece, co_await reader.read());
        if (piece.empty()) co_return md5.finish();
        if (piece.size() < kWorthAWorker) {
            md5.update(piece);
        } else {
            co_await run_on(exchange.workers, [&] { md5.update(piece); return true; });
        }
    }
}

std::string crc64_text(std::uint64_t value) {
    std::array<std::byte, 8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(value >> (8 * i));
    return base64_encode(bytes);
}

std::string md5_text(const Md5Digest& digest) { return base64_encode(digest); }

Result<BodyRules> body_rules(const Request& request, std::uint64_t most_bytes, ServiceVersion version) {
    constexpr ServiceVersion kCrc64{2019, 2, 2};
    return rules_by(request, most_bytes, "Content-MD5", version < kCrc64 ? "" : "x-ms-content-crc64");
}

Result<BodyRules> source_rules(const Request& request, std::uint64_t most_bytes) {
    return rules_by(request, most_bytes, "x-ms-source-content-md5", "x-ms-source-content-crc64");
}

Task<Result<Received>> receive_content(Exchange& exchange, BodyRules rules) {
    const Request& request = exchange.request;
    LAZ_CO_TRY(const std::optional<std::uint64_t> length, content_length(request));
    LAZ_CO_CHECK(check_length(length, rules.most_bytes));
    LAZ_CO_TRY(const bool structured, is_structured(request));
    if (!structured) {
        Result<Received> received = co_await receive_from(exchange, rules, *request.body, length);
        co_return received;
    }
    StructuredReader unframed(*request.body, request.content_length.value_or(0), *length);
    Result<Received> received = co_await receive_from(exchange, rules, unframed, length);
    if (received) received->structured = true;
    co_return received;
}

Task<Result<Received>> receive_from(Exchange& exchange, BodyRules rules, BodyReader& reader,
                                    std::optional<std::uint64_t> length) {
    LAZ_CO_CHECK(check_length(length, rules.most_bytes));
    Received received;
    const bool small = length && *length <= inline_limit(*exchange.store);
    if (small) {
        LAZ_CO_CHECK(exchange.store->extents().admit());
    } else {
        LAZ_CO_TRY(received.pending, exchange.store->extents().reserve(length));
    }
    std::optional<Md5> md5;
    if (rules.compute_md5) md5.emplace();
    while (true) {
        if (received.pending && received.pending->behind()) LAZ_CO_CHECK(co_await received.pending->caught_up());
        LAZ_CO_TRY(const ByteView piece, co_await reader.read());
        if (piece.empty()) break;
        received.length += piece.size();
        if (received.length > rules.most_bytes) {
            co_return fail(
                StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(rules.most_bytes)));
        }
        if (md5 && length.value_or(received.length) > kHashHere && piece.size() >= kWorthAWorker) {
            Beside hashing(exchange.workers, [&] { md5->update(piece); });
            Result<> written = received.pending->write(piece);
            co_await hashing.join();
            LAZ_CO_CHECK(std::move(written));
            continue;
        }
        if (md5) md5->update(piece);
        if (small) {
            received.bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        } else {
            LAZ_CO_CHECK(received.pending->write(piece));
        }
    }
    if (md5) received.md5 = md5->finish();
    if (small) {
        received.crc64 = Crc64::of(as_bytes(received.bytes));
    } else {
        Result<Range> range = co_await received.pending->finish();
        if (!range) co_return fail(std::move(range).error());
        received.range = *range;
        received.crc64 = range->crc64;
    }
    LAZ_CO_CHECK(check_hashes(rules, received.md5, received.crc64));
    co_return received;
}

Task<Result<std::string>> receive_text(Exchange& exchange, BodyRules rules) {
    LAZ_CO_CHECK(check_length(exchange.request.content_length, rules.most_bytes));
    std::string text;
    while (true) {
        LAZ_CO_TRY(const ByteView piece, co_await exchange.request.body->read());
        if (piece.empty()) break;
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (text.size() > rules.most_bytes) {
            co_return fail(
                StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(rules.most_bytes)));
        }
    }
    const auto check = [&] { return check_text(rules, text); };
    if (text.size() > kHashHere) {
        LAZ_CO_CHECK(co_await run_on(exchange.workers, check));
    } else {
        LAZ_CO_CHECK(check());
    }
    co_return text;
}

}  // namespace lazulite
