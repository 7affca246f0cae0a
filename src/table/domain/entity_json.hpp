#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// Writes the properties of entities, `"name":value`, with `"name@odata.type":"Edm.Guid",` before it where the level shows
/// the types that JSON lacks; that of Timestamp goes without saying, but for the full level. The entities of a page are
/// alike as a rule: all that stands before a value is copied from where the last entity has it, if it is the same.
class JsonProperties {
  public:
    /// The text stays as long as this.
    JsonProperties(Pen& to, OdataLevel level) : to_(to), level_(level) {}

    /// `place` is the property's among those of its entity, from 0 on; a comma stands before all but the first. Without a
    /// value it is null.
    void append(std::size_t place, std::string_view name, const EdmValue* value);

  private:
    /// What stands before the value of the last property of a place: `,"name":"`.
    struct Before {
        std::size_t at = 0;
        std::size_t length = 0;
        std::size_t name_length = 0;
        EdmType type = EdmType::string;
        bool bare = false;  ///< JSON's own form says the type
    };
    [[nodiscard]] bool stands_before(const Before& before, std::size_t place, std::string_view name,
                                     const EdmValue& value, bool bare) const;
    Before write_before(std::size_t place, std::string_view name, const EdmValue& value, bool bare);

    Pen& to_;
    OdataLevel level_;
    std::vector<Before> before_;
};

}  // namespace lazulite::table
