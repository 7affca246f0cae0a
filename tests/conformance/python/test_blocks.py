"""Put Block, Put Block List, Get Block List."""

import base64
import hashlib

import pytest
from azure.storage.blob import ContentSettings

import raw
from env import ETAG, MIB, Seen, refused, text_of, unique


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


def stage(blob, **bodies):
    """The SDK takes ids as text and encodes them itself."""
    for name, body in bodies.items():
        blob.stage_block(name, body)


def names(blocks):
    return [block.id for block in blocks]


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


def put_block_list(blob, *entries):
    """By hand, since the SDK sends every id as Latest, whatever BlobBlock.state says."""
    body = "".join(f"<{kind}>{base64_of(name)}</{kind}>" for kind, name in entries)
    return raw.request("PUT", path(blob), "comp=blocklist", body=f"<BlockList>{body}</BlockList>".encode())


class TestPutBlock:
    def test_answer(self, blob):
        answer = raw.request("PUT", path(blob), "comp=block&blockid=YQ%3D%3D", body=b"hello")
        assert answer.status == 201
        assert answer.body == b""
        assert answer.headers["x-ms-request-server-encrypted"] == "true"
        assert answer.headers["ETag"] is None

    def test_makes_no_readable_blob(self, container, blob):
        stage(blob, a=b"hello")
        with refused(404, "BlobNotFound"):
            blob.download_blob()
        assert list(container.list_blobs()) == []
        assert [(b.name, b.size) for b in container.list_blobs(include=["uncommittedblobs"])] == [("blob", 0)]

    def test_same_id_again_replaces(self, blob):
        stage(blob, a=b"first")
        stage(blob, a=b"second")
        assert [(b.id, b.size) for b in blob.get_block_list("uncommitted")[1]] == [("a", 6)]
        blob.commit_block_list(["a"])
        assert text_of(blob) == b"second"

    def test_leaves_a_committed_blob_alone(self, blob):
        blob.upload_blob(b"hello")
        before = blob.get_blob_properties()
        stage(blob, a=b"x")
        after = blob.get_blob_properties()
        assert (after.etag, after.last_modified) == (before.etag, before.last_modified)
        assert text_of(blob) == b"hello"

    def test_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").stage_block("a", b"x")

    def test_ids_of_another_length(self, blob):
        stage(blob, a=b"x")
        with refused(400, "InvalidBlobOrBlock"):
            stage(blob, longer=b"y")
        assert names(blob.get_block_list("all")[1]) == ["a"]

    def test_ids_of_another_length_than_committed_ones(self, blob):
        stage(blob, a=b"x")
        blob.commit_block_list(["a"])
        stage(blob, longer=b"y")
        with refused(400, "InvalidBlobOrBlock"):
            stage(blob, a=b"z")
        blob.commit_block_list(["a", "longer"])
        assert text_of(blob) == b"xy"

    def test_ids_are_free_again_after_put_blob(self, blob):
        stage(blob, a=b"x")
        blob.upload_blob(b"whole", overwrite=True)
        stage(blob, longer=b"y")
        assert names(blob.get_block_list("all")[1]) == ["longer"]

    def test_id_of_64_bytes(self, blob):
        stage(blob, **{"i" * 64: b"x"})
        blob.commit_block_list(["i" * 64])
        assert text_of(blob) == b"x"

    def test_id_of_65_bytes(self, blob):
        answer = raw.request("PUT", path(blob), f"comp=block&blockid={'aWlp' * 21}aWk%3D", body=b"x")
        # The reference sets the limit; which of the two codes answers is not written down.
        assert answer.status == 400
        assert answer.error in ("InvalidQueryParameterValue", "OutOfRangeInput")

    @pytest.mark.parametrize("wrong", ["a%21%21%21", "YQ", "Y", "%20"])
    def test_id_not_base64(self, blob, wrong):
        answer = raw.request("PUT", path(blob), f"comp=block&blockid={wrong}", body=b"x")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="blockid")

    def test_no_id(self, blob):
        answer = raw.request("PUT", path(blob), "comp=block", body=b"x")
        raw.expect(answer, 400, "MissingRequiredQueryParameter")

    @pytest.mark.parametrize(
        "version, limit", [("2026-06-06", 4000 * MIB), ("2019-07-07", 100 * MIB), ("2015-12-11", 4 * MIB)]
    )
    def test_too_large(self, blob, version, limit):
        # Told from the headers alone: no body follows.
        headers = {"x-ms-version": version, "Content-Length": str(limit + 1)}
        answer = raw.request("PUT", path(blob), "comp=block&blockid=YQ%3D%3D", headers)
        raw.expect(answer, 413, "RequestBodyTooLarge", MaxLimit=str(limit))

    def test_no_content_length(self, blob):
        answer = raw.request("PUT", path(blob), "comp=block&blockid=YQ%3D%3D", {"Content-Length": None})
        raw.expect(answer, 411, "MissingContentLengthHeader")


class TestPutBlockList:
    def test_answer(self, blob):
        stage(blob, a=b"hello ", b=b"world")
        answer = put_block_list(blob, ("Latest", "a"), ("Latest", "b"))
        assert answer.status == 201
        assert answer.body == b""
        assert ETAG.match(answer.headers["ETag"])
        assert answer.headers["ETag"] == blob.get_blob_properties().etag
        assert answer.headers["x-ms-request-server-encrypted"] == "true"
        assert text_of(blob) == b"hello world"

    def test_order_is_that_of_the_list(self, blob):
        stage(blob, a=b"1", b=b"2", c=b"3")
        blob.commit_block_list(["c", "a", "b"])
        assert text_of(blob) == b"312"
        assert names(blob.get_block_list("committed")[0]) == ["c", "a", "b"]

    def test_an_id_may_repeat(self, blob):
        stage(blob, a=b"la", b=b"!")
        blob.commit_block_list(["a", "a", "b", "a"])
        assert text_of(blob) == b"lala!la"
        assert names(blob.get_block_list("committed")[0]) == ["a", "a", "b", "a"]
        assert blob.get_blob_properties().size == 7

    def test_empty_list_makes_an_empty_blob(self, blob):
        blob.commit_block_list([])
        assert blob.get_blob_properties().size == 0
        assert text_of(blob) == b""

    def test_empty_list_empties_a_blob(self, blob):
        blob.upload_blob(b"hello", metadata={"a": "1"})
        assert blob.get_blob_properties().size == 5
        blob.commit_block_list([])
        properties = blob.get_blob_properties()
        assert (properties.size, properties.metadata) == (0, {})

    def test_committed_blocks_can_be_used_again(self, blob):
        stage(blob, a=b"one ", b=b"two ")
        blob.commit_block_list(["a", "b"])
        stage(blob, c=b"and ")
        blob.commit_block_list(["a", "c", "b", "a"])
        assert text_of(blob) == b"one and two one "
        blob.commit_block_list(["b"])
        assert text_of(blob) == b"two "
        with refused(400, "InvalidBlockList"):
            blob.commit_block_list(["a", "b"])  # no longer part of the blob

    @pytest.mark.parametrize("kind, text", [("Latest", b"new"), ("Uncommitted", b"new"), ("Committed", b"old")])
    def test_which_block_of_an_id(self, blob, kind, text):
        stage(blob, a=b"old")
        blob.commit_block_list(["a"])
        stage(blob, a=b"new")
        assert put_block_list(blob, (kind, "a")).status == 201
        assert text_of(blob) == text
        assert blob.get_block_list("uncommitted")[1] == []

    def test_both_blocks_of_an_id(self, blob):
        stage(blob, a=b"old")
        blob.commit_block_list(["a"])
        stage(blob, a=b"new")
        assert put_block_list(blob, ("Committed", "a"), ("Uncommitted", "a")).status == 201
        assert text_of(blob) == b"oldnew"

    def test_unused_blocks_are_dropped(self, blob):
        stage(blob, a=b"1", b=b"2")
        blob.commit_block_list(["a"])
        assert blob.get_block_list("uncommitted")[1] == []
        with refused(400, "InvalidBlockList"):
            blob.commit_block_list(["a", "b"])

    def test_unknown_id(self, blob):
        stage(blob, a=b"1")
        with refused(400, "InvalidBlockList"):
            blob.commit_block_list(["a", "b"])
        raw.expect(put_block_list(blob, ("Committed", "a")), 400, "InvalidBlockList")
        assert names(blob.get_block_list("all")[1]) == ["a"]
        assert blob.exists() is False

    def test_uncommitted_must_be_uncommitted(self, blob):
        stage(blob, a=b"1")
        blob.commit_block_list(["a"])
        raw.expect(put_block_list(blob, ("Uncommitted", "a")), 400, "InvalidBlockList")

    def test_refusal_leaves_the_blob_and_its_blocks(self, blob):
        stage(blob, a=b"1")
        blob.commit_block_list(["a"], metadata={"k": "v"})
        etag = blob.get_blob_properties().etag
        stage(blob, b=b"2")
        with refused(400, "InvalidBlockList"):
            blob.commit_block_list(["a", "b", "c"])
        assert blob.get_blob_properties().etag == etag
        assert names(blob.get_block_list("all")[1]) == ["b"]
        blob.commit_block_list(["a", "b"])
        assert text_of(blob) == b"12"

    def test_settings_and_metadata_are_replaced(self, blob):
        blob.upload_blob(b"x", metadata={"old": "1"}, content_settings=ContentSettings(content_language="fr"))
        stage(blob, a=b"y")
        md5 = bytearray(b"0123456789abcdef")
        settings = ContentSettings(content_type="text/csv", cache_control="no-store", content_md5=md5)
        blob.commit_block_list(["a"], metadata={"new": "2"}, content_settings=settings)
        properties = blob.get_blob_properties()
        assert properties.metadata == {"new": "2"}
        assert properties.content_settings.content_type == "text/csv"
        assert properties.content_settings.cache_control == "no-store"
        assert properties.content_settings.content_language is None
        assert properties.content_settings.content_md5 == md5  # stored as given, not compared with the content

    def test_defaults(self, blob):
        stage(blob, a=b"y")
        blob.commit_block_list(["a"])
        assert text_of(blob) == b"y"
        settings = blob.get_blob_properties().content_settings
        assert settings.content_type == "application/octet-stream"
        assert settings.content_md5 is None

    def test_replaces_a_blob_of_put_blob(self, blob):
        blob.upload_blob(b"whole")
        stage(blob, a=b"part")
        blob.commit_block_list(["a"])
        assert text_of(blob) == b"part"

    def test_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").commit_block_list(["a"])

    def test_50_000_entries(self, blob):
        stage(blob, a=b"x")
        assert put_block_list(blob, *[("Latest", "a")] * 50_000).status == 201
        assert text_of(blob) == b"x" * 50_000
        assert raw.request("GET", path(blob), "comp=blocklist").body.count(b"<Block>") == 50_000

    def test_50_001_entries(self, blob):
        stage(blob, a=b"x")
        raw.expect(put_block_list(blob, *[("Latest", "a")] * 50_001), 400, "BlockListTooLong")
        assert blob.exists() is False

    @pytest.mark.parametrize("body", [b"<BlockList>", b"not xml", b"<BlockList><Latest>YQ==</BlockList>"])
    def test_body_is_not_xml(self, blob, body):
        raw.expect(raw.request("PUT", path(blob), "comp=blocklist", body=body), 400, "InvalidXmlDocument")

    def test_body_as_the_reference_prints_it(self, blob):
        stage(blob, a=b"1", b=b"2")
        body = '<?xml version="1.0" encoding="utf-8"?>\n<BlockList>\n  <Latest>YQ==</Latest>\n  <Uncommitted>Yg==</Uncommitted>\n</BlockList>\n'
        assert raw.request("PUT", path(blob), "comp=blocklist", body=body.encode()).status == 201
        assert text_of(blob) == b"12"


class TestGetBlockList:
    def test_three_kinds(self, blob):
        stage(blob, a=b"1", b=b"22")
        blob.commit_block_list(["b", "a"])
        stage(blob, c=b"333")
        for kind, committed, uncommitted in (
            ("committed", [("b", 2), ("a", 1)], []),
            ("uncommitted", [], [("c", 3)]),
            ("all", [("b", 2), ("a", 1)], [("c", 3)]),
        ):
            lists = blob.get_block_list(kind)
            assert [[(block.id, block.size) for block in blocks] for blocks in lists] == [committed, uncommitted], kind

    def test_document_and_headers(self, blob):
        stage(blob, a=b"1", b=b"22")
        answer = raw.request("GET", path(blob), "comp=blocklist&blocklisttype=all")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/xml"
        assert answer.headers["ETag"] is None
        assert answer.headers["Last-Modified"] is None
        assert answer.headers["x-ms-blob-content-length"] == "0"

        blob.commit_block_list(["a", "b"])
        answer = raw.request("GET", path(blob), "comp=blocklist")
        assert answer.headers["ETag"] == blob.get_blob_properties().etag
        assert answer.headers["Last-Modified"].endswith(" GMT")
        assert answer.headers["x-ms-blob-content-length"] == "3"
        root = answer.xml
        assert root.tag == "BlockList"
        blocks = [(b.findtext("Name"), b.findtext("Size")) for b in root.findall("CommittedBlocks/Block")]
        assert blocks == [("YQ==", "1"), ("Yg==", "2")]
        assert root.find("UncommittedBlocks") is None  # the default asks for committed blocks alone

    def test_blob_of_put_blob_has_no_blocks(self, blob):
        blob.upload_blob(b"hello")
        assert blob.get_block_list("all") == ([], [])
        assert text_of(blob) == b"hello"

    def test_missing(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.get_block_list("all")
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").get_block_list("all")

    def test_unknown_kind(self, blob):
        blob.upload_blob(b"x")
        answer = raw.request("GET", path(blob), "comp=blocklist&blocklisttype=some")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="blocklisttype")


def test_upload_in_blocks_is_the_same_as_in_one(blob):
    body = bytes(range(256)) * 1000
    parts = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    ids = [f"{number:04}" for number in range(len(parts))]
    for name, part in reversed(list(zip(ids, parts))):
        blob.stage_block(name, part)
    seen = Seen()
    blob.commit_block_list(ids, raw_response_hook=seen)
    assert hashlib.sha256(text_of(blob)).digest() == hashlib.sha256(body).digest()
    assert [block.size for block in blob.get_block_list("committed")[0]] == [50_000] * 5 + [6_000]
