#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "lazulite/emulator.hpp"
#include "tl/expected.hpp"

namespace lazulite {

/// What the command line, the environment and the configuration file say together.
struct Configuration {
    enum class Command : std::uint8_t { run, check };
    Command command = Command::run;
    EmulatorOptions emulator;
    log::Level log_level = log::Level::info;
    bool in_memory = false;
    bool location_given = false;
};

/// One setting: a flag `--name` (and `-s`), a variable `LAZULITE_NAME` in the environment, and a key of the JSON file.
struct Setting {
    std::string_view name;     ///< "blobPort"
    char letter = 0;           ///< 'l' for `-l`, or none
    bool is_switch = false;    ///< takes no value on the command line; "true" or "false" elsewhere
    std::string_view value;    ///< what `--help` calls the value: "PORT"
    std::string_view help;
    /// False when the text is not a value of this setting.
    std::function<bool(Configuration&, const std::string&)> apply;
};
[[nodiscard]] std::span<const Setting> settings();

/// `blobPort` -> `LAZULITE_BLOB_PORT`
[[nodiscard]] std::string environment_name(std::string_view setting);

using Getenv = std::function<const char*(const char*)>;

/// A flag beats the environment, which beats the file (`--config FILE`). The error is one clear line. Text for `--help` and
/// `--version` comes back in `print` with nothing to run.
struct Parsed {
    Configuration configuration;
    std::string print;
};
[[nodiscard]] tl::expected<Parsed, std::string> configure(std::span<const char* const> arguments, const Getenv& getenv);

}  // namespace lazulite
