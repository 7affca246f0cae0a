#include "http/request_body.hpp"

#include <algorithm>

namespace lazulite {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::uint64_t kLargeBody = 256 * 1024;
/// How far a read may go behind the present chunk: what is left over must fit the smallest input buffer.
constexpr std::size_t kReadAhead = BufferPool::kSmall;

}  // namespace

void RequestBody::begin(const Request& request, const Framing& framing) {
    kind_ = request.chunked ? Kind::chunked : request.content_length.value_or(0) != 0 ? Kind::sized : Kind::none;
    remaining_ = request.content_length.value_or(0);
    continue_owed_ = framing.expects_continue && kind_ != Kind::none && input_.empty();
    failed_ = false;
    received_ = 0;
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
        if (block_.empty())
            block_ = channel_.buffers().take(remaining_ < kLargeBody ? BufferPool::kMedium : BufferPool::kLarge);
        return block_.bytes().first(static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), remaining_)));
    }
    if (block_.size() < BufferPool::kLarge) {
        const bool large = received_ >= kLargeBody || decoder_.chunk_remaining() >= kLargeBody;
        if (large || block_.empty()) block_ = channel_.buffers().take(large ? BufferPool::kLarge : BufferPool::kMedium);
    }
    const std::uint64_t wanted = decoder_.chunk_remaining() + kReadAhead;
    return block_.bytes().first(static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), wanted)));
}

Task<bool> RequestBody::receive() {
    const std::span<std::byte> into = room();
    const bool to_input = into.data() != block_.data();
    Transfer got = channel_.transport().read(into);
    if (got.state == Transfer::State::would_block) {
        since_turn_ = 0;
        channel_.expire_after(timeout_);
        got = co_await channel_.read(into);
        channel_.never_expire();
    } else if (since_turn_ >= kTurn) {
        since_turn_ = 0;
        co_await channel_.yield();
    }
    if (!got.done()) co_return false;
    received_ += got.bytes;
    since_turn_ += got.bytes;
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
