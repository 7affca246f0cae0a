#include "app/account_duties.hpp"

#include <chrono>

#include "base/log.hpp"
#include "blob/ops/events.hpp"
#include "blob/rows/change_feed.hpp"
#include "blob/rows/rehydrations.hpp"
#include "blob/rows/schema.hpp"

namespace lazulite {
namespace {

/// How often the thread looks while an account has duties.
constexpr std::chrono::milliseconds kPause{50};

Result<> make_promised(Stores& stores, const Account& account) {
    std::vector<std::string> subscribed;
    if (account.settings.event_subscriptions) {
        for (const EventSubscription& one : account.settings.event_subscriptions->all) subscribed.push_back(one.name);
    }
    LAZ_TRY(const std::shared_ptr<Store> store, stores.store(account.name, blob::kBlobStore.name));
    return store->write_and_wait([&](WriteTxn& tx) -> Result<> {
        if (account.settings.change_feed) blob::open_change_feed(tx);
        blob::keep_events_of(tx, subscribed);
        if (account.settings.lifecycle_policy.empty()) {
            forget_lifecycle(tx);
        } else {
            plan_lifecycle(tx);
        }
        return {};
    });
}

}  // namespace

void AccountDuties::prepare(const Account& account) {
    const auto before = environment_.accounts.find(account.name);
    const bool had = before && (before->settings.event_subscriptions || !before->settings.lifecycle_policy.empty());
    const AccountSettings& wishes = account.settings;
    if (!wishes.change_feed && !wishes.event_subscriptions && !had && wishes.lifecycle_policy.empty()) return;
    if (make_promised(environment_.stores, account)) return;
    log::warning("what account " + account.name + " is set to do by itself cannot be prepared");
}

void AccountDuties::prepare_all() {
    for (const auto& account : environment_.accounts.all()) prepare(*account);
}

void AccountDuties::start() {
    delivery_.emplace(environment_, gateways_, io_.executor(0));
    lifecycle_.emplace(environment_, gateways_, io_.executor(0));
    thread_ = std::thread([this] { run(); });
}

void AccountDuties::run() {
    while (true) {
        const bool subscribed = delivery_->look();
        const bool recorded = end_rehydrations();
        const bool more = lifecycle_->look() || subscribed || recorded;
        std::unique_lock lock(mutex_);
        const auto woken = [this] { return looking_ || stopping_; };
        if (more) {
            wake_.wait_for(lock, kPause, woken);
        } else {
            wake_.wait(lock, woken);
        }
        if (stopping_) return;
        looking_ = false;
    }
}

bool AccountDuties::end_rehydrations() {
    bool any = false;
    for (const auto& account : environment_.accounts.all()) {
        if (!account->settings.change_feed && !account->settings.event_subscriptions) continue;
        any = true;
        const auto opened = environment_.stores.store(account->name, blob::kBlobStore.name);
        if (!opened) continue;
        Store& store = **opened;
        const std::pair<const Store*, std::uint64_t> state(&store, store.commits());
        auto& idle = idle_[account->name];
        if (idle == state) continue;
        const auto left = store.read([](ReadTxn& tx) -> Result<std::pair<bool, bool>> {
            return std::pair(blob::has_rehydrations(tx), blob::due_rehydration(tx).has_value());
        });
        if (left && !left->first) idle = state;
        bool more = left && left->second;
        while (more) {
            const auto ended = store.write_and_wait([&](WriteTxn& tx) -> Result<bool> {
                return blob::note_rehydrated(tx, *account);
            });
            more = ended && *ended;
        }
    }
    return any;
}

void AccountDuties::look() {
    const std::lock_guard lock(mutex_);
    looking_ = true;
    wake_.notify_all();
}

void AccountDuties::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    if (delivery_) delivery_->stop();
    if (lifecycle_) lifecycle_->stop();
}

}  // namespace lazulite
