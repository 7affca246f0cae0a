// Histories of 32 clients, checked for linearizability. README.md beside this says what that is worth.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "check/check.hpp"
#include "check/model.hpp"
#include "runner.hpp"

namespace {

using namespace concurrency;
namespace fs = std::filesystem;

constexpr const char* kUsage =
    "usage: concurrency_tests [--histories N] [--seed N] [--mode stepped|memory|disk|all] [--kinds etag,lease,...] "
    "[--keep DIR]\n"
    "       concurrency_tests --replay FILE\n"
    "  --histories   how many, with seeds from --seed on (1,000); with `all`, three in ten are stepped and one on "
    "disk\n"
    "  --seed        of the first; alone: that one history. In `stepped` mode a seed gives the same history again; "
    "between\n"
    "                threads it gives the same clients, and the machine their order\n"
    "  --keep        where a history that is refused is written, the folder of temporary files by default\n"
    "  --replay      checks a history that was written\n";

/// Account time is given 20 s of room: a history that takes longer says nothing.
constexpr double kTooSlow = 15;

struct Arguments {
    std::uint64_t histories = 1000;
    std::uint64_t seed = 1;
    std::string mode = "all";
    std::vector<std::string> kinds{std::begin(kKinds), std::end(kKinds)};
    fs::path keep = fs::temp_directory_path();
    fs::path replay;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream list(text);
    for (std::string word; std::getline(list, word, ',');) words.push_back(word);
    return words;
}

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    bool counted = false;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--histories") {
            arguments.histories = std::stoull(value);
            counted = true;
        } else if (name == "--seed") {
            arguments.seed = std::stoull(value);
            if (!counted) arguments.histories = 1;
        } else if (name == "--mode") {
            arguments.mode = value;
        } else if (name == "--kinds") {
            arguments.kinds = split(value);
        } else if (name == "--keep") {
            arguments.keep = value;
        } else if (name == "--replay") {
            arguments.replay = value;
        } else {
            return std::nullopt;
        }
    }
    const bool known = arguments.mode == "stepped" || arguments.mode == "memory" || arguments.mode == "disk" ||
                       arguments.mode == "all";
    if (argc % 2 == 0 || !known || arguments.kinds.empty()) return std::nullopt;
    return arguments;
}

std::string say(const std::vector<Judged>& refused) {
    std::string lines;
    for (const Judged& judged : refused) {
        lines += judged.object +
                 (judged.verdict == Verdict::undecided ? ": not decided, it takes too long, of "
                                                       : ": not linearizable, of ") +
                 std::to_string(judged.operations) + " operations\n" + judged.why;
    }
    return lines;
}

int replay(const fs::path& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    const History history = from_text(std::string(std::istreambuf_iterator<char>(stream), {}));
    const auto refused = check(history);
    std::fputs(say(refused).c_str(), stdout);
    std::printf("%zu operations: %s\n", history.size(), refused.empty() ? "linearizable" : "not linearizable");
    return refused.empty() && !history.empty() ? 0 : 1;
}

class Run {
  public:
    explicit Run(Arguments arguments) : arguments_(std::move(arguments)) {}
    ~Run() {
        runner_.reset();
        std::error_code ignored;
        if (!folder_.empty()) fs::remove_all(folder_, ignored);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    int all() {
        const std::uint64_t most = arguments_.histories;
        const bool all = arguments_.mode == "all";
        const std::uint64_t stepped = all ? most * 3 / 10 : arguments_.mode == "stepped" ? most : 0;
        const std::uint64_t disk = all ? most / 10 : arguments_.mode == "disk" ? most : 0;
        some("stepped", arguments_.seed, stepped);
        some("disk", arguments_.seed + stepped, disk);
        some("memory", arguments_.seed + stepped + disk, most - stepped - disk);
        std::printf("operations:");
        for (const auto& [kind, operations] : operations_) {
            std::printf(" %s %zu (%zu changes)", kind.c_str(), operations, changes_[kind]);
        }
        std::printf("; without an answer %zu; histories that took too long to be judged %zu\n", unanswered_, slow_);
        std::printf("%zu passed, %zu failed, 0 skipped\n", passed_, failed_);
        return failed_ == 0 && passed_ > 0 ? 0 : 1;
    }

  private:
    using Time = std::chrono::steady_clock;
    static double since(Time::time_point begin) { return std::chrono::duration<double>(Time::now() - begin).count(); }

    void some(const std::string& mode, std::uint64_t first, std::uint64_t count) {
        if (count == 0) return;
        const auto begun = Time::now();
        checking_ = 0;
        runner_.reset();
        runner_ = mode == "stepped" ? make_stepped() : make_loopback(mode == "disk" ? make_folder() : fs::path());
        for (std::uint64_t seed = first; seed < first + count && failed_ < 5; ++seed) one(mode, seed);
        std::printf("%s: %llu histories in %.1f s, of which %.1f s to check them\n", mode.c_str(),
                    static_cast<unsigned long long>(count), since(begun), checking_);
        std::fflush(stdout);
    }

    void one(const std::string& mode, std::uint64_t seed) {
        Plan plan(seed, arguments_.kinds, "h" + std::to_string(seed) + "x");
        Ran ran = runner_->run(plan, seed);
        give_short_names(ran.history);
        for (const Event& event : ran.history) {
            ++operations_[std::string(event.kind())];
            if (!event.answered())
                ++unanswered_;
            else if (!Came(event).only_looks)
                ++changes_[std::string(event.kind())];
        }
        const auto begun = Time::now();
        if (ran.seconds > kTooSlow && ran.problem.empty()) {
            ++slow_;
            return;
        }
        const auto refused = check(ran.history);
        checking_ += since(begun);
        if (refused.empty() && ran.problem.empty()) {
            ++passed_;
            return;
        }
        ++failed_;
        const fs::path file = arguments_.keep / ("history-" + mode + "-" + std::to_string(seed) + ".txt");
        std::ofstream(file) << "# concurrency_tests --mode " << mode << " --seed " << seed << "\n"
                            << to_text(ran.history);
        std::printf("seed %llu, %s, %zu operations; the history stands in %s\n%s%s\n",
                    static_cast<unsigned long long>(seed), mode.c_str(), ran.history.size(), file.c_str(),
                    say(refused).c_str(), ran.problem.c_str());
    }

    fs::path make_folder() {
        std::string name = (fs::temp_directory_path() / "lazulite-concurrency-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
        return folder_ = name;
    }

    const Arguments arguments_;
    std::unique_ptr<Runner> runner_;
    fs::path folder_;
    std::map<std::string, std::size_t> operations_;
    std::map<std::string, std::size_t> changes_;  ///< those that succeeded
    std::size_t unanswered_ = 0;
    std::size_t slow_ = 0;
    std::size_t passed_ = 0;
    std::size_t failed_ = 0;
    double checking_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto arguments = parse(argc, argv);
        if (!arguments) {
            std::fputs(kUsage, stderr);
            return 2;
        }
        if (!arguments->replay.empty()) return replay(arguments->replay);
        return Run(*arguments).all();
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "concurrency_tests: %s\n", problem.what());
        return 2;
    }
}
