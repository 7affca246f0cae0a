#include "blob/domain/names.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace lazulite::blob {
namespace {

std::optional<ErrorCode> code(const Result<>& result) {
    if (result) return std::nullopt;
    return result.error().code();
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(ContainerName, HasThreeTo63Characters) {
    EXPECT_EQ(code(check_container_name("abc")), std::nullopt);
    EXPECT_EQ(code(check_container_name(std::string(63, 'a'))), std::nullopt);
    EXPECT_EQ(code(check_container_name("ab")), ErrorCode::out_of_range_input);
    EXPECT_EQ(code(check_container_name("")), ErrorCode::out_of_range_input);
    EXPECT_EQ(code(check_container_name(std::string(64, 'a'))), ErrorCode::out_of_range_input);
}

TEST(ContainerName, IsLowerCaseLettersDigitsAndSingleHyphens) {
    for (const std::string_view name : {"a-b", "0-9", "123", "a1-b2-c3"}) {
        EXPECT_EQ(code(check_container_name(name)), std::nullopt) << name;
    }
    for (const std::string_view name :
         {"-ab", "ab-", "a--b", "Abc", "a_b", "a.b", "a b", "a\xC3\xBC", "---", "a/b", "$abc", "$Root"}) {
        EXPECT_EQ(code(check_container_name(name)), ErrorCode::invalid_resource_name) << name;
    }
}

TEST(ContainerName, MayBeOneOfTheSystem) {
    for (const std::string_view name : {"$root", "$web", "$logs", "$blobchangefeed"}) {
        EXPECT_EQ(code(check_container_name(name)), std::nullopt) << name;
    }
}

TEST(NewContainerName, OfTheSystemIsRootOrWeb) {
    EXPECT_EQ(code(check_new_container_name("$root")), std::nullopt);
    EXPECT_EQ(code(check_new_container_name("$web")), std::nullopt);
    EXPECT_NE(code(check_new_container_name("$logs")), std::nullopt);
    EXPECT_NE(code(check_new_container_name("$blobchangefeed")), std::nullopt);
    EXPECT_EQ(code(check_new_container_name("abc")), std::nullopt);
    EXPECT_EQ(code(check_new_container_name("ab")), ErrorCode::out_of_range_input);
}

TEST(BlobName, HasOneTo1024CharactersOfUtf16) {
    EXPECT_EQ(code(check_blob_name("c", "a")), std::nullopt);
    EXPECT_EQ(code(check_blob_name("c", std::string(1024, 'a'))), std::nullopt);
    EXPECT_EQ(code(check_blob_name("c", repeated("\xC3\xBC", 1024))), std::nullopt);
    EXPECT_EQ(code(check_blob_name("c", repeated("\xF0\x9F\x98\x80", 512))), std::nullopt);
    EXPECT_EQ(code(check_blob_name("c", "")), ErrorCode::out_of_range_input);
    EXPECT_EQ(code(check_blob_name("c", std::string(1025, 'a'))), ErrorCode::out_of_range_input);
    EXPECT_EQ(code(check_blob_name("c", repeated("\xC3\xBC", 1025))), ErrorCode::out_of_range_input);
    EXPECT_EQ(code(check_blob_name("c", repeated("\xF0\x9F\x98\x80", 512) + "a")), ErrorCode::out_of_range_input);
}

TEST(BlobName, HasAtMost254Segments) {
    EXPECT_EQ(code(check_blob_name("c", repeated("a/", 253) + "a")), std::nullopt);
    EXPECT_EQ(code(check_blob_name("c", repeated("a/", 254) + "a")), ErrorCode::invalid_resource_name);
}

TEST(BlobName, TakesAnyCharacterButControls) {
    for (const std::string_view name :
         {"A", "a b", "a?b#c", "a.", "a/", "/a", "a//b", "\xE2\x82\xAC", "\xC2\xA0", "\xEF\xBF\xBE", "$web"}) {
        EXPECT_EQ(code(check_blob_name("c", name)), std::nullopt) << name;
    }
}

TEST(BlobName, HasNoControlCharacters) {
    for (const std::string_view name : {"\x01", "a\nb", "a\x1F", "\x7F", "a\xC2\x80", "\xC2\x9F-"}) {
        EXPECT_EQ(code(check_blob_name("c", name)), ErrorCode::invalid_uri) << name;
    }
}

TEST(BlobName, InTheRootContainerHasNoSlash) {
    EXPECT_EQ(code(check_blob_name("$root", "a.b")), std::nullopt);
    EXPECT_EQ(code(check_blob_name("$root", "a/b")), ErrorCode::invalid_uri);
    EXPECT_EQ(code(check_blob_name("$web", "a/b")), std::nullopt);
}

}  // namespace
}  // namespace lazulite::blob
