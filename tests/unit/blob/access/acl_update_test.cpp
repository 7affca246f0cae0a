#include <gtest/gtest.h>

#include "blob/domain/access_control.hpp"

namespace lazulite::blob {
namespace {

using Kind = AclUpdate::Kind;

AccessControl updated(std::string_view from, Kind kind, std::string_view update, bool directory = true) {
    AccessControl access = AccessControl::usual(directory);
    EXPECT_TRUE(access.set_acl(parse_acl(from).value(), directory)) << from;
    EXPECT_TRUE(AclUpdate::parse(kind, update).value().apply(access, directory)) << update;
    return access;
}

std::string list_after(std::string_view from, Kind kind, std::string_view update, bool directory = true) {
    return print_acl(updated(from, kind, update, directory).entries());
}

ErrorCode failure(std::string_view from, Kind kind, std::string_view update, bool directory = true) {
    AccessControl access = AccessControl::usual(directory);
    EXPECT_TRUE(access.set_acl(parse_acl(from).value(), directory)) << from;
    const AccessControl before = access;
    const auto applied = AclUpdate::parse(kind, update).value().apply(access, directory);
    EXPECT_EQ(access, before);
    return applied ? ErrorCode::internal_error : applied.error().code();
}

ErrorCode parse_failure(Kind kind, std::string_view update) {
    const auto parsed = AclUpdate::parse(kind, update);
    return parsed ? ErrorCode::internal_error : parsed.error().code();
}

TEST(AclUpdate, SetReplaces) {
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,group::r-x,other::---,default:user::rwx", Kind::set,
                         "user::r--,group::---,other::---,user:bar@a:-w-"),
              "user::r--,user:bar@a:-w-,group::---,mask::-w-,other::---");
}

TEST(AclUpdate, ModifyAddsAndReplaces) {
    EXPECT_EQ(list_after("user::rwx,group::r-x,other::---", Kind::modify, "user:foo@a:rwx"),
              "user::rwx,user:foo@a:rwx,group::r-x,mask::rwx,other::---");
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,group::r-x,other::---", Kind::modify, "user:foo@a:r-x,other::--x"),
              "user::rwx,user:foo@a:r-x,group::r-x,mask::r-x,other::--x");
    EXPECT_EQ(list_after("user::rwx,group::r-x,other::---", Kind::modify, "default:user:foo@a:-w-"),
              "user::rwx,group::r-x,other::---,"
              "default:user::rwx,default:user:foo@a:-w-,default:group::r-x,default:mask::rwx,default:other::---");
}

TEST(AclUpdate, ModifyComputesTheMaskAnewWhereWhatItLimitsChanges) {
    constexpr std::string_view kNarrow = "user::rwx,user:foo@a:rwx,group::r-x,mask::--x,other::---";
    EXPECT_EQ(list_after(kNarrow, Kind::modify, "group::r--"),
              "user::rwx,user:foo@a:rwx,group::r--,mask::rwx,other::---");
    EXPECT_EQ(list_after(kNarrow, Kind::modify, "user:foo@a:-w-"),
              "user::rwx,user:foo@a:-w-,group::r-x,mask::rwx,other::---");
    EXPECT_EQ(list_after(kNarrow, Kind::modify, "user:foo@a:-w-,mask::-w-"),
              "user::rwx,user:foo@a:-w-,group::r-x,mask::-w-,other::---");
    // The owner, others and the other scope leave it.
    EXPECT_EQ(list_after(kNarrow, Kind::modify, "user::r--,other::r--"),
              "user::r--,user:foo@a:rwx,group::r-x,mask::--x,other::r--");
    EXPECT_EQ(list_after("user::rwx,group::r-x,other::---,default:mask::--x", Kind::modify,
                         "default:user::rw-,user:foo@a:r--"),
              "user::rwx,user:foo@a:r--,group::r-x,mask::r-x,other::---,"
              "default:user::rw-,default:group::r-x,default:mask::--x,default:other::---");
}

TEST(AclUpdate, RemoveTakesAway) {
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,group::r-x,other::---,default:user:foo@a:rwx", Kind::remove,
                         "user:foo@a,default:user:foo@a"),
              "user::rwx,group::r-x,mask::r-x,other::---,"
              "default:user::rwx,default:group::r-x,default:mask::r-x,default:other::---");
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,user:bar@a:-w-,group::r--,other::---", Kind::remove, "user:foo@a"),
              "user::rwx,user:bar@a:-w-,group::r--,mask::rw-,other::---");
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,group::r-x,other::---", Kind::remove, "user:foo@a,mask"),
              "user::rwx,group::r-x,other::---");
    EXPECT_EQ(list_after("user::rwx,group::r-x,other::---,default:user::r--,default:other::r--", Kind::remove,
                         "default:user"),
              "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::r--");
    EXPECT_EQ(list_after("user::rwx,group::r-x,other::---,default:user:foo@a:r--", Kind::remove,
                         "default:user,default:user:foo@a,default:group,default:mask,default:other"),
              "user::rwx,group::r-x,other::---");
}

TEST(AclUpdate, RemoveLeavesAMaskThatItDoesNotConcern) {
    EXPECT_EQ(list_after("user::rwx,user:foo@a:rwx,group::r-x,mask::--x,other::---,default:user:foo@a:r--",
                         Kind::remove, "default:user:foo@a,user:nobody@a"),
              "user::rwx,user:foo@a:rwx,group::r-x,mask::--x,other::---,"
              "default:user::rwx,default:group::r-x,default:mask::r-x,default:other::---");
}

TEST(AclUpdate, WhatIsNotThereIsPassedOver) {
    EXPECT_EQ(
        list_after(
            "user::rwx,group::r-x,other::---", Kind::remove,
            "mask,default:user,default:group,user:ec3595d6-2c17-4696-8caa-7e139758d24a,group:foo@a,default:user:foo@a"),
        "user::rwx,group::r-x,other::---");
}

TEST(AclUpdate, FilesTakeNoEntriesForChildren) {
    EXPECT_EQ(
        list_after("user::rw-,group::r--,other::---", Kind::modify, "user:foo@a:r--,default:user:foo@a:rwx", false),
        "user::rw-,user:foo@a:r--,group::r--,mask::r--,other::---");
    EXPECT_EQ(list_after("user::rw-,group::r--,other::---", Kind::set,
                         "user::r--,group::---,other::---,default:user::rwx", false),
              "user::r--,group::---,other::---");
    EXPECT_EQ(list_after("user::rw-,group::r--,other::---", Kind::remove, "default:user", false),
              "user::rw-,group::r--,other::---");
}

TEST(AclUpdate, WhatHoldsForNoPathIsRefusedAtOnce) {
    EXPECT_EQ(parse_failure(Kind::set, "user:foo@a:rwx"), ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(parse_failure(Kind::set, "user::rwx,group::r-x,other::---,other::---"),
              ErrorCode::invalid_access_control_list);
    EXPECT_EQ(parse_failure(Kind::modify, "user:foo@a:rwx,user:foo@a:r--"), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(parse_failure(Kind::modify, "user:foo@a"), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(parse_failure(Kind::remove, "user:foo@a,user:foo@a"), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(parse_failure(Kind::remove, "user:foo@a:rwx"), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(parse_failure(Kind::modify, "user:foo:rwx"), ErrorCode::invalid_named_user_or_named_group);
}

TEST(AclUpdate, WhatOnePathCannotTakeIsItsOwnFailure) {
    constexpr std::string_view kNamed = "user::rwx,user:foo@a:rwx,group::r-x,other::---";
    EXPECT_EQ(failure(kNamed, Kind::remove, "mask"), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(failure(kNamed, Kind::remove, "user"), ErrorCode::set_acl_missing_aces);
    EXPECT_EQ(failure(kNamed, Kind::remove, "other"), ErrorCode::set_acl_missing_aces);
    std::string many;
    for (int i = 0; i < 28; ++i) many += (i == 0 ? "user:u" : ",user:u") + std::to_string(i) + "@a:r--";
    EXPECT_EQ(failure(kNamed, Kind::modify, many), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(updated("user::rwx,group::r-x,other::---", Kind::modify, many).entries().size(), 32U);
}

}  // namespace
}  // namespace lazulite::blob
