#include "life.hpp"

#include <algorithm>
#include <future>
#include <stdexcept>

#include "base/worker_pool.hpp"

namespace lazulite::power_loss {

using namespace std::chrono_literals;

namespace {

/// SQLite and our VFS know a checkpoint by its thread. It is always the same other one, so that it writes to the same extents.
void on_another_thread(const std::function<void()>& work) {
    static auto* const thread = new WorkerPool(1);
    std::promise<void> done;
    thread->post([&] {
        try {
            work();
            done.set_value();
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    done.get_future().get();
}

}  // namespace

Life::Life(LifeLog& log, std::uint64_t seed)
    : log_(log), dice_(seed), wall_(instant_of(17'000'000'000'000'000 + static_cast<std::int64_t>(log.boot) * 36'000'000'000)) {
    start_process();
}

Life::~Life() {
    files_->kill();
    opened_.clear();
}

void Life::start_process() {
    if (chance(15)) log_.durability = log_.durability == Durability::power ? Durability::process : Durability::power;
    files_ = std::make_shared<ProcessFiles>(*log_.disk, [this](const std::string&, bool sync) { before(sync); });
    auto lock = FolderLock::take(*files_);
    if (!lock) throw std::runtime_error(lock.error());
    auto loaded = Registry::load(*files_, log_.durability == Durability::power);
    if (!loaded) throw std::runtime_error(loaded.error());
    registry_ = *std::move(loaded);
    known_.clear();
    for (const auto& account : registry_->accounts()) known_.insert(account.name);
    if (log_.durability == Durability::power) log_.registered.push_back({log_.disk->position(), known_});
    else registry_due_ = now_;
    for (const std::string& folder : registry_->left().folders) remove_all(*files_, folder);
}

void Life::end_process(bool in_order) {
    busy_ = true;
    if (in_order) {
        for (const Opened& opened : opened_) opened.store->finish(chance(50));
        sync_registry();
    } else {
        files_->kill();
    }
    opened_.clear();
    busy_ = false;
}

std::shared_ptr<Store> Life::store_of(Party party) {
    const std::string account(about(party).account);
    for (const Opened& opened : opened_) {
        if (opened.account == account) return opened.store;
    }
    const StoreKind& kind = about(party).kind;
    const auto folder = registry_->folder(account, kind.name);
    if (!folder) throw std::runtime_error("the registry cannot be written");
    known_.insert(account);
    if (log_.durability == Durability::power) log_.registered.push_back({log_.disk->position(), known_});
    else if (registry_due_ == Moment::max()) registry_due_ = now_ + 200ms;
    auto log = std::find_if(log_.stores.begin(), log_.stores.end(), [&](const StoreLog& each) { return each.account == account; });
    if (log == log_.stores.end()) {
        log = log_.stores.emplace(log);
        log->account = account;
        log->kind = &kind;
    }
    log->folder = Registry::path_of(*folder);
    const bool was_busy = std::exchange(busy_, true);
    auto store = std::make_shared<SteppedStore>(SteppedStore::Place{*log_.disk, files_, log_.durability, log_.boot, wall_}, *log);
    busy_ = was_busy;
    opened_.push_back({account, store});
    return store;
}

/// Before each write and sync of the process.
void Life::before(bool sync) {
    if (std::this_thread::get_id() != thread_) return;
    bool in_background = false;
    for (std::size_t i = 0; i < opened_.size(); ++i) {
        opened_[i].store->look_for_promises();
        in_background |= opened_[i].store->in_background();
    }
    // Nobody waits while a barrier or a checkpoint waits for the disk.
    if (!sync || !in_background || busy_ || requests_ == nullptr || !chance(25)) return;
    busy_ = true;
    ++log_.interrupted;
    on_another_thread([this] { requests_->make_one(); });
    busy_ = false;
}

void Life::between() {
    if (!chance(50)) return;
    now_ += 1500ms;
    for (std::size_t i = 0; i < opened_.size(); ++i) opened_[i].store->turn(now_);
}

void Life::look_around() {
    if (registry_due_ <= now_) sync_registry();
    for (std::size_t i = 0; i < opened_.size(); ++i) opened_[i].store->turn(now_);
}

void Life::sync_registry() {
    registry_due_ = Moment::max();
    const std::set<std::string> known = known_;
    if (!registry_->sync()) throw std::runtime_error("the registry cannot be synced");
    log_.registered.push_back({log_.disk->position(), known});
}

void Life::live(Requests& requests, int count) {
    requests_ = &requests;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t drawn = dice_() % 100;
        const auto passed = drawn < 80 ? dice_() % 30 : drawn < 90 ? 250U : drawn < 97 ? 1300U : 5000U;
        now_ += std::chrono::milliseconds(passed);
        wall_.advance(std::chrono::milliseconds(passed));
        look_around();
        if (const std::uint64_t end = dice_() % 120; end < 2) {
            ++(end == 0 ? log_.restarted : log_.killed);
            end_process(end == 0);
            start_process();
        }
        busy_ = true;
        requests.make_one();
        busy_ = false;
    }
    requests_ = nullptr;
}

}  // namespace lazulite::power_loss
