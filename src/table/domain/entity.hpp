#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "table/domain/edm.hpp"
#include "table/domain/key.hpp"

namespace lazulite::table {

inline constexpr std::size_t kMostProperties = 252;  ///< beside the three that every entity has
inline constexpr std::size_t kLongestPropertyName = 255;
inline constexpr std::size_t kMostValueBytes = 64 << 10;  ///< of a Binary; of a String as UTF-16
inline constexpr std::size_t kMostEntityBytes = 1 << 20;

inline constexpr std::string_view kPartitionKey = "PartitionKey";
inline constexpr std::string_view kRowKey = "RowKey";
inline constexpr std::string_view kTimestamp = "Timestamp";

struct Property {
    std::string_view name;
    EdmValue value;
};

/// The properties of an entity in the form in which rows hold them: one after the other, in the order in which they
/// were given, each as its type, the length of its name, the name, and the value: 4 or 8 bytes little-endian for
/// numbers and times, 16 for a Guid, 1 for a Boolean, a length and bytes for a String or Binary. Lengths are varints.
/// So a filter finds a property without looking into the others, and nothing is parsed that is not asked for.
class PackedProperties {
  public:
    PackedProperties() = default;
    explicit PackedProperties(std::string bytes) : bytes_(std::move(bytes)) {}

    void add(std::string_view name, const EdmValue& value);
    /// Room for what is about to be added.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    bool operator==(const PackedProperties&) const = default;

  private:
    std::string bytes_;
};

/// A property whose value nobody has looked at.
struct PackedProperty {
    EdmType type;
    std::string_view name;
    std::string_view bytes;

    [[nodiscard]] EdmValue value() const {
        switch (type) {
            case EdmType::int32: return EdmValue::of_integer(type, load<std::int32_t>());
            case EdmType::real: return EdmValue::of_real(load<double>());
            case EdmType::int64:
            case EdmType::date_time: return EdmValue::of_integer(type, load<std::int64_t>());
            case EdmType::boolean: return EdmValue::of_integer(type, load<std::uint8_t>());
            case EdmType::string:
            case EdmType::guid:
            case EdmType::binary: break;
        }
        return {type, bytes};
    }

  private:
    template <class T>
    [[nodiscard]] T load() const {
        static_assert(std::endian::native == std::endian::little);
        T value;
        std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
};

/// Walks properties in that form; views stay valid as long as the bytes.
class PropertyReader {
  public:
    explicit PropertyReader(std::string_view packed) : rest_(packed) {}
    /// The next property; nothing at the end, or where the bytes are cut or of no known type: then `whole()` is false.
    [[nodiscard]] std::optional<Property> next() {
        const auto packed = next_packed();
        if (!packed) return std::nullopt;
        return Property{packed->name, packed->value()};
    }
    [[nodiscard]] std::optional<PackedProperty> next_packed() {
        std::string_view rest = rest_;
        if (rest.size() < 2) return std::nullopt;
        const auto type = static_cast<unsigned char>(rest.front());
        if (type >= kFixedLengths.size() || kFixedLengths[type] == kNoType) return std::nullopt;
        rest.remove_prefix(1);
        const auto name = take(rest);
        if (!name) return std::nullopt;
        PackedProperty property{static_cast<EdmType>(type), *name, {}};
        if (const std::size_t fixed = kFixedLengths[type]; fixed != 0) {
            if (fixed > rest.size()) return std::nullopt;
            property.bytes = {rest.data(), fixed};
            rest.remove_prefix(fixed);
        } else {
            const auto bytes = take(rest);
            if (!bytes) return std::nullopt;
            property.bytes = *bytes;
        }
        rest_ = rest;
        return property;
    }
    [[nodiscard]] bool whole() const { return rest_.empty(); }

  private:
    /// Bytes of a value by its type; 0 for those that say it themselves.
    static constexpr std::uint8_t kNoType = 0xFF;
    static constexpr std::array<std::uint8_t, 9> kFixedLengths{kNoType, 0, 4, 8, 8, 1, 8, 16, 0};

    /// What has its length before it.
    static std::optional<std::string_view> take(std::string_view& rest) {
        std::uint64_t length = 0x80;
        if (!rest.empty()) length = static_cast<unsigned char>(rest.front());
        if (length < 0x80) {
            rest.remove_prefix(1);
        } else if (!take_varint(rest, length)) {
            return std::nullopt;
        }
        if (length > rest.size()) return std::nullopt;
        const std::string_view taken(rest.data(), length);
        rest.remove_prefix(length);
        return taken;
    }
    static bool take_varint(std::string_view& rest, std::uint64_t& value);

    std::string_view rest_;
};

/// What a request says of an entity. Properties that are null are not among them.
struct EntityContent {
    std::optional<std::string> partition_key;
    std::optional<std::string> row_key;
    PackedProperties properties;
};

/// An entity as stored. Its Timestamp and its ETag are one tick.
struct Entity {
    EntityKey key;
    Instant timestamp;
    PackedProperties properties;
};

/// Fails with property_name_too_long or property_name_invalid. Reference: "Understanding the Table service data model".
[[nodiscard]] Result<> check_property_name(std::string_view name);
/// Fails with property_value_too_large.
[[nodiscard]] Result<> check_value(const EdmValue& value);
/// Fails with too_many_properties or entity_too_large, counted as the reference counts: 4 bytes, the keys as UTF-16,
/// and of each property 8, the name as UTF-16 and the value (4 more for a String or a Binary).
[[nodiscard]] Result<> check_entity(const EntityKey& key, const PackedProperties& properties);

/// `there` with what `given` names: those keep their place, new ones follow.
[[nodiscard]] PackedProperties merged(const PackedProperties& there, const PackedProperties& given);

/// `W/"datetime'2026-01-02T03%3A04%3A05.1234567Z'"`
[[nodiscard]] std::string entity_etag(Instant timestamp);
/// What stands in it between the quotes of `datetime`: at most kLongestValueText characters. Returns their end.
char* write_etag_time(char* to, Instant timestamp);

/// `If-Match`: `*`, or one entity's ETag.
struct EntityCondition {
    bool any = true;
    Instant timestamp{};
};
/// Fails with invalid_input for what is no ETag of an entity.
[[nodiscard]] Result<EntityCondition> parse_condition(std::string_view if_match);

}  // namespace lazulite::table
