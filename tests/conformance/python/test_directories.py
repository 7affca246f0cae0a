"""Create, Get Properties, Set Properties and Metadata of directories, Delete Directory, and what may be a name."""

import pytest
from azure.storage.fileshare import NTFSAttributes

import raw
from env import ETAG, Seen, refused, unique
from file_env import a_directory, a_file, ask, moment, names


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def directory(share):
    return share.create_directory("directory")


class TestCreate:
    def test_answer(self, share):
        seen = Seen()
        answer = share.get_directory_client("d").create_directory(raw_response_hook=seen)
        assert seen.status == 201
        assert ETAG.match(answer["etag"])
        assert seen.headers["x-ms-request-server-encrypted"] == "true"
        assert (answer["file_attributes"], answer["file_parent_id"]) == ("Directory", "0")
        assert answer["file_id"].isdigit()

    def test_inside_another(self, directory):
        inner = directory.create_subdirectory("inner", metadata={"Level": "2"})
        found = inner.get_directory_properties()
        assert (found.metadata, found.is_directory) == ({"Level": "2"}, True)
        assert found.parent_id == directory.get_directory_properties().file_id
        assert inner.directory_path == "directory/inner"

    def test_properties(self, share):
        directory = share.get_directory_client("d")
        attributes = NTFSAttributes(hidden=True, system=True)
        times = {
            f"file_{name}_time": moment(f"20{year}-01-02T03:04:05.123456Z")
            for name, year in (("creation", 18), ("last_write", 19), ("change", 20))
        }
        directory.create_directory(file_attributes=attributes, **times)
        found = directory.get_directory_properties()
        assert found.file_attributes == "Hidden | System | Directory"
        assert [found.creation_time, found.last_write_time, found.change_time] == list(times.values())

    def test_there_already(self, share, root):
        share.create_directory("directory")
        with refused(409, "ResourceAlreadyExists"):
            share.create_directory("directory")
        with refused(409, "ResourceAlreadyExists"):
            share.create_directory("DIRECTORY")
        a_file(root)
        with refused(409, "ResourceAlreadyExists"):
            share.create_directory("file")

    def test_parents_are_not_made(self, share, files):
        with refused(404, "ParentNotFound"):
            share.create_directory("no/where")
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).create_directory("d")

    def test_values(self, share):
        for options in ({"file_attributes": "None|ReadOnly"}, {"file_attributes": "Wooden"}, {"file_creation_time": "noon"}):
            with refused(400, "InvalidHeaderValue"):
                share.get_directory_client("d").create_directory(**options)
        with refused(400, "FileInvalidPermission"):
            share.get_directory_client("d").create_directory(file_permission="everybody")
        with refused(400, "FileInvalidPermissionKey"):
            share.get_directory_client("d").create_directory(file_permission_key="1*2")
        with refused(400, "InvalidMetadata"):
            share.create_directory("d", metadata={"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            share.create_directory("d", metadata={"a": "x" * 8192})
        raw.expect(ask("PUT", f"/{share.share_name}/d", "restype=directory", {"x-ms-meta-": "1"}), 400, "EmptyMetadataKey")

    def test_headers_that_old_versions_demand(self, share):
        for header in ("x-ms-file-attributes", "x-ms-file-creation-time", "x-ms-file-last-write-time", "x-ms-file-permission"):
            headers = {
                "x-ms-file-attributes": "None",
                "x-ms-file-creation-time": "now",
                "x-ms-file-last-write-time": "now",
                "x-ms-file-permission": "inherit",
                "x-ms-version": "2020-02-10",
            }
            del headers[header]
            answer = ask("PUT", f"/{share.share_name}/d", "restype=directory", headers)
            raw.expect(answer, 400, "MissingRequiredHeader", HeaderName=header)


class TestProperties:
    def test_root(self, root):
        found = root.get_directory_properties()
        assert (found.file_attributes, found.file_id) == ("Directory", "0")
        assert root.exists()

    def test_what_is_not_set_stays(self, directory):
        directory.set_http_headers(file_attributes="Hidden", file_creation_time=moment())
        before = directory.get_directory_properties()
        answer = directory.set_http_headers(file_last_write_time=moment("2021-01-02T03:04:05.000001Z"))
        after = directory.get_directory_properties()
        assert (after.file_attributes, after.creation_time) == ("Hidden | Directory", moment())
        assert after.last_write_time == moment("2021-01-02T03:04:05.000001Z")
        assert answer["etag"] == after.etag != before.etag
        directory.set_http_headers("None", "now", "now")
        found = directory.get_directory_properties()
        assert found.file_attributes == "Directory"
        assert found.creation_time > moment()

    def test_preserve(self, directory):
        before = directory.get_directory_properties()
        directory.set_http_headers("preserve", "preserve", "preserve", "preserve")
        after = directory.get_directory_properties()
        assert (after.creation_time, after.last_write_time) == (before.creation_time, before.last_write_time)
        assert (after.file_attributes, after.permission_key) == (before.file_attributes, before.permission_key)

    def test_of_a_file(self, root, share):
        a_file(root)
        directory = share.get_directory_client("file")
        assert not directory.exists()
        with refused(404, "ResourceNotFound"):  # which clients take for a no, and nothing else
            directory.get_directory_properties()
        for call in (lambda: directory.set_directory_metadata({}), directory.delete_directory, directory.set_http_headers):
            with refused(409, "ResourceTypeMismatch"):
                call()

    def test_missing(self, share):
        missing = share.get_directory_client("missing")
        assert not missing.exists()
        for call in (
            missing.get_directory_properties,
            lambda: missing.set_directory_metadata({}),
            missing.delete_directory,
            missing.set_http_headers,
        ):
            with refused(404, "ResourceNotFound"):
                call()
        deep = share.get_directory_client("missing/deep")
        for call in (
            deep.get_directory_properties,
            lambda: deep.set_directory_metadata({}),
            deep.delete_directory,
            deep.set_http_headers,
        ):
            with refused(404, "ParentNotFound"):
                call()

    def test_values(self, directory):
        for attributes, created, written in [("Wooden", None, None), (None, "noon", None), (None, None, "soon")]:
            with refused(400, "InvalidHeaderValue"):
                directory.set_http_headers(attributes, created, written)
        with refused(400, "FileInvalidPermissionKey"):
            directory.set_http_headers(permission_key="1*2")
        with refused(400, "FileInvalidPermission"):
            directory.set_http_headers(file_permission="everybody")


class TestMetadata:
    def test_set(self, directory):
        before = directory.get_directory_properties()
        answer = directory.set_directory_metadata({"Owner": "ada"})
        after = directory.get_directory_properties()
        assert (after.metadata, after.etag) == ({"Owner": "ada"}, answer["etag"])
        assert before.etag != after.etag
        directory.set_directory_metadata({})
        assert directory.get_directory_properties().metadata == {}

    def test_get(self, share, directory):
        directory.set_directory_metadata({"Owner": "ada"})
        for method in ("GET", "HEAD"):
            answer = ask(method, f"/{share.share_name}/directory", "restype=directory&comp=metadata")
            assert (answer.status, answer.headers["x-ms-meta-Owner"], answer.body) == (200, "ada", b"")
        answer = ask("GET", f"/{share.share_name}/missing", "restype=directory&comp=metadata")
        raw.expect(answer, 404, "ResourceNotFound")

    def test_refusals(self, share, directory):
        with refused(400, "InvalidMetadata"):
            directory.set_directory_metadata({"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            directory.set_directory_metadata({"a": "x" * 8192})
        answer = ask("PUT", f"/{share.share_name}/directory", "restype=directory&comp=metadata", {"x-ms-meta-": "1"})
        raw.expect(answer, 400, "EmptyMetadataKey")


class TestDelete:
    def test_empty_ones_alone(self, directory):
        inner = directory.create_subdirectory("inner")
        with refused(409, "DirectoryNotEmpty"):
            directory.delete_directory()
        seen = Seen()
        inner.delete_directory(raw_response_hook=seen)
        assert seen.status == 202
        directory.delete_directory()
        assert not directory.exists()

    def test_read_only(self, directory):
        directory.set_http_headers("ReadOnly")
        with refused(409, "ReadOnlyAttribute"):
            directory.delete_directory()
        directory.set_http_headers("None")
        directory.delete_directory()

    def test_root(self, root):
        # The reference names no code for this.
        with refused(405, "UnsupportedHttpVerb"):
            root.delete_directory()


class TestNames:
    @pytest.mark.parametrize(
        "name",
        ["x" * 255, "Grüße, 世界 🌍", "a b+c%d&e=f#g", "sp  ace", "'quoted'", "..hidden", "semi;colon,comma", "[1] {2} ~!@$^"],
    )
    def test_kept(self, share, name):
        directory = share.get_directory_client(name)
        directory.create_directory()
        assert names(share) == [name]
        assert directory.get_directory_properties().file_attributes == "Directory"
        a_file(directory, b"inside", name)
        assert names(share, name) == [name]

    @pytest.mark.parametrize(
        "name", ["a:b", "a|b", "a<b", "a>b", "a*b", 'a"b', "a\x01b", "x" * 256, "NUL", "con", "COM1", "Lpt9", "CLOCK$"]
    )
    def test_refused(self, share, name):
        for call in (lambda: share.create_directory(name), lambda: share.get_file_client(name).create_file(0)):
            with refused(400, "InvalidResourceName"):
                call()

    def test_letter_case_does_not_count(self, share):
        a_directory(share, "Grüße")
        found = share.get_directory_client("GRÜßE")
        a_file(found, b"x", "Read.Me")
        assert (names(share), names(share, "grüße")) == (["Grüße"], ["Read.Me"])
        assert share.get_file_client("GRÜßE/READ.ME").get_file_properties().size == 1

    def test_depth(self, share):
        with refused(404, "ParentNotFound"):
            share.create_directory("/".join(["d"] * 250))
        with refused(400, "InvalidFileOrDirectoryPathName"):
            share.create_directory("/".join(["d"] * 251))

    def test_length_of_a_path(self, share):
        with refused(400, "InvalidFileOrDirectoryPathName"):
            share.create_directory("/".join(["x" * 200] * 11))

    def test_two_levels_in_one_name(self, share):
        a_directory(share, "a")
        a_directory(share, "a/b")
        a_file(share.get_directory_client("a/b"), b"deep", "c.txt")
        assert share.get_file_client("a/b/c.txt").get_file_properties().size == 4
        assert share.get_file_client("a\\b\\c.txt").get_file_properties().size == 4


class TestTrailingDots:
    def test_dropped(self, share):
        a_directory(share, "d..")
        assert names(share) == ["d"]
        assert share.get_directory_client("d....").exists()

    def test_kept(self, share, files):
        keeping = type(share)(
            files.url,
            share.share_name,
            credential=files.credential,
            allow_trailing_dot=True,
            allow_source_trailing_dot=True,
            retry_total=0,
        )
        directory = a_directory(keeping, "d..")
        a_file(directory, b"x", "f.")
        assert (names(keeping), names(keeping, "d..")) == (["d.."], ["f."])
        assert not share.get_directory_client("d").exists()
        renamed = directory.rename_directory("e..")
        assert names(keeping) == ["e.."]
        renamed.delete_file("f.")
        renamed.delete_directory()

    def test_of_the_source_alone(self, share, files):
        keeping = type(share)(files.url, share.share_name, credential=files.credential, allow_trailing_dot=True, retry_total=0)
        directory = a_directory(keeping, "d..")
        with refused(404, "ResourceNotFound"):
            directory.rename_directory("e")
