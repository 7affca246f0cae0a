#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "image.hpp"
#include "requests.hpp"
#include "stepped_store.hpp"
#include "store/registry.hpp"

namespace lazulite::power_loss {

/// From a power failure, or from nothing, to the next one: what the disk was asked for, and what was promised meanwhile.
struct LifeLog {
    Durability durability{};
    std::uint64_t boot = 0;
    Image at_start;
    std::unique_ptr<FileSystem> under;
    std::unique_ptr<FaultFileSystem> disk;
    std::deque<StoreLog> stores;
    /// From a position on, the registry names these accounts.
    struct Registered {
        std::size_t from;
        std::set<std::string> accounts;
    };
    std::vector<Registered> registered;
    int killed = 0, restarted = 0, interrupted = 0;
};

/// Lives that: a process over the disk of a log, with the stores that requests ask for, and all that goes on in the background.
class Life {
  public:
    using Moment = SteppedStore::Moment;

    /// The requests are made by `requests`, which asks `store_of` and calls `between`.
    Life(LifeLog& log, std::uint64_t seed);
    ~Life();

    std::shared_ptr<Store> store_of(Party party);
    void between();
    void live(Requests& requests, int count);

  private:
    struct Opened {
        std::string account;
        std::shared_ptr<SteppedStore> store;
    };
    void start_process();
    void end_process(bool in_order);
    void look_around();
    void sync_registry();
    void before(bool sync);
    bool chance(unsigned percent) { return dice_() % 100 < percent; }

    LifeLog& log_;
    std::mt19937_64 dice_;
    const std::thread::id thread_ = std::this_thread::get_id();
    ManualClock wall_;
    Moment now_{std::chrono::hours(1)};
    std::shared_ptr<ProcessFiles> files_;
    std::unique_ptr<Registry> registry_;
    std::set<std::string> known_;  // to the registry
    Moment registry_due_ = Moment::max();
    std::vector<Opened> opened_;
    Requests* requests_ = nullptr;
    bool busy_ = false;  // a request is under way, or what must not be interrupted
};

}  // namespace lazulite::power_loss
