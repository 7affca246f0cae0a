"""Put Blob."""

import hashlib

import pytest
from azure.storage.blob import ContentSettings

import raw
from env import ETAG, GUID, MIB, refused, text_of, unique

SETTINGS = {
    "content_type": "text/plain; charset=utf-8",
    "content_encoding": "identity",
    "content_language": "en-GB",
    "content_disposition": 'attachment; filename="a b.txt"',
    "cache_control": "max-age=60, no-transform",
}


def put(blob, body=b"hello", **headers):
    named = {"x-ms-blob-type": "BlockBlob"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return raw.request("PUT", f"/{blob.container_name}/{blob.blob_name}", headers=named, body=body)


def test_answer(blob):
    answer = put(blob, x_ms_client_request_id="my own id")
    assert answer.status == 201
    assert answer.body == b""
    assert ETAG.match(answer.headers["ETag"])
    assert answer.headers["Content-MD5"] == "XUFAKrxLKna5cZ2REBfFkg=="  # of "hello"
    assert answer.headers["x-ms-request-server-encrypted"] == "true"
    assert answer.headers["x-ms-version"] == raw.VERSION
    assert answer.headers["x-ms-client-request-id"] == "my own id"
    assert GUID.match(answer.headers["x-ms-request-id"])
    properties = blob.get_blob_properties()
    assert properties.etag == answer.headers["ETag"]
    assert properties.last_modified.strftime("%a, %d %b %Y %H:%M:%S GMT") == answer.headers["Last-Modified"]


@pytest.mark.parametrize("body", [b"", b"\x00", bytes(range(256)) * 300], ids=["empty", "one byte", "every byte"])
def test_content_comes_back(blob, body):
    blob.upload_blob(body)
    assert text_of(blob) == body
    properties = blob.get_blob_properties()
    assert properties.size == len(body)
    assert bytes(properties.content_settings.content_md5) == hashlib.md5(body).digest()


def test_content_settings_and_metadata_come_back(blob):
    blob.upload_blob(b"hello", content_settings=ContentSettings(**SETTINGS), metadata={"Kind": "greeting", "n_1": "x  y"})
    for properties in (blob.get_blob_properties(), blob.download_blob().properties):
        assert {name: properties.content_settings[name] for name in SETTINGS} == SETTINGS
        assert properties.metadata == {"Kind": "greeting", "n_1": "x  y"}


class TestContentType:
    def test_default(self, blob):
        assert put(blob).status == 201
        assert text_of(blob) == b"hello"
        assert blob.get_blob_properties().content_settings.content_type == "application/octet-stream"

    def test_of_the_request(self, blob):
        assert put(blob, Content_Type="text/html").status == 201
        assert blob.get_blob_properties().content_settings.content_type == "text/html"

    def test_of_the_blob_wins(self, blob):
        assert put(blob, Content_Type="text/html", x_ms_blob_content_type="image/png").status == 201
        assert blob.get_blob_properties().content_settings.content_type == "image/png"


class TestOverwrite:
    def test_keeps_nothing(self, blob):
        blob.upload_blob(b"a long first text", content_settings=ContentSettings(**SETTINGS), metadata={"a": "1"})
        before = blob.get_blob_properties()
        blob.upload_blob(b"short", overwrite=True)
        after = blob.get_blob_properties()
        assert text_of(blob) == b"short"
        assert after.etag != before.etag
        assert after.metadata == {}
        settings = after.content_settings
        assert settings.content_type == "application/octet-stream"
        for name in ("content_encoding", "content_language", "content_disposition", "cache_control"):
            assert settings[name] is None, name
        assert bytes(settings.content_md5) == hashlib.md5(b"short").digest()

    def test_drops_uncommitted_blocks(self, blob):
        blob.stage_block("1", b"block")
        assert len(blob.get_block_list("all")[1]) == 1
        blob.upload_blob(b"whole", overwrite=True)
        assert blob.get_block_list("all") == ([], [])

    def test_without_overwrite_is_refused(self, blob):
        blob.upload_blob(b"first")
        with refused(409, "BlobAlreadyExists") as info:
            blob.upload_blob(b"second")
        assert info.value.message.split("\n")[0] == "The specified blob already exists."
        assert text_of(blob) == b"first"


class TestRefusals:
    def test_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").upload_blob(b"x")

    def test_missing_blob_type(self, blob):
        answer = put(blob, x_ms_blob_type=None)
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-blob-type")
        assert blob.exists() is False

    def test_unknown_blob_type(self, blob):
        answer = put(blob, x_ms_blob_type="StoneBlob")
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-blob-type", HeaderValue="StoneBlob")

    def test_no_content_length(self, blob):
        raw.expect(put(blob, b"", Content_Length=None), 411, "MissingContentLengthHeader")

    def test_chunked_body(self, blob):
        answer = put(blob, b"5\r\nhello\r\n0\r\n\r\n", Content_Length=None, Transfer_Encoding="chunked")
        raw.expect(answer, 411, "MissingContentLengthHeader")
        assert blob.exists() is False

    @pytest.mark.parametrize(
        "version, limit", [("2026-06-06", 5000 * MIB), ("2019-07-07", 256 * MIB), ("2015-12-11", 64 * MIB)]
    )
    def test_too_large(self, blob, version, limit):
        # Told from the headers alone: no body follows.
        answer = put(blob, None, x_ms_version=version, Content_Length=str(limit + 1))
        raw.expect(answer, 413, "RequestBodyTooLarge", MaxLimit=str(limit))

    def test_refusal_leaves_the_old_blob(self, blob):
        blob.upload_blob(b"first", metadata={"a": "1"})
        etag = blob.get_blob_properties().etag
        with refused(400, "InvalidMetadata"):
            blob.upload_blob(b"second", overwrite=True, metadata={"a-b": "1"})
        assert blob.get_blob_properties().etag == etag
        assert text_of(blob) == b"first"
