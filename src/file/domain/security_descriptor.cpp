#include "file/domain/security_descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace lazulite::file {
namespace {

using Entry = SecurityDescriptor::Entry;

template <class Value>
using Labels = std::pair<std::string_view, Value>;

constexpr auto kTypes = std::to_array<Labels<std::uint8_t>>({{"A", 0x0}, {"D", 0x1}, {"AU", 0x2}, {"AL", 0x3}, {"OA", 0x5},
                                                            {"OD", 0x6}, {"OU", 0x7}, {"OL", 0x8}, {"ML", 0x11}});
constexpr auto kEntryFlags = std::to_array<Labels<std::uint8_t>>(
    {{"OI", 0x1}, {"CI", 0x2}, {"NP", 0x4}, {"IO", 0x8}, {"ID", 0x10}, {"SA", 0x40}, {"FA", 0x80}});
// All of a mask by one name.
constexpr auto kWholeRights = std::to_array<Labels<std::uint32_t>>({{"FA", 0x1f01ff}, {"FR", 0x120089}, {"FW", 0x120116},
                                                                   {"FX", 0x1200a0}, {"KA", 0xf003f}, {"KR", 0x20019},
                                                                   {"KW", 0x20006}});
constexpr auto kRights = std::to_array<Labels<std::uint32_t>>(
    {{"CC", 0x1},     {"DC", 0x2},     {"LC", 0x4},     {"SW", 0x8},     {"RP", 0x10},        {"WP", 0x20},
     {"DT", 0x40},    {"LO", 0x80},    {"CR", 0x100},   {"SD", 0x10000}, {"RC", 0x20000},     {"WD", 0x40000},
     {"WO", 0x80000}, {"GA", 1U << 28}, {"GX", 1U << 29}, {"GW", 1U << 30}, {"GR", 1U << 31}});
constexpr auto kLabelRights = std::to_array<Labels<std::uint32_t>>({{"NW", 0x1}, {"NR", 0x2}, {"NX", 0x4}});
constexpr std::uint8_t kLabel = 0x11;

constexpr auto kAliases = std::to_array<Labels<std::string_view>>({
    {"WD", "S-1-1-0"},       {"CO", "S-1-3-0"},       {"CG", "S-1-3-1"},       {"OW", "S-1-3-4"},       {"NU", "S-1-5-2"},
    {"IU", "S-1-5-4"},       {"SU", "S-1-5-6"},       {"AN", "S-1-5-7"},       {"ED", "S-1-5-9"},       {"PS", "S-1-5-10"},
    {"AU", "S-1-5-11"},      {"RC", "S-1-5-12"},      {"SY", "S-1-5-18"},      {"LS", "S-1-5-19"},      {"NS", "S-1-5-20"},
    {"WR", "S-1-5-33"},      {"BA", "S-1-5-32-544"},  {"BU", "S-1-5-32-545"},  {"BG", "S-1-5-32-546"},  {"PU", "S-1-5-32-547"},
    {"AO", "S-1-5-32-548"},  {"SO", "S-1-5-32-549"},  {"PO", "S-1-5-32-550"},  {"BO", "S-1-5-32-551"},  {"RE", "S-1-5-32-552"},
    {"RU", "S-1-5-32-554"},  {"RD", "S-1-5-32-555"},  {"NO", "S-1-5-32-556"},  {"MU", "S-1-5-32-558"},  {"LU", "S-1-5-32-559"},
    {"IS", "S-1-5-32-568"},  {"CY", "S-1-5-32-569"},  {"ER", "S-1-5-32-573"},  {"CD", "S-1-5-32-574"},  {"RA", "S-1-5-32-575"},
    {"ES", "S-1-5-32-576"},  {"MS", "S-1-5-32-577"},  {"HA", "S-1-5-32-578"},  {"AA", "S-1-5-32-579"},  {"RM", "S-1-5-32-580"},
    {"AC", "S-1-15-2-1"},    {"LW", "S-1-16-4096"},   {"ME", "S-1-16-8192"},   {"MP", "S-1-16-8448"},   {"HI", "S-1-16-12288"},
    {"SI", "S-1-16-16384"},
});

constexpr std::string_view kNoAccessControl = "NO_ACCESS_CONTROL";
constexpr std::size_t kHeaderBytes = 20;
constexpr std::size_t kGuidBytes = 16;
constexpr std::size_t kMostSubAuthorities = 15;
constexpr std::uint8_t kOfObjects = 4;  // an ACL with entries that name objects

bool names_object(std::uint8_t type) { return type >= 0x5 && type <= 0x8; }

// ---- numbers ------------------------------------------------------------------------------------------------------

void put(std::string& to, std::uint64_t value, std::size_t bytes) {
    for (; bytes > 0; --bytes, value >>= 8) to.push_back(static_cast<char>(value & 0xff));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
    std::uint64_t value = 0;
    for (std::size_t i = length; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// Decimal, or hexadecimal behind `0x`.
template <class Number>
std::optional<Number> parse_either(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (!hexadecimal) return parse_number<Number>(text);
    text.remove_prefix(2);
    Number value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string hexadecimal(std::uint64_t value) {
    char text[20];
    const auto end = std::to_chars(std::begin(text), std::end(text), value, 16).ptr;
    return "0x" + std::string(std::begin(text), end);
}

/// What stands before `end`, which is cut off with it; nothing where it is not there.
std::optional<std::string_view> take_until(std::string_view& rest, char end) {
    const std::size_t at = rest.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    return taken;
}

// ---- names of bits ------------------------------------------------------------------------------------------------

/// Names of two letters, one behind the other.
template <class Value, std::size_t count>
std::optional<Value> parse_bits(std::string_view text, const std::array<Labels<Value>, count>& names) {
    Value bits = 0;
    for (; !text.empty(); text.remove_prefix(2)) {
        const auto row = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == text.substr(0, 2); });
        if (row == names.end()) return std::nullopt;
        bits = static_cast<Value>(bits | row->second);
    }
    return bits;
}

/// Nothing where a bit has no name.
template <class Value, std::size_t count>
std::optional<std::string> bits_text(Value bits, const std::array<Labels<Value>, count>& names) {
    std::string text;
    for (const auto& [name, bit] : names) {
        if ((bits & bit) == 0) continue;
        text += name;
        bits = static_cast<Value>(bits & ~bit);
    }
    return bits == 0 ? std::optional(text) : std::nullopt;
}

std::optional<std::uint32_t> parse_rights(std::string_view text, std::uint8_t type) {
    if (text.starts_with("0x") || text.starts_with("0X") || (!text.empty() && text[0] >= '0' && text[0] <= '9')) {
        return parse_either<std::uint32_t>(text);
    }
    if (type == kLabel) return parse_bits(text, kLabelRights);
    std::uint32_t mask = 0;
    for (; !text.empty(); text.remove_prefix(2)) {
        const std::string_view name = text.substr(0, 2);
        const auto named = [name](const auto& one) { return one.first == name; };
        const auto whole = std::find_if(kWholeRights.begin(), kWholeRights.end(), named);
        const auto row = std::find_if(kRights.begin(), kRights.end(), named);
        if (whole == kWholeRights.end() && row == kRights.end()) return std::nullopt;
        mask |= whole != kWholeRights.end() ? whole->second : row->second;
    }
    return mask;
}

std::string rights_text(std::uint32_t mask, std::uint8_t type) {
    if (type == kLabel) return bits_text(mask, kLabelRights).value_or(hexadecimal(mask));
    const auto whole = std::find_if(kWholeRights.begin(), kWholeRights.end(), [mask](const auto& one) { return one.second == mask; });
    if (whole != kWholeRights.end()) return std::string(whole->first);
    return bits_text(mask, kRights).value_or(hexadecimal(mask));
}

// ---- SIDs and GUIDs -----------------------------------------------------------------------------------------------

std::optional<std::string> parse_sid(std::string_view text) {
    const auto alias = std::find_if(kAliases.begin(), kAliases.end(), [text](const auto& one) { return one.first == text; });
    if (alias != kAliases.end()) text = alias->second;
    if (!text.starts_with("S-1-")) return std::nullopt;
    text.remove_prefix(4);
    std::optional<std::uint64_t> authority;
    std::string parts;
    std::size_t count = 0;
    for (bool more = true; more;) {
        const std::size_t dash = text.find('-');
        more = dash != std::string_view::npos;
        const std::string_view part = text.substr(0, dash);
        if (more) text.remove_prefix(dash + 1);
        if (!authority) {
            authority = parse_either<std::uint64_t>(part);
            if (!authority || *authority >> 48 != 0) return std::nullopt;
            continue;
        }
        const auto number = parse_number<std::uint32_t>(part);
        if (!number || ++count > kMostSubAuthorities) return std::nullopt;
        put(parts, *number, 4);
    }
    std::string sid{'\x01', static_cast<char>(count)};
    for (int shift = 40; shift >= 0; shift -= 8) sid.push_back(static_cast<char>(*authority >> shift & 0xff));
    return sid + parts;
}

/// The SID that bytes begin with.
std::optional<std::string> sid_at(std::string_view bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < 8 || bytes[at] != 1) return std::nullopt;
    const auto count = static_cast<unsigned char>(bytes[at + 1]);
    if (count > kMostSubAuthorities || bytes.size() - at < 8 + count * std::size_t{4}) return std::nullopt;
    return std::string(bytes.substr(at, 8 + count * std::size_t{4}));
}

std::string sid_text(std::string_view sid) {
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | static_cast<unsigned char>(sid[i]);
    std::string text = "S-1-" + (authority >> 32 == 0 ? std::to_string(authority) : hexadecimal(authority));
    for (std::size_t at = 8; at < sid.size(); at += 4) text += "-" + std::to_string(number_at(sid, at, 4));
    const auto alias = std::find_if(kAliases.begin(), kAliases.end(), [&](const auto& one) { return one.second == text; });
    return alias != kAliases.end() ? std::string(alias->first) : text;
}

// The bytes of a GUID in the order of its digits: the first three numbers have theirs turned round.
constexpr std::size_t kGuidOrder[kGuidBytes] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

std::optional<std::string> parse_guid(std::string_view text) {
    if (text.empty()) return std::string();
    std::string guid(kGuidBytes, '\0');
    std::size_t next = 0;
    while (!text.empty() && next < kGuidBytes) {
        if (text[0] == '-') text.remove_prefix(1);
        const auto byte = text.size() < 2 ? std::nullopt : parse_either<std::uint8_t>("0x" + std::string(text.substr(0, 2)));
        if (!byte) return std::nullopt;
        guid[kGuidOrder[next++]] = static_cast<char>(*byte);
        text.remove_prefix(2);
    }
    return next == kGuidBytes && text.empty() ? std::optional(guid) : std::nullopt;
}

std::string guid_text(std::string_view guid) {
    std::string text;
    for (std::size_t i = 0; i < guid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(guid[kGuidOrder[i]]);
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 0xf];
    }
    return text;
}

// ---- text ---------------------------------------------------------------------------------------------------------

/// `type;flags;rights;object;inherited;sid`
std::optional<Entry> parse_entry(std::string_view text) {
    std::array<std::string_view, 6> fields;
    for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
        const auto field = take_until(text, ';');
        if (!field) return std::nullopt;
        fields[i] = *field;
    }
    fields.back() = text;
    const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& one) { return one.first == fields[0]; });
    if (type == kTypes.end()) return std::nullopt;
    const auto flags = parse_bits(fields[1], kEntryFlags);
    const auto mask = parse_rights(fields[2], type->second);
    auto object = parse_guid(fields[3]);
    auto inherited = parse_guid(fields[4]);
    auto sid = parse_sid(fields[5]);
    if (!flags || !mask || !object || !inherited || !sid) return std::nullopt;
    if (!names_object(type->second) && !(object->empty() && inherited->empty())) return std::nullopt;
    return Entry{type->second, *flags, *mask, *std::move(object), *std::move(inherited), *std::move(sid)};
}

/// Flags and entries of a list, up to the end or the label of the next one. The bits are those of a DACL; a SACL's are twice
/// as large, and its `present` four times.
bool parse_list(std::string_view& rest, bool sacl, SecurityDescriptor& to) {
    const int shift = sacl ? 1 : 0;
    const auto set = [&](unsigned bits) { to.control = static_cast<std::uint16_t>(to.control | bits); };
    set(sacl ? SecurityDescriptor::sacl_present : SecurityDescriptor::dacl_present);
    const auto flag = [&](std::string_view name, unsigned bit) {
        if (!rest.starts_with(name)) return;
        rest.remove_prefix(name.size());
        set(bit << shift);
    };
    flag("P", SecurityDescriptor::dacl_protected);
    flag("AR", SecurityDescriptor::dacl_inherit_required);
    flag("AI", SecurityDescriptor::dacl_auto_inherited);
    SecurityDescriptor::List& list = sacl ? to.sacl : to.dacl;
    if (rest.starts_with(kNoAccessControl)) {
        rest.remove_prefix(kNoAccessControl.size());
        return true;
    }
    list.emplace();
    while (rest.starts_with('(')) {
        rest.remove_prefix(1);
        const auto text = take_until(rest, ')');
        auto entry = text ? parse_entry(*text) : std::nullopt;
        if (!entry) return false;
        list->push_back(*std::move(entry));
    }
    return true;
}

/// A SID, up to the label that follows it.
std::optional<std::string> take_named_sid(std::string_view& rest, std::string_view label) {
    if (!rest.starts_with(label)) return std::nullopt;
    rest.remove_prefix(label.size());
    const std::size_t colon = rest.find(':');
    const std::size_t length = colon == std::string_view::npos ? rest.size() : std::max<std::size_t>(colon, 1) - 1;
    const std::string_view sid = rest.substr(0, length);
    rest.remove_prefix(length);
    return parse_sid(sid);
}

std::string list_text(const SecurityDescriptor::List& list, std::uint16_t control, bool sacl) {
    const unsigned bits = sacl ? control >> 1U : control;
    std::string text = sacl ? "S:" : "D:";
    if ((bits & SecurityDescriptor::dacl_protected) != 0) text += "P";
    if ((bits & SecurityDescriptor::dacl_inherit_required) != 0) text += "AR";
    if ((bits & SecurityDescriptor::dacl_auto_inherited) != 0) text += "AI";
    if (!list) return text.append(kNoAccessControl);
    for (const Entry& entry : *list) {
        const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& one) { return one.second == entry.type; });
        text.append("(").append(type->first).append(";").append(bits_text(entry.flags, kEntryFlags).value_or(""));
        text.append(";").append(rights_text(entry.mask, entry.type)).append(";").append(guid_text(entry.object));
        text.append(";").append(guid_text(entry.inherited)).append(";").append(sid_text(entry.sid)).append(")");
    }
    return text;
}

// ---- bytes --------------------------------------------------------------------------------------------------------

std::optional<Entry> entry_of(std::string_view bytes) {
    Entry entry;
    entry.type = static_cast<std::uint8_t>(bytes[0]);
    entry.flags = static_cast<std::uint8_t>(bytes[1]);
    const bool known = std::any_of(kTypes.begin(), kTypes.end(), [&](const auto& one) { return one.second == entry.type; });
    if (!known || bytes.size() < 8 || !bits_text(entry.flags, kEntryFlags)) return std::nullopt;
    entry.mask = static_cast<std::uint32_t>(number_at(bytes, 4, 4));
    std::size_t at = 8;
    if (names_object(entry.type)) {
        if (bytes.size() < 12) return std::nullopt;
        const std::uint64_t given = number_at(bytes, 8, 4);
        at = 12;
        for (const auto& [bit, to] : {std::pair{1U, &entry.object}, {2U, &entry.inherited}}) {
            if ((given & bit) == 0) continue;
            if (bytes.size() < at + kGuidBytes) return std::nullopt;
            *to = bytes.substr(at, kGuidBytes);
            at += kGuidBytes;
        }
    }
    auto sid = sid_at(bytes, at);
    if (!sid) return std::nullopt;
    entry.sid = *std::move(sid);
    return entry;
}

std::optional<std::vector<Entry>> list_at(std::string_view bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < 8) return std::nullopt;
    const std::size_t size = number_at(bytes, at + 2, 2);
    std::size_t count = number_at(bytes, at + 4, 2);
    if (size < 8 || size > bytes.size() - at) return std::nullopt;
    std::string_view rest = bytes.substr(at + 8, size - 8);
    std::vector<Entry> entries;
    for (; count > 0; --count) {
        const std::size_t length = rest.size() < 4 ? 0 : number_at(rest, 2, 2);
        if (length < 4 || length > rest.size()) return std::nullopt;
        auto entry = entry_of(rest.substr(0, length));
        if (!entry) return std::nullopt;
        entries.push_back(*std::move(entry));
        rest.remove_prefix(length);
    }
    return entries;
}

std::string list_bytes(const std::vector<Entry>& entries) {
    constexpr std::uint8_t kUsual = 2;
    std::string body;
    std::uint8_t revision = kUsual;
    for (const Entry& entry : entries) {
        std::string rest;
        put(rest, entry.mask, 4);
        if (names_object(entry.type)) {
            revision = kOfObjects;
            put(rest, (entry.object.empty() ? 0U : 1U) | (entry.inherited.empty() ? 0U : 2U), 4);
            rest += entry.object + entry.inherited;
        }
        rest += entry.sid;
        put(body, entry.type, 1);
        put(body, entry.flags, 1);
        put(body, rest.size() + 4, 2);
        body += rest;
    }
    std::string list;
    put(list, revision, 2);
    put(list, body.size() + 8, 2);
    put(list, entries.size(), 4);
    return list + body;
}

}  // namespace

std::optional<SecurityDescriptor> SecurityDescriptor::parse_text(std::string_view sddl) {
    std::string_view rest = trim(sddl);
    SecurityDescriptor descriptor;
    auto owner = take_named_sid(rest, "O:");
    auto group = owner ? take_named_sid(rest, "G:") : std::nullopt;
    if (!group) return std::nullopt;
    descriptor.owner = *std::move(owner);
    descriptor.group = *std::move(group);
    for (const bool sacl : {false, true}) {
        const std::string_view label = sacl ? "S:" : "D:";
        if (!rest.starts_with(label)) continue;
        rest.remove_prefix(label.size());
        if (!parse_list(rest, sacl, descriptor)) return std::nullopt;
    }
    return rest.empty() ? std::optional(std::move(descriptor)) : std::nullopt;
}

std::optional<SecurityDescriptor> SecurityDescriptor::parse_bytes(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes || bytes[0] != 1) return std::nullopt;
    SecurityDescriptor descriptor;
    descriptor.control = static_cast<std::uint16_t>(number_at(bytes, 2, 2));
    if ((descriptor.control & self_relative) == 0) return std::nullopt;
    descriptor.control = static_cast<std::uint16_t>(descriptor.control & ~self_relative);
    const auto offset = [bytes](std::size_t at) { return static_cast<std::size_t>(number_at(bytes, at, 4)); };
    auto owner = sid_at(bytes, offset(4));
    auto group = sid_at(bytes, offset(8));
    if (!owner || !group || offset(4) < kHeaderBytes || offset(8) < kHeaderBytes) return std::nullopt;
    descriptor.owner = *std::move(owner);
    descriptor.group = *std::move(group);
    struct Wanted {
        bool present;
        std::size_t offset;
        List& to;
    };
    const Wanted lists[] = {{(descriptor.control & sacl_present) != 0, offset(12), descriptor.sacl},
                            {(descriptor.control & dacl_present) != 0, offset(16), descriptor.dacl}};
    for (const Wanted& list : lists) {
        if (!list.present || list.offset == 0) continue;
        auto entries = list_at(bytes, list.offset);
        if (!entries) return std::nullopt;
        list.to = std::move(entries);
    }
    return descriptor;
}

std::string SecurityDescriptor::text() const {
    std::string text = "O:" + sid_text(owner) + "G:" + sid_text(group);
    if ((control & dacl_present) != 0) text += list_text(dacl, control, false);
    if ((control & sacl_present) != 0) text += list_text(sacl, control, true);
    return text;
}

std::string SecurityDescriptor::bytes() const {
    std::string body;
    const auto place = [&body](const std::string& part) {
        const std::size_t at = kHeaderBytes + body.size();
        body += part;
        return at;
    };
    const std::size_t sacl_at = sacl ? place(list_bytes(*sacl)) : 0;
    const std::size_t dacl_at = dacl ? place(list_bytes(*dacl)) : 0;
    const std::size_t owner_at = place(owner);
    const std::size_t group_at = place(group);
    std::string header;
    put(header, 1, 2);
    put(header, control | self_relative, 2);
    for (const std::size_t at : {owner_at, group_at, sacl_at, dacl_at}) put(header, at, 4);
    return header + body;
}

}  // namespace lazulite::file
