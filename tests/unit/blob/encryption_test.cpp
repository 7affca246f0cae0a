#include "blob/domain/encryption.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

const Encryption kAccount;
const Encryption kKey{std::string(32, 'a'), ""};
const Encryption kOtherKey{std::string(32, 'b'), ""};
const Encryption kScope{"", "scope1"};
const Encryption kOtherScope{"", "scope2"};

template <class T>
ErrorCode error(const Result<T>& result) {
    return result ? ErrorCode::internal_error : result.error().code();
}

TEST(SameEncryption, WithTheKeyOfTheBlobAlone) {
    EXPECT_TRUE(check_same_encryption(kAccount, kAccount));
    EXPECT_TRUE(check_same_encryption(kKey, kKey));
    EXPECT_EQ(error(check_same_encryption(kKey, kAccount)), ErrorCode::blob_uses_customer_specified_encryption);
    EXPECT_EQ(error(check_same_encryption(kAccount, kKey)), ErrorCode::blob_does_not_use_customer_specified_encryption);
    EXPECT_EQ(error(check_same_encryption(kScope, kKey)), ErrorCode::blob_does_not_use_customer_specified_encryption);
    EXPECT_EQ(error(check_same_encryption(kKey, kOtherKey)), ErrorCode::blob_customer_specified_encryption_mismatch);
}

TEST(SameEncryption, WithTheScopeOfTheBlobOrNone) {
    EXPECT_TRUE(check_same_encryption(kScope, kScope));
    EXPECT_TRUE(check_same_encryption(kScope, kAccount));
    EXPECT_EQ(error(check_same_encryption(kScope, kOtherScope)), ErrorCode::blob_customer_specified_encryption_mismatch);
    EXPECT_EQ(error(check_same_encryption(kAccount, kScope)), ErrorCode::blob_customer_specified_encryption_mismatch);
    EXPECT_EQ(error(check_same_encryption(kKey, kScope)), ErrorCode::blob_customer_specified_encryption_mismatch);
}

TEST(ChangeOf, WithTheKeyOrScopeOfTheBlob) {
    EXPECT_TRUE(check_change_of(kAccount, kAccount));
    EXPECT_TRUE(check_change_of(kKey, kKey));
    EXPECT_TRUE(check_change_of(kScope, kScope));
    EXPECT_EQ(error(check_change_of(kKey, kAccount)), ErrorCode::blob_uses_customer_specified_encryption);
    EXPECT_EQ(error(check_change_of(kScope, kAccount)), ErrorCode::blob_uses_customer_specified_encryption);
    EXPECT_EQ(error(check_change_of(kScope, kOtherScope)), ErrorCode::blob_customer_specified_encryption_mismatch);
    EXPECT_EQ(error(check_change_of(kScope, kKey)), ErrorCode::blob_does_not_use_customer_specified_encryption);
}

TEST(ChangeOf, TheScopeOfTheContainerNeedsNoName) {
    EXPECT_TRUE(check_change_of(kScope, kAccount, "scope1"));
    EXPECT_TRUE(check_change_of(kAccount, kAccount, "scope1"));
    EXPECT_TRUE(check_change_of(kKey, kKey, "scope1"));
    EXPECT_EQ(error(check_change_of(kScope, kAccount, "scope2")), ErrorCode::blob_uses_customer_specified_encryption);
    EXPECT_EQ(error(check_change_of(kScope, kOtherScope, "scope1")), ErrorCode::blob_customer_specified_encryption_mismatch);
}

TEST(EncryptionOfNew, IsThatOfTheContainerUnlessAnotherIsAskedFor) {
    EXPECT_EQ(encryption_of_new(kAccount, "", false), kAccount);
    EXPECT_EQ(encryption_of_new(kKey, "", false), kKey);
    EXPECT_EQ(encryption_of_new(kAccount, "scope1", false), kScope);
    EXPECT_EQ(encryption_of_new(kOtherScope, "scope1", false), kOtherScope);
    EXPECT_EQ(encryption_of_new(kKey, "scope1", false), kKey);
}

TEST(EncryptionOfNew, MayBePrescribedByTheContainer) {
    EXPECT_EQ(encryption_of_new(kAccount, "scope1", true), kScope);
    EXPECT_EQ(encryption_of_new(kScope, "scope1", true), kScope);
    for (const Encryption& other : {kOtherScope, kKey}) {
        EXPECT_EQ(error(encryption_of_new(other, "scope1", true)),
                  ErrorCode::request_forbidden_by_container_encryption_policy);
    }
}

}  // namespace
}  // namespace lazulite::blob
