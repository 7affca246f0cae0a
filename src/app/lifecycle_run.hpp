#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "app/seeding.hpp"
#include "blob/domain/event_grid.hpp"
#include "blob/domain/lifecycle.hpp"
#include "service/service.hpp"

namespace lazulite {

/// Plans the first run of a policy within a day, unless one is planned, and notes since when there is a policy.
void plan_lifecycle(WriteTxn& tx);
/// There is none any more.
void forget_lifecycle(WriteTxn& tx);

/// Does to blobs what the lifecycle policies of their accounts say, once a day of the account's time. Blobs are looked at page
/// by page, and each is changed by the operation that a client would use, on the condition that it is still as it was seen: so
/// leases, retention, versions and events hold for it as for anybody.
class LifecycleRuns {
  public:
    LifecycleRuns(Environment& environment, const Seeding::Gateways& gateways, Executor& where)
        : environment_(environment), gateways_(gateways), where_(where) {}
    LifecycleRuns(const LifecycleRuns&) = delete;

    /// Begins the runs that are due. From one thread. False where no account has a policy.
    bool look();
    /// Waits for what is under way; nothing begins any more. Idempotent.
    void stop();

  private:
    struct Run {
        std::shared_ptr<const Account> account;
        std::shared_ptr<Store> store;
        blob::LifecyclePolicy policy;
        Instant scheduled;
        Instant since;  ///< there is a policy: where accesses are not tracked, it counts as the last one
    };
    /// A blob or former state, and what is to be done to it.
    struct Step {
        std::string path;  ///< encoded
        std::string name;  ///< "container/blob"
        std::string query;
        std::string etag;
        blob::LifecycleAction action;
    };
    struct Page {
        std::vector<Step> steps;
        std::string container;  ///< where the next page begins; empty: nowhere
        std::string position;
    };
    /// Whether it is, and if so which times the run has.
    [[nodiscard]] static bool is_due(Run& run);
    Task<> run(Run run);
    /// False where it was stopped.
    Task<bool> walk(const Run& run, blob::LifecycleReport& report);
    static void finish(WriteTxn& tx, const Run& run, const blob::LifecycleReport& report);
    [[nodiscard]] static Result<Page> page(ReadTxn& tx, const Run& run, const std::string& container,
                                           const std::string& position);
    /// Whether it was done.
    Task<bool> take(const Step& step);
    [[nodiscard]] bool stopping();

    Environment& environment_;
    const Seeding::Gateways& gateways_;
    Executor& where_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool stopping_ = false;
    std::set<std::string> running_;  ///< accounts
};

}  // namespace lazulite
