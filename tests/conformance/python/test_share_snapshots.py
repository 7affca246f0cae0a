"""Snapshot Share: what a snapshot shows, that nothing is written to it, and how it goes."""

import pytest

import raw
from env import Seen, refused, unique
from file_env import LEASE, SHARE_SNAPSHOT, a_directory, a_file, ask, names, put, ranges, read

EARLIER = "2020-01-01T00:00:00.0000000Z"


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def at(files, share):
    """at(snapshot): the share as it was then."""
    return lambda snapshot: files.get_share_client(share.share_name, snapshot=snapshot)


class TestSnapshot:
    def test_answer(self, share):
        seen = Seen()
        answer = share.create_snapshot(raw_response_hook=seen)
        assert (seen.status, bool(SHARE_SNAPSHOT.match(answer["snapshot"]))) == (201, True)
        assert answer["etag"] == share.get_share_properties().etag

    def test_bytes_names_and_properties(self, share, root, at):
        directory = a_directory(share, "d", metadata={"then": "1"})
        file = a_file(directory, b"first", metadata={"then": "1"})
        a_file(root, b"removed", "removed")
        then = at(share.create_snapshot())
        put(file, b"XX")
        file.set_file_metadata({"now": "1"})
        a_file(directory, b"new", "new")
        share.get_file_client("removed").delete_file()
        directory = directory.rename_directory("e")
        directory.set_directory_metadata({"now": "1"})

        assert (names(share), names(share, "e")) == (["e"], ["file", "new"])
        assert read(share.get_file_client("e/file")) == b"XXrst"
        assert (names(then), names(then, "d")) == (["d", "removed"], ["file"])
        assert read(then.get_file_client("d/file")) == b"first"
        assert read(then.get_file_client("removed")) == b"removed"
        assert then.get_file_client("d/file").get_file_properties().metadata == {"then": "1"}
        assert then.get_directory_client("d").get_directory_properties().metadata == {"then": "1"}
        assert ranges(then.get_file_client("d/file").get_ranges()) == [(0, 4)]
        with refused(404, "ResourceNotFound"):
            then.get_file_client("d/new").get_file_properties()
        with refused(404, "ParentNotFound"):
            then.get_file_client("e/file").get_file_properties()

    def test_properties_and_metadata_of_the_share(self, share, at):
        share.set_share_metadata({"a": "1"})
        same = at(share.create_snapshot())
        own = at(share.create_snapshot(metadata={"b": "2"}))
        share.set_share_properties(quota=5)
        share.set_share_metadata({"c": "3"})
        assert same.get_share_properties().metadata == {"a": "1"}
        assert own.get_share_properties().metadata == {"b": "2"}
        assert (same.get_share_properties().quota, share.get_share_properties().quota) == (102400, 5)

    def test_many_of_one_file(self, share, root, at):
        file = a_file(root, b"0")
        taken = []
        for number in range(1, 6):
            taken.append(at(share.create_snapshot()))
            put(file, str(number).encode())
        assert [read(then.get_file_client("file")) for then in taken] == [b"0", b"1", b"2", b"3", b"4"]

    def test_metadata_that_is_none(self, share):
        with refused(400, "InvalidMetadata"):
            share.create_snapshot(metadata={"a-b": "1"})
        with refused(400, "MetadataTooLarge"):
            share.create_snapshot(metadata={"a": "x" * 8192})

    def test_two_hundred_at_most(self, share):
        for _ in range(200):
            share.create_snapshot()
        with refused(409, "ShareSnapshotCountExceeded"):
            share.create_snapshot()

    def test_missing(self, files, at):
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).create_snapshot()
        with refused(404, "ShareSnapshotNotFound"):
            at(EARLIER).get_share_properties()
        with refused(404, "ShareSnapshotNotFound"):
            at(EARLIER).get_file_client("file").get_file_properties()
        with refused(404, "ShareSnapshotNotFound"):
            read(at(EARLIER).get_file_client("file"))
        with refused(404, "ShareSnapshotNotFound"):
            list(at(EARLIER).list_directories_and_files())
        with refused(400, "InvalidQueryParameterValue"):
            at("yesterday").get_share_properties()


class TestReadOnly:
    def test_no_writes(self, share, root, at):
        a_file(root)
        snapshot = share.create_snapshot()["snapshot"]
        name = share.share_name
        writes = [
            ("PUT", f"/{name}/new", "", {"x-ms-type": "file", "x-ms-content-length": "1"}),
            ("PUT", f"/{name}/new", "restype=directory", {}),
            ("PUT", f"/{name}/file", "comp=metadata", {}),
            ("PUT", f"/{name}/file", "comp=properties", {}),
            ("PUT", f"/{name}/file", "comp=range", {"x-ms-write": "clear", "x-ms-range": "bytes=0-1"}),
            ("DELETE", f"/{name}/file", "", {}),
            ("PUT", f"/{name}", "restype=share&comp=metadata", {}),
            ("PUT", f"/{name}", "restype=share&comp=properties", {}),
            ("PUT", f"/{name}", "restype=share&comp=acl", {}),
        ]
        for method, path, query, headers in writes:
            answer = ask(method, path, f"{query}&sharesnapshot={snapshot}".lstrip("&"), headers)
            raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="sharesnapshot")
        assert names(at(snapshot)) == ["file"]

    def test_no_leases_of_files(self, share, root, at):
        file = a_file(root)
        file.acquire_lease(lease_id=LEASE)
        then = at(share.create_snapshot()).get_file_client("file")
        assert read(then) == b"hello"
        assert then.get_file_properties().lease.state is None


class TestDelete:
    def test_alone(self, share, root, at):
        a_file(root)
        first, second = share.create_snapshot(), share.create_snapshot()
        seen = Seen()
        at(first).delete_share(raw_response_hook=seen)
        assert seen.status == 202
        with refused(404, "ShareSnapshotNotFound"):
            at(first).get_share_properties()
        with refused(404, "ShareSnapshotNotFound"):
            at(first).delete_share()
        assert read(at(second).get_file_client("file")) == b"hello"

    def test_with_the_share(self, files):
        share = files.create_share(unique())
        share.create_snapshot()
        with refused(409, "ShareHasSnapshots"):
            share.delete_share()
        share.delete_share(delete_snapshots=True)
        with refused(404, "ShareNotFound"):
            share.get_share_properties()

    def test_never_with_the_others(self, share):
        snapshot = share.create_snapshot()["snapshot"]
        answer = ask(
            "DELETE", f"/{share.share_name}", f"restype=share&sharesnapshot={snapshot}", {"x-ms-delete-snapshots": "include"}
        )
        raw.expect(answer, 400, "InvalidQueryParameterValue")

    def test_leased(self, files):
        share = files.create_share(unique())
        snapshot = files.get_share_client(share.share_name, snapshot=share.create_snapshot())
        lease = snapshot.acquire_lease(lease_duration=-1)
        with refused(412, "LeaseIdMissing"):
            snapshot.delete_share()
        with refused(409, "DeleteShareWhenSnapshotLeased"):
            share.delete_share(delete_snapshots="include")
        assert snapshot.get_share_properties().lease.state == "leased"
        lease.break_lease()
        lease = snapshot.acquire_lease(lease_duration=-1)
        share.delete_share(delete_snapshots="include-leased")


class TestDiff:
    """List Ranges with prevsharesnapshot."""

    def test_written_and_cleared(self, share, root, at):
        file = a_file(root, 8192)
        put(file, b"x" * 1024, 0)
        put(file, b"x" * 512, 4096)
        before = share.create_snapshot()
        written, cleared = file.get_ranges_diff(before)
        assert (written, cleared) == ([], [])
        put(file, b"y" * 512, 512)
        file.clear_range(4096, 512)
        written, cleared = file.get_ranges_diff(before)
        assert (ranges(written), ranges(cleared)) == ([(512, 1023)], [(4096, 4607)])
        after = share.create_snapshot()
        put(file, b"z" * 512, 7680)
        written, cleared = at(after).get_file_client("file").get_ranges_diff(before)
        assert (ranges(written), ranges(cleared)) == ([(512, 1023)], [(4096, 4607)])
        written, cleared = file.get_ranges_diff(before, offset=4096, length=4096)
        assert (ranges(written), ranges(cleared)) == ([(7680, 8191)], [(4096, 4607)])

    def test_of_a_file_that_was_renamed(self, share, root):
        file = a_file(root, 1024)
        before = share.create_snapshot()
        renamed = file.rename_file("other")
        put(renamed, b"y" * 512)
        with refused(409, "PreviousSnapshotNotFound"):
            renamed.get_ranges_diff(before)
        written, _ = renamed.get_ranges_diff(before, include_renames=True)
        assert ranges(written) == [(0, 511)]

    def test_refusals(self, share, root, at):
        file = a_file(root, 1024)
        first = share.create_snapshot()
        second = share.create_snapshot()
        old = at(first).get_file_client("file")
        with refused(400, "PreviousSnapshotCannotBeNewer"):
            old.get_ranges_diff(second)
        with refused(409, "PreviousSnapshotNotFound"):
            file.get_ranges_diff(EARLIER)
        file.delete_file()
        a_file(root, 1024)
        with refused(409, "FileGenerationMismatch"):
            file.get_ranges_diff(first)
