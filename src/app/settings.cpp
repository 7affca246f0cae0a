#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <iterator>

#include "app/configuration.hpp"
#include "app/cors_option.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

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

std::optional<std::chrono::seconds> parse_seconds(const std::string& text) {
    const auto seconds = parse_number<std::uint32_t>(text);
    if (!seconds) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

/// What a file holds; nothing where it cannot be read.
std::optional<std::string> read_text(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream || text.empty()) return std::nullopt;
    return text;
}

/// A setting that is either on or off.
Setting a_switch(std::string_view name, char letter, std::string_view help, bool& (*of)(Configuration&),
                 bool inverted = false) {
    return {name, letter, true, "", help, [of, inverted](Configuration& c, const std::string& text) {
                const auto on = parse_switch(text);
                if (on) of(c) = *on != inverted;
                return on.has_value();
            }};
}

/// Names separated by commas or blanks.
bool set_names(std::vector<std::string>& to, std::string_view text) {
    to.clear();
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(", "), text.size());
        if (end > 0) to.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return !to.empty();
}

/// What a surface has from the start.
Setting names_of(ServiceKind kind, std::string_view name, std::string_view help,
                 std::vector<std::string> EmulatorOptions::*names) {
    return {name, 0, false, "NAMES", help,
            [names](Configuration& c, const std::string& text) { return set_names(c.emulator.*names, text); },
            kind, {}, false, true};
}

std::vector<Setting> common_settings() {
    return {
        {"location", 'l', false, "DIR", "data folder; everything stands in DIR/lazulite (current folder)",
         [](Configuration& c, const std::string& text) {
             c.emulator.location = text;
             c.location_level = c.level;
             return !text.empty();
         }},
        {"durability", 0, false, "MODE",
         "what an acknowledged write survives: process (kill -9; after a power loss it may be seconds old; default) or power (power loss too)",
         [](Configuration& c, const std::string& text) {
             c.emulator.survive_power_loss = text == "power";
             return text == "power" || text == "process";
         }},
        {"inMemoryPersistence", 0, true, "", "keep everything in memory; nothing is written to disk",
         [](Configuration& c, const std::string& text) {
             c.memory_level = c.level;
             return set(c.in_memory, parse_switch(text));
         }},
        {"extentMemoryLimit", 0, false, "MB", "most memory for data with --inMemoryPersistence (half of the machine's)",
         [](Configuration& c, const std::string& text) {
             const auto mb = parse_decimal(text);
             if (mb) c.emulator.memory_limit_bytes = static_cast<std::uint64_t>(std::llround(*mb * 1024 * 1024));
             return mb.has_value();
         }},
        {"user", 0, false, "ID", "started as root: take over an empty or own data folder and become this user and group",
         [](Configuration& c, const std::string& text) {
             c.emulator.user = parse_number<std::uint32_t>(text);
             return c.emulator.user.has_value();
         }},
        {"threads", 0, false, "N", "threads for connections (one a core)",
         [](Configuration& c, const std::string& text) {
             const auto threads = parse_number<unsigned>(text);
             if (threads) c.emulator.threads = *threads;
             return threads && *threads >= 1 && *threads <= 256;
         }},
        {"connections", 0, false, "N", "most connections at a time; others wait (10000, or half of the open files that are allowed)",
         [](Configuration& c, const std::string& text) {
             const auto most = parse_number<unsigned>(text);
             if (most) c.emulator.connections = *most;
             return most && *most >= 1;
         }},
        {"keepAliveTimeout", 0, false, "SECONDS", "idle connections close after that; 0: never (60)",
         [](Configuration& c, const std::string& text) { return set(c.emulator.keep_alive, parse_seconds(text)); }},
        a_switch("https", 0, "take HTTPS beside HTTP, on the same ports, by a certificate authority of this data folder's own; see "
                             "`lazulite trust`",
                 [](Configuration& c) -> bool& { return c.emulator.tls.with_http; }),
        {"cert", 0, false, "FILE", "speak HTTPS with this certificate: PEM with --key, PFX with --pwd",
         [](Configuration& c, const std::string& text) {
             c.emulator.tls.certificate = text;
             return !text.empty();
         }},
        {"key", 0, false, "FILE", "the certificate's private key, in PEM form",
         [](Configuration& c, const std::string& text) {
             c.emulator.tls.key = text;
             return !text.empty();
         }},
        {"pwd", 0, false, "TEXT", "the password of the PFX file, or of an encrypted key",
         [](Configuration& c, const std::string& text) {
             c.emulator.tls.password = text;
             return true;
         }, {}, {}, true},
        {"oauth", 0, false, "LEVEL", "basic: take bearer tokens over HTTPS, judged by issuer, audience and lifetime",
         [](Configuration& c, const std::string& text) {
             c.emulator.oauth = text == "basic";
             return c.emulator.oauth;
         }},
        {"identity", 0, false, "FILE", "JSON: who may ask for tokens, and the roles they have; see docs/identity.md",
         [](Configuration& c, const std::string& text) {
             const auto read = read_text(text);
             if (read) c.emulator.identity = *read;
             return read.has_value();
         }},
        {"cors", 0, false, "RULE",
         "who may use the services from a web page, until their properties are set: origins, or allowedOrigins=..;"
         "allowedMethods=..;allowedHeaders=..;exposedHeaders=..;maxAgeInSeconds=..; may be repeated",
         [](Configuration& c, const std::string& text) { return set(c.emulator.cors, parse_cors(text)); },
         {}, {}, false, true},
        names_of(ServiceKind::blob, "containers", "containers that exist from the start: NAME,NAME; may be repeated",
                 &EmulatorOptions::containers),
        names_of(ServiceKind::queue, "queues", "queues that exist from the start", &EmulatorOptions::queues),
        names_of(ServiceKind::table, "tables", "tables that exist from the start", &EmulatorOptions::tables),
        names_of(ServiceKind::file, "shares", "file shares that exist from the start", &EmulatorOptions::shares),
        {"import", 0, false, "DIR", "data folder of Azurite, taken over at the start and never changed; see docs/from-azurite.md",
         [](Configuration& c, const std::string& text) {
             c.emulator.import_from = text;
             return !text.empty();
         }},
        {"seed", 0, false, "DIR", "folder of containers, tables and more that exist from the start; see docs/seed.md",
         [](Configuration& c, const std::string& text) {
             c.emulator.seed = text;
             return !text.empty();
         }},
        a_switch("loose", 'L', "ignore headers that ask for what is not offered, instead of refusing them; allow _ and - in table names",
                 [](Configuration& c) -> bool& { return c.emulator.loose; }),
        a_switch("strictApiVersion", 0, "refuse service versions that are not known (they get the newest behaviour)",
                 [](Configuration& c) -> bool& { return c.emulator.strict_api_version; }),
        a_switch("skipApiVersionCheck", 0, "take every service version, in spite of --strictApiVersion",
                 [](Configuration& c) -> bool& { return c.skip_api_version_check; }),
        a_switch("disableProductStyleUrl", 0,
                 "take the account from the first segment of the path, never from the host",
                 [](Configuration& c) -> bool& { return c.emulator.product_style_urls; }, true),
        a_switch("queueBeingDeleted", 0, "the name of a deleted queue is refused for 30 seconds, as Azure does",
                 [](Configuration& c) -> bool& { return c.emulator.queue_being_deleted; }),
        a_switch("keepDefaultAccount", 0, "devstoreaccount1 stays beside the accounts of AZURITE_ACCOUNTS or the file",
                 [](Configuration& c) -> bool& { return c.keep_default_account; }),
        a_switch("allowOutgoing", 0,
                 "send requests to hosts beyond this machine where somebody asks for one (sources of copies); never to "
                 "link-local and metadata addresses",
                 [](Configuration& c) -> bool& { return c.emulator.allow_outgoing; }),
        a_switch("remoteControl", 0, "take changes at /_lazulite/ from other machines too",
                 [](Configuration& c) -> bool& { return c.emulator.remote_control; }),
        {"controlHost", 0, false, "NAMES",
         "public names by which /_lazulite/ may be called; addresses, names without a dot and those below localhost, local, internal, test "
         "and svc always may; may be repeated",
         [](Configuration& c, const std::string& text) { return set_names(c.emulator.control_hosts, text); },
         {}, {}, false, true},
        {"disableTelemetry", 0, true, "", "taken for compatibility: there is no telemetry",
         [](Configuration& /*c*/, const std::string& text) { return parse_switch(text).has_value(); }},
        a_switch("silent", 's', "no access log", [](Configuration& c) -> bool& { return c.emulator.access_log; }, true),
        {"debug", 'd', false, "FILE", "append a detailed log to FILE",
         [](Configuration& c, const std::string& text) {
             c.debug_file = text;
             return !text.empty();
         },
         {}, "Must provide a debug log file path for parameter -d or --debug"},
        {"logLevel", 0, false, "LEVEL", "debug, info (default), warning, error or off",
         [](Configuration& c, const std::string& text) { return set(c.log_level, log::parse_level(text)); }},
    };
}

void add_surface_settings(std::vector<Setting>& all) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> made;
        for (const ServiceKind kind : kServiceKinds) {
            for (const std::string_view what : {"Host", "Port", "KeepAliveTimeout"}) {
                made.push_back(std::string(label(kind)) + std::string(what));
            }
        }
        return made;
    }();
    for (const ServiceKind kind : kServiceKinds) {
        const std::size_t at = static_cast<std::size_t>(kind) * 3;
        all.push_back({names[at], 0, false, "ADDRESS", "address this surface listens on (127.0.0.1)",
                       [kind](Configuration& c, const std::string& text) {
                           listen(c, kind).host = text;
                           return !text.empty();
                       },
                       kind});
        all.push_back({names[at + 1], 0, false, "PORT", "its port; 0 lets the system choose",
                       [kind](Configuration& c, const std::string& text) {
                           listen(c, kind).required = true;  // a port that was asked for is not swapped for another
                           return set(listen(c, kind).port, parse_number<std::uint16_t>(text));
                       },
                       kind});
        all.push_back({names[at + 2], 0, false, "SECONDS", "instead of --keepAliveTimeout for this surface",
                       [kind](Configuration& c, const std::string& text) {
                           listen(c, kind).keep_alive = parse_seconds(text);
                           return listen(c, kind).keep_alive.has_value();
                       },
                       kind});
    }
}

}  // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> kSettings = [] {
        std::vector<Setting> all = common_settings();
        add_surface_settings(all);
        return all;
    }();
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

}  // namespace lazulite
