"""Set File Properties and Metadata, resizing, SMB properties, and the permissions of a share."""

import pytest
from azure.storage.fileshare import ContentSettings, NTFSAttributes

import raw
from env import refused, unique
from file_env import ADMINISTRATORS, PASSED_ON, PERMISSION_KEY, SYSTEM, a_directory, a_file, ask, moment, put, ranges, read

TEXT = ContentSettings(content_type="text/plain")


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def file(root):
    return a_file(root)


class TestSet:
    def test_the_whole_set_of_headers(self, file):
        settings = {
            "content_type": "text/csv",
            "content_encoding": "br",
            "content_language": "de",
            "cache_control": "no-cache",
            "content_disposition": "inline",
            "content_md5": bytearray(range(16)),
        }
        before = file.get_file_properties()
        answer = file.set_http_headers(ContentSettings(**settings))
        after = file.get_file_properties()
        assert {name: after.content_settings[name] for name in settings} == settings
        assert answer["etag"] == after.etag != before.etag
        file.set_http_headers(TEXT)
        found = file.get_file_properties().content_settings
        assert (found.content_type, found.content_encoding, found.cache_control, found.content_md5) == (
            "text/plain",
            None,
            None,
            None,
        )
        assert read(file) == b"hello"

    def test_smb_properties(self, file):
        attributes = NTFSAttributes(
            read_only=True,
            hidden=True,
            system=True,
            archive=True,
            temporary=True,
            offline=True,
            not_content_indexed=True,
            no_scrub_data=True,
        )
        times = [moment(f"20{year}-01-02T03:04:05.123456Z") for year in (18, 19, 20)]
        file.set_http_headers(TEXT, attributes, times[0], times[1], file_change_time=times[2])
        found = file.get_file_properties()
        assert found.file_attributes == (
            "ReadOnly | Hidden | System | Archive | Temporary | Offline | NotContentIndexed | NoScrubData"
        )
        assert [found.creation_time, found.last_write_time, found.change_time] == times
        file.set_http_headers(TEXT, "None", "now", "preserve")
        found = file.get_file_properties()
        assert (found.file_attributes, found.last_write_time) == ("None", times[1])
        assert found.creation_time > times[2] and found.change_time > times[2]

    def test_hundreds_of_nanoseconds(self, share, file):
        headers = {"x-ms-file-creation-time": "2020-01-02T03:04:05.1234567Z"}
        answer = ask("PUT", f"/{share.share_name}/file", "comp=properties", headers)
        assert (answer.status, answer.headers["x-ms-file-creation-time"]) == (200, "2020-01-02T03:04:05.1234567Z")

    def test_what_is_not_given_stays(self, file):
        file.set_http_headers(TEXT, "Hidden", moment(), moment())
        file.set_http_headers(TEXT)
        found = file.get_file_properties()
        assert (found.file_attributes, found.creation_time, found.last_write_time) == ("Hidden", moment(), moment())

    def test_read_only_files_can_be_made_writable(self, file):
        file.set_http_headers(TEXT, "ReadOnly")
        for call in (lambda: put(file, b"x"), lambda: file.resize_file(1), lambda: file.clear_range(0, 512), file.delete_file):
            with refused(409, "ReadOnlyAttribute"):
                call()
        file.set_http_headers(TEXT, "None")
        put(file, b"x")

    def test_missing(self, share, files):
        a_directory(share, "d")
        for name, status, code in [
            ("missing", 404, "ResourceNotFound"),
            ("missing/deep", 404, "ParentNotFound"),
            ("d", 409, "ResourceTypeMismatch"),
        ]:
            file = share.get_file_client(name)
            for call in (lambda: file.set_http_headers(TEXT), lambda: file.set_file_metadata({}), lambda: file.resize_file(1)):
                with refused(status, code):
                    call()
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).get_file_client("f").set_http_headers(TEXT)

    def test_values(self, file, share):
        for options in ({"file_attributes": "Wooden"}, {"file_creation_time": "noon"}, {"file_last_write_time": "soon"}):
            with refused(400, "InvalidHeaderValue"):
                file.set_http_headers(TEXT, **options)
        with refused(400, "FileInvalidPermission"):
            file.set_http_headers(TEXT, file_permission="everybody")
        with refused(400, "FileInvalidPermissionKey"):
            file.set_http_headers(TEXT, permission_key="1*2")
        path = f"/{share.share_name}/file"
        both = {"x-ms-file-permission": "inherit", "x-ms-file-permission-key": "1*2"}
        raw.expect(ask("PUT", path, "comp=properties", both), 400, "InvalidHeaderValue", HeaderName="x-ms-file-permission-key")
        raw.expect(ask("PUT", path, "comp=properties", {"x-ms-content-md5": "AAAA"}), 400, "InvalidMd5")
        long = {"x-ms-file-permission": "O:SYG:SYD:" + "(A;;FA;;;BA)" * 700}
        raw.expect(ask("PUT", path, "comp=properties", long), 400, "InvalidHeaderValue", HeaderName="x-ms-file-permission")

    def test_headers_that_old_versions_demand(self, share, file):
        answer = ask("PUT", f"/{share.share_name}/file", "comp=properties", {"x-ms-version": "2020-02-10"})
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-file-attributes")


class TestResize:
    def test_smaller_and_larger(self, file):
        file.resize_file(2)
        assert read(file) == b"he"
        file.resize_file(4)
        assert read(file) == b"he\0\0"  # what was cut off is gone
        file.resize_file(0)
        assert (read(file), file.get_file_properties().size) == (b"", 0)

    def test_keeps_what_is_not_the_size(self, root):
        # Unlike Set File Properties without them, the SDK gives nothing but the size here, and the service clears the headers.
        file = a_file(root, b"hello", metadata={"a": "1"})
        file.resize_file(3)
        assert file.get_file_properties().metadata == {"a": "1"}

    def test_ranges(self, root):
        file = a_file(root, b"x" * 2048)
        file.resize_file(10**9)
        assert ranges(file.get_ranges()) == [(0, 2047)]
        file.resize_file(512)
        assert ranges(file.get_ranges()) == [(0, 511)]

    def test_values(self, file):
        with refused(400, "OutOfRangeInput"):
            file.resize_file(-4)
        with refused(400, "OutOfRangeInput"):
            file.resize_file(4 * 1024**4 + 1)


class TestMetadata:
    def test_set(self, file):
        before = file.get_file_properties()
        answer = file.set_file_metadata({"Owner": "ada", "other": "x y"})
        after = file.get_file_properties()
        assert (after.metadata, after.etag) == ({"Owner": "ada", "other": "x y"}, answer["etag"])
        assert after.etag != before.etag
        file.set_file_metadata({})
        assert file.get_file_properties().metadata == {}

    def test_get(self, share, file):
        file.set_file_metadata({"Owner": "ada"})
        for method in ("GET", "HEAD"):
            answer = ask(method, f"/{share.share_name}/file", "comp=metadata")
            assert (answer.status, answer.headers["x-ms-meta-Owner"], answer.body) == (200, "ada", b"")
        raw.expect(ask("GET", f"/{share.share_name}/missing", "comp=metadata"), 404, "ResourceNotFound")

    def test_refusals(self, share, file):
        with refused(400, "InvalidMetadata"):
            file.set_file_metadata({"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            file.set_file_metadata({"a": "x" * 8192})
        raw.expect(ask("PUT", f"/{share.share_name}/file", "comp=metadata", {"x-ms-meta-": "1"}), 400, "EmptyMetadataKey")


class TestPermissions:
    def test_by_key(self, share):
        key = share.create_permission_for_share(SYSTEM)
        assert PERMISSION_KEY.match(key)
        assert share.create_permission_for_share(SYSTEM) == key
        assert share.create_permission_for_share(ADMINISTRATORS) != key
        assert share.get_permission_for_share(key) == SYSTEM
        directory = share.get_directory_client("d")
        directory.create_directory(file_permission_key=key)
        assert directory.get_directory_properties().permission_key == key

    def test_inherited(self, share):
        directory = share.get_directory_client("d")
        directory.create_directory(file_permission=PASSED_ON)
        key = directory.get_directory_properties().permission_key
        inner = a_directory(directory, "inner")
        assert inner.get_directory_properties().permission_key == key
        inner.set_http_headers(file_permission=ADMINISTRATORS)
        other = inner.get_directory_properties().permission_key
        assert share.get_permission_for_share(other) == ADMINISTRATORS
        inner.set_http_headers(file_permission="preserve")
        assert inner.get_directory_properties().permission_key == other
        inner.set_http_headers(file_permission="inherit")
        assert inner.get_directory_properties().permission_key == key

    def test_as_text_on_creation(self, share, root):
        file = a_file(root, b"x", file_permission=SYSTEM)
        found = share.get_permission_for_share(file.get_file_properties().permission_key)
        assert found.removesuffix("S:NO_ACCESS_CONTROL") == "O:SYG:SYD:(A;;FA;;;SY)"

    def test_of_what_was_given_none(self, share, root):
        key = root.get_directory_properties().permission_key
        assert share.get_permission_for_share(key).startswith("O:SYG:SYD:")

    def test_refusals(self, share, files):
        with refused(400, "FileInvalidPermission"):
            share.create_permission_for_share("everybody")
        with refused(400, "FileInvalidPermission"):
            share.create_permission_for_share("O:SYG:SYD:" + "(A;;FA;;;BA)" * 700)
        with refused(400, "FileInvalidPermissionKey"):
            share.get_permission_for_share("1*2")
        with refused(400, "InvalidHeaderValue"):
            share.get_permission_for_share("no key")
        missing = files.get_share_client(unique())
        with refused(404, "ShareNotFound"):
            missing.create_permission_for_share(SYSTEM)
        with refused(404, "ShareNotFound"):
            missing.get_permission_for_share("1*2")
        path, query = f"/{share.share_name}", "restype=share&comp=filepermission"
        raw.expect(ask("GET", path, query), 400, "MissingRequiredHeader", HeaderName="x-ms-file-permission-key")
        raw.expect(ask("PUT", path, query, body=b"O:SYG:SY"), 400, "InvalidInput")


class TestBinaryPermissions:
    """The other form of a permission: a self-relative security descriptor in base64."""

    TEXT = (
        "O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513"
        "D:AI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;S-1-5-21-397955417-626881126-188441444-3053964)S:NO_ACCESS_CONTROL"
    )
    BINARY = (
        "AQAUhGwAAACIAAAAAAAAABQAAAACAFgAAwAAAAAAFAD/AR8AAQEAAAAAAAUSAAAAAAAYAP8BHwABAgAAAAAABSAAAAAgAgAAAAAkAKkAEgABBQAA"
        "AAAABRUAAABZUbgXZnJdJWRjOwuMmS4AAQUAAAAAAAUVAAAAoGXPfnhLm1/nfIdwr/1IAQEFAAAAAAAFFQAAAKBlz354S5tf53yHcAECAAA="
    )

    def test_either_is_shown_as_the_other(self, share, file):
        key = share.create_permission_for_share(self.TEXT)
        assert share.get_permission_for_share(key, file_permission_format="sddl") == self.TEXT
        assert share.get_permission_for_share(key, file_permission_format="binary") == self.BINARY
        file.set_http_headers(TEXT, file_permission=self.BINARY, file_permission_format="binary")
        assert file.get_file_properties().permission_key == key
        directory = share.get_directory_client("d")
        directory.create_directory(file_permission=self.BINARY, file_permission_format="binary", file_property_semantics="Restore")
        assert directory.get_directory_properties().permission_key == key

    def test_created(self, share):
        body = f'{{"permission":"{self.BINARY}","format":"Binary"}}'.encode()  # this SDK stumbles over its own option
        answer = ask("PUT", f"/{share.share_name}", "restype=share&comp=filepermission", body=body)
        assert answer.status == 201
        assert answer.headers["x-ms-file-permission-key"] == share.create_permission_for_share(self.TEXT)

    def test_refusals(self, share, file):
        with refused(400, "FileInvalidPermission"):
            file.set_http_headers(TEXT, file_permission="AQAEgA==", file_permission_format="binary")
        headers = {"x-ms-file-permission-format": "hexadecimal", "x-ms-file-permission": "00"}
        answer = ask("PUT", f"/{share.share_name}/file", "comp=properties", headers)
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-file-permission-format")


class TestSemantics:
    def test_new_files_are_to_be_archived(self, root):
        assert a_file(root, 1, file_attributes="Hidden").get_file_properties().file_attributes == "Hidden | Archive"
        made = a_file(root, 1, file_attributes="None", file_property_semantics="New")
        assert made.get_file_properties().file_attributes == "Archive"

    def test_restored_ones_are_what_they_are_said_to_be(self, root):
        made = a_file(root, 1, file_attributes="Hidden", file_property_semantics="Restore")
        assert made.get_file_properties().file_attributes == "Hidden"
        with refused(400, "InvalidHeaderValue"):
            a_file(root, 1, file_property_semantics="Old")
