"""Filesystems and paths through the asynchronous client, over aiohttp."""

import asyncio

import pytest
from azure.storage.filedatalake.aio import DataLakeServiceClient

from datalake_env import ALICE, PLAIN, pytestmark as pytestmark
from env import MIB, OPTIONS, refused, unique


@pytest.fixture
async def file_system(lake):
    async with DataLakeServiceClient(lake.url, credential=lake.credential, **OPTIONS) as service:
        made = await service.create_file_system(unique())
        yield made
        await made.delete_file_system()


async def read(file, *where):
    return await (await file.download_file(*where)).readall()


async def every_name(file_system):
    return [item.name async for item in file_system.get_paths(recursive=True)]


async def test_a_file(file_system):
    file = file_system.get_file_client("a/file")
    await file.create_file(metadata={"a": "1"})
    await asyncio.gather(*(file.append_data(piece, position) for piece, position in ((b"cc", 4), (b"aa", 0), (b"bb", 2))))
    await file.flush_data(6)
    found = await file.get_file_properties()
    assert (await read(file), found.size, found.metadata) == (b"aabbcc", 6, {"a": "1"})
    assert await read(file, 2, 2) == b"bb"
    assert await every_name(file_system) == ["a", "a/file"]
    await file.delete_file()
    assert not await file.exists()
    with refused(404, "PathNotFound"):
        await file.delete_file()


async def test_uploads(file_system):
    content = bytes(range(256)) * 4 * 1024 * 5
    file = file_system.get_file_client("file")
    for options in ({}, {"chunk_size": MIB, "max_concurrency": 4}):
        await file.upload_data(content, overwrite=True, **options)
        assert await read(file) == content


async def test_rename_and_delete(file_system):
    for number in range(20):
        await file_system.create_file(f"from/{number:02}")
    renamed = await file_system.get_directory_client("from").rename_directory(f"{file_system.file_system_name}/to")
    assert await every_name(file_system) == ["to", *(f"to/{number:02}" for number in range(20))]
    pages = file_system.get_paths("to", max_results=7).by_page()
    assert [len([item async for item in page]) async for page in pages] == [7, 7, 6]
    await renamed.delete_directory()
    assert await every_name(file_system) == []
    with refused(404, "SourcePathNotFound"):
        await renamed.rename_directory(f"{file_system.file_system_name}/from")


async def test_access_control(file_system):
    directory = await file_system.create_directory("a")
    await directory.create_file("file")
    result = await directory.update_access_control_recursive(f"user:{ALICE}:r-x")
    assert (result.counters.directories_successful, result.counters.files_successful, result.counters.failure_count) == (1, 1, 0)
    assert (await directory.get_access_control())["acl"] == f"user::rwx,user:{ALICE}:r-x,group::r-x,mask::r-x,other::---"
    await directory.set_access_control(acl=PLAIN)
    assert (await directory.get_access_control())["permissions"] == "rwxr-x---"


async def test_leases(file_system):
    file = await file_system.create_file("file")
    lease = await file.acquire_lease(15)
    with refused(412, "LeaseIdMissing"):
        await file.append_data(b"a", 0)
    await file.append_data(b"a", 0, lease=lease, flush=True)
    await lease.release()
    assert await read(file) == b"a"


async def test_many_at_once(file_system):
    await asyncio.gather(*(file_system.create_file(f"a/{number:02}") for number in range(30)))
    assert len(await every_name(file_system)) == 31
