#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/names.hpp"

namespace lazulite::file {

/// What a name in a directory stands for. Stored.
enum class NodeKind : std::uint8_t { file = 1, directory = 2, symbolic_link = 3 };
/// x-ms-file-file-type, of NFS shares.
inline constexpr auto kFileTypes = std::to_array<Named<NodeKind>>(
    {{NodeKind::file, "Regular"}, {NodeKind::directory, "Directory"}, {NodeKind::symbolic_link, "SymLink"}});
constexpr std::span<const Named<NodeKind>> names_of(NodeKind) { return kFileTypes; }

/// The headers stored with a file and sent with its bytes; an empty one was never set.
struct FileHeaders {
    std::string type;
    std::string encoding;
    std::string language;
    std::string md5;  ///< 16 bytes, or none
    std::string cache_control;
    std::string disposition;
};
inline constexpr std::string_view kDefaultContentType = "application/octet-stream";

/// What NFS knows of a directory or file.
struct NfsProperties {
    std::uint32_t mode = 0;  ///< permission bits, 07777 at most
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    bool operator==(const NfsProperties&) const = default;
};
inline constexpr std::uint32_t kNewFileMode = 0664;
inline constexpr std::uint32_t kNewDirectoryMode = 0755;
/// `x-ms-mode`: four octal digits, or nine letters as `ls` shows them. Reference: "Create File", NFS.
[[nodiscard]] std::optional<std::uint32_t> parse_mode(std::string_view text);
[[nodiscard]] std::string mode_text(std::uint32_t mode);

/// A time that a request sets: `now`, one of its own, or the one there is.
struct FileTime {
    enum class Kind : std::uint8_t { now, preserve, given };
    Kind kind = Kind::now;
    Instant given;

    [[nodiscard]] Instant at(Instant now, Instant current) const {
        switch (kind) {
            case Kind::now: return now;
            case Kind::preserve: return current;
            case Kind::given: return given;
        }
        return now;
    }
};

}  // namespace lazulite::file
