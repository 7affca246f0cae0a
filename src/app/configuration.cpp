#include "app/configuration.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/account_settings.hpp"
#include "app/cors_option.hpp"
#include "app/machine.hpp"
#include "service/accounts.hpp"

namespace lazulite {
namespace {

using nlohmann::json;
using Outcome = tl::expected<void, std::string>;

constexpr std::uint16_t kFirstPort = 10000;

tl::unexpected<std::string> refuse(std::string line) { return tl::unexpected<std::string>(std::move(line)); }

AccountOptions development_account() { return {std::string(kDevelopmentAccount), {std::string(kDevelopmentKey)}}; }

// -- the file ---------------------------------------------------------------------------------------------------------

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// The values of a setting that repeats, as several flags would give them; empty where one is no text.
std::string joined_texts(const json& values) {
    std::string all;
    for (const json& value : values) {
        if (!value.is_string()) return {};
        all += (all.empty() ? "" : " ") + value.get<std::string>();
    }
    return all;
}

tl::expected<std::vector<AccountOptions>, std::string> read_accounts(const json& accounts, const std::string& file) {
    const std::string where = "configuration file " + file + ": ";
    if (!accounts.is_array()) return refuse(where + "accounts is a list");
    std::vector<AccountOptions> read;
    for (const json& entry : accounts) {
        if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) {
            return refuse(where + "an account is an object with a name");
        }
        AccountOptions account{entry["name"].get<std::string>(), {}};
        for (const auto& [key, value] : entry.items()) {
            if (key == "name") continue;
            if (key == "keys" && value.is_array()) {
                for (const json& text : value) account.keys.push_back(text_of(text));
            } else if (const Taken taken = apply_account_setting(account, key, value); !taken) {
                return refuse(where + "account " + account.name + ": " + taken.problem(key));
            }
        }
        if (account.keys.empty() && account.name == kDevelopmentAccount) account.keys.emplace_back(kDevelopmentKey);
        read.push_back(std::move(account));
    }
    return read;
}

tl::expected<json, std::string> load(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) return refuse("configuration file " + file + " cannot be read");
    json root = json::parse(stream, nullptr, false);
    if (root.is_discarded()) return refuse("configuration file " + file + " is not JSON");
    if (!root.is_object()) return refuse("configuration file " + file + " is not a JSON object");
    return root;
}

Outcome read_file(Configuration& c) {
    c.level = Level::file;
    const auto root = load(c.file);
    if (!root) return refuse(root.error());
    for (const auto& [key, value] : root->items()) {
        if (key == "accounts") {
            auto accounts = read_accounts(value, c.file);
            if (!accounts) return refuse(accounts.error());
            c.emulator.accounts = *std::move(accounts);
            c.accounts_of_file = true;
            continue;
        }
        const auto all = settings();
        const auto setting = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == key; });
        if (setting == all.end()) return refuse("configuration file " + c.file + ": unknown key " + key);
        bool taken = false;
        if (key == "cors") {
            const auto rules = read_cors(value);
            taken = rules.has_value();
            if (taken) c.emulator.cors = *rules;
        } else if (key == "identity" && value.is_object()) {
            c.emulator.identity = value.dump();
            taken = true;
        } else {
            taken = setting->apply(c, setting->repeats && value.is_array() ? joined_texts(value) : text_of(value));
        }
        if (!taken) return refuse("configuration file " + c.file + ": " + key + " cannot be " + value.dump());
    }
    return {};
}

// -- the environment --------------------------------------------------------------------------------------------------

/// Azurite's own variables.
void read_azurite_environment(Configuration& c, const Getenv& getenv) {
    if (const char* text = getenv("AZURITE_ACCOUNTS"); text && *text) {
        c.emulator.accounts.clear();
        c.accounts_of_file = false;
        if (const auto accounts = parse_accounts(text)) {
            for (const Account& account : *accounts) {
                AccountOptions options{account.name, {}};
                for (const AccountKey& key : account.keys) options.keys.push_back(key.text());
                c.emulator.accounts.push_back(std::move(options));
            }
        } else {
            c.warnings.emplace_back("AZURITE_ACCOUNTS is malformed and ignored: the default account is used");
        }
    }
    if (const char* text = getenv("AZURITE_SKIP_API_VERSION_CHECK"); text && std::string_view(text) == "true") {
        c.skip_api_version_check = true;
    }
    if (const char* text = getenv("AZURITE_DB"); text && *text) {
        c.warnings.emplace_back(
            "AZURITE_DB is ignored: there is no database server to ask, all data stands in the data folder");
    }
}

Outcome read_environment(Configuration& c, const Getenv& getenv) {
    c.level = Level::environment;
    for (const Setting& setting : settings()) {
        const std::string name = environment_name(setting.name);
        const char* value = getenv(name.c_str());
        if (value && !setting.apply(c, value)) return refuse(name + " cannot be '" + value + "'");
    }
    read_azurite_environment(c, getenv);
    return {};
}

// -- the command line -------------------------------------------------------------------------------------------------

using Given = std::vector<std::pair<const Setting*, std::string>>;

std::string version_of(const Program& program) {
    return program.lazulite ? std::string("lazulite ") + version() : version();
}

void add_flag(CLI::App& app, const Setting& setting, Given& given) {
    std::string names = "--" + std::string(setting.name);
    if (setting.letter) names = std::string("-") + setting.letter + "," + names;
    const std::string help(setting.help);
    if (setting.is_switch) {
        app.add_flag_function(
            names,
            [&given, &setting](std::int64_t count) { given.emplace_back(&setting, count > 0 ? "true" : "false"); },
            help);
        return;
    }
    const auto take = [&given, &setting](const std::vector<std::string>& texts) {
        std::string joined;
        for (const std::string& text : texts) joined += (joined.empty() ? "" : " ") + text;
        given.emplace_back(&setting, joined);
    };
    CLI::Option* const option = app.add_option_function<std::vector<std::string>>(names, take, help);
    option->type_name(std::string(setting.value))->allow_extra_args(false);
    if (setting.repeats) {
        option->take_all();
    } else {
        option->expected(setting.may_be_empty || !setting.missing.empty() ? 0 : 1, 1)->take_last();
    }
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& help) {
    CLI::App* const command = app.add_subcommand(name, help);
    command->fallthrough();
    return command;
}

CLI::App* add_trust(CLI::App& app, TrustOptions& options) {
    CLI::App* const trust = add_command(app, "trust", "show the certificate authority of --https and how to trust it, or have it trusted");
    trust->add_flag("--system", options.system, "by this machine: Debian's /etc/ssl/certs");
    trust->add_option("--nss", options.nss, "by Chromium or Firefox, whose database is in DIR (Chromium: ~/.pki/nssdb)")->type_name("DIR");
    trust->add_flag("--remove", options.remove, "no longer");
    return trust;
}

const CLI::App* add_explain(CLI::App& app, ExplainOptions& options) {
    CLI::App* const command = add_command(
        app, "explain", "what the SAS of a URL grants, and why it would be refused; no server is asked");
    command->add_option("URL", options.url, "with the SAS, in quotes; - reads it from standard input")->required();
    command->add_option("--method", options.method, "judge this method too: GET, PUT, ...");
    command->add_option("--ip", options.ip, "the address that the request comes from (one that is allowed)");
    command->add_option("--at", options.at, "the time of the request: 2026-11-20T21:07:12Z (now)");
    command->add_option("--account-key", options.account_key, "key of the account (those of the settings)");
    return command;
}

/// `-l=DIR` is `--location=DIR`; CLI11 would take the equals sign for a part of the value.
std::string spelled_out(std::string_view word) {
    if (word.size() < 3 || word[0] != '-' || word[2] != '=') return std::string(word);
    for (const Setting& setting : settings()) {
        if (setting.letter == word[1]) return "--" + std::string(setting.name) + std::string(word.substr(2));
    }
    return std::string(word);
}

Outcome apply_flags(Configuration& c, const Given& given) {
    c.level = Level::flag;
    for (const auto& [setting, text] : given) {
        if (text.empty() && !setting->missing.empty()) return refuse(std::string(setting->missing));
        if (!setting->apply(c, text)) return refuse("--" + std::string(setting->name) + " cannot be '" + text + "'");
    }
    return {};
}

// -- all of them ------------------------------------------------------------------------------------------------------

void set_defaults(Configuration& c) {
    c.emulator.access_log = true;
    for (const ServiceKind kind : kServiceKinds) {
        Listen& listen = c.emulator.listen[static_cast<std::size_t>(kind)];
        listen.port = static_cast<std::uint16_t>(kFirstPort + static_cast<int>(kind));
        listen.required = kind == ServiceKind::blob || kind == ServiceKind::queue || kind == ServiceKind::table;
        listen.offered = c.program->has(kind);
    }
}

/// Memory or a folder: of the two, what a higher level asks for. A container's environment names a folder beforehand,
/// and some runners can only add variables, so there memory wins.
Outcome settle_place(Configuration& c) {
    const bool limited = c.emulator.memory_limit_bytes != 0;
    if (c.in_memory && c.location_level != Level::none) {
        const bool same = c.location_level == c.memory_level;
        if (same && c.memory_level != Level::environment) {
            return refuse("The --inMemoryPersistence option is not supported when the --location option is set.");
        }
        c.in_memory = c.memory_level >= c.location_level;
        if (!c.in_memory) c.emulator.memory_limit_bytes = 0;
    } else if (!c.in_memory && limited) {
        return refuse("The --extentMemoryLimit option is only supported when the --inMemoryPersistence option is set.");
    }
    if (c.in_memory) {
        c.emulator.location.clear();
        if (!limited) c.emulator.memory_limit_bytes = memory_bytes() / 2;
    } else if (c.location_level == Level::none) {
        c.emulator.location = ".";
    }
    return {};
}

Outcome check_tls(const TlsOptions& tls, bool oauth) {
    const bool opens = !tls.key.empty() || tls.password;
    if (tls.certificate.empty() && opens) return refuse("--key and --pwd belong to a certificate: --cert FILE");
    if (!tls.certificate.empty() && !opens) return refuse("--cert needs --key FILE (PEM) or --pwd TEXT (PFX)");
    if (oauth && tls.certificate.empty() && !tls.with_http) {
        return refuse("--oauth needs HTTPS: --https, or --cert FILE with --key or --pwd");
    }
    return {};
}

void settle_accounts(const Configuration& c, std::vector<AccountOptions>& accounts) {
    const bool has_default = std::any_of(accounts.begin(), accounts.end(), [](const AccountOptions& account) {
        return account.name == kDevelopmentAccount;
    });
    if (accounts.empty() || (c.keep_default_account && !has_default)) accounts.push_back(development_account());
}

}  // namespace

tl::expected<Parsed, Refusal> configure(std::span<const char* const> arguments, const Getenv& getenv) {
    Parsed parsed;
    Configuration& c = parsed.configuration;
    c.program = &program_called(arguments.empty() ? "" : arguments.front());
    set_defaults(c);

    CLI::App app("Azure Storage on localhost.\nEvery option is also a variable (--location: LAZULITE_LOCATION) "
                 "and a key of the configuration file (\"location\").",
                 std::string(c.program->name));
    std::string file;
    Given given;
    app.set_version_flag("-v,--version", version_of(*c.program));
    app.add_option("--config", file, "JSON file with settings and accounts (LAZULITE_CONFIG)")
        ->type_name("FILE")
        ->take_last();
    for (const Setting& setting : settings()) {
        if (!setting.surface || c.program->has(*setting.surface)) add_flag(app, setting, given);
    }
    // Every command has it, so that a container can be asked by the very words that started it.
    const CLI::App* const health_check = add_command(app, "healthcheck", "exit code 0 if the server of these settings is ready");
    const CLI::App* const check =
        c.program->lazulite ? add_command(app, "check", "verify the data folder of --location, which nobody has open") : nullptr;
    CLI::App* const import =
        c.program->lazulite ? add_command(app, "import", "take the data folder of Azurite over into that of --location") : nullptr;
    std::string import_from;
    if (import) import->add_option("DIR", import_from, "the data folder of Azurite, which is never changed")->required();
    CLI::App* const trust = c.program->lazulite ? add_trust(app, c.trust) : nullptr;
    const CLI::App* const explain = c.program->lazulite ? add_explain(app, c.explain) : nullptr;
    app.require_subcommand(0, 1);

    std::vector<std::string> words;  // the last first, as CLI11 wants them
    for (std::size_t i = arguments.size(); i > 1; --i) words.push_back(spelled_out(arguments[i - 1]));
    try {
        app.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        parsed.print = app.help();
        return parsed;
    } catch (const CLI::CallForVersion&) {
        parsed.print = version_of(*c.program) + "\n";
        return parsed;
    } catch (const CLI::ParseError& problem) {
        return tl::unexpected(Refusal{problem.what(), app.help()});
    }
    if (check && check->parsed()) c.command = Configuration::Command::check;
    if (import && import->parsed()) c.command = Configuration::Command::import;
    if (trust && trust->parsed()) c.command = Configuration::Command::trust;
    if (explain && explain->parsed()) c.command = Configuration::Command::explain;
    if (health_check->parsed()) c.command = Configuration::Command::health_check;

    Outcome read;
    c.file = file;
    if (c.file.empty() && getenv("LAZULITE_CONFIG")) c.file = getenv("LAZULITE_CONFIG");
    if (!c.file.empty()) read = read_file(c);
    if (read) read = read_environment(c, getenv);
    if (read) read = apply_flags(c, given);
    if (c.command == Configuration::Command::import) c.emulator.import_from = import_from;
    if (read) read = settle_place(c);
    if (read) read = check_tls(c.emulator.tls, c.emulator.oauth);
    if (!read) return tl::unexpected(Refusal{read.error(), {}});
    c.emulator.strict_api_version = c.emulator.strict_api_version && !c.skip_api_version_check;
    settle_accounts(c, c.emulator.accounts);
    return parsed;
}

tl::expected<std::vector<AccountOptions>, std::string> reread_accounts(const Configuration& configuration) {
    const auto root = load(configuration.file);
    if (!root) return refuse(root.error());
    std::vector<AccountOptions> accounts;
    if (root->contains("accounts")) {
        auto read = read_accounts((*root)["accounts"], configuration.file);
        if (!read) return refuse(read.error());
        accounts = *std::move(read);
    }
    settle_accounts(configuration, accounts);
    return accounts;
}

}  // namespace lazulite
