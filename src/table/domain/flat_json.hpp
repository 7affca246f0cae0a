#pragma once

#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lazulite::table {

/// A member of an object as it came. Texts are UTF-8.
struct JsonMember {
    std::string_view name;
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view> value;  ///< nothing: null
};

/// Reads JSON (RFC 8259) that is one object without arrays or objects within, as bodies of the Table service are. A
/// whole number that fits is an integer, any other number a double. Texts without escapes stay where they are: members
/// are valid as long as this and what was parsed.
class FlatJson {
  public:
    enum class Outcome : std::uint8_t { object, nested, malformed };

    /// Once. What follows an array or object within is not looked at.
    [[nodiscard]] Outcome parse(std::string_view text);
    [[nodiscard]] const std::vector<JsonMember>& members() const { return members_; }

  private:
    bool parse_members();
    bool parse_value(JsonMember& member);
    bool parse_text(std::string_view& text);
    bool parse_escaped(std::string& text);
    bool parse_escape(std::string& text);
    bool parse_unit(unsigned& unit);
    bool parse_number(JsonMember& member);
    bool skip_characters();
    bool skip_digits();
    void skip_blanks();
    bool skip(char c);
    bool skip(std::string_view word);
    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    std::string_view text_;
    std::size_t at_ = 0;
    bool nested_ = false;
    std::vector<JsonMember> members_;
    std::forward_list<std::string> unescaped_;
};

}  // namespace lazulite::table
