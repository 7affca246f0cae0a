#include "queue/ops/common.hpp"

#include "service/receive.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::queue {
namespace {

constexpr std::size_t kMostOldTextBytes = 8 * 1024;
/// A text of `&amp;` and nothing else is five times as long on the wire; and the elements around it.
constexpr std::uint64_t kMostBodyBytes = 6 * kMostTextBytes + 1024;

Result<> check_length(const std::string& text, ServiceVersion version) {
    if (version < kLongTexts && text.size() > kMostOldTextBytes) return fail(ErrorCode::message_too_large);
    if (text.size() > kMostTextBytes) {
        return fail(StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(kMostTextBytes)));
    }
    return {};
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

}  // namespace

Task<Result<std::optional<std::string>>> receive_message_text(Exchange& x, bool required) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostBodyBytes));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    if (body.empty() && !required) co_return std::nullopt;
    LAZ_CO_TRY(const XmlNode root, parse_xml(body));
    if (root.name != "QueueMessage") {
        co_return fail(StorageError(ErrorCode::invalid_xml_document).with("Reason", "The root element is not QueueMessage."));
    }
    XmlDecoder decoder(root);
    std::string text;
    decoder.element("MessageText", text);
    LAZ_CO_CHECK(decoder.result());
    LAZ_CO_CHECK(check_length(text, x.version));
    co_return text;
}

Response messages_response(const std::vector<Message>& messages, Shown shown, ServiceVersion version) {
    XmlWriter xml;
    XmlEncoder encoder(xml);
    xml.open("QueueMessagesList");
    for (const Message& message : messages) {
        xml.open("QueueMessage");
        describe(encoder, ShownMessage{message, shown, version});
        xml.close();
    }
    xml.close();
    Response response;
    response.status = shown == Shown::put ? 201 : 200;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    return response;
}

Result<MessageId> message_id(const Target& target) {
    const auto id = MessageId::parse(target.name);
    if (!id) return fail(ErrorCode::message_not_found);
    return *id;
}

Result<PopReceipt> pop_receipt(const std::string& text) {
    const auto receipt = PopReceipt::parse(text);
    if (receipt) return *receipt;
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "popreceipt")
                    .with("QueryParameterValue", text)
                    .with("Reason", "Invalid pop receipt format."));
}

std::int64_t most_timeout(ServiceVersion version) { return version < kLongTexts ? 7200 : kSecondsOfAWeek; }

}  // namespace lazulite::queue
