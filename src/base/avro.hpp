#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lazulite::avro {

// Values and object container files in Avro's binary encoding, as far as the Blob service writes them. Reference: "Apache
// Avro specification", binary encoding, object container files.

/// The marker behind the header and behind every block of a file: 16 bytes that occur in it nowhere by chance.
inline constexpr std::size_t kSyncBytes = 16;

/// A varint of a zigzag number: `int` and `long`, lengths, and which branch of a union comes.
void append_long(std::string& to, std::int64_t value);
/// `bytes` and `string`.
void append_bytes(std::string& to, std::string_view bytes);

/// The header of a file of such records, which are not compressed.
[[nodiscard]] std::string header(std::string_view schema, std::string_view sync);
/// A block of one record.
void append_block(std::string& to, std::string_view record, std::string_view sync);

}  // namespace lazulite::avro
