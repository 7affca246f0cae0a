#include "store/content_codec.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

#include "store/sql.hpp"

namespace lazulite {

namespace {

// The first byte of a ContentRef.
enum RefTag : std::uint8_t { kNothing = 0, kEmbedded = 1, kRow = 2 };
// The first byte of a source, alone or in a list entry.
enum SourceTag : std::uint8_t { kInlineBytes = 0, kInExtent = 1 };

/// Spreads all bits (splitmix64); never 0, which stands for "every pin".
std::uint64_t scramble(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    x ^= x >> 31;
    return x == 0 ? 1 : x;
}

void put_range(std::string& to, const Range& range) {
    put_varint(to, range.extent);
    put_varint(to, range.offset);
    put_varint(to, range.length);
    put_fixed64(to, range.crc64);
}

Range get_range(ByteReader& from) {
    Range range;
    range.extent = from.varint();
    range.offset = from.varint();
    range.length = from.varint();
    range.crc64 = from.fixed64();
    return range;
}

void put_entry(std::string& to, const Block& block, std::string_view id_before) {
    const auto [differs, ignored] = std::mismatch(block.id.begin(), block.id.end(), id_before.begin(), id_before.end());
    put_varint(to, static_cast<std::uint64_t>(differs - block.id.begin()));
    put_varint(to, static_cast<std::uint64_t>(block.id.end() - differs));
    to.append(differs, block.id.end());
    put_varint(to, block.length);
    if (const auto* range = std::get_if<Range>(&block.source)) {
        if (range->length != block.length) throw std::logic_error("a block is not as long as its range");
        to.push_back(static_cast<char>(kInExtent));
        put_varint(to, range->extent);
        put_varint(to, range->offset);
        put_fixed64(to, range->crc64);
    } else {
        const auto& text = std::get<std::string>(block.source);
        if (text.size() != block.length) throw std::logic_error("a block is not as long as its bytes");
        to.push_back(static_cast<char>(kInlineBytes));
        to.append(text);
    }
}

}  // namespace

void throw_corrupt(const char* what) { throw SqlError(SQLITE_CORRUPT, what); }

void put_varint(std::string& to, std::uint64_t value) {
    while (value >= 0x80) {
        to.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    to.push_back(static_cast<char>(value));
}

void put_fixed64(std::string& to, std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8) to.push_back(static_cast<char>(value));
}

std::uint8_t ByteReader::byte() { return static_cast<std::uint8_t>(bytes(1).front()); }

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t next = byte();
        value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
        if (next < 0x80) return value;
    }
    throw_corrupt("a number does not end");
}

std::uint64_t ByteReader::fixed64() {
    const std::string_view raw = bytes(8);
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(raw[i]);
    return value;
}

std::string_view ByteReader::bytes(std::uint64_t count) {
    if (count > rest_.size()) throw_corrupt("a packed value ends too early");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::uint64_t pin_key_of(const Range& range) { return scramble(scramble(range.extent) ^ range.offset); }

std::uint64_t ContentRef::pin_key() const {
    if (const Range* in_row = range()) return pin_key_of(*in_row);
    return scramble(~static_cast<std::uint64_t>(content_id().value_or(0)));
}

std::string ContentRef::encode() const {
    std::string bytes;
    if (const Range* in_row = range()) {
        bytes.push_back(static_cast<char>(kEmbedded));
        put_range(bytes, *in_row);
    } else if (const auto id = content_id()) {
        bytes.push_back(static_cast<char>(kRow));
        put_varint(bytes, static_cast<std::uint64_t>(*id));
    } else {
        bytes.push_back(static_cast<char>(kNothing));
    }
    return bytes;
}

ContentRef ContentRef::decode(std::string_view bytes) {
    ByteReader reader(bytes);
    ContentRef ref;
    switch (reader.byte()) {
        case kNothing:
            break;
        case kEmbedded:
            ref = ContentRef(get_range(reader));
            break;
        case kRow:
            ref = row(static_cast<std::int64_t>(reader.varint()));
            break;
        default:
            throw_corrupt("a content of unknown kind");
    }
    if (!reader.done()) throw_corrupt("a content with trailing bytes");
    return ref;
}

namespace contents {

std::string encode_source(const Source& source) {
    std::string bytes;
    if (const auto* range = std::get_if<Range>(&source)) {
        bytes.push_back(static_cast<char>(kInExtent));
        put_range(bytes, *range);
    } else {
        bytes.push_back(static_cast<char>(kInlineBytes));
        bytes.append(std::get<std::string>(source));
    }
    return bytes;
}

Source decode_source(std::string_view bytes) {
    ByteReader reader(bytes);
    switch (reader.byte()) {
        case kInlineBytes:
            return std::string(reader.rest());
        case kInExtent: {
            const Range range = get_range(reader);
            if (!reader.done()) throw_corrupt("a source with trailing bytes");
            return range;
        }
        default:
            throw_corrupt("a source of unknown kind");
    }
}

}  // namespace contents

bool ChunkWriter::add(const Block& block) {
    entry_.clear();
    put_entry(entry_, block, last_id_);
    if (!entries_.empty() && entries_.size() + entry_.size() > kLimit) return false;
    entries_ += entry_;
    last_id_ = block.id;
    return true;
}

std::string ChunkWriter::take() {
    last_id_.clear();
    std::string taken;
    taken.swap(entries_);
    return taken;
}

void decode_chunk(std::string_view entries, std::vector<Block>& to) {
    ByteReader reader(entries);
    std::string id;
    while (!reader.done()) {
        const std::uint64_t same = reader.varint();
        if (same > id.size()) throw_corrupt("a block id continues one that is shorter");
        id.resize(same);
        id += reader.bytes(reader.varint());
        Block& block = to.emplace_back();
        block.id = id;
        block.length = reader.varint();
        switch (reader.byte()) {
            case kInlineBytes:
                block.source = std::string(reader.bytes(block.length));
                break;
            case kInExtent: {
                Range range;
                range.extent = reader.varint();
                range.offset = reader.varint();
                range.length = block.length;
                range.crc64 = reader.fixed64();
                block.source = range;
                break;
            }
            default:
                throw_corrupt("a block of unknown kind");
        }
    }
}

}  // namespace lazulite
