"""Path Delete, and what soft delete keeps: listed, brought back, and gone after its days."""

from datetime import datetime, timezone

import pytest
from azure.core import MatchConditions
from azure.storage.filedatalake import RetentionPolicy

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
from env import OTHER_ETAG, refused

DAY = 24 * 3600


class TestDelete:
    def test_a_file(self, file_system):
        file = a_file(file_system, "a/file")
        assert headers_of(file.delete_file)["x-ms-delete-type-permanent"] == "true"
        assert every_name(file_system) == ["a"]
        with refused(404, "PathNotFound") as info:
            file.delete_file()
        assert "The specified path does not exist." in info.value.message
        with refused(404, READ_MISSING):
            file.get_file_properties()

    def test_a_directory_and_everything_in_it(self, file_system):
        for name in ("a/b/c/file", "a/file", "ab/file"):
            a_file(file_system, name)
        assert headers_of(file_system.get_directory_client("a").delete_directory).get("x-ms-continuation") is None
        assert every_name(file_system) == ["ab", "ab/file"]
        with refused(404, "PathNotFound"):
            file_system.delete_directory("a")

    def test_a_directory_that_is_not_empty(self, lake, file_system):
        """The SDK deletes recursively, always."""
        a_file(file_system, "a/file")
        for query in ("", "recursive=false"):
            answer = lake.ask("DELETE", f"/{file_system.file_system_name}/a", query)
            expect_json(answer, 409, "DirectoryNotEmpty", "The recursive query parameter value must be true to delete a non-empty directory.")
        expect_json(lake.ask("DELETE", f"/{file_system.file_system_name}/a", "recursive=perhaps"), 400, "InvalidQueryParameterValue")
        answer = lake.ask("DELETE", f"/{file_system.file_system_name}/a", "recursive=true&paginated=true")
        assert (answer.status, answer.headers.get("x-ms-continuation"), every_name(file_system)) == (200, None, [])

    def test_conditions(self, file_system):
        file = a_file(file_system)
        found = file.get_file_properties()
        for options in (
            {"etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified},
            {"etag": found.etag, "match_condition": MatchConditions.IfModified},
            {"if_modified_since": found.last_modified},
            {"if_unmodified_since": datetime(2020, 1, 1)},
        ):
            with refused(412, "ConditionNotMet"):
                file.delete_file(**options)
        directory = a_directory(file_system)
        with refused(412, "ConditionNotMet"):
            directory.delete_directory(if_modified_since=directory.get_directory_properties().last_modified)
        file.delete_file(etag=found.etag, match_condition=MatchConditions.IfNotModified, if_unmodified_since=later())

    def test_leases(self, file_system):
        file = a_file(file_system, "a/file")
        file.acquire_lease(-1, LEASE)
        with refused(412, "LeaseIdMissing"):
            file.delete_file()
        with refused(412, "LeaseIdMismatch"):
            file.delete_file(lease=OTHER_LEASE)
        file.delete_file(lease=LEASE)
        with refused(412, "LeaseNotPresent"):
            a_file(file_system, "a/file").delete_file(lease=LEASE)
        directory = file_system.get_directory_client("a")
        directory.acquire_lease(-1, LEASE)
        with refused(412, "LeaseIdMissing"):
            directory.delete_directory()
        directory.delete_directory(lease=LEASE)


class TestSoftDelete:
    @pytest.fixture
    def protected(self, own_lake):
        """A filesystem of an account that keeps deleted paths for two days."""
        own_lake.service.set_service_properties(delete_retention_policy=RetentionPolicy(True, 2))
        return own_lake.a_file_system()

    @staticmethod
    def deleted(file_system, **options):
        return [item.name for item in file_system.list_deleted_paths(**options)]

    def test_a_file(self, protected):
        file = a_file(protected, "a/file", metadata={"a": "1"}, owner=ALICE, group=BOB)
        before = file.get_file_properties()
        headers = headers_of(file.delete_file)
        assert headers["x-ms-delete-type-permanent"] == "false"
        [item] = protected.list_deleted_paths()
        assert (item.name, item.deletion_id, item.remaining_retention_days) == ("a/file", headers["x-ms-deletion-id"], 1)
        assert abs((item.deleted_time - datetime.now(timezone.utc)).total_seconds()) < 60
        protected._undelete_path("a/file", item.deletion_id)
        after = file.get_file_properties()
        assert (read(file), after.etag, after.last_modified, after.metadata) == (b"hello", before.etag, before.last_modified, {"a": "1"})
        assert access_of(file)[:2] == [ALICE, BOB]
        assert self.deleted(protected) == []

    def test_a_directory_with_everything_in_it(self, protected):
        for name in ("a/b/c/file", "a/file"):
            a_file(protected, name, name.encode())
        protected.delete_directory("a")
        [item] = protected.list_deleted_paths()
        assert item.name == "a"
        restored = protected._undelete_path("a", item.deletion_id)
        assert type(restored).__name__ == "DataLakeDirectoryClient"
        assert every_name(protected) == ["a", "a/b", "a/b/c", "a/b/c/file", "a/file"]
        assert read(protected.get_file_client("a/b/c/file")) == b"a/b/c/file"

    def test_one_name_twice(self, protected):
        for content in (b"one", b"two"):
            a_file(protected, content=content).delete_file()
        first, second = sorted(item.deletion_id for item in protected.list_deleted_paths())
        protected._undelete_path("file", first)
        assert read(protected.get_file_client("file")) == b"one"
        # The reference: a path that exists is not overwritten by one that comes back.
        with refused(409, "PathAlreadyExists"):
            protected._undelete_path("file", second)

    def test_listed_by_prefix_and_in_pages(self, protected):
        every = ["a/1", "a/b/2", "c", "d"]
        for name in every:
            a_file(protected, name).delete_file()
        assert self.deleted(protected) == every
        assert self.deleted(protected, path_prefix="a/") == ["a/1", "a/b/2"]
        pages = protected.list_deleted_paths(results_per_page=3).by_page()
        assert len(list(next(pages))) == 3
        assert [item.name for item in next(protected.list_deleted_paths().by_page(pages.continuation_token))] == ["d"]

    # The SDK decodes the name it is given, and encodes that: no name with an escape in it can be undeleted by it.
    @pytest.mark.parametrize("name", ["a b", "ä/ö+", "it's (a) file!"])
    def test_names_that_need_encoding(self, protected, name):
        a_file(protected, name).delete_file()
        [item] = protected.list_deleted_paths()
        assert item.name == name
        protected._undelete_path(name, item.deletion_id)
        assert read(protected.get_file_client(name)) == b"hello"

    def test_gone_after_its_days(self, own_lake, protected):
        a_file(protected).delete_file()
        [item] = protected.list_deleted_paths()
        own_lake.advance(2 * DAY)
        assert self.deleted(protected) == []
        with refused(404, "BlobNotFound"):
            protected._undelete_path("file", item.deletion_id)

    def test_what_was_never_deleted(self, protected):
        with refused(404, "BlobNotFound"):
            protected._undelete_path("none", "133360212478674674")

    def test_overwriting_keeps_nothing(self, protected):
        # The page on soft delete lists, for hierarchical accounts, deleted files and directories and nothing of overwritten ones.
        a_file(protected).create_file()
        assert self.deleted(protected) == []
