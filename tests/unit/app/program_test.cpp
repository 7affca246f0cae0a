#include "app/program.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lazulite {
namespace {

std::string started_by(std::string_view path) {
    const Program& program = program_called(path);
    std::string labels(program.name);
    for (const ServiceKind kind : kServiceKinds) {
        if (program.has(kind)) labels += " " + std::string(label(kind));
    }
    return labels;
}

TEST(Program, IsKnownByTheNameItIsCalledBy) {
    EXPECT_EQ(started_by("azurite"), "azurite blob queue table file dfs web");
    EXPECT_EQ(started_by("/usr/bin/azurite-blob"), "azurite-blob blob dfs web");
    EXPECT_EQ(started_by("./azurite-queue"), "azurite-queue queue");
    EXPECT_EQ(started_by("bin/azurite-table"), "azurite-table table");
    EXPECT_EQ(started_by("/usr/bin/lazulite"), "lazulite blob queue table file dfs web");
    EXPECT_EQ(started_by("anything"), "lazulite blob queue table file dfs web");
    EXPECT_EQ(started_by(""), "lazulite blob queue table file dfs web");
}

}  // namespace
}  // namespace lazulite
