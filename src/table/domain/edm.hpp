#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"

namespace lazulite::table {

/// The types of properties. The numbers stand in rows and never change.
/// Reference: "Understanding the Table service data model", property types.
enum class EdmType : std::uint8_t {
    string = 1,
    int32 = 2,
    int64 = 3,
    real = 4,
    boolean = 5,
    date_time = 6,
    guid = 7,
    binary = 8,
};
inline constexpr auto kEdmTypes = std::to_array<Named<EdmType>>({{EdmType::string, "Edm.String"},
                                                                 {EdmType::int32, "Edm.Int32"},
                                                                 {EdmType::int64, "Edm.Int64"},
                                                                 {EdmType::real, "Edm.Double"},
                                                                 {EdmType::boolean, "Edm.Boolean"},
                                                                 {EdmType::date_time, "Edm.DateTime"},
                                                                 {EdmType::guid, "Edm.Guid"},
                                                                 {EdmType::binary, "Edm.Binary"}});
constexpr std::span<const Named<EdmType>> names_of(EdmType) { return kEdmTypes; }

/// A value of one of these types. Bytes belong to somebody else: a row, a request, a filter.
struct EdmValue {
    EdmType type = EdmType::string;
    std::string_view bytes;    ///< string: UTF-8; binary; guid: 16 bytes in the order of its text
    std::int64_t integer = 0;  ///< int32, int64, boolean (0, 1), date_time (ticks of 100 ns since 1970)
    double real = 0;

    static EdmValue of_string(std::string_view text) { return {EdmType::string, text}; }
    static EdmValue of_integer(EdmType type, std::int64_t value) { return {type, {}, value}; }
    static EdmValue of_real(double value) { return {EdmType::real, {}, 0, value}; }
};

/// How two values of one type are ordered; texts by UTF-16 unit, a NaN to nothing. Values of different types have no
/// order, but for an Int32 of a filter, which is read as the property's type of number: so the service was seen to
/// answer (an Int64 or a Double of a filter matches properties of that type alone).
[[nodiscard]] std::partial_ordering compare(const EdmValue& property, const EdmValue& literal);
/// Whether there is such an order.
[[nodiscard]] bool comparable(EdmType property, EdmType literal);
/// Byte order is not UTF-16 order where one has a character beyond U+FFFF and the other one from U+E000 on.
[[nodiscard]] std::strong_ordering compare_utf16(std::string_view a, std::string_view b);

/// `2026-01-02`, `2026-01-02T03:04`, with seconds, with a fraction (what is beyond 100 ns is cut), with `Z`, `+hh:mm`
/// or nothing, which means UTC. Fails with invalid_input for another form, out_of_range_input outside 1601 to 9999.
[[nodiscard]] Result<std::int64_t> parse_date_time(std::string_view text);
/// The longest text that the `write_` functions make; each returns its end.
inline constexpr std::size_t kLongestValueText = 36;
/// `2026-01-02T03:04:05.1234567Z` without zeros at the end of the fraction, as the service was seen to write it.
char* write_date_time(char* to, std::int64_t ticks);
void append_date_time(std::string& to, std::int64_t ticks);

/// 32 digits with or without hyphens, also in braces, as 16 bytes; nothing for another form.
[[nodiscard]] std::optional<std::string> parse_guid(std::string_view text);
char* write_guid(char* to, std::string_view bytes);

/// Digits, sign, fraction, exponent; `NaN`, `Infinity`, `-Infinity`, `INF`, `-INF`. Nothing for another form, and for a
/// number no double can hold.
[[nodiscard]] std::optional<double> parse_real(std::string_view text);
/// As short as it can be read back, with `.0` where nothing else says that it is no integer.
char* write_real(char* to, double value);

}  // namespace lazulite::table
