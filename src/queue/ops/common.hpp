#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dns_name.hpp"
#include "queue/domain/message.hpp"
#include "queue/rows/messages.hpp"
#include "queue/rows/queues.hpp"
#include "service/long_read.hpp"
#include "wire/codec.hpp"
#include "wire/service_version.hpp"

namespace lazulite::queue {

inline constexpr ServiceVersion kLongTexts{2011, 8, 18};        ///< 64 KiB of text, Update Message, timeouts of a week
inline constexpr ServiceVersion kAnswersToPut{2016, 5, 31};     ///< Put Message answers with the message
inline constexpr ServiceVersion kAnyTimeToLive{2017, 7, 29};    ///< messages may live longer than a week, or for ever
inline constexpr ServiceVersion kShowsDequeueCount{2009, 9, 19};

/// What an io thread reads of a queue, in half a millisecond; a worker reads all.
inline constexpr WalkLimits kWalkHere{.expired = 100, .bytes = 256 << 10};
[[nodiscard]] constexpr WalkLimits walk_limits(Effort effort) {
    return effort == Effort::little ? kWalkHere : WalkLimits{};
}

/// Pulls the body and reads `QueueMessage/MessageText`; nothing for an empty body where it may be left out. Fails with
/// request_body_too_large (MaxLimit), message_too_large for old versions, and the errors of XML.
[[nodiscard]] Task<Result<std::optional<std::string>>> receive_message_text(Exchange& x, bool required);

/// What a `QueueMessage` element of an answer shows.
enum class Shown : std::uint8_t { put, got, peeked };
/// 201 or 200 with a `QueueMessagesList`, made by a worker when the texts are long.
[[nodiscard]] Task<Result<Response>> answer_with_messages(Exchange& x, const std::vector<Message>& messages, Shown shown);

[[nodiscard]] Response no_content();

/// The id in the path. Fails with message_not_found for a text that no message can have.
[[nodiscard]] Result<MessageId> message_id(const Target& target);
/// `popreceipt` of that message. Fails with invalid_query_parameter_value for a text that was never given out.
[[nodiscard]] Result<PopReceipt> pop_receipt(const Exchange& x, const MessageId& id, const std::string& text);

/// The largest `visibilitytimeout` on Get Messages, in seconds.
[[nodiscard]] std::int64_t most_timeout(ServiceVersion version);

}  // namespace lazulite::queue
