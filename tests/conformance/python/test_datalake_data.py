"""Append, Flush and Read: in any order, whole and in part, with hashes, conditions and leases; uploads and queries."""

import base64
import hashlib
from datetime import datetime
from io import BytesIO

import pytest
from azure.core import MatchConditions
from azure.storage.filedatalake import ContentSettings, DelimitedTextDialect

from datalake_env import (
    LEASE,
    OTHER_LEASE,
    READ_MISSING,
    a_directory,
    a_file,
    expect_json,
    headers_of,
    later,
    pytestmark as pytestmark,
    read,
    write,
)
from env import MIB, OTHER_ETAG, Seen, refused


@pytest.fixture
def file(file_system):
    """One without content."""
    return a_file(file_system, content=b"")


def lease_state(file):
    return file.get_file_properties().lease.state


def base64_md5(content):
    return base64.b64encode(hashlib.md5(content).digest()).decode()


class TestAppend:
    def test_is_not_seen_before_it_is_flushed(self, file):
        etag = file.get_file_properties().etag
        seen = Seen()
        file.append_data(b"hello", 0, raw_response_hook=seen)
        assert (seen.status, seen.headers.get("ETag"), seen.headers["x-ms-request-server-encrypted"]) == (202, None, "true")
        assert (read(file), file.get_file_properties().etag) == (b"", etag)
        flushed = file.flush_data(5)
        found = file.get_file_properties()
        assert (read(file), found.etag, found.last_modified) == (b"hello", flushed["etag"], flushed["last_modified"])
        assert flushed["etag"] != etag

    def test_in_any_order_and_twice(self, file):
        for content, position in ((b"cc", 4), (b"xx", 0), (b"bb", 2), (b"aa", 0)):
            file.append_data(content, position)
        file.flush_data(6)
        assert read(file) == b"aabbcc"

    def test_and_flush_at_once(self, file):
        etag = file.get_file_properties().etag
        appended = file.append_data(b"hello", 0, flush=True)
        assert appended["etag"] not in (None, etag)
        file.append_data(b" world", 5, flush=True)
        assert read(file) == b"hello world"

    def test_before_the_end(self, file_system):
        file = a_file(file_system)
        # The reference names the position for flushes only: what is appended below the end has no effect.
        file.append_data(b"x", 4)
        write(file, b"!", 5)
        assert read(file) == b"hello!"

    def test_hashes(self, file):
        file.append_data(b"hello", 0, validate_content=True)
        file.append_data(b" more", 5, validate_content=True)
        file.flush_data(10)
        assert read(file, validate_content=True) == b"hello more"

    @pytest.mark.parametrize(
        "header, value, status, code",
        [
            ("Content-MD5", base64_md5(b"other"), 400, "Md5Mismatch"),
            ("Content-MD5", "nonsense", 400, "InvalidMd5"),
            ("x-ms-content-crc64", base64.b64encode(bytes(8)).decode(), 400, "Crc64Mismatch"),
        ],
    )
    def test_hashes_of_something_else(self, lake, file, header, value, status, code):
        path = f"/{file.file_system_name}/{file.path_name}"
        expect_json(lake.ask("PATCH", path, "action=append&position=0", {header: value}, b"hello"), status, code)

    def test_hashes_are_answered(self, lake, file):
        path = f"/{file.file_system_name}/{file.path_name}"
        answer = lake.ask("PATCH", path, "action=append&position=0", {"Content-MD5": base64_md5(b"hello")}, b"hello")
        assert (answer.status, answer.headers["Content-MD5"]) == (202, base64_md5(b"hello"))

    def test_where_no_file_is(self, file_system):
        none = file_system.get_file_client("none")
        with refused(404, "PathNotFound"):
            none.append_data(b"a", 0)
        with refused(404, "PathNotFound"):
            none.flush_data(0)
        a_directory(file_system)
        # The reference's list has "the resource type … does not match the type of the resource".
        with refused(409, "ResourceTypeMismatch"):
            file_system.get_file_client("directory").append_data(b"a", 0)

    def test_what_the_request_lacks(self, lake, file):
        def patch(query, body=None):
            return lake.ask("PATCH", f"/{file.file_system_name}/{file.path_name}", query, body=body)

        expect_json(patch("action=append", b"a"), 400, "MissingRequiredQueryParameter")
        expect_json(patch("action=append&position=x", b"a"), 400, "InvalidQueryParameterValue")
        expect_json(patch("action=append&position=0"), 400, "InvalidHeaderValue")
        expect_json(patch("action=flush&position=0", b"a"), 400, "ContentLengthMustBeZero", "The Content-Length request header must be zero.")
        expect_json(patch("action=other", b"a"), 400, "InvalidQueryParameterValue")
        expect_json(patch("action=flush"), 400, "MissingRequiredQueryParameter")

    def test_leases(self, file):
        lease = {"lease": LEASE}
        file.append_data(b"a", 0, lease_action="acquire", lease_duration=15, lease=LEASE)
        assert lease_state(file) == "leased"
        with refused(412, "LeaseIdMissing"):
            file.append_data(b"b", 1)
        with refused(412, "LeaseIdMismatch"):
            file.append_data(b"b", 1, lease=OTHER_LEASE)
        file.append_data(b"b", 1, lease_action="auto-renew", **lease)
        file.append_data(b"c", 2, lease_action="release", flush=True, **lease)
        assert (read(file), lease_state(file)) == (b"abc", "available")
        file.append_data(b"d", 3, lease_action="acquire-release", lease_duration=15, flush=True, **lease)
        assert (read(file), lease_state(file)) == (b"abcd", "available")
        with refused(412, "LeaseNotPresent"):
            file.append_data(b"e", 4, **lease)
        file.acquire_lease(15, LEASE)
        with refused(409, "LeaseAlreadyPresent"):
            file.append_data(b"e", 4, lease_action="acquire", lease_duration=15, lease=OTHER_LEASE)

    def test_lease_runs_out(self, own_lake):
        file = a_file(own_lake.a_file_system(), content=b"")
        file.append_data(b"a", 0, lease_action="acquire", lease_duration=15, lease=LEASE)
        own_lake.advance(10)
        assert headers_of(file.append_data, b"b", 1, lease_action="auto-renew", lease=LEASE)["x-ms-lease-renewed"] == "true"
        own_lake.advance(10)
        assert lease_state(file) == "leased"
        own_lake.advance(10)
        with refused(412, "LeaseLost"):
            file.append_data(b"c", 2, lease=LEASE)


class TestFlush:
    def test_where_the_data_do_not_end(self, file):
        file.append_data(b"hello", 0)
        with refused(400, "InvalidFlushPosition") as info:
            file.flush_data(6)
        assert "The uploaded data is not contiguous or the position query parameter value is not equal" in info.value.message
        with refused(400, "InvalidFlushPosition"):
            file.flush_data(4)
        file.append_data(b"later", 7)
        with refused(400, "InvalidFlushPosition"):
            file.flush_data(12)
        file.flush_data(5)
        assert read(file) == b"hello"

    def test_drops_what_is_behind_or_keeps_it(self, file):
        for content, position in ((b"aa", 0), (b"bb", 2)):
            file.append_data(content, position)
        file.flush_data(2)
        with refused(400, "InvalidFlushPosition"):
            file.flush_data(4)
        for content, position in ((b"cc", 2), (b"dd", 4)):
            file.append_data(content, position)
        file.flush_data(4, retain_uncommitted_data=True)
        assert read(file) == b"aacc"
        file.flush_data(6)
        assert read(file) == b"aaccdd"

    def test_headers_and_closing(self, file):
        file.append_data(b"hello", 0)
        md5 = bytearray(hashlib.md5(b"hello").digest())
        settings = ContentSettings(content_type="text/plain", cache_control="no-cache", content_md5=md5)
        file.flush_data(5, close=True, content_settings=settings)
        found = file.get_file_properties().content_settings
        assert (found.content_type, found.cache_control, found.content_md5) == ("text/plain", "no-cache", md5)

    def test_conditions(self, file):
        etag = file.get_file_properties().etag
        file.append_data(b"hello", 0)
        for options in (
            {"etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified},
            {"etag": etag, "match_condition": MatchConditions.IfModified},
            {"if_modified_since": later()},
            {"if_unmodified_since": datetime(2020, 1, 1)},
        ):
            with refused(412, "ConditionNotMet"):
                file.flush_data(5, **options)
        file.flush_data(5, etag=etag, match_condition=MatchConditions.IfNotModified)

    def test_leases(self, file):
        file.append_data(b"a", 0)
        file.flush_data(1, lease_action="acquire", lease_duration=15, lease=LEASE)
        assert lease_state(file) == "leased"
        file.append_data(b"b", 1, lease=LEASE)
        with refused(412, "LeaseIdMissing"):
            file.flush_data(2)
        file.flush_data(2, lease_action="release", lease=LEASE)
        assert (read(file), lease_state(file)) == (b"ab", "available")

    def test_of_nothing(self, file_system):
        file = a_file(file_system)
        file.flush_data(5)
        assert read(file) == b"hello"
        with refused(400, "InvalidFlushPosition"):
            file.flush_data(0)


class TestUploadAndRead:
    def test_in_one_piece_and_in_many(self, file_system):
        content = bytes(range(256)) * 4 * 1024 * 5 + b"tail"
        for options in ({}, {"chunk_size": MIB}, {"chunk_size": MIB, "max_concurrency": 4}):
            file = file_system.get_file_client("file")
            file.upload_data(content, overwrite=True, metadata={"a": "1"}, **options)
            assert read(file) == content
            assert file.get_file_properties().metadata == {"a": "1"}
        file.upload_data(BytesIO(content), len(content), overwrite=True)
        assert read(file) == content
        file.upload_data((piece for piece in (b"one", b"two")), 6, overwrite=True, permissions="0600", umask="0000")
        assert read(file) == b"onetwo"

    def test_over_what_is_there(self, file_system):
        file = a_file(file_system)
        # A flush with If-None-Match: *, as the reference's page on conditions has it for writes that do not create.
        with refused(412, "ConditionNotMet"):
            file.upload_data(b"other", length=5)
        assert read(file) == b"hello"

    def test_ranges(self, file_system):
        file = a_file(file_system, content=b"hello world")
        assert (read(file, 6, 3), read(file, 6)) == (b"wor", b"world")
        stream = file.download_file(0, 5)
        assert (stream.size, stream.properties.size) == (5, 5)
        with refused(416, "InvalidRange"):
            read(file, 11, 1)
        into = BytesIO()
        assert file.download_file().readinto(into) == 11

    def test_by_the_endpoints_own_read(self, lake, file_system):
        a_file(file_system, metadata={"a": "1"})
        path = f"/{file_system.file_system_name}/file"
        answer = lake.ask("GET", path, headers={"Range": "bytes=1-3", "Accept": "application/json"})
        assert (answer.status, answer.body, answer.headers["Content-Range"]) == (206, b"ell", "bytes 1-3/5")
        assert (answer.headers["x-ms-resource-type"], answer.headers["x-ms-properties"]) == ("file", "a=MQ==")
        hashed = lake.ask("GET", path, headers={"Range": "bytes=0-4", "x-ms-range-get-content-md5": "true", "Accept": "application/json"})
        assert hashed.headers["Content-MD5"] == base64_md5(b"hello")
        none = lake.ask("GET", path + "s", headers={"Accept": "application/json"})
        expect_json(none, 404, "PathNotFound", "The specified path does not exist.")

    def test_conditions(self, file_system):
        file = a_file(file_system)
        etag = file.get_file_properties().etag
        with refused(412, "ConditionNotMet"):
            read(file, etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(304, "ConditionNotMet"):
            read(file, etag=etag, match_condition=MatchConditions.IfModified)
        assert read(file, etag=etag, match_condition=MatchConditions.IfNotModified) == b"hello"

    def test_what_is_not_there(self, file_system):
        with refused(404, READ_MISSING):
            read(file_system.get_file_client("none"))

    def test_query(self, file_system):
        file = a_file(file_system, content=b"100,200\n150,250\n")
        dialect = DelimitedTextDialect(delimiter=",", quotechar='"', lineterminator="\n", escapechar="", has_header=False)
        answer = file.query_file("select _2 from BlobStorage where _1 > 120", file_format=dialect)
        assert answer.readall() == b"250\n"
