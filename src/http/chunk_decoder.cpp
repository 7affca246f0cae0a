#include "http/chunk_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace lazulite {
namespace {

constexpr std::size_t kLineLimit = 4 * 1024;
constexpr std::size_t kTrailerLimit = 16 * 1024;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
/// A blank, a tab, or a visible character.
bool is_text(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= ' ' && u != 0x7f);
}

}  // namespace

ChunkDecoder::State ChunkDecoder::after_size(char c) const {
    if (!any_digit_) return State::malformed;
    if (c == '\r') return State::size_lf;
    if (c == ';') return State::extension;
    if (c == ' ' || c == '\t') return State::size_blank;
    return State::malformed;
}

ChunkDecoder::State ChunkDecoder::step(char c) {
    if (++line_ > kLineLimit) return State::malformed;
    switch (state_) {
        case State::size:
            if (const int digit = hex_digit(c); digit >= 0) {
                if (remaining_ >> 59 != 0) return State::malformed;
                remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
                any_digit_ = true;
                return State::size;
            }
            return after_size(c);
        case State::size_blank:
            return after_size(c);
        case State::extension:
            if (c == '\r') return State::size_lf;
            return is_text(c) ? State::extension : State::malformed;
        case State::size_lf:
            if (c != '\n') return State::malformed;
            line_ = 0;
            return remaining_ == 0 ? State::trailer_start : State::data;
        case State::data_cr:
            return c == '\r' ? State::data_lf : State::malformed;
        case State::data_lf:
            if (c != '\n') return State::malformed;
            line_ = 0;
            any_digit_ = false;
            return State::size;
        case State::trailer_start:
            if (c == '\r') return State::last_lf;
            [[fallthrough]];
        case State::trailer:
            if (++trailers_ > kTrailerLimit) return State::malformed;
            if (c == '\r') return State::trailer_lf;
            return is_text(c) ? State::trailer : State::malformed;
        case State::trailer_lf:
            line_ = 0;
            return c == '\n' ? State::trailer_start : State::malformed;
        case State::last_lf:
            return c == '\n' ? State::complete : State::malformed;
        case State::data:
        case State::complete:
        case State::malformed:
            break;
    }
    return state_;
}

ChunkDecoder::Decoded ChunkDecoder::decode(std::span<std::byte> piece) {
    std::byte* out_begin = nullptr;
    std::byte* out_end = nullptr;
    std::size_t at = 0;
    while (at < piece.size() && state_ != State::complete && state_ != State::malformed) {
        if (state_ != State::data) {
            state_ = step(static_cast<char>(piece[at]));
            ++at;
            continue;
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, piece.size() - at));
        std::byte* const from = piece.data() + at;
        if (out_begin == nullptr) out_begin = out_end = from;
        if (out_end != from) std::memmove(out_end, from, n);
        out_end += n;
        at += n;
        remaining_ -= n;
        if (remaining_ == 0) state_ = State::data_cr;
    }
    return {{out_begin, static_cast<std::size_t>(out_end - out_begin)}, at};
}

}  // namespace lazulite
