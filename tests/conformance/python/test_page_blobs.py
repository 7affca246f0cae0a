"""Page blobs: create, upload and clear pages, page ranges, resize, sequence numbers."""

import hashlib

import pytest
from azure.core import MatchConditions
from azure.storage.blob import BlobType, ContentSettings, SequenceNumberAction

from env import ETAG, MIB, OTHER_ETAG, Seen, refused, text_of

PAGE = 512
TIB = 1024**4


@pytest.fixture
def pages(blob):
    """A page blob of eight pages."""
    blob.create_page_blob(8 * PAGE)
    return blob


def ranges(blob, **options):
    return [(r.start, r.end) for r in blob.list_page_ranges(**options) if not r.cleared]


class TestCreate:
    def test_answer(self, blob):
        answer = blob.create_page_blob(PAGE, sequence_number=3)
        assert ETAG.match(answer["etag"])
        assert answer["request_server_encrypted"] is True
        properties = blob.get_blob_properties()
        assert (properties.blob_type, properties.size, properties.page_blob_sequence_number) == (BlobType.PageBlob, PAGE, 3)
        assert properties.blob_tier is None
        assert properties.etag == answer["etag"]
        assert text_of(blob) == bytes(PAGE)

    def test_headers_and_metadata(self, blob):
        settings = ContentSettings(content_type="application/x-disk", cache_control="no-store")
        blob.create_page_blob(PAGE, content_settings=settings, metadata={"kind": "disk"})
        properties = blob.get_blob_properties()
        assert properties.content_settings.content_type == "application/x-disk"
        assert properties.content_settings.cache_control == "no-store"
        assert properties.metadata == {"kind": "disk"}

    @pytest.mark.parametrize("size", [1000, 8 * TIB + PAGE])
    def test_sizes_that_are_refused(self, blob, size):
        with refused(400, "InvalidHeaderValue"):
            blob.create_page_blob(size)

    def test_if_none_match(self, pages):
        with refused(409, "BlobAlreadyExists"):
            pages.create_page_blob(PAGE, match_condition=MatchConditions.IfMissing)

    def test_listed(self, container, pages):
        (listed,) = container.list_blobs()
        assert (listed.blob_type, listed.size, listed.page_blob_sequence_number) == (BlobType.PageBlob, 8 * PAGE, 0)
        assert listed.blob_tier is None


class TestUploadAndClear:
    def test_answer(self, pages):
        body = b"x" * PAGE
        seen = Seen()
        answer = pages.upload_page(body, offset=PAGE, length=PAGE, raw_response_hook=seen)
        assert seen.status == 201
        assert answer["blob_sequence_number"] == 0
        assert answer["etag"] == pages.get_blob_properties().etag
        assert text_of(pages) == bytes(PAGE) + body + bytes(6 * PAGE)

    def test_validated_content(self, pages):
        body = bytes(range(256)) * 2
        answer = pages.upload_page(body, offset=0, length=PAGE, validate_content=True)
        assert answer["content_md5"] == bytearray(hashlib.md5(body).digest())

    def test_pages_over_pages(self, pages):
        pages.upload_page(b"a" * 8 * PAGE, offset=0, length=8 * PAGE)
        pages.upload_page(b"b" * PAGE, offset=PAGE, length=PAGE)
        pages.upload_page(b"c" * 3 * PAGE, offset=2 * PAGE, length=3 * PAGE)
        pages.clear_page(offset=3 * PAGE, length=PAGE)
        assert text_of(pages) == b"a" * PAGE + b"b" * PAGE + b"c" * PAGE + bytes(PAGE) + b"c" * PAGE + b"a" * 3 * PAGE
        assert pages.download_blob(offset=PAGE - 2, length=4).readall() == b"aabb"

    def test_beyond_the_end(self, pages):
        with refused(416, "InvalidPageRange"):
            pages.upload_page(b"x" * PAGE, offset=8 * PAGE, length=PAGE)
        with refused(416, "InvalidPageRange"):
            pages.clear_page(offset=7 * PAGE, length=2 * PAGE)

    def test_other_types(self, container, pages):
        block = container.upload_blob("block", b"bytes")
        with refused(409, "InvalidBlobType"):
            block.upload_page(b"x" * PAGE, offset=0, length=PAGE)
        with refused(409, "InvalidBlobType"):
            block.resize_blob(PAGE)
        with refused(409, "InvalidBlobType"):
            list(block.list_page_ranges())
        with refused(409, "InvalidBlobType"):
            pages.stage_block("a", b"bytes")
        with refused(409, "InvalidBlobType"):
            pages.get_block_list()

    def test_conditions(self, pages):
        etag = pages.get_blob_properties().etag
        pages.upload_page(b"x" * PAGE, offset=0, length=PAGE, etag=etag, match_condition=MatchConditions.IfNotModified)
        for call in (lambda **when: pages.upload_page(b"y" * PAGE, offset=0, length=PAGE, **when),
                     lambda **when: pages.clear_page(offset=0, length=PAGE, **when)):
            with refused(412, "ConditionNotMet"):
                call(etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        assert text_of(pages)[:PAGE] == b"x" * PAGE

    def test_sequence_conditions(self, blob):
        blob.create_page_blob(PAGE, sequence_number=5)
        for name, met, broken in (("lte", 5, 4), ("lt", 6, 5), ("eq", 5, 6)):
            blob.upload_page(b"x" * PAGE, offset=0, length=PAGE, **{f"if_sequence_number_{name}": met})
            with refused(412, "SequenceNumberConditionNotMet"):
                blob.upload_page(b"x" * PAGE, offset=0, length=PAGE, **{f"if_sequence_number_{name}": broken})
            with refused(412, "SequenceNumberConditionNotMet"):
                blob.clear_page(offset=0, length=PAGE, **{f"if_sequence_number_{name}": broken})

    def test_upload_blob_of_pages(self, blob):
        """The SDK creates the blob and uploads pieces of 4 MiB, but for those that are all zeros."""
        body = b"A" * 4 * MIB + bytes(4 * MIB) + b"end!" * 128
        blob.upload_blob(body, blob_type=BlobType.PageBlob, max_concurrency=3)
        assert text_of(blob) == body
        assert ranges(blob) == [(0, 4 * MIB - 1), (8 * MIB, 8 * MIB + PAGE - 1)]

    def test_eight_tebibytes(self, blob):
        blob.create_page_blob(8 * TIB)
        blob.upload_page(b"z" * PAGE, offset=8 * TIB - PAGE, length=PAGE)
        assert blob.download_blob(offset=8 * TIB - 2 * PAGE, length=2 * PAGE).readall() == bytes(PAGE) + b"z" * PAGE
        assert ranges(blob) == [(8 * TIB - PAGE, 8 * TIB - 1)]


class TestPageRanges:
    def test_in_order_and_joined(self, pages):
        pages.upload_page(b"x" * PAGE, offset=4 * PAGE, length=PAGE)
        pages.upload_page(b"x" * PAGE, offset=0, length=PAGE)
        pages.upload_page(b"x" * PAGE, offset=PAGE, length=PAGE)
        assert ranges(pages) == [(0, 2 * PAGE - 1), (4 * PAGE, 5 * PAGE - 1)]
        assert ranges(pages, offset=PAGE, length=4 * PAGE) == [(PAGE, 2 * PAGE - 1), (4 * PAGE, 5 * PAGE - 1)]

    def test_none(self, pages):
        assert ranges(pages) == []

    @pytest.mark.parametrize("results", [1, 2, 3, 4, 5])
    def test_paged(self, pages, results):
        written = [(i * 2 * PAGE, i * 2 * PAGE + PAGE - 1) for i in range(4)]
        for first, _ in written:
            pages.upload_page(b"x" * PAGE, offset=first, length=PAGE)
        listed = [list(p) for p in pages.list_page_ranges(results_per_page=results).by_page()]
        assert [(r.start, r.end) for page in listed for r in page] == written
        assert all(len(page) <= results for page in listed)

    def test_missing(self, blob):
        with refused(404, "BlobNotFound"):
            ranges(blob)


class TestPageRangesDiff:
    def changes(self, blob, **options):
        return [(r.start // PAGE, (r.end + 1) // PAGE, r.cleared) for r in blob.list_page_ranges(**options)]

    def test_changes_since_a_snapshot(self, pages):
        pages.upload_page(b"a" * 4 * PAGE, offset=0, length=4 * PAGE)
        first = pages.create_snapshot()["snapshot"]
        pages.upload_page(b"b" * PAGE, offset=6 * PAGE, length=PAGE)
        pages.clear_page(offset=PAGE, length=PAGE)
        wanted = [(1, 2, True), (6, 7, False)]
        assert sorted(self.changes(pages, previous_snapshot=first)) == wanted
        second = pages.create_snapshot()["snapshot"]
        pages.upload_page(b"c" * PAGE, offset=0, length=PAGE)
        assert self.changes(pages, previous_snapshot=second) == [(0, 1, False)]
        assert sorted(self.changes(pages, previous_snapshot=first)) == [(0, 1, False), *wanted]
        assert len(list(pages.list_page_ranges(previous_snapshot=first, results_per_page=1))) == 3

    def test_of_a_snapshot(self, container, pages):
        pages.upload_page(b"a" * PAGE, offset=0, length=PAGE)
        snapshot = pages.create_snapshot()["snapshot"]
        pages.upload_page(b"b" * 8 * PAGE, offset=0, length=8 * PAGE)
        of_snapshot = container.get_blob_client("blob", snapshot=snapshot)
        assert ranges(of_snapshot) == [(0, PAGE - 1)]
        assert text_of(of_snapshot) == b"a" * PAGE + bytes(7 * PAGE)

    def test_refused(self, container, pages):
        first, second = (pages.create_snapshot()["snapshot"] for _ in range(2))
        with refused(400, "PreviousSnapshotCannotBeNewer"):
            list(container.get_blob_client("blob", snapshot=first).list_page_ranges(previous_snapshot=second))
        with refused(409, "PreviousSnapshotNotFound"):
            list(pages.list_page_ranges(previous_snapshot="2020-01-01T00:00:00.0000000Z"))


class TestResizeAndSequenceNumber:
    def test_resize(self, pages):
        pages.upload_page(b"x" * 8 * PAGE, offset=0, length=8 * PAGE)
        answer = pages.resize_blob(PAGE)
        assert answer["blob_sequence_number"] == 0
        assert text_of(pages) == b"x" * PAGE
        pages.resize_blob(2 * PAGE)
        assert text_of(pages) == b"x" * PAGE + bytes(PAGE)

    def test_actions(self, pages):
        set_number = pages.set_sequence_number
        assert set_number(SequenceNumberAction.Update, 7)["blob_sequence_number"] == 7
        assert set_number(SequenceNumberAction.Max, 5)["blob_sequence_number"] == 7
        assert set_number(SequenceNumberAction.Max, 9)["blob_sequence_number"] == 9
        assert set_number(SequenceNumberAction.Increment)["blob_sequence_number"] == 10
        assert pages.get_blob_properties().page_blob_sequence_number == 10

    def test_too_large(self, pages):
        pages.set_sequence_number(SequenceNumberAction.Update, 2**63 - 1)
        with refused(409, "SequenceNumberIncrementTooLarge"):
            pages.set_sequence_number(SequenceNumberAction.Increment)

    def test_properties_keep_the_number(self, pages):
        pages.set_sequence_number(SequenceNumberAction.Update, 4)
        answer = pages.set_http_headers(ContentSettings(content_type="text/plain"))
        assert answer["blob_sequence_number"] == 4
