// Bodies of batches: a Content-Type on the first line, then the body. Parts, the requests in them, and a set of changes
// within one part. What is found stands in the body, in order, and is found again in what is put together of it.

#include <string>

#include "input.hpp"
#include "service/embedded.hpp"
#include "wire/multipart.hpp"

using namespace lazulite;

namespace {

bool within(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

std::string written(const std::vector<MimePart>& parts, const std::string& boundary) {
    std::string text;
    for (const MimePart& part : parts) {
        text += "--" + boundary + "\r\n";
        for (const auto& [name, value] : part.fields) text.append(name).append(": ").append(value).append("\r\n");
        text.append("\r\n").append(part.body).append("\r\n");
    }
    return text + "--" + boundary + "--\r\n";
}

bool same(const std::vector<MimePart>& a, const std::vector<MimePart>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const MimePart& x, const MimePart& y) {
        return x.body == y.body && std::equal(x.fields.begin(), x.fields.end(), y.fields.begin(), y.fields.end(),
                                              [](const auto& f, const auto& g) { return f.name == g.name && f.value == g.value; });
    });
}

void check_body(std::string_view body, const std::string& boundary, int level) {
    const auto parts = parse_multipart(body, boundary);
    if (!parts) return;
    const char* end = body.data();
    bool odd = false;
    for (const MimePart& part : *parts) {
        require(within(part.body, body) && (part.body.empty() || part.body.data() >= end));
        if (!part.body.empty()) end = part.body.data() + part.body.size();
        require(("\n" + std::string(part.body)).find("\n--" + boundary) == std::string::npos);
        for (const auto& field : part.fields) odd = odd || field.name.empty() || field.name.starts_with("--");
        if (const auto request = parse_embedded(part)) {
            require(within(request->path, body) && within(request->query, body) && within(request->body, body));
            require(request->path.find('?') == std::string_view::npos);
        }
        const auto inner = multipart_boundary(part.fields.value_or_empty("Content-Type"));
        if (inner && level < 2) check_body(part.body, *inner, level + 1);
    }
    // What stood behind a blank may be a delimiter without it, and a boundary with a line end in it is none.
    if (odd || boundary.find_first_of("\r\n") != std::string::npos) return;
    const std::string text = written(*parts, boundary);
    const auto again = parse_multipart(text, boundary);
    require(again.has_value() && same(*again, *parts));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body = text_of(data, size);
    const std::string_view type = trim(take_first_line(body));
    const auto boundary = multipart_boundary(type);
    if (!boundary) return 0;
    require(!boundary->empty() && type.find(*boundary) != std::string_view::npos);
    check_body(body, *boundary, 0);
    return 0;
}
