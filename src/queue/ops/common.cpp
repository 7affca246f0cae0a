#include "queue/ops/common.hpp"

#include "service/receive.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::queue {
namespace {

constexpr std::size_t kMostOldTextBytes = 8 * 1024;
/// A text of `&quot;` and nothing else is six times as long on the wire; and the elements around it.
constexpr std::uint64_t kMostBodyBytes = 6 * kMostTextBytes + 1024;

StorageError too_large(ServiceVersion version) {
    if (version < kLongTexts) return {ErrorCode::message_too_large};
    return StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(kMostTextBytes));
}

Result<std::string> parse_text(std::string_view body, ServiceVersion version) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    if (root.name != "QueueMessage") return fail(xml_problem(body, root.offset, "The root element is not QueueMessage."));
    XmlDecoder decoder(root);
    std::string text;
    decoder.element("MessageText", text);
    LAZ_CHECK(decoder.result());
    if (text.size() > (version < kLongTexts ? kMostOldTextBytes : kMostTextBytes)) return fail(too_large(version));
    return text;
}

struct ShownMessage {
    const Message& message;
    Shown shown;
    ServiceVersion version;
};

template <class Codec>
void describe(Codec& c, const ShownMessage& m) {
    c.element("MessageId", m.message.id.text());
    c.element("InsertionTime", m.message.inserted);
    c.element("ExpirationTime", m.message.expires);
    if (m.shown != Shown::peeked) {
        c.element("PopReceipt", m.message.receipt.text());
        c.element("TimeNextVisible", m.message.receipt.next_visible);
    }
    if (m.shown == Shown::put) return;
    if (m.version >= kShowsDequeueCount) c.element("DequeueCount", m.message.dequeue_count);
    c.element("MessageText", m.message.text);
}

std::string messages_list(const std::vector<Message>& messages, Shown shown, ServiceVersion version) {
    constexpr std::size_t kUsualBytes = 512;  // beside the text
    std::size_t bytes = kUsualBytes;
    for (const Message& message : messages) bytes += kUsualBytes + (shown == Shown::put ? 0 : message.text.size());
    XmlWriter xml(bytes);
    XmlEncoder encoder(xml);
    xml.open("QueueMessagesList");
    for (const Message& message : messages) {
        xml.open("QueueMessage");
        describe(encoder, ShownMessage{message, shown, version});
        xml.close();
    }
    xml.close();
    return xml.take();
}

}  // namespace

Task<Result<std::optional<std::string>>> receive_message_text(Exchange& x, bool required) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostBodyBytes, x.version));
    Result<std::string> body = co_await receive_text(x, rules);
    if (!body) {
        if (body.error().code() == ErrorCode::request_body_too_large) co_return fail(too_large(x.version));
        co_return fail(std::move(body).error());
    }
    if (body->empty() && !required) co_return std::nullopt;
    if (body->size() <= kMostTextBytes) {
        LAZ_CO_TRY(std::string text, parse_text(*body, x.version));
        co_return text;
    }
    LAZ_CO_TRY(std::string text, co_await run_on(x.workers, [&] { return parse_text(*body, x.version); }));
    co_return text;
}

Task<Result<Response>> answer_with_messages(Exchange& x, const std::vector<Message>& messages, Shown shown) {
    std::size_t bytes = 0;
    for (const Message& message : messages) bytes += message.text.size();
    Response response;
    response.status = shown == Shown::put ? 201 : 200;
    response.fields.add("Content-Type", "application/xml");
    if (bytes <= kWalkHere.bytes) {
        response.set_body(messages_list(messages, shown, x.version));
    } else {
        std::string list = co_await run_on(x.workers, [&] { return messages_list(messages, shown, x.version); });
        response.set_body(std::move(list));
    }
    co_return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

Result<MessageId> message_id(const Target& target) {
    const auto id = MessageId::parse(target.name);
    if (!id) return fail(ErrorCode::message_not_found);
    return *id;
}

Result<PopReceipt> pop_receipt(const Exchange& x, const MessageId& id, const std::string& text) {
    if (const auto receipt = PopReceipt::parse(text)) return *receipt;
    LAZ_TRY(const auto brought, x.store->read([&](ReadTxn& tx) -> Result<std::optional<PopReceipt>> {
        return find_brought_receipt(tx, id, text);
    }));
    if (brought) return *brought;
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "popreceipt")
                    .with("QueryParameterValue", text)
                    .with("Reason", "Invalid pop receipt format"));
}

std::int64_t most_timeout(ServiceVersion version) { return version < kLongTexts ? 7200 : kSecondsOfAWeek; }

}  // namespace lazulite::queue
