#include "store/checkpointer.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"

namespace lazulite {
namespace {

constexpr int kFrameHeader = 24;
constexpr std::uint32_t kLittle = 8;  // what a start over may find left to copy: an eighth of what a copy waits for
constexpr int kWaitForCopy = 200;
constexpr std::chrono::milliseconds kWaitStep{5};
constexpr int kCacheKib = 64;  // a checkpoint reads pages past the cache

std::uint32_t frames_in(std::uint64_t bytes, int page_size) {
    return static_cast<std::uint32_t>(bytes / static_cast<unsigned>(page_size + kFrameHeader));
}

}  // namespace

Checkpointer::Checkpointer(FileSystem& files, std::string database, Barrier& barrier, const Options& options)
    : files_(files),
      database_(std::move(database)),
      barrier_(barrier),
      options_(options),
      copy_frames_(frames_in(kCopyBytes / (options.in_memory ? kInMemory : 1), options.page_size)),
      restart_frames_(frames_in(kRestartBytes / (options.in_memory ? kInMemory : 1), options.page_size)),
      forced_frames_(frames_in(kForcedRestartBytes / (options.in_memory ? kInMemory : 1), options.page_size)),
      few_frames_(frames_in(kBytesWhenFull, options.page_size)),
      left_over_(frames_in(options.wal_bytes, options.page_size)) {}

Checkpointer::Moment Checkpointer::after_group(const Connection& writer, Moment now) {
    const std::uint32_t frames = std::max(writer.wal_frames(), left_over_);
    if (frames != frames_) last_write_ = now;
    if (!uncovered_ && barrier_.needed() && (frames != frames_ || barrier_.wanted())) uncovered_ = now;
    if (frames < frames_) copied_ = copying_ = 0;  // the WAL was started over
    frames_ = frames;
    note_end_of_work(now);

    if (work_ == Work::running) return Moment::max();
    Moment due = Moment::max();
    if (frames_ > copied_) due = copy_is_due(now) ? now : last_write_ + kIdle;
    if (uncovered_) due = std::min(due, *uncovered_ + kUncovered);
    return due == Moment::max() ? due : std::max(not_before_, due);
}

/// Also once the WAL can be started over, since what is left to copy then is a matter of milliseconds.
bool Checkpointer::copy_is_due(Moment now) const {
    return frames_ >= restart_frames() || frames_ - copied_ >= copy_frames() || now >= last_write_ + kIdle;
}

/// Once a copy has left the writer's turn little to do, or when the writer is faster than the copies: it has to wait then.
bool Checkpointer::may_start_over_now() const {
    if (frames_ < restart_frames() || copied_ == 0) return false;
    return frames_ - copied_ < copy_frames() / kLittle || frames_ >= forced_frames();
}

bool Checkpointer::begin(Connection& writer, Moment now) {
    if (!may_start_over_now()) {
        copies_ = frames_ > copied_ && copy_is_due(now);
        if (copies_) copying_ = frames_;
        uncovered_.reset();
        work_ = Work::running;
        return true;
    }
    not_before_ = now + kRetry;
    uncovered_.reset();
    if (checkpoint(writer, Connection::Checkpoint::restart)) frames_ = 0;
    copied_ = copying_ = left_over_ = 0;
    return false;
}

bool Checkpointer::may_start_over() const {
    const bool ended = work_ == Work::complete && copies_ && copying_ != 0;
    return frames_ <= (ended ? reached_ : copying_);
}

void Checkpointer::note_end_of_work(Moment now) {
    switch (work_) {
        case Work::none:
        case Work::running:
            return;
        case Work::complete:
            if (copies_ && copying_ != 0) copied_ = copying_ = reached_;
            // The file that was left may be longer than what counts in it.
            if (copies_) left_over_ = std::min(left_over_, reached_);
            break;
        case Work::blocked:  // by a reader, or by a commit that came while the copy began
            if (copying_ != 0) copied_ = std::max(copied_, reached_);
            if (!may_start_over_now()) not_before_ = now + kRetry;
            break;
        case Work::failed:
            not_before_ = now + kRetryAfterError;
            if (!uncovered_ && barrier_.needed()) uncovered_ = now;
            break;
    }
    work_ = Work::none;
}

void Checkpointer::work() {
    try {
        if (!copies_) {
            work_ = raise() ? Work::complete : Work::failed;
            return;
        }
        if (!connection_) {
            Connection::Options options;
            options.page_size = options_.page_size;
            options.cache_kib = kCacheKib;
            connection_ = std::make_unique<Connection>(files_, database_, options);
        }
        const bool complete = checkpoint(*connection_, Connection::Checkpoint::passive);
        reached_ = connection_->wal_copied();
        work_ = complete ? Work::complete : Work::blocked;
    } catch (const std::exception& problem) {
        insist([&] { log::error(std::string("store: a checkpoint failed and is tried again: ") + problem.what()); });
        work_ = Work::failed;
    }
}

bool Checkpointer::make_room(Connection& writer) {
    for (int waited = 0; work_ == Work::running && waited < kWaitForCopy; ++waited) std::this_thread::sleep_for(kWaitStep);
    if (work_ == Work::running) return false;
    note_end_of_work(std::chrono::steady_clock::now());
    try {
        if (!checkpoint(writer, Connection::Checkpoint::restart)) return false;
    } catch (const SqlError&) {
        return false;  // no room for that either
    }
    frames_ = 0;
    copied_ = copying_ = left_over_ = 0;
    return true;
}

void Checkpointer::finish(Connection& writer, bool copy) {
    try {
        if (copy) checkpoint(writer, Connection::Checkpoint::truncate);
    } catch (const SqlError& problem) {
        log::warning(std::string("store: the last checkpoint failed, which the next start makes up for: ") +
                     problem.what());
    }
    (void)raise();
}

std::uint64_t Checkpointer::wal_bytes() const {
    return std::uint64_t{frames_} * static_cast<unsigned>(options_.page_size + kFrameHeader);
}

bool Checkpointer::checkpoint(Connection& connection, Connection::Checkpoint how) {
    const Moment begun = std::chrono::steady_clock::now();
    bool complete = false;
    try {
        complete = barrier_.needed() ? connection.checkpoint(how, [this] { return raise(); }) : connection.checkpoint(how);
    } catch (const SqlError&) {
        checkpoints_.add(std::chrono::steady_clock::now() - begun, true);
        throw;
    }
    checkpoints_.add(std::chrono::steady_clock::now() - begun, false);
    return complete;
}

bool Checkpointer::raise() {
    const Moment begun = std::chrono::steady_clock::now();
    const auto raised = barrier_.raise();
    barriers_.add(std::chrono::steady_clock::now() - begun, !raised);
    if (!raised) log::error("store: " + database_ + " cannot be put on the disk: " + raised.error().message());
    return raised.has_value();
}

}  // namespace lazulite
