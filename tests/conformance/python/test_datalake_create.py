"""Path Create: files and directories with every option, conditions, and what stands in the way."""

import base64
import hashlib
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.filedatalake import ContentSettings, CustomerProvidedEncryptionKey, DataLakeServiceClient

from datalake_env import (
    ALICE,
    BOB,
    LEASE,
    OTHER_LEASE,
    PLAIN,
    a_directory,
    a_file,
    access_of,
    acl_of,
    every_name,
    expect_json,
    headers_of,
    later,
    permissions_of,
    pytestmark as pytestmark,
    read,
)
from env import ETAG, OPTIONS, OTHER_ETAG, refused

SETTINGS = {
    "content_type": "text/csv",
    "content_encoding": "gzip",
    "content_language": "de",
    "content_disposition": "attachment",
    "cache_control": "no-cache",
}
ONLY_NEW = {"match_condition": MatchConditions.IfMissing}
IF_MATCH = {"etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified}


class WithoutTls(RequestsTransport):
    """Takes the TLS off, as a proxy would: the SDK sends keys over HTTPS alone."""

    def send(self, request, **options):
        request.url = request.url.replace("https:", "http:", 1)
        return super().send(request, **options)


def customer_key(letter):
    key = letter * 32
    return CustomerProvidedEncryptionKey(
        base64.b64encode(key).decode(), base64.b64encode(hashlib.sha256(key).digest()).decode()
    )


class TestFile:
    def test_nothing_but_a_name(self, file_system):
        file = file_system.get_file_client("file")
        assert not file.exists()
        created = file.create_file()
        assert ETAG.match(created["etag"])
        found = file.get_file_properties()
        assert (found.etag, found.size, found.metadata) == (created["etag"], 0, {})
        assert (found.content_settings.content_type, found.lease.state) == ("application/octet-stream", "available")
        # Recordings of the service: the key is the superuser, and 0666 without the umask 0027 is left.
        assert access_of(file) == ["$superuser", "$superuser", "rw-r-----", "user::rw-,group::r--,other::---"]
        assert file.exists()

    def test_headers_and_metadata(self, file_system):
        file = a_file(file_system, content=b"", content_settings=ContentSettings(**SETTINGS), metadata={"a": "1", "b": "zwei"})
        found = file.get_file_properties()
        assert found.metadata == {"a": "1", "b": "zwei"}
        assert {name: found.content_settings[name] for name in SETTINGS} == SETTINGS

    @pytest.mark.parametrize(
        "options, left",
        [
            ({"permissions": "0777", "umask": "0057"}, "rwx-w----"),  # the reference's own example
            ({"permissions": "rwxrw-r--", "umask": "0000"}, "rwxrw-r--"),
            ({"umask": "0000"}, "rw-rw-rw-"),
            ({"permissions": "0777"}, "rwxr-x---"),  # the default umask is 0027
        ],
    )
    def test_permissions_and_umask(self, file_system, options, left):
        assert permissions_of(a_file(file_system, content=b"", **options)) == left

    def test_acl_owner_and_group(self, file_system):
        acl = f"user::rwx,user:{ALICE}:rw-,group::r-x,mask::rw-,other::---"
        file = a_file(file_system, content=b"", acl=acl, owner=ALICE, group=BOB)
        assert access_of(file) == [ALICE, BOB, "rwxrw----+", acl]

    def test_lease(self, file_system):
        file = a_file(file_system, content=b"", lease_id=LEASE, lease_duration=15)
        lease = file.get_file_properties().lease
        assert (lease.state, lease.status, lease.duration) == ("leased", "locked", "fixed")
        with refused(412, "LeaseIdMissing"):
            file.append_data(b"a", 0)
        file.append_data(b"a", 0, lease=LEASE)
        with refused(400, "InvalidHeaderValue"):
            a_file(file_system, "wrong", b"", lease_id=LEASE, lease_duration=14)

    def test_expiry(self, file_system):
        at = datetime(2099, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        assert a_file(file_system, "absolute", b"", expires_on=at).get_file_properties().expiry_time == at
        found = a_file(file_system, "relative", b"", expires_on=60_000).get_file_properties()
        assert abs(found.expiry_time - found.creation_time - timedelta(minutes=1)) <= timedelta(seconds=1)

    def test_encryption_context(self, file_system):
        file = a_file(file_system, content=b"", encryption_context="context")
        assert file.get_file_properties().encryption_context == "context"
        [item] = file_system.get_paths()
        assert item.encryption_context == "context"

    def test_customer_provided_key(self, lake, file_system):
        mine, other = customer_key(b"a"), customer_key(b"b")
        service = DataLakeServiceClient(
            lake.url.replace("http:", "https:", 1), credential=lake.credential, transport=WithoutTls(), **OPTIONS
        )
        file = service.get_file_client(file_system.file_system_name, "file")
        assert file.create_file(cpk=mine)["encryption_key_sha256"] == mine.key_hash
        file.append_data(b"hello", 0, cpk=mine)
        with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
            file.append_data(b"hello", 0)
        file.flush_data(5, cpk=mine)
        assert read(file, cpk=mine) == b"hello"
        assert file.get_file_properties(cpk=mine).size == 5
        with refused(409, "BlobCustomerSpecifiedEncryptionMismatch"):
            file.get_file_properties(cpk=other)
        directory = service.get_directory_client(file_system.file_system_name, "directory")
        assert directory.create_directory(cpk=mine)["encryption_key_sha256"] == mine.key_hash

    def test_makes_the_directories_above(self, file_system):
        a_file(file_system, "a/b/c/file")
        assert every_name(file_system) == ["a", "a/b", "a/b/c", "a/b/c/file"]
        assert permissions_of(file_system.get_directory_client("a/b")) == "rwxr-x---"

    def test_overwrites(self, file_system):
        file = a_file(file_system, metadata={"a": "1"}, permissions="0777", umask="0000")
        etag = file.get_file_properties().etag
        assert file.create_file()["etag"] != etag
        found = file.get_file_properties()
        assert (found.size, found.metadata, permissions_of(file)) == (0, {}, "rw-r-----")

    def test_leased(self, file_system):
        # The reference says that the lease is broken; Hadoop's tests against the service meet 412.
        file = a_file(file_system)
        file.acquire_lease(-1, LEASE)
        with refused(412, "LeaseIdMissing"):
            file.create_file()
        with refused(412, "LeaseIdMismatch"):
            file.create_file(lease=OTHER_LEASE)
        file.create_file(lease=LEASE)
        assert file.get_file_properties().lease.state == "leased"

    def test_only_where_nothing_is(self, file_system):
        file = a_file(file_system)
        with refused(409, "PathAlreadyExists") as info:
            file.create_file(**ONLY_NEW)
        assert "The specified path already exists." in info.value.message
        assert read(file) == b"hello"

    def test_conditions(self, file_system):
        file = a_file(file_system)
        etag = file.get_file_properties().etag
        for options in (
            IF_MATCH,
            {"etag": etag, "match_condition": MatchConditions.IfModified},
            {"if_modified_since": later()},
            {"if_unmodified_since": datetime(2020, 1, 1)},
        ):
            with refused(412, "ConditionNotMet"):
                file.create_file(**options)
        file.create_file(etag=etag, match_condition=MatchConditions.IfNotModified, if_unmodified_since=later())

    def test_where_something_else_is(self, file_system):
        a_file(file_system)
        a_directory(file_system)
        for name in ("directory", "file/below", "file/far/below"):
            with refused(409, "PathConflict"):
                file_system.create_file(name)
        for name in ("file", "file/below"):
            with refused(409, "PathConflict"):
                file_system.create_directory(name)

    def test_names_of_every_kind(self, file_system):
        every = ["a b", "a%20b", "a+b", "a=b&c", "ä/ö", "it's (a) file!", "x;y,z@$", "文件"]
        for name in every:
            a_file(file_system, name, name.encode())
        for name in every:
            assert read(file_system.get_file_client(name)) == name.encode()
        assert every_name(file_system) == sorted([*every, "ä"], key=str.encode)

    def test_options_that_are_none(self, lake, file_system):
        def put(headers, query="resource=file"):
            return lake.ask("PUT", f"/{file_system.file_system_name}/file", query, headers)

        expect_json(put({"x-ms-permissions": "0644", "x-ms-acl": PLAIN}), 400, "InvalidInput", "One of the request inputs is not valid.")
        expect_json(put({"x-ms-permissions": "rwx"}), 400, "InvalidPermission")
        expect_json(put({"x-ms-umask": "rwx"}), 400, "InvalidHeaderValue")
        expect_json(put({"x-ms-acl": "user::rwx"}), 400, "SetAclMissingAces")
        expect_json(put({}, "resource=link"), 400, "InvalidQueryParameterValue")
        expect_json(put({}, ""), 400, "MissingRequiredQueryParameter")


class TestDirectory:
    def test_nothing_but_a_name(self, file_system):
        directory = a_directory(file_system, "a/b")
        assert every_name(file_system) == ["a", "a/b"]
        found = directory.get_directory_properties()
        assert (found.lease.state, found.metadata["hdi_isfolder"]) == ("available", "true")
        assert headers_of(directory.get_directory_properties)["x-ms-resource-type"] == "directory"
        assert access_of(directory) == ["$superuser", "$superuser", "rwxr-x---", PLAIN]

    def test_every_option(self, file_system):
        directory = a_directory(
            file_system,
            metadata={"a": "1"},
            permissions="1777",
            umask="0000",
            lease_id=LEASE,
            lease_duration=60,
            content_settings=ContentSettings(content_language="de"),
        )
        found = directory.get_directory_properties()
        assert (found.metadata["a"], found.lease.duration, permissions_of(directory)) == ("1", "fixed", "rwxrwxrwt")
        owned = a_directory(file_system, "owned", owner=ALICE, group=BOB, acl=PLAIN)
        assert access_of(owned) == [ALICE, BOB, "rwxr-x---", PLAIN]

    def test_again_keeps_what_is_in_it(self, file_system):
        directory = a_directory(file_system)
        a_file(file_system, "directory/file")
        directory.create_directory()
        assert every_name(file_system) == ["directory", "directory/file"]
        with refused(409, "PathAlreadyExists") as info:
            directory.create_directory(**ONLY_NEW)
        assert info.value.response.headers["x-ms-existing-resource-type"] == "directory"  # which Hadoop looks at

    def test_under_a_default_acl(self, file_system):
        default = f"default:user::rwx,default:user:{ALICE}:rwx,default:group::r-x,default:mask::rwx,default:other::r--"
        a_directory(file_system, "parent").set_access_control(acl=f"{PLAIN},{default}")
        file, directory = a_file(file_system, "parent/file"), a_directory(file_system, "parent/directory")
        # The access-check page: access entries come from the parent's default ones, and the umask does not apply; the mode
        # a file asks for (0666) takes x from the owner, the mask and the others.
        assert acl_of(file) == f"user::rw-,user:{ALICE}:rwx,group::r-x,mask::rw-,other::r--"
        assert acl_of(directory) == f"user::rwx,user:{ALICE}:rwx,group::r-x,mask::rwx,other::r--,{default}"

    def test_through_clients_of_clients(self, file_system):
        sub = a_directory(file_system, "a").create_sub_directory("b")
        sub.create_file("file").upload_data(b"hello", overwrite=True)
        assert read(file_system.get_file_client("a/b/file")) == b"hello"
        assert [item.name for item in sub.get_paths()] == ["a/b/file"]
        file_system.get_directory_client("a").delete_sub_directory("b")
        assert every_name(file_system) == ["a"]
        assert not file_system.get_directory_client("none").exists()
