#include "file/domain/permission.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

TEST(PermissionsOfFiles, HaveAnOwnerAGroupAndAList) {
    for (const std::string_view sddl :
         {"O:SYG:SYD:(A;;FA;;;SY)", "O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-1-513D:AI(A;;FA;;;SY)(A;;FA;;;BA)",
          "O:BAG:BAD:", "O:SYG:SYD:PAI(A;OICI;FA;;;SY)S:NO_ACCESS_CONTROL", "O:SYG:SYD:(XA;;FX;;;WD;(@User.a == \"(b)\"))S:AI(AU;SA;FA;;;WD)"}) {
        EXPECT_TRUE(check_permission(sddl)) << sddl;
    }
    EXPECT_TRUE(check_permission(kDefaultPermission));
}

TEST(PermissionsOfFiles, AreRefusedWithoutOneOfThem) {
    for (const std::string_view sddl : {"", "invalid", "O:SYG:SY", "G:SYD:(A;;FA;;;SY)", "O:SYD:(A;;FA;;;SY)", "D:(A;;FA;;;SY)O:SYG:SY",
                                        "O:SYG:SYD:(A;;FA;;;SY", "O:SYG:SYD:(A;;FA;;;SY)X", "O:G:SYD:"}) {
        const auto checked = check_permission(sddl);
        ASSERT_FALSE(checked) << sddl;
        EXPECT_EQ(checked.error().code(), ErrorCode::file_invalid_permission) << sddl;
    }
}

TEST(PermissionKeys, AreTwoNumbersThatDependOnTheText) {
    const PermissionKey key = PermissionKey::of("abc");
    // The first 16 bytes of the SHA-256 of "abc": ba7816bf 8f01cfea 414140de 5dae2223.
    EXPECT_EQ(key.text(), "13436514500253700074*4702110809750118947");
    EXPECT_EQ(PermissionKey::parse(key.text()), key);
    EXPECT_EQ(PermissionKey::unpack(key.packed()), key);
    EXPECT_FALSE(PermissionKey::of("abd") == key);
}

TEST(PermissionKeys, OfOtherFormsAreNone) {
    for (const std::string_view text : {"", "*", "1*", "*1", "1", "1*2*3", "-1*2", "18446744073709551616*0", "a*b"}) {
        EXPECT_FALSE(PermissionKey::parse(text)) << text;
    }
    EXPECT_FALSE(PermissionKey::unpack("short"));
}

}  // namespace
}  // namespace lazulite::file
