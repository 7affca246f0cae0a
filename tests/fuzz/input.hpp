#pragma once

#include <cstdint>
#include <string_view>

#include "wire/message.hpp"

namespace lazulite {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// `METHOD target` on the first line, then `name: value` lines: the head of a request, without HTTP's own checks.
inline Request parse_head(std::string_view text) {
    Request request;
    const auto line = [&text] {
        const std::size_t end = text.find('\n');
        const std::string_view taken = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        return taken;
    };
    const std::string_view first = line();
    const std::size_t blank = first.find(' ');
    request.method_text = first.substr(0, blank);
    request.method = parse_method(request.method_text);
    const std::string_view target = blank == std::string_view::npos ? std::string_view("/") : first.substr(blank + 1);
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (!request.path.starts_with('/')) request.path = "/";
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    while (!text.empty()) {
        const std::string_view field = line();
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos) request.fields.add(field.substr(0, colon), trim(field.substr(colon + 1)));
    }
    request.remote_address = "127.0.0.1";
    return request;
}

}  // namespace lazulite
