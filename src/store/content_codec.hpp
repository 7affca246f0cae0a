#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/contents.hpp"

namespace lazulite {

/// What stands in contents.kind.
enum class ContentKind : std::uint8_t { inline_bytes = 1, list = 2, map = 3, range = 4 };

/// Unsigned LEB128, and 8 bytes little-endian where a value is random anyway (checksums, hashes).
void put_varint(std::string& to, std::uint64_t value);
void put_fixed64(std::string& to, std::uint64_t value);

/// Takes apart what these wrote. Every function throws SqlError(SQLITE_CORRUPT) when the bytes do not hold what is asked.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
    [[nodiscard]] bool done() const { return rest_.empty(); }
    std::uint8_t byte();
    std::uint64_t varint();
    std::uint64_t fixed64();
    std::string_view bytes(std::uint64_t count);
    std::string_view rest() { return bytes(rest_.size()); }

  private:
    std::string_view rest_;
};

[[noreturn]] void throw_corrupt(const char* what);

/// The entries of one list_chunks row: per block its id (as it differs from the block before), length and source.
class ChunkWriter {
  public:
    static constexpr std::size_t kLimit = 900;  ///< bytes; a single block with inline bytes may be longer

    ChunkWriter() = default;
    explicit ChunkWriter(std::string_view entries) : entries_(entries) {}  ///< goes on where these end

    /// False when the chunk is full and the block belongs into the next one.
    bool add(const Block& block);
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::string take();  ///< and begin anew

  private:
    std::string entries_;
    std::string entry_;
    std::string last_id_;
};
void decode_chunk(std::string_view entries, std::vector<Block>& to);  ///< appends

/// The key that readers of a range embedded in a row pin.
[[nodiscard]] std::uint64_t pin_key_of(const Range& range);

}  // namespace lazulite
