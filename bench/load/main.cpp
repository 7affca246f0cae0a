// The load generator of bench/run: keeps a server on 127.0.0.1 busy, checks every answer, and prints what it saw.

#include <exception>
#include <iostream>

#include "cpu_time.hpp"
#include "driver.hpp"
#include "options.hpp"
#include "report.hpp"
#include "workload.hpp"

namespace lazulite::bench {
namespace {

Clock::duration from_seconds(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

CpuUse cpu_use_so_far(const Options& options) {
    return {cpu_time_of(options.pids), own_cpu_time(), machine_cpu_time()};
}

CpuUse operator-(const CpuUse& after, const CpuUse& before) {
    return {after.server - before.server, after.client - before.client, after.machine - before.machine};
}

void add_errors(Tally& tally, const Tally& more) {
    tally.errors += more.errors;
    tally.complaints.insert(tally.complaints.end(), more.complaints.begin(), more.complaints.end());
}

void run(const Options& options) {
    const std::unique_ptr<Workload> workload = make_workload(options);
    Driver driver(options.port, options.connections);
    Tally warmup;
    if (options.warmup > 0) warmup = driver.run(*workload, from_seconds(options.warmup));

    const CpuUse before = cpu_use_so_far(options);
    const auto duration = options.mode == Mode::fill ? std::nullopt : std::optional(from_seconds(options.seconds));
    Tally tally = driver.run(*workload, duration);
    const CpuUse after = cpu_use_so_far(options);

    add_errors(tally, warmup);
    if (const auto check = workload->check()) add_errors(tally, driver.run(*check, std::nullopt));
    std::cout << to_json(std::move(tally), after - before, workload->bytes_per_request()) << "\n";
}

}  // namespace
}  // namespace lazulite::bench

int main(int argc, char** argv) {
    try {
        lazulite::bench::run(lazulite::bench::parse_options(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
