#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// Every clock of this process stands still, so that nothing falls due while instructions are counted: no checkpoint, no
/// space given back, no timeout. The monotonic one stands in a far future, which nobody who waits until then lives to see.
extern "C" int clock_gettime(clockid_t which, timespec* now) noexcept {
    switch (which) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
            *now = {1'790'000'000, 123'456'789};
            return 0;
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_BOOTTIME:
            *now = {1'000'000'000, 0};
            return 0;
        default:
            return static_cast<int>(::syscall(SYS_clock_gettime, which, now));
    }
}
