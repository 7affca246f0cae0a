"""Snapshots: taken, read, listed, deleted, and what they refuse."""

from datetime import datetime, timezone

import pytest
from azure.core import MatchConditions
from azure.storage.blob import BlobBlock, BlobClient, BlobSasPermissions, StandardBlobTier, generate_blob_sas

import raw
from env import ACCOUNT, DAY, ENDPOINT, KEY, OPTIONS, OTHER_ETAG, SERVICE, Seen, refused, text_of, unique


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


@pytest.fixture
def text(blob):
    blob.upload_blob(b"hello", metadata={"kind": "greeting"})
    return blob


def snapshot_of(blob, **options):
    taken = blob.create_snapshot(**options)
    return SERVICE.get_blob_client(blob.container_name, blob.blob_name, snapshot=taken["snapshot"])


class TestTaking:
    def test_answers_with_id_and_the_etag_of_the_blob(self, text):
        properties = text.get_blob_properties()
        seen = Seen()
        first = text.create_snapshot(raw_response_hook=seen)
        assert seen.status == 201
        assert first["etag"] == properties.etag
        assert first["last_modified"] == properties.last_modified
        assert seen.headers["x-ms-request-server-encrypted"] == "false"
        assert text.create_snapshot()["snapshot"] > first["snapshot"]

    def test_is_read_as_the_blob_was(self, text):
        snapshot = snapshot_of(text)
        text.upload_blob(b"another", overwrite=True)
        assert (text_of(snapshot), text_of(text)) == (b"hello", b"another")
        properties = snapshot.get_blob_properties()
        assert (properties.size, properties.metadata) == (5, {"kind": "greeting"})
        assert text.get_blob_properties().metadata == {}

    def test_with_metadata_of_its_own(self, text):
        before = text.get_blob_properties()
        snapshot = snapshot_of(text, metadata={"of": "snapshot"})
        properties = snapshot.get_blob_properties()
        assert properties.metadata == {"of": "snapshot"}
        assert properties.etag != before.etag
        assert text.get_blob_properties().etag == before.etag

    def test_of_blocks(self, blob):
        blob.stage_block("1", b"one ")
        blob.stage_block("2", b"two")
        blob.commit_block_list([BlobBlock("1"), BlobBlock("2")])
        snapshot = snapshot_of(blob)
        blob.commit_block_list([BlobBlock("2")])
        committed, uncommitted = snapshot.get_block_list("all")
        assert [(block.id, block.size) for block in committed] == [("1", 4), ("2", 3)]
        assert uncommitted == []
        assert (text_of(snapshot), text_of(blob)) == (b"one two", b"two")

    def test_conditions(self, text):
        text.create_snapshot(etag=text.get_blob_properties().etag, match_condition=MatchConditions.IfNotModified)
        with refused(412, "ConditionNotMet"):
            text.create_snapshot(etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(412, "ConditionNotMet"):
            text.create_snapshot(if_modified_since=datetime.now(timezone.utc) + DAY)
        headers = {"If-Match": OTHER_ETAG, "If-None-Match": OTHER_ETAG}
        raw.expect(raw.request("PUT", path(text), "comp=snapshot", headers), 400, "MultipleConditionHeadersNotSupported")

    def test_of_what_is_not_there(self, service, blob):
        with refused(404, "BlobNotFound"):
            blob.create_snapshot()
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").create_snapshot()

    def test_of_an_archived_blob(self, blob):
        blob.upload_blob(b"hello", standard_blob_tier=StandardBlobTier.ARCHIVE)
        with refused(409, "BlobArchived"):
            blob.create_snapshot()

    def test_bad_metadata(self, text):
        with refused(400, "InvalidMetadata"):
            text.create_snapshot(metadata={"a-b": "x"})
        with refused(400, "MetadataTooLarge"):
            text.create_snapshot(metadata={"a": "x" * 9000})

    def test_lease_of_another(self, text):
        with refused(412, "LeaseNotPresentWithBlobOperation"):
            text.create_snapshot(lease="6f0c0b5e-8d0f-4c3b-9d7a-3a1b2c3d4e5f")

    def test_is_read_only(self, text):
        snapshot = text.create_snapshot()["snapshot"]
        answer = raw.request("PUT", path(text), f"comp=metadata&snapshot={snapshot}", {"x-ms-meta-a": "b"})
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="snapshot", QueryParameterValue=snapshot)
        raw.expect(raw.request("PUT", path(text), f"comp=snapshot&snapshot={snapshot}"), 400, "InvalidQueryParameterValue")
        assert text_of(text) == b"hello"


class TestDeleting:
    def test_needs_to_be_said(self, text):
        snapshot = snapshot_of(text)
        with refused(409, "SnapshotsPresent"):
            text.delete_blob()
        text.delete_blob(delete_snapshots="only")
        with refused(404, "BlobNotFound"):
            text_of(snapshot)
        assert text_of(text) == b"hello"
        snapshot = snapshot_of(text)
        text.delete_blob(delete_snapshots="include")
        with refused(404, "BlobNotFound"):
            text_of(snapshot)
        with refused(404, "BlobNotFound"):
            text_of(text)

    def test_one_of_them(self, text):
        first, second = snapshot_of(text), snapshot_of(text)
        first.delete_blob()
        with refused(404, "BlobNotFound"):
            first.get_blob_properties()
        assert text_of(second) == b"hello"

    def test_many(self, container, text):
        for _ in range(220):
            text.create_snapshot()
        text.delete_blob(delete_snapshots="include")
        assert list(container.list_blobs(include=["snapshots"])) == []
        text.upload_blob(b"again")
        kept = text.create_snapshot()["snapshot"]
        assert [item.snapshot for item in container.list_blobs(include=["snapshots"])] == [kept, None]


class TestListing:
    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_each_once_on_pages_of_every_size(self, container, size):
        expected = []
        for name in ("a", "a/b", "b"):
            client = container.get_blob_client(name)
            client.upload_blob(b"x")
            expected += [(name, client.create_snapshot()["snapshot"]) for _ in range(2)]
            expected.append((name, None))
        pages = container.list_blobs(include=["snapshots"], results_per_page=size).by_page()
        listed = [[(item.name, item.snapshot) for item in page] for page in pages]
        assert [item for page in listed for item in page] == expected
        assert all(len(page) <= size for page in listed)

    def test_only_on_demand(self, container, text):
        text.create_snapshot()
        assert [(item.name, item.snapshot) for item in container.list_blobs()] == [("blob", None)]

    def test_metadata(self, container, text):
        text.create_snapshot(metadata={"of": "snapshot"})
        listed = list(container.list_blobs(include=["snapshots", "metadata"]))
        assert [item.metadata for item in listed] == [{"of": "snapshot"}, {"kind": "greeting"}]


class TestTier:
    def test_of_its_own(self, text):
        snapshot = snapshot_of(text)
        snapshot.set_standard_blob_tier(StandardBlobTier.COOL)
        assert snapshot.get_blob_properties().blob_tier == "Cool"
        assert text.get_blob_properties().blob_tier == "Hot"

    def test_stays_in_the_archive(self, text):
        snapshot = snapshot_of(text)
        snapshot.set_standard_blob_tier(StandardBlobTier.ARCHIVE)
        with refused(409, "BlobOperationNotSupported"):
            snapshot.set_standard_blob_tier(StandardBlobTier.HOT)
        assert snapshot.get_blob_properties().blob_tier == "Archive"
        assert snapshot.get_blob_properties().archive_status is None


class TestSas:
    def sas(self, blob, permission, snapshot=None):
        return generate_blob_sas(
            ACCOUNT, blob.container_name, blob.blob_name, account_key=KEY, snapshot=snapshot,
            permission=BlobSasPermissions.from_string(permission), expiry=datetime.now(timezone.utc) + DAY,
        )  # fmt: skip

    def test_of_a_snapshot_opens_it_alone(self, text):
        taken = text.create_snapshot()["snapshot"]
        sas = self.sas(text, "rd", taken)
        client = BlobClient(ENDPOINT, text.container_name, "blob", snapshot=taken, credential=sas, **OPTIONS)
        assert text_of(client) == b"hello"
        with refused(403, "AuthenticationFailed"):
            text_of(BlobClient(ENDPOINT, text.container_name, "blob", credential=sas, **OPTIONS))
        client.delete_blob()
        with refused(404, "BlobNotFound"):
            text_of(client)

    def test_letters(self, text):
        def client(permission):
            return BlobClient(ENDPOINT, text.container_name, "blob", credential=self.sas(text, permission), **OPTIONS)

        with refused(403, "AuthorizationPermissionMismatch"):
            client("rd").create_snapshot()
        client("c").create_snapshot()
        client("w").create_snapshot()
