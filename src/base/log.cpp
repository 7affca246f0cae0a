#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <memory>

namespace lazulite::log {
namespace {

constexpr const char* kPattern = "%Y-%m-%d %H:%M:%S.%e %v";

/// Both sinks share the console's mutex, so lines never mix.
std::shared_ptr<spdlog::logger> make_logger(const char* pattern) {
    auto logger = std::make_shared<spdlog::logger>("lazulite", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    logger->set_pattern(pattern);
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
}

// Never destroyed: other threads may still have something to say while the process ends.
spdlog::logger& logger() {
    static auto& instance = *new std::shared_ptr<spdlog::logger>([] {
        auto made = make_logger(kPattern);
        made->set_level(spdlog::level::info);
        return made;
    }());
    return *instance;
}
spdlog::logger& announcer() {
    static auto& instance = *new std::shared_ptr<spdlog::logger>(make_logger("%v"));
    return *instance;
}

spdlog::sinks::sink& stdout_sink(spdlog::logger& of) { return *of.sinks().front(); }

/// Of `also_to_file`; null without one.
std::shared_ptr<spdlog::sinks::basic_file_sink_mt>& file_sink() {
    static auto& instance = *new std::shared_ptr<spdlog::sinks::basic_file_sink_mt>;
    return instance;
}

spdlog::level::level_enum as_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

std::string_view prefix(Level level) {
    switch (level) {
        case Level::debug:
            return "debug ";
        case Level::info:
            return "info  ";
        case Level::warning:
            return "warn  ";
        case Level::error:
            return "error ";
        case Level::off:
            return "";
    }
    return "";
}

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
    if (name == "debug") return Level::debug;
    if (name == "info") return Level::info;
    if (name == "warning") return Level::warning;
    if (name == "error") return Level::error;
    if (name == "off") return Level::off;
    return std::nullopt;
}

void set_level(Level level) {
    stdout_sink(logger()).set_level(as_spdlog(level));
    logger().set_level(file_sink() ? spdlog::level::debug : as_spdlog(level));
}

std::optional<std::string> also_to_file(const std::string& file) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
        sink->set_pattern(kPattern);
        file_sink() = sink;
        announcer().sinks().push_back(sink);
        stdout_sink(logger()).set_level(logger().level());
        logger().sinks().push_back(sink);
        logger().set_level(spdlog::level::debug);
        return std::nullopt;
    } catch (const spdlog::spdlog_ex& problem) {
        return problem.what();
    }
}

bool enabled(Level level) {
    return level != Level::off && logger().should_log(as_spdlog(level));
}

void write(Level level, std::string_view text) {
    if (!enabled(level)) return;
    std::string line(prefix(level));
    line += text;
    // A text may quote a request: what it holds must not look like a line of its own or steer a terminal.
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    logger().log(as_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void announce(std::string_view line) {
    announcer().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace lazulite::log
