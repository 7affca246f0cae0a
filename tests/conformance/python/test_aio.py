"""The same operations through the asynchronous client, over aiohttp."""

import asyncio

import pytest
from azure.core import MatchConditions
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient

from env import CONNECTION_STRING, OPTIONS, refused, unique


@pytest.fixture
async def service():
    async with BlobServiceClient.from_connection_string(CONNECTION_STRING, **OPTIONS) as service:
        yield service


@pytest.fixture
async def container(service):
    made = await service.create_container(unique())
    yield made
    await made.delete_container()


@pytest.fixture
def blob(container):
    return container.get_blob_client("blob")


async def text_of(blob):
    return await (await blob.download_blob()).readall()


async def test_container(service):
    made = await service.create_container(unique(), metadata={"Owner": "ada"})
    assert (await made.get_container_properties()).metadata == {"Owner": "ada"}
    await made.set_container_metadata({"Owner": "eve"})
    found = [c async for c in service.list_containers(name_starts_with=made.container_name, include_metadata=True)]
    assert [(c.name, c.metadata) for c in found] == [(made.container_name, {"Owner": "eve"})]
    with refused(409, "ContainerAlreadyExists"):
        await service.create_container(made.container_name)
    await made.delete_container()
    assert await made.exists() is False


async def test_upload_and_download(blob):
    settings = ContentSettings(content_type="text/plain", cache_control="no-store")
    await blob.upload_blob(b"hello", metadata={"Kind": "k"}, content_settings=settings)
    assert await text_of(blob) == b"hello"
    properties = await blob.get_blob_properties()
    assert properties.metadata == {"Kind": "k"}
    assert properties.content_settings.content_type == "text/plain"
    assert properties.content_settings.cache_control == "no-store"


@pytest.mark.parametrize("body", [b"", b"x"])
async def test_smallest(blob, body):
    await blob.upload_blob(body)
    assert await text_of(blob) == body


async def test_range(blob):
    await blob.upload_blob(b"0123456789")
    assert await (await blob.download_blob(3, 4)).readall() == b"3456"
    with refused(416, "InvalidRange"):
        await blob.download_blob(10, 1)


async def test_blocks(blob):
    await blob.stage_block("a", b"hello ")
    await blob.stage_block("b", b"world")
    await blob.commit_block_list(["a", "b"])
    assert await text_of(blob) == b"hello world"
    committed, uncommitted = await blob.get_block_list("all")
    assert ([block.id for block in committed], uncommitted) == (["a", "b"], [])
    with refused(400, "InvalidBlockList"):
        await blob.commit_block_list(["a", "c"])


async def test_properties_and_metadata(blob):
    await blob.upload_blob(b"x")
    await blob.set_http_headers(ContentSettings(content_language="fr"))
    await blob.set_blob_metadata({"a": "1"})
    properties = await blob.get_blob_properties()
    assert properties.content_settings.content_language == "fr"
    assert properties.metadata == {"a": "1"}


async def test_conditions(blob):
    etag = (await blob.upload_blob(b"first"))["etag"]
    mine = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    await blob.upload_blob(b"second", overwrite=True, **mine)
    with refused(412, "ConditionNotMet"):
        await blob.upload_blob(b"third", overwrite=True, **mine)
    with refused(409, "BlobAlreadyExists"):
        await blob.upload_blob(b"fourth")
    assert await text_of(blob) == b"second"


async def test_listing(container):
    for name in ("a/1", "a/2", "b c", "ü"):
        await container.upload_blob(name, b"x", metadata={"k": "v"})
    assert [name async for name in container.list_blob_names()] == ["a/1", "a/2", "b c", "ü"]
    assert [item.name async for item in container.walk_blobs()] == ["a/", "b c", "ü"]
    assert [b.metadata async for b in container.list_blobs(name_starts_with="b", include=["metadata"])] == [{"k": "v"}]
    pages = [[b.name async for b in page] async for page in container.list_blobs(results_per_page=3).by_page()]
    assert pages == [["a/1", "a/2", "b c"], ["ü"]]


@pytest.mark.parametrize("name", ["two words", "100%", "a%20b", "plus+sign", "what?", "hash#tag", "ünïcödé", "雪", "a//b", "/a"])
async def test_names(container, name):
    await container.upload_blob(name, name.encode())
    assert [found async for found in container.list_blob_names()] == [name]
    assert await (await container.download_blob(name)).readall() == name.encode()


async def test_missing(blob):
    with refused(404, "BlobNotFound"):
        await blob.download_blob()
    with refused(404, "BlobNotFound"):
        await blob.delete_blob()


async def test_parallel_blocks(container):
    body = bytes(range(256)) * 10_000
    async with BlobServiceClient.from_connection_string(
        CONNECTION_STRING, max_single_put_size=1000, max_block_size=100_000, max_single_get_size=100_000,
        max_chunk_get_size=100_000, **OPTIONS,
    ) as service:  # fmt: skip
        blob = service.get_blob_client(container.container_name, "blob")
        await blob.upload_blob(body, max_concurrency=8)
        assert await (await blob.download_blob(max_concurrency=8)).readall() == body


async def test_stream(blob):
    async def pieces():
        for number in range(100):
            yield b"%05d" % number

    await blob.upload_blob(pieces())
    assert await text_of(blob) == b"".join(b"%05d" % number for number in range(100))


async def test_two_hundred_at_once(container):
    async def write_and_read(number):
        blob = container.get_blob_client(f"{number:03}")
        await blob.upload_blob(b"%d" % number)
        return await text_of(blob) == b"%d" % number

    assert all(await asyncio.gather(*(write_and_read(number) for number in range(200))))
    assert [name async for name in container.list_blob_names()] == [f"{number:03}" for number in range(200)]
