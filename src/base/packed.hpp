#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazulite {

/// A row's rare properties as one blob of tagged values: tag byte, length as a varint, bytes. Only non-default values are
/// written, a new property needs no migration, and a tag is never given a second meaning.
class PackedWriter {
  public:
    void put(std::uint8_t tag, std::string_view value) {
        if (value.empty()) return;
        bytes_.push_back(static_cast<char>(tag));
        put_varint(value.size());
        bytes_.append(value);
    }
    void put_integer(std::uint8_t tag, std::uint64_t value) {
        if (value == 0) return;
        std::string text;
        for (; value != 0; value >>= 8) text.push_back(static_cast<char>(value & 0xff));
        put(tag, text);
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    void put_varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
        bytes_.push_back(static_cast<char>(value));
    }
    std::string bytes_;
};

class PackedReader {
  public:
    explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

    struct Entry {
        std::uint8_t tag;
        std::string_view value;
        [[nodiscard]] std::uint64_t integer() const {
            std::uint64_t number = 0;
            for (std::size_t i = value.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(value[i]);
            return number;
        }
    };
    /// The next entry; nothing at the end, or where the bytes are cut.
    [[nodiscard]] std::optional<Entry> next() {
        if (rest_.empty()) return std::nullopt;
        const auto tag = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        std::uint64_t length = 0;
        for (int shift = 0; !rest_.empty() && shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            length |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) break;
        }
        if (length > rest_.size()) return std::nullopt;
        const Entry entry{tag, rest_.substr(0, length)};
        rest_.remove_prefix(length);
        return entry;
    }

  private:
    std::string_view rest_;
};

}  // namespace lazulite
