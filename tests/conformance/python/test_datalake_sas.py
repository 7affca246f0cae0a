"""SAS of filesystems, directories and files: what each letter gives, and where each ends. What user delegation adds
(saoid, suoid) is in identity/test_user_delegation.py."""

from datetime import datetime, timezone
from urllib.parse import parse_qs

import pytest
from azure.storage.filedatalake import (
    AccessPolicy,
    AccountSasPermissions,
    DataLakeFileClient,
    DirectorySasPermissions,
    FileSasPermissions,
    FileSystemClient,
    FileSystemSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_directory_sas,
    generate_file_sas,
    generate_file_system_sas,
)

from datalake_env import ALICE, PLAIN, a_file, every_name, expect_json, later, names, pytestmark as pytestmark, read, write
from env import OPTIONS, refused

FOREVER = datetime(2099, 1, 1, tzinfo=timezone.utc)


def denied():
    return refused(403, "AuthorizationPermissionMismatch")


class Tokens:
    def __init__(self, lake, file_system):
        self.lake = lake
        self.name = file_system.file_system_name

    def of_file_system(self, letters, **options):
        permission = FileSystemSasPermissions.from_string(letters) if letters else None
        return generate_file_system_sas(self.lake.name, self.name, self.lake.key, permission, options.pop("expiry", FOREVER), **options)

    def of_directory(self, directory, letters):
        permission = DirectorySasPermissions.from_string(letters)
        return generate_directory_sas(self.lake.name, self.name, directory, self.lake.key, permission, FOREVER)

    def of_file(self, directory, file, letters, expiry=FOREVER):
        permission = FileSasPermissions.from_string(letters)
        return generate_file_sas(self.lake.name, self.name, directory, file, self.lake.key, permission, expiry)

    def file_system(self, token):
        return FileSystemClient(self.lake.url, self.name, credential=token, **OPTIONS)

    def file(self, path, token):
        return DataLakeFileClient(self.lake.url, self.name, path, credential=token, **OPTIONS)


@pytest.fixture
def tokens(lake, file_system):
    return Tokens(lake, file_system)


class TestFilesystem:
    def test_everything_it_may_allow(self, tokens):
        there = tokens.file_system(tokens.of_file_system("racwdlmeop"))
        file = a_file(there, "a/file")
        assert read(file) == b"hello"
        file.set_access_control(acl=PLAIN, owner=ALICE)
        there.get_directory_client("a").set_access_control_recursive(PLAIN)
        assert every_name(there) == ["a", "a/file"]
        there.delete_directory("a")

    def test_each_letter_by_itself(self, file_system, tokens):
        a_file(file_system, "a/file")

        def by(letters):
            return tokens.file("a/file", tokens.of_file_system(letters))

        assert read(by("r")) == b"hello"
        with denied():
            by("r").create_file()
        with denied():
            by("r").append_data(b"!", 5)
        with denied():
            by("r").delete_file()
        by("w").append_data(b"!", 5)
        with denied():
            by("l").set_access_control(acl=PLAIN)
        by("p").set_access_control(acl=PLAIN)
        with denied():
            by("p").set_access_control(owner=ALICE)
        by("op").set_access_control(owner=ALICE)
        by("e").get_access_control()
        by("r").get_access_control()  # as in the Go SDK's tests against the service
        with denied():
            by("l").get_access_control()
        with denied():
            names(tokens.file_system(tokens.of_file_system("r")))
        by("d").delete_file()
        by("c").create_file()

    def test_stored_policy(self, file_system, tokens):
        a_file(file_system)
        policy = AccessPolicy(permission=FileSystemSasPermissions(read=True), expiry=FOREVER)
        file_system.set_file_system_access_policy({"policy": policy})
        token = generate_file_system_sas(tokens.lake.name, tokens.name, tokens.lake.key, policy_id="policy")
        assert read(tokens.file("file", token)) == b"hello"
        file_system.set_file_system_access_policy({})
        with refused(403, "AuthenticationFailed"):
            tokens.file("file", token).get_access_control()

    def test_past_its_time(self, file_system, tokens):
        a_file(file_system)
        with refused(403, "AuthenticationFailed"):
            tokens.file("file", tokens.of_file_system("re", expiry=datetime(2020, 1, 1))).get_access_control()


class TestDirectory:
    def test_it_and_everything_below(self, file_system, tokens):
        for name in ("a/b/c/file", "a/b/file", "a/other", "ab"):
            a_file(file_system, name, name.encode())
        token = tokens.of_directory("a/b", "rwdlce")
        fields = parse_qs(token)
        assert (fields["sr"], fields["sdd"]) == (["d"], ["2"])
        for name in ("a/b/file", "a/b/c/file"):
            assert read(tokens.file(name, token)) == name.encode()
        tokens.file("a/b/new", token).create_file()
        for name in ("a/other", "ab", "a"):
            with refused(403, "AuthenticationFailed"):
                tokens.file(name, token).get_access_control()
        there = tokens.file_system(token)
        assert names(there, "a/b") == ["a/b/c", "a/b/file", "a/b/new"]
        with refused(403, "AuthenticationFailed"):
            names(there, "a")
        there.delete_directory("a/b")

    def test_depth_that_is_not_its_own(self, lake, file_system, tokens):
        a_file(file_system, "a/b/file")
        token = tokens.of_directory("a/b", "re")

        def status(token):
            return lake.ask("HEAD", f"/{tokens.name}/a/b/file", f"action=getStatus&{token}", signed=False).status

        assert status(token) == 200
        for wrong in ("sdd=1", "sdd=3", "sdd=x"):
            assert status(token.replace("sdd=2", wrong)) == 403

    def test_letters(self, file_system, tokens):
        a_file(file_system, "a/file")
        with denied():
            tokens.file("a/file", tokens.of_directory("a", "r")).delete_file()
        with denied():
            names(tokens.file_system(tokens.of_directory("a", "r")), "a")


class TestFile:
    def test_it_alone(self, lake, file_system, tokens):
        a_file(file_system, "a/file")
        a_file(file_system, "a/other")
        token = tokens.of_file("a", "file", "rw")
        assert read(tokens.file("a/file", token)) == b"hello"
        write(tokens.file("a/file", token), b"!", 5)
        with refused(403, "AuthenticationFailed"):
            tokens.file("a/other", token).get_access_control()
        answer = lake.ask("DELETE", f"/{tokens.name}/a/file", token, signed=False)
        expect_json(answer, 403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")
        with refused(403, "AuthenticationFailed"):
            tokens.file("a/file", tokens.of_file("a", "file", "re", later(hours=-1))).get_access_control()


LETTERS = {"r": "read", "w": "write", "d": "delete", "l": "list", "a": "add", "c": "create"}


def test_account_sas(lake, file_system, tokens):
    a_file(file_system)

    def by(letters, **types):
        # Its from_string() fails in this version of the SDK.
        permission = AccountSasPermissions(**{LETTERS[letter]: True for letter in letters})
        return tokens.file("file", generate_account_sas(lake.name, lake.key, ResourceTypes(**types), permission, FOREVER))

    assert read(by("r", object=True)) == b"hello"
    with denied():
        by("r", object=True).delete_file()
    with refused(403, "AuthorizationResourceTypeMismatch"):
        by("rwd", service=True).create_file()
