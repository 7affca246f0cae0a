#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/event_delivery.hpp"
#include "app/lifecycle_run.hpp"
#include "http/io_pool.hpp"

namespace lazulite {

/// What accounts do without being asked, as their settings say: a thread of its own looks whether there is anything to do,
/// while there is an account that may have something.
class AccountDuties {
  public:
    AccountDuties(Environment& environment, const Seeding::Gateways& gateways, IoPool& io)
        : environment_(environment), gateways_(gateways), io_(io) {}
    ~AccountDuties() { stop(); }
    AccountDuties(const AccountDuties&) = delete;

    /// Makes what the settings of an account promise: its change feed is there before anything happened. Blocks.
    void prepare(const Account& account);
    /// The same of all accounts, whose stores are new.
    void prepare_all();
    /// Once everything runs.
    void start();
    /// Accounts or their clocks have changed.
    void look();
    /// While everything still runs. Idempotent.
    void stop();

  private:
    void run();
    /// Ends what the clock ends and somebody is to be told of. False where no account wants to know.
    bool end_rehydrations();

    Environment& environment_;
    const Seeding::Gateways& gateways_;
    IoPool& io_;
    std::optional<EventDelivery> delivery_;
    std::optional<LifecycleRuns> lifecycle_;
    std::map<std::string, std::pair<const Store*, std::uint64_t>> idle_;  ///< accounts, as of that many commits of their stores
    std::mutex mutex_;
    std::condition_variable wake_;
    bool looking_ = false;  ///< somebody said that there is something to see
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace lazulite
