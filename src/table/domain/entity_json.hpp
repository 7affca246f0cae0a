#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "table/domain/entity.hpp"
#include "table/domain/pen.hpp"

namespace lazulite::table {

/// The body of Insert, Update, Merge and their kin: an object of properties. A name may carry its type as
/// `name@odata.type`, before or after it; what else begins with `odata.` or carries `@odata.` is control information
/// and ignored, and so is Timestamp. Without a type a text is a String, true and false a Boolean, a whole number an
/// Int32 or, beyond that, a Double, any other number a Double. Fails with invalid_input (also for a value that is not
/// of its type), out_of_range_input for a time out of range, duplicate_properties_specified, invalid_value_type
/// (arrays, objects), and the limits of names and values. Reference: "Payload format for Table service operations".
[[nodiscard]] Result<EntityContent> parse_entity_json(std::string_view body);

/// The body of Create Table: `{"TableName":"name"}`. Fails with properties_need_value without one.
[[nodiscard]] Result<std::string> parse_table_json(std::string_view body);

/// How much a JSON answer says beside the values; or that it is no JSON but Atom. Reference: "Payload format for Table
/// service operations".
enum class OdataLevel : std::uint8_t { none, minimal, full, atom };

/// A value as the formats write it, without quotes and escapes.
void append_value_text(std::string& to, const EdmValue& value);

/// `"text"`, escaped.
void append_json_string(Pen& to, std::string_view text);
void append_json_string(std::string& to, std::string_view text);
/// `"name":value`, with `"name@odata.type":"Edm.Guid",` before it where the level shows the types that JSON lacks.
void append_json_property(Pen& to, std::string_view name, const EdmValue& value, OdataLevel level);

}  // namespace lazulite::table
