// Power-loss traces: random requests of all services over a recorded disk, and at each sync of it what a power failure may leave
// of the writes that nobody has synced, opened and judged.
#include <openssl/rand.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "disk_history.hpp"
#include "judge.hpp"

namespace {
std::mt19937_64 random_bytes;
}

/// In place of OpenSSL's, so that ids and salts follow from the seed of a trace too.
extern "C" int RAND_bytes(unsigned char* to, int count) {
    for (int i = 0; i < count; ++i) to[i] = static_cast<unsigned char>(random_bytes());
    return 1;
}
extern "C" ssize_t getrandom(void* to, size_t count, unsigned) {
    RAND_bytes(static_cast<unsigned char*>(to), static_cast<int>(count));
    return static_cast<ssize_t>(count);
}

namespace lazulite::power_loss {
namespace {

constexpr const char* kUsage =
    "usage: power_loss [--traces N] [--first SEED] [--jobs N] [--requests N] [--subsets N] [--verbose]\n"
    "       power_loss --trace SEED [--at SYNC --subset K]    one trace, or one power failure of it\n";

struct Arguments {
    std::uint64_t first = 1;
    std::uint64_t traces = 20;
    unsigned jobs = 1;
    int requests = 200;
    std::uint64_t subsets = 10;
    std::optional<std::uint64_t> at;
    std::optional<std::uint64_t> subset;
    bool verbose = false;
};

struct Figures {
    std::uint64_t traces = 0, failed = 0, syncs = 0, images = 0, opened = 0;
    std::uint64_t commits = 0, promises = 0, interrupted = 0, killed = 0, restarted = 0, lives = 0;
    double live_seconds = 0;
    void add(const Figures& other) {
        traces += other.traces, failed += other.failed, syncs += other.syncs, images += other.images, opened += other.opened;
        commits += other.commits, promises += other.promises, interrupted += other.interrupted, killed += other.killed;
        restarted += other.restarted, lives += other.lives, live_seconds += other.live_seconds;
    }
};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    std::seed_seq both{a, b, a >> 32, b >> 32};
    std::uint32_t out[2];
    both.generate(out, out + 2);
    return std::uint64_t{out[0]} << 32 | out[1];
}

/// One trace: requests in one to three lives, each of which ends with a power failure that the next begins with.
class Trace {
  public:
    Trace(std::uint64_t seed, const Arguments& arguments, Figures& figures)
        : seed_(seed), arguments_(arguments), figures_(figures), dice_(mixed(seed, 1)) {}

    /// False, and a line that says how to see it again, where something is wrong.
    bool run() {
        random_bytes.seed(mixed(seed_, 2));
        sqlite3_randomness(0, nullptr);
        try {
            run_lives();
            return true;
        } catch (const std::exception& problem) {
            std::string place = "--trace " + std::to_string(seed_);
            if (at_) place += " --at " + std::to_string(*at_) + " --subset " + std::to_string(subset_);
            std::printf("FAILED %s (begun in %s mode): %s\n", place.c_str(), power_ ? "power" : "process", problem.what());
            std::fflush(stdout);
            return false;
        }
    }

  private:
    void run_lives() {
        power_ = dice_() % 2 == 0;
        const std::uint64_t lives = 1 + dice_() % 3;
        Life* living = nullptr;
        Requests requests(mixed(seed_, 3), [&](Party party) { return living->store_of(party); }, [&] { living->between(); });
        auto log = std::make_unique<LifeLog>();
        log->boot = 1;
        log->under = make_memory_file_system(1ULL << 40);
        for (std::uint64_t number = 1;; ++number) {
            log->durability = power_ ? Durability::power : Durability::process;
            log->disk = std::make_unique<FaultFileSystem>(*log->under);
            const double began = seconds();
            {
                Life life(*log, mixed(seed_, 100 + number));
                living = &life;
                life.live(requests, arguments_.requests / static_cast<int>(lives));
            }
            figures_.live_seconds += seconds() - began;
            if (const auto breaches = log->disk->rewrites(); !breaches.empty()) throw std::runtime_error(breaches.front());
            DiskHistory history(log->at_start, log->disk->trace());
            Judge judge(*log, history.operations());
            look_at_syncs(history, judge);
            count(*log);
            if (number == lives) {
                figures_.opened += judge.opened();
                break;
            }
            auto next = next_life(*log, history, judge);
            figures_.opened += judge.opened();
            log = std::move(next);
        }
        if (arguments_.verbose) {
            for (const auto& [what, counted] : requests.counts()) {
                std::printf("  %-50s %4d of %4d\n", what.c_str(), counted.succeeded, counted.made);
            }
        }
    }

    void look_at_syncs(DiskHistory& history, Judge& judge) {
        std::vector<std::size_t> syncs;
        const auto& operations = history.operations();
        for (std::size_t i = 0; i < operations.size(); ++i) {
            const auto kind = operations[i].kind;
            if (kind == FileOperation::Kind::sync || kind == FileOperation::Kind::sync_directory) syncs.push_back(i);
        }
        syncs.push_back(operations.size());
        std::size_t first = 0;
        for (const std::size_t last : syncs) {
            // After a sync, or at the start; at the latest when the next one is asked for.
            look_after(history, judge, first, last);
            first = last + 1;
            ++sync_;
        }
        at_.reset();
    }

    void look_after(DiskHistory& history, Judge& judge, std::size_t first, std::size_t last) {
        if (arguments_.at && *arguments_.at != sync_) return;
        ++figures_.syncs;
        std::vector<std::pair<std::size_t, std::uint64_t>> failures;
        for (std::uint64_t subset = 0; subset < arguments_.subsets; ++subset) {
            const std::uint64_t drawn = mixed(seed_ * 1000 + subset, sync_);
            failures.emplace_back(subset % 2 == 0 ? last : first + drawn % (last - first + 1), subset);
        }
        std::sort(failures.begin(), failures.end());
        for (const auto& [position, subset] : failures) {
            if (arguments_.subset && *arguments_.subset != subset) continue;
            at_ = sync_;
            subset_ = subset;
            history.go_to(position);
            const Image image = history.after_power_loss(mixed(seed_, sync_ * 1000 + subset));
            if (arguments_.subset) show(image, position, history.operations());
            judge.judge(image, position);
            if (subset == 0 && sync_ % 16 == 0) judge.open_whole(image);
            ++figures_.images;
        }
    }

    static void show(const Image& image, std::size_t position, const std::vector<FileOperation>& operations) {
        for (const auto& [path, entry] : image.entries) {
            std::printf("  %s %s\n", path.c_str(), entry.bytes ? std::to_string(entry.bytes->size()).c_str() : "/");
        }
        constexpr const char* kKinds[] = {"open", "read", "write", "sync", "truncate", "punch", "remove", "rename", "mkdir", "list", "syncdir"};
        for (std::size_t i = position < 80 ? 0 : position - 80; i < std::min(position + 30, operations.size()); ++i) {
            const auto& each = operations[i];
            std::printf("  %zu %s %s %s %llu+%llu\n", i, kKinds[static_cast<std::size_t>(each.kind)], each.path.c_str(), each.to.c_str(),
                        static_cast<unsigned long long>(each.offset), static_cast<unsigned long long>(each.length));
        }
    }

    void count(const LifeLog& log) {
        ++figures_.lives;
        figures_.interrupted += static_cast<std::uint64_t>(log.interrupted);
        figures_.killed += static_cast<std::uint64_t>(log.killed);
        figures_.restarted += static_cast<std::uint64_t>(log.restarted);
        for (const StoreLog& store : log.stores) {
            figures_.commits += store.commits.size();
            figures_.promises += store.promises.size();
        }
    }

    /// On what a power failure at the end left.
    std::unique_ptr<LifeLog> next_life(const LifeLog& before, DiskHistory& history, Judge& judge) {
        const std::size_t end = history.operations().size();
        history.go_to(end);
        auto log = std::make_unique<LifeLog>();
        log->boot = before.boot + 1;
        log->at_start = history.after_power_loss(dice_());
        const auto found = judge.judge(log->at_start, end);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (!found[i]) continue;
            StoreLog store = before.stores[i];
            store.made = 0;
            store.commits = {{0, 0, before.stores[i].commits[*found[i]].state}};
            store.promises = {{0, 0}};
            log->stores.push_back(std::move(store));
        }
        log->under = log->at_start.in_memory();
        return log;
    }

    const std::uint64_t seed_;
    const Arguments& arguments_;
    Figures& figures_;
    std::mt19937_64 dice_;
    bool power_ = false;
    std::uint64_t sync_ = 0;
    std::optional<std::uint64_t> at_;
    std::uint64_t subset_ = 0;
};

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--verbose") {
            arguments.verbose = true;
            continue;
        }
        if (i + 1 == argc) return std::nullopt;
        const std::uint64_t number = std::strtoull(argv[++i], nullptr, 10);
        if (word == "--traces") arguments.traces = number;
        else if (word == "--first") arguments.first = number;
        else if (word == "--jobs") arguments.jobs = static_cast<unsigned>(number);
        else if (word == "--requests") arguments.requests = static_cast<int>(number);
        else if (word == "--subsets") arguments.subsets = number;
        else if (word == "--trace") arguments.first = number, arguments.traces = 1;
        else if (word == "--at") arguments.at = number;
        else if (word == "--subset") arguments.subset = number;
        else return std::nullopt;
    }
    if (arguments.jobs == 0) return std::nullopt;
    return arguments;
}

/// Every `jobs`th trace. Each process has its own chance, which threads would share.
Figures run_job(const Arguments& arguments, unsigned job) {
    Figures figures;
    for (std::uint64_t i = job; i < arguments.traces; i += arguments.jobs) {
        ++figures.traces;
        Trace trace(arguments.first + i, arguments, figures);
        if (!trace.run()) ++figures.failed;
    }
    return figures;
}

int run(const Arguments& arguments) {
    const double began = seconds();
    Figures all;
    std::vector<std::pair<pid_t, int>> jobs;
    for (unsigned job = 1; job < arguments.jobs; ++job) {
        int ends[2];
        if (::pipe(ends) != 0) return 2;
        const pid_t child = ::fork();
        if (child == 0) {
            const Figures figures = run_job(arguments, job);
            const bool told = ::write(ends[1], &figures, sizeof figures) == sizeof figures;
            ::_exit(told ? 0 : 2);
        }
        ::close(ends[1]);
        jobs.emplace_back(child, ends[0]);
    }
    all = run_job(arguments, 0);
    for (const auto& [child, end] : jobs) {
        Figures figures;
        const bool told = ::read(end, &figures, sizeof figures) == sizeof figures;
        ::waitpid(child, nullptr, 0);
        if (!told) ++all.failed;
        all.add(figures);
    }
    const double took = seconds() - began;
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%llu traces, %llu lives, %llu commits, %llu promises, %llu requests within them, %llu kills, %llu restarts\n",
                number(all.traces), number(all.lives), number(all.commits), number(all.promises), number(all.interrupted), number(all.killed),
                number(all.restarted));
    std::printf("%llu sync points, %llu images, %llu stores opened; %.1f s, of them %.1f s to live, %.2f ms an image\n", number(all.syncs),
                number(all.images), number(all.opened), took, all.live_seconds,
                1000 * (took * arguments.jobs - all.live_seconds) / static_cast<double>(all.images + 1));
    std::printf("%llu passed, %llu failed, 0 skipped\n", number(all.traces - all.failed), number(all.failed));
    return all.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace lazulite::power_loss

int main(int argc, char** argv) {
    const auto arguments = lazulite::power_loss::parse(argc, argv);
    if (!arguments) {
        std::fputs(lazulite::power_loss::kUsage, stderr);
        return 2;
    }
    lazulite::log::set_level(lazulite::log::Level::off);
    return lazulite::power_loss::run(*arguments);
}
