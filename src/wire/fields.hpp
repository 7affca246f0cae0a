#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace lazulite {

/// The header fields of a request, in arrival order. Views into the connection's buffer: valid while the request is being
/// answered. Names compare without case.
class FieldViews {
  public:
    struct Field {
        std::string_view name;
        std::string_view value;  ///< blanks at both ends already cut, inner text as received
    };

    void add(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }
    void clear() {
        fields_.clear();
        joined_.clear();
    }
    /// A field that came more than once becomes one, in place of the first, its values joined by commas (RFC 9110, 5.3):
    /// repeated metadata is kept that way, and what allows no list is then no longer well-formed.
    void join_repeated();

    /// The first value under that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        for (const Field& field : fields_) {
            if (equals_ignoring_case(field.name, name)) return field.value;
        }
        return std::nullopt;
    }
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
    [[nodiscard]] std::string_view value_or_empty(std::string_view name) const {
        return find(name).value_or(std::string_view{});
    }
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }

  private:
    std::vector<Field> fields_;
    std::vector<std::shared_ptr<const std::string>> joined_;  ///< what joined values are views of
};

/// The header fields of a response, in sending order; one flat buffer, because most responses carry a dozen short ones.
class Fields {
  public:
    /// Control characters in a value become blanks: some values come from decoded queries (`rscc`), and a line break in
    /// one must not become another header.
    void add(std::string_view name, std::string_view value) {
        if (text_.empty()) text_.reserve(kUsualBytes);
        const std::size_t size = text_.size();
        text_.resize(size + name.size() + 2 + value.size() + 2);
        char* to = std::copy(name.begin(), name.end(), text_.data() + size);
        *to++ = ':';
        *to++ = ' ';
        for (const char c : value) *to++ = kShown[static_cast<unsigned char>(c)];
        *to++ = '\r';
        *to++ = '\n';
    }
    /// Fields that are ready to send, as `text` gave them.
    void add_text(std::string_view lines) {
        if (text_.empty()) text_.reserve(kUsualBytes);
        text_ += lines;
    }
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        std::string_view rest = text_;
        while (!rest.empty()) {
            const std::size_t line_end = rest.find("\r\n");
            const std::string_view line = rest.substr(0, line_end);
            const std::size_t colon = line.find(": ");
            if (equals_ignoring_case(line.substr(0, colon), name)) return line.substr(colon + 2);
            rest.remove_prefix(line_end + 2);
        }
        return std::nullopt;
    }
    /// Calls `each(name)` for every field.
    template <class Each>
    void each_name(Each&& each) const {
        std::string_view rest = text_;
        while (!rest.empty()) {
            each(rest.substr(0, rest.find(": ")));
            rest.remove_prefix(rest.find("\r\n") + 2);
        }
    }
    /// Ready to send: every field as `name: value` CRLF.
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    /// What stands in a value for each character.
    static constexpr auto kShown = [] {
        std::array<char, 256> shown{};
        for (std::size_t c = 0; c < shown.size(); ++c) {
            const bool control = (c < 0x20 && c != '\t') || c == 0x7F;
            shown[c] = control ? ' ' : static_cast<char>(c);
        }
        return shown;
    }();
    static constexpr std::size_t kUsualBytes = 768;

    std::string text_;
};

}  // namespace lazulite
