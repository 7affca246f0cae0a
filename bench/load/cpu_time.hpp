#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace lazulite::bench {

/// User and system time of these processes so far, in the kernel's steps of 10 ms (/proc/PID/stat).
/// Throws std::runtime_error when one of them is gone: the server died.
std::chrono::microseconds cpu_time_of(const std::vector<pid_t>& processes);

/// User and system time of this process so far.
std::chrono::microseconds own_cpu_time();

/// Time that all processors of the machine spent busy so far (/proc/stat).
std::chrono::microseconds machine_cpu_time();

}  // namespace lazulite::bench
