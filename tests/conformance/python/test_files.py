"""Create, Get and Delete File; uploads and downloads of every kind."""

import gzip
import io

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.fileshare import ContentSettings

import raw
from env import ETAG, MIB, Seen, refused, unique
from file_env import a_directory, a_file, ask, put, read

TIB = 1024**4


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def file(share):
    """A client of a file that is not there yet."""
    return share.get_file_client("file")


def pattern(size):
    return (b"".join(b"%8d" % number for number in range(0, size, 8)) + b"12345678")[:size]


class TestCreate:
    def test_answer(self, file):
        seen = Seen()
        answer = file.create_file(5, raw_response_hook=seen)
        assert seen.status == 201
        assert ETAG.match(answer["etag"])
        assert seen.headers["x-ms-request-server-encrypted"] == "true"
        assert (answer["file_attributes"], answer["file_parent_id"]) == ("Archive", "0")
        assert read(file) == b"\0" * 5

    def test_shown(self, share):
        settings = {
            "content_type": "text/plain",
            "content_encoding": "identity",
            "content_language": "de, en",
            "cache_control": "no-store",
            "content_disposition": 'attachment; filename="a.txt"',
            "content_md5": bytearray(range(16)),
        }
        directory = a_directory(share, "d")
        file = a_file(directory, 7, content_settings=ContentSettings(**settings), metadata={"Owner": "ada"})
        found = file.get_file_properties()
        assert (found.name, found.path, found.share, found.size) == ("file", "d/file", share.share_name, 7)
        assert {name: found.content_settings[name] for name in settings} == settings
        assert (found.metadata, found.server_encrypted, found.is_directory) == ({"Owner": "ada"}, True, False)
        assert (found.lease.status, found.lease.state, found.lease.duration) == ("unlocked", "available", None)
        assert found.parent_id == directory.get_directory_properties().file_id
        assert found.copy.id is None

    def test_what_is_not_given(self, root):
        found = a_file(root, 0).get_file_properties()
        assert (found.size, found.content_settings.content_type, found.content_settings.content_md5) == (
            0,
            "application/octet-stream",
            None,
        )
        assert found.creation_time == found.last_write_time == found.change_time

    def test_over_another(self, root):
        file = a_file(root, b"hello", metadata={"old": "1"}, content_settings=ContentSettings(content_type="text/plain"))
        before = file.get_file_properties()
        file.create_file(3)
        after = file.get_file_properties()
        assert (after.size, after.metadata, after.content_settings.content_type) == (3, {}, "application/octet-stream")
        assert after.etag != before.etag
        assert read(file) == b"\0" * 3

    def test_with_data(self, file):
        seen = Seen()
        file.create_file(8, data=b"data", raw_response_hook=seen)
        assert seen.status == 201
        assert read(file) == b"data\0\0\0\0"

    def test_with_wrong_data(self, share):
        def create(headers, body=b"data", size="4"):
            return ask("PUT", f"/{share.share_name}/f", "", {"x-ms-type": "file", "x-ms-content-length": size, **headers}, body)

        raw.expect(create({"Content-MD5": "MDAwMDAwMDAwMDAwMDAwMA=="}), 400, "Md5Mismatch")
        raw.expect(create({"Content-MD5": "MDAw"}), 400, "InvalidMd5")
        raw.expect(create({}, size="3"), 400, "InvalidHeaderValue", HeaderName="x-ms-content-length")
        raw.expect(create({}, body=bytes(4 * MIB + 1), size=str(5 * MIB)), 413, "RequestBodyTooLarge", MaxLimit=str(4 * MIB))

    def test_sizes(self, share, root, file):
        a_file(root, 4 * TIB, "largest")
        assert share.get_file_client("largest").get_file_properties().size == 4 * TIB
        with refused(400, "OutOfRangeInput"):
            file.create_file(4 * TIB + 1)
        for size, code in (("-1", "OutOfRangeInput"), ("many", "InvalidHeaderValue")):
            answer = ask("PUT", f"/{share.share_name}/f", "", {"x-ms-type": "file", "x-ms-content-length": size})
            raw.expect(answer, 400, code)
        raw.expect(ask("PUT", f"/{share.share_name}/f", "", {"x-ms-type": "file"}), 400, "MissingRequiredHeader")

    def test_where_it_cannot_be(self, share, files, file):
        a_directory(share, "file")
        with refused(409, "ResourceTypeMismatch"):
            file.create_file(0)
        with refused(404, "ParentNotFound"):
            share.get_file_client("no/where").create_file(0)
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).get_file_client("f").create_file(0)

    def test_values(self, file, share):
        for options in (
            {"file_attributes": "None|ReadOnly"},
            {"file_attributes": "Directory"},
            {"file_creation_time": "noon"},
            {"file_last_write_time": "preserve"},
            {"file_change_time": "preserve"},
        ):
            with refused(400, "InvalidHeaderValue"):
                file.create_file(1, **options)
        with refused(400, "FileInvalidPermission"):
            file.create_file(1, file_permission="everybody")
        with refused(400, "FileInvalidPermissionKey"):
            file.create_file(1, permission_key="1*2")
        with refused(400, "InvalidMetadata"):
            file.create_file(1, metadata={"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            file.create_file(1, metadata={"a": "x" * 8192})
        headers = {"x-ms-type": "file", "x-ms-content-length": "1"}
        raw.expect(ask("PUT", f"/{share.share_name}/f", "", headers | {"x-ms-meta-": "1"}), 400, "EmptyMetadataKey")
        raw.expect(ask("PUT", f"/{share.share_name}/f", "", headers | {"x-ms-content-md5": "AAAA"}), 400, "InvalidMd5")

    def test_over_one_that_is_read_only(self, root):
        file = a_file(root, 1, file_attributes="ReadOnly")
        with refused(409, "ReadOnlyAttribute"):
            file.create_file(1)


class TestUpload:
    @pytest.mark.parametrize("data", [b"bytes", "text, größer", io.BytesIO(b"a stream"), b""], ids=lambda data: type(data).__name__)
    def test_kinds(self, file, data):
        file.upload_file(data)
        wanted = data.getvalue() if hasattr(data, "getvalue") else data.encode() if isinstance(data, str) else data
        assert read(file) == wanted

    def test_generator(self, file):
        file.upload_file((piece for piece in (b"one,", b"two,", b"three")), length=13)
        assert read(file) == b"one,two,three"

    @pytest.mark.parametrize("concurrency", [1, 4])
    def test_in_ranges(self, share, files, concurrency):
        small = type(share)(files.url, share.share_name, credential=files.credential, retry_total=0, max_range_size=64 * 1024)
        body = pattern(5 * 64 * 1024 + 7)
        file = small.get_file_client("file")
        file.upload_file(body, max_concurrency=concurrency, validate_content=True)
        assert read(file) == body

    def test_checked(self, file):
        body = pattern(100_001)
        file.upload_file(body, validate_content="md5")
        assert file.download_file(validate_content="md5").readall() == body

    def test_more_than_one_range(self, file):
        body = pattern(9 * MIB + 11)
        file.upload_file(body, max_concurrency=3)
        assert file.download_file(max_concurrency=3).readall() == body
        assert [(one["start"], one["end"]) for one in file.get_ranges()] == [(0, len(body) - 1)]

    def test_through_its_directory(self, root):
        file = root.upload_file("up", b"hello", metadata={"a": "1"})
        assert (read(file), file.get_file_properties().metadata) == (b"hello", {"a": "1"})
        root.delete_file("up")
        assert not file.exists()

    def test_progress(self, file):
        told = []
        file.upload_file(b"x" * 1000, progress_hook=lambda now, total: told.append((now, total)))
        assert told == [(1000, 1000)]


class TestDownload:
    def test_parts(self, root):
        file = a_file(root, b"0123456789")
        assert [read(file, offset, length) for offset, length in [(0, 3), (3, None), (9, 1), (5, 100)]] == [
            b"012",
            b"3456789",
            b"9",
            b"56789",
        ]
        seen = Seen()
        read(file, 2, 4, raw_response_hook=seen)
        assert (seen.status, seen.headers["Content-Range"], seen.headers["Accept-Ranges"]) == (206, "bytes 2-5/10", "bytes")

    def test_into_a_stream(self, root):
        body = pattern(100_000)
        file = a_file(root, body)
        into = io.BytesIO()
        assert file.download_file().readinto(into) == len(body)
        assert into.getvalue() == body
        assert b"".join(file.download_file().chunks()) == body

    def test_properties_beside_the_bytes(self, root):
        file = a_file(root, b"hello", metadata={"a": "1"}, content_settings=ContentSettings(content_type="text/plain"))
        stream = file.download_file()
        assert (stream.size, stream.properties.metadata) == (5, {"a": "1"})
        assert stream.properties.content_settings.content_type == "text/plain"

    def test_encoded(self, root):
        body = gzip.compress(b"packed")
        file = a_file(root, body, content_settings=ContentSettings(content_encoding="gzip"))
        assert file.download_file(decompress=False).readall() == body
        assert file.download_file(decompress=True).readall() == b"packed"

    def test_hash_of_a_range(self, share, root):
        a_file(root, b"abc")
        path = f"/{share.share_name}/file"
        answer = ask("GET", path, "", {"x-ms-range": "bytes=0-1", "x-ms-range-get-content-md5": "true"})
        assert (answer.status, answer.headers["Content-MD5"]) == (206, "GH70Q2Ei0cwvQNwrkvDroA==")
        raw.expect(ask("GET", path, "", {"x-ms-range-get-content-md5": "true"}), 400, "InvalidHeaderValue")
        a_file(root, 5 * MIB, "large")
        headers = {"x-ms-range": f"bytes=0-{4 * MIB}", "x-ms-range-get-content-md5": "true"}
        raw.expect(ask("GET", f"/{share.share_name}/large", "", headers), 400, "OutOfRangeInput")

    def test_outside(self, root):
        file = a_file(root, b"abc")
        with refused(416, "InvalidRange"):
            read(file, 3, 1)

    def test_an_empty_one(self, root):
        file = a_file(root, 0)
        assert read(file) == b""

    def test_what_is_no_file(self, share, files):
        a_directory(share, "d")
        with refused(409, "ResourceTypeMismatch"):
            read(share.get_file_client("d"))
        with refused(404, "ResourceNotFound"):
            read(share.get_file_client("missing"))
        with refused(404, "ParentNotFound"):
            read(share.get_file_client("missing/deep"))
        with refused(404, "ShareNotFound"):
            read(files.get_share_client(unique()).get_file_client("f"))


class TestProperties:
    def test_missing(self, share, files):
        a_directory(share, "d")
        for name in ("missing", "d"):
            assert not share.get_file_client(name).exists()
            with refused(404, "ResourceNotFound"):
                share.get_file_client(name).get_file_properties()
        with refused(404, "ParentNotFound"):
            share.get_file_client("missing/deep").get_file_properties()
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).get_file_client("f").get_file_properties()

    def test_kind(self, share, root):
        a_file(root)
        answer = ask("HEAD", f"/{share.share_name}/file")
        assert (answer.status, answer.headers["x-ms-type"], answer.headers["Content-Length"]) == (200, "File", "5")


class TestDelete:
    def test_gone(self, root):
        file = a_file(root)
        seen = Seen()
        file.delete_file(raw_response_hook=seen)
        assert (seen.status, file.exists()) == (202, False)
        with refused(404, "ResourceNotFound"):
            file.delete_file()

    def test_read_only(self, root):
        file = a_file(root, 1, file_attributes="ReadOnly")
        with refused(409, "ReadOnlyAttribute"):
            file.delete_file()

    def test_what_is_no_file(self, share):
        a_directory(share, "d")
        with refused(409, "ResourceTypeMismatch"):
            share.get_file_client("d").delete_file()
        with refused(404, "ParentNotFound"):
            share.get_file_client("missing/deep").delete_file()


def test_sparse(root):
    """4 TiB at no cost."""
    file = a_file(root, 4 * TIB)
    put(file, b"first", 0)
    put(file, b"last", 4 * TIB - 4)
    assert read(file, 4 * TIB - 8, 8) == b"\0\0\0\0last"
    assert read(file, 0, 8) == b"first\0\0\0"
    assert [(one["start"], one["end"]) for one in file.get_ranges()] == [(0, 511), (4 * TIB - 512, 4 * TIB - 1)]


def test_errors_are_read_by_the_sdk(share):
    with pytest.raises(HttpResponseError) as info:
        share.get_file_client("missing").get_file_properties()
    assert info.value.error_code == "ResourceNotFound"
