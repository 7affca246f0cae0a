#include "blob/not_honoured.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "blob/operations.hpp"

namespace lazulite::blob {
namespace {

TEST(BlobNotHonoured, EachRowIsOfAnOfferedOperationAndThereIsOneOfEach) {
    std::set<std::string_view> seen;
    for (const NotHonoured& row : not_honoured()) {
        const auto table = operations();
        const auto operation =
            std::find_if(table.begin(), table.end(), [&](const Operation& o) { return o.name == row.operation; });
        ASSERT_NE(operation, table.end()) << row.operation;
        EXPECT_TRUE(operation->offered()) << row.operation;
        EXPECT_TRUE(seen.insert(row.operation).second) << row.operation;
    }
}

}  // namespace
}  // namespace lazulite::blob
