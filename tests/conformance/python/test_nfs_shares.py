"""Shares whose protocol is NFS: mode, owner and group, symbolic links, hard links, letter case."""

import pytest
from azure.storage.fileshare import ContentSettings

import raw
from env import Seen, refused, unique
from file_env import LEASE, OTHER_LEASE, a_directory, a_file, ask, names, put, read

TEXT = ContentSettings(content_type="text/plain")


@pytest.fixture
def root(nfs_share):
    return nfs_share.get_directory_client()


@pytest.fixture
def file(root):
    return a_file(root)


def of(found):
    return found.file_mode, found.owner, found.group, found.nfs_file_type


class TestProperties:
    def test_of_what_was_given_none(self, root, file):
        found = file.get_file_properties()
        assert of(found) == ("0664", "0", "0", "Regular")
        assert (found.link_count, found.file_attributes, found.permission_key) == (1, None, None)
        directory = a_directory(root, "d").get_directory_properties()
        assert of(directory) == ("0755", "0", "0", "Directory")

    def test_given(self, nfs_share, root):
        root.get_file_client("f").create_file(5, owner="345", group="123", file_mode="7777")
        nfs_share.create_directory("d", owner="1", group="2", file_mode="0700")
        assert of(nfs_share.get_file_client("f").get_file_properties()) == ("7777", "345", "123", "Regular")
        assert of(nfs_share.get_directory_client("d").get_directory_properties()) == ("0700", "1", "2", "Directory")

    def test_set(self, nfs_share, file):
        seen = Seen()
        file.set_http_headers(TEXT, owner="7", group="8", file_mode="0644", raw_response_hook=seen)
        assert [seen.headers[f"x-ms-{name}"] for name in ("owner", "group", "mode", "link-count")] == ["7", "8", "0644", "1"]
        file.set_http_headers(TEXT, file_mode="0600")
        assert of(file.get_file_properties()) == ("0600", "7", "8", "Regular")
        directory = a_directory(nfs_share, "d")
        directory.set_http_headers(owner="9", file_mode="0711")
        assert of(directory.get_directory_properties()) == ("0711", "9", "0", "Directory")

    def test_download(self, file):
        found = file.download_file().properties
        assert of(found)[:3] == ("0664", "0", "0")

    @pytest.mark.parametrize("options", [{"file_mode": "0999"}, {"file_mode": "12345"}, {"owner": "root"}, {"group": "-1"}])
    def test_values(self, root, options):
        with refused(400, "InvalidHeaderValue"):
            root.get_file_client("f").create_file(1, **options)

    def test_nothing_of_smb(self, root):
        for options in ({"file_attributes": "Hidden"}, {"file_permission": "inherit"}):
            with refused(400, "UnsupportedHeader"):
                root.get_file_client("f").create_file(1, **options)

    def test_nothing_of_this_on_smb_shares(self, share):
        with refused(400, "UnsupportedHeader"):
            share.get_file_client("f").create_file(1, owner="1")
        with refused(400, "UnsupportedHeader"):
            share.create_directory("d", file_mode="0700")

    def test_letter_case_counts(self, nfs_share, root):
        a_file(root, b"lower", "name")
        a_file(root, b"upper", "NAME")
        assert names(nfs_share) == ["NAME", "name"]
        assert read(nfs_share.get_file_client("NAME")) == b"upper"


class TestHardLink:
    def test_one_more_name(self, nfs_share, file):
        directory = a_directory(nfs_share, "d")
        link = directory.get_file_client("link")
        seen = Seen()
        answer = link.create_hardlink("/file", raw_response_hook=seen)
        assert (seen.status, seen.headers["x-ms-link-count"], seen.headers["x-ms-file-file-type"]) == (201, "2", "Regular")
        assert answer["file_id"] == file.get_file_properties().file_id == link.get_file_properties().file_id
        put(link, b"J")
        assert read(file) == b"Jello"
        seen = Seen()
        file.delete_file(raw_response_hook=seen)
        assert seen.headers["x-ms-link-count"] == "1"
        assert (read(link), link.get_file_properties().link_count) == (b"Jello", 1)
        link.delete_file()
        assert names(nfs_share, "d") == []

    def test_refusals(self, nfs_share, root, file, share):
        link = root.get_file_client("link")
        with refused(404, "ResourceNotFound"):
            link.create_hardlink("/missing")
        with refused(409, "ResourceAlreadyExists"):
            file.create_hardlink("/file")
        a_directory(nfs_share, "d")
        with refused(409, "ResourceTypeMismatch"):
            link.create_hardlink("/d")
        with refused(404, "ParentNotFound"):
            nfs_share.get_file_client("no/where").create_hardlink("/file")
        with refused(400, "InvalidQueryParameterValue"):
            share.get_file_client("link").create_hardlink("/file")
        answer = ask("PUT", f"/{nfs_share.share_name}/link", "restype=hardlink", {"x-ms-type": "file"})
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-file-target-file")

    def test_leased(self, root, file):
        link = root.get_file_client("link")
        with refused(412, "LeaseNotPresentWithFileOperation"):
            link.create_hardlink("/file", lease=LEASE)
        lease = file.acquire_lease(lease_id=LEASE)
        with refused(412, "LeaseIdMissing"):
            link.create_hardlink("/file")
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            link.create_hardlink("/file", lease=OTHER_LEASE)
        link.create_hardlink("/file", lease=lease.id)


class TestSymbolicLink:
    def test_life(self, root, nfs_share):
        link = root.get_file_client("link")
        seen = Seen()
        moment = "2020-01-02T03:04:05.1234567Z"
        link.create_symlink(
            "../other%20share/f",
            metadata={"a": "1"},
            owner="3",
            group="4",
            file_creation_time=moment,
            file_last_write_time=moment,
            raw_response_hook=seen,
        )
        assert seen.status == 201
        assert (seen.headers["x-ms-file-file-type"], seen.headers["x-ms-owner"], seen.headers["x-ms-group"]) == (
            "SymLink",
            "3",
            "4",
        )
        assert seen.headers["x-ms-file-creation-time"] == moment
        assert link.get_symlink()["link_text"] == "../other%20share/f"  # this SDK leaves the encoding to its caller
        assert names(nfs_share) == ["link"]
        found = link.get_file_properties()
        assert (of(found), found.size) == (("0664", "3", "4", "SymLink"), 0)
        link.delete_file()
        assert names(nfs_share) == []

    def test_is_no_file(self, root):
        link = root.get_file_client("link")
        link.create_symlink("file")
        with refused(409, "ResourceTypeMismatch"):
            read(link)
        with refused(409, "ResourceTypeMismatch"):
            put(link, b"x")

    def test_in_a_snapshot(self, files, nfs_share, root):
        link = root.get_file_client("link")
        link.create_symlink("then")
        snapshot = nfs_share.create_snapshot()
        link.delete_file()
        link.create_symlink("now")
        then = files.get_share_client(nfs_share.share_name, snapshot=snapshot).get_file_client("link")
        assert (then.get_symlink()["link_text"], link.get_symlink()["link_text"]) == ("then", "now")

    def test_refusals(self, nfs_share, root, file, share):
        link = root.get_file_client("link")
        with refused(404, "ResourceNotFound"):
            link.get_symlink()
        with refused(409, "ResourceTypeMismatch"):
            file.get_symlink()
        with refused(409, "ResourceAlreadyExists"):
            file.create_symlink("x")
        with refused(404, "ParentNotFound"):
            nfs_share.get_file_client("no/where").create_symlink("x")
        with refused(404, "ParentNotFound"):
            nfs_share.get_file_client("no/where").get_symlink()
        with refused(400, "InvalidHeaderValue"):
            link.create_symlink("x", owner="root")
        with refused(400, "InvalidHeaderValue"):
            link.create_symlink("x" * 5000)
        with refused(400, "InvalidQueryParameterValue"):
            share.get_file_client("link").create_symlink("x")
        path = f"/{nfs_share.share_name}/link"
        raw.expect(ask("PUT", path, "restype=symboliclink", {"x-ms-link-text": "x", "x-ms-meta-a-b": "1"}), 400, "InvalidMetadata")
        raw.expect(ask("PUT", path, "restype=symboliclink"), 400, "MissingRequiredHeader", HeaderName="x-ms-link-text")
        missing = type(share)(share.url.rsplit("/", 1)[0], unique(), credential=share.credential, retry_total=0)
        with refused(404, "ShareNotFound"):
            missing.get_file_client("link").create_symlink("x")
