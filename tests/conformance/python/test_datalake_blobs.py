"""The Blob API over the data of a hierarchical account: what is the same, what the namespace changes, what is refused.
And the Data Lake API over the data of an account without a namespace."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobPrefix
from azure.storage.filedatalake import RetentionPolicy

from datalake_env import (
    PLAIN,
    OwnLake,
    a_directory,
    a_file,
    every_name,
    expect_json,
    headers_of,
    names,
    pytestmark as pytestmark,
    read,
    write,
)
from env import refused, text_of

UNSUPPORTED = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"


@pytest.fixture
def container(lake, file_system):
    """The same filesystem, as a container of the Blob endpoint."""
    return lake.blobs.get_container_client(file_system.file_system_name)


class TestHierarchical:
    def test_the_same_data(self, lake, file_system, container):
        a_file(file_system, "a/file", metadata={"m": "1"})
        blob = container.get_blob_client("a/file")
        assert text_of(blob) == b"hello"
        found = headers_of(blob.get_blob_properties)
        assert [found[f"x-ms-{name}"] for name in ("owner", "group", "permissions", "resource-type", "meta-m")] == ["$superuser", "$superuser", "rw-r-----", "file", "1"]
        container.upload_blob("b/c/blob", b"from the other side")
        assert every_name(file_system) == ["a", "a/file", "b", "b/c", "b/c/blob"]
        assert read(file_system.get_file_client("b/c/blob")) == b"from the other side"
        assert lake.blobs.get_account_information()["is_hns_enabled"] is True

    def test_listed_whole_and_by_levels(self, file_system, container):
        for name in ("a/b/1", "a/2", "3"):
            a_file(file_system, name)
        a_directory(file_system, "empty")
        listed = list(container.list_blobs(include=["metadata"]))
        assert [item.name for item in listed] == ["3", "a", "a/2", "a/b", "a/b/1", "empty"]
        assert [item.name for item in listed if (item.metadata or {}).get("hdi_isfolder") == "true"] == ["a", "a/b", "empty"]

        def level(prefix=None):
            return sorted((isinstance(item, BlobPrefix), item.name) for item in container.walk_blobs(prefix, delimiter="/"))

        assert level() == [(False, "3"), (True, "a/"), (True, "empty/")]
        assert level("a/") == [(False, "a/2"), (True, "a/b/")]
        assert [len(list(page)) for page in container.list_blobs(results_per_page=2).by_page()] == [2, 2, 2]

    def test_directories_in_the_xml(self, lake, file_system):
        """`ResourceType`, which the SDKs do not show: of entries, and of the prefixes of a level."""
        a_file(file_system, "a/file")
        path, query = f"/{file_system.file_system_name}", "restype=container&comp=list"
        whole = {item.findtext("Name"): item.findtext("Properties/ResourceType") for item in lake.ask("GET", path, query).xml.iter("Blob")}
        assert whole == {"a": "directory", "a/file": "file"}
        [prefix] = lake.ask("GET", path, f"{query}&delimiter=/").xml.iter("BlobPrefix")
        assert (prefix.findtext("Name"), prefix.findtext("Properties/ResourceType")) == ("a/", "directory")
        assert prefix.findtext("Properties/Content-Length") == "0"

    def test_a_directory_as_a_blob(self, file_system, container):
        a_directory(file_system, "a", metadata={"m": "1"})
        blob = container.get_blob_client("a")
        found = blob.get_blob_properties()
        assert (found.size, found.metadata) == (0, {"hdi_isfolder": "true", "m": "1"})
        a_file(file_system, "a/file")
        with refused(409, "DirectoryIsNotEmpty") as info:
            blob.delete_blob()
        assert "This operation is not permitted on a non-empty directory." in info.value.message
        with refused(400, "OperationNotSupportedOnDirectory"):
            blob.delete_blob(delete_snapshots="include")
        with refused(400, "OperationNotSupportedOnDirectory"):
            blob.create_snapshot()
        # A blob cannot take a directory's place, nor stand below a blob.
        with refused(409, "ResourceTypeMismatch"):
            blob.upload_blob(b"text", overwrite=True)
        with refused(409, "ResourceTypeMismatch"):
            container.upload_blob("a/file/below", b"text")
        container.delete_blob("a/file")
        blob.delete_blob()
        assert every_name(file_system) == []

    def test_markers_and_empty_segments(self, file_system, container):
        container.upload_blob("a/marker", b"", metadata={"hdi_isfolder": "true"})
        a_file(file_system, "a/marker/file")
        container.upload_blob("b//c", b"text")
        assert every_name(file_system) == ["a", "a/marker", "a/marker/file", "b", "b/c"]

    def test_written_by_one_and_changed_by_the_other(self, file_system, container):
        file, blob = a_file(file_system), container.get_blob_client("file")
        # "Blobs created by Path - Create can't be overwritten by Put Block or Put Block List, but by Put Blob."
        with refused(409, "BlobOperationNotSupported"):
            blob.stage_block("1", b"a")
        with refused(409, "BlobOperationNotSupported"):
            blob.commit_block_list([])
        assert blob.get_block_list("all") == ([], [])
        blob.upload_blob(b"blob", overwrite=True)
        with refused(409, "InvalidAppendOperation") as info:
            file.append_data(b"!", 4)
        assert "The resource was created or modified by the Azure Blob Service API and cannot be appended to" in info.value.message
        with refused(409, "InvalidFlushOperation"):
            file.flush_data(4)
        file.create_file()
        write(file, b"file")
        assert text_of(blob) == b"file"

    def test_what_such_accounts_do_not_have(self, lake, container):
        with refused(409, UNSUPPORTED):
            container.get_blob_client("page").create_page_blob(512)
        with pytest.raises(AssertionError):
            lake.set(blobVersioning=True)

    def test_append_blobs(self, file_system, container):
        blob = container.get_blob_client("a/log")
        blob.create_append_blob()
        blob.append_block(b"one")
        blob.append_block(b"two")
        assert read(file_system.get_file_client("a/log")) == b"onetwo"

    def test_the_kind_stays_once_there_are_containers(self, own_lake):
        own_lake.set(hierarchicalNamespace=False)
        own_lake.set(hierarchicalNamespace=True)
        own_lake.a_file_system()
        with pytest.raises(AssertionError):
            own_lake.set(hierarchicalNamespace=False)


class TestFlat:
    MESSAGE = "This operation is only supported on a hierarchical namespace account."

    @pytest.fixture
    def flat(self):
        return OwnLake(hierarchicalNamespace=False)

    def test_files_and_marked_directories(self, flat):
        file_system = flat.a_file_system()
        file = a_file(file_system, "a/b/file", metadata={"m": "1"})
        assert read(file) == b"hello"
        directory = a_directory(file_system, "d")
        marker = flat.blobs.get_blob_client(file_system.file_system_name, "d").get_blob_properties()
        assert (marker.size, marker.metadata["hdi_isfolder"]) == (0, "true")
        assert flat.ask("HEAD", f"/{file_system.file_system_name}", "resource=filesystem").headers["x-ms-namespace-enabled"] == "false"
        assert [item.name for item in file_system.get_paths() if item.is_directory and item.name == "d"] == ["d"]
        assert names(file_system, "a/b") == ["a/b/file"]
        file.delete_file()
        directory.delete_directory()
        assert every_name(file_system) == []

    def test_rename(self, flat):
        file_system = flat.a_file_system()
        renamed = a_file(file_system, "from").rename_file(f"{file_system.file_system_name}/to")
        assert (every_name(file_system), read(renamed)) == (["to"], b"hello")
        with refused(404, "SourcePathNotFound"):
            file_system.get_file_client("none").rename_file(f"{file_system.file_system_name}/to")

    def test_no_access_control_and_no_expiry(self, flat):
        file_system = flat.a_file_system()
        file = a_file(file_system)
        for call in (
            file.get_access_control,
            lambda: file.set_access_control(acl=PLAIN),
            lambda: file.set_file_expiry("RelativeToNow", 1000),
        ):
            with refused(400, "HierarchicalNamespaceNotEnabled"):
                call()
        path = f"/{file_system.file_system_name}/file"
        answer = flat.ask("PATCH", path, "action=setAccessControlRecursive&mode=set", {"x-ms-acl": PLAIN})
        expect_json(answer, 400, "HierarchicalNamespaceNotEnabled", self.MESSAGE)
        assert "x-ms-owner" not in headers_of(file.get_file_properties)

    def test_no_endpoint_beside_soft_delete(self, flat):
        flat.service.set_service_properties(delete_retention_policy=RetentionPolicy(True, 1))
        file_system = flat.a_file_system()
        # Arrow, which runs against the service: "Conflict - This endpoint does not support BlobStorageEvents or SoftDelete."
        with pytest.raises(HttpResponseError) as info:
            file_system.create_file("file")
        assert (info.value.status_code, info.value.response.headers["x-ms-error-code"]) == (409, "EndpointUnsupportedAccountFeatures")
        assert "This endpoint does not support BlobStorageEvents or SoftDelete." in info.value.message
