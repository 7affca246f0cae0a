"""POSIX access control: set, read, and changed everywhere below a directory, in batches."""

import json

import pytest
from azure.core import MatchConditions

from datalake_env import (
    ALICE,
    BOB,
    LEASE,
    PLAIN,
    a_directory,
    a_file,
    access_of,
    acl_of,
    expect_json,
    headers_of,
    permissions_of,
    pytestmark as pytestmark,
)
from env import OTHER_ETAG, refused


class TestSetAndGet:
    @pytest.mark.parametrize("make", [a_file, a_directory])
    def test_of_a_path(self, file_system, make):
        path = make(file_system)
        etag = headers_of(path.get_access_control)["ETag"]
        headers = headers_of(path.set_access_control, owner=ALICE, group=BOB, acl=PLAIN)
        # Recordings of the service: the ETag stays, and the answer says what kind of account it is.
        assert (headers["ETag"], headers["x-ms-namespace-enabled"]) == (etag, "true")
        assert access_of(path) == [ALICE, BOB, "rwxr-x---", PLAIN]

    def test_named_ones_and_the_mask(self, file_system):
        file = a_file(file_system)
        # Without one, the mask is the union of what the named ones and the group have.
        file.set_access_control(acl=f"user::rw-,user:{ALICE}:-w-,group::r--,group:{BOB}:--x,other::---")
        assert acl_of(file) == f"user::rw-,user:{ALICE}:-w-,group::r--,group:{BOB}:--x,mask::rwx,other::---"
        assert permissions_of(file) == "rw-rwx---+"  # the middle three are the mask
        file.set_access_control(acl=f"user::rw-,user:{ALICE}:rwx,group::r--,mask::r--,other::---")
        assert permissions_of(file) == "rw-r-----+"
        file.set_access_control(acl=PLAIN)
        assert access_of(file)[2:] == ["rwxr-x---", PLAIN]

    @pytest.mark.parametrize(
        "given, kept",
        [("0750", "rwxr-x---"), ("rwxrwxrwt", "rwxrwxrwt"), ("1776", "rwxrwxrwT"), ("rwxrwxrw-", "rwxrwxrw-"), ("0000", "---------")],
    )
    def test_permissions(self, file_system, given, kept):
        directory = a_directory(file_system)
        directory.set_access_control(permissions=given)
        assert permissions_of(directory) == kept

    def test_permissions_set_the_mask(self, file_system):
        file = a_file(file_system)
        file.set_access_control(acl=f"user::rwx,user:{ALICE}:rwx,group::r-x,mask::rwx,other::---")
        file.set_access_control(permissions="r---w----")
        assert access_of(file)[2:] == ["r---w----+", f"user::r--,user:{ALICE}:rwx,group::r-x,mask::-w-,other::---"]

    def test_default_entries(self, file_system):
        entries = f"{PLAIN},default:user::rwx,default:group::r--,default:other::---"
        directory = a_directory(file_system)
        directory.set_access_control(acl=entries)
        assert acl_of(directory) == entries
        # "Default ACLs are templates … Files do not have default ACLs."
        with refused(400, "InvaldAccessControlList"):  # as the service spells it
            a_file(file_system).set_access_control(acl=entries)

    def test_of_the_root(self, file_system):
        root = file_system._get_root_directory_client()
        assert access_of(root) == ["$superuser", "$superuser", "rwxr-x---", PLAIN]
        root.set_access_control(acl=f"{PLAIN},default:user::rwx,default:user:{BOB}:r-x,default:group::r-x,default:other::---")
        assert acl_of(a_directory(file_system)).startswith(f"user::rwx,user:{BOB}:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,")

    def test_names_of_users(self, file_system):
        # Nobody here has a name; those without one stay as they are.
        assert access_of(a_file(file_system, owner=ALICE), upn=True)[0] == ALICE

    def test_conditions_and_leases(self, file_system):
        file = a_file(file_system)
        etag = file.get_file_properties().etag
        with refused(412, "ConditionNotMet"):
            file.set_access_control(acl=PLAIN, etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(412, "ConditionNotMet"):
            file.get_access_control(etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(304, "ConditionNotMet"):
            file.get_access_control(etag=etag, match_condition=MatchConditions.IfModified)
        file.acquire_lease(-1, LEASE)
        with refused(412, "LeaseIdMissing"):
            file.set_access_control(acl=PLAIN)
        file.set_access_control(acl=PLAIN, lease=LEASE)
        with refused(404, "PathNotFound"):
            file_system.get_file_client("none").set_access_control(acl=PLAIN)

    @pytest.mark.parametrize(
        "acl, code",
        [
            ("user::rwx", "SetAclMissingAces"),
            ("user::rwx,group::r-x", "SetAclMissingAces"),
            (f"{PLAIN},user::r--", "InvaldAccessControlList"),  # as the service spells it
            (f"{PLAIN},user:{ALICE}:rwz", "InvaldAccessControlList"),
            ("nobody::rwx", "InvaldAccessControlList"),
            (f"{PLAIN},mask:{ALICE}:r--", "InvaldAccessControlList"),
            (f"{PLAIN},{','.join(f'user:{number:08}-1111-4111-8111-111111111111:r--' for number in range(33))}", "InvaldAccessControlList"),
        ],
    )
    def test_what_is_no_acl(self, file_system, acl, code):
        with refused(400, code):
            a_file(file_system).set_access_control(acl=acl)

    def test_whether_an_access_would_be_granted(self, lake, file_system):
        """Hadoop asks so, and no SDK. A key may everything."""
        a_file(file_system)

        def ask(access, path="file"):
            return lake.ask("HEAD", f"/{file_system.file_system_name}/{path}", f"action=checkAccess&fsAction={access}")

        assert ask("rwx").status == 200
        none = ask("r--", "none")
        assert (none.status, none.error) == (404, "PathNotFound")
        wrong = ask("everything")
        assert (wrong.status, wrong.error) == (400, "InvalidQueryParameterValue")

    def test_both_and_neither(self, lake, file_system):
        a_file(file_system)

        def change(**headers):
            return lake.ask("PATCH", f"/{file_system.file_system_name}/file", "action=setAccessControl", headers)

        expect_json(change(**{"x-ms-permissions": "0640", "x-ms-acl": PLAIN}), 400, "InvalidInput")
        expect_json(change(**{"x-ms-permissions": "rw-"}), 400, "InvalidPermission")
        expect_json(change(), 400, "MissingRequiredHeader")


class TestRecursive:
    @pytest.fixture
    def tree(self, file_system):
        """a, a/b, a/b/1, a/b/2, a/c, a/c/3"""
        for name in ("a/b/1", "a/b/2", "a/c/3"):
            a_file(file_system, name, b"")
        return file_system

    @staticmethod
    def counted(result):
        counters = getattr(result, "counters", result)
        return counters.directories_successful, counters.files_successful, counters.failure_count

    def test_set_modify_and_remove(self, tree):
        top, file = tree.get_directory_client("a"), tree.get_file_client("a/b/1")
        etag = file.get_file_properties().etag
        assert self.counted(top.set_access_control_recursive("user::rwx,group::rwx,other::r--")) == (3, 3, 0)
        for path in (top, file, tree.get_directory_client("a/c")):
            assert acl_of(path) == "user::rwx,group::rwx,other::r--"
        assert file.get_file_properties().etag == etag
        assert self.counted(top.update_access_control_recursive(f"user:{ALICE}:r-x")) == (3, 3, 0)
        assert acl_of(file) == f"user::rwx,user:{ALICE}:r-x,group::rwx,mask::rwx,other::r--"
        assert self.counted(top.remove_access_control_recursive(f"user:{ALICE}")) == (3, 3, 0)
        assert ALICE not in acl_of(file)

    def test_default_entries_are_not_for_files(self, tree):
        top = tree.get_directory_client("a")
        assert self.counted(top.update_access_control_recursive(f"default:user:{ALICE}:rwx,user:{ALICE}:rwx")) == (3, 3, 0)
        assert f"default:user:{ALICE}:rwx" in acl_of(tree.get_directory_client("a/b"))
        assert acl_of(tree.get_file_client("a/b/1")) == f"user::rw-,user:{ALICE}:rwx,group::r--,mask::rwx,other::---"

    def test_batches_and_on_from_one(self, tree):
        top, progress = tree.get_directory_client("a"), []
        whole = top.set_access_control_recursive(
            PLAIN, batch_size=2, progress_hook=lambda change: progress.append(self.counted(change.batch_counters))
        )
        # A directory comes before what is in it (recordings of the service).
        assert (self.counted(whole), whole.continuation, progress) == ((3, 3, 0), None, [(2, 0, 0), (0, 2, 0), (1, 1, 0)])
        acl = "user::rwx,group::---,other::---"
        part = top.set_access_control_recursive(acl, batch_size=4, max_batches=1)
        assert (self.counted(part), acl_of(tree.get_file_client("a/c/3"))) == ((2, 2, 0), PLAIN)
        rest = top.set_access_control_recursive(acl, continuation_token=part.continuation, continue_on_failure=True)
        assert (self.counted(rest), acl_of(tree.get_file_client("a/c/3"))) == ((1, 1, 0), acl)

    def test_of_a_file_and_of_the_whole_filesystem(self, tree):
        assert self.counted(tree.get_file_client("a/b/1").set_access_control_recursive(PLAIN)) == (0, 1, 0)
        assert self.counted(tree._get_root_directory_client().set_access_control_recursive(PLAIN)) == (4, 3, 0)

    def test_the_json_itself_and_what_is_wrong(self, lake, tree):
        def change(query, acl=PLAIN, path="a"):
            headers = {} if acl is None else {"x-ms-acl": acl}
            return lake.ask("PATCH", f"/{tree.file_system_name}/{path}", f"action=setAccessControlRecursive{query}", headers)

        answer = change("&mode=set&maxRecords=2&forceFlag=true")
        assert (answer.status, answer.headers["x-ms-namespace-enabled"]) == (200, "true")
        assert json.loads(answer.body) == {"directoriesSuccessful": 2, "failedEntries": [], "failureCount": 0, "filesSuccessful": 0}
        assert answer.headers["x-ms-continuation"]
        expect_json(change(""), 400, "MissingRequiredQueryParameter")
        expect_json(change("&mode=other"), 400, "InvalidQueryParameterValue")
        expect_json(change("&mode=set&maxRecords=0"), 400, "OutOfRangeQueryParameterValue")
        beyond = change("&mode=set&continuation=x")  # as the service answered the Go SDK's tests
        assert json.loads(beyond.body) == {"directoriesSuccessful": 0, "failedEntries": [], "failureCount": 0, "filesSuccessful": 0}
        expect_json(change("&mode=set", None), 400, "MissingRequiredHeader")
        expect_json(change("&mode=set", "user::rwx"), 400, "SetAclMissingAces")
        expect_json(change("&mode=remove", f"user:{ALICE}:rwx"), 400, "InvaldAccessControlList")
        expect_json(change("&mode=set", PLAIN, "none"), 404, "PathNotFound")
