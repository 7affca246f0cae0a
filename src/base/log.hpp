#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazulite::log {

enum class Level { debug, info, warning, error, off };

[[nodiscard]] std::optional<Level> parse_level(std::string_view name);

/// One line each on stdout, flushed at once: "2026-11-21 10:15:02.123 info  text". Any thread. Keys, signatures and
/// bodies never go in here.
void set_level(Level level);
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view text);

inline void debug(std::string_view text) {
    if (enabled(Level::debug)) write(Level::debug, text);
}
inline void info(std::string_view text) { write(Level::info, text); }
inline void warning(std::string_view text) { write(Level::warning, text); }
inline void error(std::string_view text) { write(Level::error, text); }

/// From now on everything, at level debug whatever the level on stdout, also goes to the end of `file`, whose folders are
/// made. What is wrong with that, in a few words; or nothing. Once, before other threads speak.
[[nodiscard]] std::optional<std::string> also_to_file(const std::string& file);

/// A line that belongs to the contract with whoever started us (endpoints, connection string): printed whatever the
/// level, without a prefix, flushed at once.
void announce(std::string_view line);

}  // namespace lazulite::log
