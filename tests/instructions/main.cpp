#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "client.hpp"
#include "scenarios.hpp"

namespace instructions {
namespace {

lazulite::EmulatorOptions options_of(const std::filesystem::path& folder) {
    lazulite::EmulatorOptions options;
    options.location = folder;
    options.threads = 1;
    return options;
}

void expect(const Ask& asked, const std::string& answer, std::string_view text = {}) {
    const bool fine = answer.substr(9, 3) == std::to_string(asked.status) && answer.find(text) != std::string::npos;
    if (fine) return;
    const std::string request = std::string(asked.message.method) + " " + asked.message.path;
    throw std::runtime_error(request + ": " + answer.substr(0, 2000));
}

void prepare(const Scenario& scenario, const std::filesystem::path& folder) {
    lazulite::Emulator emulator(options_of(folder));
    emulator.start();
    Client client(emulator.port(scenario.surface));
    unsigned number = 0;
    Ask asked = scenario.prepare(0);
    client.talk(bytes_of(asked.message), [&](const std::string& answer) {
        expect(asked, answer);
        if (++number == scenario.prepared) return std::string();
        asked = scenario.prepare(number);
        return bytes_of(asked.message);
    });
}

/// From there on a WAL goes back into its database, in the background.
constexpr std::uintmax_t kLongWal = 16U << 20;

void expect_short_wals(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.path().string().ends_with("-wal")) continue;
        if (entry.file_size() >= kLongWal)
            throw std::runtime_error("so much was written that a checkpoint was due: count less");
    }
}

/// On a server that has just started, over what is there.
void count(const Scenario& scenario, const std::filesystem::path& folder) {
    lazulite::Emulator emulator(options_of(folder));
    emulator.start();
    Client client(emulator.port(scenario.surface));
    const unsigned warming = scenario.warming * scenario.steps;
    const unsigned all = warming + scenario.counted * scenario.steps;
    unsigned number = 0;
    Ask asked = scenario.ask(0, {});
    client.talk(bytes_of(asked.message), [&](const std::string& answer) {
        ++number;
        expect(asked, answer, number % scenario.steps == 0 ? scenario.in_answer : std::string_view());
        if (number == all) {
            CALLGRIND_STOP_INSTRUMENTATION;
            CALLGRIND_DUMP_STATS;
            return std::string();
        }
        asked = scenario.ask(number, answer);
        std::string request = bytes_of(asked.message);
        if (number == warming) {
            CALLGRIND_START_INSTRUMENTATION;
            CALLGRIND_TOGGLE_COLLECT;  // the beginning switches it on, and this is the client's turn
            CALLGRIND_ZERO_STATS;
        }
        return request;
    });
    expect_short_wals(folder);
}

int main_of(int argc, char** argv) {
    const auto all = scenarios();
    if (argc == 2 && std::string_view(argv[1]) == "--list") {
        for (const Scenario& scenario : all) std::cout << scenario.name << ' ' << scenario.counted << '\n';
        return 0;
    }
    if (argc != 3) throw std::runtime_error("usage: instructions --list | instructions SCENARIO FOLDER");
    const auto wanted =
        std::find_if(all.begin(), all.end(), [&](const Scenario& scenario) { return scenario.name == argv[1]; });
    if (wanted == all.end()) throw std::runtime_error("no scenario is called " + std::string(argv[1]));
    prepare(*wanted, argv[2]);
    count(*wanted, argv[2]);
    return 0;
}

}  // namespace
}  // namespace instructions

int main(int argc, char** argv) {
    try {
        return instructions::main_of(argc, argv);
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
