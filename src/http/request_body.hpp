#pragma once

#include <chrono>
#include <cstdint>

#include "http/buffer_pool.hpp"
#include "http/channel.hpp"
#include "http/chunk_decoder.hpp"
#include "http/head_parser.hpp"
#include "http/input_buffer.hpp"
#include "wire/body.hpp"

namespace lazulite {

/// The body of the request that is being answered. What came together with the head is handed out where it lies; the
/// rest goes into a block of its own, so that the head's views stay. Never reads far past the end of the body: a length
/// says where it is, and behind a chunk at most a few KiB are taken, which finish() gives back to the input.
class RequestBody final : public BodyReader {
  public:
    RequestBody(Channel& channel, InputBuffer& input, std::chrono::milliseconds timeout)
        : channel_(channel), input_(input), timeout_(timeout) {}

    void begin(const Request& request, const Framing& framing);
    Task<Result<ByteView>> read() override;
    [[nodiscard]] bool here() const override;

    /// Reads and forgets what is left, at most `limit` bytes and for at most `patience`. False: something is still
    /// left, or the connection is gone.
    Task<bool> discard(std::uint64_t limit, std::chrono::milliseconds patience);
    /// The request is over: gives up the block, and what was read too far becomes the next request's.
    void finish();

    /// Everything has been taken off the connection.
    [[nodiscard]] bool complete() const;
    /// The client was told to wait for `100 Continue` and has sent nothing: it may send a body, or not.
    [[nodiscard]] bool withheld() const { return continue_owed_; }
    /// A lower bound of what is still to come.
    [[nodiscard]] std::uint64_t remaining() const;
    [[nodiscard]] bool failed() const { return failed_; }
    /// It failed by what was sent, over a connection that is alive.
    [[nodiscard]] bool malformed() const { return failed_ && decoder_.malformed(); }

  private:
    enum class Kind : std::uint8_t { none, sized, chunked };

    /// Everything between input_.unread() and a piece for the caller. Empty: more has to arrive.
    [[nodiscard]] ByteView take_buffered();
    Task<bool> send_continue();
    Task<bool> receive();
    [[nodiscard]] std::span<std::byte> room();
    void fit_block();
    /// What arrives next, into a small block when nothing comes for a while.
    Task<Transfer> wait_for_bytes(std::span<std::byte>& into);

    Channel& channel_;
    InputBuffer& input_;
    std::chrono::milliseconds timeout_;

    Kind kind_ = Kind::none;
    bool continue_owed_ = false;
    bool failed_ = false;
    std::uint64_t remaining_ = 0;  // sized
    std::uint64_t received_ = 0;
    std::uint64_t since_turn_ = 0;
    bool slow_ = false;  // a few bytes at a time arrive, for which a small block does
    ChunkDecoder decoder_;
    Buffer block_;                  // for what did not come with the head
    std::span<std::byte> pending_;  // received and not yet taken, inside block_
};

}  // namespace lazulite
