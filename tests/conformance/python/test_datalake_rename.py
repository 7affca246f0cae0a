"""Rename of files and directories: over what is there, on conditions of both sides, with leases, and what refuses it."""

from datetime import datetime
from urllib.parse import quote

import pytest
from azure.core import MatchConditions
from azure.storage.filedatalake import FileSystemClient, FileSystemSasPermissions, generate_file_system_sas

from datalake_env import (
    ALICE,
    BOB,
    LEASE,
    OTHER_LEASE,
    READ_MISSING,
    a_directory,
    a_file,
    access_of,
    every_name,
    expect_json,
    headers_of,
    later,
    pytestmark as pytestmark,
    read,
)
from env import OPTIONS, OTHER_ETAG, refused


def to(file_system, name):
    """The SDK takes the new name with its filesystem."""
    return f"{file_system.file_system_name}/{name}"


class TestFile:
    def test_elsewhere_with_all_it_has(self, file_system):
        a_directory(file_system, "a")
        file = a_file(file_system, "from", metadata={"a": "1"}, owner=ALICE, group=BOB)
        before = file.get_file_properties()
        # Recordings of the service: the answer and the file have the ETag and the time of before.
        assert headers_of(file.rename_file, to(file_system, "a/to"))["ETag"] == before.etag
        renamed = file_system.get_file_client("a/to")
        after = renamed.get_file_properties()
        assert (read(renamed), after.etag, after.metadata) == (b"hello", before.etag, {"a": "1"})
        assert (after.last_modified, after.creation_time) == (before.last_modified, before.creation_time)
        assert access_of(renamed)[:2] == [ALICE, BOB]
        assert every_name(file_system) == ["a", "a/to"]
        with refused(404, READ_MISSING):
            file.get_file_properties()

    def test_over_a_file(self, file_system):
        file = a_file(file_system, "from", b"new")
        a_file(file_system, "to", b"old")
        with refused(409, "PathAlreadyExists"):
            file.rename_file(to(file_system, "to"), match_condition=MatchConditions.IfMissing)
        assert read(file.rename_file(to(file_system, "to"))) == b"new"
        assert every_name(file_system) == ["to"]

    def test_to_another_filesystem(self, lake, file_system):
        other = lake.a_file_system()
        renamed = a_file(file_system).rename_file(to(other, "moved"))
        assert (every_name(file_system), read(renamed)) == ([], b"hello")
        with refused(404, "FilesystemNotFound"):
            renamed.rename_file("nonesuch/moved")
        other.delete_file_system()

    def test_by_host_name(self, lake, file_system):
        there = lake.by_host().get_file_system_client(file_system.file_system_name)
        renamed = a_file(there).rename_file(to(file_system, "to"))
        assert (every_name(file_system), read(renamed)) == (["to"], b"hello")

    @pytest.mark.parametrize("name", ["a b", "a%20b", "a+b", "a=b&c", "ä", "it's (a) file!", "文件"])
    def test_names_that_need_encoding(self, lake, file_system, name):
        a_file(file_system, "from")
        path = f"/{file_system.file_system_name}"
        assert lake.ask("PUT", f"{path}/{quote(name)}", "mode=legacy", {"x-ms-rename-source": f"{path}/from"}).status == 201
        assert every_name(file_system) == [name]
        assert lake.ask("PUT", f"{path}/back", "mode=legacy", {"x-ms-rename-source": f"{path}/{quote(name)}"}).status == 201
        assert every_name(file_system) == ["back"]

    def test_what_is_not_there(self, file_system):
        with refused(404, "SourcePathNotFound") as info:
            file_system.get_file_client("none").rename_file(to(file_system, "to"))
        assert "The source path for a rename operation does not exist." in info.value.message

    def test_where_no_directory_is(self, file_system):
        file = a_file(file_system)
        with refused(404, "RenameDestinationParentPathNotFound") as info:
            file.rename_file(to(file_system, "none/to"))
        assert "The parent directory of the destination path does not exist." in info.value.message
        a_file(file_system, "other")
        with refused(409, "InvalidDestinationPath"):
            file.rename_file(to(file_system, "other/to"))

    def test_onto_a_directory(self, file_system):
        file, directory = a_file(file_system), a_directory(file_system)
        with refused(409, "InvalidSourceOrDestinationResourceType"):
            file.rename_file(to(file_system, "directory"))
        with refused(409, "InvalidSourceOrDestinationResourceType"):
            directory.rename_directory(to(file_system, "file"))

    def test_conditions_of_the_source(self, file_system):
        file = a_file(file_system)
        etag = file.get_file_properties().etag
        for options in (
            {"source_etag": OTHER_ETAG, "source_match_condition": MatchConditions.IfNotModified},
            {"source_etag": etag, "source_match_condition": MatchConditions.IfModified},
            {"source_if_modified_since": later()},
            {"source_if_unmodified_since": datetime(2020, 1, 1)},
        ):
            with refused(412, "SourceConditionNotMet"):
                file.rename_file(to(file_system, "to"), **options)
        file.rename_file(to(file_system, "to"), source_etag=etag, source_match_condition=MatchConditions.IfNotModified)

    def test_conditions_of_the_destination(self, file_system):
        file = a_file(file_system)
        etag = a_file(file_system, "to", b"old").get_file_properties().etag
        for options in (
            {"etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified},
            {"etag": etag, "match_condition": MatchConditions.IfModified},
            {"if_modified_since": later()},
        ):
            with refused(412, "ConditionNotMet"):
                file.rename_file(to(file_system, "to"), **options)
        assert read(file.rename_file(to(file_system, "to"), etag=etag, match_condition=MatchConditions.IfNotModified)) == b"hello"

    def test_leases_of_both_sides(self, file_system):
        file, other = a_file(file_system), a_file(file_system, "to", b"old")
        file.acquire_lease(-1, LEASE)
        with refused(412, "LeaseIdMissing"):
            file.rename_file(to(file_system, "new"))
        with refused(412, "LeaseIdMismatch"):
            file.rename_file(to(file_system, "new"), source_lease=OTHER_LEASE)
        other.acquire_lease(-1, OTHER_LEASE)
        with refused(412, "LeaseIdMissing"):
            file.rename_file(to(file_system, "to"), source_lease=LEASE)
        assert read(file.rename_file(to(file_system, "to"), source_lease=LEASE, lease=OTHER_LEASE)) == b"hello"

    def test_by_sas(self, lake, file_system):
        def sas(**permissions):
            return generate_file_system_sas(
                lake.name, file_system.file_system_name, lake.key, FileSystemSasPermissions(**permissions), expiry=later()
            )

        def there(token):
            return FileSystemClient(lake.url, file_system.file_system_name, credential=token, **OPTIONS)

        a_file(file_system)
        mover = sas(read=True, write=True, delete=True, create=True, move=True)
        renamed = there(mover).get_file_client("file").rename_file(f"{to(file_system, 'to')}?{mover}")
        assert read(renamed) == b"hello"
        with refused(403, "AuthorizationPermissionMismatch"):
            there(sas(read=True)).get_file_client("to").rename_file(f"{to(file_system, 'back')}?{mover}")


class TestDirectory:
    def test_with_everything_in_it(self, file_system):
        for name in ("from/a", "from/b/c", "from/b/d/e", "other/f"):
            a_file(file_system, name, name.encode())
        directory = file_system.get_directory_client("from")
        etag = directory.get_directory_properties().etag
        headers = headers_of(directory.rename_directory, to(file_system, "other/to"))
        assert (headers["ETag"], headers.get("x-ms-continuation")) == (etag, None)
        below = ["to", "to/a", "to/b", "to/b/c", "to/b/d", "to/b/d/e"]
        assert every_name(file_system) == ["other", "other/f", *(f"other/{name}" for name in below)]
        assert read(file_system.get_file_client("other/to/b/d/e")) == b"from/b/d/e"

    def test_over_an_empty_directory_not_over_a_full_one(self, file_system):
        a_file(file_system, "from/file")
        a_directory(file_system, "empty")
        a_file(file_system, "full/other")
        directory = file_system.get_directory_client("from")
        # As the service answered in azure-sdk-for-net #10425 and azure-sdk-for-python #10311.
        with refused(409, "DirectoryNotEmpty"):
            directory.rename_directory(to(file_system, "full"))
        directory.rename_directory(to(file_system, "empty"))
        assert every_name(file_system) == ["empty", "empty/file", "full", "full/other"]

    def test_into_itself(self, file_system):
        directory = a_directory(file_system, "a")
        a_directory(file_system, "a/b")
        for name in ("a/b/c", "a"):
            with refused(409, "InvalidRenameSourcePath"):
                directory.rename_directory(to(file_system, name))
        directory.rename_directory(to(file_system, "ab"))
        assert every_name(file_system) == ["ab", "ab/b"]

    def test_to_another_filesystem(self, lake, file_system):
        other = lake.a_file_system()
        a_file(file_system, "a/b/file")
        file_system.get_directory_client("a/b").rename_directory(to(other, "b"))
        assert (every_name(file_system), every_name(other)) == (["a"], ["b", "b/file"])
        other.delete_file_system()

    def test_posix_and_wrong_headers(self, lake, file_system):
        a_file(file_system, "from", metadata={"a": "1"})
        path = f"/{file_system.file_system_name}"

        def put(name, source, query="mode=posix", **headers):
            return lake.ask("PUT", f"{path}/{name}", query, {"x-ms-rename-source": source, **headers})

        assert put("to", f"{path}/from", **{"x-ms-properties": "b=Mg=="}).status == 201
        assert file_system.get_file_client("to").get_file_properties().metadata == {"b": "2"}
        assert put("back", f"{path}/to", "").status == 201
        # PathRenameMode of the specification: posix moves into a directory that is there, as mv does.
        a_directory(file_system, "directory")
        assert put("directory", f"{path}/back").status == 201
        assert every_name(file_system) == ["directory", "directory/back"]
        assert put("back", f"{path}/directory/back").status == 201
        expect_json(put("to", "nonsense"), 400, "InvalidSourceUri", "The source URI is invalid.")
        expect_json(put("to", path), 400, "InvalidSourceUri")
        expect_json(put("to", f"{path}/back", "mode=other"), 400, "InvalidQueryParameterValue")
        expect_json(put("to", "/nonesuch/back"), 404, "FilesystemNotFound")
