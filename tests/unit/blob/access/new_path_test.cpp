#include <gtest/gtest.h>

#include "blob/domain/access_control.hpp"

namespace lazulite::blob {
namespace {

AccessControl parent_with(std::string_view acl) {
    AccessControl parent = AccessControl::usual(true);
    parent.owner = "keeper@a";
    parent.group = "staff@a";
    EXPECT_TRUE(parent.set_acl(parse_acl(acl).value(), true)) << acl;
    return parent;
}

constexpr std::string_view kPlain = "user::rwx,group::rwx,other::rwx,user:foo@a:rwx";
constexpr std::string_view kForChildren = "user::rwx,group::r-x,other::---,default:user:foo@a:rwx";

std::string made_below(std::string_view parent, const NewPath& path) {
    return print_acl(path.below(parent_with(parent)).value().entries());
}

TEST(NewPath, OwnerIsTheCallerAndGroupTheParents) {
    const AccessControl parent = parent_with(kPlain);
    const AccessControl by_key = NewPath{}.below(parent).value();
    EXPECT_EQ(by_key.owner, "$superuser");
    EXPECT_EQ(by_key.group, "staff@a");
    const AccessControl by_caller = NewPath{.owner = "jo@a"}.below(parent).value();
    EXPECT_EQ(by_caller.owner, "jo@a");
    EXPECT_EQ(by_caller.group, "staff@a");
    EXPECT_EQ(NewPath{.group = "editors@a"}.below(parent).value().group, "editors@a");
}

TEST(NewPath, WithoutEntriesForChildrenTheUmaskLimitsThePermissions) {
    EXPECT_EQ(made_below(kPlain, {}), "user::rw-,group::r--,other::---");
    EXPECT_EQ(made_below(kPlain, {.directory = true}), "user::rwx,group::r-x,other::---");
    EXPECT_EQ(made_below(kPlain, {.permissions = 0777, .umask = 0057}), "user::rwx,group::-w-,other::---");
    EXPECT_EQ(made_below(kPlain, {.permissions = 0777}), "user::rwx,group::r-x,other::---");
    EXPECT_EQ(made_below(kPlain, {.umask = 0}), "user::rw-,group::rw-,other::rw-");
    EXPECT_EQ(made_below(kPlain, {.directory = true, .umask = 0022}), "user::rwx,group::r-x,other::r-x");
    EXPECT_EQ(made_below(kPlain, {.directory = true, .umask = 0777}), "user::---,group::---,other::---");
    EXPECT_EQ(
        NewPath({.directory = true, .permissions = 01777, .umask = 0}).below(parent_with(kPlain)).value().permissions(),
        "rwxrwxrwt");
}

TEST(NewPath, EntriesForChildrenBecomeItsOwn) {
    EXPECT_EQ(made_below(kForChildren, {.directory = true}),
              "user::rwx,user:foo@a:rwx,group::r-x,mask::rwx,other::---,"
              "default:user::rwx,default:user:foo@a:rwx,default:group::r-x,default:mask::rwx,default:other::---");
    EXPECT_EQ(made_below("user::rwx,group::r-x,other::---,default:user::rwx", {.directory = true}),
              "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---");
    // A file's permissions have no execute; a mask stands for the group.
    EXPECT_EQ(made_below(kForChildren, {}), "user::rw-,user:foo@a:rwx,group::r-x,mask::rw-,other::---");
    EXPECT_EQ(made_below("user::rwx,group::r-x,other::---,default:user::rwx", {}), "user::rw-,group::r--,other::---");
}

TEST(NewPath, EntriesForChildrenAreLimitedByPermissionsAndNoUmask) {
    EXPECT_EQ(made_below("user::rwx,group::rwx,other::---,default:other::rwx", {.umask = 0777}),
              "user::rw-,group::rw-,other::rw-");
    EXPECT_EQ(made_below(kForChildren, {.permissions = 0740, .umask = 0022}),
              "user::rwx,user:foo@a:rwx,group::r-x,mask::r--,other::---");
    EXPECT_EQ(
        made_below("user::rwx,group::r-x,other::r-x,default:user:foo@a:rwx", {.directory = true, .permissions = 0740}),
        "user::rwx,user:foo@a:rwx,group::r-x,mask::r--,other::---,"
        "default:user::rwx,default:user:foo@a:rwx,default:group::r-x,default:mask::rwx,default:other::r-x");
    EXPECT_EQ(NewPath({.directory = true, .permissions = 01700}).below(parent_with(kForChildren)).value().permissions(),
              "rwx-----T+");
}

TEST(NewPath, TheStickyBitOfAParentIsNotInherited) {
    AccessControl parent = parent_with(kForChildren);
    parent.set_mode(01777);
    EXPECT_FALSE(NewPath{.directory = true}.below(parent).value().sticky());
}

TEST(NewPath, AListIsTakenWhole) {
    const AclEntries acl = parse_acl("user::r--,user:bar@a:-w-,group::---,other::---").value();
    EXPECT_EQ(made_below(kForChildren, {.directory = true, .acl = acl}),
              "user::r--,user:bar@a:-w-,group::---,mask::-w-,other::---");
    const AccessControl parent = parent_with(kForChildren);
    const auto code_of = [&](const NewPath& path) { return path.below(parent).error().code(); };
    EXPECT_EQ(code_of({.permissions = 0777, .acl = acl}), ErrorCode::invalid_input);
    EXPECT_EQ(made_below(kPlain, {.umask = 0777, .acl = acl}), "user::r--,user:bar@a:-w-,group::---,mask::-w-,other::---");
    EXPECT_EQ(code_of({.acl = parse_acl("user::r--,group::---").value()}), ErrorCode::set_acl_missing_aces);
    const AclEntries for_children = parse_acl("user::r--,group::---,other::---,default:user::rwx").value();
    EXPECT_EQ(code_of({.acl = for_children}), ErrorCode::invalid_access_control_list);
    EXPECT_EQ(made_below(kPlain, {.directory = true, .acl = for_children}),
              "user::r--,group::---,other::---,default:user::rwx,default:group::---,default:other::---");
}

}  // namespace
}  // namespace lazulite::blob
