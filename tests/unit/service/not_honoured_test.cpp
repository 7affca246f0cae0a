#include "service/not_honoured.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr auto kTable = std::to_array<NotHonoured>({
    {"PutThing", {"x-ms-colour", "x-ms-key x-ms-key-sha256"}},
    {"GetThing", {"x-ms-shade", "Accept: thing/columns"}},
});

Result<> check(std::string_view operation, std::string_view header, std::string_view value = "value") {
    FieldViews fields;
    fields.add("Host", "localhost");
    fields.add(header, value);
    return check_honoured(kTable, operation, fields);
}

TEST(NotHonoured, AHeaderOfTheRowIsNotImplemented) {
    for (const std::string_view header : {"x-ms-colour", "x-ms-key", "X-Ms-Key-SHA256"}) {
        const auto outcome = check("PutThing", header);
        ASSERT_FALSE(outcome) << header;
        EXPECT_EQ(outcome.error().code(), ErrorCode::not_implemented);
        ASSERT_EQ(outcome.error().details()->elements.size(), 1U);
        EXPECT_EQ(outcome.error().details()->elements[0].name, "HeaderName");
        EXPECT_EQ(outcome.error().details()->elements[0].value, header);
    }
}

TEST(NotHonoured, AHeaderOfAnotherOperationIsIgnored) {
    EXPECT_TRUE(check("PutThing", "x-ms-shade"));
    EXPECT_TRUE(check("GetThing", "x-ms-colour"));
}

TEST(NotHonoured, OnlyWholeNamesCount) {
    EXPECT_TRUE(check("PutThing", "x-ms-key-"));
    EXPECT_TRUE(check("PutThing", "x-ms-colours"));
    EXPECT_TRUE(check("PutThing", "x-ms-key x-ms-key-sha256"));
    EXPECT_TRUE(check("PutThing", ""));
}

TEST(NotHonoured, ARowMayNameOneValueOfAHeader) {
    EXPECT_EQ(check("GetThing", "accept", "thing/columns").error().code(), ErrorCode::not_implemented);
    EXPECT_TRUE(check("GetThing", "Accept", "thing/rows"));
    EXPECT_TRUE(check("GetThing", "x-ms-accept", "thing/columns"));
}

TEST(NotHonoured, AnOperationWithoutARowRefusesNothing) { EXPECT_TRUE(check("DeleteThing", "x-ms-colour")); }

}  // namespace
}  // namespace lazulite
