#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "app/configuration.hpp"
#include "app/surfaces.hpp"
#include "base/log.hpp"
#include "lazulite/emulator.hpp"
#include "store/check.hpp"

namespace {

using namespace lazulite;

int refuse(const std::string& line) {
    std::fprintf(stderr, "lazulite: %s\n", line.c_str());
    return 1;
}

/// SIGTERM and SIGINT are taken by `sigwait` alone, so they are blocked before any thread starts.
sigset_t block_stop_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

int run(const Configuration& configuration) {
    const sigset_t signals = block_stop_signals();
    Emulator emulator(configuration.emulator);
    try {
        emulator.start();
    } catch (const std::exception& problem) {
        return refuse(problem.what());
    }
    for (const std::string& warning : emulator.warnings()) log::warning(warning);
    for (const ServiceKind kind : kServiceKinds) {
        log::announce(std::string(title(kind)) + " service is listening at " + emulator.endpoint(static_cast<Surface>(kind)));
    }
    log::announce("Connection string: " + emulator.connection_string());
    int signal = 0;
    sigwait(&signals, &signal);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second one ends the process at once
    log::info("stopping");
    emulator.stop();
    return 0;
}

int check_folder(const Configuration& configuration) {
    if (configuration.in_memory) return refuse("check needs a data folder: --location DIR");
    const auto files = open_disk(configuration.emulator.location.string());
    if (!files) return refuse("cannot read " + configuration.emulator.location.string() + ": " + files.error().message());
    const auto kinds = all_store_kinds();
    const CheckReport report = check(**files, kinds);
    for (const std::string& problem : report.problems) std::printf("%s\n", problem.c_str());
    std::printf("%llu stores, %llu extents, %llu ranges, %llu bytes: %zu problems\n",
                static_cast<unsigned long long>(report.stores), static_cast<unsigned long long>(report.extents),
                static_cast<unsigned long long>(report.ranges), static_cast<unsigned long long>(report.bytes),
                report.problems.size());
    return report.problems.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto parsed = configure({argv, static_cast<std::size_t>(argc)}, [](const char* name) { return std::getenv(name); });
    if (!parsed) return refuse(parsed.error());
    if (!parsed->print.empty()) {
        std::fputs(parsed->print.c_str(), stdout);
        return 0;
    }
    log::set_level(parsed->configuration.log_level);
    switch (parsed->configuration.command) {
        case Configuration::Command::run: return run(parsed->configuration);
        case Configuration::Command::check: return check_folder(parsed->configuration);
    }
    return 1;
}
