#include "store/checkpointer.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace lazulite {
namespace {

constexpr int kFrameHeader = 24;
constexpr int kCacheKib = 64;  // a checkpoint reads pages past the cache

std::uint32_t frames_in(std::uint64_t bytes, int page_size) {
    return static_cast<std::uint32_t>(bytes / static_cast<unsigned>(page_size + kFrameHeader));
}

}  // namespace

Checkpointer::Checkpointer(FileSystem& files, std::string database, const Options& options)
    : files_(files),
      database_(std::move(database)),
      options_(options),
      copy_frames_(frames_in(kCopyBytes / (options.in_memory ? kInMemory : 1), options.page_size)),
      restart_frames_(frames_in(kRestartBytes / (options.in_memory ? kInMemory : 1), options.page_size)),
      left_over_(frames_in(options.wal_bytes, options.page_size)) {}

Checkpointer::Moment Checkpointer::after_group(const Connection& writer, Moment now) {
    const std::uint32_t frames = std::max(writer.wal_frames(), left_over_);
    if (frames != frames_) last_write_ = now;
    if (frames < frames_) copied_ = copying_ = 0;  // the WAL was started over
    frames_ = frames;
    note_end_of_copy(now);

    if (frames_ <= copied_ || copy_ == Copy::running) return Moment::max();
    const bool long_enough = frames_ >= restart_frames_ || frames_ - copied_ >= copy_frames_;
    return std::max(not_before_, long_enough ? now : last_write_ + kIdle);
}

bool Checkpointer::begin(Connection& writer, Moment now) {
    if (frames_ < restart_frames_) {
        copying_ = frames_;
        copy_ = Copy::running;
        return true;
    }
    not_before_ = now + kRetry;
    if (writer.checkpoint(Connection::Checkpoint::restart)) frames_ = copied_ = copying_ = left_over_ = 0;
    return false;
}

bool Checkpointer::may_start_over() const {
    const bool ended = copy_ == Copy::complete && copying_ != 0;
    return frames_ <= (ended ? reached_ : copying_);
}

void Checkpointer::note_end_of_copy(Moment now) {
    switch (copy_) {
        case Copy::none:
        case Copy::running:
            return;
        case Copy::complete:
            if (copying_ != 0) copied_ = copying_ = reached_;
            break;
        case Copy::blocked:
            not_before_ = now + kRetry;
            break;
        case Copy::failed:
            not_before_ = now + kRetryAfterError;
            break;
    }
    copy_ = Copy::none;
}

void Checkpointer::copy() {
    try {
        if (!connection_) {
            Connection::Options options;
            options.page_size = options_.page_size;
            options.cache_kib = kCacheKib;
            connection_ = std::make_unique<Connection>(files_, database_, options);
        }
        const bool complete = connection_->checkpoint(Connection::Checkpoint::passive);
        reached_ = connection_->wal_frames();
        copy_ = complete ? Copy::complete : Copy::blocked;
    } catch (const SqlError& problem) {
        log::error(std::string("store: a checkpoint failed and is tried again: ") + problem.what());
        copy_ = Copy::failed;
    }
}

}  // namespace lazulite
