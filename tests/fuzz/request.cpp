// The head of a request, from its bytes: HTTP's own checks, target, query, row of the table, metadata, and what a
// queue's URL names. An input without any carriage return is text: its lines get the ends that HTTP wants, and a
// Host.

#include <string>

#include "blob/operations.hpp"
#include "datalake/operations.hpp"
#include "file/operations.hpp"
#include "http/head_parser.hpp"
#include "input.hpp"
#include "queue/domain/message.hpp"
#include "queue/operations.hpp"
#include "service/target.hpp"
#include "table/operations.hpp"
#include "web/operations.hpp"
#include "wire/metadata.hpp"

using namespace lazulite;

namespace {

const Accounts& accounts() {
    static const Accounts* const kAccounts = [] {
        auto* made = new Accounts;
        made->put({std::string(kDevelopmentAccount), {*AccountKey::parse(kDevelopmentKey)}, {}});
        return made;
    }();
    return *kAccounts;
}

std::string as_http(std::string_view text) {
    if (text.find('\r') != std::string_view::npos) return std::string(text);
    std::string head;
    bool host = false;
    while (!text.empty()) {
        const std::string_view line = take_first_line(text);
        host = host || starts_with_ignoring_case(line, "host:");
        head.append(line);
        if (head.find('\r') == std::string::npos && head.find(" HTTP/") == std::string::npos) head += " HTTP/1.1";
        head += "\r\n";
    }
    if (!host) head += "Host: 127.0.0.1:10000\r\n";
    return head + "\r\n";
}

/// The end of a head is found wherever the pieces are cut; what is hopeless never becomes a head.
void check_pieces(std::string_view text, std::size_t size, bool good) {
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const std::string_view piece = text.substr(0, cut);
        require((find_head(piece, 0) != 0) == (size != 0 && cut >= size));
        require(find_head(text, std::min(cut, size == 0 ? cut : size - 1)) == size);
        if (size == 0 || cut < size) require(!good || !hopeless_head(piece, 0));
    }
}

std::string printed(const Request& request) {
    std::string text(request.method_text);
    text.append(" ").append(request.path).append(request.query.empty() ? "" : "?").append(request.query);
    text.append(" HTTP/1.1\r\n");
    for (const auto& [name, value] : request.fields) text.append(name).append(": ").append(value).append("\r\n");
    return text + "\r\n";
}

void check_head(const Request& request, const Framing& framing) {
    require(request.path.starts_with('/') && request.path.find('?') == std::string_view::npos);
    require(!request.chunked || !request.content_length);
    for (const auto& field : request.fields) {
        require(!field.name.empty() && field.name.find_first_of(": \r\n\t") == std::string_view::npos);
        require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
        require(trim(field.value) == field.value);
        const auto same = [&](const auto& other) { return equals_ignoring_case(other.name, field.name); };
        require(std::count_if(request.fields.begin(), request.fields.end(), same) == 1);
    }
    // What is passed on says the same. A length that came twice is one here, and a list once it is written.
    const bool length_twice = request.fields.value_or_empty("Content-Length").find(',') != std::string_view::npos;
    const bool host = request.fields.has("Host");
    if (length_twice || !host || framing.http10) return;
    const std::string text = printed(request);
    Request again;
    Framing same;
    require(parse_head(text, again, same));
    require(again.method == request.method && again.path == request.path && again.query == request.query);
    require(again.content_length == request.content_length && again.chunked == request.chunked);
    require(same.keep_alive == framing.keep_alive && same.expects_continue == framing.expects_continue);
    require(printed(again) == text);
}

void check_query(const Query& query) {
    std::string text;
    for (const auto& parameter : query.all()) {
        text.append(text.empty() ? "" : "&").append(percent_encode(parameter.name)).append("=");
        text.append(percent_encode(parameter.value));
    }
    const auto again = Query::parse(text);
    require(again.has_value() && again->all().size() == query.all().size());
    for (std::size_t i = 0; i < query.all().size(); ++i) {
        require(again->all()[i].name == query.all()[i].name && again->all()[i].value == query.all()[i].value);
    }
    const auto shown = Query::parse(without_signature(text));
    require(shown.has_value());
    for (const auto& parameter : shown->all()) require(!equals_ignoring_case(parameter.name, "sig") || parameter.value == "***");
}

/// No way up: what a name is made of never leads out of its container.
void check_target(const Target& target) {
    require(is_utf8(target.container) && is_utf8(target.name));
    std::string_view rest = target.name;
    while (!rest.empty() && target.service != ServiceKind::web) {
        const std::string_view segment = rest.substr(0, rest.find('/'));
        require(segment != "." && segment != "..");
        rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    }
    require(target.service != ServiceKind::web || target.container == kWebsiteContainer);
    require(accounts().find(target.account) != nullptr);
}

void select(const Service& service, const Request& request, const Query& query) {
    auto target = parse_target(request, service.kind, accounts());
    if (!target) return;
    check_target(*target);
    static_cast<void>(target->endpoint());
    static_cast<void>(match_operation(service.operations, request, query, service.scope(*target, query)));
    // What is taken for an id or a receipt is one.
    const auto id = queue::MessageId::parse(target->name);
    require(!id || queue::MessageId::parse(id->text()) == id);
    const auto receipt = queue::PopReceipt::parse(query.value_or_empty("popreceipt"));
    require(!receipt || queue::PopReceipt::parse(receipt->text()) == receipt);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 4096) return 0;
    const std::string text = as_http(text_of(data, size));
    const std::size_t end = find_head(text, 0);
    Request request;
    Framing framing;
    const bool good = end != 0 && parse_head(std::string_view(text).substr(0, end), request, framing);
    check_pieces(text, end, good);
    if (!good) return 0;
    check_head(request, framing);
    if (const auto metadata = parse_metadata(request.fields)) {
        require(Metadata::unpack(metadata->pack()) == *metadata && metadata->size_bytes() <= kMostMetadataBytes);
    }
    const auto query = Query::parse(request.query);
    if (!query) return 0;
    check_query(*query);
    for (const Service* const service : {&blob::service(), &queue::service(), &table::service(), &file::service(),
                                         &datalake::service(), &web::service()}) {
        select(*service, request, *query);
    }
    return 0;
}
