// (h) A write is a closure that the store's writer thread runs in a group commit: two thread hops per write when the
// store is idle. What is gained by running it on the calling io thread instead, and what does that cost under load?

#include "blob_rows.hpp"
#include "harness.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace lazulite::bench {
namespace {

enum class Policy {
    two_hops,       // always through the writer thread
    each_inline,    // on the caller whenever nobody holds or awaits the writer
    turn_inline,    // what one turn of the io loop gathered is one group; on the caller when the writer is free
    backing_off,    // on the caller, but after a sign of concurrency everything is queued for 1 ms
};

constexpr auto kHttpWork = std::chrono::microseconds(5);   // spent before and again after each write, on the io thread
constexpr auto kBackOff = std::chrono::milliseconds(1);
constexpr std::size_t kGroupLimit = 256;

void spin(Clock::duration time) {
    for (const auto end = Clock::now() + time; Clock::now() < end;) {}
}

class IoLoop;

struct Write {
    IoLoop* home;
    std::uint64_t key;
    Clock::time_point begun;
};

class Store {
public:
    Store(const std::filesystem::path& file, std::uint64_t rows)
        : db_(file), blobs_(db_), rows_(rows), thread_([this] { serve(); }) {}
    ~Store() {
        {
            const std::lock_guard lock(queue_mutex_);
            stop_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    void submit(const std::vector<Write*>& writes) {
        {
            const std::lock_guard lock(queue_mutex_);
            queue_.insert(queue_.end(), writes.begin(), writes.end());
            waiting_ = queue_.size();
        }
        wake_.notify_one();
    }

    /// Runs `writes` as one group on this thread unless the writer is busy or has work waiting.
    bool try_here(const std::vector<Write*>& writes) {
        if (waiting_ != 0) return false;
        const std::unique_lock lock(connection_mutex_, std::try_to_lock);
        if (!lock) return false;
        run(writes);
        return true;
    }

    void queue_all_until(Clock::time_point when) { busy_until_ = when.time_since_epoch().count(); }
    [[nodiscard]] bool calm() const { return Clock::now().time_since_epoch().count() >= busy_until_; }

private:
    void serve();
    void run(const std::vector<Write*>& writes) {
        db_.exec("BEGIN IMMEDIATE");
        for (const Write* write : writes) {
            const std::uint64_t n = mix(write->key) % rows_;
            (void)blobs_.get(n);
            blobs_.put(n);
        }
        db_.exec("COMMIT");
        db_.cap_wal(4'000);
    }

    Database db_;
    BlobRows blobs_;
    std::uint64_t rows_;
    std::mutex connection_mutex_;   // held while a group runs
    std::mutex queue_mutex_;
    std::condition_variable wake_;
    std::vector<Write*> queue_;
    std::atomic<std::size_t> waiting_ = 0;
    std::atomic<Clock::rep> busy_until_ = 0;
    bool stop_ = false;
    std::thread thread_;
};

/// An io thread with `slots` clients, each of which sends its next write as soon as the last one is answered.
class IoLoop {
public:
    IoLoop(Store& store, Policy policy, std::size_t slots, std::uint64_t first_key)
        : store_(store), policy_(policy), writes_(slots), epoll_(epoll_create1(0)), event_(eventfd(0, EFD_NONBLOCK)) {
        epoll_event event{.events = EPOLLIN | EPOLLET, .data = {}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event);
        for (Write& write : writes_) write = {this, first_key++ << 32, {}};
    }
    ~IoLoop() {
        close(event_);
        close(epoll_);
    }
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    void run(const std::atomic<bool>& stop) {
        std::vector<Write*> ready;
        for (Write& write : writes_) ready.push_back(&write);
        std::size_t open = 0;
        while (!ready.empty() || open > 0) {
            std::vector<Write*> gathered;
            std::vector<Write*> done;
            for (Write* write : ready) {
                if (stop) continue;
                begin(*write);
                if (policy_ == Policy::turn_inline) gathered.push_back(write);
                else if (may_run_here(open, done.size()) && store_.try_here({write})) done.push_back(write);
                else queue({write}, open);
            }
            if (!gathered.empty() && store_.try_here(gathered)) done = gathered;
            else if (!gathered.empty()) queue(gathered, open);
            if (done.empty() && open > 0) wait();
            const std::size_t here = done.size();
            take(done);
            open -= done.size() - here;
            for (Write* write : done) finish(*write);
            ready = done;
        }
    }

    void complete(const std::vector<Write*>& writes) {   // called by the writer, once per group
        {
            const std::lock_guard lock(mutex_);
            finished_.insert(finished_.end(), writes.begin(), writes.end());
        }
        const std::uint64_t one = 1;
        (void)!::write(event_, &one, sizeof one);
    }

    std::vector<double> latencies_us;

private:
    bool may_run_here(std::size_t open, std::size_t run_in_this_turn) const {
        if (policy_ == Policy::two_hops) return false;
        return policy_ == Policy::each_inline || (open == 0 && run_in_this_turn == 0 && store_.calm());
    }
    void queue(const std::vector<Write*>& writes, std::size_t& open) {
        store_.submit(writes);
        open += writes.size();
        if (policy_ == Policy::backing_off) store_.queue_all_until(Clock::now() + kBackOff);
    }
    void begin(Write& write) {
        ++write.key;
        write.begun = Clock::now();
        spin(kHttpWork);
    }
    void finish(Write& write) {
        spin(kHttpWork);
        latencies_us.push_back(seconds_since(write.begun) * 1e6);
    }
    void wait() {
        epoll_event event{};
        epoll_wait(epoll_, &event, 1, -1);
    }
    void take(std::vector<Write*>& done) {
        const std::lock_guard lock(mutex_);
        done.insert(done.end(), finished_.begin(), finished_.end());
        finished_.clear();
    }

    Store& store_;
    Policy policy_;
    std::vector<Write> writes_;
    int epoll_;
    int event_;
    std::mutex mutex_;
    std::vector<Write*> finished_;
};

void Store::serve() {
    std::vector<Write*> group;
    for (;;) {
        {
            std::unique_lock lock(queue_mutex_);
            wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
            if (queue_.empty()) return;
            const std::size_t count = std::min(kGroupLimit, queue_.size());
            group.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
            queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
        }
        {
            const std::lock_guard lock(connection_mutex_);
            run(group);
        }
        {
            const std::lock_guard lock(queue_mutex_);
            waiting_ = queue_.size();
        }
        while (!group.empty()) {   // one wake-up per io thread
            IoLoop* home = group.front()->home;
            const auto others = std::stable_partition(group.begin(), group.end(), [&](const Write* w) { return w->home == home; });
            home->complete({group.begin(), others});
            group.erase(group.begin(), others);
        }
    }
}

struct Outcome {
    double per_second;
    double p50_us;
    double p99_us;
    double cpu_us;
};

Outcome drive(const std::filesystem::path& file, std::uint64_t rows, Policy policy, int loops, std::size_t slots, double seconds) {
    Store store(file, rows);
    std::vector<std::unique_ptr<IoLoop>> io;
    for (int i = 0; i < loops; ++i)
        io.push_back(std::make_unique<IoLoop>(store, policy, slots, 1 + static_cast<std::uint64_t>(i) * slots));
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    const double cpu = process_cpu_seconds();
    const auto start = Clock::now();
    for (auto& loop : io) threads.emplace_back([&stop, &loop] { loop->run(stop); });
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (std::thread& thread : threads) thread.join();
    const double elapsed = seconds_since(start);
    const double used = process_cpu_seconds() - cpu;
    std::vector<double> all;
    for (const auto& loop : io) all.insert(all.end(), loop->latencies_us.begin(), loop->latencies_us.end());
    const auto count = static_cast<double>(all.size());
    return {count / elapsed, percentile(all, 0.5), percentile(all, 0.99), used * 1e6 / count};
}

}  // namespace

void run_on_caller(const Settings& settings) {
    const std::filesystem::path file = settings.dir / "h.db";
    const std::uint64_t rows = settings.pick(50'000u, 200'000u);
    const double seconds = settings.pick(0.12, 0.4);
    {
        Database db(file);
        fill(db, rows);
    }
    std::vector<Arm> arms;
    const auto add = [&](const std::string& name, Policy policy) {
        arms.push_back({name, [=] {
            const Outcome one = drive(file, rows, policy, 1, 1, seconds);
            const Outcome two = drive(file, rows, policy, 2, 1, seconds);
            const Outcome some = drive(file, rows, policy, 2, 8, seconds);
            const Outcome many = drive(file, rows, policy, 2, 32, seconds);
            return std::vector{one.per_second / 1e3, one.p50_us, one.cpu_us, two.per_second / 1e3, two.p99_us,
                               some.per_second / 1e3, some.p99_us, many.per_second / 1e3, many.p99_us};
        }});
    };
    add("two hops", Policy::two_hops);
    add("each on the caller if idle", Policy::each_inline);
    add("a turn's group on the caller", Policy::turn_inline);
    add("each, 1 ms off after a collision", Policy::backing_off);
    compare("(h) writes, closure on the writer thread or on the caller; 10 us of other work per request; c = clients",
            {{"k/s c=1"}, {"p50 us c=1"}, {"CPU us c=1"}, {"k/s c=2"}, {"p99 us c=2", 0}, {"k/s c=16"}, {"p99 us c=16", 0},
             {"k/s c=64"}, {"p99 us c=64", 0}},
            arms, settings);
}

}  // namespace lazulite::bench
