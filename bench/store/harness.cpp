#include "harness.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace lazulite::bench {
namespace {

constexpr double kBudgetSeconds = 10;

double cpu_seconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

std::string cell(double value, double ratio, int digits) {
    if (std::isnan(value)) return "-";
    char text[64];
    std::snprintf(text, sizeof text, "%.*f (%.2f)", digits, value, ratio);
    return text;
}

}  // namespace

double median(std::vector<double> values) {
    std::erase_if(values, [](double v) { return std::isnan(v); });
    return percentile(values, 0.5);
}

double percentile(std::vector<double>& values, double part) {
    if (values.empty()) return std::nan("");
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
double thread_cpu_seconds() { return cpu_seconds(CLOCK_THREAD_CPUTIME_ID); }
double process_cpu_seconds() { return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID); }

void compare(const std::string& title, const std::vector<Metric>& metrics, const std::vector<Arm>& arms, const Settings& settings) {
    std::vector<std::vector<std::vector<double>>> figures(arms.size());  // [arm][round][metric]
    const auto start = Clock::now();
    int rounds = 0;
    for (; rounds < 3 || (settings.full && rounds < 7 && seconds_since(start) < kBudgetSeconds); ++rounds)
        for (std::size_t arm = 0; arm < arms.size(); ++arm) figures[arm].push_back(arms[arm].run());

    std::printf("\n%s; %d rounds\n%-34s", title.c_str(), rounds, "");
    for (const Metric& metric : metrics) std::printf("%18s", metric.name.c_str());
    std::printf("\n");
    for (std::size_t arm = 0; arm < arms.size(); ++arm) {
        std::printf("%-34s", arms[arm].name.c_str());
        for (std::size_t m = 0; m < metrics.size(); ++m) {
            std::vector<double> values;
            std::vector<double> ratios;
            for (std::size_t round = 0; round < figures[arm].size(); ++round) {
                values.push_back(figures[arm][round][m]);
                ratios.push_back(figures[arm][round][m] / figures[0][round][m]);
            }
            std::printf("%18s", cell(median(values), median(ratios), metrics[m].digits).c_str());
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

}  // namespace lazulite::bench
