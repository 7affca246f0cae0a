"""Uploads and downloads the SDK cuts into blocks and ranges."""

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.storage.blob import BlobClient, BlobServiceClient

from env import CONNECTION_STRING, MIB, OPTIONS, refused, text_of


def pattern(size):
    """Bytes of which no two aligned KiB are alike, so that a block or range out of place shows."""
    return b"".join(number.to_bytes(8, "big") * 128 for number in range(-(-size // 1024)))[:size]


@pytest.fixture
def small_blocks(container):
    """A client that cuts at 256 KiB."""
    service = BlobServiceClient.from_connection_string(
        CONNECTION_STRING, max_single_put_size=64 * 1024, max_block_size=256 * 1024,
        min_large_block_upload_threshold=256 * 1024, max_single_get_size=256 * 1024, max_chunk_get_size=256 * 1024,
        **OPTIONS,
    )  # fmt: skip
    return service.get_blob_client(container.container_name, "blob")


BODY = pattern(5 * MIB + 12_345)


def test_parallel_blocks_and_ranges(small_blocks):
    small_blocks.upload_blob(BODY, max_concurrency=4, metadata={"k": "v"})
    blocks = [block.size for block in small_blocks.get_block_list("committed")[0]]
    assert blocks == [262_144] * 20 + [12_345]
    assert small_blocks.get_blob_properties().metadata == {"k": "v"}
    assert small_blocks.download_blob(max_concurrency=4).readall() == BODY


def test_parallel_range_of_a_blob(small_blocks):
    small_blocks.upload_blob(BODY)
    found = small_blocks.download_blob(offset=1_000_001, length=2_000_003, max_concurrency=4).readall()
    assert found == BODY[1_000_001:3_000_004]


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 262_144, 262_145, 524_288])
def test_sizes_around_the_limits(small_blocks, size):
    body = BODY[:size]
    small_blocks.upload_blob(body)
    assert small_blocks.download_blob().readall() == body


def test_stream_of_unknown_length(small_blocks):
    def pieces():
        for start in range(0, len(BODY), 100_001):
            yield BODY[start : start + 100_001]

    small_blocks.upload_blob(pieces())
    assert small_blocks.download_blob().readall() == BODY


def test_stream_that_cannot_seek(small_blocks):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.rest = io.BytesIO(BODY)

        def readable(self):
            return True

        def read(self, size=-1):
            return self.rest.read(size)

    small_blocks.upload_blob(Pipe(), max_concurrency=3)
    assert small_blocks.download_blob().readall() == BODY


def test_files(small_blocks, tmp_path):
    (tmp_path / "from").write_bytes(BODY)
    with open(tmp_path / "from", "rb") as file:
        small_blocks.upload_blob(file, max_concurrency=4)
    with open(tmp_path / "to", "wb") as file:
        small_blocks.download_blob(max_concurrency=4).readinto(file)
    assert (tmp_path / "to").read_bytes() == BODY


def test_chunks(small_blocks):
    small_blocks.upload_blob(BODY)
    sizes = [len(chunk) for chunk in small_blocks.download_blob().chunks()]
    assert sizes == [262_144] * 20 + [12_345]


def test_read_piece_by_piece(small_blocks):
    small_blocks.upload_blob(BODY)
    reader = small_blocks.download_blob()
    assert reader.read(10) == BODY[:10]
    assert reader.read(1_000_000) == BODY[10:1_000_010]
    assert reader.read() == BODY[1_000_010:]


def test_overwritten_between_ranges(small_blocks):
    """The SDK sends If-Match with every range but the first."""
    small_blocks.upload_blob(BODY)
    chunks = small_blocks.download_blob().chunks()
    assert next(chunks) == BODY[:262_144]
    small_blocks.upload_blob(b"other", overwrite=True)
    with refused(412, "ConditionNotMet"):
        list(chunks)


def test_many_at_once(container):
    """A hundred blobs by eight clients, each reading back what it wrote."""
    def write_and_read(number):
        blob = container.get_blob_client(f"{number:03}")
        blob.upload_blob(BODY[number : number + 10_000])
        return text_of(blob) == BODY[number : number + 10_000]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write_and_read, range(100)))
    assert list(container.list_blob_names()) == [f"{number:03}" for number in range(100)]


def test_last_writer_wins_whole(blob):
    """Writers of one name at the same time: what is read is one of the bodies, never a mixture."""
    bodies = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: blob.upload_blob(body, overwrite=True), bodies))
    properties = blob.get_blob_properties()
    found = text_of(blob)
    assert found in bodies
    assert bytes(properties.content_settings.content_md5) == hashlib.md5(found).digest()


@pytest.mark.skipif(os.environ.get("LAZULITE_LARGE") != "1", reason="LAZULITE_LARGE=1 asks for it")
def test_300_mib(container):
    body = pattern(MIB) * 300
    blob = BlobClient.from_connection_string(
        CONNECTION_STRING, container.container_name, "large", max_block_size=8 * MIB, max_single_put_size=8 * MIB,
        max_single_get_size=8 * MIB, max_chunk_get_size=8 * MIB, **OPTIONS,
    )  # fmt: skip
    blob.upload_blob(body, max_concurrency=4)
    assert blob.get_blob_properties().size == 300 * MIB
    assert [block.size for block in blob.get_block_list("committed")[0]] == [8 * MIB] * 37 + [4 * MIB]
    found = hashlib.sha256()
    for chunk in blob.download_blob(max_concurrency=4).chunks():
        found.update(chunk)
    assert found.hexdigest() == hashlib.sha256(body).hexdigest()

    # The same in one request.
    whole = BlobClient.from_connection_string(
        CONNECTION_STRING, container.container_name, "large", max_single_put_size=512 * MIB, **OPTIONS
    )
    whole.upload_blob(body, overwrite=True)
    assert whole.get_block_list("all") == ([], [])
    assert bytes(whole.get_blob_properties().content_settings.content_md5) == hashlib.md5(body).digest()
    assert whole.download_blob().readall() == body
