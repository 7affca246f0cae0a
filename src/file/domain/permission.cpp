#include "file/domain/permission.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "file/domain/security_descriptor.hpp"

namespace lazulite::file {
namespace {

constexpr std::size_t kHalf = 8;

std::uint64_t number(const std::byte* bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kHalf; ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

void put(std::byte* bytes, std::uint64_t value) {
    for (std::size_t i = kHalf; i-- > 0; value >>= 8) bytes[i] = static_cast<std::byte>(value & 0xff);
}

/// Cuts off a part with that label: a SID, or an alias of two letters, up to the next label.
bool take_sid(std::string_view& rest, std::string_view label) {
    if (!rest.starts_with(label)) return false;
    rest.remove_prefix(label.size());
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos || colon < 1) return false;
    const std::string_view sid = rest.substr(0, colon - 1);
    rest.remove_prefix(sid.size());
    const auto known = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == 'x'; };
    return std::all_of(sid.begin(), sid.end(), known) && (sid.starts_with("S-1-") || sid.size() == 2);
}

/// Cuts off a list: flags, then entries in parentheses.
bool take_list(std::string_view& rest, std::string_view label) {
    if (!rest.starts_with(label)) return false;
    rest.remove_prefix(label.size());
    const std::size_t flags = std::min(rest.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), rest.size());
    // The label of what follows is a letter too.
    const bool labelled = flags > 0 && flags < rest.size() && rest[flags] == ':';
    rest.remove_prefix(labelled ? flags - 1 : flags);
    while (rest.starts_with('(')) {
        int depth = 0;
        std::size_t end = 0;
        for (; end < rest.size(); ++end) {
            if (rest[end] == '(') ++depth;
            if (rest[end] == ')' && --depth == 0) break;
        }
        if (end == rest.size()) return false;
        rest.remove_prefix(end + 1);
    }
    return true;
}

/// Generic rights as those of files that they stand for.
std::uint32_t mapped(std::uint32_t mask) {
    constexpr std::pair<std::uint32_t, std::uint32_t> kGeneric[] = {
        {1U << 28, 0x1f01ff}, {1U << 29, 0x1200a0}, {1U << 30, 0x120116}, {1U << 31, 0x120089}};
    for (const auto& [generic, rights] : kGeneric) {
        if ((mask & generic) != 0) mask = (mask & ~generic) | rights;
    }
    return mask;
}

}  // namespace

PermissionKey PermissionKey::of(std::string_view sddl) {
    PermissionKey key;
    const Sha256Digest digest = sha256(as_bytes(sddl));
    std::copy_n(digest.begin(), key.bytes.size(), key.bytes.begin());
    return key;
}

std::string PermissionKey::text() const {
    return std::to_string(number(bytes.data())) + '*' + std::to_string(number(bytes.data() + kHalf));
}

std::optional<PermissionKey> PermissionKey::parse(std::string_view text) {
    const std::size_t star = text.find('*');
    if (star == std::string_view::npos) return std::nullopt;
    const auto first = parse_number<std::uint64_t>(text.substr(0, star));
    const auto second = parse_number<std::uint64_t>(text.substr(star + 1));
    if (!first || !second) return std::nullopt;
    PermissionKey key;
    put(key.bytes.data(), *first);
    put(key.bytes.data() + kHalf, *second);
    return key;
}

std::optional<PermissionKey> PermissionKey::unpack(std::string_view packed) {
    PermissionKey key;
    if (packed.size() != key.bytes.size()) return std::nullopt;
    std::copy(as_bytes(packed).begin(), as_bytes(packed).end(), key.bytes.begin());
    return key;
}

Result<> check_permission(std::string_view sddl) {
    std::string_view rest = trim(sddl);
    const bool sound = take_sid(rest, "O:") && take_sid(rest, "G:") && take_list(rest, "D:") &&
                       (rest.empty() || (take_list(rest, "S:") && rest.empty()));
    if (!sound) return fail(ErrorCode::file_invalid_permission);
    return {};
}

std::optional<PermissionFormat> parse_permission_format(std::string_view text) {
    const auto* const row = std::find_if(kPermissionFormats.begin(), kPermissionFormats.end(),
                                         [text](const auto& one) { return equals_ignoring_case(one.name, text); });
    return row == kPermissionFormats.end() ? std::nullopt : std::optional(row->value);
}

Result<std::string> read_permission(std::string_view text, PermissionFormat format, PermissionUse use) {
    std::optional<SecurityDescriptor> descriptor;
    if (format == PermissionFormat::binary) {
        const auto bytes = base64_decode(text);
        if (bytes) descriptor = SecurityDescriptor::parse_bytes(*bytes);
        if (!descriptor) return fail(ErrorCode::file_invalid_permission);
    } else {
        LAZ_CHECK(check_permission(text));
        descriptor = SecurityDescriptor::parse_text(text);
        if (!descriptor) return std::string(text);
    }
    std::uint16_t& control = descriptor->control;
    constexpr std::uint16_t kInherits = SecurityDescriptor::dacl_inherit_required | SecurityDescriptor::dacl_auto_inherited;
    if (use == PermissionUse::kept) control = static_cast<std::uint16_t>(control | SecurityDescriptor::sacl_present);
    if (use == PermissionUse::of_new) {
        control = static_cast<std::uint16_t>(control & ~kInherits);
        if (!descriptor->sacl) control = static_cast<std::uint16_t>(control & ~SecurityDescriptor::sacl_present);
    }
    return descriptor->text();
}

Result<std::string> write_permission(std::string_view sddl, PermissionFormat format) {
    if (format == PermissionFormat::sddl) return std::string(sddl);
    const auto descriptor = SecurityDescriptor::parse_text(sddl);
    if (!descriptor) return fail(ErrorCode::file_invalid_permission);
    const std::string bytes = descriptor->bytes();
    return base64_encode(as_bytes(bytes));
}

std::string inherited_permission(std::string_view directory, bool to_directory) {
    using Flags = SecurityDescriptor;
    const auto from = SecurityDescriptor::parse_text(directory);
    if (!from || !from->dacl) return std::string(directory);
    // Who makes something is SYSTEM; the placeholders for owner and group stand for that.
    static const auto kCreator = *SecurityDescriptor::parse_text("O:SYG:SY");
    static const auto kPlaceholders = *SecurityDescriptor::parse_text("O:COG:CG");
    SecurityDescriptor to;
    to.control = SecurityDescriptor::dacl_present;
    to.owner = kCreator.owner;
    to.group = kCreator.group;
    to.dacl.emplace();
    constexpr unsigned kPassedOn = Flags::object_inherit | Flags::container_inherit;
    const unsigned wanted = to_directory ? kPassedOn : unsigned{Flags::object_inherit};
    for (const SecurityDescriptor::Entry& entry : *from->dacl) {
        if ((entry.flags & wanted) == 0) continue;
        const bool effective = !to_directory || (entry.flags & Flags::container_inherit) != 0;
        const bool goes_on = to_directory && (entry.flags & Flags::no_propagate) == 0;
        const auto flags = static_cast<std::uint8_t>(entry.flags & kPassedOn);
        SecurityDescriptor::Entry own = entry;
        own.mask = mapped(entry.mask);
        if (own.sid == kPlaceholders.owner || own.sid == kPlaceholders.group) own.sid = kCreator.owner;
        const bool same = own.mask == entry.mask && own.sid == entry.sid;
        own.flags = effective && goes_on && same ? flags : std::uint8_t{0};
        if (effective) to.dacl->push_back(std::move(own));
        if (!goes_on || (effective && same)) continue;
        to.dacl->push_back(entry);
        to.dacl->back().flags = static_cast<std::uint8_t>(flags | Flags::inherit_only);
    }
    return to.dacl->empty() ? std::string(directory) : to.text();
}

}  // namespace lazulite::file
