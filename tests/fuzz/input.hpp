#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/message.hpp"

namespace lazulite {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// What a target promises of every input; the fuzzer keeps the input that breaks it.
inline void require(bool holds) {
    if (!holds) std::abort();
}

/// Inputs of a target that reads several things: the first byte says which, so that seeds can be written by hand.
inline char take_kind(std::string_view& input) {
    if (input.empty()) return 0;
    const char kind = input.front();
    input.remove_prefix(1);
    return kind;
}

/// Up to the end of a line, which is taken too.
inline std::string_view take_first_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

/// `METHOD target` on the first line, then `name: value` lines: the head of a request, without HTTP's own checks.
inline Request head_of_lines(std::string_view text) {
    Request request;
    const std::string_view first = take_first_line(text);
    const std::size_t blank = first.find(' ');
    request.method_text = first.substr(0, blank);
    request.method = parse_method(request.method_text);
    const std::string_view target = blank == std::string_view::npos ? std::string_view("/") : first.substr(blank + 1);
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (!request.path.starts_with('/')) request.path = "/";
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    while (!text.empty()) {
        const std::string_view field = take_first_line(text);
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos) request.fields.add(field.substr(0, colon), trim(field.substr(colon + 1)));
    }
    request.remote_address = "127.0.0.1";
    return request;
}

}  // namespace lazulite
