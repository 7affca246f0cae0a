#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lazulite {

/// Started as root: makes `location` belong to user and group `id` and becomes that user, once and for all. The folder
/// has to be empty or hold data of that user; others' data is served as root, and so is everything where the system
/// forbids the change: then the answer is a line that says so. Nothing happens to a process that is not root's. An empty
/// location (in memory) only changes the user. To be called before a thread opens a file that should be the user's.
[[nodiscard]] std::optional<std::string> run_as(unsigned id, const std::filesystem::path& location);

}  // namespace lazulite
