#include "app/configuration.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace lazulite {
namespace {

using Outcome = tl::expected<Parsed, Refusal>;

constexpr std::string_view kKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

class Configure : public testing::Test {
  protected:
    Configure()
        : folder_(std::filesystem::temp_directory_path() / ("lazulite-configuration-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~Configure() override { std::filesystem::remove_all(folder_); }

    Outcome with(std::vector<const char*> arguments, const std::map<std::string, std::string>& environment = {}) {
        return called("lazulite", std::move(arguments), environment);
    }

    Outcome called(const char* program, std::vector<const char*> arguments,
                   const std::map<std::string, std::string>& environment = {}) {
        arguments.insert(arguments.begin(), program);
        return configure(arguments, [&](const char* name) -> const char* {
            const auto at = environment.find(name);
            return at == environment.end() ? nullptr : at->second.c_str();
        });
    }

    std::string file(const std::string& text) {
        const std::string path = (folder_ / "lazulite.json").string();
        std::ofstream(path) << text;
        return path;
    }

    std::filesystem::path folder_;
};

/// One clear line that names what is wrong.
void expect_line(const Outcome& outcome, std::string_view naming) {
    ASSERT_FALSE(outcome) << naming;
    EXPECT_EQ(outcome.error().line.find('\n'), std::string::npos) << outcome.error().line;
    EXPECT_NE(outcome.error().line.find(naming), std::string::npos) << outcome.error().line;
}

TEST_F(Configure, ExplainTakesAUrlAndWhatItIsAskedWith) {
    const auto parsed = with({"explain", "http://h/a?sig=x&sv=1", "--method", "PUT", "--ip=10.0.0.1", "--at", "2026-11-20",
                              "--account-key", "MTIzNA=="});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(parsed->configuration.command, Configuration::Command::explain);
    const ExplainOptions& asked = parsed->configuration.explain;
    EXPECT_EQ(asked.url + " " + asked.method + " " + asked.ip + " " + asked.at + " " + asked.account_key,
              "http://h/a?sig=x&sv=1 PUT 10.0.0.1 2026-11-20 MTIzNA==");
    const auto from_input = with({"explain", "-"});
    ASSERT_TRUE(from_input) << from_input.error().line;
    EXPECT_EQ(from_input->configuration.explain.url, "-");
    expect_line(with({"explain"}), "URL is required");
}

TEST_F(Configure, TakesNamesThatExistFromTheStart) {
    using Names = std::vector<std::string>;
    const auto flags = with({"--containers", "a1,b1", "--containers=c1", "--queues", "q1", "--tables=t1, t2", "--seed", "dir"});
    ASSERT_TRUE(flags) << flags.error().line;
    EXPECT_EQ(flags->configuration.emulator.containers, (Names{"a1", "b1", "c1"}));
    EXPECT_EQ(flags->configuration.emulator.queues, Names{"q1"});
    EXPECT_EQ(flags->configuration.emulator.tables, (Names{"t1", "t2"}));
    EXPECT_EQ(flags->configuration.emulator.seed, "dir");
    const std::string config = file(R"({"containers": ["a1", "b1"], "tables": "t1,t2", "seed": "from/file"})");
    const auto both = with({"--config", config.c_str()}, {{"LAZULITE_TABLES", "t3"}});
    ASSERT_TRUE(both) << both.error().line;
    EXPECT_EQ(both->configuration.emulator.containers, (Names{"a1", "b1"}));
    EXPECT_EQ(both->configuration.emulator.tables, Names{"t3"});
    EXPECT_EQ(both->configuration.emulator.seed, "from/file");
    expect_line(with({"--containers", ","}), "--containers cannot be ','");
    expect_line(with({"--config", file(R"({"queues": [1]})").c_str()}), "queues cannot be [1]");
    expect_line(called("azurite-queue", {"--containers", "a1"}), "--containers");
}

const Listen& blob(const Outcome& outcome) {
    return outcome->configuration.emulator.listen[0];
}

TEST_F(Configure, HasDefaults) {
    const auto parsed = with({});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const Configuration& c = parsed->configuration;
    EXPECT_EQ(c.command, Configuration::Command::run);
    EXPECT_EQ(c.emulator.location, ".");
    EXPECT_FALSE(c.in_memory);
    EXPECT_FALSE(c.emulator.survive_power_loss);
    EXPECT_FALSE(c.emulator.remote_control);
    EXPECT_TRUE(c.emulator.access_log);
    EXPECT_EQ(c.emulator.keep_alive, std::chrono::seconds(60));
    EXPECT_EQ(c.emulator.threads, 0U);
    EXPECT_EQ(c.log_level, log::Level::info);
    ASSERT_EQ(c.emulator.accounts.size(), 1U);
    EXPECT_EQ(c.emulator.accounts[0].name, "devstoreaccount1");
    EXPECT_EQ(c.emulator.accounts[0].keys, std::vector<std::string>{std::string(kKey)});
    EXPECT_FALSE(c.emulator.loose);
    EXPECT_FALSE(c.emulator.strict_api_version);
    EXPECT_TRUE(c.emulator.product_style_urls);
    EXPECT_TRUE(c.emulator.cors.empty());
    EXPECT_EQ(c.debug_file, "");
    EXPECT_TRUE(c.warnings.empty());
    EXPECT_EQ(parsed->print, "");
    constexpr std::uint16_t kPorts[] = {10000, 10001, 10002, 10003, 10004, 10005};
    // A taken port that nobody asked for moves only where no client's default points at it.
    constexpr bool kRequired[] = {true, true, true, false, false, false};
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(c.emulator.listen[i].host, "127.0.0.1") << i;
        EXPECT_EQ(c.emulator.listen[i].port, kPorts[i]) << i;
        EXPECT_EQ(c.emulator.listen[i].required, kRequired[i]) << i;
        EXPECT_TRUE(c.emulator.listen[i].offered) << i;
        EXPECT_FALSE(c.emulator.listen[i].keep_alive) << i;
    }
}

TEST_F(Configure, TakesEveryFlag) {
    const auto parsed = with({"--location",         "data",    "--durability",    "power",    "--threads",   "3",
                              "--keepAliveTimeout", "0",       "--remoteControl", "--silent", "--logLevel",  "debug",
                              "--blobHost",         "0.0.0.0", "--blobPort",      "1",        "--queueHost", "::1",
                              "--queuePort",        "2",       "--tableHost",     "a",        "--tablePort", "3",
                              "--fileHost",         "b",       "--filePort",      "4",        "--dfsHost",   "c",
                              "--dfsPort",          "5",       "--webHost",       "d",        "--webPort",   "65535",
                              "--loose", "--allowOutgoing", "--disableProductStyleUrl", "--disableTelemetry", "--debug", "debug.log",
                              "--blobKeepAliveTimeout", "11", "--queueKeepAliveTimeout", "12",
                              "--tableKeepAliveTimeout", "0",
                              "--cors", "http://a", "--cors", "http://b",
                              "--connections", "500", "--controlHost", "storage.example.com,b.example.com"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const Configuration& c = parsed->configuration;
    EXPECT_EQ(c.emulator.location, "data");
    EXPECT_EQ(c.emulator.connections, 500U);
    EXPECT_EQ(c.emulator.control_hosts, (std::vector<std::string>{"storage.example.com", "b.example.com"}));
    EXPECT_EQ(c.location_level, Level::flag);
    EXPECT_TRUE(c.emulator.survive_power_loss);
    EXPECT_EQ(c.emulator.threads, 3U);
    EXPECT_EQ(c.emulator.keep_alive, std::chrono::seconds(0));
    EXPECT_TRUE(c.emulator.remote_control);
    EXPECT_FALSE(c.emulator.access_log);
    EXPECT_EQ(c.log_level, log::Level::debug);
    EXPECT_TRUE(c.emulator.loose);
    EXPECT_TRUE(c.emulator.allow_outgoing);
    EXPECT_FALSE(c.emulator.product_style_urls);
    EXPECT_EQ(c.debug_file, "debug.log");
    EXPECT_EQ(c.emulator.listen[0].keep_alive, std::chrono::seconds(11));
    EXPECT_EQ(c.emulator.listen[1].keep_alive, std::chrono::seconds(12));
    EXPECT_EQ(c.emulator.listen[2].keep_alive, std::chrono::seconds(0));
    ASSERT_EQ(c.emulator.cors.size(), 2U);
    EXPECT_EQ(c.emulator.cors[1].allowed_origins, std::vector<std::string>{"http://b"});
    constexpr std::pair<std::string_view, std::uint16_t> kListen[] = {{"0.0.0.0", 1}, {"::1", 2}, {"a", 3},
                                                                      {"b", 4},       {"c", 5},   {"d", 65535}};
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(c.emulator.listen[i].host, kListen[i].first) << i;
        EXPECT_EQ(c.emulator.listen[i].port, kListen[i].second) << i;
        EXPECT_TRUE(c.emulator.listen[i].required) << i;
    }
}

TEST_F(Configure, TakesEverySettingFromTheEnvironment) {
    const auto parsed = with({}, {{"LAZULITE_LOCATION", "data"},
                                  {"LAZULITE_DURABILITY", "power"},
                                  {"LAZULITE_THREADS", "3"},
                                  {"LAZULITE_KEEP_ALIVE_TIMEOUT", "5"},
                                  {"LAZULITE_REMOTE_CONTROL", "true"},
                                  {"LAZULITE_SILENT", "TRUE"},
                                  {"LAZULITE_LOG_LEVEL", "off"},
                                  {"LAZULITE_BLOB_HOST", "0.0.0.0"},
                                  {"LAZULITE_BLOB_PORT", "1"},
                                  {"LAZULITE_WEB_PORT", "6"}});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const Configuration& c = parsed->configuration;
    EXPECT_EQ(c.emulator.location, "data");
    EXPECT_TRUE(c.emulator.survive_power_loss);
    EXPECT_EQ(c.emulator.threads, 3U);
    EXPECT_EQ(c.emulator.keep_alive, std::chrono::seconds(5));
    EXPECT_TRUE(c.emulator.remote_control);
    EXPECT_FALSE(c.emulator.access_log);
    EXPECT_EQ(c.log_level, log::Level::off);
    EXPECT_EQ(blob(parsed).host, "0.0.0.0");
    EXPECT_EQ(blob(parsed).port, 1);
    EXPECT_EQ(c.emulator.listen[5].port, 6);
}

TEST_F(Configure, TakesEverySettingFromTheFile) {
    const std::string path = file(
        R"({"location": "data", "durability": "power", "threads": 3, "keepAliveTimeout": "7", "remoteControl": true,
            "silent": true, "logLevel": "error", "blobHost": "0.0.0.0", "blobPort": 1, "webPort": 6})");
    for (const auto& parsed : {with({"--config", path.c_str()}), with({}, {{"LAZULITE_CONFIG", path}})}) {
        ASSERT_TRUE(parsed) << parsed.error().line;
        const Configuration& c = parsed->configuration;
        EXPECT_EQ(c.emulator.location, "data");
        EXPECT_TRUE(c.emulator.survive_power_loss);
        EXPECT_EQ(c.emulator.threads, 3U);
        EXPECT_EQ(c.emulator.keep_alive, std::chrono::seconds(7));
        EXPECT_TRUE(c.emulator.remote_control);
        EXPECT_FALSE(c.emulator.access_log);
        EXPECT_EQ(c.log_level, log::Level::error);
        EXPECT_EQ(blob(parsed).host, "0.0.0.0");
        EXPECT_EQ(blob(parsed).port, 1);
        EXPECT_EQ(c.emulator.listen[5].port, 6);
    }
}

TEST_F(Configure, PrefersFlagsToTheEnvironmentToTheFile) {
    const std::string path = file(R"({"blobPort": 1, "queuePort": 1, "tablePort": 1, "silent": true})");
    const std::map<std::string, std::string> environment{
        {"LAZULITE_BLOB_PORT", "2"}, {"LAZULITE_QUEUE_PORT", "2"}, {"LAZULITE_SILENT", "false"}};
    const auto parsed = with({"--config", path.c_str(), "--blobPort", "3"}, environment);
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(parsed->configuration.emulator.listen[0].port, 3);
    EXPECT_EQ(parsed->configuration.emulator.listen[1].port, 2);
    EXPECT_EQ(parsed->configuration.emulator.listen[2].port, 1);
    EXPECT_TRUE(parsed->configuration.emulator.access_log);
    // A flag beats the environment in switches too.
    const auto silent = with({"-s"}, environment);
    ASSERT_TRUE(silent) << silent.error().line;
    EXPECT_FALSE(silent->configuration.emulator.access_log);
}

TEST_F(Configure, PrefersTheFlagThatNamesTheFile) {
    const std::string path = file(R"({"blobPort": 1})");
    const auto parsed = with({"--config", path.c_str()}, {{"LAZULITE_CONFIG", "/nonexistent/lazulite.json"}});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(blob(parsed).port, 1);
}

TEST_F(Configure, TakesShortFlagsAndEqualSigns) {
    const auto parsed = with({"-l", "data", "-s", "--blobPort=7", "--logLevel=warning"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(parsed->configuration.emulator.location, "data");
    EXPECT_FALSE(parsed->configuration.emulator.access_log);
    EXPECT_EQ(blob(parsed).port, 7);
    EXPECT_EQ(parsed->configuration.log_level, log::Level::warning);
}

TEST_F(Configure, TakesAMemoryLimitWithAFraction) {
    const auto parsed = with({"--inMemoryPersistence", "--extentMemoryLimit", "64.000000"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_TRUE(parsed->configuration.in_memory);
    EXPECT_TRUE(parsed->configuration.emulator.location.empty());
    EXPECT_EQ(parsed->configuration.emulator.memory_limit_bytes, 67'108'864U);
    const auto half = with({"--inMemoryPersistence", "--extentMemoryLimit=0.5"});
    ASSERT_TRUE(half) << half.error().line;
    EXPECT_EQ(half->configuration.emulator.memory_limit_bytes, 524'288U);
}

TEST_F(Configure, RefusesMemoryTogetherWithALocation) {
    expect_line(with({"--inMemoryPersistence", "--location", "data"}),
                "The --inMemoryPersistence option is not supported when the --location option is set.");
    expect_line(with({"--extentMemoryLimit", "64"}),
                "The --extentMemoryLimit option is only supported when the --inMemoryPersistence option is set.");
}

// A container's environment names a folder for everybody; a flag of one start still wins.
TEST_F(Configure, LetsTheStrongerOfMemoryAndLocationWin) {
    const auto memory = with({"--inMemoryPersistence"}, {{"LAZULITE_LOCATION", "/data"}});
    ASSERT_TRUE(memory) << memory.error().line;
    EXPECT_TRUE(memory->configuration.in_memory);
    EXPECT_EQ(memory->configuration.emulator.location, "");
    const auto folder = with({"--location", "data"}, {{"LAZULITE_IN_MEMORY_PERSISTENCE", "true"},
                                                      {"LAZULITE_EXTENT_MEMORY_LIMIT", "64"}});
    ASSERT_TRUE(folder) << folder.error().line;
    EXPECT_FALSE(folder->configuration.in_memory);
    EXPECT_EQ(folder->configuration.emulator.location, "data");
    // Where a container's variables name the folder, a runner that can only add variables still gets its memory.
    const auto variables = with({}, {{"LAZULITE_LOCATION", "/data"}, {"LAZULITE_IN_MEMORY_PERSISTENCE", "true"}});
    ASSERT_TRUE(variables) << variables.error().line;
    EXPECT_TRUE(variables->configuration.in_memory);
    const std::string path = file(R"({"location": "data", "inMemoryPersistence": true})");
    expect_line(with({"--config", path.c_str()}),
                "The --inMemoryPersistence option is not supported when the --location option is set.");
}

TEST_F(Configure, TakesTheLastOfAFlagThatIsRepeated) {
    const auto parsed = with({"--blobPort", "1", "-l", "a", "--blobPort=2", "--location", "b", "--silent", "-s"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(blob(parsed).port, 2);
    EXPECT_EQ(parsed->configuration.emulator.location, "b");
    EXPECT_FALSE(parsed->configuration.emulator.access_log);
}

TEST_F(Configure, TakesAValueForASwitch) {
    const auto parsed = with({"--silent=true", "--loose=false"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_FALSE(parsed->configuration.emulator.access_log);
    EXPECT_FALSE(parsed->configuration.emulator.loose);
}

TEST_F(Configure, TakesAnEqualsSignBehindALetter) {
    const auto parsed = with({"-l=data", "-d=a=b.log", "-s=false", "-L=true"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const Configuration& c = parsed->configuration;
    EXPECT_EQ(c.emulator.location, "data");
    EXPECT_EQ(c.debug_file, "a=b.log");
    EXPECT_TRUE(c.emulator.access_log);
    EXPECT_TRUE(c.emulator.loose);
}

TEST_F(Configure, WantsAFileForTheDebugLog) {
    constexpr std::string_view kLine = "Must provide a debug log file path for parameter -d or --debug";
    for (const auto& arguments :
         {std::vector<const char*>{"-d"}, {"--debug"}, {"--debug", "--loose"}, {"-d", "-s"}, {"--debug="}}) {
        const auto parsed = with(arguments);
        ASSERT_FALSE(parsed) << arguments.size();
        EXPECT_EQ(parsed.error().line, kLine);
        EXPECT_EQ(parsed.error().help, "");
    }
    const auto named = with({"-d", "debug.log", "--loose"});
    ASSERT_TRUE(named) << named.error().line;
    EXPECT_EQ(named->configuration.debug_file, "debug.log");
    EXPECT_TRUE(named->configuration.emulator.loose);
}

TEST_F(Configure, TakesACertificateWithItsKeyOrPassword) {
    const auto pem = with({"--cert", "c.pem", "--key", "k.pem"});
    ASSERT_TRUE(pem) << pem.error().line;
    EXPECT_EQ(pem->configuration.emulator.tls.certificate, "c.pem");
    EXPECT_EQ(pem->configuration.emulator.tls.key, "k.pem");
    EXPECT_FALSE(pem->configuration.emulator.tls.password);
    for (const char* password : {"secret", ""}) {
        const std::string flag = std::string("--pwd=") + password;
        const auto pfx = with({"--cert=c.pfx", flag.c_str()});
        ASSERT_TRUE(pfx) << pfx.error().line;
        EXPECT_EQ(pfx->configuration.emulator.tls.password, password);
    }
    expect_line(with({"--oauth", "basic"}), "--oauth needs HTTPS: --https, or --cert FILE with --key or --pwd");
    expect_line(with({"--cert=c.pem", "--key=k.pem", "--oauth", "full"}), "--oauth");
    const auto oauth = with({"--cert=c.pem", "--key=k.pem", "--oauth", "basic"});
    ASSERT_TRUE(oauth) << oauth.error().line;
    EXPECT_TRUE(oauth->configuration.emulator.oauth);
    expect_line(with({"--cert", "c.pem"}), "--cert needs --key FILE (PEM) or --pwd TEXT (PFX)");
    expect_line(with({"--key", "k.pem"}), "--key and --pwd belong to a certificate: --cert FILE");
    expect_line(with({"--pwd", "secret"}), "--key and --pwd belong to a certificate: --cert FILE");
}

TEST_F(Configure, TakesHttpsBesideHttp) {
    EXPECT_FALSE(with({})->configuration.emulator.tls.with_http);
    const auto local = with({"--https", "--oauth", "basic"});
    ASSERT_TRUE(local) << local.error().line;
    EXPECT_TRUE(local->configuration.emulator.tls.with_http);
    EXPECT_EQ(local->configuration.emulator.tls.certificate, "");
    const auto given = with({"--https", "--cert", "c.pem", "--key", "k.pem"});
    ASSERT_TRUE(given) << given.error().line;
    EXPECT_TRUE(given->configuration.emulator.tls.with_http);
    EXPECT_EQ(given->configuration.emulator.tls.certificate, "c.pem");
    EXPECT_TRUE(called("azurite-table", {"--https"}));
}

TEST_F(Configure, KnowsHowTheAuthorityIsToBeTrusted) {
    const auto shown = with({"trust", "--location", "data"});
    ASSERT_TRUE(shown) << shown.error().line;
    EXPECT_EQ(shown->configuration.command, Configuration::Command::trust);
    EXPECT_EQ(shown->configuration.emulator.location, "data");
    EXPECT_FALSE(shown->configuration.trust.system);
    const auto all = with({"trust", "--system", "--nss", "db", "--remove"});
    ASSERT_TRUE(all) << all.error().line;
    EXPECT_TRUE(all->configuration.trust.system);
    EXPECT_EQ(all->configuration.trust.nss, "db");
    EXPECT_TRUE(all->configuration.trust.remove);
    EXPECT_FALSE(with({"--system"}));
    EXPECT_FALSE(called("azurite", {"trust"}));
}

TEST_F(Configure, KnowsTheFlagsOfTheCommandItIsCalledBy) {
    EXPECT_TRUE(called("azurite", {"--blobPort", "1", "--queuePort", "2", "--tablePort", "3"}));
    EXPECT_TRUE(called("azurite-blob", {"--blobHost", "0.0.0.0", "--blobPort", "1", "--blobKeepAliveTimeout", "9"}));
    EXPECT_TRUE(
        called("azurite-queue", {"--queueHost", "0.0.0.0", "--queuePort", "1", "--queueKeepAliveTimeout", "9"}));
    EXPECT_TRUE(
        called("azurite-table", {"--tableHost", "0.0.0.0", "--tablePort", "1", "--tableKeepAliveTimeout", "9"}));
    for (const auto& [program, flag] : {std::pair{"azurite-blob", "--queuePort=1"},
                                        {"azurite-queue", "--blobPort=1"},
                                        {"azurite-table", "--blobHost=a"},
                                        {"azurite", "--nonsense"}}) {
        const auto parsed = called(program, {flag});
        ASSERT_FALSE(parsed) << program << flag;
        EXPECT_NE(parsed.error().help.find("--location"), std::string::npos) << program;
        EXPECT_NE(parsed.error().help.find(program), std::string::npos) << program;
    }
    // What the environment says is for whichever command runs.
    EXPECT_TRUE(called("azurite-queue", {}, {{"LAZULITE_BLOB_PORT", "1"}}));
    const auto queue = called("azurite-queue", {});
    ASSERT_TRUE(queue) << queue.error().line;
    EXPECT_FALSE(blob(queue).offered);
    EXPECT_TRUE(queue->configuration.emulator.listen[1].offered);
}

TEST_F(Configure, SaysWhichFlagIsWrong) {
    expect_line(with({"--nonsense"}), "--nonsense");
    expect_line(with({"nonsense"}), "nonsense");
    expect_line(with({"--blobPort"}), "--blobPort");
    for (const auto& [flag, value] : {std::pair{"--blobPort", "70000"},
                                      {"--blobPort", "-1"},
                                      {"--blobPort", "x"},
                                      {"--queuePort", ""},
                                      {"--durability", "none"},
                                      {"--threads", "0"},
                                      {"--threads", "257"},
                                      {"--threads", "x"},
                                      {"--keepAliveTimeout", "-1"},
                                      {"--keepAliveTimeout", "1s"},
                                      {"--logLevel", "loud"},
                                      {"--cors", "*;allowedMethods=FETCH"},
                                      {"--blobKeepAliveTimeout", "soon"},
                                      {"--extentMemoryLimit", "0"},
                                      {"--extentMemoryLimit", "-1"},
                                      {"--extentMemoryLimit", "64MB"}}) {
        const std::string argument = std::string(flag) + "=" + value;
        expect_line(with({"--inMemoryPersistence", argument.c_str()}), flag);
    }
}

// Converting what is beyond the range of the byte count would be undefined.
TEST_F(Configure, RefusesAMemoryLimitBeyondAllMemory) {
    for (const char* value : {"inf", "nan", "1e300"}) {
        const auto parsed = with({"--inMemoryPersistence", "--extentMemoryLimit", value});
        EXPECT_FALSE(parsed) << value;
    }
}

TEST_F(Configure, SaysWhichVariableIsWrong) {
    expect_line(with({}, {{"LAZULITE_BLOB_PORT", "x"}}), "LAZULITE_BLOB_PORT");
    expect_line(with({}, {{"LAZULITE_SILENT", "perhaps"}}), "LAZULITE_SILENT");
}

TEST_F(Configure, SaysWhatIsWrongInTheFile) {
    expect_line(with({"--config", "/nonexistent/lazulite.json"}), "/nonexistent/lazulite.json");
    for (const auto& [text, naming] : {std::pair{"{", "JSON"},
                                       {"", "JSON"},
                                       {"[]", "object"},
                                       {R"({"blobport": 1})", "blobport"},
                                       {R"({"blobPort": "x"})", "blobPort"},
                                       {R"({"blobPort": 1.5})", "blobPort"},
                                       {R"({"blobPort": null})", "blobPort"},
                                       {R"({"silent": "perhaps"})", "silent"},
                                       {R"({"cors": {}})", "cors"},
                                       {R"({"accounts": {}})", "accounts"},
                                       {R"({"accounts": [1]})", "account"},
                                       {R"({"accounts": [{"keys": []}]})", "name"},
                                       {R"({"accounts": [{"name": "one", "key": "a"}]})", "key"}}) {
        const std::string path = file(text);
        expect_line(with({"--config", path.c_str()}), naming);
        expect_line(with({"--config", path.c_str()}), path);
    }
}

TEST_F(Configure, ReadsWhatAnAccountIsSaidToBe) {
    const std::string path = file(R"({"accounts": [{"name": "devstoreaccount1", "kind": "BlockBlobStorage",
                                                     "sku": "Premium_LRS", "allowBlobPublicAccess": false,
                                                     "blobVersioning": true, "containerDeleteRetentionDays": 7}]})");
    const auto parsed = with({"--config", path.c_str()});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const auto& account = parsed->configuration.emulator.accounts.at(0);
    EXPECT_EQ(account.kind, "BlockBlobStorage");
    EXPECT_EQ(account.sku, "Premium_LRS");
    EXPECT_FALSE(account.allow_blob_public_access);
    EXPECT_TRUE(account.blob_versioning);
    EXPECT_EQ(account.container_delete_retention_days, 7);
    EXPECT_FALSE(AccountOptions{}.blob_versioning);
    EXPECT_EQ(AccountOptions{}.container_delete_retention_days, 0);
    EXPECT_EQ(AccountOptions{}.kind, "StorageV2");
    EXPECT_EQ(AccountOptions{}.sku, "Standard_RAGRS");
    EXPECT_TRUE(AccountOptions{}.allow_blob_public_access);
    for (const auto& [text, naming] : std::vector<std::pair<std::string, std::string>>{
             {R"({"accounts": [{"name": "devstoreaccount1", "sku": "Gold"}]})", "sku"},
             {R"({"accounts": [{"name": "devstoreaccount1", "kind": 2}]})", "kind"},
             {R"({"accounts": [{"name": "devstoreaccount1", "blobVersioning": 1}]})", "blobVersioning"},
             {R"({"accounts": [{"name": "devstoreaccount1", "containerDeleteRetentionDays": 366}]})",
              "containerDeleteRetentionDays"},
             {R"({"accounts": [{"name": "devstoreaccount1", "allowBlobPublicAccess": "no"}]})",
              "allowBlobPublicAccess"}}) {
        const std::string wrong = file(text);
        expect_line(with({"--config", wrong.c_str()}), naming);
    }
}

TEST_F(Configure, ReadsAccountsOfTheFile) {
    const std::string path =
        file(R"({"accounts": [{"name": "one", "keys": ["a2V5MQ==", "a2V5Mg=="], "allowSharedKeyAccess": false},
                                                   {"name": "devstoreaccount1"}]})");
    const auto parsed = with({"--config", path.c_str()});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const auto& accounts = parsed->configuration.emulator.accounts;
    ASSERT_EQ(accounts.size(), 2U);
    EXPECT_EQ(accounts[0].name, "one");
    EXPECT_EQ(accounts[0].keys, (std::vector<std::string>{"a2V5MQ==", "a2V5Mg=="}));
    EXPECT_FALSE(accounts[0].allow_shared_key);
    EXPECT_EQ(accounts[1].keys, std::vector<std::string>{std::string(kKey)});
    EXPECT_TRUE(accounts[1].allow_shared_key);
}

TEST_F(Configure, ReadsAccountsOfTheEnvironment) {
    const std::string path = file(R"({"accounts": [{"name": "three", "keys": ["a2V5MQ=="]}]})");
    const auto parsed = with({"--config", path.c_str()}, {{"AZURITE_ACCOUNTS", "one:a2V5MQ==;two:a2V5MQ==:a2V5Mg==;"}});
    ASSERT_TRUE(parsed) << parsed.error().line;
    const auto& accounts = parsed->configuration.emulator.accounts;
    ASSERT_EQ(accounts.size(), 2U);
    EXPECT_EQ(accounts[0].name, "one");
    EXPECT_EQ(accounts[1].name, "two");
    EXPECT_EQ(accounts[1].keys, (std::vector<std::string>{"a2V5MQ==", "a2V5Mg=="}));
}

TEST_F(Configure, IgnoresMalformedAccountsOfTheEnvironment) {
    const auto parsed = with({}, {{"AZURITE_ACCOUNTS", "nonsense"}});
    ASSERT_TRUE(parsed) << parsed.error().line;
    ASSERT_EQ(parsed->configuration.emulator.accounts.size(), 1U);
    EXPECT_EQ(parsed->configuration.emulator.accounts[0].name, "devstoreaccount1");
    ASSERT_EQ(parsed->configuration.warnings.size(), 1U);
    EXPECT_NE(parsed->configuration.warnings[0].find("AZURITE_ACCOUNTS"), std::string::npos);
}

TEST_F(Configure, KeepsTheDefaultAccountOnlyWhenAsked) {
    const std::map<std::string, std::string> accounts{{"AZURITE_ACCOUNTS", "one:a2V5MQ=="}};
    const auto alone = with({}, accounts);
    ASSERT_TRUE(alone) << alone.error().line;
    EXPECT_EQ(alone->configuration.emulator.accounts.size(), 1U);
    const auto both = with({"--keepDefaultAccount"}, accounts);
    ASSERT_TRUE(both) << both.error().line;
    ASSERT_EQ(both->configuration.emulator.accounts.size(), 2U);
    EXPECT_EQ(both->configuration.emulator.accounts[0].name, "one");
    EXPECT_EQ(both->configuration.emulator.accounts[1].name, "devstoreaccount1");
    EXPECT_EQ(both->configuration.emulator.accounts[1].keys, std::vector<std::string>{std::string(kKey)});
    // One that was given with keys of its own keeps them.
    const auto own = with({"--keepDefaultAccount"}, {{"AZURITE_ACCOUNTS", "devstoreaccount1:a2V5MQ=="}});
    ASSERT_TRUE(own) << own.error().line;
    ASSERT_EQ(own->configuration.emulator.accounts.size(), 1U);
    EXPECT_EQ(own->configuration.emulator.accounts[0].keys, std::vector<std::string>{"a2V5MQ=="});
}

TEST_F(Configure, KnowsTheOtherVariablesOfAzurite) {
    const auto strict = with({"--strictApiVersion"});
    ASSERT_TRUE(strict) << strict.error().line;
    EXPECT_TRUE(strict->configuration.emulator.strict_api_version);
    for (const auto& [value, checked] : {std::pair{"true", false}, {"TRUE", true}, {"1", true}, {"", true}}) {
        const auto parsed = with({"--strictApiVersion"}, {{"AZURITE_SKIP_API_VERSION_CHECK", value}});
        ASSERT_TRUE(parsed) << parsed.error().line;
        EXPECT_EQ(parsed->configuration.emulator.strict_api_version, checked) << value;
    }
    const auto skipped = with({"--skipApiVersionCheck", "--strictApiVersion"});
    ASSERT_TRUE(skipped) << skipped.error().line;
    EXPECT_FALSE(skipped->configuration.emulator.strict_api_version);
    const auto database = with({}, {{"AZURITE_DB", "mysql://user:password@host/name"}});
    ASSERT_TRUE(database) << database.error().line;
    ASSERT_EQ(database->configuration.warnings.size(), 1U);
    EXPECT_NE(database->configuration.warnings[0].find("AZURITE_DB"), std::string::npos);
    EXPECT_EQ(database->configuration.warnings[0].find("password"), std::string::npos);
}

TEST_F(Configure, RereadsTheAccountsOfTheFile) {
    const std::string path = file(R"({"accounts": [{"name": "one", "keys": ["a2V5MQ=="]}]})");
    const auto parsed = with({"--config", path.c_str()});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_TRUE(parsed->configuration.accounts_of_file);
    file(R"({"accounts": [{"name": "two", "keys": ["a2V5Mg=="]}]})");
    const auto accounts = reread_accounts(parsed->configuration);
    ASSERT_TRUE(accounts) << accounts.error();
    ASSERT_EQ(accounts->size(), 1U);
    EXPECT_EQ(accounts->front().name, "two");
    file("{");
    EXPECT_FALSE(reread_accounts(parsed->configuration));
}

TEST_F(Configure, DoesNotFollowTheFileForAccountsOfTheEnvironment) {
    const std::string path = file(R"({"accounts": [{"name": "one", "keys": ["a2V5MQ=="]}]})");
    const auto parsed = with({"--config", path.c_str()}, {{"AZURITE_ACCOUNTS", "two:a2V5MQ=="}});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_FALSE(parsed->configuration.accounts_of_file);
}

TEST_F(Configure, KnowsTheCheckCommand) {
    const auto parsed = with({"check", "--location", "data"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(parsed->configuration.command, Configuration::Command::check);
    EXPECT_EQ(parsed->configuration.emulator.location, "data");
    const auto before = with({"--location", "data", "check"});
    ASSERT_TRUE(before) << before.error().line;
    EXPECT_EQ(before->configuration.command, Configuration::Command::check);
}

TEST_F(Configure, KnowsTheImportCommandAndItsFlag) {
    const auto parsed = with({"import", "old", "--location", "data"});
    ASSERT_TRUE(parsed) << parsed.error().line;
    EXPECT_EQ(parsed->configuration.command, Configuration::Command::import);
    EXPECT_EQ(parsed->configuration.emulator.import_from, "old");
    EXPECT_EQ(parsed->configuration.emulator.location, "data");
    expect_line(with({"import", "--location", "data"}), "DIR is required");
    expect_line(called("azurite", {"import", "old"}), "import");

    const auto flag = with({"--import", "old"}, {{"LAZULITE_IMPORT", "other"}});
    ASSERT_TRUE(flag) << flag.error().line;
    EXPECT_EQ(flag->configuration.command, Configuration::Command::run);
    EXPECT_EQ(flag->configuration.emulator.import_from, "old");
    EXPECT_EQ(with({}, {{"LAZULITE_IMPORT", "other"}})->configuration.emulator.import_from, "other");
}

TEST_F(Configure, PrintsHelpWithEverySetting) {
    for (const char* flag : {"--help", "-h"}) {
        const auto parsed = with({flag});
        ASSERT_TRUE(parsed) << parsed.error().line;
        for (const std::string_view name : {"--location",
                                            "--durability",
                                            "--inMemoryPersistence",
                                            "--extentMemoryLimit",
                                            "--threads",
                                            "--keepAliveTimeout",
                                            "--remoteControl",
                                            "--allowOutgoing",
                                            "--silent",
                                            "--logLevel",
                                            "--blobHost",
                                            "--blobPort",
                                            "--queueHost",
                                            "--queuePort",
                                            "--tableHost",
                                            "--tablePort",
                                            "--fileHost",
                                            "--filePort",
                                            "--dfsHost",
                                            "--dfsPort",
                                            "--webHost",
                                            "--webPort",
                                            "--config",
                                            "--import",
                                            "import",
                                            "check"}) {
            EXPECT_NE(parsed->print.find(name), std::string::npos) << name;
        }
    }
}

TEST_F(Configure, PrintsItsVersion) {
    for (const char* flag : {"--version", "-v"}) {
        const auto parsed = with({flag});
        ASSERT_TRUE(parsed) << parsed.error().line;
        EXPECT_EQ(parsed->print, "lazulite 0.1.0\n");
        const auto azurite = called("azurite-blob", {flag});
        ASSERT_TRUE(azurite) << azurite.error().line;
        EXPECT_EQ(azurite->print, "0.1.0\n");
    }
}

TEST(EnvironmentName, PutsAnUnderscoreBeforeEveryCapital) {
    EXPECT_EQ(environment_name("location"), "LAZULITE_LOCATION");
    EXPECT_EQ(environment_name("blobPort"), "LAZULITE_BLOB_PORT");
    EXPECT_EQ(environment_name("inMemoryPersistence"), "LAZULITE_IN_MEMORY_PERSISTENCE");
    EXPECT_EQ(environment_name("keepAliveTimeout"), "LAZULITE_KEEP_ALIVE_TIMEOUT");
}

TEST(Settings, HaveNamesOfTheirOwn) {
    std::map<std::string_view, int> names;
    for (const Setting& setting : settings()) ++names[setting.name];
    EXPECT_EQ(names.size(), 52U);
    for (const auto& [name, count] : names) EXPECT_EQ(count, 1) << name;
}

}  // namespace
}  // namespace lazulite
