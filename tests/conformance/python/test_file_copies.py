"""Copy File and Abort Copy File: from files, snapshots and blobs, with every option, and what is refused."""

import pytest
from azure.storage.blob import BlobSasPermissions, generate_blob_sas
from azure.storage.fileshare import ContentSettings, FileSasPermissions, generate_file_sas

import raw
from env import ACCOUNT, GUID, KEY, Seen, refused, unique
from file_env import (
    ADMINISTRATORS,
    LEASE,
    OTHER_LEASE,
    OwnFiles,
    a_directory,
    a_file,
    ask,
    later,
    moment,
    put,
    ranges,
    read,
)

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def root(share):
    return share.get_directory_client()


@pytest.fixture
def source(root):
    """A file with bytes, headers and metadata."""
    return a_file(root, b"hello", "source", content_settings=ContentSettings(content_type="text/csv"), metadata={"a": "1"})


@pytest.fixture
def file(share):
    """A client of a file that is not there yet."""
    return share.get_file_client("file")


def done(file):
    """The properties of a file once its copy has ended."""
    found = file.get_file_properties()
    while found.copy.status == "pending":
        found = file.get_file_properties()
    return found


class TestFromFile:
    def test_at_once_within_an_account(self, source, file):
        seen = Seen()
        copied = file.start_copy_from_url(source.url, raw_response_hook=seen)
        assert (seen.status, copied["copy_status"]) == (202, "success")
        assert GUID.match(copied["copy_id"])
        found = file.get_file_properties()
        assert (found.copy.id, found.copy.source, found.copy.status) == (copied["copy_id"], source.url, "success")
        assert found.copy.progress == "5/5"
        assert (found.metadata, found.content_settings.content_type, found.etag) == ({"a": "1"}, "text/csv", copied["etag"])
        assert read(file) == b"hello"
        put(source, b"J")
        assert read(file) == b"hello"

    def test_metadata_of_its_own(self, source, file):
        file.start_copy_from_url(source.url, metadata={"b": "2"})
        assert file.get_file_properties().metadata == {"b": "2"}

    def test_from_another_share(self, files, source, file):
        other = files.create_share(unique())
        copy = other.get_file_client("copy")
        copy.start_copy_from_url(source.url)
        assert read(copy) == b"hello"
        other.delete_share()

    def test_from_a_snapshot(self, share, source, file):
        snapshot = share.create_snapshot()["snapshot"]
        put(source, b"J")
        file.start_copy_from_url(f"{source.url}?sharesnapshot={snapshot}")
        assert read(file) == b"hello"

    def test_over_another(self, root, source):
        file = a_file(root, b"something longer", metadata={"old": "1"})
        before = file.get_file_properties()
        file.start_copy_from_url(source.url)
        after = file.get_file_properties()
        assert (read(file), after.metadata, after.file_id) == (b"hello", {"a": "1"}, before.file_id)

    def test_sparse(self, root, file):
        source = a_file(root, 1 << 40, "source")
        put(source, b"x" * 512, 1 << 30)
        file.start_copy_from_url(source.url)
        assert ranges(file.get_ranges()) == [(1 << 30, (1 << 30) + 511)]

    def test_smb_properties(self, share, source, file):
        source.set_http_headers(ContentSettings(), "Hidden|System", moment(), moment(), file_permission=ADMINISTRATORS)
        shown = source.get_file_properties()
        file.start_copy_from_url(source.url)
        found = file.get_file_properties()
        assert (found.file_attributes, found.permission_key != shown.permission_key) == ("Archive", True)
        assert found.creation_time > moment()
        file.start_copy_from_url(
            source.url,
            file_permission="source",
            file_attributes="source",
            file_creation_time="source",
            file_last_write_time="source",
            file_change_time="source",
        )
        found = file.get_file_properties()
        assert (found.file_attributes, found.permission_key) == ("Hidden | System", shown.permission_key)
        times = found.creation_time, found.last_write_time, found.change_time
        assert times == (shown.creation_time, shown.last_write_time, shown.change_time)
        other = moment("2021-01-02T03:04:05.000001Z")
        file.start_copy_from_url(
            source.url,
            permission_key=shown.permission_key,
            file_attributes="None",
            file_creation_time=other,
            file_last_write_time=other,
            set_archive_attribute=True,
        )
        found = file.get_file_properties()
        assert (found.file_attributes, found.creation_time, found.last_write_time) == ("Archive", other, other)
        assert found.permission_key == shown.permission_key

    def test_over_one_that_is_read_only(self, root, source):
        file = a_file(root, 1, file_attributes="ReadOnly")
        with refused(409, "ReadOnlyAttribute"):
            file.start_copy_from_url(source.url)
        file.start_copy_from_url(source.url, ignore_read_only=True)
        assert read(file) == b"hello"

    def test_trailing_dots(self, share, files, root, source):
        keeping = type(share)(files.url, share.share_name, credential=files.credential, allow_trailing_dot=True,
                              allow_source_trailing_dot=True, retry_total=0)  # fmt: skip
        dotted = a_file(keeping.get_directory_client(), b"dots", "source.")
        copy = keeping.get_file_client("copy..")
        copy.start_copy_from_url(dotted.url)
        assert read(copy) == b"dots"

    def test_nfs(self, nfs_share):
        source = nfs_share.get_file_client("source")
        source.create_file(1, owner="7", group="8", file_mode="0640")
        copy = nfs_share.get_file_client("copy")

        def of():
            found = copy.get_file_properties()
            return found.file_mode, found.owner, found.group

        copy.start_copy_from_url(source.url)
        assert of() == ("0664", "0", "0")
        copy.start_copy_from_url(source.url, file_mode_copy_mode="source", owner_copy_mode="source")
        assert of() == ("0640", "7", "8")
        copy.start_copy_from_url(
            source.url, file_mode_copy_mode="override", owner_copy_mode="override", owner="1", group="2", file_mode="0600"
        )
        assert of() == ("0600", "1", "2")


class TestFromElsewhere:
    def test_from_a_blob(self, container, file):
        blob = container.upload_blob("blob", b"from a blob", metadata={"a": "1"})
        permission = BlobSasPermissions(read=True)
        token = generate_blob_sas(
            ACCOUNT, container.container_name, "blob", account_key=KEY, permission=permission, expiry=later(hours=1)
        )
        copied = file.start_copy_from_url(f"{blob.url}?{token}")
        found = done(file)
        assert (found.copy.id, found.copy.status, found.copy.progress) == (copied["copy_id"], "success", "11/11")
        assert (read(file), found.metadata) == (b"from a blob", {"a": "1"})

    def test_from_another_account(self, file):
        other = OwnFiles()
        source = a_file(other.a_share().get_directory_client(), b"far away")
        token = generate_file_sas(
            other.name,
            source.share_name,
            source.file_path,
            other.key,
            permission=FileSasPermissions(read=True),
            expiry=later(hours=1),
        )
        file.start_copy_from_url(f"{source.url}?{token}")
        assert (done(file).copy.status, read(file)) == ("success", b"far away")

    def test_without_a_signature(self, container, file):
        blob = container.upload_blob("blob", b"private")
        with refused(401, "CannotVerifyCopySource"):
            file.start_copy_from_url(blob.url)


class TestRefusals:
    def test_no_source(self, share, source, file):
        # Of the account's own files the code is that of reading it, as the service was seen to answer.
        with refused(404, "ResourceNotFound"):
            file.start_copy_from_url(source.url + "x")
        with refused(400, "InvalidHeaderValue"):
            file.start_copy_from_url("source")

    def test_where_it_cannot_go(self, files, share, source):
        a_directory(share, "d")
        for name, status, code in [
            ("d", 409, "ResourceTypeMismatch"),
            ("no/where", 404, "ParentNotFound"),
            ("a:b", 400, "InvalidResourceName"),
        ]:
            with refused(status, code):
                share.get_file_client(name).start_copy_from_url(source.url)
        with refused(404, "ShareNotFound"):
            files.get_share_client(unique()).get_file_client("f").start_copy_from_url(source.url)

    def test_quota(self, files, source):
        small = files.create_share(unique(), quota=1)
        a_file(small.get_directory_client(), (1 << 30) - 1)
        with refused(403, "ShareSizeLimitReached"):
            small.get_file_client("copy").start_copy_from_url(source.url)
        small.delete_share()

    def test_values(self, share, source, file):
        for options in ({"file_attributes": "Wooden"}, {"file_creation_time": "noon"}, {"file_last_write_time": "preserve"}):
            with refused(400, "InvalidHeaderValue"):
                file.start_copy_from_url(source.url, **options)
        with refused(400, "FileInvalidPermission"):
            file.start_copy_from_url(source.url, file_permission="everybody")
        with refused(400, "FileInvalidPermissionKey"):
            file.start_copy_from_url(source.url, permission_key="1*2")
        with refused(400, "InvalidMetadata"):
            file.start_copy_from_url(source.url, metadata={"a-b": "1"})
        override = {"x-ms-copy-source": source.url, "x-ms-file-permission-copy-mode": "override"}
        raw.expect(ask("PUT", f"/{share.share_name}/file", "", override), 400, "MissingRequiredHeader")

    def test_leased(self, root, source):
        file = a_file(root)
        with refused(412, "LeaseNotPresentWithFileOperation"):
            file.start_copy_from_url(source.url, lease=LEASE)
        lease = file.acquire_lease(lease_id=LEASE)
        with refused(412, "LeaseIdMissing"):
            file.start_copy_from_url(source.url)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            file.start_copy_from_url(source.url, lease=OTHER_LEASE)
        file.start_copy_from_url(source.url, lease=lease)
        assert read(file) == b"hello"


class TestAbort:
    def test_pending(self, waiting, file):
        copied = file.start_copy_from_url(waiting, metadata={"a": "1"})
        assert copied["copy_status"] == "pending"
        found = file.get_file_properties()
        assert (found.copy.status, found.copy.progress, found.size) == ("pending", "0/10", 10)
        for call in (lambda: put(file, b"x"), lambda: file.set_file_metadata({}), file.delete_file, lambda: file.create_file(1),
                     lambda: file.start_copy_from_url(waiting), lambda: file.rename_file("other")):  # fmt: skip
            with refused(409, "PendingCopyOperation"):
                call()
        with refused(409, "CopyIdMismatch"):
            file.abort_copy(NOBODY)
        seen = Seen()
        file.abort_copy(copied["copy_id"], raw_response_hook=seen)
        assert seen.status == 204
        found = file.get_file_properties()
        assert (found.copy.status, found.size, found.metadata) == ("aborted", 0, {"a": "1"})
        with refused(409, "NoPendingCopyOperation"):
            file.abort_copy(copied["copy_id"])

    def test_leased(self, waiting, root):
        file = a_file(root)
        lease = file.acquire_lease(lease_id=LEASE)
        copied = file.start_copy_from_url(waiting, lease=lease)
        with refused(412, "LeaseIdMissing"):
            file.abort_copy(copied["copy_id"])
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            file.abort_copy(copied["copy_id"], lease=OTHER_LEASE)
        file.abort_copy(copied["copy_id"], lease=lease)

    def test_nothing_to_abort(self, share, source, file):
        with refused(404, "ResourceNotFound"):
            file.abort_copy(NOBODY)
        with refused(404, "ParentNotFound"):
            share.get_file_client("no/where").abort_copy(NOBODY)
        with refused(409, "NoPendingCopyOperation"):
            source.abort_copy(NOBODY)
        with refused(400, "InvalidQueryParameterValue"):
            file.abort_copy("copynotstarted")
