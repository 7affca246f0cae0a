#include "http/response_head.hpp"

#include <charconv>

namespace lazulite {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), number);
    out.append(digits, static_cast<std::size_t>(end - digits));
}

/// A reason may quote what a client sent; a line end in it would begin a field.
void append_reason(std::string& out, std::string_view reason) {
    for (const char c : reason) {
        const auto u = static_cast<unsigned char>(c);
        out.push_back(u < ' ' || u == 0x7f ? ' ' : c);
    }
}

}  // namespace

bool bodiless(int status) { return status == 204 || status == 304 || status < 200; }

std::string_view standard_phrase(int status) {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 203: return "Non-Authoritative Information";
        case 204: return "No Content";
        case 205: return "Reset Content";
        case 206: return "Partial Content";
        case 207: return "Multi-Status";
        case 300: return "Multiple Choices";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        default: return "Unknown";
    }
}

void write_head(std::string& out, const Response& response, std::uint64_t content_length, Persistence persistence) {
    out.assign("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(response.status));
    out.push_back(' ');
    if (response.reason.empty()) out.append(standard_phrase(response.status));
    else append_reason(out, response.reason);
    out.append("\r\n").append(response.fields.text());
    if (!bodiless(response.status)) {
        out.append("Content-Length: ");
        append_number(out, content_length);
        out.append("\r\n");
    }
    if (persistence == Persistence::close) out.append("Connection: close\r\n");
    else if (persistence == Persistence::keep_alive_http10) out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

}  // namespace lazulite
