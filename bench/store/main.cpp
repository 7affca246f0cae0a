// bench_store [letters] [--scale small|full] [--dir FOLDER]: the figures behind docs/decisions/0001-store-measurements.md

#include "harness.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

#include <sqlite3.h>

namespace lazulite::bench {
namespace {

struct Question {
    char letter;
    void (*run)(const Settings&);
};

constexpr Question kQuestions[] = {
    {'a', reads_with_writer}, {'b', row_size},         {'c', library_settings}, {'d', savepoints},
    {'e', wal_cap},           {'f', extent_alignment}, {'g', table_pages},      {'h', run_on_caller},
#ifdef LAZULITE_BENCH_OF_THE_STORE
    {'i', open_store},
#endif
};

#ifdef LAZULITE_BENCH_OF_THE_STORE
constexpr const char* kLetters = "abcdefghi";
#else
constexpr const char* kLetters = "abcdefgh";  // built by itself, without lazulite
#endif

struct Arguments {
    std::string letters = kLetters;
    bool full = false;
    std::filesystem::path dir;
};

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "--scale" && has_value) {
            const std::string_view scale = argv[++i];
            if (scale != "small" && scale != "full") return std::nullopt;
            arguments.full = scale == "full";
        } else if (word == "--dir" && has_value) {
            arguments.dir = argv[++i];
        } else if (word.find_first_not_of(kLetters) == std::string_view::npos) {
            arguments.letters = word;
        } else {
            return std::nullopt;
        }
    }
    return arguments;
}

/// A folder that is gone when this is.
class Scratch {
public:
    explicit Scratch(const std::filesystem::path& parent) {
        std::string pattern = (parent / "bench_store.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error(pattern + ": " + std::strerror(errno));
        path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

std::filesystem::path default_parent() {
    const char* tmp = std::getenv("TMPDIR");
    return tmp != nullptr && *tmp != '\0' ? std::filesystem::path(tmp) : std::filesystem::current_path();
}

int run(const Arguments& arguments) {
    const Scratch scratch(arguments.dir.empty() ? default_parent() : arguments.dir);
    std::printf("SQLite %s, scale %s. In brackets: ratio to the first line.\n", sqlite3_libversion(),
                arguments.full ? "full" : "small");
    const auto start = Clock::now();
    for (const Question& question : kQuestions) {
        if (arguments.letters.find(question.letter) == std::string::npos) continue;
        const auto begin = Clock::now();
        const Settings settings{scratch.path() / std::string(1, question.letter), arguments.full};
        std::filesystem::create_directory(settings.dir);
        question.run(settings);
        std::filesystem::remove_all(settings.dir);
        std::printf("[%c took %.1f s]\n", question.letter, seconds_since(begin));
        std::fflush(stdout);
    }
    std::printf("\ntotal %.1f s\n", seconds_since(start));
    return 0;
}

}  // namespace
}  // namespace lazulite::bench

int main(int argc, char** argv) {
    const auto arguments = lazulite::bench::parse(argc, argv);
    if (!arguments) {
        std::fprintf(stderr, "usage: bench_store [letters a-i] [--scale small|full] [--dir FOLDER]\n");
        return 2;
    }
    try {
        return lazulite::bench::run(*arguments);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "bench_store: %s\n", problem.what());
        return 1;
    }
}
