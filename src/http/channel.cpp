#include "http/channel.hpp"

#include "http/io_thread.hpp"

namespace lazulite {

Channel::OtherTurn Channel::yield() {
    return {thread_, false};
}
Channel::OtherTurn Channel::return_home() {
    return {thread_, Executor::current() == &thread_};
}

void Channel::expire_after(std::chrono::milliseconds timeout) {
    timed_out_ = false;
    if (timeout.count() == 0)
        thread_.clear_timer(*this);
    else
        thread_.set_timer(*this, timeout);
}

void Channel::never_expire() {
    timed_out_ = false;
    thread_.clear_timer(*this);
}

void Channel::expired() {
    timed_out_ = true;
    transport_->cancel();
}

void Channel::cut() {
    cut_ = true;
    transport_->close();
}

BufferPool& Channel::buffers() {
    return thread_.buffers();
}

}  // namespace lazulite
