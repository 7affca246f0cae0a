#include "table/domain/entity.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace lazulite::table {
namespace {

/// Varints and what has its length before it, into room that is there.
char* write_varint(char* to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
    *to++ = static_cast<char>(value);
    return to;
}
char* write_counted(char* to, std::string_view bytes) {
    to = write_varint(to, bytes.size());
    return std::copy(bytes.begin(), bytes.end(), to);
}
constexpr std::size_t kLongestVarint = 10;

/// Bytes of a value that says its length by its type; nothing for those that carry it.
std::optional<std::uint64_t> fixed_length(EdmType type) {
    switch (type) {
        case EdmType::boolean: return 1;
        case EdmType::int32: return 4;
        case EdmType::int64:
        case EdmType::real:
        case EdmType::date_time: return 8;
        case EdmType::guid: return 16;
        case EdmType::string:
        case EdmType::binary: break;
    }
    return std::nullopt;
}

/// As the reference counts it.
std::size_t counted_bytes(const EdmValue& value) {
    if (value.type == EdmType::string) return 4 + 2 * utf16_length(value.bytes);
    if (value.type == EdmType::binary) return 4 + value.bytes.size();
    return static_cast<std::size_t>(*fixed_length(value.type));
}

constexpr bool begins_name(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}
constexpr auto kInNames = [] {
    std::array<bool, 256> in_names{};
    for (unsigned c = 0; c < in_names.size(); ++c) {
        in_names[c] = begins_name(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9');
    }
    return in_names;
}();

/// A text is no longer in UTF-16 than in UTF-8, so most are not counted.
bool longer_in_utf16(std::string_view text, std::size_t most) {
    return text.size() > most && utf16_length(text) > most;
}

constexpr std::string_view kEtagStart = "W/\"datetime'";
constexpr std::string_view kEtagEnd = "'\"";

StorageError bad_etag(std::string_view text) {
    return StorageError(ErrorCode::invalid_input)
        .saying(
            "The etag value '" + std::string(text) +
            "' specified in one of the request headers is not valid. Please make sure only one etag value is specified "
            "and is valid.");
}

}  // namespace

void PackedProperties::add(std::string_view name, const EdmValue& value) {
    const std::size_t used = bytes_.size();
    const std::size_t most = 1 + 2 * kLongestVarint + name.size() + sizeof(std::uint64_t) + value.bytes.size();
    bytes_.resize(used + most);
    char* to = bytes_.data() + used;
    *to++ = static_cast<char>(value.type);
    to = write_counted(to, name);
    const auto length = fixed_length(value.type);
    if (!length) {
        to = write_counted(to, value.bytes);
    } else if (value.type == EdmType::guid) {
        to = std::copy(value.bytes.begin(), value.bytes.end(), to);
    } else {
        const auto bits = value.type == EdmType::real ? std::bit_cast<std::uint64_t>(value.real)
                                                      : static_cast<std::uint64_t>(value.integer);
        std::memcpy(to, &bits, *length);
        to += *length;
    }
    bytes_.resize(static_cast<std::size_t>(to - bytes_.data()));
}

bool PropertyReader::take_varint(std::string_view& rest, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; !rest.empty() && shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(rest.front());
        rest.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

Result<> check_property_name(std::string_view name) {
    if (longer_in_utf16(name, kLongestPropertyName)) return fail(ErrorCode::property_name_too_long);
    const bool valid = !name.empty() && begins_name(static_cast<unsigned char>(name.front())) &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return kInNames[static_cast<unsigned char>(c)]; });
    if (!valid) return fail(ErrorCode::property_name_invalid);
    return {};
}

Result<> check_value(const EdmValue& value) {
    const bool too_large = value.type == EdmType::string   ? longer_in_utf16(value.bytes, kMostValueBytes / 2)
                           : value.type == EdmType::binary ? value.bytes.size() > kMostValueBytes
                                                           : false;
    if (too_large) return fail(ErrorCode::property_value_too_large);
    return {};
}

Result<> check_entity(const EntityKey& key, const PackedProperties& properties) {
    // A property counts for 8 bytes more than twice what it takes packed, and packed it takes 3 at least.
    const std::size_t at_most = 4 + 2 * (key.partition.size() + key.row.size()) + 5 * properties.bytes().size();
    const bool small = at_most <= kMostEntityBytes;
    std::size_t bytes = small ? 0 : 4 + 2 * (utf16_length(key.partition) + utf16_length(key.row));
    std::size_t count = 0;
    PropertyReader reader(properties.bytes());
    while (const auto property = reader.next_packed()) {
        ++count;
        if (!small) bytes += 8 + 2 * utf16_length(property->name) + counted_bytes(property->value());
    }
    if (count > kMostProperties) return fail(ErrorCode::too_many_properties);
    if (bytes > kMostEntityBytes) return fail(ErrorCode::entity_too_large);
    return {};
}

PackedProperties merged(const PackedProperties& there, const PackedProperties& given) {
    std::vector<Property> fresh;
    PropertyReader fresh_reader(given.bytes());
    while (const auto property = fresh_reader.next()) fresh.push_back(*property);
    std::vector<bool> used(fresh.size(), false);

    PackedProperties result;
    PropertyReader old_reader(there.bytes());
    while (const auto property = old_reader.next()) {
        std::size_t i = 0;
        while (i < fresh.size() && fresh[i].name != property->name) ++i;
        if (i < fresh.size()) used[i] = true;
        result.add(property->name, i < fresh.size() ? fresh[i].value : property->value);
    }
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        if (!used[i]) result.add(fresh[i].name, fresh[i].value);
    }
    return result;
}

char* write_etag_time(char* to, Instant timestamp) {
    std::array<char, kLongestValueText> plain;
    const char* const end = write_date_time(plain.data(), tick_count(timestamp));
    constexpr std::string_view kColon = "%3A";
    constexpr std::ptrdiff_t kColons[] = {13, 16};  // where they stand in a time
    const char* from = plain.data();
    for (const std::ptrdiff_t colon : kColons) {
        to = std::copy(from, std::as_const(plain).data() + colon, to);
        to = std::copy(kColon.begin(), kColon.end(), to);
        from = plain.data() + colon + 1;
    }
    return std::copy(from, end, to);
}

std::string entity_etag(Instant timestamp) {
    std::array<char, kLongestValueText> time;
    std::string etag(kEtagStart);
    etag.reserve(kEtagStart.size() + time.size() + kEtagEnd.size());
    return etag.append(time.data(), write_etag_time(time.data(), timestamp)).append(kEtagEnd);
}

Result<EntityCondition> parse_condition(std::string_view if_match) {
    if (if_match == "*") return EntityCondition{};
    std::string_view text = if_match;
    if (!text.starts_with(kEtagStart) || !text.ends_with(kEtagEnd)) return fail(bad_etag(if_match));
    text = text.substr(kEtagStart.size(), text.size() - kEtagStart.size() - kEtagEnd.size());
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool colon = starts_with_ignoring_case(text.substr(i), "%3A");
        plain += colon ? ':' : text[i];
        if (colon) i += 2;
    }
    const auto ticks = parse_date_time(plain);
    if (!ticks) return fail(bad_etag(if_match));
    return EntityCondition{false, instant_of(*ticks)};
}

}  // namespace lazulite::table
