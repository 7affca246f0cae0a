#include "app/hierarchy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "lazulite/emulator.hpp"

namespace lazulite {
namespace {

namespace fs = std::filesystem;

/// What a start says that fails; empty: it does not.
std::string refusal(const EmulatorOptions& options) {
    try {
        Emulator emulator(options);
        emulator.start();
        emulator.stop();
    } catch (const std::runtime_error& problem) {
        return problem.what();
    }
    return "";
}

TEST(Hierarchy, IsFixedOnceThereAreContainers) {
    const fs::path folder = fs::temp_directory_path() / ("lazulite-hierarchy-" + std::to_string(getpid()));
    EmulatorOptions options;
    options.location = folder;
    AccountOptions account;
    account.name = "lake";
    account.keys = {"a2V5MQ=="};
    options.accounts = {account};
    EXPECT_EQ(refusal(options), "");
    options.accounts[0].hierarchical_namespace = true;  // it has none yet
    EXPECT_EQ(refusal(options), "");
    options.containers = {"box"};
    EXPECT_EQ(refusal(options), "");
    EXPECT_EQ(refusal(options), "");
    options.accounts[0].hierarchical_namespace = false;
    EXPECT_EQ(refusal(options),
              "hierarchicalNamespace of account lake is true and stays so as long as the account has containers");
    fs::remove_all(folder);
}

TEST(Hierarchy, ExcludesWhatAzureDoes) {
    EmulatorOptions options;
    AccountOptions account;
    account.name = "lake";
    account.keys = {"a2V5MQ=="};
    account.hierarchical_namespace = true;
    account.change_feed = true;
    options.accounts = {account};
    EXPECT_EQ(refusal(options), "account lake: hierarchicalNamespace cannot be switched on together with changeFeed");
    AccountSettings settings;
    settings.blob_versioning = true;
    EXPECT_EQ(hierarchy_excludes(settings), "");
    settings.hierarchical_namespace = true;
    EXPECT_EQ(hierarchy_excludes(settings), "hierarchicalNamespace cannot be switched on together with blobVersioning");
    settings.blob_versioning = false;
    EXPECT_EQ(hierarchy_excludes(settings), "");
    settings.kind = "BlobStorage";
    EXPECT_EQ(hierarchy_excludes(settings), "hierarchicalNamespace cannot be switched on together with the kind BlobStorage");
}

}  // namespace
}  // namespace lazulite
