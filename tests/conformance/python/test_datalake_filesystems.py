"""Filesystems: made, described, listed, leased, shared, deleted and brought back, by the SDK's Blob requests and by the
endpoint's own, which no SDK of this language sends."""

import base64
import json
from datetime import datetime, timezone
from urllib.parse import quote

import pytest
from azure.storage.filedatalake import AccessPolicy, FileSystemSasPermissions, PublicAccess, RetentionPolicy, StaticWebsite

from datalake_env import (
    LEASE,
    OTHER_LEASE,
    READ_NO_FILESYSTEM,
    a_directory,
    a_file,
    every_name,
    expect_json,
    later,
    pytestmark as pytestmark,
    read,
)
from env import ETAG, refused, unique

FILESYSTEM = "resource=filesystem"


def properties(**values):
    return ",".join(f"{name}={base64.b64encode(value.encode()).decode()}" for name, value in values.items())


class TestBySdk:
    def test_created_with_metadata(self, lake):
        file_system = lake.service.get_file_system_client(unique())
        assert not file_system.exists()
        created = file_system.create_file_system(metadata={"a": "1"})
        assert file_system.exists()
        found = file_system.get_file_system_properties()
        assert (found.metadata, found.etag, found.public_access) == ({"a": "1"}, created["etag"], None)
        assert (found.lease.state, found.has_legal_hold) == ("available", False)
        with refused(409, "ContainerAlreadyExists"):
            file_system.create_file_system()
        file_system.delete_file_system()

    def test_metadata_replaced(self, file_system):
        file_system.set_file_system_metadata({"b": "2"})
        assert file_system.get_file_system_properties().metadata == {"b": "2"}
        with refused(412, "ConditionNotMet"):
            file_system.set_file_system_metadata({}, if_modified_since=later())
        file_system.set_file_system_metadata({})
        assert file_system.get_file_system_properties().metadata == {}

    def test_listed_by_prefix_and_in_pages(self, lake):
        prefix = unique("p")[:20]
        made = [lake.service.create_file_system(prefix + letter, metadata={"letter": letter}) for letter in "abc"]
        found = lake.service.list_file_systems(name_starts_with=prefix, include_metadata=True)
        assert [(item.name, item.metadata) for item in found] == [(prefix + letter, {"letter": letter}) for letter in "abc"]
        pages = lake.service.list_file_systems(name_starts_with=prefix, results_per_page=2).by_page()
        assert len(list(next(pages))) == 2
        rest = lake.service.list_file_systems(name_starts_with=prefix).by_page(pages.continuation_token)
        assert [item.name for item in next(rest)] == [f"{prefix}c"]
        for file_system in made:
            file_system.delete_file_system()

    def test_shared_with_everybody_and_by_policies(self, file_system):
        expiry = datetime(2099, 1, 1, tzinfo=timezone.utc)
        policy = AccessPolicy(permission=FileSystemSasPermissions(read=True), expiry=expiry, start=None)
        file_system.set_file_system_access_policy({"policy": policy}, public_access=PublicAccess.FileSystem)
        found = file_system.get_file_system_access_policy()
        assert found["public_access"] == "container"
        assert [(item.id, item.access_policy.permission) for item in found["signed_identifiers"]] == [("policy", "r")]
        file_system.set_file_system_access_policy({})
        assert file_system.get_file_system_properties().public_access is None

    def test_leased(self, file_system):
        lease = file_system.acquire_lease(-1, LEASE)
        assert file_system.get_file_system_properties().lease.duration == "infinite"
        with refused(412, "LeaseIdMissing"):
            file_system.delete_file_system()
        with refused(412, "LeaseIdMismatchWithContainerOperation"):
            file_system.delete_file_system(lease=OTHER_LEASE)
        lease.renew()
        lease.change(OTHER_LEASE)
        assert lease.break_lease(0) == 0
        lease.release()

    def test_deleted_with_all_they_hold(self, lake):
        file_system = lake.a_file_system()
        a_directory(file_system, "a/b/c")
        a_file(file_system, "a/file")
        file_system.delete_file_system()
        with refused(404, "ContainerNotFound"):
            file_system.get_file_system_properties()
        with refused(404, "FilesystemNotFound"):
            file_system.create_file("a/file")
        with refused(404, READ_NO_FILESYSTEM):
            file_system.get_file_client("a/file").get_file_properties()
        with refused(404, "FilesystemNotFound"):
            list(file_system.get_paths())
        with refused(404, "ContainerNotFound"):
            file_system.delete_file_system()

    def test_undeleted(self, own_lake):
        own_lake.set(containerDeleteRetentionDays=7)
        file_system = own_lake.a_file_system()
        a_file(file_system, "a/b/file")
        file_system.delete_file_system()
        [item] = own_lake.service.list_file_systems(include_deleted=True)
        assert item.deleted
        restored = own_lake.service.undelete_file_system(item.name, item.deleted_version)
        assert every_name(restored) == ["a", "a/b", "a/b/file"]

    def test_service_properties(self, own_lake):
        own_lake.service.set_service_properties(
            delete_retention_policy=RetentionPolicy(True, 3), static_website=StaticWebsite(enabled=True, index_document="i.html")
        )
        found = own_lake.service.get_service_properties()
        assert (found["delete_retention_policy"].days, found["static_website"].index_document) == (3, "i.html")

    def test_by_host_name(self, lake):
        """`ACCOUNT.dfs.localhost`, whose Blob requests the SDK sends to `ACCOUNT.blob.localhost` at the same port."""
        file_system = lake.by_host().create_file_system(unique())
        file = a_file(file_system, "a/file")
        assert (read(file), every_name(file_system)) == (b"hello", ["a", "a/file"])
        assert file.get_file_properties().metadata == {}
        file_system.delete_file_system()


class TestByRequest:
    def test_created_described_and_deleted(self, lake):
        name = unique()
        created = lake.ask("PUT", f"/{name}", FILESYSTEM, {"x-ms-properties": properties(a="1")})
        assert (created.status, created.headers["x-ms-namespace-enabled"]) == (201, "true")
        assert ETAG.match(created.headers["ETag"])
        expect_json(lake.ask("PUT", f"/{name}", FILESYSTEM), 409, "FilesystemAlreadyExists", "The specified filesystem already exists.")
        found = lake.ask("HEAD", f"/{name}", FILESYSTEM)
        assert (found.status, found.headers["x-ms-properties"], found.headers["ETag"]) == (200, properties(a="1"), created.headers["ETag"])
        assert lake.blobs.get_container_client(name).get_container_properties().metadata == {"a": "1"}
        assert lake.ask("DELETE", f"/{name}", FILESYSTEM).status == 202
        expect_json(lake.ask("DELETE", f"/{name}", FILESYSTEM), 404, "FilesystemNotFound", "The specified filesystem does not exist.")
        gone = lake.ask("HEAD", f"/{name}", FILESYSTEM)
        assert (gone.status, gone.error) == (404, "FilesystemNotFound")

    def test_properties_replaced(self, lake, file_system):
        path = f"/{file_system.file_system_name}"
        changed = lake.ask("PATCH", path, FILESYSTEM, {"x-ms-properties": properties(a="1", b="zwei")})
        found = lake.ask("HEAD", path, FILESYSTEM)
        assert (changed.status, found.headers["x-ms-properties"]) == (200, properties(a="1", b="zwei"))
        expect_json(lake.ask("PATCH", path, FILESYSTEM, {"x-ms-properties": "=MQ=="}), 400, "InvalidPropertyName", "A property name cannot be empty.")
        when = {"If-Modified-Since": later().strftime("%a, %d %b %Y %H:%M:%S GMT")}
        expect_json(lake.ask("PATCH", path, FILESYSTEM, when), 412, "ConditionNotMet")
        expect_json(lake.ask("DELETE", path, FILESYSTEM, when), 412, "ConditionNotMet")

    def test_listed_in_pages(self, lake):
        prefix = unique("p")[:20]
        made = [lake.service.create_file_system(prefix + letter) for letter in "abc"]

        def page(more):
            answer = lake.ask("GET", "/", f"resource=account&prefix={prefix}{more}")
            assert answer.status == 200
            return [item["name"] for item in json.loads(answer.body)["filesystems"]], answer.headers.get("x-ms-continuation")

        first, continuation = page("&maxResults=2")
        assert first == [f"{prefix}a", f"{prefix}b"]
        assert page(f"&continuation={quote(continuation, safe='')}") == ([f"{prefix}c"], None)
        expect_json(lake.ask("GET", "/", "resource=account&maxResults=0"), 400, "OutOfRangeQueryParameterValue")
        for file_system in made:
            file_system.delete_file_system()

    @pytest.mark.parametrize("name", ["Upper", "a_b", "a--b"])
    def test_names_that_no_filesystem_has(self, lake, name):
        expect_json(lake.ask("PUT", f"/{name}", FILESYSTEM), 400, "InvalidResourceName")
