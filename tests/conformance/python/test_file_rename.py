"""Rename File and Rename Directory, with every option."""

import pytest
from azure.storage.fileshare import ShareSasPermissions, generate_share_sas

import raw
from env import ACCOUNT, KEY, Seen, refused, unique
from file_env import (
    ADMINISTRATORS,
    FILE_ENDPOINT,
    LEASE,
    OTHER_LEASE,
    a_directory,
    a_file,
    ask,
    later,
    moment,
    names,
    put,
    read,
    with_sas,
)


@pytest.fixture
def root(share):
    return share.get_directory_client()


class TestFile:
    def test_elsewhere(self, share, root):
        directory = a_directory(share, "d")
        file = a_file(root, b"hello", "from", metadata={"a": "1"})
        before = file.get_file_properties()
        seen = Seen()
        renamed = file.rename_file("d/to", raw_response_hook=seen)
        assert seen.status == 200
        after = renamed.get_file_properties()
        assert (read(renamed), after.metadata, after.file_id) == (b"hello", {"a": "1"}, before.file_id)
        assert after.parent_id == directory.get_directory_properties().file_id
        assert (after.creation_time, after.last_write_time) == (before.creation_time, before.last_write_time)
        assert seen.headers["x-ms-file-id"] == before.file_id
        assert not file.exists()
        with refused(404, "ResourceNotFound"):
            file.rename_file("other")

    def test_with_other_properties(self, share, root):
        file = a_file(root, b"hello", "from", metadata={"a": "1"})
        renamed = file.rename_file(
            "to",
            file_attributes="Hidden",
            file_creation_time=moment(),
            file_last_write_time=moment(),
            metadata={"b": "2"},
            content_type="text/csv",
            file_permission=ADMINISTRATORS,
        )
        found = renamed.get_file_properties()
        assert (found.file_attributes, found.creation_time, found.last_write_time) == ("Hidden", moment(), moment())
        assert (found.metadata, found.content_settings.content_type) == ({"b": "2"}, "text/csv")
        assert share.get_permission_for_share(found.permission_key) == ADMINISTRATORS

    def test_only_another_letter_case(self, share, root):
        a_file(root, b"hello", "name").rename_file("NAME")
        assert names(share) == ["NAME"]

    def test_over_another(self, share, root):
        file = a_file(root, b"new", "from")
        a_file(root, 3, "to", file_attributes="ReadOnly")
        with refused(409, "ResourceAlreadyExists"):
            file.rename_file("to")
        with refused(409, "ResourceAlreadyExists"):
            file.rename_file("to", overwrite=False)
        with refused(409, "ReadOnlyAttribute"):
            file.rename_file("to", overwrite=True)
        renamed = file.rename_file("to", overwrite=True, ignore_read_only=True)
        assert (names(share), read(renamed)) == (["to"], b"new")

    def test_over_a_directory(self, share, root):
        a_directory(share, "d")
        with refused(409, "ResourceAlreadyExists"):
            a_file(root).rename_file("d", overwrite=True)

    def test_where_it_cannot_go(self, root, share, files):
        file = a_file(root)
        with refused(404, "ParentNotFound"):
            file.rename_file("no/where")
        with refused(400, "InvalidResourceName"):
            file.rename_file("a:b")
        other = files.create_share(unique())
        answer = ask("PUT", f"/{other.share_name}/file", "comp=rename", {"x-ms-file-rename-source": file.url})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-file-rename-source")
        other.delete_share()
        answer = ask("PUT", f"/{share.share_name}/to", "comp=rename", {"x-ms-file-rename-source": "file"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-file-rename-source")

    def test_what_is_a_directory(self, share):
        a_directory(share, "d")
        with refused(409, "ResourceTypeMismatch"):
            share.get_file_client("d").rename_file("e")

    def test_values(self, root):
        file = a_file(root)
        for options in ({"file_attributes": "Wooden"}, {"file_creation_time": "noon"}):
            with refused(400, "InvalidHeaderValue"):
                file.rename_file("to", **options)
        with refused(400, "FileInvalidPermission"):
            file.rename_file("to", file_permission="everybody")
        with refused(400, "InvalidMetadata"):
            file.rename_file("to", metadata={"a-b": "1"})

    def test_leased(self, root):
        file, other = a_file(root, b"new", "from"), a_file(root, b"old", "to")
        mine = file.acquire_lease(lease_id=LEASE)
        theirs = other.acquire_lease(lease_id=OTHER_LEASE)
        with refused(412, "LeaseIdMissing"):
            file.rename_file("to", overwrite=True, destination_lease=theirs)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            file.rename_file("to", overwrite=True, source_lease=theirs, destination_lease=theirs)
        with refused(412, "LeaseIdMissing"):
            file.rename_file("to", overwrite=True, source_lease=mine)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            file.rename_file("to", overwrite=True, source_lease=mine, destination_lease=mine)
        renamed = file.rename_file("to", overwrite=True, source_lease=mine, destination_lease=theirs)
        assert read(renamed) == b"new"

    def test_lease_ids_of_nobody(self, root):
        with refused(412, "LeaseNotPresentWithFileOperation"):
            a_file(root).rename_file("to", source_lease=LEASE)

    def test_by_sas(self, share, root):
        a_file(root, b"hello")
        token = generate_share_sas(
            ACCOUNT,
            share.share_name,
            KEY,
            permission=ShareSasPermissions(read=True, write=True, delete=True),
            expiry=later(hours=1),
        )
        mine = with_sas(share.get_file_client("file"), token)
        assert read(mine.rename_file("to?" + token)) == b"hello"


class TestDirectory:
    def test_with_all_it_holds(self, share):
        a_directory(share, "a")
        a_directory(share, "a/b")
        file = a_file(share.get_directory_client("a/b"), b"deep")
        before = file.get_file_properties()
        seen = Seen()
        renamed = share.get_directory_client("a").rename_directory("z", raw_response_hook=seen)
        assert seen.status == 200
        assert renamed.exists()
        assert (names(share), names(share, "z/b")) == (["z"], ["file"])
        after = share.get_file_client("z/b/file").get_file_properties()
        assert (after.etag, after.file_id, after.last_modified) == (before.etag, before.file_id, before.last_modified)
        with refused(404, "ParentNotFound"):
            file.get_file_properties()

    def test_with_other_properties(self, share):
        directory = a_directory(share, "from", metadata={"a": "1"})
        key = share.create_permission_for_share(ADMINISTRATORS)
        renamed = directory.rename_directory(
            "to", file_attributes="Hidden", file_creation_time=moment(), metadata={"b": "2"}, permission_key=key
        )
        found = renamed.get_directory_properties()
        assert (found.file_attributes, found.creation_time, found.metadata) == ("Hidden | Directory", moment(), {"b": "2"})
        assert found.permission_key == key

    def test_over_a_file(self, share, root):
        directory = a_directory(share, "d")
        a_file(root, 1, file_attributes="ReadOnly")
        with refused(409, "ResourceAlreadyExists"):
            directory.rename_directory("file")
        with refused(409, "ReadOnlyAttribute"):
            directory.rename_directory("file", overwrite=True)
        directory.rename_directory("file", overwrite=True, ignore_read_only=True)
        assert [(item.name, item.is_directory) for item in share.list_directories_and_files()] == [("file", True)]

    def test_over_a_leased_file(self, share, root):
        directory = a_directory(share, "d")
        lease = a_file(root).acquire_lease(lease_id=LEASE)
        with refused(412, "LeaseIdMissing"):
            directory.rename_directory("file", overwrite=True)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            directory.rename_directory("file", overwrite=True, destination_lease=OTHER_LEASE)
        directory.rename_directory("file", overwrite=True, destination_lease=lease)
        assert share.get_directory_client("file").exists()

    def test_never_over_a_directory(self, share):
        directory = a_directory(share, "d")
        a_directory(share, "e")
        with refused(409, "ResourceAlreadyExists"):
            directory.rename_directory("e", overwrite=True)

    def test_never_into_itself(self, share):
        directory = a_directory(share, "a")
        a_directory(share, "a/b")
        # The reference names no code for this.
        with refused(400, "InvalidInput"):
            directory.rename_directory("a/b/c")
        assert names(share, "a") == ["b"]

    def test_where_it_cannot_go(self, share, root):
        directory = a_directory(share, "d")
        with refused(404, "ParentNotFound"):
            directory.rename_directory("no/where")
        with refused(400, "InvalidResourceName"):
            directory.rename_directory("a*b")
        with refused(400, "InvalidHeaderValue"):
            directory.rename_directory("e", file_attributes="Wooden")
        with refused(404, "ResourceNotFound"):
            share.get_directory_client("missing").rename_directory("e")
        a_file(root)
        with refused(409, "ResourceTypeMismatch"):
            share.get_directory_client("file").rename_directory("e")
        answer = ask(
            "PUT",
            f"/{share.share_name}/e",
            "restype=directory&comp=rename",
            {"x-ms-file-rename-source": f"{FILE_ENDPOINT}/other/d"},
        )
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-file-rename-source")

    def test_while_it_is_written_to(self, share):
        file = a_file(a_directory(share, "a"), 10)
        put(file, b"1")
        share.get_directory_client("a").rename_directory("b")
        moved = share.get_file_client("b/file")
        put(moved, b"2", 1)
        assert read(moved, 0, 2) == b"12"
