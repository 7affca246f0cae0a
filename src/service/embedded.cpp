#include "service/embedded.hpp"

#include <algorithm>
#include <variant>

namespace lazulite {

Result<EmbeddedRequest> parse_embedded(const MimePart& part) {
    if (!equals_ignoring_case(part.fields.value_or_empty("Content-Type"), "application/http")) {
        return fail(ErrorCode::invalid_input);
    }
    std::string_view rest = part.body;
    const std::string_view line = take_line(rest);
    const std::size_t blank = line.find(' ');
    const std::size_t version = line.rfind(" HTTP/");
    if (blank == std::string_view::npos || version == std::string_view::npos || version <= blank) {
        return fail(ErrorCode::invalid_input);
    }
    EmbeddedRequest request;
    request.method_text = line.substr(0, blank);
    std::string_view url = line.substr(blank + 1, version - blank - 1);
    if (const std::size_t question = url.find('?'); question != std::string_view::npos) {
        request.query = url.substr(question + 1);
        url = url.substr(0, question);
    }
    if (const std::size_t scheme = url.find("://"); scheme < url.find('/')) {
        url.remove_prefix(scheme + 3);
        url.remove_prefix(std::min(url.find('/'), url.size()));
    }
    request.path = url;
    auto fields = take_fields(rest);
    if (!fields) return fail(ErrorCode::invalid_input);
    request.fields = *std::move(fields);
    request.body = rest;
    request.content_id = part.fields.value_or_empty("Content-ID");
    if (request.content_id.empty()) request.content_id = request.fields.value_or_empty("Content-ID");
    return request;
}

std::string_view usual_reason(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Request Entity Too Large";
        case 415: return "Unsupported Media Type";
        case 501: return "Not Implemented";
        default: return "Error";
    }
}

void append_embedded(std::string& to, std::string_view reason, std::string_view before, const Response& response) {
    to.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason).append("\r\n");
    to.append(before).append(response.fields.text()).append("\r\n");
    if (const auto* body = std::get_if<std::string>(&response.body)) to.append(*body);
    to.append("\r\n");
}

}  // namespace lazulite
