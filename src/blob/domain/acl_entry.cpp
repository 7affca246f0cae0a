#include "blob/domain/acl_entry.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kScopePrefix = "default:";
constexpr std::array<std::string_view, 4> kAclTypes = {"user", "group", "mask", "other"};
constexpr std::size_t kLongestPrincipalName = 256;

std::optional<Rwx> parse_rwx(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    Rwx bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        if (text[i] == "rwx"[i]) bits = static_cast<Rwx>(bits | kAclRead >> i);
        else if (text[i] != '-') return std::nullopt;
    }
    return bits;
}

std::string print_rwx(Rwx bits) {
    std::string text = "---";
    for (std::size_t i = 0; i < 3; ++i) {
        if (bits & kAclRead >> i) text[i] = "rwx"[i];
    }
    return text;
}

std::optional<PathMode> parse_symbolic(std::string_view text) {
    if (text.size() != 9) return std::nullopt;
    std::string last(text.substr(6));
    const bool sticky = last[2] == 't' || last[2] == 'T';
    if (sticky) last[2] = last[2] == 't' ? 'x' : '-';
    const auto owner = parse_rwx(text.substr(0, 3));
    const auto group = parse_rwx(text.substr(3, 3));
    const auto other = parse_rwx(last);
    if (!owner || !group || !other) return std::nullopt;
    return static_cast<PathMode>((sticky ? kStickyBit : 0) | *owner << 6 | *group << 3 | *other);
}

/// Three digits, or four of which the first is at most `most`.
std::optional<PathMode> parse_octal(std::string_view text, char most) {
    if (text.size() == 4) {
        if (text[0] < '0' || text[0] > most) return std::nullopt;
    } else if (text.size() != 3) {
        return std::nullopt;
    }
    PathMode mode = 0;
    for (const char c : text) {
        if (c < '0' || c > '7') return std::nullopt;
        mode = static_cast<PathMode>(mode << 3 | (c - '0'));
    }
    return mode;
}

bool is_dashed_hex(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = ascii_lower(text[i]);
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

/// Up to the next colon, which goes too; nothing at the end.
std::optional<std::string_view> take_field(std::optional<std::string_view>& rest) {
    if (!rest) return std::nullopt;
    const std::size_t colon = rest->find(':');
    const std::string_view field = rest->substr(0, colon);
    if (colon == std::string_view::npos) rest.reset();
    else rest->remove_prefix(colon + 1);
    return field;
}

Result<AclEntry> parse_entry(std::string_view text, bool removed) {
    AclEntry entry;
    if (text.starts_with(kScopePrefix)) {
        entry.scope = AclScope::inherited;
        text.remove_prefix(kScopePrefix.size());
    }
    std::optional<std::string_view> rest = text;
    const auto type = std::find(kAclTypes.begin(), kAclTypes.end(), *take_field(rest));
    const auto id = take_field(rest);
    const auto permissions = take_field(rest);
    if (type == kAclTypes.end() || rest) return fail(ErrorCode::invalid_access_control_list);
    entry.type = static_cast<AclType>(type - kAclTypes.begin());

    if (removed) {
        if (permissions && !permissions->empty()) return fail(ErrorCode::invalid_access_control_list);
    } else {
        const auto bits = permissions ? parse_rwx(*permissions) : std::nullopt;
        if (!bits) return fail(ErrorCode::invalid_access_control_list);
        entry.permissions = *bits;
    }
    if (!id || id->empty()) return entry;
    const bool may_be_named = entry.type == AclType::user || entry.type == AclType::group;
    if (!may_be_named) return fail(ErrorCode::invalid_access_control_list);
    auto principal = principal_id(*id);
    if (!principal) return fail(ErrorCode::invalid_named_user_or_named_group);
    entry.id = std::move(*principal);
    return entry;
}

Result<AclEntries> parse_entries(std::string_view text, bool removed) {
    AclEntries entries;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        LAZ_TRY(AclEntry entry, parse_entry(text.substr(0, comma), removed));
        entries.push_back(std::move(entry));
        if (entries.size() > 2 * kMostAclEntries) return fail(ErrorCode::invalid_access_control_list);
        more = comma != std::string_view::npos;
        if (more) text.remove_prefix(comma + 1);
    }
    return entries;
}

}  // namespace

Result<PathMode> parse_path_permissions(std::string_view text) {
    auto mode = parse_symbolic(text);
    if (!mode) mode = parse_octal(text, '1');
    if (!mode) return fail(ErrorCode::invalid_permission);
    return *mode;
}

Result<PathMode> parse_umask(std::string_view text) {
    const auto mask = parse_octal(text, '0');
    if (mask) return *mask;
    return fail(
        StorageError(ErrorCode::invalid_header_value).with("HeaderName", "x-ms-umask").with("HeaderValue", text));
}

std::string print_mode(PathMode mode) {
    std::string text = print_rwx(owner_bits(mode)) + print_rwx(group_bits(mode)) + print_rwx(other_bits(mode));
    if (mode & kStickyBit) text.back() = text.back() == 'x' ? 't' : 'T';
    return text;
}

Result<AclEntries> parse_acl(std::string_view text) { return parse_entries(text, false); }
Result<AclEntries> parse_removed_acl(std::string_view text) { return parse_entries(text, true); }

std::string print_acl(const AclEntries& entries, const NameOfUser& name_of) {
    std::string text;
    for (const AclEntry& entry : entries) {
        if (!text.empty()) text += ',';
        if (entry.scope == AclScope::inherited) text += kScopePrefix;
        text += kAclTypes[static_cast<std::size_t>(entry.type)];
        text += ':';
        const std::string name =
            name_of && entry.named() && entry.type == AclType::user ? name_of(entry.id) : std::string();
        text += name.empty() ? entry.id : name;
        text += ':';
        text += print_rwx(entry.permissions);
    }
    return text;
}

std::optional<std::string> principal_id(std::string_view text) {
    if (is_dashed_hex(text)) return to_lower(text);
    const std::size_t at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.size() > kLongestPrincipalName) return std::nullopt;
    const bool fit = std::none_of(text.begin(), text.end(), [](char c) {
        return c == ':' || c == ',' || static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    });
    if (!fit) return std::nullopt;
    return std::string(text);
}

}  // namespace lazulite::blob
