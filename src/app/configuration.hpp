#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/explain.hpp"
#include "app/program.hpp"
#include "app/trust.hpp"
#include "base/log.hpp"
#include "lazulite/emulator.hpp"
#include "tl/expected.hpp"

namespace lazulite {

/// Who says something: a flag beats the environment, which beats the file.
enum class Level : std::uint8_t { none, file, environment, flag };

/// What the command line, the environment and the configuration file say together.
struct Configuration {
    enum class Command : std::uint8_t { run, check, import, health_check, trust, explain };
    Command command = Command::run;
    TrustOptions trust;
    const Program* program = nullptr;
    EmulatorOptions emulator;
    ExplainOptions explain;
    log::Level log_level = log::Level::info;
    std::string debug_file;  ///< `--debug`: everything at level debug goes there too; empty: nowhere
    bool in_memory = false;
    bool skip_api_version_check = false;
    bool keep_default_account = false;
    std::string file;                   ///< of `--config`; empty: none
    bool accounts_of_file = false;      ///< the accounts come from it, so they follow it
    std::vector<std::string> warnings;  ///< what a person should know, to be printed once printing has begun

    Level level = Level::none;  ///< whose settings are being applied
    Level location_level = Level::none;
    Level memory_level = Level::none;
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
    std::optional<ServiceKind> surface = {};  ///< only commands that start this surface have the flag
    std::string_view missing = {};            ///< what to say when the flag stands without its value
    bool may_be_empty = false;                ///< `--pwd=` is an empty password
    bool repeats = false;  ///< values of several flags are joined by blanks; otherwise the last counts
};
[[nodiscard]] std::span<const Setting> settings();

/// `blobPort` -> `LAZULITE_BLOB_PORT`
[[nodiscard]] std::string environment_name(std::string_view setting);

using Getenv = std::function<const char*(const char*)>;

/// Text for `--help` and `--version` comes back in `print` with nothing to run.
struct Parsed {
    Configuration configuration;
    std::string print;
};
/// One clear line; and for flags that nobody knows those that exist.
struct Refusal {
    std::string line;
    std::string help;
};
/// `arguments` begin with the name of the command, which may be a path: see Program.
[[nodiscard]] tl::expected<Parsed, Refusal> configure(std::span<const char* const> arguments, const Getenv& getenv);

/// The accounts as the file of `--config` names them now. The error is one clear line.
[[nodiscard]] tl::expected<std::vector<AccountOptions>, std::string> reread_accounts(
    const Configuration& configuration);

}  // namespace lazulite
