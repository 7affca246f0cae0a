#include "blob/domain/access_control.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

AccessControl directory_with(std::string_view acl) {
    AccessControl directory = AccessControl::usual(true);
    EXPECT_TRUE(directory.set_acl(parse_acl(acl).value(), true)) << acl;
    return directory;
}

std::string text_of(const AccessControl& access) { return print_acl(access.entries()); }

ErrorCode set_error(std::string_view acl, bool directory) {
    AccessControl access = AccessControl::usual(directory);
    const AccessControl before = access;
    const auto set = access.set_acl(parse_acl(acl).value(), directory);
    EXPECT_EQ(access, before) << acl;
    return set ? ErrorCode::internal_error : set.error().code();
}

TEST(AccessControl, TheUsualOne) {
    EXPECT_EQ(text_of(AccessControl::usual(false)), "user::rw-,group::r--,other::---");
    EXPECT_EQ(AccessControl::usual(false).permissions(), "rw-r-----");
    EXPECT_EQ(text_of(AccessControl::usual(true)), "user::rwx,group::r-x,other::---");
    EXPECT_EQ(AccessControl::usual(true).owner, "$superuser");
    EXPECT_EQ(AccessControl::usual(true).group, "$superuser");
    EXPECT_FALSE(AccessControl::usual(true).extended());
}

TEST(AccessControl, TheRootBelongsToWhoMadeTheContainer) {
    EXPECT_EQ(AccessControl::of_root(""), AccessControl::usual(true));
    const AccessControl root = AccessControl::of_root("jo@a");
    EXPECT_EQ(root.owner, "jo@a");
    EXPECT_EQ(root.group, "jo@a");
    EXPECT_EQ(root.permissions(), "rwxr-x---");
}

TEST(AccessControl, EntriesAreShownInOneOrder) {
    const AccessControl directory = directory_with(
        "default:other::--x,other::r--,mask::rwx,group:b@a:r--,group:a@a:-w-,default:group::r-x,group::r-x,user:z@a:"
        "rwx,"
        "user:c@a:--x,user::rw-,default:user::rwx");
    EXPECT_EQ(text_of(directory),
              "user::rw-,user:c@a:--x,user:z@a:rwx,group::r-x,group:a@a:-w-,group:b@a:r--,mask::rwx,other::r--,"
              "default:user::rwx,default:group::r-x,default:other::--x");
}

TEST(AccessControl, AMaskThatIsNeededIsTheUnionOfWhatItLimits) {
    EXPECT_EQ(text_of(directory_with("user::rwx,user:foo@a:-w-,group::r--,other::rwx")),
              "user::rwx,user:foo@a:-w-,group::r--,mask::rw-,other::rwx");
    EXPECT_EQ(text_of(directory_with("user::rwx,group::---,group:foo@a:--x,group:bar@a:r--,other::---")),
              "user::rwx,group::---,group:bar@a:r--,group:foo@a:--x,mask::r-x,other::---");
    // One that is given stays, needed or not.
    EXPECT_EQ(text_of(directory_with("user::rwx,user:foo@a:r--,group::r--,mask::rwx,other::---")),
              "user::rwx,user:foo@a:r--,group::r--,mask::rwx,other::---");
    EXPECT_EQ(text_of(directory_with("user::rwx,group::r-x,mask::--x,other::---")),
              "user::rwx,group::r-x,mask::--x,other::---");
    EXPECT_EQ(text_of(directory_with("user::rwx,group::r-x,other::---")), "user::rwx,group::r-x,other::---");
}

TEST(AccessControl, EntriesForChildrenThatAreLeftOutAreThoseForAccess) {
    EXPECT_EQ(text_of(directory_with("user::rwx,group::r-x,other::---,default:user:foo@a:rwx")),
              "user::rwx,group::r-x,other::---,"
              "default:user::rwx,default:user:foo@a:rwx,default:group::r-x,default:mask::rwx,default:other::---");
    EXPECT_EQ(
        text_of(directory_with("user::rwx,group::r-x,other::---,default:mask::--x")),
        "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:mask::--x,default:other::---");
}

TEST(AccessControl, AListIsReplacedAsAWhole) {
    AccessControl directory = directory_with("user::rwx,user:foo@a:rwx,group::r-x,other::---,default:user:foo@a:rwx");
    EXPECT_TRUE(directory.has_default());
    ASSERT_TRUE(directory.set_acl(parse_acl("user::rw-,group::r--,other::--x").value(), true));
    EXPECT_EQ(text_of(directory), "user::rw-,group::r--,other::--x");
    EXPECT_FALSE(directory.has_default());
    EXPECT_FALSE(directory.extended());
}

TEST(AccessControl, WhatIsNoWholeListIsRefused) {
    EXPECT_EQ(set_error("group::r-x,other::---", true), ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(set_error("user::rwx,other::---", true), ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(set_error("user::rwx,group::r-x,user:foo@a:rwx", true), ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(set_error("default:user::rwx,default:group::r-x,default:other::---", true),
              ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(set_error("user::rwx,group::r-x,other::---,other::r--", true), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(set_error("user::rwx,group::r-x,other::---,mask::r--,mask::r--", true),
              ErrorCode::invalid_access_control_list);
    EXPECT_EQ(set_error("user::rwx,group::r-x,other::---,user:foo@a:r--,user:foo@a:rwx", true),
              ErrorCode::invalid_access_control_list);
    EXPECT_EQ(set_error("user::rwx,group::r-x,other::---,default:user::rwx", false),
              ErrorCode::invalid_access_control_list);
    // The same id may be a user and a group, and stand in both scopes.
    directory_with("user::rwx,group::r-x,other::---,user:foo@a:r--,group:foo@a:rwx,default:user:foo@a:rwx");
}

TEST(AccessControl, ThirtyTwoEntriesOfEachScope) {
    const auto of_size = [](int access, int inherited) {
        std::string text = "user::rwx,group::r-x,mask::rwx,other::---";
        for (int i = 4; i < access; ++i) text += ",user:u" + std::to_string(i) + "@a:r--";
        if (inherited > 0) text += ",default:user::rwx,default:group::r-x,default:mask::rwx,default:other::---";
        for (int i = 4; i < inherited; ++i) text += ",default:group:g" + std::to_string(i) + "@a:r--";
        return text;
    };
    EXPECT_EQ(directory_with(of_size(32, 32)).entries().size(), 64U);
    EXPECT_EQ(set_error(of_size(33, 0), true), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(set_error(of_size(4, 33), true), ErrorCode::invalid_access_control_list);
    // A mask that is computed counts, too.
    std::string text = "user::rwx,group::r-x,other::---";
    for (int i = 3; i < 31; ++i) text += ",user:u" + std::to_string(i) + "@a:r--";
    EXPECT_EQ(directory_with(text).entries().size(), 32U);
    EXPECT_EQ(set_error(text + ",user:one.more@a:r--", true), ErrorCode::invalid_access_control_list);
}

TEST(AccessControl, TheModeShowsTheMaskInPlaceOfTheGroup) {
    EXPECT_EQ(directory_with("user::rwx,group::r-x,other::---").permissions(), "rwxr-x---");
    EXPECT_EQ(directory_with("user::rw-,user:foo@a:r--,group::r--,mask::rwx,other::---").permissions(), "rw-rwx---+");
    EXPECT_EQ(directory_with("user::rwx,user:foo@a:rwx,group::r-x,mask::---,other::--x").mode(), 0701);
    EXPECT_EQ(directory_with("user::rwx,group::r-x,other::---,default:user::rwx").permissions(), "rwxr-x---+");
}

TEST(AccessControl, AModeSetsTheMaskInPlaceOfTheGroup) {
    AccessControl simple = AccessControl::usual(true);
    simple.set_mode(01733);
    EXPECT_EQ(text_of(simple), "user::rwx,group::-wx,other::-wx");
    EXPECT_EQ(simple.permissions(), "rwx-wx-wt");
    simple.set_mode(0644);
    EXPECT_EQ(simple.permissions(), "rw-r--r--");

    AccessControl extended = directory_with("user::rwx,user:foo@a:rwx,group::r-x,other::---,default:user:foo@a:rwx");
    extended.set_mode(0701);
    EXPECT_EQ(text_of(extended),
              "user::rwx,user:foo@a:rwx,group::r-x,mask::---,other::--x,"
              "default:user::rwx,default:user:foo@a:rwx,default:group::r-x,default:mask::rwx,default:other::---");
    EXPECT_EQ(extended.permissions(), "rwx-----x+");
}

TEST(AccessControl, AListLeavesTheStickyBit) {
    AccessControl directory = AccessControl::usual(true);
    directory.set_mode(01750);
    ASSERT_TRUE(directory.set_acl(parse_acl("user::rwx,user:foo@a:rwx,group::r-x,other::---").value(), true));
    EXPECT_EQ(directory.permissions(), "rwxrwx--T+");
    ASSERT_TRUE(directory.modify_acl(parse_acl("user:foo@a:r-x").value(), true));
    EXPECT_EQ(directory.permissions(), "rwxr-x--T+");
    ASSERT_TRUE(directory.remove_acl(parse_removed_acl("user:foo@a,mask").value(), true));
    EXPECT_EQ(directory.permissions(), "rwxr-x--T");
}

AccessControl packed_and_unpacked(const AccessControl& access, bool directory) {
    return AccessControl::unpack(access.pack(directory), directory);
}

TEST(AccessControl, TheCommonestTakeFewBytes) {
    EXPECT_EQ(AccessControl::usual(false).pack(false).size(), 0U);
    EXPECT_EQ(AccessControl::usual(true).pack(true).size(), 0U);
    AccessControl open = AccessControl::usual(true);
    open.set_mode(0777);
    EXPECT_EQ(open.pack(true).size(), 4U);
    AccessControl owned = AccessControl::usual(false);
    owned.owner = "ec3595d6-2c17-4696-8caa-7e139758d24a";
    EXPECT_EQ(owned.pack(false).size(), 18U);
    EXPECT_EQ(directory_with("user::rwx,group:ec3595d6-2c17-4696-8caa-7e139758d24a:r-x,group::r-x,other::---")
                  .pack(true)
                  .size(),
              22U);
}

TEST(AccessControl, WhatIsPackedIsUnpacked) {
    AccessControl access = directory_with(
        "user::---,user:ec3595d6-2c17-4696-8caa-7e139758d24a:rwx,user:jo@contoso.com:--x,group::---,group:a@b:r--,mask:"
        ":-w-,"
        "other::---,default:user::rwx,default:user:00000000-0000-0000-0000-000000000000:r--,default:group::r-x,"
        "default:mask::---,default:other::--x");
    access.owner = "jo@contoso.com";
    access.group = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    EXPECT_EQ(packed_and_unpacked(access, true), access);
    for (const int mode : {0, 0640, 0750, 0777, 01000, 01750, 01777}) {
        for (const bool directory : {false, true}) {
            AccessControl simple = AccessControl::usual(directory);
            simple.set_mode(static_cast<PathMode>(mode));
            EXPECT_EQ(packed_and_unpacked(simple, directory).mode(), mode);
            EXPECT_EQ(packed_and_unpacked(simple, directory), simple);
        }
    }
}

TEST(AccessControl, ForeignBytesAreTheUsualOne) {
    using namespace std::string_view_literals;
    const AccessControl usual = AccessControl::usual(true);
    for (const std::string_view bytes : {"\xff"sv, "\x01"sv,
                                         "\x02\x03"
                                         "abc"sv,
                                         "\x02\x00"sv, "\x06\x00"sv, "\x07\x02\x00z"sv, "\x06\x01\x05"sv,
                                         "\x06\x04\x15"
                                         "a@b"sv,
                                         "\x01\xff\xff\xff\xff\xff\xff"sv}) {
        EXPECT_EQ(AccessControl::unpack(bytes, true), usual) << ::testing::PrintToString(std::string(bytes));
    }
    // Entries for children that a file has got.
    EXPECT_EQ(AccessControl::unpack("\x06\x01\x27"sv, false), AccessControl::usual(false));
}

}  // namespace
}  // namespace lazulite::blob
