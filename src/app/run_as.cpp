#include "app/run_as.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lazulite {
namespace {

namespace fs = std::filesystem;

std::optional<uid_t> owner_of(const fs::path& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return found.st_uid;
}

/// A file system's own folder is no content.
bool holds_nothing(const fs::path& folder) {
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder, problem)) {
        if (entry.path().filename() != "lost+found") return false;
    }
    return !problem;
}

std::string served_as_root(const std::string& why) { return why + ": served as root"; }

}  // namespace

std::optional<std::string> run_as(unsigned id, const fs::path& location) {
    if (::geteuid() != 0) return std::nullopt;
    const auto failed = [&](const std::string& what) {
        return served_as_root(what + " " + std::to_string(id) + ": " + std::strerror(errno));
    };
    if (!location.empty()) {
        std::error_code problem;
        fs::create_directories(location, problem);  // what is wrong with it shows when it is opened
        const auto data = owner_of(location / "lazulite");
        if (data ? *data != id : !holds_nothing(location)) {
            return served_as_root(location.string() + " holds what does not belong to user " + std::to_string(id));
        }
        if (owner_of(location) != id && ::chown(location.c_str(), id, id) != 0) {
            return failed(location.string() + " cannot be given to user");
        }
    }
    if (::setgroups(0, nullptr) != 0 || ::setgid(id) != 0 || ::setuid(id) != 0) return failed("cannot become user");
    return std::nullopt;
}

}  // namespace lazulite
