#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace lazulite {
namespace {

struct Phrase {
    int status;
    std::string_view text;
};
/// By status.
constexpr auto kPhrases = std::to_array<Phrase>({
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

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

bool bodiless(int status) {
    return status == 204 || status == 304 || status < 200;
}

std::string_view standard_phrase(int status) {
    const auto* const row = std::lower_bound(kPhrases.begin(), kPhrases.end(), status,
                                             [](const Phrase& phrase, int wanted) { return phrase.status < wanted; });
    return row != kPhrases.end() && row->status == status ? row->text : "Unknown";
}

void write_head(std::string& out, const Response& response, std::uint64_t content_length, Persistence persistence) {
    out.assign("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(response.status));
    out.push_back(' ');
    if (response.reason.empty())
        out.append(standard_phrase(response.status));
    else
        append_reason(out, response.reason);
    out.append("\r\n").append(response.fields.text());
    if (bodiless(response.status) || persistence == Persistence::until_close) {
        // Nothing says how long it is.
    } else if (content_length == kUnknownLength) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else {
        out.append("Content-Length: ");
        append_number(out, content_length);
        out.append("\r\n");
    }
    if (persistence == Persistence::close || persistence == Persistence::until_close)
        out.append("Connection: close\r\n");
    else if (persistence == Persistence::keep_alive_http10)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

}  // namespace lazulite
