"""Copy Blob and Abort Copy Blob, Copy Blob From URL, and what is written from a URL."""

from datetime import datetime, timezone
from urllib.parse import quote

import pytest
from azure.core import MatchConditions
from azure.storage.blob import ContainerSasPermissions, generate_container_sas

from env import ACCOUNT, DAY, GUID, KEY, OTHER_ETAG, refused, text_of

OTHER_MD5 = bytearray(16)


@pytest.fixture
def source(container):
    blob = container.get_blob_client("from")
    blob.upload_blob(b"hello", metadata={"a": "1"})
    return blob


@pytest.fixture
def signed(container):
    """The URL of a blob in the container with a SAS: what is written from a URL needs one also within an account."""
    sas = generate_container_sas(
        ACCOUNT, container.container_name, account_key=KEY,
        permission=ContainerSasPermissions(read=True), expiry=datetime.now(timezone.utc) + DAY,
    )  # fmt: skip
    return lambda name: f"{container.get_blob_client(name).url}?{sas}"


def test_copy_is_done_at_once_within_an_account(source, blob):
    copied = blob.start_copy_from_url(source.url)
    assert GUID.match(copied["copy_id"])
    assert copied["copy_status"] == "success"
    found = blob.get_blob_properties()
    assert (found.copy.id, found.copy.source, found.copy.status) == (copied["copy_id"], source.url, "success")
    assert (found.copy.progress, found.metadata) == ("5/5", {"a": "1"})
    assert text_of(blob) == b"hello"


def test_copy_judges_its_source(source, blob):
    with refused(404, "CannotVerifyCopySource"):
        blob.start_copy_from_url(source.url + "x")
    with refused(412, "SourceConditionNotMet"):
        blob.start_copy_from_url(source.url, source_etag=OTHER_ETAG, source_match_condition=MatchConditions.IfNotModified)


def test_pending_copy_locks_its_destination_until_it_is_aborted(waiting, blob):
    copied = blob.start_copy_from_url(waiting)
    assert copied["copy_status"] == "pending"
    with refused(409, "PendingCopyOperation"):
        blob.upload_blob(b"other", overwrite=True)
    with refused(400, "InvalidQueryParameterValue"):
        blob.abort_copy("copynotstarted")
    with refused(409, "CopyIdMismatch"):
        blob.abort_copy("00000000-0000-0000-0000-000000000000")
    blob.abort_copy(copied["copy_id"])
    found = blob.get_blob_properties()
    assert (found.copy.status, found.size) == ("aborted", 0)
    with refused(409, "NoPendingCopyOperation"):
        blob.abort_copy(copied["copy_id"])


def test_incremental_copy_takes_snapshot_after_snapshot(container):
    disk = container.get_blob_client("disk")
    disk.create_page_blob(1024)
    first = disk.create_snapshot()["snapshot"]
    disk.upload_page(b"b" * 512, offset=512, length=512)
    second = disk.create_snapshot()["snapshot"]
    backup = container.get_blob_client("backup")
    for snapshot, last in ((first, bytes(2)), (second, b"bb")):
        started = backup.start_copy_from_url(f"{disk.url}?snapshot={quote(snapshot)}", incremental_copy=True)
        assert started["copy_status"] == "pending"
        found = backup.get_blob_properties()
        while found.copy.status == "pending":
            found = backup.get_blob_properties()
        assert (found.copy.status, found.copy.id, found.copy.incremental_copy) == ("success", started["copy_id"], True)
        copied = container.get_blob_client("backup", snapshot=found.copy.destination_snapshot)
        assert copied.download_blob(offset=1022, length=2).readall() == last
    with refused(409, "IncrementalCopyOfEarlierSnapshotNotAllowed"):
        backup.start_copy_from_url(f"{disk.url}?snapshot={quote(first)}", incremental_copy=True)
    with refused(409, "OperationNotAllowedOnIncrementalCopyBlob"):
        backup.download_blob()
    changed, cleared = disk.get_page_range_diff_for_managed_disk(f"{disk.url}?snapshot={quote(first)}")
    assert (changed, cleared) == ([{"start": 512, "end": 1023}], [])


def test_incremental_copy_takes_nothing_but_snapshots_of_one_blob(container):
    disk, other, backup = (container.get_blob_client(name) for name in ("disk", "other", "backup"))
    disk.create_page_blob(512)
    snapshot = disk.create_snapshot()["snapshot"]
    with refused(409, "IncrementalCopySourceMustBeSnapshot"):
        backup.start_copy_from_url(disk.url, incremental_copy=True)
    with refused(404, "CannotVerifyCopySource"):
        backup.start_copy_from_url(f"{disk.url}?snapshot=2026-01-01T00:00:00.0000000Z", incremental_copy=True)
    other.create_page_blob(512)
    with refused(409, "IncrementalCopyBlobMismatch"):
        other.start_copy_from_url(f"{disk.url}?snapshot={quote(snapshot)}", incremental_copy=True)


def test_copy_from_url(source, signed, blob):
    copied = blob.start_copy_from_url(signed("from"), requires_sync=True)
    assert copied["copy_status"] == "success"
    assert text_of(blob) == b"hello"
    with refused(404, "CannotVerifyCopySource"):
        blob.start_copy_from_url(signed("missing"), requires_sync=True)


def test_put_blob_from_url(source, signed, blob):
    blob.upload_blob_from_url(signed("from"), overwrite=True)
    assert text_of(blob) == b"hello"
    with refused(400, "Md5Mismatch"):
        blob.upload_blob_from_url(signed("from"), overwrite=True, source_content_md5=OTHER_MD5)
    with refused(404, "CannotVerifyCopySource"):
        blob.upload_blob_from_url(signed("missing"), overwrite=True)


def test_a_source_that_is_not_modified(source, signed, blob):
    known = {"source_etag": source.get_blob_properties().etag, "source_match_condition": MatchConditions.IfModified}
    with refused(304, "CannotVerifyCopySource"):
        blob.upload_blob_from_url(signed("from"), overwrite=True, **known)
    with refused(412, "SourceConditionNotMet"):
        blob.start_copy_from_url(source.url, **known)


def test_put_block_from_url(source, signed, blob):
    blob.stage_block_from_url("AAAA", signed("from"), source_offset=1, source_length=3)
    blob.commit_block_list(["AAAA"])
    assert text_of(blob) == b"ell"
    with refused(404, "CannotVerifyCopySource"):
        blob.stage_block_from_url("AAAB", signed("missing"))
    with refused(400, "Md5Mismatch"):
        blob.stage_block_from_url("AAAB", signed("from"), source_content_md5=OTHER_MD5)


def test_append_block_from_url(source, signed, blob):
    blob.create_append_blob()
    blob.append_block_from_url(signed("from"), source_offset=0, source_length=5)
    assert text_of(blob) == b"hello"
    with refused(404, "CannotVerifyCopySource"):
        blob.append_block_from_url(signed("missing"))
    with refused(412, "AppendPositionConditionNotMet"):
        blob.append_block_from_url(signed("from"), appendpos_condition=1)


def test_put_page_from_url(source, signed, blob):
    source.upload_blob(b"x" * 1024, overwrite=True)
    blob.create_page_blob(1024)
    blob.upload_pages_from_url(signed("from"), offset=0, length=512, source_offset=512)
    assert text_of(blob) == b"x" * 512 + bytes(512)
    with refused(404, "CannotVerifyCopySource"):
        blob.upload_pages_from_url(signed("missing"), offset=0, length=512, source_offset=0)


def test_a_private_source_needs_a_signature(source, container, blob):
    """Copy Blob alone reads what is in its own account without one."""
    blob.start_copy_from_url(source.url)
    with refused(401, "CannotVerifyCopySource"):
        blob.start_copy_from_url(source.url, requires_sync=True)
    with refused(401, "CannotVerifyCopySource"):
        blob.upload_blob_from_url(source.url, overwrite=True)
    with refused(401, "CannotVerifyCopySource"):
        blob.stage_block_from_url("AAAA", source.url)
    log, disk = container.get_blob_client("log"), container.get_blob_client("disk")
    log.create_append_blob()
    with refused(401, "CannotVerifyCopySource"):
        log.append_block_from_url(source.url, source_offset=0, source_length=5)
    disk.create_page_blob(512)
    with refused(401, "CannotVerifyCopySource"):
        disk.upload_pages_from_url(source.url, offset=0, length=512, source_offset=0)
