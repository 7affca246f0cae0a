#include "http/request_body.hpp"

#include <algorithm>

namespace lazulite {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::uint64_t kLargeBody = 256 * 1024;
/// How far a read may go behind the present chunk: what is left over must fit the smallest input buffer.
constexpr std::size_t kReadAhead = BufferPool::kSmall;
/// A body that brings nothing for so long gives its block back.
constexpr std::chrono::milliseconds kShrinkAfter{1000};

}  // namespace

void RequestBody::begin(const Request& request, const Framing& framing) {
    kind_ = request.chunked ? Kind::chunked : request.content_length.value_or(0) != 0 ? Kind::sized : Kind::none;
    remaining_ = request.content_length.value_or(0);
    continue_owed_ = framing.expects_continue && kind_ != Kind::none && input_.empty();
    failed_ = false;
    received_ = 0;
    slow_ = false;
    if (kind_ == Kind::chunked) decoder_ = ChunkDecoder();
}

bool RequestBody::complete() const {
    switch (kind_) {
        case Kind::none:
            return true;
        case Kind::sized:
            return remaining_ == 0;
        case Kind::chunked:
            return decoder_.complete();
    }
    return true;
}

bool RequestBody::here() const {
    return complete() || (kind_ == Kind::sized && std::max(pending_.size(), input_.unread().size()) >= remaining_);
}

std::uint64_t RequestBody::remaining() const {
    return kind_ == Kind::chunked ? decoder_.chunk_remaining() : remaining_;
}

ByteView RequestBody::take_buffered() {
    const bool in_block = !pending_.empty();
    const std::span<std::byte> there = in_block ? pending_ : input_.unread();
    if (there.empty()) return {};
    ByteView piece;
    std::size_t consumed = 0;
    if (kind_ == Kind::sized) {
        consumed = static_cast<std::size_t>(std::min<std::uint64_t>(there.size(), remaining_));
        piece = there.first(consumed);
        remaining_ -= consumed;
    } else {
        const ChunkDecoder::Decoded decoded = decoder_.decode(there);
        consumed = decoded.consumed;
        piece = decoded.data;
        failed_ = decoder_.malformed();
    }
    if (in_block)
        pending_ = pending_.subspan(consumed);
    else
        input_.consume(consumed);
    return piece;
}

Task<Result<ByteView>> RequestBody::read() {
    for (;;) {
        if (failed_) co_return fail(ErrorCode::bad_request);
        if (complete()) co_return ByteView{};
        const ByteView piece = take_buffered();
        if (failed_) continue;
        if (!piece.empty()) co_return piece;
        if (complete()) continue;
        if (continue_owed_) {
            const bool sent = co_await send_continue();
            failed_ = !sent;
            continue;
        }
        const bool arrived = co_await receive();
        failed_ = !arrived;
    }
}

Task<bool> RequestBody::send_continue() {
    continue_owed_ = false;
    std::string_view rest = kContinue;
    while (!rest.empty()) {
        const iovec piece{const_cast<char*>(rest.data()), rest.size()};  // NOLINT: only read
        Transfer written = channel_.transport().write({&piece, 1}, false);
        if (written.state == Transfer::State::would_block) {
            channel_.expire_after(timeout_);
            written = co_await channel_.writable();
            channel_.never_expire();
        }
        if (!written.done()) co_return false;
        rest.remove_prefix(written.bytes);
    }
    co_return true;
}

std::span<std::byte> RequestBody::room() {
    if (kind_ == Kind::sized) {
        // Behind the head there is often place for all of a small body, and then the next request may come along.
        if (remaining_ <= input_.space().size()) return input_.space();
        fit_block();
        return block_.bytes().first(static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), remaining_)));
    }
    fit_block();
    const std::uint64_t wanted = decoder_.chunk_remaining() + kReadAhead;
    return block_.bytes().first(static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), wanted)));
}

void RequestBody::fit_block() {
    const bool large = kind_ == Kind::sized ? remaining_ >= kLargeBody
                                            : received_ >= kLargeBody || decoder_.chunk_remaining() >= kLargeBody;
    const std::size_t wanted = slow_ ? BufferPool::kSmall : large ? BufferPool::kLarge : BufferPool::kMedium;
    if (block_.size() < wanted || (slow_ && block_.size() > wanted)) block_ = channel_.buffers().take(wanted);
}

Task<Transfer> RequestBody::wait_for_bytes(std::span<std::byte>& into) {
    std::chrono::milliseconds left = timeout_;
    Transfer got;
    if (block_.size() > BufferPool::kSmall && into.data() == block_.data() && left > kShrinkAfter) {
        channel_.expire_after(kShrinkAfter);
        got = co_await channel_.read(into);
        if (got.done() || !channel_.timed_out() || channel_.was_cut()) {
            channel_.never_expire();
            co_return got;
        }
        left -= kShrinkAfter;
        block_ = channel_.buffers().take(BufferPool::kSmall);
        into = block_.bytes().first(std::min(block_.size(), into.size()));
    }
    channel_.expire_after(left);
    got = co_await channel_.read(into);
    channel_.never_expire();
    co_return got;
}

Task<bool> RequestBody::receive() {
    std::span<std::byte> into = room();
    const bool to_input = into.data() != block_.data();
    Transfer got = channel_.transport().read(into);
    if (got.state == Transfer::State::would_block) {
        since_turn_ = 0;
        got = co_await wait_for_bytes(into);
        if (!to_input) slow_ = got.bytes < std::min(into.size(), BufferPool::kSmall);
    } else if (since_turn_ >= kTurn) {
        since_turn_ = 0;
        co_await channel_.yield();
    }
    if (!got.done()) co_return false;
    received_ += got.bytes;
    since_turn_ += got.bytes;
    if (got.bytes == into.size()) slow_ = false;
    if (to_input)
        input_.filled(got.bytes);
    else
        pending_ = into.first(got.bytes);
    co_return true;
}

Task<bool> RequestBody::discard(std::uint64_t limit, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    const auto usual = std::exchange(timeout_, std::min(timeout_, patience));
    std::uint64_t dropped = 0;
    bool ended = complete();
    while (!ended && dropped <= limit && std::chrono::steady_clock::now() < until) {
        const Result<ByteView> piece = co_await read();
        if (!piece) break;
        dropped += piece->size();
        ended = piece->empty();
    }
    timeout_ = usual;
    co_return ended;
}

void RequestBody::finish() {
    // A body that broke off or was given up ends its connection: nothing of it may become a request.
    if (!pending_.empty() && complete() && !failed_) input_.refill(pending_);
    pending_ = {};
    block_.release();
}

}  // namespace lazulite
