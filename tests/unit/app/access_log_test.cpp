#include "app/access_log.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(AccessLog, KeepsSignaturesOut) {
    EXPECT_EQ(without_signature("sv=2020-12-06&sig=abc%2Fdef%3D&sp=r"), "sv=2020-12-06&sig=***&sp=r");
    EXPECT_EQ(without_signature("sig=abc"), "sig=***");
    EXPECT_EQ(without_signature("a=1&SIG=abc&Sig=def"), "a=1&sig=***&sig=***");
    EXPECT_EQ(without_signature("sig="), "sig=***");
}

// The name is decoded before a SAS is looked for, so an encoded one is a signature too.
TEST(AccessLog, KeepsSignaturesUnderAnEncodedNameOut) {
    EXPECT_EQ(without_signature("s%69g=secret").find("secret"), std::string::npos);
    EXPECT_EQ(without_signature("%73%69%67=secret&a=1").find("secret"), std::string::npos);
}

TEST(AccessLog, KeepsTheRest) {
    EXPECT_EQ(without_signature(""), "");
    EXPECT_EQ(without_signature("restype=container&comp=list"), "restype=container&comp=list");
    EXPECT_EQ(without_signature("signature=1&design=2&sigma=3"), "signature=1&design=2&sigma=3");
}

}  // namespace
}  // namespace lazulite
