#include "app/lifecycle_run.hpp"

#include <chrono>

#include "app/lifecycle_policy.hpp"
#include "app/own_request.hpp"
#include "base/error_table.hpp"
#include "base/etag.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "blob/domain/last_access.hpp"
#include "blob/ops/path_walk.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/rows/change_feed.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/event_outbox.hpp"
#include "blob/rows/schema.hpp"
#include "store/settings.hpp"
#include "wire/date.hpp"
#include "wire/uri.hpp"

namespace lazulite {
namespace {

using blob::LifecycleAction;
using blob::LifecycleKind;
using blob::LifecyclePolicy;
using blob::LifecycleSubject;
using blob::ListedBlob;

constexpr auto kDay = std::chrono::hours(24);
constexpr std::size_t kPage = 200;
/// When the policy runs next, in ticks.
constexpr std::string_view kNextRun = "lifecycle-next-run";
/// Since when there is a policy, in ticks.
constexpr std::string_view kSince = "lifecycle-since";
/// Names of what failed are told up to that length.
constexpr std::size_t kLongestErrorList = 4096;

std::string tier_name(LifecycleAction action) {
    switch (action) {
        case LifecycleAction::to_cool: return "Cool";
        case LifecycleAction::to_cold: return "Cold";
        case LifecycleAction::to_archive: return "Archive";
        case LifecycleAction::remove: break;
    }
    return {};
}

LifecycleSubject subject_of(const ListedBlob& entry, std::string_view path, const Account& account, Instant since) {
    const blob::Blob& found = *entry.blob;
    LifecycleSubject subject;
    subject.type = found.type;
    subject.path = path;
    subject.tier = found.tier.set.value_or(blob::default_tier(account));
    subject.leaving_archive = found.tier.rehydration.has_value();
    subject.created = found.created;
    subject.modified = found.tick;
    const bool tracked = account.settings.last_access_time_tracking && found.type == blob::BlobType::block;
    subject.accessed = tracked ? blob::last_access(found.last_read, found.tick) : since;
    if (found.tier.set) subject.tier_changed = found.tier.changed;
    subject.tags = found.tags;
    if (entry.which) {
        const bool snapshot = entry.which->kind == blob::HistoryClass::snapshot;
        subject.kind = snapshot ? LifecycleKind::snapshot : LifecycleKind::version;
        subject.created = entry.which->id;
    }
    return subject;
}

std::string query_of(const ListedBlob& entry) {
    if (!entry.which) return {};
    const bool snapshot = entry.which->kind == blob::HistoryClass::snapshot;
    return (snapshot ? "snapshot=" : "versionid=") + percent_encode(format_iso8601(entry.which->id));
}

void plan_next(WriteTxn& tx) { write_setting(tx, kNextRun, std::to_string(tick_count(tx.now() + kDay))); }

/// "2026/11/22 10:30:00.0000000"
std::string schedule_time(Instant when) {
    std::string text = format_iso8601(when);
    text.pop_back();
    text[4] = text[7] = '/';
    text[10] = ' ';
    return text;
}

void count(blob::LifecycleReport& report, LifecycleAction action, std::string_view path, bool done) {
    auto& outcome = report.outcomes[static_cast<std::size_t>(action)];
    if (!outcome) outcome.emplace();
    ++outcome->tried;
    if (done) {
        ++outcome->done;
    } else if (outcome->failed.size() + path.size() < kLongestErrorList) {
        if (!outcome->failed.empty()) outcome->failed += ',';
        outcome->failed += path;
    }
}

}  // namespace

void plan_lifecycle(WriteTxn& tx) {
    if (read_setting(tx, kNextRun).empty()) plan_next(tx);
    if (read_setting(tx, kSince).empty()) write_setting(tx, kSince, std::to_string(tick_count(tx.now())));
}

void forget_lifecycle(WriteTxn& tx) {
    for (const std::string_view name : {kNextRun, kSince}) {
        if (!read_setting(tx, name).empty()) write_setting(tx, name, "");
    }
}

bool LifecycleRuns::look() {
    bool any = false;
    for (const auto& account : environment_.accounts.all()) {
        if (account->settings.lifecycle_policy.empty()) continue;
        any = true;
        const auto store = environment_.stores.store(account->name, blob::kBlobStore.name);
        if (!store) continue;
        Run due{account, *store, {}, {}, {}};
        if (!is_due(due)) continue;
        const auto policy = read_lifecycle_policy(nlohmann::json::parse(account->settings.lifecycle_policy));
        if (!policy) continue;
        due.policy = *policy;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ || !running_.insert(account->name).second) continue;
        }
        spawn(run(std::move(due)), [] {});
    }
    return any;
}

bool LifecycleRuns::is_due(Run& run) {
    const auto read = run.store->read([&](ReadTxn& tx) -> Result<bool> {
        const auto next = parse_number<std::int64_t>(read_setting(tx, kNextRun));
        if (!next || instant_of(*next) > tx.now()) return false;
        run.scheduled = instant_of(*next);
        run.since = instant_of(parse_number<std::int64_t>(read_setting(tx, kSince)).value_or(*next));
        return true;
    });
    return read.value_or(false);
}

/// The next run is planned, and those who subscribed to it are told of this one.
void LifecycleRuns::finish(WriteTxn& tx, const Run& run, const blob::LifecycleReport& report) {
    plan_next(tx);
    const auto subscriptions = run.account->settings.event_subscriptions;
    if (!subscriptions) return;
    const std::string time = format_iso8601(tx.next_tick());
    for (const EventSubscription& to : subscriptions->all) {
        if (!to.wants(blob::kLifecycleCompleted, blob::kLifecycleSubject)) continue;
        blob::put_event(tx, to.name,
                        blob::lifecycle_completed_event(run.account->name, Guid::random().text(), time, report));
    }
}

Task<> LifecycleRuns::run(Run run) {
    co_await Hop{where_};
    const std::string account = run.account->name;
    try {
        blob::LifecycleReport report;
        report.scheduled = schedule_time(run.scheduled);
        for (const LifecycleAction action : {LifecycleAction::to_cool, LifecycleAction::to_cold,
                                             LifecycleAction::to_archive, LifecycleAction::remove}) {
            if (run.policy.has(action)) report.outcomes[static_cast<std::size_t>(action)].emplace();
        }
        const bool whole = co_await walk(run, report);
        if (whole) {
            static_cast<void>(co_await run.store->write([&](WriteTxn& tx) -> Result<> {
                finish(tx, run, report);
                return {};
            }));
        }
    } catch (const std::exception& problem) {
        log::error("the lifecycle policy of account " + account + " was not carried out: " + problem.what());
    }
    run.store.reset();
    const std::lock_guard lock(mutex_);
    running_.erase(account);
    ended_.notify_all();
}

Task<bool> LifecycleRuns::walk(const Run& run, blob::LifecycleReport& report) {
    Page next;
    bool first = true;
    while (first || !next.container.empty()) {
        first = false;
        Metrics::Timing timing(environment_.metrics, "lifecycle");
        const Result<Page> found = co_await run_on(environment_.workers, [&] {
            return run.store->read([&](ReadTxn& tx) { return page(tx, run, next.container, next.position); });
        });
        if (!found) co_return true;
        next = *found;
        for (const Step& step : next.steps) {
            if (stopping()) co_return false;
            const bool done = co_await take(step);
            count(report, step.action, step.name, done);
        }
        timing.done();
    }
    co_return true;
}

/// One page of one container that the policy speaks of.
Result<LifecycleRuns::Page> LifecycleRuns::page(ReadTxn& tx, const Run& run, const std::string& first,
                                                const std::string& position) {
    Page page;
    blob::ContainerCursor containers(tx, first);
    auto container = containers.next();
    const auto skipped = [&] {
        return container->name == blob::kChangeFeedContainer || !run.policy.concerns(container->name);
    };
    while (container && skipped()) container = containers.next();
    if (!container) return page;

    blob::ListFilter filter;
    filter.history.snapshots = run.policy.concerns(LifecycleKind::snapshot);
    filter.history.versions = run.policy.concerns(LifecycleKind::version);
    const std::string begin = container->name == first ? position : std::string();
    const auto rest = blob::walk_page(tx, *container, filter, begin, kPage, [&](const ListedBlob& entry) {
        if (entry.blob->is_directory()) return;
        const std::string path = container->name + '/' + entry.name;
        const auto action = decide(run.policy, subject_of(entry, path, *run.account, run.since), tx.now());
        if (!action) return;
        page.steps.push_back({"/" + run.account->name + "/" + percent_encode(path, "/"), path, query_of(entry),
                              '"' + etag_text(entry.blob->tick) + '"', *action});
    });
    if (rest) {
        page.container = container->name;
        page.position = *rest;
    } else if (const auto following = containers.next()) {
        page.container = following->name;
    }
    return page;
}

/// What cannot be done, because of a lease or a snapshot or since the blob has changed, is left for another day.
Task<bool> LifecycleRuns::take(const Step& step) {
    const auto& gateway = gateways_[static_cast<std::size_t>(ServiceKind::blob)];
    if (!gateway) co_return false;
    OwnRequest request{Method::delete_, step.path, step.query, {{"If-Match", step.etag}}, {}};
    if (step.action != LifecycleAction::remove) {
        request.method = Method::put;
        request.query += request.query.empty() ? "comp=tier" : "&comp=tier";
        request.headers = {{"x-ms-access-tier", tier_name(step.action)}};
    }
    const Result<Response> response = co_await ask(*gateway, request);
    if (response) co_return true;
    log::debug("lifecycle: " + step.path + " stays as it is: " + std::string(info(response.error().code()).name));
    co_return false;
}

bool LifecycleRuns::stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void LifecycleRuns::stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    ended_.wait(lock, [this] { return running_.empty(); });
}

}  // namespace lazulite
