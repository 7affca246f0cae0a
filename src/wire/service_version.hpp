#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace lazulite {

/// A service version, `2024-08-04`: a date that orders what a request may expect.
class ServiceVersion {
  public:
    constexpr ServiceVersion(int year, int month, int day) : value_(year * 10000 + month * 100 + day) {}
    /// Well-formed `yyyy-MM-dd` with a month and day that exist, 2009-04-14 or later; nothing otherwise.
    [[nodiscard]] static std::optional<ServiceVersion> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    /// Whether Azure has, or had, a version of this date.
    [[nodiscard]] bool known() const;
    constexpr auto operator<=>(const ServiceVersion&) const = default;

  private:
    int value_;
};

inline constexpr ServiceVersion kOldestVersion{2009, 4, 14};
inline constexpr ServiceVersion kNewestVersion{2026, 10, 6};  ///< the newest whose behaviour is known here

}  // namespace lazulite
