#include "app/event_delivery.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "app/event_retry.hpp"
#include "app/own_request.hpp"
#include "base/error_table.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "blob/domain/event.hpp"
#include "blob/rows/schema.hpp"
#include "store/settings.hpp"
#include "wire/date.hpp"
#include "wire/outgoing.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

using blob::OutgoingEvent;

constexpr std::size_t kBatch = 32;
constexpr int kNoAnswer = 503;

/// Saves what became of an event.
Result<> settle(WriteTxn& tx, const EventSubscription& to, const OutgoingEvent& event, int status) {
    const std::int64_t attempts = event.attempts + 1;
    const Instant next = tx.now() + pause_after(event.attempts, status);
    const bool over = attempts >= to.most_attempts || next > event.made + std::chrono::minutes(to.life_minutes);
    if (arrived(status)) {
        blob::remove_event(tx, event.seq);
    } else if (refused(status, to) || over) {
        blob::remove_event(tx, event.seq);
        log::warning("an event for " + to.name + " is dropped after " + std::to_string(attempts) + " attempts: " +
                     std::to_string(status));
    } else {
        blob::retry_event(tx, event.seq, next);
    }
    return {};
}

constexpr std::size_t kLongestAnswer = 64 << 10;

OutgoingRequest event_request(const EventSubscription& to, std::string_view type, std::int64_t attempts, std::string body) {
    OutgoingRequest request;
    request.method = Method::post;
    request.url = to.url;
    request.fields.add("Content-Type", "application/json; charset=utf-8");
    request.fields.add("aeg-event-type", type);
    request.fields.add("aeg-subscription-name", to.name);
    request.fields.add("aeg-delivery-count", std::to_string(attempts));
    request.fields.add("aeg-data-version", "");
    request.fields.add("aeg-metadata-version", "1");
    request.body = std::move(body);
    return request;
}

}  // namespace

bool EventDelivery::look() {
    bool any = false;
    for (const auto& account : environment_.accounts.all()) {
        const auto subscriptions = account->settings.event_subscriptions;
        if (!subscriptions) continue;
        any = true;
        for (const EventSubscription& to : subscriptions->all) look_at(account, to);
    }
    return any;
}

void EventDelivery::look_at(const std::shared_ptr<const Account>& account, const EventSubscription& to) {
    const auto opened = environment_.stores.store(account->name, blob::kBlobStore.name);
    if (!opened) return;
    const std::string key = account->name + '/' + to.name;
    {
        const std::lock_guard lock(mutex_);
        Line& line = lines_[key];
        if (stopping_ || line.busy) return;
        const std::uint64_t commits = (*opened)->commits();
        if (line.store == opened->get() && line.commits == commits && !line.waiting) return;
        line = {true, false, opened->get(), commits};
        ++running_;
    }
    spawn(run({key, account, *opened, to}), [] {});
}

Task<> EventDelivery::run(Round round) {
    co_await Hop{where_};
    try {
        co_await deliver_due(round);
    } catch (const std::exception& problem) {
        log::error(std::string("events are not delivered: ") + problem.what());
    }
    const auto left = round.store->read([&](ReadTxn& tx) -> Result<bool> {
        return blob::has_events(tx, round.to.name);
    });
    round.store.reset();
    const std::lock_guard lock(mutex_);
    lines_[round.key].busy = false;
    lines_[round.key].waiting = left.value_or(true);
    --running_;
    ended_.notify_all();
}

Task<> EventDelivery::deliver_due(const Round& round) {
    while (true) {
        const auto due = round.store->read([&](ReadTxn& tx) -> Result<std::vector<OutgoingEvent>> {
            return blob::due_events(tx, round.to.name, kBatch);
        });
        if (!due || due->empty()) co_return;
        for (const OutgoingEvent& event : *due) {
            {
                const std::lock_guard lock(mutex_);
                if (stopping_) co_return;
            }
            Metrics::Timing timing(environment_.metrics, "event_delivery");
            const int status = co_await deliver(round, event);
            if (status / 100 == 2) timing.done();
            const auto settled =
                co_await round.store->write([&](WriteTxn& tx) { return settle(tx, round.to, event, status); });
            if (!settled) co_return;
        }
    }
}

Task<int> EventDelivery::deliver(const Round& round, const OutgoingEvent& event) {
    if (!round.to.url.empty()) {
        const int status = co_await post(round, event);
        co_return status;
    }
    const int status = co_await put_message(round, base64_encode(as_bytes(event.payload)));
    co_return status;
}

/// Reference: "WebHook event delivery"; "Event Grid message delivery and retry".
Task<int> EventDelivery::post(const Round& round, const OutgoingEvent& event) {
    const bool wanted = co_await is_wanted(round);
    if (!wanted) co_return kNoAnswer;
    const auto answer = co_await environment_.outgoing->ask(
        event_request(round.to, "Notification", event.attempts, "[" + event.payload + "]"));
    co_return answer ? answer->status : kNoAnswer;
}

Task<bool> EventDelivery::is_wanted(const Round& round) {
    if (environment_.outgoing == nullptr) co_return false;
    const std::string setting = "event-subscription/" + round.to.name;
    const auto before = round.store->read([&](ReadTxn& tx) -> Result<std::string> { return read_setting(tx, setting); });
    if (before && *before == round.to.url) co_return true;

    const std::string code = Guid::random().text();
    const nlohmann::json validation{{"id", Guid::random().text()},
                                    {"topic", blob::topic_of(round.account->name)},
                                    {"subject", ""},
                                    {"data", {{"validationCode", code}}},
                                    {"eventType", "Microsoft.EventGrid.SubscriptionValidationEvent"},
                                    {"eventTime", format_iso8601(round.store->now())},
                                    {"metadataVersion", "1"},
                                    {"dataVersion", "2"}};
    OutgoingRequest request =
        event_request(round.to, "SubscriptionValidation", 0, nlohmann::json::array({validation}).dump());
    auto answer = co_await environment_.outgoing->ask(std::move(request));
    if (!answer || answer->status != 200) co_return false;
    std::string text;
    while (text.size() < kLongestAnswer) {
        const auto piece = co_await answer->body->read();
        if (!piece || piece->empty()) break;
        text.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    const auto said = nlohmann::json::parse(text, nullptr, false);
    if (!said.is_object() || said.value("validationResponse", nlohmann::json()) != code) co_return false;
    const auto noted = co_await round.store->write([&](WriteTxn& tx) -> Result<> {
        write_setting(tx, setting, round.to.url);
        return {};
    });
    co_return noted.has_value();
}

/// By the operation that clients use, as the owner of the queue's account.
Task<int> EventDelivery::put_message(const Round& round, const std::string& text) {
    const auto& gateway = gateways_[static_cast<std::size_t>(ServiceKind::queue)];
    if (!gateway) co_return kNoAnswer;
    XmlWriter xml;
    xml.open("QueueMessage");
    xml.element("MessageText", text);
    xml.close();
    const std::string& account = round.to.queue_account.empty() ? round.account->name : round.to.queue_account;
    OwnRequest put{Method::post, "/" + account + "/" + round.to.queue + "/messages", {}, {}, xml.take()};
    if (round.to.message_life != 0) put.query = "messagettl=" + std::to_string(round.to.message_life);
    const Result<Response> response = co_await ask(*gateway, put);
    co_return response ? response->status : info(response.error().code()).status;
}

void EventDelivery::stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    ended_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace lazulite
