#include "app/program.hpp"

#include <algorithm>

namespace lazulite {
namespace {

// Data Lake and the static website are two more faces of the blob service.
constexpr auto kPrograms = std::to_array<Program>({
    {"lazulite", {true, true, true, true, true, true}, false, true},
    {"azurite", {true, true, true, true, true, true}},
    {"azurite-blob", {true, false, false, false, true, true}, true},
    {"azurite-queue", {false, true, false, false, false, false}, true},
    {"azurite-table", {false, false, true, false, false, false}, true},
});

}  // namespace

const Program& program_called(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto* const found =
        std::find_if(kPrograms.begin(), kPrograms.end(), [&](const Program& p) { return p.name == name; });
    return found == kPrograms.end() ? kPrograms.front() : *found;
}

}  // namespace lazulite
