#include "store/write_back.hpp"

#include <algorithm>
#include <utility>

namespace lazulite {
namespace {

/// A wait that is no longer met a piece that was on the disk already: the disk keeps up.
constexpr std::chrono::milliseconds kNoWait{1};

}  // namespace

void WriteBack::start(const std::shared_ptr<File>& file, std::uint64_t offset, std::uint64_t length) {
    file->start_writing(offset, length);
    const Clock::time_point started = now_();
    const std::lock_guard lock(mutex_);
    pieces_.push_back({file, offset, length, started});
    owed_ += length;
}

bool WriteBack::behind() const {
    const std::lock_guard lock(mutex_);
    return owed_ > may_owe_;
}

void WriteBack::catch_up() {
    Piece oldest;
    while (take_oldest(oldest)) {
        const std::shared_ptr<File> file = oldest.file.lock();
        if (!file) continue;
        const Clock::time_point since = now_();
        file->wait_written(oldest.offset, oldest.length);
        waited(since, oldest);
    }
}

bool WriteBack::take_oldest(Piece& oldest) {
    const std::lock_guard lock(mutex_);
    if (owed_ <= may_owe_) return false;
    oldest = std::move(pieces_.front());
    pieces_.pop_front();
    owed_ -= oldest.length;
    return true;
}

void WriteBack::waited(Clock::time_point since, const Piece& piece) {
    const Clock::time_point now = now_();
    const std::lock_guard lock(mutex_);
    std::uint64_t wanted = may_owe_ * 2;
    if (now - since >= kNoWait) {
        const auto took = std::max<Clock::duration>(now - piece.started, kNoWait);
        wanted = static_cast<std::uint64_t>(static_cast<double>(may_owe_) * (std::chrono::duration<double>(kMoment) / took));
        wanted = std::clamp(wanted, may_owe_ / 2, may_owe_ * 2);
    }
    may_owe_ = std::clamp(wanted, kLeast, kMost);
}

}  // namespace lazulite
