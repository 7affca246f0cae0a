#include <chrono>

#include "sequence.hpp"

namespace lazulite::file::test {
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = MODEL_OPERATIONS;

TEST_F(FileSequence, OfRandomOperationsIsWhatTheModelSaysAndLeavesNothing) {
    run(operations(kOperations));
    if (HasFailure()) return;
    account_.settings().share_delete_retention_days = 0;
    for (const std::string& share : shares_) {
        if (!model_.shares().contains(share)) continue;
        share_ = share;
        (void)ask_share("PUT", "&comp=lease", {{"x-ms-lease-action", "break"}, {"x-ms-lease-break-period", "0"}});
        EXPECT_EQ(ask_share("DELETE", "", {{"x-ms-delete-snapshots", "include-leased"}}).status, 202);
    }
    account_.advance(std::chrono::days(10));
    constexpr const char* kLeft =
        "SELECT (SELECT count(*) FROM shares) + (SELECT count(*) FROM usage) + (SELECT count(*) FROM share_snapshots) + "
        "(SELECT count(*) FROM entries) + (SELECT count(*) FROM nodes) + (SELECT count(*) FROM former_entries) + "
        "(SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM permissions) + (SELECT count(*) FROM contents) + "
        "(SELECT count(*) FROM map_spans) + (SELECT count(*) FROM shared_ranges) + (SELECT count(*) FROM reclaim) + "
        "(SELECT count(*) FROM expiry) + (SELECT total(live) FROM extents)";
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (number(kLeft) != 0 && std::chrono::steady_clock::now() < end) {
        ASSERT_TRUE(account_.store().write_and_wait([](WriteTxn&) -> Result<> { return {}; }));
    }
    EXPECT_EQ(number(kLeft), 0);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace lazulite::file::test
