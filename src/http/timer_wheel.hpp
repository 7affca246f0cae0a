#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lazulite {

class TimerWheel;

/// Something that can run out of time. Moving the deadline, which happens several times per request, is one store: the
/// entry stays where it is in the wheel until the wheel comes by and looks.
class Timer {
  public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() { unlink(); }

  protected:
    /// The deadline has passed; it is cleared before the call. Runs inside TimerWheel::advance: do little.
    virtual void expired() = 0;

  private:
    friend class TimerWheel;
    void unlink();

    std::uint64_t due_ = 0;      // tick; 0: no deadline
    std::uint64_t look_at_ = 0;  // the tick whose slot holds the entry
    Timer* next_ = nullptr;
    Timer** link_ = nullptr;  // what points at this entry; null: not in the wheel
    TimerWheel* wheel_ = nullptr;
};

/// One wheel per io thread, instead of an operating-system timer per operation. Ticks are counted by whoever drives it.
class TimerWheel {
  public:
    /// `ticks` > 0 from now.
    void set(Timer& timer, std::uint64_t ticks);
    void clear(Timer& timer) { timer.due_ = 0; }
    /// Looks at every slot up to `tick`.
    void advance(std::uint64_t tick);

    [[nodiscard]] std::uint64_t now() const { return now_; }
    /// False: nothing is waiting, so nobody needs to drive the wheel.
    [[nodiscard]] bool busy() const { return entries_ != 0; }

  private:
    friend class Timer;
    static constexpr std::size_t kSlots = 128;
    void link(Timer& timer);
    void visit(std::size_t slot);

    std::array<Timer*, kSlots> slots_{};
    std::size_t entries_ = 0;
    std::uint64_t now_ = 1;
};

}  // namespace lazulite
