#pragma once

#include <filesystem>
#include <string>

#include "http.hpp"

namespace wire_tests {

enum class Outcome { passed, failed, skipped };

struct Report {
    Outcome outcome = Outcome::passed;
    std::string text;  ///< what went wrong, or why it was skipped
};

/// Plays one file with a fresh account of that name, which is emptied afterwards. The first exchange that differs ends it,
/// since those behind build on it.
Report play(const std::filesystem::path& file, const Endpoint& endpoint, const std::string& account);

}  // namespace wire_tests
