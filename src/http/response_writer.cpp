#include "http/response_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>

#include "base/log.hpp"

namespace lazulite {
namespace {

using State = Transfer::State;

/// From here on sendfile is worth its own system call.
constexpr std::uint64_t kSendFile = 32 * 1024;
constexpr std::size_t kKeptHead = 1024;

alignas(
    4096) std::byte zero_page[64 * 1024];  // NOLINT: never written; not const, so that it takes no room in the binary

bool read_fully(int fd, std::byte* into, std::size_t length, std::uint64_t offset) {
    while (length != 0) {
        const ssize_t n = ::pread(fd, into, length, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        into += n;
        offset += static_cast<std::uint64_t>(n);
        length -= static_cast<std::size_t>(n);
    }
    return true;
}

std::uint64_t length_of(const Slice& slice) {
    if (const auto* text = std::get_if<std::string>(&slice)) return text->size();
    if (const auto* zeros = std::get_if<ZeroSlice>(&slice)) return zeros->length;
    return std::get<FileSlice>(slice).length;
}

/// What stands before a chunk: the end of the one before it, and its length. A chunk of none is the last.
void write_chunk_head(std::string& out, std::uint64_t length, bool first) {
    char digits[16];
    const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), length, 16);
    out.assign(first ? "" : "\r\n").append(std::begin(digits), end).append("\r\n");
    if (length == 0) out.append("\r\n");
}

}  // namespace

void ResponseWriter::add(const void* bytes, std::size_t size) {
    if (size == 0) return;
    pieces_[end_] = {const_cast<void*>(bytes), size};  // NOLINT: only read
    ++end_;
}

State ResponseWriter::push(bool more) {
    while (begin_ != end_) {
        // One turn's worth: the last piece is cut for this write.
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (begin_ + count != end_ && bytes < kTurn) bytes += pieces_[begin_ + count++].iov_len;
        iovec& last = pieces_[begin_ + count - 1];
        const std::size_t excess = bytes > kTurn ? bytes - kTurn : 0;
        last.iov_len -= excess;
        const bool all = excess == 0 && begin_ + count == end_;
        const Transfer written = channel_.transport().write({&pieces_[begin_], count}, more || !all);
        last.iov_len += excess;
        if (!written.done()) return written.state;
        written_ += written.bytes;
        since_turn_ += written.bytes;
        std::size_t left = written.bytes;
        while (begin_ != end_ && left >= pieces_[begin_].iov_len) left -= pieces_[begin_++].iov_len;
        if (left != 0) {
            pieces_[begin_].iov_base = static_cast<std::byte*>(pieces_[begin_].iov_base) + left;
            pieces_[begin_].iov_len -= left;
        }
        if (since_turn_ >= kTurn && begin_ != end_) return State::would_block;
    }
    begin_ = end_ = 0;
    scratch_used_ = 0;
    return State::done;
}

Task<bool> ResponseWriter::flush(bool more) {
    for (;;) {
        const State state = push(more);
        if (state == State::done) co_return true;
        if (state != State::would_block) co_return false;
        if (since_turn_ >= kTurn) {
            since_turn_ = 0;
            co_await channel_.yield();
            continue;
        }
        channel_.expire_after(timeout_);
        const Transfer ready = co_await channel_.writable();
        channel_.never_expire();
        since_turn_ = 0;
        if (!ready.done()) co_return false;
    }
}

Task<ResponseWriter::Outcome> ResponseWriter::send(Response& response, bool head_only, Persistence persistence) {
    const auto* text = std::get_if<std::string>(&response.body);
    const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body);
    if (shared != nullptr) text = shared->get();
    const auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    std::uint64_t length = response.content_length;
    if (text != nullptr && !head_only) length = text->size();
    if (text == nullptr && source == nullptr && !head_only) length = 0;
    const bool with_body = !head_only && !bodiless(response.status) && length != 0;

    begin_ = end_ = 0;
    written_ = 0;
    scratch_used_ = 0;
    write_head(head_, response, length, persistence);
    add(head_.data(), head_.size());
    bool whole = false;
    if (with_body && source != nullptr) {
        try {
            Task<bool> sent = length == kUnknownLength
                                  ? send_whole_source(**source, persistence != Persistence::until_close)
                                  : send_source(**source, length);
            whole = co_await std::move(sent);
        } catch (const std::exception& problem) {
            log::error(std::string("an answer was cut off: ") + problem.what());
        }
    } else {
        if (with_body) add(text->data(), text->size());
        const State state = push(false);
        whole = state == State::done;
        if (state == State::would_block) whole = co_await flush(false);
    }
    response.body = std::monostate{};
    scratch_.release();
    co_return Outcome{whole, written_ > head_.size() ? written_ - head_.size() : 0};
}

Task<bool> ResponseWriter::send_source(BodySource& source, std::uint64_t length) {
    std::uint64_t left = length;
    while (left != 0) {
        Result<std::vector<Slice>> window = co_await source.next();
        co_await channel_.return_home();
        if (!window || window->empty()) {
            log::warning(!window ? "an answer was cut off: its body could not be read"
                                 : "an answer was cut off: its body is shorter than its Content-Length");
            co_return false;
        }
        const bool sent = co_await send_slices(*window, left);
        if (!sent) co_return false;
    }
    co_return true;
}

Task<bool> ResponseWriter::send_whole_source(BodySource& source, bool chunked) {
    for (bool first = true;;) {
        Result<std::vector<Slice>> window = co_await source.next();
        co_await channel_.return_home();
        if (!window) {
            log::warning("an answer was cut off: its body could not be read");
            co_return false;
        }
        std::uint64_t size = 0;
        for (const Slice& slice : *window) size += length_of(slice);
        if (size == 0 && !window->empty()) continue;
        if (chunked) {
            write_chunk_head(chunk_head_, size, first);
            add(chunk_head_.data(), chunk_head_.size());
            first = false;
        }
        const bool sent = co_await send_slices(*window, size);
        if (!sent || window->empty()) co_return sent;
    }
}

Task<bool> ResponseWriter::send_slices(std::vector<Slice>& slices, std::uint64_t& left) {
    for (Slice& slice : slices) {
        bool sent = true;
        if (full()) sent = co_await flush(true);
        if (!sent) co_return false;
        if (auto* text = std::get_if<std::string>(&slice)) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(text->size(), left));
            add(text->data(), size);
            left -= size;
        } else if (auto* zeros = std::get_if<ZeroSlice>(&slice)) {
            const std::uint64_t size = std::min(zeros->length, left);
            sent = co_await send_zeros(size);
            left -= size;
        } else if (auto* file = std::get_if<FileSlice>(&slice)) {
            file->length = std::min(file->length, left);
            left -= file->length;
            sent = co_await send_file(*file);
        }
        if (!sent) co_return false;
    }
    // The slices end here, so nothing may point at them any more.
    const bool flushed = co_await flush(false);
    co_return flushed;
}

Task<bool> ResponseWriter::send_zeros(std::uint64_t length) {
    while (length != 0) {
        bool sent = true;
        if (full()) sent = co_await flush(true);
        if (!sent) co_return false;
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, sizeof zero_page));
        add(zero_page, size);
        length -= size;
    }
    co_return true;
}

Task<bool> ResponseWriter::send_file(FileSlice slice) {
    while (slice.length >= kSendFile) {
        if (begin_ != end_) {
            const bool sent = co_await flush(true);
            if (!sent) co_return false;
        }
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(slice.length, kTurn));
        const Transfer moved = channel_.transport().send_file(slice.fd, slice.offset, part);
        if (moved.done()) {
            slice.offset += moved.bytes;
            slice.length -= moved.bytes;
            written_ += moved.bytes;
            since_turn_ += moved.bytes;
            if (since_turn_ < kTurn || slice.length == 0) continue;
            since_turn_ = 0;
            co_await channel_.yield();
        } else if (moved.state == State::would_block) {
            channel_.expire_after(timeout_);
            const Transfer ready = co_await channel_.writable();
            channel_.never_expire();
            since_turn_ = 0;
            if (!ready.done()) co_return false;
        } else if (moved.state == State::unsupported) {
            break;
        } else {
            if (moved.state == State::ended) log::warning("an answer was cut off: a file is shorter than its slice");
            co_return false;
        }
    }
    const bool sent = co_await send_by_reading(slice);
    co_return sent;
}

Task<bool> ResponseWriter::send_by_reading(FileSlice slice) {
    if (scratch_.empty()) scratch_ = channel_.buffers().take(BufferPool::kMedium);
    while (slice.length != 0) {
        if (full() || scratch_used_ == scratch_.size()) {
            const bool sent = co_await flush(true);
            if (!sent) co_return false;
        }
        const auto part =
            static_cast<std::size_t>(std::min<std::uint64_t>(slice.length, scratch_.size() - scratch_used_));
        if (!read_fully(slice.fd, scratch_.data() + scratch_used_, part, slice.offset)) {
            log::warning("an answer was cut off: a file is shorter than its slice");
            co_return false;
        }
        add(scratch_.data() + scratch_used_, part);
        scratch_used_ += part;
        slice.offset += part;
        slice.length -= part;
    }
    co_return true;
}

void ResponseWriter::shrink() {
    if (head_.capacity() > kKeptHead) std::string().swap(head_);
}

}  // namespace lazulite
