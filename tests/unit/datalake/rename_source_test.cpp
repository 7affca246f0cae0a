#include <gtest/gtest.h>

#include "lake_account.hpp"

// What x-ms-rename-source may say.
namespace lazulite::datalake {
namespace {

class RenameSourceHeader : public ::testing::Test {
  protected:
    RenameSourceHeader() {
        make("dir/a b");
        make("dir/100%");
    }
    void make(const std::string& path) { EXPECT_EQ(account_.send("PUT", path, "resource=file").status, 201); }
    LakeAccount::Answer rename(const std::string& source) {
        return account_.send("PUT", "to", "mode=legacy", {{"x-ms-rename-source", source}});
    }
    LakeAccount account_;
};

TEST_F(RenameSourceHeader, IsDecodedOnce) {
    EXPECT_EQ(rename("/lake/dir/a%20b").status, 201);
    EXPECT_EQ(rename("/lake%2Fdir%2f100%25").status, 201);
    EXPECT_EQ(rename("/lake/dir/100%2525").code, "SourcePathNotFound");
}

TEST_F(RenameSourceHeader, MayHaveEmptySegments) {
    EXPECT_EQ(rename("//lake//dir/a%20b/").status, 201);
}

TEST_F(RenameSourceHeader, IsAUriPathOfAFilesystemAndAPath) {
    for (const char* const source : {"/", "/lake", "/lake/", "lake/dir/a%20b", "/lake/dir/a b", "/lake/dir/\xc3\xa4",
                                     "/lake/dir/%zz", "/lake/dir/%2", "/LAKE/dir/a%20b", "/l/dir",
                                     "http://127.0.0.1/acct/lake/dir"}) {
        const auto answer = rename(source);
        EXPECT_EQ(answer.status, 400) << source;
        EXPECT_EQ(answer.code, "InvalidSourceUri") << source;
    }
}

TEST_F(RenameSourceHeader, NamesWhatIsThere) {
    EXPECT_EQ(rename("/lake/dir/none").code, "SourcePathNotFound");
    EXPECT_EQ(rename("/lake/dir/a%20b/below").code, "SourcePathNotFound");
    EXPECT_EQ(rename("/other/dir").status, 404);
}

}  // namespace
}  // namespace lazulite::datalake
