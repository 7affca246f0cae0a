#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wire_tests {

/// The values a case knows by name, and the little language in braces that uses them:
///
///     {etag}             the value stored under that name; {marker%} percent-encoded
///     {modified-60}      a date, so many seconds earlier; {now+60} later
///     {"\r\n"} {"x"*99}  a text with escapes, once or so many times
///
/// Everything else in braces is left as it is, so that JSON needs no escapes.
class Variables {
  public:
    void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
    [[nodiscard]] const std::string& get(const std::string& name) const { return values_.at(name); }

    /// Throws std::runtime_error for a name without a value.
    [[nodiscard]] std::string expand(std::string_view text) const;
    /// The same for a regular expression: what is unknown stays, since braces mean something there.
    [[nodiscard]] std::string expand_known(std::string_view text) const;

    /// Whether `actual` is `pattern` expanded; a name without a value takes one or more characters and keeps them.
    bool match(std::string_view pattern, std::string_view actual);

  private:
    /// Cuts `text` into what stands there and names without a value.
    void parse(std::string_view text, const std::function<void(std::string)>& literal,
               const std::function<void(std::string)>& unknown) const;

    std::map<std::string, std::string> values_;
};

}  // namespace wire_tests
