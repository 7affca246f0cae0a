// Plays the exchanges of a folder against an emulator of its own, or against a running one. README.md beside the
// exchanges explains their form.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lazulite/emulator.hpp"
#include "player.hpp"

namespace {

using namespace wire_tests;
namespace fs = std::filesystem;

constexpr const char* kUsage =
    "usage: wire_tests [--location DIR | --disk | --endpoint URL] [--threads N] FOLDER_OR_FILE...\n"
    "  plays every *.txt below, against an emulator in memory, on DIR, on a temporary folder, or a running one\n";

struct Arguments {
    fs::path location;
    bool disk = false;
    std::string endpoint;
    unsigned threads = 2;
    std::vector<fs::path> paths;
};

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool more = i + 1 < argc;
        if (word == "--disk") arguments.disk = true;
        else if (word == "--location" && more) arguments.location = argv[++i];
        else if (word == "--endpoint" && more) arguments.endpoint = argv[++i];
        else if (word == "--threads" && more) arguments.threads = static_cast<unsigned>(std::atoi(argv[++i]));
        else if (word.starts_with("--")) return std::nullopt;
        else arguments.paths.emplace_back(word);
    }
    if (arguments.paths.empty() || arguments.threads == 0) return std::nullopt;
    return arguments;
}

std::vector<fs::path> find_cases(const std::vector<fs::path>& paths) {
    std::vector<fs::path> files;
    for (const fs::path& path : paths) {
        if (!fs::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
            const bool described = entry.path().filename() == "CMakeLists.txt";
            if (entry.is_regular_file() && entry.path().extension() == ".txt" && !described) files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

class Run {
  public:
    using EndpointOf = std::function<Endpoint(const fs::path&)>;
    Run(std::vector<fs::path> files, EndpointOf endpoint_of)
        : files_(std::move(files)), endpoint_of_(std::move(endpoint_of)) {}

    void play_all(unsigned threads) {
        std::vector<std::thread> pool;
        for (unsigned i = 0; i < threads; ++i) pool.emplace_back([this] { work(); });
        for (std::thread& thread : pool) thread.join();
    }

    int finish() const {
        std::printf("%zu passed, %zu failed, %zu skipped\n", passed_, failed_, skipped_);
        return failed_ == 0 && passed_ > 0 ? 0 : 1;
    }

  private:
    void work() {
        for (std::size_t i = next_++; i < files_.size(); i = next_++) {
            // A name of this run alone, so that a running emulator can be tested again and again.
            const std::string account = "w" + std::to_string(::getpid()) + "x" + std::to_string(i);
            const Report report = play(files_[i], endpoint_of_(files_[i]), account);
            const std::lock_guard lock(mutex_);
            std::fputs(report.text.c_str(), stdout);
            std::fflush(stdout);
            switch (report.outcome) {
                case Outcome::passed: ++passed_; break;
                case Outcome::failed: ++failed_; break;
                case Outcome::skipped: ++skipped_; break;
            }
        }
    }

    std::vector<fs::path> files_;
    EndpointOf endpoint_of_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;
    std::size_t passed_ = 0;
    std::size_t failed_ = 0;
    std::size_t skipped_ = 0;
};

fs::path make_temporary_folder() {
    std::string name = (fs::temp_directory_path() / "lazulite-wire-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    return name;
}

int run(Arguments arguments) {
    if (!arguments.endpoint.empty()) {
        Run remote(find_cases(arguments.paths), [&](const fs::path&) { return parse_endpoint(arguments.endpoint); });
        remote.play_all(arguments.threads);
        return remote.finish();
    }
    if (arguments.disk) arguments.location = make_temporary_folder();
    lazulite::EmulatorOptions options;
    options.location = arguments.location;
    lazulite::Emulator emulator(options);
    emulator.start();
    Run local(find_cases(arguments.paths), [&](const fs::path& file) {
        const auto below = [&](const char* folder) { return std::find(file.begin(), file.end(), folder) != file.end(); };
        const auto surface = below("queue")   ? lazulite::Surface::queue
                             : below("table") ? lazulite::Surface::table
                             : below("file")  ? lazulite::Surface::file
                             : below("datalake") ? lazulite::Surface::dfs
                                              : lazulite::Surface::blob;
        return parse_endpoint(emulator.endpoint(surface));
    });
    local.play_all(arguments.threads);
    emulator.stop();
    if (arguments.disk) fs::remove_all(arguments.location);
    return local.finish();
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    try {
        return run(*arguments);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "wire_tests: %s\n", problem.what());
        return 2;
    }
}
