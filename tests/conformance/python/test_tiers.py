"""Access tiers: at upload, by Set Blob Tier, on reads and in listings, and the archive."""

import pytest
from azure.core import MatchConditions
from azure.storage.blob import PremiumPageBlobTier, BlobBlock, ContentSettings, RehydratePriority, StandardBlobTier

import raw
from env import Seen, refused, text_of, unique

ONLINE = [StandardBlobTier.HOT, StandardBlobTier.COOL, StandardBlobTier.COLD]


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


@pytest.fixture
def text(blob):
    blob.upload_blob(b"hello")
    return blob


@pytest.fixture
def archived(blob):
    blob.upload_blob(b"hello", standard_blob_tier=StandardBlobTier.ARCHIVE)
    return blob


class TestAtUpload:
    def test_without_one_it_is_inferred(self, text):
        properties = text.get_blob_properties()
        assert properties.blob_tier == "Hot"
        assert properties.blob_tier_inferred is True
        assert properties.blob_tier_change_time is None

    @pytest.mark.parametrize("tier", ONLINE)
    def test_of_put_blob(self, blob, tier):
        blob.upload_blob(b"hello", standard_blob_tier=tier)
        properties = blob.get_blob_properties()
        assert properties.blob_tier == tier.value
        assert not properties.blob_tier_inferred
        assert properties.blob_tier_change_time is not None
        assert text_of(blob) == b"hello"

    @pytest.mark.parametrize("tier", ONLINE)
    def test_of_put_block_list(self, blob, tier):
        blob.stage_block("1", b"hello")
        blob.commit_block_list([BlobBlock("1")], standard_blob_tier=tier)
        assert blob.get_blob_properties().blob_tier == tier.value

    def test_a_new_blob_keeps_the_tier_of_the_one_it_replaces(self, blob):
        blob.upload_blob(b"hello", standard_blob_tier=StandardBlobTier.COOL)
        blob.upload_blob(b"again", overwrite=True)
        assert blob.get_blob_properties().blob_tier == "Cool"

    def test_unknown(self, blob):
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-access-tier": "Lukewarm"}
        raw.expect(raw.request("PUT", path(blob), headers=headers), 400, "InvalidHeaderValue", HeaderName="x-ms-access-tier")

    def test_of_page_blobs(self, blob):
        with refused(400, "AccessTierNotSupportedForBlobType"):
            blob.upload_blob(b"hello", standard_blob_tier=PremiumPageBlobTier.P10)


class TestSetTier:
    @pytest.mark.parametrize("tier", ONLINE)
    def test_at_once(self, text, tier):
        before = text.get_blob_properties()
        seen = Seen()
        text.set_standard_blob_tier(tier, raw_response_hook=seen)
        assert seen.status == 200
        after = text.get_blob_properties()
        assert after.blob_tier == tier.value
        assert not after.blob_tier_inferred
        assert (after.etag, after.last_modified) == (before.etag, before.last_modified)
        assert text_of(text) == b"hello"

    def test_of_what_is_missing(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.set_standard_blob_tier(StandardBlobTier.COOL)
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").set_standard_blob_tier(StandardBlobTier.COOL)

    def test_of_uncommitted_blocks_only(self, blob):
        blob.stage_block("1", b"x")
        with refused(404, "BlobNotFound"):
            blob.set_standard_blob_tier(StandardBlobTier.COOL)

    def test_unknown_names_the_header(self, text):
        with refused(400, "InvalidHeaderValue"):
            text.set_standard_blob_tier("Warm")
        answer = raw.request("PUT", path(text), "comp=tier", {"x-ms-access-tier": "Warm"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-access-tier", HeaderValue="Warm")

    def test_none(self, text):
        answer = raw.request("PUT", path(text), "comp=tier")
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-access-tier")

    def test_of_page_blobs(self, text):
        with refused(400, "AccessTierNotSupportedForBlobType"):
            text.set_standard_blob_tier("P4")

    def test_takes_no_conditions(self, text):
        headers = {"x-ms-access-tier": "Cool", "If-None-Match": '"0x1"'}
        raw.expect(raw.request("PUT", path(text), "comp=tier", headers), 400, "ConditionHeadersNotSupported")

    def test_a_lease_id_without_a_lease(self, text):
        with refused(412, "LeaseNotPresentWithBlobOperation"):
            text.set_standard_blob_tier(StandardBlobTier.COOL, lease="11111111-1111-1111-1111-111111111111")

    def test_cold_needs_its_version(self, text):
        headers = {"x-ms-access-tier": "Cold", "x-ms-version": "2021-10-04"}
        raw.expect(raw.request("PUT", path(text), "comp=tier", headers), 400, "InvalidHeaderValue")


class TestListing:
    def test_shows_tiers(self, container):
        for tier in ONLINE:
            container.upload_blob(tier.value, b"x", standard_blob_tier=tier)
        container.upload_blob("inferred", b"x")
        listed = {blob.name: (blob.blob_tier, bool(blob.blob_tier_inferred)) for blob in container.list_blobs()}
        assert listed == {
            "Cold": ("Cold", False), "Cool": ("Cool", False), "Hot": ("Hot", False), "inferred": ("Hot", True),
        }  # fmt: skip

    def test_shows_the_archive(self, container, archived):
        archived.set_standard_blob_tier(StandardBlobTier.COOL)
        (listed,) = container.list_blobs()
        assert (listed.blob_tier, listed.archive_status) == ("Archive", "rehydrate-pending-to-cool")


class TestArchive:
    def test_reads_and_writes_are_refused(self, archived):
        with refused(409, "BlobArchived"):
            text_of(archived)
        with refused(409, "BlobArchived"):
            archived.download_blob(offset=0, length=1).readall()
        with refused(409, "BlobArchived"):
            archived.upload_blob(b"again", overwrite=True)
        with refused(409, "BlobArchived"):
            archived.stage_block("1", b"x")
        with refused(409, "BlobArchived"):
            archived.commit_block_list([])
        with refused(409, "BlobArchived"):
            archived.get_block_list()
        with refused(409, "BlobArchived"):
            archived.set_blob_metadata({"a": "1"})
        with refused(409, "BlobArchived"):
            archived.set_http_headers(ContentSettings(content_type="text/plain"))

    def test_looking_and_deleting_are_not(self, container, archived):
        properties = archived.get_blob_properties()
        assert (properties.blob_tier, properties.archive_status, properties.size) == ("Archive", None, 5)
        assert [blob.name for blob in container.list_blobs()] == ["blob"]
        archived.delete_blob()
        assert not archived.exists()

    def test_conditions_are_told_first(self, archived):
        with refused(412, "ConditionNotMet"):
            archived.download_blob(etag='"0x1"', match_condition=MatchConditions.IfNotModified)
        with refused(409, "BlobAlreadyExists"):
            archived.upload_blob(b"again")

    def test_leaving_it_takes_its_time(self, archived):
        seen = Seen()
        archived.set_standard_blob_tier(StandardBlobTier.HOT, raw_response_hook=seen)
        assert seen.status == 202
        properties = archived.get_blob_properties()
        assert properties.blob_tier == "Archive"
        assert properties.archive_status == "rehydrate-pending-to-hot"
        assert properties.rehydrate_priority == "Standard"
        with refused(409, "BlobBeingRehydrated"):
            text_of(archived)
        with refused(409, "BlobBeingRehydrated"):
            archived.set_standard_blob_tier(StandardBlobTier.COOL)
        archived.set_standard_blob_tier(StandardBlobTier.HOT, rehydrate_priority=RehydratePriority.high)
        assert archived.get_blob_properties().rehydrate_priority == "High"

    def test_unknown_priority(self, archived):
        headers = {"x-ms-access-tier": "Hot", "x-ms-rehydrate-priority": "Now"}
        answer = raw.request("PUT", path(archived), "comp=tier", headers)
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-rehydrate-priority", HeaderValue="Now")
