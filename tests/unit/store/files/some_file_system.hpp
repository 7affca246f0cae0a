#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/file_system.hpp"

namespace lazulite::testing {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// A folder of its own for a test, removed with it.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lazulite-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

/// The value, or an exception that fails the test.
template <class T>
T must(IoResult<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::string contents_of(File& file) {
    std::string text(must(file.size()), '\0');
    text.resize(must(file.read(0, text.data(), text.size())));
    return text;
}

inline std::string contents_of(FileSystem& files, const std::string& path) {
    return contents_of(*must(files.open(path, FileSystem::Open::existing)));
}

inline void write_file(FileSystem& files, const std::string& path, std::string_view text) {
    must(must(files.open(path, FileSystem::Open::create))->write(0, as_bytes(text)));
}

/// A test that holds for the disk and for memory alike; the parameter is "disk" or "memory".
class OnEveryFileSystem : public ::testing::TestWithParam<const char*> {
  protected:
    OnEveryFileSystem() {
        if (std::string_view(GetParam()) == "disk") {
            files_ = must(open_disk(folder_.path() + "/root"));
        } else {
            files_ = make_memory_file_system(kNoLimit);
        }
    }
    [[nodiscard]] FileSystem& files() { return *files_; }

  private:
    TemporaryFolder folder_;
    std::unique_ptr<FileSystem> files_;
};

#define LAZ_ON_EVERY_FILE_SYSTEM(suite)                                             \
    INSTANTIATE_TEST_SUITE_P(Files, suite, ::testing::Values("disk", "memory"), \
                             [](const auto& test) { return std::string(test.param); })

}  // namespace lazulite::testing
