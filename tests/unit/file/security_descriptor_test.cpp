#include "file/domain/security_descriptor.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "file/domain/permission.hpp"

namespace lazulite::file {
namespace {

// A pair that SDKs use in their tests of the service.
constexpr std::string_view kText =
    "O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513D:AI(A;;FA;;;SY)"
    "(A;;FA;;;BA)(A;;0x1200a9;;;S-1-5-21-397955417-626881126-188441444-3053964)S:NO_ACCESS_CONTROL";
constexpr std::string_view kBytes =
    "AQAUhGwAAACIAAAAAAAAABQAAAACAFgAAwAAAAAAFAD/AR8AAQEAAAAAAAUSAAAAAAAYAP8BHwABAgAAAAAABSAAAAAgAgAAAAAkAKkAEgABBQAAAAAABRUA"
    "AABZUbgXZnJdJWRjOwuMmS4AAQUAAAAAAAUVAAAAoGXPfnhLm1/nfIdwr/1IAQEFAAAAAAAFFQAAAKBlz354S5tf53yHcAECAAA=";
// What a file without a permission of its own was seen to have.
constexpr std::string_view kInherited =
    "AQAEgIgAAACUAAAAAAAAABQAAAACAHQABQAAAAAAGAD/AR8AAQIAAAAAAAUgAAAAIAIAAAAAFAD/AR8AAQEAAAAAAAUSAAAAAAAYAKkAEgABAgAAAAAABSAA"
    "AAAhAgAAAAAUAL8BEwABAQAAAAAABQsAAAAAABQA/wEfAAEBAAAAAAAFEgAAAAEBAAAAAAAFEgAAAAEBAAAAAAAFEgAAAA==";

std::string decoded(std::string_view base64) { return *base64_decode(base64); }

/// Through bytes and back.
std::string round(std::string_view sddl) {
    const auto parsed = SecurityDescriptor::parse_text(sddl);
    if (!parsed) return "none";
    const std::string bytes = parsed->bytes();
    const auto again = SecurityDescriptor::parse_bytes(bytes);
    return again ? again->text() : "not read";
}

TEST(SecurityDescriptor, HasTwoForms) {
    EXPECT_EQ(SecurityDescriptor::parse_bytes(decoded(kBytes))->text(), kText);
    EXPECT_EQ(SecurityDescriptor::parse_text(kText)->bytes(), decoded(kBytes));
    EXPECT_EQ(SecurityDescriptor::parse_bytes(decoded(kInherited))->text(),
              "O:SYG:SYD:(A;;FA;;;BA)(A;;FA;;;SY)(A;;0x1200a9;;;BU)(A;;0x1301bf;;;AU)(A;;FA;;;SY)");
}

TEST(SecurityDescriptor, IsWrittenInOneWay) {
    // As the service was seen to answer what it was given.
    EXPECT_EQ(round("O:S-1-5-32-548G:S-1-5-21-397955417-626881126-188441444-512D:(A;;RPWPCCDCLCSWRCWDWOGA;;;S-1-0-0)"),
              "O:AOG:S-1-5-21-397955417-626881126-188441444-512D:(A;;CCDCLCSWRPWPRCWDWOGA;;;S-1-0-0)");
    EXPECT_EQ(round(kDefaultPermission), kDefaultPermission);
}

TEST(SecurityDescriptor, KeepsFlagsObjectsAndLabels) {
    for (const std::string_view sddl :
         {"O:SYG:SYD:PAI(A;OICIIOID;FR;;;WD)(D;NP;FW;;;AN)S:PAR(AU;SAFA;0x1f0116;;;WD)",
          "O:SYG:SYD:NO_ACCESS_CONTROL", "O:SYG:SYD:S:",
          "O:SYG:SYD:(OA;CI;RPWP;bf967aba-0de6-11d0-a285-00aa003049e2;;PS)(OD;;CR;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)",
          "O:S-1-0x100000000-7G:S-1-22-1S:(ML;;NWNX;;;LW)"}) {
        EXPECT_EQ(round(sddl), sddl);
    }
}

TEST(SecurityDescriptor, TakesRightsAsANumberOfEitherBase) {
    EXPECT_EQ(round("O:SYG:SYD:(A;;1179817;;;WD)"), "O:SYG:SYD:(A;;0x1200a9;;;WD)");
    EXPECT_EQ(round("O:SYG:SYD:(A;;0X1200A9;;;WD)"), "O:SYG:SYD:(A;;0x1200a9;;;WD)");
}

TEST(SecurityDescriptor, RefusesAListWhoseSizeIsAnother) {
    constexpr std::size_t kSizeOfDacl = 22;
    const std::string whole = decoded(kBytes);
    ASSERT_EQ(whole[kSizeOfDacl], 88);
    for (const int size : {0, 7, 8, 28, 64, 80, 87, 0x7fff}) {
        std::string other = whole;
        other[kSizeOfDacl] = static_cast<char>(size & 0xff);
        other[kSizeOfDacl + 1] = static_cast<char>(size >> 8);
        EXPECT_FALSE(SecurityDescriptor::parse_bytes(other)) << size;
    }
    // Nothing of it is an entry, so that only its size is wrong.
    std::string empty = decoded(kBytes);
    empty[kSizeOfDacl + 2] = 0;
    EXPECT_TRUE(SecurityDescriptor::parse_bytes(empty));
    empty[kSizeOfDacl] = 7;
    EXPECT_FALSE(SecurityDescriptor::parse_bytes(empty));
    empty[kSizeOfDacl + 1] = 0x7f;
    EXPECT_FALSE(SecurityDescriptor::parse_bytes(empty));
}

TEST(SecurityDescriptor, RefusesWhatItCannotSay) {
    for (const std::string_view sddl :
         {"", "O:SYD:", "O:SYG:DAD:", "O:SYG:SYD:(A;;FA;;;XX)", "O:SYG:SYD:(A;;FA;;;SY", "O:SYG:SYD:(A;;FA;;SY)",
          "O:SYG:SYD:(XA;;FA;;;SY;(1==1))", "O:SYG:SYD:(A;ZZ;FA;;;SY)", "O:SYG:SYD:(A;;F;;;SY)", "O:SYG:SYD:(A;;FA;;;SY)x",
          "O:S-1-5-G:SYD:", "O:S-2-5-18G:SYD:"}) {
        EXPECT_FALSE(SecurityDescriptor::parse_text(sddl)) << sddl;
    }
}

TEST(SecurityDescriptor, RefusesBytesThatAreCut) {
    const std::string whole = decoded(kBytes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(SecurityDescriptor::parse_bytes(whole.substr(0, size))) << size;
    }
    // Whatever byte is another one, nothing is read that is not there.
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (const char to : {'\x00', '\x7f', '\xff'}) {
            std::string damaged = whole;
            damaged[i] = to;
            const auto parsed = SecurityDescriptor::parse_bytes(damaged);
            EXPECT_TRUE(!parsed || !parsed->text().empty());
        }
    }
}

TEST(Permission, IsReadFromEitherFormat) {
    EXPECT_EQ(*read_permission(kBytes, PermissionFormat::binary, PermissionUse::as_given), kText);
    EXPECT_EQ(*read_permission(kText, PermissionFormat::sddl, PermissionUse::as_given), kText);
    EXPECT_EQ(*write_permission(kText, PermissionFormat::binary), kBytes);
    EXPECT_EQ(*write_permission(kText, PermissionFormat::sddl), kText);
    for (const std::string_view text : {"", "AQAEgA==", "O:SYG:SYD:"}) {
        EXPECT_EQ(read_permission(text, PermissionFormat::binary, PermissionUse::kept).error().code(),
                  ErrorCode::file_invalid_permission);
    }
    EXPECT_EQ(parse_permission_format("binary"), PermissionFormat::binary);
    EXPECT_EQ(parse_permission_format("SDDL"), PermissionFormat::sddl);
    EXPECT_FALSE(parse_permission_format("text"));
}

TEST(Permission, OfSomethingNewInheritsNothingAndHasNoEmptySacl) {
    EXPECT_EQ(*read_permission("O:SYG:SYD:PARAI(A;;FA;;;SY)S:NO_ACCESS_CONTROL", PermissionFormat::sddl, PermissionUse::of_new),
              "O:SYG:SYD:P(A;;FA;;;SY)");
    EXPECT_EQ(*read_permission("O:SYG:SYD:(A;;FA;;;SY)", PermissionFormat::sddl, PermissionUse::kept),
              "O:SYG:SYD:(A;;FA;;;SY)S:NO_ACCESS_CONTROL");
    EXPECT_EQ(*read_permission("O:SYG:SYD:(A;;FA;;;SY)S:(AU;SA;FA;;;WD)", PermissionFormat::sddl, PermissionUse::of_new),
              "O:SYG:SYD:(A;;FA;;;SY)S:(AU;SA;FA;;;WD)");
}

TEST(Permission, IsInheritedFromTheDirectory) {
    const std::string of_file = inherited_permission(kDefaultPermission, false);
    EXPECT_EQ(of_file, kDefaultFilePermission);
    EXPECT_EQ(*write_permission(of_file, PermissionFormat::binary), kInherited);
    EXPECT_EQ(inherited_permission(kDefaultPermission, true), kDefaultPermission);
    const std::string_view mixed = "O:BAG:BAD:PAI(A;OI;FA;;;BA)(A;CI;FR;;;BU)(D;OICINP;GW;;;WD)(A;;FA;;;SY)S:NO_ACCESS_CONTROL";
    EXPECT_EQ(inherited_permission(mixed, false), "O:SYG:SYD:(A;;FA;;;BA)(D;;FW;;;WD)");
    EXPECT_EQ(inherited_permission(mixed, true), "O:SYG:SYD:(A;OIIO;FA;;;BA)(A;CI;FR;;;BU)(D;;FW;;;WD)");
}

TEST(Permission, OfADirectoryThatPassesNothingOnIsTaken) {
    for (const std::string_view text : {"O:BAG:BAD:(A;;FA;;;BA)", "O:BAG:BAD:NO_ACCESS_CONTROL", "O:BAG:DAD:(A;OICI;FA;;;DA)"}) {
        EXPECT_EQ(inherited_permission(text, true), text);
        EXPECT_EQ(inherited_permission(text, false), text);
    }
}

TEST(Permission, ThatHasNoBinaryFormStaysText) {
    const std::string_view text = "O:SYG:SYD:(XA;;FA;;;SY;(@User.Title==\"PM\"))";
    EXPECT_EQ(*read_permission(text, PermissionFormat::sddl, PermissionUse::kept), text);
    EXPECT_EQ(write_permission(text, PermissionFormat::binary).error().code(), ErrorCode::file_invalid_permission);
}

}  // namespace
}  // namespace lazulite::file
