#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/names.hpp"

namespace lazulite::blob {

enum class BlobType : std::uint8_t { block = 1, page = 2, append = 3 };
inline constexpr auto kBlobTypes = std::to_array<Named<BlobType>>(
    {{BlobType::block, "BlockBlob"}, {BlobType::page, "PageBlob"}, {BlobType::append, "AppendBlob"}});
constexpr std::span<const Named<BlobType>> names_of(BlobType) { return kBlobTypes; }

enum class PublicAccess : std::uint8_t { none = 0, blob = 1, container = 2 };
inline constexpr auto kPublicAccess = std::to_array<Named<PublicAccess>>(
    {{PublicAccess::blob, "blob"}, {PublicAccess::container, "container"}});
constexpr std::span<const Named<PublicAccess>> names_of(PublicAccess) { return kPublicAccess; }

/// The headers stored with a blob and sent with its bytes; an empty one was never set.
struct ContentHeaders {
    std::string type;
    std::string encoding;
    std::string language;
    std::string md5;  ///< 16 bytes, or none
    std::string cache_control;
    std::string disposition;
};

inline constexpr std::string_view kDefaultContentType = "application/octet-stream";

}  // namespace lazulite::blob
