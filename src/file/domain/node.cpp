#include "file/domain/node.hpp"

#include <charconv>

namespace lazulite::file {
namespace {

constexpr std::string_view kLetters = "rwxrwxrwx";
constexpr std::uint32_t kAllBits = 07777;
constexpr int kOctal = 8;

std::optional<std::uint32_t> parse_letters(std::string_view text) {
    std::uint32_t mode = 0;
    for (std::size_t i = 0; i < kLetters.size(); ++i) {
        mode <<= 1;
        if (text[i] == kLetters[i]) {
            mode |= 1;
        } else if (text[i] != '-') {
            return std::nullopt;
        }
    }
    return mode;
}

}  // namespace

std::optional<std::uint32_t> parse_mode(std::string_view text) {
    if (text.size() == kLetters.size()) return parse_letters(text);
    std::uint32_t mode = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), mode, kOctal);
    if (text.size() != 4 || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return mode;
}

std::string mode_text(std::uint32_t mode) {
    std::string text(4, '0');
    mode &= kAllBits;
    for (std::size_t i = text.size(); i-- > 0; mode >>= 3) text[i] = static_cast<char>('0' + (mode & 7U));
    return text;
}

}  // namespace lazulite::file
