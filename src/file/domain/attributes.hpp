#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazulite::file {

/// File system attributes of a directory or file, by the bits of Win32. Reference: "Create File", "File system attributes".
class Attributes {
  public:
    enum Bit : std::uint32_t {
        read_only = 0x1,
        hidden = 0x2,
        system = 0x4,
        directory = 0x10,
        archive = 0x20,
        temporary = 0x100,
        offline = 0x1000,
        not_content_indexed = 0x2000,
        no_scrub_data = 0x20000,
    };
    constexpr Attributes() = default;
    constexpr explicit Attributes(std::uint32_t bits) : bits_(bits) {}
    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool has(Bit bit) const { return (bits_ & bit) != 0; }
    [[nodiscard]] constexpr Attributes with(Bit bit) const { return Attributes(bits_ | bit); }
    bool operator==(const Attributes&) const = default;

    /// `None`, or names with `|` between them, in any letter case and with blanks or without. Nothing for a name that is
    /// not known, or one that the kind of resource cannot have: a file is no directory, a directory not temporary.
    [[nodiscard]] static std::optional<Attributes> parse(std::string_view text, bool of_directory);
    /// As headers and lists show them: `ReadOnly | Archive`; `None` for none.
    [[nodiscard]] std::string text() const;

  private:
    std::uint32_t bits_ = 0;
};

inline constexpr Attributes kNewFile{Attributes::archive};
inline constexpr Attributes kNewDirectory{Attributes::directory};

}  // namespace lazulite::file
