#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace lazulite {

/// Who is told of the events of an account, and of which. Reference: "Event subscriptions" of Event Grid.
struct EventSubscription {
    std::string name;
    std::string url;            ///< of the web hook that gets them; empty: the queue does
    std::string queue_account;  ///< of the queue that gets them; empty: the account itself
    std::string queue;
    std::int64_t message_life = 0;  ///< seconds of messages in the queue, -1 for ever; 0: as the queue has it

    std::vector<std::string> types;  ///< "Microsoft.Storage.BlobCreated"; empty: all
    std::string begins_with;         ///< of the subject
    std::string ends_with;
    bool case_sensitive = false;

    std::int64_t most_attempts = 30;
    std::int64_t life_minutes = 1440;  ///< after which an event that could not be delivered is dropped

    [[nodiscard]] bool wants(std::string_view type, std::string_view subject) const {
        const auto same = [this](std::string_view a, std::string_view b) {
            return case_sensitive ? a == b : equals_ignoring_case(a, b);
        };
        bool listed = types.empty();
        for (const std::string& one : types) listed = listed || equals_ignoring_case(one, type);
        return listed && subject.size() >= begins_with.size() && subject.size() >= ends_with.size() &&
               same(subject.substr(0, begins_with.size()), begins_with) &&
               same(subject.substr(subject.size() - ends_with.size()), ends_with);
    }
};

struct EventSubscriptions {
    std::vector<EventSubscription> all;
    std::string json;  ///< as they were set
};

}  // namespace lazulite
