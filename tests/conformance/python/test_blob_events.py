"""Events of blobs in a storage queue, in Event Grid's schema: what is told, filters, and another try later."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from azure.storage.blob import StandardBlobTier

from env import GUID, on_emulator_only, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # event subscriptions are a setting of the account
PATIENCE = 30  # seconds; a message comes within a fraction of one


def to_queue(name="told", queue="events", **properties):
    destination = {"endpointType": "StorageQueue", "properties": {"queueName": queue}}
    return {"name": name, "properties": {"destination": destination} | properties}


class ToldAccount(OwnAccount):
    def __init__(self, *subscriptions, **settings):
        super().__init__()
        self.subscribe(*subscriptions, **settings)
        self.container = self.blobs.create_container(unique())
        self.queue = self.queues.get_queue_client("events")

    def subscribe(self, *subscriptions, **settings):
        control("PUT", f"accounts/{self.name}", json.dumps({"eventSubscriptions": subscriptions} | settings))

    def blob(self, name="blob"):
        return self.container.get_blob_client(name)

    def told(self, count, queue="events"):
        """That many events, once they have all arrived."""
        client = self.queues.get_queue_client(queue)
        events, end = [], time.monotonic() + PATIENCE
        while len(events) < count:
            assert time.monotonic() < end, f"only {len(events)} of {count} events came: {events}"
            for message in client.receive_messages(messages_per_page=32, visibility_timeout=3600):
                events.append(json.loads(base64.b64decode(message.content)))
                client.delete_message(message)
        return events


@pytest.fixture
def account():
    account = ToldAccount(to_queue())
    account.queue.create_queue()
    return account


def kinds(events):
    return [(event["eventType"].removeprefix("Microsoft.Storage."), event["data"]["api"]) for event in events]


def test_which_operations_are_told(account):
    blob = account.blob()
    blob.upload_blob(b"one")
    blob.set_blob_metadata({"a": "1"})  # the change feed alone tells of this, of headers, tags and snapshots
    blob.create_snapshot()
    blob.stage_block("MQ==", b"two")
    blob.commit_block_list(["MQ=="])
    blob.set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    blob.set_standard_blob_tier(StandardBlobTier.HOT)
    blob.delete_blob(delete_snapshots="include")
    assert kinds(account.told(5)) == [
        ("BlobCreated", "PutBlob"),
        ("BlobCreated", "PutBlockList"),
        ("BlobTierChanged", "SetBlobTier"),
        ("AsyncOperationInitiated", "SetBlobTier"),
        ("BlobDeleted", "DeleteBlob"),
    ]


def test_leaving_the_archive_is_told_twice(account):
    blob = account.blob()
    blob.upload_blob(b"one", standard_blob_tier=StandardBlobTier.ARCHIVE)
    blob.set_standard_blob_tier(StandardBlobTier.COOL, rehydrate_priority="Standard")
    assert kinds(account.told(2))[1] == ("AsyncOperationInitiated", "SetBlobTier")
    account.advance(15 * 3600)
    (there,) = account.told(1)
    assert kinds([there]) == [("BlobTierChanged", "SetBlobTier")]
    assert (there["data"]["accessTier"], there["data"]["previousTier"]) == ("Cool", "Archive")
    assert blob.get_blob_properties().blob_tier == "Cool"


def test_a_copy_out_of_the_archive_is_told_twice(account):
    blob, copy = account.blob(), account.blob("copy")
    blob.upload_blob(b"one", standard_blob_tier=StandardBlobTier.ARCHIVE)
    copy.start_copy_from_url(blob.url, standard_blob_tier=StandardBlobTier.COOL, rehydrate_priority="High")
    assert kinds(account.told(2))[1] == ("AsyncOperationInitiated", "CopyBlob")
    account.advance(3600)
    (there,) = account.told(1)
    assert kinds([there]) == [("BlobCreated", "CopyBlob")]
    assert (there["subject"].rsplit("/", 1)[1], there["data"]["accessTier"]) == ("copy", "Cool")


def test_hurried_out_of_the_archive_it_is_told_once(account):
    blob = account.blob()
    blob.upload_blob(b"one", standard_blob_tier=StandardBlobTier.ARCHIVE)
    blob.set_standard_blob_tier(StandardBlobTier.HOT, rehydrate_priority="Standard")
    blob.set_standard_blob_tier(StandardBlobTier.HOT, rehydrate_priority="High")
    account.advance(3600)
    assert [event for event, _ in kinds(account.told(4))][-1] == "BlobTierChanged"
    account.advance(15 * 3600)
    blob.delete_blob()
    assert kinds(account.told(1)) == [("BlobDeleted", "DeleteBlob")]


def test_tiers_of_page_blobs():
    account = ToldAccount(to_queue(filter={"includedEventTypes": ["Microsoft.Storage.BlobTierChanged"]}), sku="Premium_LRS")
    account.queue.create_queue()
    disk = account.blob()
    disk.create_page_blob(512)
    for tier in ("P10", "P10", "P30"):  # the same again changes nothing
        disk.set_premium_page_blob_tier(tier)
    events = account.told(2)
    assert [(event["data"]["previousTier"], event["data"]["accessTier"]) for event in events] == [("P4", "P10"), ("P10", "P30")]


def test_a_run_of_a_lifecycle_policy():
    rule = {
        "name": "old", "type": "Lifecycle",
        "definition": {
            "filters": {"blobTypes": ["blockBlob"]},
            "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 1}}},
        },
    }  # fmt: skip
    completed = {"includedEventTypes": ["Microsoft.Storage.LifecyclePolicyCompleted"]}
    account = ToldAccount(to_queue(filter=completed), lifecyclePolicy={"rules": [rule]})
    account.queue.create_queue()
    account.blob("plain").upload_blob(b"")
    account.blob("leased").upload_blob(b"")
    account.blob("leased").acquire_lease()
    account.advance(2 * 24 * 3600)
    (event,) = account.told(1)
    assert event["subject"] == "BlobDataManagement/LifeCycleManagement/SummaryReport"
    data = event["data"]
    assert data["policyRunSummary"] == {"completionStatus": "CompletedWithError"}
    failed = f"{account.container.container_name}/leased"
    assert data["deleteSummary"] == {"totalObjectsCount": 2, "successCount": 1, "errorList": failed}
    assert set(data) == {"scheduleTime", "policyRunSummary", "deleteSummary"}


def test_what_an_event_says(account):
    made = account.blob("a/b c.txt").upload_blob(b"hello", client_request_id="mine")
    account.blob("a/b c.txt").delete_blob()
    created, deleted = account.told(2)
    assert created["topic"].endswith(f"/providers/Microsoft.Storage/storageAccounts/{account.name}")
    assert created["subject"] == f"/blobServices/default/containers/{account.container.container_name}/blobs/a/b c.txt"
    assert (created["dataVersion"], created["metadataVersion"]) == ("", "1")
    assert GUID.match(created["id"]) and created["eventTime"].endswith("Z")
    data = created["data"]
    assert (data["clientRequestId"], data["requestId"]) == ("mine", made["request_id"])
    assert data["eTag"] == made["etag"].strip('"')
    assert (data["contentType"], data["contentLength"], data["blobType"]) == ("application/octet-stream", 5, "BlockBlob")
    assert data["url"] == account.blob("a/b c.txt").url
    assert "eTag" not in deleted["data"] and "contentLength" not in deleted["data"]
    assert deleted["data"]["sequencer"] > data["sequencer"]


def test_filters():
    account = ToldAccount(
        to_queue("prefixed", "prefixed", filter={"subjectBeginsWith": "/blobServices/default/containers/images/"}),
        to_queue("suffixed", "suffixed", filter={"subjectEndsWith": ".JPG"}),
        to_queue("exactly", "exactly", filter={"subjectEndsWith": ".JPG", "isSubjectCaseSensitive": True}),
        to_queue("deletions", "deletions", filter={"includedEventTypes": ["Microsoft.Storage.BlobDeleted"]}),
    )
    for queue in ("prefixed", "suffixed", "exactly", "deletions"):
        account.queues.create_queue(queue)
    images = account.blobs.create_container("images")
    images.upload_blob("a.jpg", b"")
    images.upload_blob("b.JPG", b"")
    account.container.upload_blob("c.jpg", b"")
    account.container.upload_blob("d.txt", b"")
    images.delete_blob("a.jpg")

    def names(queue, count):
        return [event["subject"].rsplit("/", 1)[1] for event in account.told(count, queue)]

    assert names("prefixed", 3) == ["a.jpg", "b.JPG", "a.jpg"]
    assert names("suffixed", 4) == ["a.jpg", "b.JPG", "c.jpg", "a.jpg"]
    assert names("exactly", 1) == ["b.JPG"]
    assert names("deletions", 1) == ["a.jpg"]


def test_a_queue_of_another_account():
    other = OwnAccount()
    other.queues.create_queue("theirs")
    resource = f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{other.name}"
    subscription = to_queue(queue="theirs")
    subscription["properties"]["destination"]["properties"]["resourceId"] = resource
    account = ToldAccount(subscription)
    account.blob().upload_blob(b"")
    account.queues = other.queues
    assert kinds(account.told(1, "theirs")) == [("BlobCreated", "PutBlob")]


def test_what_did_not_arrive_is_tried_again():
    account = ToldAccount(to_queue())
    account.blob().upload_blob(b"")  # there is no queue yet
    account.queue.create_queue()
    end = time.monotonic() + PATIENCE
    while not account.queue.peek_messages():  # it was tried before or after the clock moved: again five minutes later
        assert time.monotonic() < end
        account.advance(300)
    assert kinds(account.told(1)) == [("BlobCreated", "PutBlob")]


class Hook:
    """A web hook of this test: `answers` are the statuses of what comes next, 200 when there are none left."""

    def __init__(self, valid=True):
        self.seen, self.answers, self.valid = [], [], valid
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                (event,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.seen.append((self.headers["aeg-event-type"], self.headers["aeg-delivery-count"], event))
                answer = {}
                if event["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent":
                    answer = {"validationResponse": event["data"]["validationCode"] if hook.valid else "none"}
                    status = 200
                else:
                    status = hook.answers.pop(0) if hook.answers else 200
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def subscription(self):
        url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?code=secret"
        return {"name": "told", "properties": {"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": url}}}}

    def wait_for(self, count, account=None, advance=0):
        end = time.monotonic() + PATIENCE
        while len(self.seen) < count:
            assert time.monotonic() < end, self.seen
            if account and advance:
                account.advance(advance)
            time.sleep(0.05)
        return [(kind, attempts, event["eventType"].rsplit(".", 1)[1]) for kind, attempts, event in self.seen]


@pytest.fixture
def hook():
    hook = Hook()
    yield hook
    hook.server.shutdown()


def test_a_web_hook_is_asked_once_and_then_told(hook):
    account = ToldAccount(hook.subscription())
    account.blob().upload_blob(b"")
    account.blob().delete_blob()
    assert hook.wait_for(3) == [
        ("SubscriptionValidation", "0", "SubscriptionValidationEvent"),
        ("Notification", "0", "BlobCreated"),
        ("Notification", "0", "BlobDeleted"),
    ]


def test_a_web_hook_that_fails_is_told_again(hook):
    hook.answers = [500, 503]
    account = ToldAccount(hook.subscription())
    account.blob().upload_blob(b"")
    told = hook.wait_for(4, account, advance=30)
    assert [attempts for kind, attempts, _ in told if kind == "Notification"] == ["0", "1", "2"]


def test_what_a_web_hook_refuses_is_dropped(hook):
    hook.answers = [400]
    account = ToldAccount(hook.subscription())
    account.blob().upload_blob(b"")
    hook.wait_for(2)
    account.advance(3600)
    account.blob().delete_blob()
    assert [event for _, _, event in hook.wait_for(3)] == ["SubscriptionValidationEvent", "BlobCreated", "BlobDeleted"]


def test_a_web_hook_that_does_not_want_events_gets_none(hook):
    hook.valid = False
    account = ToldAccount(hook.subscription())
    account.blob().upload_blob(b"")
    hook.wait_for(1)
    hook.valid = True
    assert [event for _, _, event in hook.wait_for(3, account, advance=30)][-2:] == ["SubscriptionValidationEvent", "BlobCreated"]


def test_an_ended_subscription(account):
    account.subscribe()
    account.blob().upload_blob(b"")
    account.subscribe(to_queue())
    account.blob().delete_blob()
    assert kinds(account.told(1)) == [("BlobDeleted", "DeleteBlob")]
