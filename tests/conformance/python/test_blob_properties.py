"""Set Blob Properties, Set and Get Blob Metadata."""

import pytest
from azure.storage.blob import ContentSettings

import raw
from env import Seen, refused, text_of, unique

ALL = ContentSettings(
    content_type="text/csv",
    content_encoding="identity",
    content_language="fr",
    content_disposition="inline",
    cache_control="no-store",
    content_md5=bytearray(b"0123456789abcdef"),
)


@pytest.fixture
def text(blob):
    blob.upload_blob(b"hello", metadata={"a": "1"})
    return blob


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


class TestSetProperties:
    def test_all(self, text):
        before = text.get_blob_properties()
        seen = Seen()
        text.set_http_headers(ALL, raw_response_hook=seen)
        assert seen.status == 200
        after = text.get_blob_properties()
        assert after.etag == seen.headers["ETag"] != before.etag
        assert after.metadata == {"a": "1"}
        assert after.creation_time == before.creation_time
        settings = after.content_settings
        assert settings.content_type == "text/csv"
        assert settings.content_encoding == "identity"
        assert settings.content_language == "fr"
        assert settings.content_disposition == "inline"
        assert settings.cache_control == "no-store"
        assert bytes(settings.content_md5) == b"0123456789abcdef"  # stored, not compared with the content
        assert text_of(text) == b"hello"

    def test_what_is_not_given_is_cleared(self, text):
        text.set_http_headers(ALL)
        text.set_http_headers(ContentSettings(cache_control="private"))
        answer = raw.request("HEAD", path(text))
        assert answer.headers["Cache-Control"] == "private"
        for name in ("Content-Encoding", "Content-Language", "Content-Disposition", "Content-MD5"):
            assert answer.headers[name] is None, name

    def test_missing(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.set_http_headers(ALL)
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").set_http_headers(ALL)

    def test_of_uncommitted_blocks_only(self, blob):
        blob.stage_block("1", b"x")
        with refused(404, "BlobNotFound"):
            blob.set_http_headers(ALL)

    def test_ill_formed_md5(self, text):
        answer = raw.request("PUT", path(text), "comp=properties", {"x-ms-blob-content-md5": "short"})
        raw.expect(answer, 400, "InvalidMd5")


class TestSetMetadata:
    def test_replaces_all_and_changes_the_etag(self, text):
        before = text.get_blob_properties()
        answer = text.set_blob_metadata({"Book": "1984", "b_2": "x"})
        after = text.get_blob_properties()
        assert after.metadata == {"Book": "1984", "b_2": "x"}
        assert after.etag == answer["etag"] != before.etag
        assert after.content_settings == before.content_settings
        assert text_of(text) == b"hello"

    def test_to_nothing_clears(self, text):
        assert text.get_blob_properties().metadata == {"a": "1"}
        text.set_blob_metadata()
        assert text.get_blob_properties().metadata == {}

    def test_missing(self, blob, service):
        with refused(404, "BlobNotFound"):
            blob.set_blob_metadata({"a": "1"})
        with refused(404, "ContainerNotFound"):
            service.get_blob_client(unique(), "blob").set_blob_metadata({"a": "1"})


class TestMetadataRules:
    def test_blanks_around_a_value_are_cut(self, text):
        headers = {"x-ms-meta-a": "  two  words \t"}
        answer = raw.request("PUT", path(text), "comp=metadata", headers)
        assert answer.status == 200
        assert text.get_blob_properties().metadata == {"a": "two  words"}

    @pytest.mark.parametrize("name", ["a-b", "1a", "a.b", "a$b", "-"])
    def test_name_must_be_an_identifier(self, text, name):
        answer = raw.request("PUT", path(text), "comp=metadata", {f"x-ms-meta-{name}": "1"})
        raw.expect(answer, 400, "InvalidMetadata")
        assert text.get_blob_properties().metadata == {"a": "1"}

    @pytest.mark.parametrize("name", ["_", "a1", "_1", "Camel_Case", "class"])
    def test_good_names(self, text, name):
        text.set_blob_metadata({name: "1"})
        assert text.get_blob_properties().metadata == {name: "1"}

    def test_empty_name(self, text):
        answer = raw.request("PUT", path(text), "comp=metadata", {"x-ms-meta-": "1"})
        raw.expect(answer, 400, "EmptyMetadataKey")

    def test_8_kib_of_names_and_values(self, text):
        text.set_blob_metadata({"four": "x" * 4092, "more": "y" * 4092})
        with refused(400, "MetadataTooLarge"):
            text.set_blob_metadata({"four": "x" * 4092, "more": "y" * 4093})
        assert len(text.get_blob_properties().metadata["more"]) == 4092

    def test_rules_hold_for_put_blob(self, container):
        with refused(400, "InvalidMetadata"):
            container.upload_blob("other", b"x", metadata={"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            container.upload_blob("other", b"x", metadata={"a": "x" * 8192})

    def test_rules_hold_for_put_block_list(self, blob):
        blob.stage_block("1", b"x")
        with refused(400, "InvalidMetadata"):
            blob.commit_block_list(["1"], metadata={"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            blob.commit_block_list(["1"], metadata={"a": "x" * 8192})

    def test_names_that_sort_in_two_ways_can_be_signed(self, text):
        metadata = {"ab": "1", "a_b": "2", "a1": "3", "A_": "4", "aB_c": "5"}
        text.set_blob_metadata(metadata)
        assert text.get_blob_properties().metadata == metadata


class TestGetMetadata:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_answer(self, text, method):
        text.set_blob_metadata({"Book": "1984"})
        answer = raw.request(method, path(text), "comp=metadata")
        assert answer.status == 200
        assert answer.body == b""
        assert answer.headers["x-ms-meta-Book"] == "1984"
        properties = text.get_blob_properties()
        assert answer.headers["ETag"] == properties.etag
        assert answer.headers["Last-Modified"] == properties.last_modified.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def test_missing(self, blob):
        raw.expect(raw.request("GET", path(blob), "comp=metadata"), 404, "BlobNotFound")
        raw.expect(raw.request("GET", f"/{unique()}/blob", "comp=metadata"), 404, "ContainerNotFound")
