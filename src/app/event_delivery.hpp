#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "app/seeding.hpp"
#include "blob/rows/event_outbox.hpp"
#include "service/service.hpp"

namespace lazulite {

/// Brings the events of blobs to those who subscribed to them: at least once, each subscription by itself, one event after
/// the other. What does not arrive is tried again after a while of account time. Reference: "Event Grid message delivery
/// and retry".
class EventDelivery {
  public:
    EventDelivery(Environment& environment, const Seeding::Gateways& gateways, Executor& where)
        : environment_(environment), gateways_(gateways), where_(where) {}
    EventDelivery(const EventDelivery&) = delete;

    /// Begins to deliver what is due. From one thread. False where no account has a subscription.
    bool look();
    /// Waits for what is under way; nothing begins any more. Idempotent.
    void stop();

  private:
    /// What is known of one subscription of one account.
    struct Line {
        bool busy = false;
        bool waiting = true;        ///< there may be events that are not due yet
        const Store* store = nullptr;
        std::uint64_t commits = 0;  ///< of the store, when it was last looked at
    };
    struct Round {
        std::string key;
        std::shared_ptr<const Account> account;
        std::shared_ptr<Store> store;
        EventSubscription to;
    };
    void look_at(const std::shared_ptr<const Account>& account, const EventSubscription& to);
    Task<> run(Round round);
    Task<> deliver_due(const Round& round);
    /// The status of the answer; 503 where there was none.
    Task<int> deliver(const Round& round, const blob::OutgoingEvent& event);
    Task<int> post(const Round& round, const blob::OutgoingEvent& event);
    /// Whether the web hook has said once that it wants these events: asks it where it has not.
    Task<bool> is_wanted(const Round& round);
    Task<int> put_message(const Round& round, const std::string& text);

    Environment& environment_;
    const Seeding::Gateways& gateways_;
    Executor& where_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool stopping_ = false;
    std::size_t running_ = 0;
    std::map<std::string, Line> lines_;
};

}  // namespace lazulite
