// Get and Set Access Control, the recursive one too; who may, and what follows from it. Reference: "Path - Update",
// "Path - Get Properties", "Access control lists (ACLs) in Azure Data Lake Storage".

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lake.hpp"

namespace lazulite {
namespace {

using Face = Lake::Face;

class AccessOperations : public ::testing::Test {
  protected:
    InMemory::Exchanged change(std::string_view who, const std::string& path, InMemory::Headers headers) {
        return lake_.send(who, Face::dfs, "PATCH", "/fsys/" + path + "?action=setAccessControl", std::move(headers));
    }
    InMemory::Exchanged change_below(std::string_view who, const std::string& path, const std::string& query,
                                     const std::string& acl) {
        return lake_.send(who, Face::dfs, "PATCH", "/fsys/" + path + "?action=setAccessControlRecursive&" + query,
                          {{"x-ms-acl", acl}});
    }
    std::string acl(const std::string& path) { return lake_.shown(path, "x-ms-acl"); }

    Lake lake_;
};

TEST_F(AccessOperations, ShowWhatAPathHas) {
    lake_.put("d/f");
    const auto file = lake_.send("owner", Face::dfs, "HEAD", "/fsys/d/f?action=getAccessControl");
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(file.field("x-ms-owner"), lake_.id("owner"));
    EXPECT_EQ(file.field("x-ms-group"), lake_.id("owner"));  // the root directory's, who made the filesystem
    EXPECT_EQ(file.field("x-ms-permissions"), "rw-r-----");
    EXPECT_EQ(file.field("x-ms-acl"), "user::rw-,group::r--,other::---");
    EXPECT_EQ(file.field("Content-Type"), "");
    EXPECT_NE(file.field("ETag"), "");
    EXPECT_EQ(acl("d"), "user::rwx,group::r-x,other::---");
    EXPECT_EQ(acl(""), "user::rwx,group::r-x,other::---");
    EXPECT_EQ(acl("%2F"), "user::rwx,group::r-x,other::---");
}

TEST_F(AccessOperations, TellTheStatusWithoutTheList) {
    lake_.put("d/f");
    const auto file = lake_.send("owner", Face::dfs, "HEAD", "/fsys/d/f?action=getStatus");
    EXPECT_EQ(file.field("x-ms-resource-type"), "file");
    EXPECT_EQ(file.field("x-ms-permissions"), "rw-r-----");
    EXPECT_EQ(file.field("x-ms-acl"), "");
    EXPECT_EQ(file.field("x-ms-lease-state"), "available");
    EXPECT_EQ(lake_.send("owner", Face::dfs, "HEAD", "/fsys/d?action=getStatus").field("x-ms-resource-type"), "directory");
    EXPECT_EQ(lake_.send("owner", Face::dfs, "HEAD", "/fsys/?action=getStatus").field("x-ms-resource-type"), "directory");
    const auto missing = lake_.send("owner", Face::dfs, "HEAD", "/fsys/nothing?action=getStatus");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.code, "PathNotFound");
    EXPECT_EQ(lake_.send("owner", Face::dfs, "HEAD", "/gone/?action=getAccessControl").code, "FilesystemNotFound");
}

TEST_F(AccessOperations, SayWhetherThatWouldBeGranted) {
    lake_.put("d/f");
    const auto ask = [&](std::string_view who, const std::string& query, const std::string& path = "d/f") {
        return lake_.send(who, Face::dfs, "HEAD", "/fsys/" + path + "?action=checkAccess" + query);
    };
    EXPECT_EQ(ask("owner", "&fsAction=rwx").status, 200);
    EXPECT_EQ(ask("nobody", "&fsAction=r--").status, 403);
    EXPECT_EQ(ask("owner", "&fsAction=r--", "gone").code, "PathNotFound");
    EXPECT_EQ(ask("owner", "&fsAction=read").code, "InvalidQueryParameterValue");
    EXPECT_EQ(ask("owner", "&fsAction=rw").code, "InvalidQueryParameterValue");
    EXPECT_EQ(ask("owner", "").code, "MissingRequiredQueryParameter");
}

TEST_F(AccessOperations, ChangeWhatIsGivenAndNeitherETagNorTheRest) {
    lake_.put("f");
    const std::string etag = lake_.shown("f", "ETag");
    const auto answer = change("owner", "f", {{"x-ms-permissions", "0751"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("x-ms-namespace-enabled"), "true");
    EXPECT_EQ(answer.field("ETag"), etag);
    EXPECT_EQ(lake_.shown("f", "ETag"), etag);
    EXPECT_EQ(lake_.shown("f", "x-ms-permissions"), "rwxr-x--x");
    EXPECT_EQ(change("owner", "f", {{"x-ms-owner", lake_.id("other")}, {"x-ms-group", std::string(Lake::kGroup)}}).status, 200);
    EXPECT_EQ(lake_.shown("f", "x-ms-owner"), lake_.id("other"));
    EXPECT_EQ(lake_.shown("f", "x-ms-group"), Lake::kGroup);
    EXPECT_EQ(lake_.shown("f", "x-ms-permissions"), "rwxr-x--x");
    const std::string named = "user::rwx,user:" + lake_.id("nobody") + ":r--,group::r-x,mask::r-x,other::---";
    EXPECT_EQ(change("owner", "f", {{"x-ms-acl", named}}).status, 200);
    EXPECT_EQ(acl("f"), named);
    EXPECT_EQ(lake_.shown("f", "x-ms-permissions"), "rwxr-x---+");
    // Get Blob is of the same file.
    EXPECT_EQ(lake_.send("owner", Face::blob, "GET", "/fsys/f").status, 200);
}

TEST_F(AccessOperations, ChangeTheRootDirectoryToo) {
    const std::string etag = lake_.shown("", "ETag");
    EXPECT_EQ(change("owner", "", {{"x-ms-permissions", "rwxrwxrwt"}}).status, 200);
    EXPECT_EQ(lake_.shown("", "x-ms-permissions"), "rwxrwxrwt");
    EXPECT_EQ(change("owner", "%2F", {{"x-ms-acl", "user::rwx,group::---,other::--x,default:user::rwx,default:group::---,default:other::---"}}).status, 200);
    EXPECT_EQ(acl(""), "user::rwx,group::---,other::--x,default:user::rwx,default:group::---,default:other::---");
    EXPECT_EQ(lake_.shown("", "ETag"), etag);
}

TEST_F(AccessOperations, RefuseWhatIsNoAccess) {
    lake_.put("d/f");
    const auto code = [&](InMemory::Headers headers) { return change("owner", "d/f", std::move(headers)).code; };
    EXPECT_EQ(code({{"x-ms-permissions", "0755"}, {"x-ms-acl", "user::rwx,group::rwx,other::rwx"}}), "InvalidInput");
    EXPECT_EQ(code({{"x-ms-acl", "user::rwx,group::rwx"}}), "SetAclMissingAces");
    EXPECT_EQ(code({{"x-ms-acl", "user::rwz,group::rwx,other::rwx"}}), "InvaldAccessControlList");
    EXPECT_EQ(code({{"x-ms-acl", "user::rwx,group::rwx,other::rwx,default:user::rwx"}}), "InvaldAccessControlList");
    EXPECT_EQ(code({{"x-ms-permissions", "rw"}}), "InvalidPermission");
    EXPECT_EQ(code({{"x-ms-owner", "somebody"}}), "InvalidHeaderValue");
    EXPECT_EQ(code({}), "MissingRequiredHeader");
    EXPECT_EQ(change("owner", "d/nothing", {{"x-ms-permissions", "0755"}}).code, "PathNotFound");
    EXPECT_EQ(code({{"x-ms-permissions", "0755"}, {"If-Match", "\"0x1\""}}), "ConditionNotMet");
    EXPECT_EQ(acl("d/f"), "user::rw-,group::r--,other::---");
}

TEST_F(AccessOperations, NeedTheLeaseOfAPath) {
    lake_.put("f");
    const std::string lease = "11111111-2222-4333-8444-555555555555";
    ASSERT_EQ(lake_.send("owner", Face::blob, "PUT", "/fsys/f?comp=lease",
                         {{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "-1"}, {"x-ms-proposed-lease-id", lease}}).status, 201);
    const auto without = change("owner", "f", {{"x-ms-permissions", "0755"}});
    EXPECT_EQ(without.status, 412);
    EXPECT_EQ(without.code, "LeaseIdMissing");
    EXPECT_EQ(change("owner", "f", {{"x-ms-permissions", "0755"}, {"x-ms-lease-id", lease}}).status, 200);
    EXPECT_EQ(lake_.send("owner", Face::dfs, "HEAD", "/fsys/f?action=getAccessControl").status, 200);
}

TEST_F(AccessOperations, ShowNamesOfPeopleWhereAsked) {
    lake_.put("f");
    const std::string id = lake_.id("nobody");
    const std::string name(Lake::kNobodysName);
    // A name that is known becomes its object id; groups and applications have no names.
    EXPECT_EQ(change("owner", "f", {{"x-ms-owner", name}, {"x-ms-acl", "user::rwx,user:" + name + ":r--,group::r--,other::---"}}).status, 200);
    EXPECT_EQ(lake_.shown("f", "x-ms-owner"), id);
    EXPECT_EQ(acl("f"), "user::rwx,user:" + id + ":r--,group::r--,mask::r--,other::---");
    const auto named = lake_.send("owner", Face::dfs, "HEAD", "/fsys/f?action=getAccessControl&upn=true");
    EXPECT_EQ(named.field("x-ms-owner"), name);
    EXPECT_EQ(named.field("x-ms-acl"), "user::rwx,user:" + name + ":r--,group::r--,mask::r--,other::---");
    lake_.set("f", {lake_.id("reader"), "", "", ""});
    EXPECT_EQ(lake_.send("owner", Face::dfs, "HEAD", "/fsys/f?action=getAccessControl&upn=true").field("x-ms-owner"), lake_.id("reader"));
}

TEST_F(AccessOperations, AreTheOwnersToChange) {
    lake_.put("d/f");
    for (const char* const path : {"", "d"}) lake_.set(path, {"", "", "user::rwx,group::rwx,other::rwx", ""});
    lake_.set("d/f", {lake_.id("other"), "", "user::rwx,group::rwx,other::rwx", ""});
    const InMemory::Headers mode{{"x-ms-permissions", "0777"}};
    for (const std::string_view who : {"nobody", "contributor", "reader"}) {
        const auto refused = change(who, "d/f", mode);
        EXPECT_EQ(refused.status, 403) << who;
        EXPECT_EQ(refused.code, "AuthorizationPermissionMismatch") << who;
    }
    for (const std::string_view who : {"nobody", "contributor", "reader"}) {
        lake_.set("d/f", {lake_.id(who), "", "", ""});
        EXPECT_EQ(change(who, "d/f", mode).status, 200) << who;
        // Nobody gives away what they own; the group may become one that they are in.
        EXPECT_EQ(change(who, "d/f", {{"x-ms-owner", lake_.id("other")}}).status, 403) << who;
        EXPECT_EQ(change(who, "d/f", {{"x-ms-owner", lake_.id(who)}, {"x-ms-permissions", "0777"}}).status, 200) << who;
        lake_.set("d/f", {"", "$superuser", "", ""});
        const auto group = change(who, "d/f", {{"x-ms-group", std::string(Lake::kGroup)}});
        EXPECT_EQ(group.status, who == "contributor" ? 403 : 200) << who;
        EXPECT_EQ(change(who, "d/f", {{"x-ms-group", "99999999-0000-4000-8000-000000000002"}}).status, 403) << who;
    }
    lake_.set("d", {"", "", "user::rwx,group::rwx,other::rw-", ""});
    EXPECT_EQ(change("nobody", "d/f", mode).status, 403);
    EXPECT_EQ(change("reader", "d/f", mode).status, 403);
}

TEST_F(AccessOperations, LeaveASasToItsLetters) {
    lake_.put("d/f");
    const std::string target = "/fsys/d/f?action=setAccessControl";
    const InMemory::Headers mode{{"x-ms-permissions", "0777"}};
    const auto plain = lake_.send_delegated("owner", "", Face::dfs, "PATCH", target, mode);
    EXPECT_EQ(plain.status, 200) << plain.body;
    EXPECT_EQ(lake_.send_delegated("owner", "saoid=" + lake_.id("nobody"), Face::dfs, "PATCH", target, mode).status, 200);
    const std::string suoid = "suoid=" + lake_.id("nobody");
    EXPECT_EQ(lake_.send_delegated("owner", suoid, Face::dfs, "PATCH", target, mode).status, 403);
    // The key's owner can give no more than they have.
    for (const char* const path : {"", "d", "d/f"}) lake_.set(path, {lake_.id("nobody"), "", "", ""});
    EXPECT_EQ(lake_.send_delegated("owner", suoid, Face::dfs, "PATCH", target, mode).status, 200);
    EXPECT_EQ(lake_.send_delegated("contributor", suoid, Face::dfs, "PATCH", target, mode).status, 403);
    EXPECT_EQ(lake_.send_delegated("contributor", suoid, Face::blob, "GET", "/fsys/d/f").status, 200);
    EXPECT_EQ(lake_.send_delegated("owner", suoid + "&saoid=" + lake_.id("other"), Face::blob, "GET", "/fsys/d/f").code, "AuthenticationFailed");
}

TEST_F(AccessOperations, SayWhoOwnsWhatIsMadeWithASas) {
    lake_.set("", {"", "", "user::rwx,group::rwx,other::rwx", ""});
    const InMemory::Headers block{{"x-ms-blob-type", "BlockBlob"}};
    EXPECT_EQ(lake_.send_delegated("owner", "saoid=" + lake_.id("nobody"), Face::blob, "PUT", "/fsys/a", block).status, 201);
    EXPECT_EQ(lake_.shown("a", "x-ms-owner"), lake_.id("nobody"));
    EXPECT_EQ(lake_.send_delegated("owner", "suoid=" + lake_.id("nobody"), Face::blob, "PUT", "/fsys/b", block).status, 201);
    EXPECT_EQ(lake_.shown("b", "x-ms-owner"), lake_.id("nobody"));
    EXPECT_EQ(lake_.send_delegated("owner", "", Face::blob, "PUT", "/fsys/c", block).status, 201);
    EXPECT_EQ(lake_.shown("c", "x-ms-owner"), "$superuser");
    EXPECT_EQ(lake_.send("nobody", Face::blob, "PUT", "/fsys/e", block).status, 201);
    EXPECT_EQ(lake_.shown("e", "x-ms-owner"), lake_.id("nobody"));
}

TEST_F(AccessOperations, GiveChildrenWhatTheirDirectorySays) {
    lake_.put("d/old");
    lake_.set("", {"", "", "user::rwx,group::---,other::--x", ""});
    lake_.set("d", {"", "", "user::rwx,group::---,other::--x,default:user::rwx,default:user:" + lake_.id("nobody") +
                            ":r-x,default:group::---,default:mask::r-x,default:other::---", ""});
    lake_.put("d/new");
    lake_.put("d/below/new");
    EXPECT_EQ(lake_.send("nobody", Face::blob, "GET", "/fsys/d/new").status, 200);
    EXPECT_EQ(lake_.send("nobody", Face::blob, "GET", "/fsys/d/below/new").status, 200);
    EXPECT_EQ(lake_.send("nobody", Face::blob, "GET", "/fsys/d/old").status, 403);
    EXPECT_EQ(lake_.send("nobody", Face::blob, "DELETE", "/fsys/d/new").status, 403);
}

TEST_F(AccessOperations, KeepWhatIsInAStickyDirectoryForItsOwner) {
    lake_.set("", {"", "", "user::rwx,group::---,other::rwx", ""});
    lake_.put("d/theirs");
    lake_.put("d/mine");
    lake_.set("d", {"", "", "", "rwxrwxrwt"});
    lake_.set("d/mine", {lake_.id("nobody"), "", "", ""});
    EXPECT_EQ(lake_.send("nobody", Face::blob, "DELETE", "/fsys/d/theirs").status, 403);
    EXPECT_EQ(lake_.send("nobody", Face::blob, "DELETE", "/fsys/d/mine").status, 202);
    lake_.set("d", {lake_.id("nobody"), "", "", ""});
    EXPECT_EQ(lake_.send("nobody", Face::blob, "DELETE", "/fsys/d/theirs").status, 202);
}

TEST_F(AccessOperations, ChangeATreePageByPage) {
    for (const char* const path : {"t/a", "t/b/c", "t/b/d", "t/b-c", "t/e/f/g", "u"}) lake_.put(path);
    const std::string wanted = "user::rwx,group::r-x,other::--x";
    // In byte order of paths: t, t/a, t/b-c, t/b/, t/b/c, t/b/d, t/e/, t/e/f/, t/e/f/g.
    const std::vector<std::string> order = {"t", "t/a", "t/b-c", "t/b", "t/b/c", "t/b/d", "t/e", "t/e/f", "t/e/f/g"};
    std::string continuation;
    std::size_t changed = 0;
    const std::size_t directories[] = {1, 1, 2, 1};
    for (const std::size_t expected : directories) {
        const auto page = change_below("owner", "t", "mode=set&maxRecords=2&continuation=" + percent_encode(continuation), wanted);
        ASSERT_EQ(page.status, 200) << page.code;
        EXPECT_EQ(page.field("x-ms-namespace-enabled"), "true");
        continuation = page.field("x-ms-continuation");
        changed += 2;
        if (continuation.empty()) break;
        const auto body = nlohmann::json::parse(page.body);
        EXPECT_EQ(body["directoriesSuccessful"].get<int>() + body["filesSuccessful"].get<int>(), 2) << page.body;
        (void)expected;
        for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(acl(order[i]) == wanted, i < changed) << order[i] << " " << changed;
    }
    EXPECT_EQ(changed, 8U);
    const auto last = change_below("owner", "t", "mode=set&maxRecords=2&continuation=" + percent_encode(continuation), wanted);
    EXPECT_EQ(last.body, R"({"directoriesSuccessful":0,"failedEntries":[],"failureCount":0,"filesSuccessful":1})" "\n");
    EXPECT_EQ(last.field("x-ms-continuation"), "");
    EXPECT_EQ(acl("u"), "user::rw-,group::r--,other::---");
    EXPECT_EQ(acl("t/e/f/g"), wanted);
}

TEST_F(AccessOperations, ChangeWholeTreesInSlices) {
    for (int i = 0; i < 450; ++i) lake_.put("t/d" + std::to_string(i % 9) + "/f" + std::to_string(i));
    const auto whole = change_below("owner", "", "mode=modify", "user:" + lake_.id("nobody") + ":r--,default:user:" + lake_.id("nobody") + ":r--");
    EXPECT_EQ(whole.body, R"({"directoriesSuccessful":11,"failedEntries":[],"failureCount":0,"filesSuccessful":450})" "\n");
    EXPECT_EQ(acl("t/d8/f449"), "user::rw-,user:" + lake_.id("nobody") + ":r--,group::r--,mask::r--,other::---");
    EXPECT_NE(acl("").find("default:user:" + lake_.id("nobody")), std::string::npos);
    const auto removed = change_below("owner", "t", "mode=remove", "mask,default:mask,user:" + lake_.id("nobody") + ",default:user:" + lake_.id("nobody"));
    EXPECT_EQ(removed.body, R"({"directoriesSuccessful":10,"failedEntries":[],"failureCount":0,"filesSuccessful":450})" "\n");
    EXPECT_EQ(acl("t/d8/f449"), "user::rw-,group::r--,other::---");
}

TEST_F(AccessOperations, ChangeAFileAlone) {
    lake_.put("d/f");
    const auto answer = change_below("owner", "d/f", "mode=modify", "user::rwx");
    EXPECT_EQ(answer.body, R"({"directoriesSuccessful":0,"failedEntries":[],"failureCount":0,"filesSuccessful":1})" "\n");
    EXPECT_EQ(acl("d/f"), "user::rwx,group::r--,other::---");
    EXPECT_EQ(acl("d"), "user::rwx,group::r-x,other::---");
}

TEST_F(AccessOperations, EndATreeAtTheFirstFailureUnlessForced) {
    for (const char* const path : {"t/a", "t/b", "t/c"}) lake_.put(path);
    lake_.set("", {"", "", "user::rwx,group::---,other::--x", ""});
    for (const char* const path : {"t", "t/a", "t/c"}) lake_.set(path, {lake_.id("nobody"), "", "", ""});
    const std::string wanted = "user::rwx,group::---,other::--x";
    const std::string failure = R"({"errorMessage":"This request is not authorized to perform this operation using this permission.","name":"t/b","type":"FILE"})";
    const auto ended = change_below("nobody", "t", "mode=set", wanted);
    EXPECT_EQ(ended.status, 200);
    EXPECT_EQ(ended.body, R"({"directoriesSuccessful":1,"failedEntries":[)" + failure + R"(],"failureCount":1,"filesSuccessful":1})" "\n");
    EXPECT_EQ(ended.field("x-ms-continuation"), "");
    EXPECT_NE(acl("t/c"), wanted);
    const auto forced = change_below("nobody", "t", "mode=set&forceFlag=true", wanted);
    EXPECT_EQ(forced.body, R"({"directoriesSuccessful":1,"failedEntries":[)" + failure + R"(],"failureCount":1,"filesSuccessful":2})" "\n");
    EXPECT_EQ(acl("t/c"), wanted);
    EXPECT_NE(acl("t/b"), wanted);
}

TEST_F(AccessOperations, SayWhyTheyRefuse) {
    lake_.put("d/f");
    lake_.set("", {"", "", "user::rwx,group::---,other::--x", ""});
    lake_.set("d", {"", "", "user::rwx,group::---,other::r--", ""});
    EXPECT_EQ(lake_.send("nobody", Face::blob, "DELETE", "/fsys/d/f").status, 403);
    EXPECT_EQ(lake_.why().rule, Rule::role);
    EXPECT_EQ(lake_.why().needed, "--x on /, -wx on d");
    EXPECT_EQ(lake_.why().granted, "--x on /, r-- on d");
    EXPECT_EQ(lake_.send("nobody", Face::blob, "PUT", "/fsys/d/f?comp=tags").status, 403);
    EXPECT_EQ(lake_.why().needed, "blobServices/containers/blobs/tags/write");
    lake_.set("d", {"", "", "user::rwx,group::---,other::--x", ""});
    EXPECT_EQ(change("nobody", "d/f", {{"x-ms-permissions", "0777"}}).status, 403);
    EXPECT_EQ(lake_.why().needed, "--x on /, --x on d, ownership of d/f");
}

TEST_F(AccessOperations, NeedAHierarchicalAccount) {
    Lake flat(false);
    flat.put("d/f");
    for (const auto& [method, query] : {std::pair{"HEAD", "getAccessControl"}, {"PATCH", "setAccessControl"}, {"PATCH", "setAccessControlRecursive"}}) {
        for (const char* const path : {"/fsys/d/f", "/fsys/"}) {
            const auto refused = flat.send("owner", Face::dfs, method, std::string(path) + "?action=" + query, {{"x-ms-permissions", "0750"}});
            EXPECT_EQ(refused.status, 400) << query;
            EXPECT_EQ(refused.code, "HierarchicalNamespaceNotEnabled") << query;
        }
    }
    // What lists would say does not count there.
    EXPECT_EQ(flat.send("nobody", Face::blob, "GET", "/fsys/d/f").code, "AuthorizationPermissionMismatch");
    const auto status = flat.send("owner", Face::dfs, "HEAD", "/fsys/d/f?action=getStatus");
    EXPECT_EQ(status.status, 200);
    EXPECT_EQ(status.field("x-ms-resource-type"), "file");
    EXPECT_EQ(status.field("x-ms-owner"), "");
}

TEST_F(AccessOperations, RefuseATreeBeforeAnythingChanges) {
    lake_.put("t/a");
    const auto code = [&](const std::string& query, const std::string& list) { return change_below("owner", "t", query, list).code; };
    EXPECT_EQ(code("mode=replace", "user::rwx"), "InvalidQueryParameterValue");
    EXPECT_EQ(code("maxRecords=1", "user::rwx"), "MissingRequiredQueryParameter");
    EXPECT_EQ(code("mode=set&maxRecords=2001", "user::rwx,group::rwx,other::rwx"), "OutOfRangeQueryParameterValue");
    EXPECT_EQ(code("mode=set", "user::rwx"), "SetAclMissingAces");
    EXPECT_EQ(change_below("owner", "gone", "mode=modify", "user::rwx").code, "PathNotFound");
    EXPECT_EQ(lake_.send("owner", Face::dfs, "PATCH", "/fsys/t?action=setAccessControlRecursive&mode=modify").code, "MissingRequiredHeader");
    // As the service was seen to answer.
    EXPECT_EQ(change_below("owner", "t", "mode=modify&continuation=garbage", "user::---").body,
              R"({"directoriesSuccessful":0,"failedEntries":[],"failureCount":0,"filesSuccessful":0})" "\n");
    EXPECT_EQ(acl("t/a"), "user::rw-,group::r--,other::---");
}

}  // namespace
}  // namespace lazulite
