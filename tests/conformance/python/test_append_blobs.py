"""Put Blob of append blobs, Append Block, Append Blob Seal."""

import threading
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.storage.blob import AccountSasPermissions, BlobServiceClient, ContentSettings, ResourceTypes, generate_account_sas

import raw
from env import ACCOUNT, ENDPOINT, ETAG, KEY, MIB, OPTIONS, OTHER_ETAG, refused, text_of, unique

MD5 = "JfnnlDI7RTiF9RgfG2JNCw=="  # of "123456789"
CRC64 = "iJh5CoYUi64="  # same
OTHER_MD5 = "XUFAKrxLKna5cZ2REBfFkg=="
OTHER_CRC64 = "YeJLfssylmU="


@pytest.fixture
def log(blob):
    """An empty append blob."""
    blob.create_append_blob()
    return blob


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


def append(blob, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw.request("PUT", path(blob), "comp=appendblock", named, body)


def with_letters(blob, letters, resource_types="o"):
    expiry = datetime.now(timezone.utc) + timedelta(hours=1)
    sas = generate_account_sas(ACCOUNT, KEY, ResourceTypes.from_string(resource_types),
                               AccountSasPermissions.from_string(letters), expiry)
    return BlobServiceClient(ENDPOINT, credential=sas, **OPTIONS).get_blob_client(blob.container_name, blob.blob_name)


class TestCreate:
    def test_properties(self, container, blob):
        made = blob.create_append_blob(ContentSettings(content_type="text/plain", cache_control="no-store"), {"a": "1"})
        assert ETAG.match(made["etag"])
        found = blob.get_blob_properties()
        assert (found.etag, found.last_modified) == (made["etag"], made["last_modified"])
        assert (found.blob_type, found.size, found.append_blob_committed_block_count) == ("AppendBlob", 0, 0)
        assert (found.content_settings.content_type, found.content_settings.cache_control) == ("text/plain", "no-store")
        assert found.metadata == {"a": "1"}
        assert found.blob_tier is None
        listed = next(iter(container.list_blobs()))
        assert (listed.name, listed.blob_type, listed.size, listed.blob_tier) == ("blob", "AppendBlob", 0, None)
        assert text_of(blob) == b""

    def test_body(self, blob):
        answer = raw.request("PUT", path(blob), "", {"x-ms-blob-type": "AppendBlob"}, b"bytes")
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="Content-Length", HeaderValue="5")
        assert blob.exists() is False

    def test_over_other_blobs(self, blob):
        blob.upload_blob(b"a block blob")
        blob.create_append_blob()
        assert text_of(blob) == b""
        blob.append_block(b"bytes")
        blob.create_append_blob()
        assert text_of(blob) == b""
        blob.append_block(b"bytes")
        blob.upload_blob(b"a block blob", overwrite=True)
        assert blob.get_blob_properties().blob_type == "BlockBlob"

    def test_conditions(self, blob):
        with refused(412, "ConditionNotMet"):
            blob.create_append_blob(etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        blob.create_append_blob(match_condition=MatchConditions.IfMissing)
        with refused(409, "BlobAlreadyExists"):
            blob.create_append_blob(match_condition=MatchConditions.IfMissing)
        two = {"x-ms-blob-type": "AppendBlob", "If-Match": "*", "If-None-Match": OTHER_ETAG}
        raw.expect(raw.request("PUT", path(blob), "", two), 400, "MultipleConditionHeadersNotSupported")

    def test_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").create_append_blob()

    def test_tier(self, blob):
        answer = raw.request("PUT", path(blob), "", {"x-ms-blob-type": "AppendBlob", "x-ms-access-tier": "Cool"})
        raw.expect(answer, 400, "AccessTierNotSupportedForBlobType")

    def test_letters(self, blob):
        with refused(403, "AuthorizationPermissionMismatch"):
            with_letters(blob, "rdlap").create_append_blob()
        with refused(403, "AuthorizationResourceTypeMismatch"):
            with_letters(blob, "cw", "sc").create_append_blob()
        with_letters(blob, "c").create_append_blob()
        with refused(403, "UnauthorizedBlobOverwrite"):
            with_letters(blob, "c").create_append_blob()
        with_letters(blob, "w").create_append_blob()


class TestAppendBlock:
    def test_answers(self, log):
        first = log.append_block(b"hello ")
        assert (first["blob_append_offset"], first["blob_committed_block_count"]) == ("0", 1)
        assert first["request_server_encrypted"] is True
        second = log.append_block(b"world")
        assert (second["blob_append_offset"], second["blob_committed_block_count"]) == ("6", 2)
        assert second["etag"] != first["etag"]
        found = log.get_blob_properties()
        assert (found.etag, found.size, found.append_blob_committed_block_count) == (second["etag"], 11, 2)
        assert text_of(log) == b"hello world"
        assert log.download_blob(offset=4, length=4).readall() == b"o wo"

    def test_blocks_of_many_sizes(self, log):
        body = b""
        for number, size in enumerate([1, 100, 900, 1024, 1025, 4096, 70_000, 5 * MIB, 3]):
            piece = bytes([number]) * size
            log.append_block(piece)
            body += piece
        assert text_of(log) == body
        assert log.download_blob(offset=1000, length=80_000).readall() == body[1000:81_000]

    def test_upload_blob_appends(self, log):
        log.upload_blob(b"one ", blob_type="AppendBlob")
        log.upload_blob(b"two", blob_type="AppendBlob")
        assert text_of(log) == b"one two"
        with refused(412, "MaxBlobSizeConditionNotMet"):
            log.upload_blob(b"three", blob_type="AppendBlob", maxsize_condition=8)

    def test_position(self, log):
        log.append_block(b"hello", appendpos_condition=0)
        for position in (0, 4, 6):
            with refused(412, "AppendPositionConditionNotMet"):
                log.append_block(b"x", appendpos_condition=position)
        log.append_block(b"!", appendpos_condition=5)
        assert text_of(log) == b"hello!"

    def test_largest_size(self, log):
        log.append_block(b"hello", maxsize_condition=5)
        for size in (4, 5, 9):
            with refused(412, "MaxBlobSizeConditionNotMet"):
                log.append_block(b"world", maxsize_condition=size)
        log.append_block(b"world", maxsize_condition=10)

    def test_conditions(self, log):
        etag = log.append_block(b"x")["etag"]
        with refused(412, "ConditionNotMet"):
            log.append_block(b"x", etag=etag, match_condition=MatchConditions.IfModified)
        with refused(412, "ConditionNotMet"):
            log.append_block(b"x", if_modified_since=log.get_blob_properties().last_modified)
        log.append_block(b"y", etag=etag, match_condition=MatchConditions.IfNotModified)
        with refused(412, "ConditionNotMet"):
            log.append_block(b"x", etag=etag, match_condition=MatchConditions.IfNotModified)
        two = {"If_Match": "*", "If_None_Match": OTHER_ETAG}
        raw.expect(append(log, b"x", **two), 400, "MultipleConditionHeadersNotSupported")
        assert text_of(log) == b"xy"

    def test_missing(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.append_block(b"x")
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").append_block(b"x")

    def test_other_type(self, blob):
        blob.upload_blob(b"a block blob")
        with refused(409, "InvalidBlobType"):
            blob.append_block(b"x")

    def test_nothing(self, log):
        raw.expect(append(log, b""), 400, "InvalidHeaderValue", HeaderName="Content-Length", HeaderValue="0")
        raw.expect(append(log, b"", Content_Length=None), 411, "MissingContentLengthHeader")

    @pytest.mark.parametrize("version, limit", [("2022-11-02", 100 * MIB), ("2021-12-02", 4 * MIB)])
    def test_too_large(self, log, version, limit):
        # Told from the headers alone: no body follows.
        answer = append(log, None, x_ms_version=version, Content_Length=str(limit + 1))
        raw.expect(answer, 413, "RequestBodyTooLarge", MaxLimit=str(limit))

    def test_hashes(self, log):
        body = b"123456789"
        answer = append(log, body, Content_MD5=MD5)
        assert (answer.status, answer.headers["Content-MD5"], answer.headers["x-ms-content-crc64"]) == (201, MD5, None)
        answer = append(log, body)
        assert (answer.headers["Content-MD5"], answer.headers["x-ms-content-crc64"]) == (None, CRC64)
        wrong = append(log, body, Content_MD5=OTHER_MD5)
        raw.expect(wrong, 400, "Md5Mismatch", UserSpecifiedMd5=OTHER_MD5, ServerCalculatedMd5=MD5)
        raw.expect(append(log, body, x_ms_content_crc64=OTHER_CRC64), 400, "Crc64Mismatch")
        raw.expect(append(log, body, Content_MD5="short"), 400, "InvalidMd5")
        both = append(log, body, Content_MD5=MD5, x_ms_content_crc64=CRC64)
        raw.expect(both, 400, "BothCrc64AndMd5HeaderPresent")
        log.append_block(body, validate_content=True)
        assert text_of(log) == 3 * body

    def test_letters(self, log):
        with refused(403, "AuthorizationPermissionMismatch"):
            with_letters(log, "rdlcp").append_block(b"x")
        with refused(403, "AuthorizationResourceTypeMismatch"):
            with_letters(log, "aw", "sc").append_block(b"x")
        with_letters(log, "a").append_block(b"a")
        with_letters(log, "w").append_block(b"w")
        assert text_of(log) == b"aw"

    def test_keeps_metadata(self, log):
        log.set_blob_metadata({"a": "1"})
        log.append_block(b"x")
        log.set_http_headers(ContentSettings(content_type="text/plain"))
        log.append_block(b"y")
        found = log.get_blob_properties()
        assert (found.metadata, found.content_settings.content_type) == ({"a": "1"}, "text/plain")
        assert (found.size, found.append_blob_committed_block_count) == (2, 2)

    def test_all_at_once(self, log):
        """Every block is there whole and once, at the offset of its answer."""
        pieces = [bytes([64 + number]) * (300 + 1100 * number) for number in range(8)]
        offsets = {}

        def work(number):
            offsets[number] = int(log.append_block(pieces[number])["blob_append_offset"])

        threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        body = text_of(log)
        assert len(body) == sum(map(len, pieces))
        for number, piece in enumerate(pieces):
            assert body[offsets[number] : offsets[number] + len(piece)] == piece

    def test_one_wins_a_position(self, log):
        outcomes = []

        def work(number):
            outcomes.append(append(log, b"x" * (number + 1), x_ms_blob_condition_appendpos="0").status)

        threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [201] + 7 * [412]
        assert log.get_blob_properties().append_blob_committed_block_count == 1


class TestBlockOperations:
    def test_are_refused(self, log):
        with refused(409, "InvalidBlobType"):
            log.stage_block("a", b"x")
        with refused(409, "InvalidBlobType"):
            log.commit_block_list([])
        with refused(409, "InvalidBlobType"):
            log.get_block_list()
        with refused(400, "AccessTierNotSupportedForBlobType"):
            log.set_standard_blob_tier("Cool")


class TestSeal:
    def test_sealed(self, container, log):
        etag = log.append_block(b"hello")["etag"]
        sealed = log.seal_append_blob()
        assert (sealed["blob_sealed"], sealed["etag"]) == (True, etag)  # the reference: the ETag stays
        with refused(409, "BlobIsSealed"):
            log.append_block(b"x")
        assert log.seal_append_blob()["blob_sealed"] is True
        assert raw.request("HEAD", path(log)).headers["x-ms-blob-sealed"] == "true"
        assert raw.request("GET", path(log)).headers["x-ms-blob-sealed"] == "true"
        query = "restype=container&comp=list"
        listed = raw.request("GET", f"/{container.container_name}", query).xml
        assert listed.findtext("Blobs/Blob/Properties/Sealed") == "true"
        assert text_of(log) == b"hello"

    def test_still_takes_properties(self, log):
        log.seal_append_blob()
        log.set_blob_metadata({"a": "1"})
        log.set_http_headers(ContentSettings(content_type="text/plain"))
        found = raw.request("HEAD", path(log)).headers
        assert (found["x-ms-meta-a"], found["Content-Type"], found["x-ms-blob-sealed"]) == ("1", "text/plain", "true")

    def test_conditions(self, log):
        etag = log.append_block(b"hello")["etag"]
        with refused(412, "AppendPositionConditionNotMet"):
            log.seal_append_blob(appendpos_condition=4)
        with refused(412, "ConditionNotMet"):
            log.seal_append_blob(etag=etag, match_condition=MatchConditions.IfModified)
        two = {"If-Match": "*", "If-None-Match": OTHER_ETAG}
        raw.expect(raw.request("PUT", path(log), "comp=seal", two), 400, "MultipleConditionHeadersNotSupported")
        log.seal_append_blob(appendpos_condition=5)

    def test_other_blobs(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.seal_append_blob()
        blob.upload_blob(b"a block blob")
        with refused(409, "InvalidBlobType"):
            blob.seal_append_blob()
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").seal_append_blob()

    def test_letters(self, log):
        with refused(403, "AuthorizationPermissionMismatch"):
            with_letters(log, "rdlcap").seal_append_blob()
        with refused(403, "AuthorizationResourceTypeMismatch"):
            with_letters(log, "w", "sc").seal_append_blob()
        with_letters(log, "w").seal_append_blob()
