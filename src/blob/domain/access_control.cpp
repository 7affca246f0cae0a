#include "blob/domain/access_control.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/packed.hpp"

namespace lazulite::blob {
namespace {

// Tags of the packed form.
constexpr std::uint8_t kPackedMode = 1;
constexpr std::uint8_t kPackedOwnerGuid = 2;
constexpr std::uint8_t kPackedOwnerName = 3;
constexpr std::uint8_t kPackedGroupGuid = 4;
constexpr std::uint8_t kPackedGroupName = 5;
constexpr std::uint8_t kPackedEntry = 6;      ///< a byte of scope, type and permissions, then the name, if any
constexpr std::uint8_t kPackedGuidEntry = 7;  ///< the same with the 16 bytes of a GUID

constexpr std::uint64_t kModeIsThere = 0x8000;  ///< a mode of 0 is one, too
constexpr std::array kScopes = {AclScope::access, AclScope::inherited};
constexpr std::array kAlwaysThere = {AclType::user, AclType::group, AclType::other};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// The 16 bytes of `8-4-4-4-12` small hexadecimal digits; nothing for other texts.
std::optional<std::string> guid_bytes_of(std::string_view id) {
    if (id.size() != 36) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < id.size(); i += 2) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (id[i++] != '-') return std::nullopt;
        }
        const int high = hex_digit(id[i]);
        const int low = i + 1 < id.size() ? hex_digit(id[i + 1]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high << 4 | low));
    }
    return bytes;
}

/// Empty unless there are 16 bytes.
std::string guid_text_of(std::string_view bytes) {
    if (bytes.size() != 16) return {};
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

void pack_principal(PackedWriter& to, std::uint8_t guid, std::uint8_t name, std::string_view id) {
    if (id == kSuperuser) return;
    if (const auto bytes = guid_bytes_of(id)) to.put(guid, *bytes);
    else to.put(name, id);
}

void pack_entry(PackedWriter& to, const AclEntry& entry) {
    std::string bytes(1, static_cast<char>(static_cast<int>(entry.scope) << 5 | static_cast<int>(entry.type) << 3 |
                                           entry.permissions));
    const auto guid = guid_bytes_of(entry.id);
    to.put(guid ? kPackedGuidEntry : kPackedEntry, bytes + (guid ? *guid : entry.id));
}

std::optional<AclEntry> unpack_entry(std::string_view bytes, bool guid) {
    if (bytes.empty()) return std::nullopt;
    const auto head = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    AclEntry entry;
    entry.scope = static_cast<AclScope>(head >> 5 & 1);
    entry.type = static_cast<AclType>(head >> 3 & 3);
    entry.permissions = head & kAclEverything;
    entry.id = guid ? guid_text_of(bytes) : bytes;
    if (guid && entry.id.empty()) return std::nullopt;
    if (entry.named() && (entry.type == AclType::mask || entry.type == AclType::other)) return std::nullopt;
    return entry;
}

bool is_of_mode(const AclEntry& entry) {
    return entry.scope == AclScope::access && entry.type != AclType::mask && !entry.named();
}

auto subject_in(AclEntries& entries, const AclEntry& subject) {
    return std::find_if(entries.begin(), entries.end(), [&](const AclEntry& e) { return e.same_subject(subject); });
}
AclEntry* find_in(AclEntries& entries, AclScope scope, AclType type) {
    const auto found = subject_in(entries, {scope, type, {}, 0});
    return found == entries.end() ? nullptr : &*found;
}

/// The union of what a mask limits.
Rwx computed_mask(const AclEntries& entries, AclScope scope) {
    Rwx all = 0;
    for (const AclEntry& entry : entries) {
        if (entry.scope == scope && entry.masked()) all = static_cast<Rwx>(all | entry.permissions);
    }
    return all;
}

bool needs_mask(const AclEntries& entries, AclScope scope) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const AclEntry& e) { return e.scope == scope && e.named(); });
}

/// Adds what an AccessControl has in any case.
void complete(AclEntries& entries) {
    const bool inherited =
        std::any_of(entries.begin(), entries.end(), [](const AclEntry& e) { return e.scope == AclScope::inherited; });
    for (const AclType type : kAlwaysThere) {
        if (!inherited || find_in(entries, AclScope::inherited, type) != nullptr) continue;
        const AclEntry* const own = find_in(entries, AclScope::access, type);
        entries.push_back({AclScope::inherited, type, {}, own == nullptr ? Rwx{0} : own->permissions});
    }
    for (const AclScope scope : kScopes) {
        if (!needs_mask(entries, scope) || find_in(entries, scope, AclType::mask) != nullptr) continue;
        entries.push_back({scope, AclType::mask, {}, computed_mask(entries, scope)});
    }
    std::sort(entries.begin(), entries.end());
}

bool has_duplicates(AclEntries entries) {
    std::sort(entries.begin(), entries.end());
    const auto same = [](const AclEntry& a, const AclEntry& b) { return a.same_subject(b); };
    return std::adjacent_find(entries.begin(), entries.end(), same) != entries.end();
}

bool lacks_owner_group_or_other(const AclEntries& given) {
    AclEntries entries = given;
    return std::any_of(kAlwaysThere.begin(), kAlwaysThere.end(),
                       [&](AclType type) { return find_in(entries, AclScope::access, type) == nullptr; });
}

/// Where entries that the mask limits changed, it is what they make together, unless `changed` names it.
void compute_masks_again(AclEntries& entries, const AclEntries& changed) {
    for (const AclScope scope : kScopes) {
        const auto of_scope = [&](bool (*is)(const AclEntry&)) {
            return std::any_of(changed.begin(), changed.end(),
                               [&](const AclEntry& e) { return e.scope == scope && is(e); });
        };
        if (of_scope([](const AclEntry& e) { return e.type == AclType::mask; })) continue;
        if (!of_scope([](const AclEntry& e) { return e.masked(); })) continue;
        if (AclEntry* const mask = find_in(entries, scope, AclType::mask))
            mask->permissions = computed_mask(entries, scope);
    }
}

}  // namespace

AccessControl::AccessControl(PathMode mode)
    : entries_{{AclScope::access, AclType::user, {}, owner_bits(mode)},
               {AclScope::access, AclType::group, {}, group_bits(mode)},
               {AclScope::access, AclType::other, {}, other_bits(mode)}},
      sticky_((mode & kStickyBit) != 0) {}

AccessControl AccessControl::usual(bool directory) {
    return AccessControl((directory ? kModeOfNewDirectory : kModeOfNewFile) & ~kDefaultUmask);
}

AccessControl AccessControl::of_root(std::string_view creator) {
    AccessControl root = usual(true);
    if (!creator.empty()) root.owner = root.group = creator;
    return root;
}

std::optional<Rwx> AccessControl::find(AclScope scope, AclType type, std::string_view id) const {
    for (const AclEntry& entry : entries_) {
        if (entry.scope == scope && entry.type == type && entry.id == id) return entry.permissions;
    }
    return std::nullopt;
}

AclEntry* AccessControl::entry(AclScope scope, AclType type) { return find_in(entries_, scope, type); }

bool AccessControl::has_default() const { return entries_.back().scope == AclScope::inherited; }
bool AccessControl::extended() const { return entries_.size() > kAlwaysThere.size(); }

PathMode AccessControl::mode() const {
    const auto of = [&](AclType type) { return find(AclScope::access, type); };
    const Rwx group_digit = of(AclType::mask) ? *of(AclType::mask) : *of(AclType::group);
    return static_cast<PathMode>((sticky_ ? kStickyBit : 0) | *of(AclType::user) << 6 | group_digit << 3 |
                                 *of(AclType::other));
}

std::string AccessControl::permissions() const { return print_mode(mode()) + (extended() ? "+" : ""); }

void AccessControl::set_mode(PathMode mode) {
    entry(AclScope::access, AclType::user)->permissions = owner_bits(mode);
    AclEntry* const mask = entry(AclScope::access, AclType::mask);
    (mask != nullptr ? mask : entry(AclScope::access, AclType::group))->permissions = group_bits(mode);
    entry(AclScope::access, AclType::other)->permissions = other_bits(mode);
    sticky_ = (mode & kStickyBit) != 0;
}

Result<> AccessControl::take(AclEntries entries, bool directory) {
    if (lacks_owner_group_or_other(entries)) return fail(ErrorCode::set_acl_missing_aces);
    complete(entries);
    if (!directory && entries.back().scope == AclScope::inherited) return fail(ErrorCode::invalid_access_control_list);
    for (const AclScope scope : kScopes) {
        const auto of_scope =
            std::count_if(entries.begin(), entries.end(), [&](const AclEntry& e) { return e.scope == scope; });
        if (std::cmp_greater(of_scope, kMostAclEntries)) return fail(ErrorCode::invalid_access_control_list);
    }
    entries_ = std::move(entries);
    return {};
}

Result<> AccessControl::set_acl(AclEntries given, bool directory) {
    if (has_duplicates(given)) return fail(ErrorCode::invalid_access_control_list);
    return take(std::move(given), directory);
}

Result<> AccessControl::modify_acl(const AclEntries& given, bool directory) {
    if (has_duplicates(given)) return fail(ErrorCode::invalid_access_control_list);
    AclEntries entries = entries_;
    for (const AclEntry& change : given) {
        const auto found = subject_in(entries, change);
        if (found == entries.end()) entries.push_back(change);
        else found->permissions = change.permissions;
    }
    compute_masks_again(entries, given);
    return take(std::move(entries), directory);
}

Result<> AccessControl::remove_acl(const AclEntries& removed, bool directory) {
    AclEntries entries = entries_;
    AclEntries gone;
    for (const AclEntry& entry : removed) {
        const auto found = subject_in(entries, entry);
        if (found == entries.end()) continue;
        gone.push_back(*found);
        entries.erase(found);
    }
    for (const AclEntry& entry : gone) {
        const bool needed = entry.type == AclType::mask && needs_mask(entries, entry.scope);
        if (needed) return fail(ErrorCode::invalid_access_control_list);
    }
    compute_masks_again(entries, gone);
    return take(std::move(entries), directory);
}

std::string AccessControl::pack(bool directory) const {
    PackedWriter packed;
    PathMode mode = sticky_ ? kStickyBit : PathMode{0};
    for (const AclEntry& entry : entries_) {
        if (!is_of_mode(entry)) continue;
        const int place = entry.type == AclType::user ? 6 : entry.type == AclType::group ? 3 : 0;
        mode = static_cast<PathMode>(mode | entry.permissions << place);
    }
    if (mode != usual(directory).mode()) packed.put_integer(kPackedMode, mode | kModeIsThere);
    pack_principal(packed, kPackedOwnerGuid, kPackedOwnerName, owner);
    pack_principal(packed, kPackedGroupGuid, kPackedGroupName, group);
    for (const AclEntry& entry : entries_) {
        if (!is_of_mode(entry)) pack_entry(packed, entry);
    }
    return packed.take();
}

AccessControl AccessControl::unpack(std::string_view packed, bool directory) {
    AccessControl access = usual(directory);
    AclEntries entries;
    PackedReader reader(packed);
    while (const auto read = reader.next()) {
        switch (read->tag) {
            case kPackedMode:
                if (read->integer() & kModeIsThere) access.set_mode(static_cast<PathMode>(read->integer() & 01777));
                break;
            case kPackedOwnerGuid: access.owner = guid_text_of(read->value); break;
            case kPackedOwnerName: access.owner = read->value; break;
            case kPackedGroupGuid: access.group = guid_text_of(read->value); break;
            case kPackedGroupName: access.group = read->value; break;
            case kPackedEntry:
            case kPackedGuidEntry:
                if (auto entry = unpack_entry(read->value, read->tag == kPackedGuidEntry))
                    entries.push_back(std::move(*entry));
                break;
            default: break;
        }
    }
    if (access.owner.empty()) access.owner = kSuperuser;
    if (access.group.empty()) access.group = kSuperuser;
    if (!entries.empty()) {
        entries.insert(entries.end(), access.entries_.begin(), access.entries_.end());
        // Whatever breaks the rules was not written by pack(): the mode is all there is then.
        static_cast<void>(access.set_acl(std::move(entries), directory));
    }
    return access;
}

Result<AccessControl> NewPath::below(const AccessControl& parent) const {
    if (acl && permissions) return fail(ErrorCode::invalid_input);
    const PathMode given = permissions.value_or(directory ? kModeOfNewDirectory : kModeOfNewFile);
    AccessControl made(given);
    made.owner = owner.empty() ? std::string(kSuperuser) : owner;
    made.group = group.empty() ? parent.group : group;
    if (acl) {
        LAZ_CHECK(made.set_acl(*acl, directory));
        return made;
    }
    if (!parent.has_default()) {
        made.set_mode(static_cast<PathMode>(given & ~(umask.value_or(kDefaultUmask) & 0777)));
        return made;
    }
    AclEntries entries;
    for (const AclEntry& entry : parent.entries()) {
        if (entry.scope != AclScope::inherited) continue;
        entries.push_back({AclScope::access, entry.type, entry.id, entry.permissions});
        if (directory) entries.push_back(entry);
    }
    std::sort(entries.begin(), entries.end());
    made.entries_ = std::move(entries);
    made.set_mode(static_cast<PathMode>((made.mode() & given) | (given & kStickyBit)));
    return made;
}

Result<AclUpdate> AclUpdate::parse(Kind kind, std::string_view text) {
    LAZ_TRY(AclEntries entries, kind == Kind::remove ? parse_removed_acl(text) : parse_acl(text));
    if (has_duplicates(entries)) return fail(ErrorCode::invalid_access_control_list);
    if (kind == Kind::set && lacks_owner_group_or_other(entries)) return fail(ErrorCode::set_acl_missing_aces);
    return AclUpdate{kind, std::move(entries)};
}

Result<> AclUpdate::apply(AccessControl& to, bool directory) const {
    AclEntries fit = entries;
    if (!directory) std::erase_if(fit, [](const AclEntry& e) { return e.scope == AclScope::inherited; });
    switch (kind) {
        case Kind::set: return to.set_acl(std::move(fit), directory);
        case Kind::modify: return to.modify_acl(fit, directory);
        case Kind::remove: return to.remove_acl(fit, directory);
    }
    return {};
}

}  // namespace lazulite::blob
