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

CpuUse operator+(const CpuUse& one, const CpuUse& other) {
    return {one.server + other.server, one.client + other.client, one.machine + other.machine};
}

void add_errors(Tally& tally, const Tally& more) {
    tally.errors += more.errors;
    tally.complaints.insert(tally.complaints.end(), more.complaints.begin(), more.complaints.end());
}

struct Measured {
    Tally tally;
    CpuUse cpu;
};

Measured measure(const Options& options, Driver& driver, Workload& workload, std::optional<Clock::duration> duration) {
    const CpuUse before = cpu_use_so_far(options);
    Tally tally = driver.run(workload, duration);
    return {std::move(tally), cpu_use_so_far(options) - before};
}

/// As `measure`, in parts: the workload's stock is done before each, and not counted.
Measured measure_in_parts(const Options& options, Driver& driver, Workload& workload, Clock::duration duration) {
    Measured sum;
    while (sum.tally.elapsed < duration) {
        const Tally stocked = driver.run(*workload.stock(), std::nullopt);
        const Measured part = measure(options, driver, workload, duration - sum.tally.elapsed);
        add_errors(sum.tally, stocked);
        add_errors(sum.tally, part.tally);
        auto& latencies = sum.tally.latencies;
        latencies.insert(latencies.end(), part.tally.latencies.begin(), part.tally.latencies.end());
        sum.tally.elapsed += part.tally.elapsed;
        sum.cpu = sum.cpu + part.cpu;
    }
    return sum;
}

void run(const Options& options) {
    const std::unique_ptr<Workload> workload = make_workload(options);
    Driver driver(options.port, options.connections, options.rate);
    Tally warmup;
    if (options.warmup > 0) {
        if (Workload* stock = workload->stock()) add_errors(warmup, driver.run(*stock, std::nullopt));
        add_errors(warmup, driver.run(*workload, from_seconds(options.warmup)));
    }

    const bool until_done = options.mode == Mode::fill || options.mode == Mode::fill_appends || options.mode == Mode::fill_tagged ||
                            options.mode == Mode::fill_messages || options.mode == Mode::fill_entities ||
                            options.mode == Mode::fill_ranges || options.mode == Mode::fill_files || options.mode == Mode::fill_paths ||
                            options.mode == Mode::delete_paths || options.mode == Mode::put_blocks || options.mode == Mode::commit_blocks;
    const auto duration = until_done ? std::nullopt : std::optional(from_seconds(options.seconds));
    Measured measured = workload->stock() != nullptr ? measure_in_parts(options, driver, *workload, *duration)
                                                     : measure(options, driver, *workload, duration);

    add_errors(measured.tally, warmup);
    if (const auto check = workload->check()) add_errors(measured.tally, driver.run(*check, std::nullopt));
    std::cout << to_json(std::move(measured.tally), measured.cpu, workload->bytes_per_request()) << "\n";
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
