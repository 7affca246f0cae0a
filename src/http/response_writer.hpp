#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "http/buffer_pool.hpp"
#include "http/channel.hpp"
#include "http/response_head.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// Puts answers on the connection. Head and first bytes of the body leave in one write; at most 1 MiB goes out before
/// the other connections of the thread have their turn.
class ResponseWriter {
  public:
    ResponseWriter(Channel& channel, std::chrono::milliseconds timeout) : channel_(channel), timeout_(timeout) {}

    struct Outcome {
        bool whole = false;            ///< everything is out; otherwise the connection is of no more use
        std::uint64_t body_bytes = 0;  ///< of the body, that went out
    };
    /// `response` is emptied: its source is destroyed when its last byte is out or the client has left.
    Task<Outcome> send(Response& response, bool head_only, Persistence persistence);

    /// After a while without requests: gives memory back.
    void shrink();

  private:
    Task<bool> flush(bool more);
    /// What goes out without waiting. `would_block`: flush the rest. `done`: nothing is left.
    [[nodiscard]] Transfer::State push(bool more);
    void add(const void* bytes, std::size_t size);
    [[nodiscard]] bool full() const { return end_ == pieces_.size(); }

    Task<bool> send_source(BodySource& source, std::uint64_t length);
    /// Up to the end of the source: in chunks, or as it comes.
    Task<bool> send_whole_source(BodySource& source, bool chunked);
    Task<bool> send_slices(std::vector<Slice>& slices, std::uint64_t& left);
    Task<bool> send_zeros(std::uint64_t length);
    Task<bool> send_file(FileSlice slice);
    Task<bool> send_by_reading(FileSlice slice);

    Channel& channel_;
    std::chrono::milliseconds timeout_;
    std::string head_;
    std::string chunk_head_;
    Buffer scratch_;                // for what is read from files
    std::size_t scratch_used_ = 0;  // bytes of it that pieces_ points at
    std::array<iovec, 16> pieces_;  // NOLINT: [begin_, end_) is set
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t since_turn_ = 0;
};

}  // namespace lazulite
