#include "http/head_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>

#include "base/text.hpp"
#include "wire/most_fields.hpp"

namespace lazulite {
namespace {

namespace beast = boost::beast::http;
using boost::system::error_code;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// Beast's parser, with fields going where we want them instead of into a container of copies.
class Parser final : public beast::basic_parser<true> {
  public:
    Parser(Request& request, bool& folded, int& version, std::string_view& target)
        : request_(request), folded_(folded), version_(version), target_(target) {}

  private:
    void on_request_impl(beast::verb /*verb*/, boost::beast::string_view method, boost::beast::string_view target,
                         int version, error_code& /*problem*/) override {
        request_.method_text = view(method);
        target_ = view(target);
        version_ = version;
    }
    void on_field_impl(beast::field /*field*/, boost::beast::string_view name, boost::beast::string_view value,
                       error_code& problem) override {
        // A field continued on the next line comes as a copy, or begins behind a line end: RFC 9112, 5.2 lets a server
        // refuse it.
        const char* colon = name.data() + name.size();
        if (value.data() <= colon) {
            folded_ = true;
            return;
        }
        for (const char* c = colon + 1; c != value.data(); ++c) {
            if (*c != ' ' && *c != '\t') {
                folded_ = true;
                return;
            }
        }
        if (request_.fields.size() == kMostFields) {
            problem = beast::make_error_code(beast::error::header_limit);
            return;
        }
        request_.fields.add(view(name), view(value));
    }
    void on_header_impl(error_code& /*problem*/) override {}
    void on_response_impl(int /*status*/, boost::beast::string_view /*reason*/, int /*version*/,
                          error_code& /*problem*/) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& /*problem*/) override {}
    std::size_t on_body_impl(boost::beast::string_view /*body*/, error_code& /*problem*/) override { return 0; }
    void on_chunk_header_impl(std::uint64_t /*size*/, boost::beast::string_view /*extensions*/,
                              error_code& /*problem*/) override {}
    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, boost::beast::string_view /*body*/,
                                   error_code& /*problem*/) override {
        return 0;
    }
    void on_finish_impl(error_code& /*problem*/) override {}

    Request& request_;
    bool& folded_;
    int& version_;
    std::string_view& target_;
};

/// Splits the request target (RFC 9112, 3.2) into path and query.
bool split_target(std::string_view target, Request& request) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        request.absolute_form = true;
        target.remove_prefix(scheme.size());
        const std::size_t host = target.find_first_of("/?");
        if (host == 0) return false;
        target = host == std::string_view::npos ? std::string_view{} : target.substr(host);
        break;
    }
    const std::size_t question = target.find('?');
    request.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    request.path = target.substr(0, question);
    if (request.path.empty() && request.absolute_form) request.path = "/";
    // `OPTIONS *` asks about the server as a whole.
    if (request.path == "*" && request.method == Method::options) request.path = "/";
    return request.path.starts_with('/');
}

/// Of a list with commas.
bool has_member(std::string_view list, std::string_view wanted) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (equals_ignoring_case(trim(list.substr(0, comma)), wanted)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

}  // namespace

std::size_t find_head(std::string_view text, std::size_t seen) {
    const std::size_t end = text.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
    return end == std::string_view::npos ? 0 : end + 4;
}

bool hopeless_head(std::string_view text, std::size_t seen) {
    if (text.empty()) return false;
    const char first = text.front();
    if (first <= ' ' || first == 0x7f) return first != '\r';
    for (std::size_t at = text.find('\n', seen); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (at == 0 || text[at - 1] != '\r') return true;
    }
    return false;
}

bool parse_head(std::string_view head, Request& request, Framing& framing) {
    bool folded = false;
    int version = 0;
    std::string_view target;
    request.fields.clear();
    Parser parser(request, folded, version, target);
    parser.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
    parser.body_limit(boost::none);
    error_code problem;
    parser.put({head.data(), head.size()}, problem);
    framing.too_many_fields = problem == beast::error::header_limit;
    if (problem || !parser.is_header_done() || folded) return false;

    framing.http10 = version == 10;
    framing.keep_alive = parser.keep_alive();
    int hosts = 0;
    int codings = 0;
    for (const auto& [name, value] : request.fields) {
        if (equals_ignoring_case(name, "Host"))
            ++hosts;
        else if (equals_ignoring_case(name, "Transfer-Encoding")) {
            ++codings;
            if (!equals_ignoring_case(value, "chunked")) return false;
        }
    }
    if (hosts > 1 || (hosts == 0 && !framing.http10)) return false;
    request.chunked = codings != 0;
    request.content_length = std::nullopt;
    // Beast refuses several lengths that differ, and a length together with `chunked`.
    if (parser.content_length()) request.content_length = *parser.content_length();
    if (request.chunked && (codings > 1 || framing.http10 || request.content_length)) return false;

    request.method = parse_method(request.method_text);
    request.absolute_form = false;
    request.fields.join_repeated();
    framing.expects_continue = !framing.http10 && has_member(request.fields.value_or_empty("Expect"), "100-continue");
    return split_target(target, request);
}

}  // namespace lazulite
