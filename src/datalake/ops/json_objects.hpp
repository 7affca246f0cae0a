#pragma once

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace lazulite::datalake {

/// A JSON array of objects whose values are texts, written as they come: a page of a listing is made of thousands, and a tree
/// of them needs memory even to go away.
class JsonObjects {
  public:
    void begin() {
        text_ += count_++ == 0 ? "{" : ",{";
        first_ = true;
    }
    /// Names come in alphabetical order, as the service was seen to have them.
    void put(std::string_view name, std::string_view value) {
        text_.append(first_ ? "\"" : ",\"").append(name).append("\":");
        first_ = false;
        const bool plain = std::all_of(value.begin(), value.end(),
                                       [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
        if (plain) {
            text_.append("\"").append(value).append("\"");
        } else {
            text_ += nlohmann::json(std::string(value)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        }
    }
    void end() { text_ += '}'; }

    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::string array() const { return "[" + text_ + "]"; }

  private:
    std::string text_;
    std::size_t count_ = 0;
    bool first_ = true;
};

}  // namespace lazulite::datalake
