#include "app/private_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace lazulite {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_for_link(const fs::path& path) {
    throw std::runtime_error(path.string() + " is a symbolic link, and links are not followed there");
}

[[noreturn]] void fail_at(const fs::path& path) {
    if (errno == ELOOP) fail_for_link(path);
    throw std::runtime_error(path.string() + ": " + std::strerror(errno));
}

class Descriptor {
  public:
    Descriptor(const fs::path& path, int flags, mode_t mode = 0)
        : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

/// By descriptor: what has that name may be another file by now.
void give_to_owner_of(const fs::path& above, const Descriptor& made, const fs::path& path) {
    struct stat found{};
    if (::geteuid() != 0 || ::stat(above.c_str(), &found) != 0 || found.st_uid == 0) return;
    if (::fchown(made.get(), found.st_uid, found.st_gid) != 0) fail_at(path);
}

}  // namespace

void make_folder(const fs::path& folder) {
    std::error_code problem;
    if (fs::is_directory(folder, problem)) return;
    const fs::path above = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    if (above != folder) make_folder(above);
    if (::mkdir(folder.c_str(), 0755) != 0) {
        if (errno == EEXIST) return;
        fail_at(folder);
    }
    const Descriptor made(folder, O_RDONLY | O_DIRECTORY);
    if (made.get() < 0) fail_at(folder);
    give_to_owner_of(above, made, folder);
}

void refuse_link(const fs::path& folder) {
    std::error_code problem;
    if (fs::is_symlink(folder, problem)) fail_for_link(folder);
}

void write_whole(const fs::path& file, const std::string& text, Readers readers) {
    const fs::path fresh = file.string() + ".new";
    ::unlink(fresh.c_str());  // left by a crash
    {
        const Descriptor opened(fresh, O_WRONLY | O_CREAT | O_EXCL, readers == Readers::owner ? 0600 : 0644);
        if (opened.get() < 0) fail_at(fresh);
        give_to_owner_of(file.parent_path(), opened, fresh);
        for (std::string_view rest = text; !rest.empty();) {
            const ssize_t written = ::write(opened.get(), rest.data(), rest.size());
            if (written < 0 && errno != EINTR) fail_at(fresh);
            if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(opened.get()) != 0) fail_at(fresh);
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0) fail_at(file);
    const Descriptor folder(file.parent_path(), O_RDONLY | O_DIRECTORY);
    if (folder.get() >= 0) ::fsync(folder.get());
}

std::optional<std::string> read_whole(const fs::path& file) {
    const Descriptor opened(file, O_RDONLY | O_NONBLOCK);
    if (opened.get() < 0 && errno == ENOENT) return std::nullopt;
    if (opened.get() < 0) fail_at(file);
    struct stat found{};
    if (::fstat(opened.get(), &found) != 0) fail_at(file);
    if (!S_ISREG(found.st_mode)) throw std::runtime_error(file.string() + " is no file");
    std::string text;
    char piece[4096];
    while (const ssize_t read = ::read(opened.get(), piece, sizeof piece)) {
        if (read < 0 && errno != EINTR) fail_at(file);
        if (read > 0) text.append(piece, static_cast<std::size_t>(read));
    }
    return text;
}

FolderHold::FolderHold(const fs::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
}

FolderHold::~FolderHold() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace lazulite
