"""Blob versions: which writes make them, reading, listing, deleting, and versioning switched on and off."""

import json

import pytest
from azure.storage.blob import BlobBlock, BlobServiceClient, StandardBlobTier

from env import ENDPOINT, OPTIONS, on_emulator_only, refused, text_of, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # versioning is a setting of the account


class VersionedAccount(OwnAccount):
    def __init__(self):
        super().__init__()
        self.versioning(True)
        credential = {"account_name": self.name, "account_key": self.key}
        endpoint = ENDPOINT.rsplit("/", 1)[0] + f"/{self.name}"
        self.container = BlobServiceClient(endpoint, credential=credential, **OPTIONS).create_container(unique())

    def versioning(self, on):
        control("PUT", f"accounts/{self.name}", json.dumps({"blobVersioning": on}))

    def blob(self, name="blob"):
        return self.container.get_blob_client(name)

    def listed(self, **options):
        options = {"include": ["versions"]} | options
        return [(item.name, item.version_id, item.is_current_version) for item in self.container.list_blobs(**options)]


@pytest.fixture
def account():
    return VersionedAccount()


def test_writes_make_versions(account):
    blob = account.blob()
    first = blob.upload_blob(b"one", metadata={"n": "1"})["version_id"]
    second = blob.upload_blob(b"two", overwrite=True)["version_id"]
    third = blob.set_blob_metadata({"n": "3"})["version_id"]
    blob.stage_block("1", b"four")
    fourth = blob.commit_block_list([BlobBlock("1")])["version_id"]
    assert first < second < third < fourth
    assert account.listed() == [("blob", first, None), ("blob", second, None), ("blob", third, None), ("blob", fourth, True)]
    for version, text, metadata in ((first, b"one", {"n": "1"}), (second, b"two", {}), (third, b"two", {"n": "3"})):
        assert blob.download_blob(version_id=version).readall() == text
        properties = blob.get_blob_properties(version_id=version)
        assert (properties.version_id, properties.is_current_version, properties.metadata) == (version, None, metadata)
    properties = blob.get_blob_properties()
    assert (properties.version_id, properties.is_current_version) == (fourth, True)


def test_pages_lose_none(account):
    expected = []
    for name in ("a", "a/b", "b"):
        blob = account.blob(name)
        for _ in range(3):
            expected.append((name, blob.upload_blob(b"x", overwrite=True)["version_id"]))
    for size in (1, 2, 4, 10):
        pages = account.container.list_blobs(include=["versions"], results_per_page=size).by_page()
        assert [(item.name, item.version_id) for page in pages for item in page] == expected


def test_deleting(account):
    blob = account.blob()
    first = blob.upload_blob(b"one")["version_id"]
    second = blob.upload_blob(b"two", overwrite=True)["version_id"]
    with refused(403, "OperationNotAllowedOnRootBlob"):
        blob.delete_blob(version_id=second)
    blob.delete_blob()
    with refused(404, "BlobNotFound"):
        text_of(blob)
    assert account.listed(include=[]) == []
    assert account.listed() == [("blob", first, None), ("blob", second, None)]
    blob.delete_blob(version_id=first)
    assert account.listed() == [("blob", second, None)]
    with refused(404, "BlobNotFound"):
        blob.get_blob_properties(version_id=first)
    assert blob.download_blob(version_id=second).readall() == b"two"


def test_snapshots(account):
    blob = account.blob()
    first = blob.upload_blob(b"text")["version_id"]
    taken = blob.create_snapshot()
    current = blob.get_blob_properties()
    assert current.version_id > first
    assert current.etag == taken["etag"]
    listed = account.container.list_blobs(include=["versions", "snapshots"])
    assert [(item.snapshot, item.version_id) for item in listed] == [
        (taken["snapshot"], None), (None, first), (None, current.version_id),
    ]  # fmt: skip
    with refused(409, "SnapshotsPresent"):
        blob.delete_blob()


def test_tier_of_a_version(account):
    blob = account.blob()
    first = blob.upload_blob(b"one")["version_id"]
    blob.upload_blob(b"two", overwrite=True)
    blob.set_standard_blob_tier(StandardBlobTier.COOL, version_id=first)
    assert blob.get_blob_properties(version_id=first).blob_tier == "Cool"
    assert blob.get_blob_properties().blob_tier == "Hot"


def test_switched_off_and_on_again(account):
    account.versioning(False)
    blob = account.blob()
    assert blob.upload_blob(b"old").get("version_id") is None
    account.versioning(True)
    assert blob.get_blob_properties().version_id is None
    new = blob.upload_blob(b"new", overwrite=True)["version_id"]
    (_, old, _), (_, current, is_current) = account.listed()
    assert (current, is_current) == (new, True)
    assert blob.download_blob(version_id=old).readall() == b"old"
    account.versioning(False)
    assert blob.upload_blob(b"plain", overwrite=True).get("version_id") is None
    assert account.listed() == [("blob", old, None), ("blob", new, None), ("blob", None, None)]
    blob.upload_blob(b"plainer", overwrite=True)
    assert account.listed() == [("blob", old, None), ("blob", new, None), ("blob", None, None)]
    assert blob.download_blob(version_id=new).readall() == b"new"
