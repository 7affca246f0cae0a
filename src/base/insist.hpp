#pragma once

#include <chrono>
#include <new>
#include <thread>

namespace lazulite {

/// For what nobody could go on without, such as waking whoever waits: calls again, a moment later, as often as there is no
/// memory for it. A call that fails has changed nothing.
template <class Call>
void insist(Call call) noexcept {
    for (;;) {
        try {
            call();
            return;
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
}

}  // namespace lazulite
