"""Shares, directories and files through the asynchronous client, over aiohttp."""

import asyncio

import pytest
from azure.storage.fileshare import AccessPolicy, ContentSettings
from azure.storage.fileshare.aio import ShareServiceClient

from env import MIB, OPTIONS, refused, unique
from file_env import FILE_CONNECTION_STRING, SYSTEM, later

TEXT = ContentSettings(content_type="text/plain")


@pytest.fixture
async def files():
    async with ShareServiceClient.from_connection_string(FILE_CONNECTION_STRING, **OPTIONS) as files:
        yield files


@pytest.fixture
async def share(files):
    made = await files.create_share(unique())
    yield made
    await made.delete_share(delete_snapshots="include")


@pytest.fixture
async def file(share):
    file = share.get_file_client("file")
    await file.upload_file(b"hello")
    return file


async def read(file, *where):
    return await (await file.download_file(*where)).readall()


async def names(parent):
    return [item.name async for item in parent.list_directories_and_files()]


async def test_share(files, share):
    await share.set_share_metadata({"Owner": "ada"})
    await share.set_share_properties(quota=5)
    found = await share.get_share_properties()
    assert (found.metadata, found.quota) == ({"Owner": "ada"}, 5)
    listed = [item async for item in files.list_shares(share.share_name, include_metadata=True)]
    assert [(item.name, item.metadata) for item in listed] == [(share.share_name, {"Owner": "ada"})]
    await share.set_share_access_policy({"p": AccessPolicy("r", later(hours=1))})
    assert [one.id for one in (await share.get_share_access_policy())["signed_identifiers"]] == ["p"]
    key = await share.create_permission_for_share(SYSTEM)
    assert await share.get_permission_for_share(key) == SYSTEM
    assert await share.get_share_stats() == 0
    lease = await share.acquire_lease(lease_duration=15)
    await lease.renew()
    await lease.release()
    with refused(409, "ShareAlreadyExists"):
        await files.create_share(share.share_name)


async def test_directory(share):
    directory = await share.create_directory("d", metadata={"a": "1"})
    inner = await directory.create_subdirectory("inner")
    await directory.set_directory_metadata({"b": "2"})
    await directory.set_http_headers("Hidden")
    found = await directory.get_directory_properties()
    assert (found.metadata, found.file_attributes) == ({"b": "2"}, "Hidden | Directory")
    assert [handle async for handle in directory.list_handles()] == []
    assert await directory.close_all_handles() == {"closed_handles_count": 0, "failed_handles_count": 0}
    with refused(409, "DirectoryNotEmpty"):
        await directory.delete_directory()
    moved = await inner.rename_directory("moved")
    assert await names(share) == ["d", "moved"]
    await moved.delete_directory()
    await directory.delete_directory()


async def test_file(share, file):
    assert await read(file) == b"hello"
    await file.upload_range(b"J", 0, 1)
    await file.set_file_metadata({"a": "1"})
    await file.set_http_headers(TEXT)
    await file.resize_file(1024)
    await file.clear_range(512, 512)
    found = await file.get_file_properties()
    assert (found.size, found.metadata, found.content_settings.content_type) == (1024, {"a": "1"}, None)
    assert (await file.get_ranges())[0]["start"] == 0
    assert await read(file, 0, 5) == b"Jello"
    lease = await file.acquire_lease()
    with refused(412, "LeaseIdMissing"):
        await file.delete_file()
    await lease.break_lease()
    renamed = await file.rename_file("renamed")
    assert await names(share) == ["renamed"]
    await renamed.delete_file()
    with refused(404, "ResourceNotFound"):
        await read(renamed)


async def test_large(share):
    body = bytes(range(256)) * (9 * MIB // 256) + b"tail"
    file = share.get_file_client("large")
    await file.upload_file(body, max_concurrency=4)
    stream = await file.download_file(max_concurrency=4)
    assert await stream.readall() == body


async def test_snapshot(files, share, file):
    snapshot = await share.create_snapshot()
    await file.upload_range(b"J", 0, 1)
    then = files.get_share_client(share.share_name, snapshot=snapshot).get_file_client("file")
    assert (await read(then), await read(file)) == (b"hello", b"Jello")
    written, cleared = await file.get_ranges_diff(snapshot)
    assert ([(one["start"], one["end"]) for one in written], cleared) == ([(0, 4)], [])


async def test_links(files):
    share = files.get_share_client(unique())
    await share.create_share(protocols="NFS")
    file = share.get_file_client("file")
    await file.upload_file(b"hello")
    link = share.get_file_client("link")
    await link.create_hardlink("/file")
    assert (await link.get_file_properties()).link_count == 2
    symbolic = share.get_file_client("symbolic")
    await symbolic.create_symlink("file")
    assert (await symbolic.get_symlink())["link_text"] == "file"
    await share.delete_share()


async def test_writers_of_one_file_tear_nothing(share):
    """Twenty write a range each, all at once; every byte is the one that was put there."""
    file = share.get_file_client("shared")
    await file.create_file(20 * 1024)
    await asyncio.gather(*(file.upload_range(bytes([number]) * 1024, number * 1024, 1024) for number in range(20)))
    assert await read(file) == b"".join(bytes([number]) * 1024 for number in range(20))
