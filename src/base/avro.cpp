#include "base/avro.hpp"

namespace lazulite::avro {

void append_long(std::string& to, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    std::uint64_t zigzag = bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0);
    for (; zigzag >= 0x80; zigzag >>= 7) to.push_back(static_cast<char>(zigzag | 0x80));
    to.push_back(static_cast<char>(zigzag));
}

void append_bytes(std::string& to, std::string_view bytes) {
    append_long(to, static_cast<std::int64_t>(bytes.size()));
    to.append(bytes);
}

std::string header(std::string_view schema, std::string_view sync) {
    std::string bytes("Obj\x01");
    append_long(bytes, 1);  // a map with one entry
    append_bytes(bytes, "avro.schema");
    append_bytes(bytes, schema);
    append_long(bytes, 0);
    bytes.append(sync);
    return bytes;
}

void append_block(std::string& to, std::string_view record, std::string_view sync) {
    append_long(to, 1);
    append_bytes(to, record);
    to.append(sync);
}

}  // namespace lazulite::avro
