#include "blob/query/avro.hpp"

#include "base/avro.hpp"

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

void append_count(std::string& to, std::uint64_t count) { avro::append_long(to, static_cast<std::int64_t>(count)); }
std::string begin(Message kind) {
    std::string message;
    avro::append_long(message, static_cast<std::int64_t>(kind));
    return message;
}

}  // namespace

AvroWriter::AvroWriter(std::string_view sync) : sync_(sync), bytes_(avro::header(kSchema, sync)) {}

void AvroWriter::block(std::string_view message) { avro::append_block(bytes_, message, sync_); }

void AvroWriter::result_data(std::string_view data) {
    std::string message = begin(Message::result_data);
    avro::append_bytes(message, data);
    block(message);
}

void AvroWriter::error(bool fatal, std::string_view name, std::string_view description, std::uint64_t position) {
    std::string message = begin(Message::error);
    message.push_back(fatal ? '\x01' : '\x00');
    avro::append_bytes(message, name);
    avro::append_bytes(message, description);
    append_count(message, position);
    block(message);
}

void AvroWriter::progress(std::uint64_t bytes_scanned, std::uint64_t total_bytes) {
    std::string message = begin(Message::progress);
    append_count(message, bytes_scanned);
    append_count(message, total_bytes);
    block(message);
}

void AvroWriter::end(std::uint64_t total_bytes) {
    std::string message = begin(Message::end);
    append_count(message, total_bytes);
    block(message);
}

}  // namespace lazulite::blob::query
