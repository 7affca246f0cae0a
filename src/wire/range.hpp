#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/fields.hpp"

namespace lazulite {

/// What a client asks for: `bytes=first-` or `bytes=first-last`, both ends included, last >= first.
struct ByteRange {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> last;
    bool operator==(const ByteRange&) const = default;
};

/// The part of an existing resource that a ByteRange means; never empty.
struct ResolvedRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    [[nodiscard]] std::uint64_t last() const { return first + length - 1; }
    bool operator==(const ResolvedRange&) const = default;
};

/// Nothing for every other form: suffix ranges, several ranges, last < first, numbers beyond 64 bits. Reads then answer
/// with the whole resource. Reference: "Specifying the range header for Blob service operations".
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view text);

/// The range of a request: `x-ms-range` where that header is present (even one that means nothing), else `Range`.
[[nodiscard]] std::optional<ByteRange> range_of(const FieldViews& fields);

/// Cuts the range at the end of a resource of `size` bytes. Fails with invalid_range and the header
/// `Content-Range: bytes */size` when it begins there or behind, so every range of an empty resource fails.
[[nodiscard]] Result<ResolvedRange> resolve(const ByteRange& range, std::uint64_t size);

/// `bytes 0-511/1024`
[[nodiscard]] std::string content_range(const ResolvedRange& range, std::uint64_t size);

}  // namespace lazulite
