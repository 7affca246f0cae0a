#pragma once

#include <optional>
#include <string>
#include <vector>

#include "queue/domain/message.hpp"
#include "queue/rows/messages.hpp"
#include "queue/rows/queues.hpp"
#include "service/exchange.hpp"
#include "wire/codec.hpp"

namespace lazulite::queue {

inline constexpr ServiceVersion kLongTexts{2011, 8, 18};        ///< 64 KiB of text, Update Message, timeouts of a week
inline constexpr ServiceVersion kAnswersToPut{2016, 5, 31};     ///< Put Message answers with the message
inline constexpr ServiceVersion kAnyTimeToLive{2017, 7, 29};    ///< messages may live longer than a week, or for ever
inline constexpr ServiceVersion kShowsDequeueCount{2009, 9, 19};

/// Pulls the body and reads `QueueMessage/MessageText`; nothing for an empty body where it may be left out. Fails with
/// request_body_too_large (MaxLimit), message_too_large for old versions, and the errors of XML.
[[nodiscard]] Task<Result<std::optional<std::string>>> receive_message_text(Exchange& x, bool required);

/// What a `QueueMessage` element of an answer shows.
enum class Shown : std::uint8_t { put, got, peeked };
/// 201 or 200 with a `QueueMessagesList`.
[[nodiscard]] Response messages_response(const std::vector<Message>& messages, Shown shown, ServiceVersion version);

/// The id in the path. Fails with message_not_found for a text that no message can have.
[[nodiscard]] Result<MessageId> message_id(const Target& target);
/// `popreceipt`. Fails with invalid_query_parameter_value for a text that was never given out.
[[nodiscard]] Result<PopReceipt> pop_receipt(const std::string& text);

/// The largest `visibilitytimeout` on Get Messages, in seconds.
[[nodiscard]] std::int64_t most_timeout(ServiceVersion version);

}  // namespace lazulite::queue
