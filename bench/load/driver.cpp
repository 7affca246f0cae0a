#include "driver.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace lazulite::bench {
namespace {

constexpr Clock::duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kMaxErrors = 100;
constexpr std::size_t kMaxComplaints = 5;

Clock::duration interval_of(double rate) {
    if (rate <= 0) return Clock::duration::zero();
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate));
}

timespec to_timespec(Clock::duration duration) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
    return {static_cast<time_t>(whole.count()), static_cast<long>(std::chrono::nanoseconds(duration - whole).count())};
}

}  // namespace

Driver::Driver(std::uint16_t port, unsigned connections, double rate)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), slots_(connections), interval_(interval_of(rate)) {
    for (unsigned slot = 0; slot < connections; ++slot) {
        slots_[slot].connection = std::make_unique<Connection>(port);
        watch(slot, EPOLL_CTL_ADD, false);
    }
}

Driver::~Driver() {
    close(epoll_);
}

Tally Driver::run(Workload& workload, std::optional<Clock::duration> duration) {
    workload_ = &workload;
    tally_ = Tally{};
    tally_.latencies.reserve(1 << 20);
    const Clock::time_point start = Clock::now();
    end_ = duration ? start + *duration : Clock::time_point::max();
    due_.reset();
    free_.clear();
    if (duration && interval_ > Clock::duration::zero()) due_ = start;
    for (unsigned slot = 0; slot < slots_.size(); ++slot) go_on(slot);

    std::array<epoll_event, 64> events{};
    while (busy_ > 0 || (due_ && Clock::now() < end_)) {
        const Clock::duration wait = patience();
        const timespec most = to_timespec(wait);
        const int ready = epoll_pwait2(epoll_, events.data(), events.size(), &most, nullptr);
        if (ready == 0 && wait == kPatience) throw std::runtime_error("the server has not moved for a minute");
        for (int place = 0; place < ready; ++place) handle(events[place].data.u32, events[place].events);
        begin_due();
    }
    tally_.elapsed = Clock::now() - start;
    return std::exchange(tally_, Tally{});
}

void Driver::handle(unsigned slot, std::uint32_t events) {
    try {
        Connection& connection = *slots_[slot].connection;
        // Reading comes first: a server that refuses a large body answers and closes while it is still being sent.
        const bool readable = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        if (readable && !slots_[slot].busy) return reopen(slot);  // closed while idle
        if (readable && connection.receive()) return finish(slot);
        if ((events & EPOLLOUT) != 0) connection.send_more();
        watch(slot, EPOLL_CTL_MOD, connection.has_more_to_send());
    } catch (const std::runtime_error& error) {
        fail(slot, error.what());
    }
}

void Driver::finish(unsigned slot) {
    const Connection& connection = *slots_[slot].connection;
    const auto latency = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - slots_[slot].begun);
    slots_[slot].busy = false;
    --busy_;
    const auto problem = workload_->complaint(slot, connection.answer());
    slots_[slot].walking = !problem && !workload_->ends_one(slot);
    if (problem) {
        complain(*problem);
    } else if (!slots_[slot].walking) {
        tally_.latencies.push_back(static_cast<std::uint32_t>(latency.count()));
    }
    if (!connection.reusable()) reopen(slot);
    go_on(slot);
}

/// Until then nothing has to happen, but for answers.
Clock::duration Driver::patience() const {
    if (!due_ || free_.empty() || Clock::now() >= end_) return kPatience;
    return std::max(Clock::duration::zero(), *due_ - Clock::now());
}

void Driver::begin_due() {
    while (due_ && !free_.empty() && Clock::now() >= *due_ && *due_ < end_) {
        const unsigned slot = free_.back();
        free_.pop_back();
        begin(slot);
        if (due_) *due_ += interval_;
    }
}

/// With a rate, what comes next waits until it is due.
void Driver::go_on(unsigned slot) {
    if (due_ && !slots_[slot].walking) {
        free_.push_back(slot);
    } else {
        begin(slot);
    }
}

void Driver::begin(unsigned slot) {
    const Clock::time_point now = Clock::now();
    if (now >= end_ && !slots_[slot].walking) return;
    const std::optional<Exchange> exchange = workload_->next(slot);
    if (!exchange) return due_.reset();  // there is no more work
    if (!slots_[slot].walking) slots_[slot].begun = due_.value_or(now);
    slots_[slot].busy = true;
    ++busy_;
    Connection& connection = *slots_[slot].connection;
    try {
        connection.start(*exchange);
    } catch (const std::runtime_error& error) {
        return fail(slot, error.what());
    }
    watch(slot, EPOLL_CTL_MOD, connection.has_more_to_send());
}

void Driver::fail(unsigned slot, const std::string& why) {
    if (std::exchange(slots_[slot].busy, false)) --busy_;
    slots_[slot].walking = false;
    complain(why);
    reopen(slot);
    go_on(slot);
}

void Driver::complain(const std::string& why) {
    ++tally_.errors;
    if (tally_.complaints.size() < kMaxComplaints) tally_.complaints.push_back(why);
    if (tally_.errors >= kMaxErrors) throw std::logic_error("given up after many errors, such as: " + why);
}

void Driver::reopen(unsigned slot) {
    try {
        slots_[slot].connection->reopen();
    } catch (const std::runtime_error& error) {
        throw std::logic_error(std::string("the server accepts no connections any more: ") + error.what());
    }
    watch(slot, EPOLL_CTL_ADD, false);
}

void Driver::watch(unsigned slot, int operation, bool writes) {
    if (operation == EPOLL_CTL_MOD && slots_[slot].watches_writes == writes) return;
    slots_[slot].watches_writes = writes;
    epoll_event event{};
    event.events = EPOLLIN | (writes ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
    event.data.u32 = slot;
    epoll_ctl(epoll_, operation, slots_[slot].connection->descriptor(), &event);
}

}  // namespace lazulite::bench
