"""adlfs, the Azure file system of fsspec (pandas, dask), over an account with a hierarchical namespace: by the Blob endpoint."""

import json
import os

import adlfs
import pytest
from azure.storage.filedatalake import DataLakeServiceClient

from env import OPTIONS, on_emulator_only, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only
DFS = os.environ.get("LAZULITE_DFS", "http://127.0.0.1:10004").rstrip("/")


@pytest.fixture(scope="module")
def lake():
    account = OwnAccount()
    control("PUT", f"accounts/{account.name}", json.dumps({"hierarchicalNamespace": True}))
    return account


@pytest.fixture
def home(lake):
    made = lake.blobs.create_container(unique())
    yield made.container_name
    made.delete_container()


@pytest.fixture
def fs(lake):
    url = lake.blobs.url.rstrip("/")
    connection = f"DefaultEndpointsProtocol=http;AccountName={lake.name};AccountKey={lake.key};BlobEndpoint={url};"
    return adlfs.AzureBlobFileSystem(connection_string=connection, skip_instance_cache=True)


def test_writes_and_reads(fs, home):
    with fs.open(f"{home}/d/größe + 100%.txt", "wb") as out:
        out.write(b"hello ")
        out.write(b"world")
    assert fs.cat(f"{home}/d/größe + 100%.txt") == b"hello world"
    assert fs.info(f"{home}/d/größe + 100%.txt")["size"] == 11
    with fs.open(f"{home}/d/größe + 100%.txt", "rb") as back:
        back.seek(6)
        assert back.read() == b"world"
    fs.pipe(f"{home}/other", b"again")
    assert fs.cat_file(f"{home}/other", 1, 3) == b"ga"
    with pytest.raises(FileNotFoundError):
        fs.cat(f"{home}/nowhere")


def test_many_megabytes(fs, home):
    content = bytes(range(256)) * 4 * 1024 * 12
    with fs.open(f"{home}/large", "wb", blocksize=4 << 20) as out:
        out.write(content)
    assert fs.cat(f"{home}/large") == content


def test_lists(fs, home):
    for path in ("a/1", "a/b/2", "c"):
        fs.pipe(f"{home}/{path}", b"x")
    fs.invalidate_cache()
    assert sorted(fs.ls(home, detail=False)) == [f"{home}/a", f"{home}/c"]
    assert sorted(fs.ls(f"{home}/a", detail=False)) == [f"{home}/a/1", f"{home}/a/b"]
    assert sorted(fs.find(home)) == [f"{home}/a/1", f"{home}/a/b/2", f"{home}/c"]
    assert sorted(fs.glob(f"{home}/a/*")) == [f"{home}/a/1", f"{home}/a/b"]
    kinds = {item["name"].removeprefix(f"{home}/"): item["type"] for item in fs.ls(home, detail=True)}
    assert kinds == {"a": "directory", "c": "file"}
    assert [fs.isdir(f"{home}/{path}") for path in ("a", "a/b", "c", "nowhere")] == [True, True, False, False]
    assert [fs.exists(f"{home}/{path}") for path in ("a", "c", "nowhere")] == [True, True, False]


def test_sees_directories_of_data_lake(lake, fs, home):
    credential = {"account_name": lake.name, "account_key": lake.key}
    DataLakeServiceClient(f"{DFS}/{lake.name}", credential=credential, **OPTIONS).get_file_system_client(home).create_directory("d/empty")
    assert fs.isdir(f"{home}/d/empty")
    assert fs.ls(f"{home}/d/empty", detail=False) == []
    assert fs.ls(f"{home}/d", detail=False) == [f"{home}/d/empty"]
    assert fs.find(home) == []


def test_copies_moves_and_removes(fs, home):
    fs.pipe(f"{home}/a/b/file", b"hello")
    fs.copy(f"{home}/a/b/file", f"{home}/copy")
    assert fs.cat(f"{home}/copy") == b"hello"
    fs.mv(f"{home}/copy", f"{home}/moved")
    fs.invalidate_cache()
    assert not fs.exists(f"{home}/copy")
    assert fs.cat(f"{home}/moved") == b"hello"
    fs.rm(f"{home}/moved")
    fs.rm(f"{home}/a", recursive=True)
    fs.invalidate_cache()
    assert fs.find(home) == []


def test_containers(fs):
    name = unique()
    fs.mkdir(name)
    assert fs.exists(name)
    fs.rmdir(name)
    fs.invalidate_cache()
    assert not fs.exists(name)
