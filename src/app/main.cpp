#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <tuple>

#include "app/announcements.hpp"
#include "app/configuration.hpp"
#include "app/health_check.hpp"
#include "app/identity.hpp"
#include "app/importing.hpp"
#include "app/machine.hpp"
#include "app/surfaces.hpp"
#include "base/log.hpp"
#include "lazulite/emulator.hpp"
#include "store/check.hpp"

namespace {

using namespace lazulite;

/// How often the configuration file is looked at.
constexpr std::timespec kLookAgain{2, 0};

/// The line on stderr of a start that fails.
int refuse(const Program& program, const std::string& line) {
    std::fprintf(stderr, "%s: %s\n", program.lazulite ? "lazulite" : "Exit due to unhandled error", line.c_str());
    return 1;
}

void announce(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) log::announce(line);
}

/// These are taken by `sigwait` alone, so they are blocked before any thread starts.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that reaches the limit of its size is a full disk
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

/// What changes when a file is written or another takes its place; zeros while there is none.
using Stamp = std::tuple<dev_t, ino_t, off_t, std::time_t, long>;
Stamp stamp_of(const std::string& file) {
    struct stat found {};
    if (file.empty() || ::stat(file.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

void take_accounts_again(const Configuration& configuration, Emulator& emulator) {
    const auto accounts = reread_accounts(configuration);
    if (!accounts) return log::warning(accounts.error() + "; the accounts stay as they are");
    try {
        emulator.set_accounts(*accounts);
        log::info("accounts: read again from " + configuration.file);
    } catch (const std::exception& problem) {
        log::warning(std::string(problem.what()) + "; the accounts stay as they are");
    }
}

/// Until somebody wants us to stop. SIGHUP, or a change of the configuration file, brings its accounts up to date.
void wait_for_the_end(const Configuration& configuration, Emulator& emulator, const sigset_t& signals) {
    Stamp known = stamp_of(configuration.file);
    for (;;) {
        const int signal = configuration.accounts_of_file ? sigtimedwait(&signals, nullptr, &kLookAgain)
                                                          : sigwaitinfo(&signals, nullptr);
        if (signal == SIGTERM || signal == SIGINT) return;
        if (!configuration.accounts_of_file) continue;
        const Stamp now = stamp_of(configuration.file);
        if (signal != SIGHUP && now == known) continue;
        known = now;
        take_accounts_again(configuration, emulator);
    }
}

/// While the emulator starts, which is long where an older data folder is brought up to date, a signal ends the process at
/// once, as a kill would: the next start goes on from what was committed. Signals are blocked in every other thread.
class EndWhileStarting {
  public:
    EndWhileStarting()
        : thread_([this] {
              sigset_t signals;
              sigemptyset(&signals);
              for (const int signal : kSignals) sigaddset(&signals, signal);
              pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
              over_.get_future().wait();
          }) {
        for (const int signal : kSignals) std::signal(signal, [](int caught) { ::_exit(128 + caught); });
    }
    ~EndWhileStarting() {
        over_.set_value();
        thread_.join();
        for (const int signal : kSignals) std::signal(signal, SIG_DFL);
    }
    EndWhileStarting(const EndWhileStarting&) = delete;
    EndWhileStarting& operator=(const EndWhileStarting&) = delete;

  private:
    static constexpr int kSignals[] = {SIGTERM, SIGINT};
    std::promise<void> over_;
    std::thread thread_;
};

int run(const Configuration& configuration) {
    const Program& program = *configuration.program;
    const sigset_t signals = block_signals();
    // Before any other line: programs look for it there.
    if (configuration.in_memory) log::announce(memory_line(configuration.emulator.memory_limit_bytes, memory_bytes()));
    for (const std::string& warning : configuration.warnings) log::warning(warning);
    Emulator emulator(configuration.emulator);
    try {
        const EndWhileStarting ending;
        emulator.start();
    } catch (const std::exception& problem) {
        return refuse(program, problem.what());
    }
    for (const std::string& warning : emulator.warnings()) log::warning(warning);
    announce(start_lines(configuration, emulator));
    if (const std::string exposed = emulator.exposed(); !exposed.empty()) log::warning(exposed);
    wait_for_the_end(configuration, emulator, signals);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second one ends the process at once
    announce(closing_lines(program));
    emulator.stop();
    announce(closed_lines(program));
    return 0;
}

int check_folder(const Configuration& configuration) {
    if (configuration.in_memory) return refuse(*configuration.program, "check needs a data folder: --location DIR");
    const std::string location = configuration.emulator.location.string();
    const auto files = open_disk(location);
    if (!files) return refuse(*configuration.program, "cannot read " + location + ": " + files.error().message());
    const auto kinds = all_store_kinds();
    CheckReport report = check(**files, kinds);
    const std::string newer = newer_identity(configuration.emulator);
    if (!newer.empty()) report.problems.push_back(newer);
    for (const std::string& problem : report.problems) std::printf("%s\n", problem.c_str());
    std::printf("%llu stores, %llu extents, %llu ranges, %llu bytes: %zu problems\n",
                static_cast<unsigned long long>(report.stores), static_cast<unsigned long long>(report.extents),
                static_cast<unsigned long long>(report.ranges), static_cast<unsigned long long>(report.bytes),
                report.problems.size());
    return report.problems.empty() ? 0 : 1;
}

int import_folder(const Configuration& configuration) {
    if (configuration.in_memory) return refuse(*configuration.program, "import needs a data folder: --location DIR");
    const auto lines = import_into_folder(configuration.emulator);
    if (!lines) return refuse(*configuration.program, lines.error());
    for (const std::string& line : *lines) std::printf("%s\n", line.c_str());
    return 0;
}

int trust_authority(const Configuration& configuration) {
    if (configuration.in_memory) {
        return refuse(*configuration.program, "trust needs a data folder: --location DIR; a server in memory shows its "
                                              "authority at /_lazulite/ca.pem");
    }
    const auto text = trust(configuration.emulator, configuration.trust);
    if (!text) return refuse(*configuration.program, text.error());
    std::fputs(text->c_str(), stdout);
    return 0;
}

/// Silent when all is well: it runs every few seconds.
int ask_for_health(const Configuration& configuration) {
    const auto healthy = check_health(configuration.emulator);
    if (healthy) return 0;
    return refuse(*configuration.program, healthy.error());
}

int explain_url(const Configuration& configuration) {
    ExplainOptions options = configuration.explain;
    if (options.url == "-") std::getline(std::cin, options.url);
    const Explained explained = explain(options, configuration.emulator, SystemClock().now());
    std::fputs(explained.text.c_str(), explained.code == Explained::Code::no_sas ? stderr : stdout);
    return static_cast<int>(explained.code);
}

}  // namespace

int main(int argc, char** argv) {
    const auto parsed =
        configure({argv, static_cast<std::size_t>(argc)}, [](const char* name) { return std::getenv(name); });
    if (!parsed) {
        std::fputs(parsed.error().help.c_str(), stdout);
        return refuse(program_called(argc > 0 ? argv[0] : ""), parsed.error().line);
    }
    if (!parsed->print.empty()) {
        std::fputs(parsed->print.c_str(), stdout);
        return 0;
    }
    const Configuration& configuration = parsed->configuration;
    log::set_level(configuration.log_level);
    if (!configuration.debug_file.empty()) {
        if (const auto problem = log::also_to_file(configuration.debug_file)) {
            return refuse(*configuration.program, "the debug log cannot be written: " + *problem);
        }
    }
    switch (configuration.command) {
        case Configuration::Command::run: return run(configuration);
        case Configuration::Command::check: return check_folder(configuration);
        case Configuration::Command::import: return import_folder(configuration);
        case Configuration::Command::health_check: return ask_for_health(configuration);
        case Configuration::Command::trust: return trust_authority(configuration);
        case Configuration::Command::explain: return explain_url(configuration);
    }
    return 1;
}
