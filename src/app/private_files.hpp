#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lazulite {

/// Who may read a file that is written.
enum class Readers : std::uint8_t { owner, everybody };

/// Throws where the folder is a symbolic link, as every function here does for a file: what is private is not written to, or
/// believed, where somebody else's link leads.
void refuse_link(const std::filesystem::path& folder);
/// Makes the folder and those above it. For root, all that is made here and by write_whole belongs to whom the folder
/// above belongs to, so that who serves that folder can read it. Throws std::runtime_error with one clear line, as all
/// here.
void make_folder(const std::filesystem::path& folder);
/// Replaces the file by a rename, after it reached the disk: whoever reads sees the old or the new, whole.
void write_whole(const std::filesystem::path& file, const std::string& text, Readers readers);
/// Nothing where there is no such file.
[[nodiscard]] std::optional<std::string> read_whole(const std::filesystem::path& file);

/// One process at a time between these lines, where the file system knows locks.
class FolderHold {
  public:
    explicit FolderHold(const std::filesystem::path& folder);
    ~FolderHold();
    FolderHold(const FolderHold&) = delete;
    FolderHold& operator=(const FolderHold&) = delete;

  private:
    int descriptor_;
};

}  // namespace lazulite
