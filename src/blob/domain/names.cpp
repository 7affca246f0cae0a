#include "blob/domain/names.hpp"

#include <algorithm>

#include "base/dns_name.hpp"
#include "base/text.hpp"

namespace lazulite::blob {
namespace {

bool is_system_name(std::string_view name) {
    return name == "$root" || name == "$web" || name == "$logs" || name == "$blobchangefeed";
}

constexpr std::size_t kMostSegments = 254;

/// U+0000 to U+001F and U+007F to U+009F, in UTF-8.
bool has_control_character(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) return true;
    }
    return false;
}

}  // namespace

Result<> check_container_name(std::string_view name) {
    if (is_system_name(name)) return {};
    return check_dns_name(name);
}

Result<> check_new_container_name(std::string_view name) {
    if (name == "$logs" || name == "$blobchangefeed") return fail(ErrorCode::invalid_resource_name);
    return check_container_name(name);
}

Result<> check_blob_name(std::string_view container, std::string_view name) {
    const std::size_t length = utf16_length(name);
    if (length == 0 || length > 1024) return fail(wrong_name_length());
    if (has_control_character(name)) return fail(ErrorCode::invalid_uri);
    if (container == "$root" && name.find('/') != std::string_view::npos) return fail(ErrorCode::invalid_uri);
    // A trailing slash ends a segment, it does not begin one.
    const auto slashes = static_cast<std::size_t>(std::count(name.begin(), name.end(), '/'));
    if (slashes + (name.back() == '/' ? 0 : 1) > kMostSegments) return fail(ErrorCode::invalid_resource_name);
    return {};
}

}  // namespace lazulite::blob
