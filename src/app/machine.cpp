#include "app/machine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace lazulite {

std::uint64_t memory_bytes() {
    std::uint64_t bytes =
        static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        std::uint64_t limit = 0;
        if (std::ifstream(file) >> limit && limit != 0) bytes = std::min(bytes, limit);  // "max" is no number
    }
    return bytes;
}

ProcessUse process_use() {
    ProcessUse use;
    std::uint64_t pages = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> pages) {  // the second number: those that are resident
        use.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    rusage times{};
    if (::getrusage(RUSAGE_SELF, &times) == 0) {
        for (const timeval& time : {times.ru_utime, times.ru_stime}) {
            use.processor_time += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
        }
    }
    std::error_code unknown;
    const std::filesystem::directory_iterator open("/proc/self/fd", unknown);
    if (!unknown) use.open_descriptors = static_cast<std::size_t>(std::distance(begin(open), end(open))) - 1;  // its own
    return use;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);  // what it was serves too
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

}  // namespace lazulite
