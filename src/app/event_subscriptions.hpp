#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

#include "service/event_subscription.hpp"

namespace lazulite {

/// Event subscriptions as Event Grid's management plane spells them, in a list; docs/events.md says which part of it is
/// offered. An empty list: none. The error is a text that names what is wrong.
[[nodiscard]] tl::expected<std::shared_ptr<const EventSubscriptions>, std::string> read_event_subscriptions(
    const nlohmann::json& list);

}  // namespace lazulite
