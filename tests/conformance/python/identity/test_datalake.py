"""Whom access control lists let in: principals without a role, and those for whom a user delegation SAS speaks."""

import base64
import json
import os
import ssl
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest
from azure.identity import ManagedIdentityCredential
from azure.storage.filedatalake import (
    DataLakeFileClient,
    DataLakeServiceClient,
    DirectorySasPermissions,
    FileSystemClient,
    FileSystemSasPermissions,
    generate_directory_sas,
    generate_file_system_sas,
)

from datalake_env import ALICE, DFS, PLAIN, a_file, access_of, every_name, read
from env import OPTIONS, refused, unique

HOUR = timedelta(hours=1)


def now():
    return datetime.now(timezone.utc).replace(microsecond=0)


def object_of(name):
    return os.environ[f"{name.upper()}_OBJECT"]


def denied():
    return refused(403, "AuthorizationPermissionMismatch")


class Lake:
    def __init__(self):
        self.name = unique("a")[:24]
        self.key = base64.b64encode(self.name.encode()).decode()
        self.url = f"{DFS}/{self.name}"
        body = json.dumps({"keys": [self.key], "hierarchicalNamespace": True}).encode()
        request = urllib.request.Request(
            f"{os.environ['LAZULITE_CONTROL']}/accounts/{self.name}", body, {"x-lazulite-control": "1"}, method="PUT"
        )
        context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            assert answer.status in (200, 201)

    def by_key(self):
        return DataLakeServiceClient(self.url, credential={"account_name": self.name, "account_key": self.key}, **OPTIONS)

    def by(self, name):
        credential = ManagedIdentityCredential(client_id=os.environ[f"{name.upper()}_CLIENT"])
        return DataLakeServiceClient(self.url, credential, **OPTIONS)


@pytest.fixture(scope="module")
def lake():
    return Lake()


@pytest.fixture
def file_system(lake):
    """By the key, which is the superuser."""
    made = lake.by_key().create_file_system(unique())
    yield made
    made.delete_file_system()


@pytest.fixture
def nobody(lake, file_system):
    """The same filesystem in the hands of one without a role."""
    return lake.by("nobody").get_file_system_client(file_system.file_system_name)


def allow(path, rights):
    path.set_access_control(acl=f"{PLAIN},user:{object_of('nobody')}:{rights},mask::rwx")


class TestRoles:
    def test_a_role_needs_no_entry(self, lake, file_system):
        there = lake.by("app").get_file_system_client(file_system.file_system_name)
        file = a_file(there, "a/file")
        assert (read(file), every_name(there)) == (b"hello", ["a", "a/file"])
        # What one makes is one's own, and of the parent's group.
        assert access_of(file)[:2] == [object_of("app"), "$superuser"]
        # Lists and permissions are no matter of that role, but the owner's, who has to get there.
        with denied():
            file.set_access_control(permissions="rwx--x---")
        file_system._get_root_directory_client().set_access_control(acl=f"{PLAIN},user:{object_of('app')}:--x")
        file.set_access_control(permissions="rwx--x---")
        assert access_of(file)[2] == "rwx--x---"
        # "It can't set the ownership of an item": Azure's page on the access control model, of Storage Blob Data Contributor.
        with denied():
            file.set_access_control(owner=ALICE)

    def test_a_reader_reads(self, lake, file_system):
        a_file(file_system)
        there = lake.by("reader").get_file_system_client(file_system.file_system_name)
        assert (read(there.get_file_client("file")), every_name(there)) == (b"hello", ["file"])
        with denied():
            there.create_file("other")
        with denied():
            there.get_file_client("file").delete_file()


class TestEntries:
    def test_without_one(self, file_system, nobody):
        a_file(file_system, "a/file")
        for call in (
            lambda: read(nobody.get_file_client("a/file")),
            lambda: every_name(nobody),
            lambda: nobody.create_file("other"),
            lambda: nobody.get_file_client("a/file").delete_file(),
            lambda: nobody.get_file_client("a/file").get_access_control(),
        ):
            with denied():
                call()

    def test_to_read_list_and_write(self, file_system, nobody):
        a_file(file_system, "a/file")
        root, directory, file = (
            file_system._get_root_directory_client(), file_system.get_directory_client("a"), file_system.get_file_client("a/file")
        )  # fmt: skip
        there = nobody.get_file_client("a/file")
        allow(root, "--x")
        allow(directory, "--x")
        with denied():
            read(there)
        allow(file, "r--")
        assert read(there) == b"hello"
        with denied():
            there.append_data(b"!", 5)
        with denied():
            [*nobody.get_paths("a")]
        allow(directory, "r-x")
        assert [item.name for item in nobody.get_paths("a")] == ["a/file"]
        with denied():
            nobody.create_file("a/other")
        allow(directory, "-wx")
        assert access_of(file_system.get_file_client(nobody.create_file("a/other").path_name))[0] == object_of("nobody")
        there.delete_file()
        allow(root, "---")
        with denied():
            nobody.get_file_client("a/other").get_access_control()

    def test_everything_below_is_to_be_deleted(self, file_system, nobody):
        # The table of the access-control page: rwx on every directory that goes, -wx on the one above.
        a_file(file_system, "a/b/file")
        root, top, inner = file_system._get_root_directory_client(), file_system.get_directory_client("a"), file_system.get_directory_client("a/b")
        allow(root, "-wx")
        allow(top, "rwx")
        with denied():
            nobody.delete_directory("a")
        allow(inner, "rwx")
        nobody.delete_directory("a")
        assert every_name(file_system) == []

    def test_the_mask_takes_away(self, file_system, nobody):
        file = a_file(file_system)
        file_system._get_root_directory_client().set_access_control(acl=f"{PLAIN},user:{object_of('nobody')}:--x")
        file.set_access_control(acl=f"{PLAIN},user:{object_of('nobody')}:rwx,mask::-w-")
        with denied():
            read(nobody.get_file_client("file"))

    def test_the_sticky_bit(self, file_system, nobody):
        me = object_of("nobody")
        file_system._get_root_directory_client().set_access_control(acl=f"{PLAIN},user:{me}:rwx,mask::rwx")
        directory = file_system.create_directory("a")
        directory.set_access_control(permissions="rwxrwxrwt")
        a_file(file_system, "a/other")
        nobody.create_file("a/mine")
        with denied():
            nobody.get_file_client("a/other").delete_file()
        with denied():
            nobody.get_file_client("a/other").rename_file(f"{nobody.file_system_name}/a/taken")
        nobody.get_file_client("a/mine").delete_file()
        directory.set_access_control(permissions="rwxrwxrwx")
        nobody.get_file_client("a/other").delete_file()

    def test_the_owner_changes_permissions(self, file_system, nobody):
        file_system._get_root_directory_client().set_access_control(acl=f"{PLAIN},user:{object_of('nobody')}:--x")
        file = a_file(file_system)
        there = nobody.get_file_client("file")
        with denied():
            there.set_access_control(permissions="0777")
        file.set_access_control(owner=object_of("nobody"))
        there.set_access_control(permissions="0777")
        with denied():
            there.set_access_control(owner=ALICE)  # that is the superuser's alone

    @pytest.mark.parametrize("on, counts", [(False, (1, 0, 1)), (True, (1, 2, 1))])
    def test_what_fails_is_counted(self, file_system, nobody, on, counts):
        me = object_of("nobody")
        for name in ("a/1", "a/2", "a/0"):
            a_file(file_system, name)
        file_system._get_root_directory_client().set_access_control(acl=f"{PLAIN},user:{me}:--x")
        for name in ("a/1", "a/2"):
            file_system.get_file_client(name).set_access_control(owner=me)
        file_system.get_directory_client("a").set_access_control(owner=me)
        failures = []
        result = nobody.get_directory_client("a").set_access_control_recursive(
            PLAIN, continue_on_failure=on, progress_hook=lambda change: failures.extend(change.batch_failures)
        )
        counters = result.counters
        assert (counters.directories_successful, counters.files_successful, counters.failure_count) == counts
        # Recordings of the service: the text, and that nothing goes on behind a failure unless it is asked to.
        [failure] = failures
        assert (failure.name, failure.is_directory) == ("a/0", False)
        assert failure.error_message == "This request is not authorized to perform this operation using this permission."
        assert result.continuation is None


class TestUserDelegation:
    @pytest.fixture
    def key(self, lake):
        return lake.by("app").get_user_delegation_key(now() - HOUR, now() + HOUR)

    @pytest.fixture
    def by_sas(self, lake, file_system, key):
        def make(letters, directory=None, **options):
            name, expiry = file_system.file_system_name, now() + HOUR
            if directory is None:
                token = generate_file_system_sas(lake.name, name, key, FileSystemSasPermissions.from_string(letters), expiry, **options)
            else:
                token = generate_directory_sas(lake.name, name, directory, key, DirectorySasPermissions.from_string(letters), expiry, **options)
            return FileSystemClient(lake.url, name, credential=token, **OPTIONS)

        return make

    def test_of_a_filesystem_and_a_directory(self, file_system, by_sas):
        for name in ("a/b/file", "a/other"):
            a_file(file_system, name)
        assert every_name(by_sas("rl")) == ["a", "a/b", "a/b/file", "a/other"]
        below = by_sas("rwdle", "a/b")
        assert read(below.get_file_client("a/b/file")) == b"hello"
        with refused(403, "AuthenticationFailed"):
            below.get_file_client("a/other").get_access_control()
        with denied():
            by_sas("r", "a/b").get_file_client("a/b/file").delete_file()

    def test_saoid_owns_what_it_makes(self, file_system, by_sas):
        there = by_sas("rcw", preauthorized_agent_object_id=ALICE, correlation_id=ALICE)
        there.create_file("file")
        assert access_of(file_system.get_file_client("file"))[0] == ALICE

    def test_suoid_is_looked_at(self, file_system, by_sas):
        a_file(file_system, "a/file")
        there = by_sas("rwle", agent_object_id=object_of("nobody")).get_file_client("a/file")
        with denied():
            read(there)
        for path in (file_system._get_root_directory_client(), file_system.get_directory_client("a")):
            allow(path, "--x")
        allow(file_system.get_file_client("a/file"), "r--")
        assert read(there) == b"hello"
        with denied():
            there.append_data(b"!", 5)

    def test_changed_by_the_holder(self, lake, file_system, key):
        a_file(file_system)
        name = file_system.file_system_name
        token = generate_file_system_sas(
            lake.name, name, key, FileSystemSasPermissions(read=True), now() + HOUR, preauthorized_agent_object_id=ALICE
        )
        for changed in (token.replace("saoid", "suoid"), token.replace(ALICE, object_of("app"))):
            with refused(403, "AuthenticationFailed"):
                DataLakeFileClient(lake.url, name, "file", credential=changed, **OPTIONS).get_access_control()
