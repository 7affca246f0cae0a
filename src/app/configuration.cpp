#include "app/configuration.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/account_settings.hpp"
#include "base/text.hpp"
#include "service/accounts.hpp"
#include "service/service_kind.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::uint16_t kFirstPort = 10000;

std::optional<bool> parse_switch(std::string_view text) {
    if (equals_ignoring_case(text, "true") || text == "1") return true;
    if (equals_ignoring_case(text, "false") || text == "0") return false;
    return std::nullopt;
}

template <class T>
bool set(T& to, std::optional<T> value) {
    if (value) to = *value;
    return value.has_value();
}

Listen& listen(Configuration& c, ServiceKind kind) { return c.emulator.listen[static_cast<std::size_t>(kind)]; }

std::optional<double> parse_decimal(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    constexpr double kMost = 1e9;  // a petabyte of megabytes; also keeps infinities out
    if (text.empty() || *end != '\0' || !(value > 0) || value > kMost) return std::nullopt;
    return value;
}

void add_surface_settings(std::vector<Setting>& all) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> made;
        for (const ServiceKind kind : kServiceKinds) {
            for (const std::string_view what : {"Host", "Port"}) made.push_back(std::string(label(kind)) + std::string(what));
        }
        return made;
    }();
    for (const ServiceKind kind : kServiceKinds) {
        const std::size_t at = static_cast<std::size_t>(kind) * 2;
        all.push_back({names[at], 0, false, "ADDRESS", "address this surface listens on (127.0.0.1)",
                       [kind](Configuration& c, const std::string& text) {
                           listen(c, kind).host = text;
                           return !text.empty();
                       }});
        all.push_back({names[at + 1], 0, false, "PORT", "its port; 0 lets the system choose",
                       [kind](Configuration& c, const std::string& text) {
                           listen(c, kind).required = true;  // a port that was asked for is not swapped for another
                           return set(listen(c, kind).port, parse_number<std::uint16_t>(text));
                       }});
    }
}

std::vector<Setting> make_settings() {
    std::vector<Setting> all = {
        {"location", 'l', false, "DIR", "data folder; everything stands in DIR/lazulite (current folder)",
         [](Configuration& c, const std::string& text) {
             c.emulator.location = text;
             c.location_given = true;
             return !text.empty();
         }},
        {"durability", 0, false, "MODE",
         "what an acknowledged write survives: process (kill -9; default) or power (power loss too)",
         [](Configuration& c, const std::string& text) {
             c.emulator.survive_power_loss = text == "power";
             return text == "power" || text == "process";
         }},
        {"inMemoryPersistence", 0, true, "", "keep everything in memory; nothing is written to disk",
         [](Configuration& c, const std::string& text) { return set(c.in_memory, parse_switch(text)); }},
        {"extentMemoryLimit", 0, false, "MB", "most memory for data with --inMemoryPersistence (half of the machine's)",
         [](Configuration& c, const std::string& text) {
             const auto mb = parse_decimal(text);
             if (mb) c.emulator.memory_limit_bytes = static_cast<std::uint64_t>(*mb * 1024 * 1024);
             return mb.has_value();
         }},
        {"threads", 0, false, "N", "threads for connections (one a core)",
         [](Configuration& c, const std::string& text) {
             const auto threads = parse_number<unsigned>(text);
             if (threads) c.emulator.threads = *threads;
             return threads && *threads >= 1 && *threads <= 256;
         }},
        {"keepAliveTimeout", 0, false, "SECONDS", "idle connections close after that; 0: never (60)",
         [](Configuration& c, const std::string& text) {
             const auto seconds = parse_number<unsigned>(text);
             if (seconds) c.emulator.keep_alive = std::chrono::seconds(*seconds);
             return seconds.has_value();
         }},
        {"remoteControl", 0, true, "", "take changes at /_lazulite/ from other machines too",
         [](Configuration& c, const std::string& text) { return set(c.emulator.remote_control, parse_switch(text)); }},
        {"silent", 's', true, "", "no access log",
         [](Configuration& c, const std::string& text) {
             const auto silent = parse_switch(text);
             if (silent) c.emulator.access_log = !*silent;
             return silent.has_value();
         }},
        {"logLevel", 0, false, "LEVEL", "debug, info (default), warning, error or off",
         [](Configuration& c, const std::string& text) { return set(c.log_level, log::parse_level(text)); }},
    };
    add_surface_settings(all);
    return all;
}

tl::unexpected<std::string> refuse(std::string line) { return tl::unexpected<std::string>(std::move(line)); }

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

tl::expected<void, std::string> read_accounts(Configuration& c, const json& accounts, const std::string& file) {
    const std::string where = "configuration file " + file + ": ";
    if (!accounts.is_array()) return refuse(where + "accounts is a list");
    for (const json& entry : accounts) {
        if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) {
            return refuse(where + "an account is an object with a name");
        }
        AccountOptions account{entry["name"].get<std::string>(), {}};
        for (const auto& [key, value] : entry.items()) {
            if (key == "name") continue;
            if (key == "keys" && value.is_array()) {
                for (const json& text : value) account.keys.push_back(text_of(text));
            } else if (!apply_account_setting(account, key, value)) {
                return refuse(where + "account " + account.name + ": unknown or malformed setting " + key);
            }
        }
        if (account.keys.empty() && account.name == kDevelopmentAccount) account.keys.emplace_back(kDevelopmentKey);
        c.emulator.accounts.push_back(std::move(account));
    }
    return {};
}

tl::expected<void, std::string> read_file(Configuration& c, const std::string& file) {
    std::ifstream stream(file);
    if (!stream) return refuse("configuration file " + file + " cannot be read");
    const json root = json::parse(stream, nullptr, false);
    if (root.is_discarded()) return refuse("configuration file " + file + " is not JSON");
    if (!root.is_object()) return refuse("configuration file " + file + " is not a JSON object");
    for (const auto& [key, value] : root.items()) {
        if (key == "accounts") {
            if (auto read = read_accounts(c, value, file); !read) return read;
            continue;
        }
        const auto all = settings();
        const auto setting = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == key; });
        if (setting == all.end()) return refuse("configuration file " + file + ": unknown key " + key);
        if (!setting->apply(c, text_of(value))) {
            return refuse("configuration file " + file + ": " + key + " cannot be " + value.dump());
        }
    }
    return {};
}

tl::expected<void, std::string> read_environment(Configuration& c, const Getenv& getenv) {
    for (const Setting& setting : settings()) {
        const std::string name = environment_name(setting.name);
        const char* value = getenv(name.c_str());
        if (value && !setting.apply(c, value)) return refuse(name + " cannot be '" + value + "'");
    }
    if (const char* text = getenv("AZURITE_ACCOUNTS"); text && *text) {
        const auto accounts = parse_accounts(text);
        if (accounts) {
            c.emulator.accounts.clear();
            for (const Account& account : *accounts) {
                AccountOptions options{account.name, {}};
                for (const AccountKey& key : account.keys) options.keys.push_back(key.text());
                c.emulator.accounts.push_back(std::move(options));
            }
        } else {
            log::warning("AZURITE_ACCOUNTS is malformed and ignored: the default account is used");
        }
    }
    return {};
}

void set_default_ports(Configuration& c) {
    for (const ServiceKind kind : kServiceKinds) {
        listen(c, kind).port = static_cast<std::uint16_t>(kFirstPort + static_cast<int>(kind));
        listen(c, kind).required = kind == ServiceKind::blob || kind == ServiceKind::queue || kind == ServiceKind::table;
    }
}

}  // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
}

std::string environment_name(std::string_view setting) {
    std::string name = "LAZULITE_";
    for (const char c : setting) {
        if (c >= 'A' && c <= 'Z') name.push_back('_');
        name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
    return name;
}

tl::expected<Parsed, std::string> configure(std::span<const char* const> arguments, const Getenv& getenv) {
    CLI::App app("lazulite: Azure Storage on localhost.\nEvery option is also a variable (--blobPort: LAZULITE_BLOB_PORT) "
                 "and a key of the configuration file (\"blobPort\").",
                 "lazulite");
    std::string file;
    std::vector<std::pair<const Setting*, std::string>> given;
    app.set_version_flag("-v,--version", std::string("lazulite ") + version());
    app.add_option("--config", file, "JSON file with settings and accounts (LAZULITE_CONFIG)")->type_name("FILE");
    for (const Setting& setting : settings()) {
        std::string names = "--" + std::string(setting.name);
        if (setting.letter) names = std::string("-") + setting.letter + "," + names;
        const std::string help = std::string(setting.help);
        if (setting.is_switch) {
            app.add_flag_callback(names, [&given, &setting] { given.emplace_back(&setting, "true"); }, help);
        } else {
            app.add_option_function<std::string>(
                   names, [&given, &setting](const std::string& text) { given.emplace_back(&setting, text); }, help)
                ->type_name(std::string(setting.value));
        }
    }
    CLI::App* check = app.add_subcommand("check", "verify the data folder of --location, which nobody has open");
    check->fallthrough();
    app.require_subcommand(0, 1);

    Parsed parsed;
    try {
        app.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::CallForHelp&) {
        parsed.print = app.help();
        return parsed;
    } catch (const CLI::CallForVersion&) {
        parsed.print = std::string("lazulite ") + version() + "\n";
        return parsed;
    } catch (const CLI::ParseError& problem) {
        return refuse(std::string(problem.what()) + " (lazulite --help lists the options)");
    }

    Configuration& c = parsed.configuration;
    c.emulator.access_log = true;
    if (check->parsed()) c.command = Configuration::Command::check;
    set_default_ports(c);
    if (file.empty() && getenv("LAZULITE_CONFIG")) file = getenv("LAZULITE_CONFIG");
    if (!file.empty()) {
        if (auto read = read_file(c, file); !read) return refuse(read.error());
    }
    if (auto read = read_environment(c, getenv); !read) return refuse(read.error());
    for (const auto& [setting, text] : given) {
        if (!setting->apply(c, text)) return refuse("--" + std::string(setting->name) + " cannot be '" + text + "'");
    }
    if (c.in_memory && c.location_given) {
        return refuse("The --inMemoryPersistence option is not supported when the --location option is set.");
    }
    if (!c.in_memory && c.emulator.memory_limit_bytes != 0) {
        return refuse("The --extentMemoryLimit option is only supported when the --inMemoryPersistence option is set.");
    }
    if (!c.in_memory && !c.location_given) c.emulator.location = ".";
    return parsed;
}

}  // namespace lazulite
