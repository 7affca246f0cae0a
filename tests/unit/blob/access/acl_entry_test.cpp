#include "blob/domain/acl_entry.hpp"

#include <gtest/gtest.h>

#include "base/error_table.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kSomeId = "ec3595d6-2c17-4696-8caa-7e139758d24a";

std::string id_text(std::string_view before, std::string_view after) {
    return std::string(before) + std::string(kSomeId) + std::string(after);
}

TEST(AclEntry, PermissionsAreSymbolsOrDigits) {
    const std::vector<std::pair<std::string_view, int>> good = {
        {"rwxrw-rw-", 0766}, {"---------", 0}, {"rwxr-x--t", 01751}, {"rwxr-x--T", 01750}, {"rwxrwxrwx", 0777},
        {"0766", 0766},      {"0000", 0},      {"1777", 01777},      {"750", 0750},        {"-w--wx-wT", 01232}};
    for (const auto& [text, mode] : good) {
        EXPECT_EQ(parse_path_permissions(text).value(), mode) << text;
    }
    for (const std::string_view text :
         {"", "asdf", "rwx", "rwxrwxrw", "rwxrwxrwx+", "rwxrwxrwxt", "rwtrwxrwx", "wrxrwxrwx", "RWXRWXRWX", "0768",
          "2777", "77", "00777", "-777", "rwxrwxrws", " 777"}) {
        const auto mode = parse_path_permissions(text);
        ASSERT_FALSE(mode) << text;
        EXPECT_EQ(mode.error().code(), ErrorCode::invalid_permission) << text;
    }
}

TEST(AclEntry, AModeIsPrintedAsSymbols) {
    EXPECT_EQ(print_mode(0), "---------");
    EXPECT_EQ(print_mode(0750), "rwxr-x---");
    EXPECT_EQ(print_mode(0642), "rw-r---w-");
    EXPECT_EQ(print_mode(01777), "rwxrwxrwt");
    EXPECT_EQ(print_mode(01776), "rwxrwxrwT");
    EXPECT_EQ(print_mode(01000), "--------T");
}

TEST(AclEntry, AUmaskIsDigits) {
    EXPECT_EQ(parse_umask("0027").value(), 0027);
    EXPECT_EQ(parse_umask("057").value(), 0057);
    EXPECT_EQ(parse_umask("0777").value(), 0777);
    for (const std::string_view text : {"", "rwxrwxrwx", "27", "1027", "0028", "00027"}) {
        const auto mask = parse_umask(text);
        ASSERT_FALSE(mask) << text;
        EXPECT_EQ(mask.error().code(), ErrorCode::invalid_header_value);
        ASSERT_NE(mask.error().details(), nullptr);
        EXPECT_EQ(mask.error().details()->elements[0].value, "x-ms-umask");
        EXPECT_EQ(mask.error().details()->elements[1].value, text);
    }
}

TEST(AclEntry, AListIsReadEntryByEntry) {
    const AclEntries entries = parse_acl(id_text("user::rwx,default:user:", ":r-x,mask::-w-,other::--x")).value();
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(entries[0], (AclEntry{AclScope::access, AclType::user, "", 7}));
    EXPECT_EQ(entries[1], (AclEntry{AclScope::inherited, AclType::user, std::string(kSomeId), 5}));
    EXPECT_EQ(entries[2], (AclEntry{AclScope::access, AclType::mask, "", 2}));
    EXPECT_EQ(entries[3], (AclEntry{AclScope::access, AclType::other, "", 1}));
    EXPECT_EQ(print_acl(entries), id_text("user::rwx,default:user:", ":r-x,mask::-w-,other::--x"));
}

TEST(AclEntry, IdsAreGuidsOrPrincipalNames) {
    EXPECT_EQ(parse_acl("user:EC3595D6-2C17-4696-8CAA-7E139758D24A:rwx").value()[0].id, kSomeId);
    EXPECT_EQ(parse_acl("group:Jo.Doe@Contoso.com:r--").value()[0].id, "Jo.Doe@Contoso.com");
    for (const std::string_view id : {"foo", "@contoso.com", "jo doe@contoso.com", "$superuser",
                                      "ec3595d6-2c17-4696-8caa-7e139758d24", "ec3595d62c17-4696-8caa-7e139758d24a0"}) {
        const auto entries = parse_acl("user:" + std::string(id) + ":rwx");
        ASSERT_FALSE(entries) << id;
        EXPECT_EQ(entries.error().code(), ErrorCode::invalid_named_user_or_named_group) << id;
    }
}

TEST(AclEntry, WhatIsNoListIsRefused) {
    std::string many = "user::rwx";
    for (int i = 0; i < 64; ++i) many += ",user::rwx";
    for (const std::string& text : std::vector<std::string>{"",
                                                            "asdf",
                                                            ",",
                                                            "user::rwx,",
                                                            ",user::rwx",
                                                            "user::rwx,,other::r--",
                                                            "user:rwx",
                                                            "user::rw",
                                                            "user::rwxx",
                                                            "user::wrx",
                                                            "user::RWX",
                                                            "user:::rwx",
                                                            "users::rwx",
                                                            "User::rwx",
                                                            "access:user::rwx",
                                                            "default:default:user::rwx",
                                                            "mask:a@b:rwx",
                                                            "other:a@b:rwx",
                                                            "user::rwt",
                                                            " user::rwx",
                                                            "user::7",
                                                            "default:",
                                                            "user",
                                                            many}) {
        const auto entries = parse_acl(text);
        ASSERT_FALSE(entries) << text;
        EXPECT_EQ(entries.error().code(), ErrorCode::invalid_access_control_list) << text;
    }
    EXPECT_EQ(info(ErrorCode::invalid_access_control_list).name, "InvaldAccessControlList");
}

TEST(AclEntry, EntriesToRemoveNameNoPermissions) {
    const AclEntries entries =
        parse_removed_acl(id_text("mask,default:user,default:group,user:", ",default:group:a@b,group:,mask::")).value();
    ASSERT_EQ(entries.size(), 7U);
    EXPECT_EQ(entries[0], (AclEntry{AclScope::access, AclType::mask, "", 0}));
    EXPECT_EQ(entries[1], (AclEntry{AclScope::inherited, AclType::user, "", 0}));
    EXPECT_EQ(entries[2], (AclEntry{AclScope::inherited, AclType::group, "", 0}));
    EXPECT_EQ(entries[3], (AclEntry{AclScope::access, AclType::user, std::string(kSomeId), 0}));
    EXPECT_EQ(entries[4], (AclEntry{AclScope::inherited, AclType::group, "a@b", 0}));
    EXPECT_EQ(entries[5], (AclEntry{AclScope::access, AclType::group, "", 0}));
    EXPECT_EQ(entries[6], (AclEntry{AclScope::access, AclType::mask, "", 0}));
    for (const std::string_view text : {"", "user::rwx", "user:a@b:r--", "mask:::", "masks", "other:a@b"}) {
        const auto removed = parse_removed_acl(text);
        ASSERT_FALSE(removed) << text;
        EXPECT_EQ(removed.error().code(), ErrorCode::invalid_access_control_list) << text;
    }
}

TEST(AclEntry, NamesAreShownForUsersOnly) {
    const AclEntries entries =
        parse_acl(id_text("user::rwx,user:", ":r-x,") + id_text("group:", ":r--,user:a@b:---")).value();
    const auto name_of = [](std::string_view id) {
        return id == kSomeId ? std::string("jo@contoso.com") : std::string();
    };
    EXPECT_EQ(print_acl(entries, name_of), id_text("user::rwx,user:jo@contoso.com:r-x,group:", ":r--,user:a@b:---"));
}

}  // namespace
}  // namespace lazulite::blob
