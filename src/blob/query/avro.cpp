#include "blob/query/avro.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::string_view kSchema = R"([
  {"type": "record", "name": "com.microsoft.azure.storage.queryBlobContents.resultData",
   "fields": [{"name": "data", "type": "bytes"}]},
  {"type": "record", "name": "com.microsoft.azure.storage.queryBlobContents.error",
   "fields": [{"name": "fatal", "type": "boolean"}, {"name": "name", "type": "string"},
              {"name": "description", "type": "string"}, {"name": "position", "type": "long"}]},
  {"type": "record", "name": "com.microsoft.azure.storage.queryBlobContents.progress",
   "fields": [{"name": "bytesScanned", "type": "long"}, {"name": "totalBytes", "type": "long"}]},
  {"type": "record", "name": "com.microsoft.azure.storage.queryBlobContents.end",
   "fields": [{"name": "totalBytes", "type": "long"}]}
])";

/// Which of the schema's records a message is.
enum class Message : std::uint8_t { result_data, error, progress, end };

/// A varint of a zigzag number: what Avro calls int and long.
void append_long(std::string& out, std::uint64_t value) {
    for (value <<= 1; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
}
void append_bytes(std::string& out, std::string_view bytes) {
    append_long(out, bytes.size());
    out.append(bytes);
}
std::string begin(Message kind) {
    std::string message;
    append_long(message, static_cast<std::uint64_t>(kind));
    return message;
}

}  // namespace

AvroWriter::AvroWriter(std::string_view sync) : sync_(sync), bytes_("Obj\x01") {
    append_long(bytes_, 1);  // a map with one entry
    append_bytes(bytes_, "avro.schema");
    append_bytes(bytes_, kSchema);
    append_long(bytes_, 0);
    bytes_.append(sync_);
}

void AvroWriter::block(std::string_view message) {
    append_long(bytes_, 1);
    append_bytes(bytes_, message);
    bytes_.append(sync_);
}

void AvroWriter::result_data(std::string_view data) {
    std::string message = begin(Message::result_data);
    append_bytes(message, data);
    block(message);
}

void AvroWriter::error(bool fatal, std::string_view name, std::string_view description, std::uint64_t position) {
    std::string message = begin(Message::error);
    message.push_back(fatal ? '\x01' : '\x00');
    append_bytes(message, name);
    append_bytes(message, description);
    append_long(message, position);
    block(message);
}

void AvroWriter::progress(std::uint64_t bytes_scanned, std::uint64_t total_bytes) {
    std::string message = begin(Message::progress);
    append_long(message, bytes_scanned);
    append_long(message, total_bytes);
    block(message);
}

void AvroWriter::end(std::uint64_t total_bytes) {
    std::string message = begin(Message::end);
    append_long(message, total_bytes);
    block(message);
}

}  // namespace lazulite::blob::query
