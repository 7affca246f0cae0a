#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lazulite::bench {

using Clock = std::chrono::steady_clock;

/// What every question gets: a folder of its own that exists, is empty and is removed afterwards, and how much to do.
struct Settings {
    std::filesystem::path dir;
    bool full = false;

    template <class T>
    [[nodiscard]] T pick(T small, T large) const { return full ? large : small; }
};

struct Metric {
    std::string name;
    int digits = 1;  // after the decimal point
};

/// One candidate. `run` does one round and returns one figure per metric; NaN prints as "-".
struct Arm {
    std::string name;
    std::function<std::vector<double>()> run;
};

/// Runs all arms in turn (A B C A B C ...) for three rounds, and up to seven at full scale while they fit in 10 s. Prints
/// per figure the median and, in brackets, the median over the rounds of its ratio to the first arm of the same round.
/// On a shared machine the ratio is what counts.
void compare(const std::string& title, const std::vector<Metric>& metrics, const std::vector<Arm>& arms, const Settings& settings);

[[nodiscard]] double median(std::vector<double> values);
/// `part` in 0..1. Reorders `values`.
[[nodiscard]] double percentile(std::vector<double>& values, double part);

[[nodiscard]] double seconds_since(Clock::time_point start);
[[nodiscard]] double thread_cpu_seconds();
[[nodiscard]] double process_cpu_seconds();

/// splitmix64: a fixed, well mixed permutation of the integers; the same keys in every arm.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

void reads_with_writer(const Settings&);   // (a)
void row_size(const Settings&);            // (b)
void library_settings(const Settings&);    // (c)
void savepoints(const Settings&);          // (d)
void wal_cap(const Settings&);             // (e)
void extent_alignment(const Settings&);    // (f)
void table_pages(const Settings&);         // (g)
void run_on_caller(const Settings&);       // (h)
void open_store(const Settings&);          // (i), where lazulite's own store is linked

}  // namespace lazulite::bench
