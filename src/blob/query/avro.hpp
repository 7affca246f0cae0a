#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace lazulite::blob::query {

/// The messages of an answer, each a block of its own in an Avro object container file without compression. Reference:
/// "Query Blob Contents", response body; "Apache Avro specification", object container files.
class AvroWriter {
  public:
    /// Begins with the header of the file. `sync` is what ends every block: 16 bytes that occur nowhere by chance.
    explicit AvroWriter(std::string_view sync);

    void result_data(std::string_view data);
    /// `position`: of the record, in the blob.
    void error(bool fatal, std::string_view name, std::string_view description, std::uint64_t position);
    void progress(std::uint64_t bytes_scanned, std::uint64_t total_bytes);
    void end(std::uint64_t total_bytes);

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }

  private:
    void block(std::string_view message);

    std::string sync_;
    std::string bytes_;
};

}  // namespace lazulite::blob::query
