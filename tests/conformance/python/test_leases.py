"""Leases of blobs and containers, through the lease client; tests/conformance/js/leases.test.js has the whole matrix."""

import uuid
from datetime import timedelta

import pytest
from azure.core import MatchConditions
from azure.storage.blob import BlobBlock, BlobClient, BlobLeaseClient, ContentSettings
from azure.storage.blob.aio import BlobServiceClient

import raw
from env import CONNECTION_STRING, GUID, OPTIONS, Seen, refused, text_of, unique

A, B = str(uuid.uuid4()), str(uuid.uuid4())
KINDS = ["blob", "container"]
ACTIONS = {
    "acquire": lambda it, **o: it.acquire_lease(lease_duration=15, lease_id=A, **o),
    "renew": lambda it, **o: BlobLeaseClient(it, A).renew(**o),
    "change": lambda it, **o: BlobLeaseClient(it, A).change(B, **o),
    "release": lambda it, **o: BlobLeaseClient(it, A).release(**o),
    "break": lambda it, **o: BlobLeaseClient(it, A).break_lease(**o),
}


def properties_of(it):
    return it.get_blob_properties() if hasattr(it, "blob_name") else it.get_container_properties()


def lease_of(it):
    lease = properties_of(it).lease
    return lease.status, lease.state, lease.duration


def path_of(it):
    return f"/{it.container_name}/{it.blob_name}" if hasattr(it, "blob_name") else f"/{it.container_name}"


def ask(it, headers):
    """A lease action with these headers, which the SDK would not send."""
    query = "comp=lease" if hasattr(it, "blob_name") else "comp=lease&restype=container"
    return raw.request("PUT", path_of(it), query, headers)


@pytest.fixture
def leased_container(container):
    yield container
    if lease_of(container)[0] == "locked":
        BlobLeaseClient(container).break_lease(0)


@pytest.fixture
def it(request, blob, leased_container):
    """The blob or the container, as the test is told."""
    if request.param == "container":
        return leased_container
    blob.upload_blob(b"hello")
    return blob


@pytest.mark.parametrize("it", KINDS, indirect=True)
class TestActions:
    def test_from_acquire_to_release(self, it):
        before = properties_of(it)
        assert lease_of(it) == ("unlocked", "available", None)
        lease = it.acquire_lease()
        assert GUID.match(lease.id)
        assert (lease.etag, lease.last_modified) == (before.etag, before.last_modified)
        assert lease_of(it) == ("locked", "leased", "infinite")
        lease.change(A)
        assert lease.id == A
        lease.renew()
        seen = Seen()
        lease.release(raw_response_hook=seen)
        assert (seen.status, seen.headers["ETag"]) == (200, before.etag)
        assert lease_of(it) == ("unlocked", "available", None)
        assert (properties_of(it).etag, properties_of(it).last_modified) == (before.etag, before.last_modified)

    def test_break(self, it):
        lease = it.acquire_lease(lease_duration=60)
        assert lease_of(it) == ("locked", "leased", "fixed")
        assert BlobLeaseClient(it).break_lease(10) == 10
        assert lease_of(it) == ("locked", "breaking", None)
        with refused(409, "LeaseIsBrokenAndCannotBeRenewed"):
            lease.renew()
        with refused(409, "LeaseIsBreakingAndCannotBeChanged"):
            lease.change(A)
        with refused(409, "LeaseIsBreakingAndCannotBeAcquired"):
            it.acquire_lease(lease_id=lease.id)
        with refused(409, "LeaseAlreadyPresent"):
            it.acquire_lease()
        assert BlobLeaseClient(it).break_lease(0) == 0
        assert lease_of(it) == ("unlocked", "broken", None)
        it.acquire_lease(lease_duration=15)

    def test_wrong_ids(self, it):
        for action in ("renew", "release"):
            with refused(409, "LeaseIdMismatchWithLeaseOperation"):
                ACTIONS[action](it)
        for action in ("change", "break"):
            with refused(409, "LeaseNotPresentWithLeaseOperation"):
                ACTIONS[action](it)
        it.acquire_lease(lease_id=str(uuid.uuid4()))
        for action in ("renew", "change", "release"):
            with refused(409, "LeaseIdMismatchWithLeaseOperation"):
                ACTIONS[action](it)
        with refused(409, "LeaseAlreadyPresent"):
            ACTIONS["acquire"](it)
        assert lease_of(it)[1] == "leased"

    @pytest.mark.parametrize("written", ["{%s}", "(%s)", "%s"])
    def test_an_id_in_another_form_of_a_guid(self, it, written):
        headers = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": written % A.upper()}
        answer = ask(it, headers)
        assert (answer.status, answer.headers["x-ms-lease-id"]) == (201, A)

    def test_values(self, it):
        for duration in (14, 61):
            with refused(400, "InvalidHeaderValue"):
                it.acquire_lease(lease_duration=duration)
        with refused(400, "InvalidHeaderValue"):
            it.acquire_lease(lease_id="mine")
        raw.expect(ask(it, {"x-ms-lease-action": "acquire"}), 400, "MissingRequiredHeader", HeaderName="x-ms-lease-duration")
        it.acquire_lease(lease_id=A)
        for period in (-1, 61):
            with refused(400, "InvalidHeaderValue"):
                BlobLeaseClient(it).break_lease(period)
        raw.expect(ask(it, {"x-ms-lease-action": "renew"}), 400, "MissingRequiredHeader", HeaderName="x-ms-lease-id")
        raw.expect(ask(it, {}), 400, "MissingRequiredHeader", HeaderName="x-ms-lease-action")
        raw.expect(ask(it, {"x-ms-lease-action": "lend"}), 400, "InvalidHeaderValue", HeaderName="x-ms-lease-action")

    @pytest.mark.parametrize("action", ACTIONS)
    def test_dates_are_conditions(self, it, action):
        if action != "acquire":
            it.acquire_lease(lease_id=A)
        modified = properties_of(it).last_modified
        with refused(412, "ConditionNotMet"):
            ACTIONS[action](it, if_modified_since=modified)
        with refused(412, "ConditionNotMet"):
            ACTIONS[action](it, if_unmodified_since=modified - timedelta(seconds=1))
        ACTIONS[action](it, if_unmodified_since=modified)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_etags_are_conditions_of_blobs_alone(self, it, action):
        if action != "acquire":
            it.acquire_lease(lease_id=A)
        etag = properties_of(it).etag
        headers = {
            "x-ms-lease-action": action, "x-ms-lease-id": A, "x-ms-lease-duration": "15", "x-ms-proposed-lease-id": A,
            "If-Match": etag,
        }  # fmt: skip
        if it.__class__.__name__ == "ContainerClient":
            return raw.expect(ask(it, headers), 400, "ConditionHeadersNotSupported")
        with refused(412, "ConditionNotMet"):
            ACTIONS[action](it, etag=etag, match_condition=MatchConditions.IfModified)
        raw.expect(ask(it, headers | {"If-None-Match": "*"}), 400, "MultipleConditionHeadersNotSupported")
        ACTIONS[action](it, etag=etag, match_condition=MatchConditions.IfNotModified)


@pytest.mark.parametrize("action", ACTIONS)
def test_of_what_is_missing(service, container, action):
    with refused(404, "BlobNotFound"):
        ACTIONS[action](container.get_blob_client("none"))
    with refused(404, "ContainerNotFound"):
        ACTIONS[action](service.get_container_client(unique()))
    with refused(404, "ContainerNotFound"):
        ACTIONS[action](service.get_blob_client(unique(), "none"))


def test_of_a_snapshot(blob):
    blob.upload_blob(b"hello")
    headers = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"}
    assert raw.request("PUT", path_of(blob), "comp=lease&snapshot=2026-01-01T00:00:00.0000000Z", headers).status == 400


WRITES = {
    "put blob": lambda blob, **o: blob.upload_blob(b"again", overwrite=True, **o),
    "put block": lambda blob, **o: blob.stage_block("1", b"x", **o),
    "put block list": lambda blob, **o: blob.commit_block_list([BlobBlock("1")], **o),
    "set blob metadata": lambda blob, **o: blob.set_blob_metadata({"a": "1"}, **o),
    "set blob properties": lambda blob, **o: blob.set_http_headers(ContentSettings(content_type="a/b"), **o),
    "delete blob": lambda blob, **o: blob.delete_blob(**o),
}
# The first one makes the blob.
APPENDS = {
    "put append blob": lambda blob, **o: blob.create_append_blob(**o),
    "append block": lambda blob, **o: blob.append_block(b"x", **o),
    "seal append blob": lambda blob, **o: blob.seal_append_blob(**o),
}
PAGES = {
    "put page blob": lambda blob, **o: blob.create_page_blob(512, **o),
    "put page": lambda blob, **o: blob.upload_page(b"x" * 512, offset=0, length=512, **o),
    "clear page": lambda blob, **o: blob.clear_page(offset=0, length=512, **o),
    "resize": lambda blob, **o: blob.resize_blob(1024, **o),
    "sequence number": lambda blob, **o: blob.set_sequence_number("increment", **o),
}


class TestUseOfABlob:
    def test_writes(self, blob):
        blob.upload_blob(b"hello")
        lease = blob.acquire_lease()
        for write in WRITES.values():
            with refused(412, "LeaseIdMissing"):
                write(blob)
            with refused(412, "LeaseIdMismatchWithBlobOperation"):
                write(blob, lease=B)
        assert text_of(blob) == b"hello"
        for name, write in WRITES.items():
            write(blob, lease=lease)
            if name != "delete blob":
                assert lease_of(blob) == ("locked", "leased", "infinite")
        assert blob.exists() is False

    @pytest.mark.parametrize("writes", [APPENDS, PAGES], ids=["append", "page"])
    def test_writes_to_other_types(self, own_account, writes):
        blob = own_account.blobs.create_container(unique()).get_blob_client("blob")
        next(iter(writes.values()))(blob)
        for write in writes.values():
            with refused(412, "LeaseNotPresentWithBlobOperation"):
                write(blob, lease=B)
        lease = blob.acquire_lease(lease_duration=15)
        for write in writes.values():
            with refused(412, "LeaseIdMissing"):
                write(blob)
            with refused(412, "LeaseIdMismatchWithBlobOperation"):
                write(blob, lease=B)
        own_account.advance(16)
        for write in writes.values():
            with refused(412, "LeaseLost"):
                write(blob, lease=lease)
        lease.renew()
        for write in writes.values():
            write(blob, lease=lease)
            assert lease_of(blob) == ("locked", "leased", "fixed")

    def test_reads(self, blob):
        blob.upload_blob(b"hello")
        lease = blob.acquire_lease(lease_duration=60)
        assert text_of(blob) == b"hello"
        assert blob.download_blob(lease=lease).readall() == b"hello"
        assert blob.get_blob_properties(lease=lease.id).size == 5
        blob.get_block_list(lease=lease)
        for read in (blob.download_blob, blob.get_blob_properties, blob.get_block_list):
            with refused(412, "LeaseIdMismatchWithBlobOperation"):
                read(lease=B)
        lease.release()
        for read in (blob.download_blob, blob.get_blob_properties, blob.get_block_list):
            with refused(412, "LeaseNotPresentWithBlobOperation"):
                read(lease=B)

    def test_a_large_upload_under_a_lease(self, blob):
        blob.upload_blob(b"hello")
        lease = blob.acquire_lease()
        body = bytes(range(256)) * 1024
        blob = BlobClient.from_connection_string(
            CONNECTION_STRING, blob.container_name, blob.blob_name, max_single_put_size=4096, max_block_size=65536, **OPTIONS
        )
        with refused(412, "LeaseIdMissing"):
            blob.upload_blob(body, overwrite=True)
        blob.upload_blob(body, overwrite=True, lease=lease)
        assert text_of(blob) == body
        assert lease_of(blob)[1] == "leased"

    def test_conditions_come_after_the_lease(self, blob):
        # Seen on the real service.
        blob.upload_blob(b"hello")
        blob.acquire_lease()
        with refused(412, "LeaseIdMissing"):
            blob.upload_blob(b"again")


class TestTime:
    def test_expiry_renewal_and_loss(self, own_account):
        container = own_account.blobs.create_container(unique())
        blob = container.upload_blob("blob", b"hello")
        lease = blob.acquire_lease(lease_duration=15)
        own_account.advance(16)
        assert lease_of(blob) == ("unlocked", "expired", None)
        for write in WRITES.values():
            with refused(412, "LeaseLost"):
                write(blob, lease=lease)
        lease.renew()
        assert lease_of(blob) == ("locked", "leased", "fixed")
        own_account.advance(16)
        blob.set_blob_metadata({"a": "1"})
        assert lease_of(blob) == ("unlocked", "available", None)
        with refused(409, "LeaseIdMismatchWithLeaseOperation"):
            lease.renew()

    def test_a_container_keeps_the_id(self, own_account):
        container = own_account.blobs.create_container(unique())
        lease = container.acquire_lease(lease_duration=15)
        with refused(412, "LeaseIdMissing"):
            container.delete_container()
        own_account.advance(16)
        container.set_container_metadata({"a": "1"})
        with refused(412, "LeaseLost"):
            container.delete_container(lease=lease)
        with refused(412, "LeaseLost"):
            container.get_container_access_policy(lease=lease)
        with refused(412, "LeaseLost"):
            container.get_container_properties(lease=lease)
        with refused(412, "LeaseNotPresentWithContainerOperation"):
            container.get_container_properties(lease=B)
        lease.renew()
        for use in (container.delete_container, container.get_container_properties):
            with refused(412, "LeaseIdMismatchWithContainerOperation"):
                use(lease=B)
        container.delete_container(lease=lease)


async def test_asynchronous():
    async with BlobServiceClient.from_connection_string(CONNECTION_STRING, **OPTIONS) as service:
        container = await service.create_container(unique())
        guard = await container.acquire_lease(60)
        blob = await container.upload_blob("blob", b"hello")
        lease = await blob.acquire_lease()
        await lease.renew()
        with refused(412, "LeaseIdMissing"):
            await blob.delete_blob()
        await blob.upload_blob(b"again", overwrite=True, lease=lease)
        assert await lease.break_lease() == 0
        await blob.delete_blob()
        await container.delete_container(lease=guard)
