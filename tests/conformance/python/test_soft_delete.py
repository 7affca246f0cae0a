"""Soft delete: what is kept of deleted blobs, snapshots, versions and containers, how it is listed, and how it comes back."""

import asyncio
import json

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient, RetentionPolicy
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient

from env import OPTIONS, Seen, on_emulator_only, refused, text_of, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # it needs accounts of its own, whose clock moves

DAY = 24 * 3600


class ProtectedAccount(OwnAccount):
    """Keeps what is deleted for seven days."""

    def __init__(self):
        super().__init__()
        self.set(containerDeleteRetentionDays=7)
        self.policy(True)
        self.container = self.blobs.create_container(unique())

    def set(self, **settings):
        control("PUT", f"accounts/{self.name}", json.dumps(settings))

    def policy(self, enabled, days=7):
        self.blobs.set_service_properties(delete_retention_policy=RetentionPolicy(enabled, days if enabled else None))

    def blob(self, name="blob"):
        return self.container.get_blob_client(name)

    def listed(self, *include):
        include = include or ("deleted", "snapshots", "versions", "deletedwithversions")
        return [
            " ".join(word for word, said in (("deleted", item.deleted), ("snapshot", item.snapshot),
                                             ("version", item.version_id), ("gone", item.has_versions_only)) if said)
            for item in self.container.list_blobs(include=list(include))
        ]  # fmt: skip

    def deleted_containers(self):
        return [item for item in self.blobs.list_containers(include_deleted=True) if item.deleted]


@pytest.fixture
def account():
    return ProtectedAccount()


def test_a_deleted_blob(account):
    blob = account.blob()
    etag = blob.upload_blob(b"text", metadata={"n": "1"})["etag"]
    seen = Seen()
    blob.delete_blob(raw_response_hook=seen)
    assert seen.headers["x-ms-delete-type-permanent"] == "false"
    with refused(404, "BlobNotFound"):
        text_of(blob)
    assert list(account.container.list_blobs()) == []
    (item,) = account.container.list_blobs(include=["deleted"])
    assert (item.deleted, item.remaining_retention_days, item.size) == (True, 6, 4)
    assert item.deleted_time is not None
    blob.undelete_blob()
    properties = blob.get_blob_properties()
    assert (properties.etag, properties.metadata, text_of(blob)) == (etag, {"n": "1"}, b"text")
    blob.undelete_blob()


def test_the_retention_is_fixed(account):
    early, late = account.blob("early"), account.blob("late")
    for blob in early, late:
        blob.upload_blob(b"text")
    early.delete_blob()
    account.policy(True, 30)
    late.delete_blob()
    account.policy(False)
    account.advance(7 * DAY)
    assert [(item.name, item.remaining_retention_days) for item in account.container.list_blobs(include=["deleted"])] == [
        ("late", 22)
    ]
    with refused(404, "BlobNotFound"):
        early.undelete_blob()
    late.undelete_blob()
    seen = Seen()
    late.delete_blob(raw_response_hook=seen)
    assert seen.headers["x-ms-delete-type-permanent"] == "true"
    assert account.listed() == []


def test_overwriting_and_snapshots(account):
    blob = account.blob()
    blob.upload_blob(b"one")
    blob.upload_blob(b"two", overwrite=True)
    blob.set_blob_metadata({"n": "2"})
    taken = blob.create_snapshot()["snapshot"]
    assert account.listed() == ["deleted snapshot", "snapshot", ""]
    with refused(409, "SnapshotsPresent"):
        blob.delete_blob()
    blob.delete_blob(delete_snapshots="include")
    assert account.listed() == ["deleted snapshot", "deleted snapshot", "deleted"]
    assert account.listed("deleted") == ["deleted"]
    blob.undelete_blob()
    assert account.listed() == ["snapshot", "snapshot", ""]
    assert account.container.get_blob_client("blob", snapshot=taken).get_blob_properties().metadata == {"n": "2"}


def test_uploads_where_a_blob_was_deleted(account):
    blob = account.blob()
    blob.upload_blob(b"old")
    blob.delete_blob()
    blob.stage_block("1", b"new")
    assert account.listed() == ["deleted snapshot"]
    blob.commit_block_list(["1"])
    assert account.listed() == ["deleted snapshot", ""]
    blob.delete_blob()
    blob.upload_blob(b"log", blob_type="AppendBlob")
    assert account.listed() == [""]


def test_versions(account):
    account.set(blobVersioning=True)
    blob = account.blob()
    first = blob.upload_blob(b"one")["version_id"]
    blob.upload_blob(b"two", overwrite=True)
    blob.delete_blob()
    assert account.listed("deletedwithversions") == ["gone"]
    blob.delete_blob(version_id=first)
    assert account.listed() == ["deleted version", "version", "version gone"]
    with refused(404, "BlobNotFound"):
        blob.download_blob(version_id=first)
    blob.undelete_blob()
    assert account.listed() == ["version", "version", "version gone"]
    assert blob.download_blob(version_id=first).readall() == b"one"
    with refused(404, "BlobNotFound"):
        blob.get_blob_properties()


def permanently(account, blob, **which):
    """The SDK has no parameter for it: its own request with one more in the query."""

    def add(request):
        request.http_request.url += "&deletetype=permanent" if "?" in request.http_request.url else "?deletetype=permanent"

    credential = {"account_name": account.name, "account_key": account.key}
    service = BlobServiceClient(account.blobs.url, credential=credential, **OPTIONS)
    service.get_blob_client(blob.container_name, blob.blob_name).delete_blob(raw_request_hook=add, **which)


def allow_permanent_delete(account, allowed):
    policy = RetentionPolicy(True, 7)
    policy.allow_permanent_delete = allowed
    account.blobs.set_service_properties(delete_retention_policy=policy)


def test_permanent_delete(account):
    account.set(blobVersioning=True)
    blob = account.blob()
    first = blob.upload_blob(b"one")["version_id"]
    second = blob.upload_blob(b"two", overwrite=True)["version_id"]
    with refused(409, "BlobOperationNotSupported"):
        permanently(account, blob, version_id=first)
    allow_permanent_delete(account, True)
    with refused(409, "BlobOperationNotSupported"):
        permanently(account, blob)
    with refused(403, "OperationNotAllowedOnRootBlob"):
        permanently(account, blob, version_id=second)
    with refused(409, "BlobSnapshotNotSoftDeleted"):
        permanently(account, blob, version_id=first)
    blob.delete_blob(version_id=first)
    permanently(account, blob, version_id=first)
    assert account.listed() == ["version"]
    with refused(404, "BlobNotFound"):
        permanently(account, blob, version_id=first)


def test_undelete_of_nothing(account):
    with refused(404, "BlobNotFound"):
        account.blob("none").undelete_blob()
    with refused(404, "ContainerNotFound"):
        account.blobs.get_blob_client(unique(), "blob").undelete_blob()


def test_containers(account):
    name = account.container.container_name
    account.blob().upload_blob(b"text", metadata={"n": "1"})
    account.container.set_container_metadata({"m": "2"})
    account.container.delete_container()
    assert list(account.blobs.list_containers()) == []
    (item,) = account.blobs.list_containers(include_deleted=True, include_metadata=True)
    assert (item.name, item.deleted, item.metadata) == (name, True, {"m": "2"})
    with refused(404, "ContainerNotFound"):
        account.blobs.undelete_container(name, "01D0000000000000")
    restored = account.blobs.undelete_container(name, item.version)
    assert restored.get_blob_client("blob").get_blob_properties().metadata == {"n": "1"}
    with refused(404, "ContainerNotFound"):
        account.blobs.undelete_container(name, item.version)

    account.container.delete_container()
    (item,) = account.deleted_containers()
    account.container.create_container()
    with refused(409, "ContainerAlreadyExists"):
        account.blobs.undelete_container(name, item.version)
    account.advance(7 * DAY)
    assert account.deleted_containers() == []


def test_a_container_is_restored_under_its_name(account):
    account.container.delete_container()
    (item,) = account.deleted_containers()
    with pytest.raises(HttpResponseError) as info:
        account.blobs.undelete_container(item.name, item.version, new_name=unique())
    assert (info.value.status_code, info.value.error_code) == (400, "InvalidHeaderValue")


def test_pages_of_deleted_containers(account):
    account.container.delete_container()
    names = sorted(unique() for _ in range(3))
    for name in names + names[:1]:
        account.blobs.create_container(name).delete_container()
    account.blobs.create_container(names[0])
    expected = sorted([(name, True) for name in names + names[:1] + [account.container.container_name]] + [(names[0], None)],
                      key=lambda item: (item[0], not item[1]))  # fmt: skip
    for size in (1, 2, 10):
        pages = account.blobs.list_containers(include_deleted=True, results_per_page=size).by_page()
        assert [(item.name, item.deleted) for page in pages for item in page] == expected


def test_asynchronously(account):
    async def run():
        credential = {"account_name": account.name, "account_key": account.key}
        async with AsyncBlobServiceClient(account.blobs.url, credential=credential, **OPTIONS) as service:
            blob = service.get_blob_client(account.container.container_name, "blob")
            await blob.upload_blob(b"text")
            await blob.delete_blob()
            await blob.undelete_blob()
            assert await (await blob.download_blob()).readall() == b"text"

    asyncio.run(run())
