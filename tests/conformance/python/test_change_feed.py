"""The change feed, read by Microsoft's own reader: what each operation records, segments, and reading on from a token."""

import datetime
import json
import re

import pytest
from azure.storage.blob import BlobServiceClient, ContentSettings, RetentionPolicy, StandardBlobTier
from azure.storage.blob.changefeed import ChangeFeedClient

from env import ENDPOINT, GUID, OPTIONS, on_emulator_only, refused, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # the change feed is a setting of the account
HOUR = 3600
TICK = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$")


class RecordedAccount(OwnAccount):
    def __init__(self, **settings):
        super().__init__()
        control("PUT", f"accounts/{self.name}", json.dumps({"changeFeed": True} | settings))
        self.url = ENDPOINT.rsplit("/", 1)[0] + f"/{self.name}"
        self.credential = {"account_name": self.name, "account_key": self.key}
        self.service = BlobServiceClient(self.url, credential=self.credential, **OPTIONS)
        self.container = self.service.create_container(unique())
        self.reader = ChangeFeedClient(self.url, credential=self.credential, **OPTIONS)

    def blob(self, name="blob"):
        return self.container.get_blob_client(name)

    def events(self, **options):
        return list(self.reader.list_changes(**options))


@pytest.fixture
def account():
    return RecordedAccount()


def told(events):
    return [(event["eventType"], event["data"]["api"]) for event in events]


def test_nothing_happened_yet(account):
    assert account.events() == []


def test_an_account_without_a_feed():
    account = OwnAccount()
    with refused(404, "ContainerNotFound"):
        account.blobs.get_container_client("$blobchangefeed").get_container_properties()


def test_every_operation_that_makes_a_record(account):
    blob = account.blob()
    blob.upload_blob(b"one")
    blob.stage_block("MQ==", b"two")
    blob.commit_block_list(["MQ=="])
    blob.set_blob_metadata({"a": "1"})
    blob.set_http_headers(ContentSettings(content_type="text/plain"))
    blob.create_snapshot()
    blob.set_standard_blob_tier(StandardBlobTier.COOL)
    blob.set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    blob.set_standard_blob_tier(StandardBlobTier.HOT)
    blob.set_blob_tags({"k": "v"})
    blob.delete_blob(delete_snapshots="include")
    account.blob("append").create_append_blob()
    account.blob("append").append_block(b"more")  # the reference names no event for it
    account.blob("page").create_page_blob(512)
    account.blob("page").upload_page(b"x" * 512, 0, 512)
    assert told(account.events()) == [
        ("BlobCreated", "PutBlob"),
        ("BlobCreated", "PutBlockList"),
        ("BlobPropertiesUpdated", "SetBlobMetadata"),
        ("BlobPropertiesUpdated", "SetBlobProperties"),
        ("BlobSnapshotCreated", "SnapshotBlob"),
        ("BlobTierChanged", "SetBlobTier"),
        ("BlobTierChanged", "SetBlobTier"),
        ("BlobAsyncOperationInitiated", "SetBlobTier"),
        ("BlobPropertiesUpdated", "SetBlobTags"),
        ("BlobDeleted", "DeleteBlob"),
        ("BlobCreated", "PutBlob"),
        ("BlobCreated", "PutBlob"),
    ]


def test_what_a_record_says(account):
    made = account.blob("a/b c").upload_blob(
        b"hello", content_settings=ContentSettings(content_type="text/plain"), client_request_id="mine"
    )
    (event,) = account.events()
    data = event["data"]
    assert event["schemaVersion"] == 5
    assert event["topic"].endswith(f"/providers/Microsoft.Storage/storageAccounts/{account.name}")
    assert event["subject"] == f"/blobServices/default/containers/{account.container.container_name}/blobs/a/b c"
    assert GUID.match(event["id"]) and TICK.match(event["eventTime"])
    assert data["clientRequestId"] == "mine" and data["requestId"] == made["request_id"]
    assert data["etag"] == made["etag"].strip('"')
    assert (data["contentType"], data["contentLength"], data["blobType"]) == ("text/plain", 5, "BlockBlob")
    assert data["blobTier"] == "Hot" and data["blobVersion"] is None and data["snapshot"] is None
    assert data["url"] == ""  # "currently always empty"
    assert re.match(r"^[0-9a-f]{48}$", data["sequencer"])


def test_what_was_before(account):
    blob = account.blob()
    blob.upload_blob(b"1", content_settings=ContentSettings(content_language="nl-NL"), tags={"a": "1"})
    blob.set_http_headers(ContentSettings(content_language="pl-PL", content_md5=None))
    blob.set_blob_tags({"a": "2", "b": "3"})
    blob.set_standard_blob_tier(StandardBlobTier.COOL)
    snapshot = blob.create_snapshot()["snapshot"]
    _, headers, tags, tier, taken = account.events()
    assert headers["data"]["blobPropertiesUpdated"]["ContentLanguage"] == {"current": "pl-PL", "previous": "nl-NL"}
    assert "CacheControl" not in headers["data"]["blobPropertiesUpdated"]
    assert tags["data"]["blobTagsUpdated"] == {"previous": {"a": "1"}, "current": {"a": "2", "b": "3"}}
    assert (tier["data"]["blobTier"], tier["data"]["previousInfo"]) == ("Cool", {"PreviousTier": "Hot"})
    assert taken["data"]["snapshot"] == snapshot


def test_a_copy_out_of_the_archive(account):
    account.blob().upload_blob(b"one", standard_blob_tier=StandardBlobTier.ARCHIVE)
    copied = account.blob("copy").start_copy_from_url(
        account.blob().url, standard_blob_tier=StandardBlobTier.COOL, rehydrate_priority="High"
    )
    _, begun = account.events()
    assert (begun["eventType"], begun["data"]["api"]) == ("BlobAsyncOperationInitiated", "CopyBlob")
    wanted = {"DestinationTier": "Cool", "WasAsyncOperation": "true", "CopyId": copied["copy_id"]}
    assert begun["data"]["asyncOperationInfo"] == wanted


def test_versions():
    account = RecordedAccount(blobVersioning=True)
    first = account.blob().upload_blob(b"1")["version_id"]
    second = account.blob().upload_blob(b"2", overwrite=True)["version_id"]
    account.blob().delete_blob(version_id=first)
    created, replaced, deleted = account.events()
    assert created["data"]["blobVersion"] == first
    assert replaced["data"]["blobVersion"] == second
    assert replaced["data"]["previousInfo"] == {"BlobVersion": second, "LastVersion": first}
    assert (deleted["eventType"], deleted["data"]["blobVersion"]) == ("BlobDeleted", first)


def test_soft_delete():
    account = RecordedAccount()
    days = RetentionPolicy(enabled=True, days=7)
    account.service.set_service_properties(delete_retention_policy=days)
    account.blob().upload_blob(b"1")
    account.blob().upload_blob(b"2", overwrite=True)
    account.blob().delete_blob()
    account.blob().undelete_blob()
    (kept,) = [item.snapshot for item in account.container.list_blobs(include=["snapshots"]) if item.snapshot]
    created, replaced, deleted, restored = account.events()
    assert created["data"]["previousInfo"] is None
    assert replaced["data"]["previousInfo"] == {"SoftDeleteSnapshot": kept, "WasBlobSoftDeleted": "true"}
    assert (deleted["eventType"], deleted["data"]["previousInfo"]) == ("BlobDeleted", {"WasBlobSoftDeleted": "true"})
    assert told([restored]) == [("BlobPropertiesUpdated", "UndeleteBlob")]
    assert restored["data"]["previousInfo"] == {"WasBlobSoftDeleted": "true"}


def test_hours_are_segments(account):
    account.blob("first").upload_blob(b"")
    account.advance(2 * HOUR)
    account.blob("second").upload_blob(b"")
    feed = account.service.get_container_client("$blobchangefeed")
    segments = [item.name for item in feed.list_blobs(name_starts_with="idx/segments/2")]
    assert len(segments) == 2
    first, second = (json.loads(feed.download_blob(name).readall()) for name in segments)
    assert (first["status"], second["status"]) == ("Finalized", "Publishing")
    assert json.loads(feed.download_blob("meta/segments.json").readall())["lastConsumable"] == first["begin"]
    begin = datetime.datetime.fromisoformat(second["begin"].replace("Z", "+00:00"))
    later = account.events(start_time=begin.replace(tzinfo=None))
    assert [event["subject"].rsplit("/", 1)[1] for event in later] == ["second"]


def test_reading_on_from_a_token(account):
    for number in range(5):
        account.blob(f"b{number}").upload_blob(b"")
    pages = account.reader.list_changes(results_per_page=2).by_page()
    first = [event["subject"].rsplit("/", 1)[1] for event in next(pages)]
    token = pages.continuation_token
    rest = account.reader.list_changes(results_per_page=2).by_page(continuation_token=token)
    following = [event["subject"].rsplit("/", 1)[1] for page in rest for event in page]
    assert first + following == [f"b{number}" for number in range(5)]


def test_records_are_in_the_order_of_changes(account):
    for number in range(20):
        account.blob(f"b{number % 3}").upload_blob(str(number).encode(), overwrite=True)
    events = account.events()
    assert [event["subject"][-1] for event in events] == [str(number % 3) for number in range(20)]
    sequencers = [event["data"]["sequencer"] for event in events]
    assert sequencers == sorted(set(sequencers))
    assert len({event["id"] for event in events}) == 20
