#include <gtest/gtest.h>

#include <algorithm>

#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "service_account.hpp"

namespace lazulite::file {
namespace {

/// What `lazulite check` says of a share `shr` with a directory `d` and a file `d/f` of 10 bytes, which was longer when a snapshot
/// was taken, once somebody has run `sql` on its rows.
std::vector<std::string> problems_after(const std::string& sql) {
    ServiceAccount account(service(), kFileStore);
    const auto must = [&](int status, const std::string& path, const std::string& query, const ServiceAccount::Headers& headers = {}) {
        EXPECT_EQ(account.send_to("shr", path, "PUT", query, headers).status, status) << path << "?" << query;
    };
    must(201, "", "restype=share");
    must(201, "d", "restype=directory");
    must(201, "d/f", "", {{"x-ms-type", "file"}, {"x-ms-content-length", "30"}});
    must(201, "", "restype=share&comp=snapshot");
    must(200, "d/f", "comp=properties", {{"x-ms-content-length", "10"}});
    must(200, "e", "restype=directory&comp=rename", {{"x-ms-file-rename-source", "http://127.0.0.1/acct/shr/d"}});
    EXPECT_TRUE(account.store().write_and_wait([&](WriteTxn& tx) -> Result<> {
        if (!sql.empty()) tx.execute(sql.c_str());
        return {};
    }));
    return account.problems();
}

TEST(CheckOfFiles, FindsNothingInASoundShare) { EXPECT_EQ(problems_after(""), std::vector<std::string>()); }

TEST(CheckOfFiles, NamesWhatIsBroken) {
    const std::pair<const char*, const char*> kBroken[] = {
        {"DELETE FROM nodes WHERE node_id IN (SELECT share_id FROM shares)", "share shr has no root directory"},
        {"DELETE FROM usage", "share shr does not count its bytes"},
        {"UPDATE usage SET live = live + 1", " counts 11 bytes and has 10"},
        {"UPDATE usage SET former = former + 1", " counts 31 bytes of former states and has 30"},
        {"DELETE FROM nodes WHERE kind = 1", "f stands for nothing"},
        {"UPDATE entries SET kind = 1 WHERE kind = 2", "e is of another kind than what it stands for"},
        {"UPDATE nodes SET links = 0 WHERE kind = 1", " has 0 links and 1 entries"},
        {"UPDATE former_entries SET died = born", "a former d ended before it began"},
        {"UPDATE former_nodes SET died = tick WHERE kind = 1", " ended before it began"},
        {"UPDATE shares SET deleted_tick = 1", "share shr is deleted and never going to be removed"},
        {"DELETE FROM share_snapshots", "a former d is shown by no snapshot"},
    };
    for (const auto& [sql, expected] : kBroken) {
        const auto problems = problems_after(sql);
        const bool named = std::any_of(problems.begin(), problems.end(), [text = expected](const std::string& problem) {
            return problem.find(text) != std::string::npos;
        });
        EXPECT_TRUE(named) << sql << ": " << problems.size() << " problems" << (problems.empty() ? "" : ", such as " + problems.front());
    }
}

}  // namespace
}  // namespace lazulite::file
