#include "http/timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace lazulite {

void Timer::unlink() {
    if (link_ == nullptr) return;
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
    link_ = nullptr;
    next_ = nullptr;
    --wheel_->entries_;
}

void TimerWheel::set(Timer& timer, std::uint64_t ticks) {
    timer.due_ = now_ + ticks;
    if (timer.link_ != nullptr) {
        if (timer.look_at_ <= timer.due_) return;
        timer.unlink();
    }
    link(timer);
}

void TimerWheel::link(Timer& timer) {
    timer.wheel_ = this;
    timer.look_at_ = timer.due_;
    Timer*& head = slots_[timer.due_ % kSlots];
    timer.next_ = head;
    timer.link_ = &head;
    if (head != nullptr) head->link_ = &timer.next_;
    head = &timer;
    ++entries_;
}

void TimerWheel::advance(std::uint64_t tick) {
    if (entries_ == 0) now_ = std::max(now_, tick);
    // After a long pause one turn of the wheel sees every entry.
    if (tick > now_ + kSlots) now_ = tick - kSlots;
    while (now_ < tick) {
        ++now_;
        visit(now_ % kSlots);
    }
}

void TimerWheel::visit(std::size_t slot) {
    Timer* list = std::exchange(slots_[slot], nullptr);
    if (list != nullptr) list->link_ = &list;
    while (list != nullptr) {
        Timer& timer = *list;
        timer.unlink();
        if (timer.due_ == 0) continue;
        if (timer.due_ > now_) {
            link(timer);
        } else {
            timer.due_ = 0;
            timer.expired();
        }
    }
}

}  // namespace lazulite
