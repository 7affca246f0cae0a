#include "wire/method.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Method, GoesBothWays) {
    const std::pair<Method, std::string_view> cases[] = {
        {Method::get, "GET"},        {Method::head, "HEAD"},       {Method::put, "PUT"},     {Method::post, "POST"},
        {Method::delete_, "DELETE"}, {Method::options, "OPTIONS"}, {Method::merge, "MERGE"}, {Method::patch, "PATCH"},
    };
    for (const auto& [method, text] : cases) {
        EXPECT_EQ(to_string(method), text);
        EXPECT_EQ(parse_method(text), method);
    }
}

TEST(Method, EverythingElseIsUnknown) {
    for (const std::string_view text : {"", "get", "GET ", "TRACE", "UNKNOWN"}) {
        EXPECT_EQ(parse_method(text), Method::unknown) << text;
    }
    EXPECT_EQ(to_string(Method::unknown), "UNKNOWN");
}

}  // namespace
}  // namespace lazulite
