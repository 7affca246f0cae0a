#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lazulite {

/// Takes the chunked transfer coding (RFC 9112, 7.1) off a body, in place and in any pieces. Extensions and trailer
/// fields are skipped; a line of more than 4 KiB or trailers of more than 16 KiB in all are refused, and so are bare CR
/// and LF.
class ChunkDecoder {
  public:
    struct Decoded {
        std::span<std::byte> data;  ///< body bytes, inside the given piece
        std::size_t consumed = 0;   ///< bytes of the piece that belonged to the body or its coding
    };
    /// Consumes all of `piece`, unless the body ends inside it or it is malformed. Moves data within `piece` where
    /// several chunks stand in it.
    Decoded decode(std::span<std::byte> piece);

    [[nodiscard]] bool complete() const { return state_ == State::complete; }
    [[nodiscard]] bool malformed() const { return state_ == State::malformed; }
    /// Bytes of the present chunk still to come; 0 between chunks.
    [[nodiscard]] std::uint64_t chunk_remaining() const { return state_ == State::data ? remaining_ : 0; }

  private:
    enum class State : std::uint8_t {
        size,        // hexadecimal digits
        size_blank,  // blanks behind the size
        extension,   // from ';' to the line end
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,  // first character of a trailer line
        trailer,
        trailer_lf,
        last_lf,
        complete,
        malformed,
    };
    [[nodiscard]] State step(char c);
    [[nodiscard]] State after_size(char c) const;

    State state_ = State::size;
    bool any_digit_ = false;
    std::size_t line_ = 0;
    std::size_t trailers_ = 0;
    std::uint64_t remaining_ = 0;
};

}  // namespace lazulite
