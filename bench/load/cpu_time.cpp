#include "cpu_time.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace lazulite::bench {
namespace {

using std::chrono::microseconds;

microseconds from_ticks(long long ticks) {
    static const long long per_second = sysconf(_SC_CLK_TCK);
    return microseconds(ticks * 1'000'000 / per_second);
}

microseconds from_timeval(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec);
}

microseconds cpu_time_of(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("process " + std::to_string(process) + " is gone");
    // The second field, the program's name, may hold blanks; what follows its parenthesis does not.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    long long user = 0;
    long long system = 0;
    fields >> user >> system;
    return from_ticks(user + system);
}

}  // namespace

microseconds cpu_time_of(const std::vector<pid_t>& processes) {
    microseconds sum{0};
    for (const pid_t process : processes) sum += cpu_time_of(process);
    return sum;
}

microseconds own_cpu_time() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return from_timeval(usage.ru_utime) + from_timeval(usage.ru_stime);
}

microseconds machine_cpu_time() {
    std::ifstream file("/proc/stat");
    std::string label;
    long long user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    file >> label >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
    return from_ticks(user + nice + system + irq + softirq);
}

}  // namespace lazulite::bench
