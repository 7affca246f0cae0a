"""Content-MD5 and x-ms-content-crc64 of request bodies, and the hashes answered."""

import pytest

import raw
from env import MIB, refused, text_of

# Of "123456789".
BODY = b"123456789"
MD5 = "JfnnlDI7RTiF9RgfG2JNCw=="
CRC64 = "iJh5CoYUi64="
# Of something else.
OTHER_MD5 = "XUFAKrxLKna5cZ2REBfFkg=="
OTHER_CRC64 = "YeJLfssylmU="
NOT_MD5 = ["short", "!!!!!!!!!!!!!!!!!!!!!!==", "YeJLfssylmU="]
NOT_CRC64 = ["short", "!!!!!!!!!!!=", "YWJj"]


def put_blob(blob, headers, body=BODY):
    return raw.request("PUT", path(blob), "", {"x-ms-blob-type": "BlockBlob", **headers}, body)


def put_block(blob, headers, body=BODY):
    return raw.request("PUT", path(blob), "comp=block&blockid=YQ%3D%3D", headers, body)


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


each_put = pytest.mark.parametrize("put", [put_blob, put_block], ids=lambda put: put.__name__)


class TestMd5:
    @each_put
    def test_right(self, blob, put):
        answer = put(blob, {"Content-MD5": MD5})
        assert answer.status == 201
        assert answer.headers["Content-MD5"] == MD5

    @each_put
    def test_wrong(self, blob, put):
        answer = put(blob, {"Content-MD5": OTHER_MD5})
        raw.expect(answer, 400, "Md5Mismatch", UserSpecifiedMd5=OTHER_MD5, ServerCalculatedMd5=MD5)
        text = "The MD5 value specified in the request did not match with the MD5 value calculated by the server."
        assert raw.message_of(answer) == text
        with refused(404, "BlobNotFound"):
            blob.get_block_list("all")

    @each_put
    @pytest.mark.parametrize("value", NOT_MD5)
    def test_ill_formed(self, blob, put, value):
        raw.expect(put(blob, {"Content-MD5": value}), 400, "InvalidMd5")

    def test_of_a_block_list(self, blob):
        blob.stage_block("a", b"x")
        body = b"<BlockList><Latest>YQ==</Latest></BlockList>"
        answer = raw.request("PUT", path(blob), "comp=blocklist", {"Content-MD5": MD5}, body)
        raw.expect(answer, 400, "Md5Mismatch", UserSpecifiedMd5=MD5)
        right = {"Content-MD5": "uasBkjHyqJCi2os7dhS5LQ=="}
        assert raw.request("PUT", path(blob), "comp=blocklist", right, body).status == 201
        assert blob.get_blob_properties().content_settings.content_md5 is None  # the list's, not the blob's

    def test_put_blob_stores_it(self, blob):
        assert put_blob(blob, {}).headers["Content-MD5"] == MD5
        assert raw.request("HEAD", path(blob)).headers["Content-MD5"] == MD5

    def test_property_of_put_blob_must_match(self, blob):
        answer = put_blob(blob, {"x-ms-blob-content-md5": OTHER_MD5})
        raw.expect(answer, 400, "Md5Mismatch", UserSpecifiedMd5=OTHER_MD5, ServerCalculatedMd5=MD5)
        assert put_blob(blob, {"x-ms-blob-content-md5": MD5}).status == 201

    def test_put_block_answers_md5_only_if_sent(self, blob):
        without, sent = put_block(blob, {}).headers, put_block(blob, {"Content-MD5": MD5}).headers
        assert (without["Content-MD5"], without["x-ms-content-crc64"]) == (None, CRC64)
        assert (sent["Content-MD5"], sent["x-ms-content-crc64"]) == (MD5, None)

    def test_through_the_sdk(self, blob):
        body = bytes(range(256)) * 12_000
        blob.upload_blob(body, validate_content=True)
        assert blob.download_blob(validate_content=True).readall() == body
        blob.stage_block("a", b"x", validate_content=True)
        blob.commit_block_list(["a"], validate_content=True)
        assert text_of(blob) == b"x"


class TestCrc64:
    @each_put
    def test_right(self, blob, put):
        answer = put(blob, {"x-ms-content-crc64": CRC64})
        assert answer.status == 201
        assert answer.headers["x-ms-content-crc64"] == CRC64

    def test_of_nothing(self, blob):
        answer = put_blob(blob, {"x-ms-content-crc64": "AAAAAAAAAAA="}, b"")
        assert (answer.status, answer.headers["x-ms-content-crc64"]) == (201, "AAAAAAAAAAA=")

    @each_put
    def test_wrong(self, blob, put):
        answer = put(blob, {"x-ms-content-crc64": OTHER_CRC64})
        raw.expect(answer, 400, "Crc64Mismatch", UserSpecifiedCrc=OTHER_CRC64, ServerCalculatedCrc=CRC64)
        with refused(404, "BlobNotFound"):
            blob.get_block_list("all")

    @each_put
    @pytest.mark.parametrize("value", NOT_CRC64)
    def test_ill_formed(self, blob, put, value):
        # The reference names no code; InvalidHeaderValue is what the real service was seen to answer for a short one.
        answer = put(blob, {"x-ms-content-crc64": value})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-content-crc64", HeaderValue=value)

    def test_put_block_computes_it(self, blob):
        answer = put_block(blob, {})
        assert answer.status == 201
        assert answer.headers["x-ms-content-crc64"] == CRC64

    def test_of_a_long_block(self, blob):
        # 4 MiB of zero bytes; as every length of zeros it must not be mistaken for the CRC of nothing.
        body = bytes(4 * MIB)
        first = put_block(blob, {}, body).headers["x-ms-content-crc64"]
        assert first not in (None, "AAAAAAAAAAA=")
        assert put_block(blob, {"x-ms-content-crc64": first}, body).status == 201
        raw.expect(put_block(blob, {"x-ms-content-crc64": first}, body + b"\0"), 400, "Crc64Mismatch")


@each_put
def test_not_both(blob, put):
    answer = put(blob, {"Content-MD5": MD5, "x-ms-content-crc64": CRC64})
    raw.expect(answer, 400, "BothCrc64AndMd5HeaderPresent")
