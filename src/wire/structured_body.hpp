#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/message.hpp"

namespace lazulite {

/// A body in segments, each followed by its CRC-64, all followed by the CRC-64 of the whole (`XSM/1.0`). Integers are
/// little-endian:
///
///     stream header   version u8 = 1, total length u64, flags u16 (1: CRC-64), segments u16
///     segment         number u16 from 1, length u64, content, [crc64 u64]
///     stream footer   [crc64 u64]
///
/// Reference: Azure SDK, "structured message" of the storage clients, service version 2026-04-06.
inline constexpr std::string_view kStructuredBodyHeader = "x-ms-structured-body";
inline constexpr std::string_view kStructuredLengthHeader = "x-ms-structured-content-length";
inline constexpr std::string_view kStructuredBody = "XSM/1.0; properties=crc64";

/// Whether the request asks for it; fails with invalid_header_value for a form that is not known.
[[nodiscard]] Result<bool> is_structured(const Request& request);

/// The length of a request's content: Content-Length, or x-ms-structured-content-length for a structured body, which is
/// required there (missing_required_header).
[[nodiscard]] Result<std::optional<std::uint64_t>> content_length(const Request& request);

/// Takes the frame off a request body. Fails with crc64_mismatch (of a segment or of the whole) and invalid_input for a
/// frame that is not well-formed or does not hold `content_length` bytes.
class StructuredReader final : public BodyReader {
  public:
    StructuredReader(BodyReader& framed, std::uint64_t framed_length, std::uint64_t content_length);
    Task<Result<ByteView>> read() override;

  private:
    enum class State : std::uint8_t { stream_header, segment_header, content, segment_footer, stream_footer, end };
    Task<Result<std::string_view>> take_exactly(std::size_t count);
    Task<Result<bool>> fill();
    Result<> enter(std::string_view bytes);
    [[nodiscard]] std::size_t bytes_of_state() const;
    State after_segment() const;

    BodyReader& framed_;
    std::uint64_t framed_length_;
    std::uint64_t content_left_;
    State state_ = State::stream_header;
    bool checked_ = false;
    std::uint16_t segments_ = 0;
    std::uint16_t segment_ = 0;
    std::uint64_t segment_left_ = 0;
    Crc64 segment_crc_;
    Crc64 whole_crc_;
    ByteView rest_;     // of the last piece that was read
    std::string held_;  // a header or footer that was cut by the end of a piece
};

/// Length of the frame and the content together.
[[nodiscard]] std::uint64_t structured_length(std::uint64_t content_length);

/// Puts a frame around a response body, segments of 4 MiB, reading file slices on the way to compute their hashes.
void make_structured(Response& response);

}  // namespace lazulite
