"""az storage fs: filesystems, directories, files and their access. Each test goes on where the one before it ended.

Every call starts an interpreter and loads the whole command line, a second or more each: so there are few. It reads the
Data Lake endpoint from what a connection string calls BlobEndpoint. Its `fs directory upload` and `download` need azcopy.
"""

import base64
import json
import urllib.request
from datetime import datetime, timedelta, timezone
from urllib.error import HTTPError

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.filedatalake import DataLakeServiceClient

from conftest import MIB, digests_below, run, sha256, write
from test_az import az, configuration  # noqa: F401: the fixture, for every test

NAME = "lake"
KEY = base64.b64encode(b"the key of the lake").decode()
ENDPOINT = f"http://127.0.0.1:10004/{NAME}"
FS = ("--file-system", "azcli")
MARY = "ec3595d6-2c17-4696-8caa-7e139758d24a"


@pytest.fixture(scope="module", autouse=True)
def account():
    """An account with a hierarchical namespace."""
    settings = json.dumps({"keys": [KEY], "hierarchicalNamespace": True}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:10000/_lazulite/accounts/{NAME}", settings, method="PUT")
    request.add_header("x-lazulite-control", "1")
    urllib.request.urlopen(request, timeout=30).close()
    credential = {"account_name": NAME, "account_key": KEY}
    return DataLakeServiceClient(ENDPOINT, credential=credential, retry_total=0)


@pytest.fixture(autouse=True)
def lake_too(configuration, monkeypatch):  # noqa: F811
    connection = f"DefaultEndpointsProtocol=http;AccountName={NAME};AccountKey={KEY};BlobEndpoint={ENDPOINT};"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)


@pytest.fixture(scope="module")
def home(account):
    return account.get_file_system_client("azcli")


def paths(home):
    return [item.name + "/" * item.is_directory for item in home.get_paths()]


def content_of(home, path):
    return home.get_file_client(path).download_file().readall()


def test_fs_create(home):
    az("fs", "create", "--name", "azcli", "--metadata", "made=by az")
    assert home.get_file_system_properties().metadata == {"made": "by az"}
    az("fs", "create", "--name", "azcli", code=1)
    assert "ContainerAlreadyExists" in run.messages
    assert [az("fs", "exists", "--name", name) for name in ("azcli", "nowhere")] == [{"exists": True}, {"exists": False}]
    assert [one["name"] for one in az("fs", "list", "--prefix", "az")] == ["azcli"]


def test_directories(home):
    az("fs", "directory", "create", *FS, "--name", "größe/inner", "--metadata", "a=1", "--permissions", "rwxr-x--x", "--umask", "0000")
    shown = az("fs", "directory", "show", *FS, "--name", "größe/inner")
    assert (shown["metadata"]["a"], shown["permissions"], shown["owner"]) == ("1", "rwxr-x--x", "$superuser")
    assert az("fs", "directory", "exists", *FS, "--name", "größe") == {"exists": True}
    assert az("fs", "directory", "exists", *FS, "--name", "nowhere") == {"exists": False}
    assert [one["name"] for one in az("fs", "directory", "list", *FS)] == ["größe", "größe/inner"]


def test_upload_and_download(home, tmp_path):
    source = tmp_path / "source"
    write(source, bytes(range(256)) * 4 * 1024 * 20)  # 20 MiB
    az("fs", "file", "upload", *FS, "--path", "größe/inner/a b", "--source", source, "--content-type", "a/b", "--metadata", "k=v",
       "--overwrite", "true")  # which metadata needs
    found = home.get_file_client("größe/inner/a b").get_file_properties()
    assert (found.size, found.content_settings.content_type, found.metadata) == (20 * MIB, "a/b", {"k": "v"})
    other = tmp_path / "other"
    write(other, b"hello")
    az("fs", "file", "upload", *FS, "--path", "größe/inner/a b", "--source", other, code=1)
    assert "You cannot upload to an existing non-empty file with overwrite=false" in run.messages  # so it reads InvalidFlushPosition
    (tmp_path / "down").mkdir()
    az("fs", "file", "download", *FS, "--path", "größe/inner/a b", "--destination", tmp_path / "down" / "source")
    assert digests_below(tmp_path / "down")["source"] == sha256([source.read_bytes()])


def test_append_and_list(home):
    az("fs", "file", "create", *FS, "--path", "log")
    az("fs", "file", "append", *FS, "--path", "log", "--content", "first")
    az("fs", "file", "append", *FS, "--path", "log", "--content", " second")
    assert content_of(home, "log") == b"first second"
    listed = az("fs", "file", "list", *FS, "--exclude-dir", "--query", "[].[name, contentLength]")
    assert listed == [["größe/inner/a b", 20 * MIB], ["log", 12]]
    assert [one["name"] for one in az("fs", "file", "list", *FS, "--recursive", "false")] == ["größe", "log"]
    assert [az("fs", "file", "exists", *FS, "--path", path) for path in ("log", "nowhere")] == [{"exists": True}, {"exists": False}]


def test_move(home):
    az("fs", "file", "move", *FS, "--path", "log", "--new-path", "azcli/größe/moved")
    az("fs", "directory", "move", *FS, "--name", "größe", "--new-directory", "azcli/small")
    assert paths(home) == ["small/", "small/inner/", "small/inner/a b", "small/moved"]
    assert content_of(home, "small/moved") == b"first second"
    az("fs", "file", "move", *FS, "--path", "nowhere", "--new-path", "azcli/x", code=3)
    assert "SourcePathNotFound" in run.messages


def test_access(home):
    az("fs", "access", "set", *FS, "--path", "small/moved", "--permissions", "rwxr-----", "--owner", MARY)
    shown = az("fs", "access", "show", *FS, "--path", "small/moved")
    assert (shown["acl"], shown["owner"], shown["permissions"]) == ("user::rwx,group::r--,other::---", MARY, "rwxr-----")
    az("fs", "access", "set", *FS, "--path", "small", "--acl", "user::rwx,group::r-x,other::--x")
    done = az("fs", "access", "set-recursive", *FS, "--path", "small", "--acl", "user::rwx,group::r-x,other::---")
    assert (done["counters"]["directoriesSuccessful"], done["counters"]["filesSuccessful"], done["counters"]["failureCount"]) == (2, 2, 0)
    az("fs", "access", "update-recursive", *FS, "--path", "small", "--acl", f"user:{MARY}:rwx")
    acl = home.get_file_client("small/moved").get_access_control()["acl"]
    assert acl == f"user::rwx,user:{MARY}:rwx,group::r-x,mask::rwx,other::---"
    az("fs", "access", "remove-recursive", *FS, "--path", "small", "--acl", f"user:{MARY}")
    assert MARY not in home.get_file_client("small/moved").get_access_control()["acl"]


def test_metadata_and_expiry(home):
    az("fs", "file", "metadata", "update", *FS, "--path", "small/moved", "--metadata", "a=1")
    assert az("fs", "file", "metadata", "show", *FS, "--path", "small/moved") == {"a": "1"}
    az("fs", "metadata", "update", "--name", "azcli", "--metadata", "b=2")
    assert az("fs", "metadata", "show", "--name", "azcli") == {"b": "2"}
    at = (datetime.now(timezone.utc) + timedelta(days=1)).replace(microsecond=0)
    expires = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    az("fs", "file", "set-expiry", *FS, "--path", "small/moved", "--expiry-options", "Absolute", "--expires-on", expires)
    headers = {}
    home.get_file_client("small/moved").get_file_properties(raw_response_hook=lambda seen: headers.update(seen.http_response.headers))
    assert headers["x-ms-expiry-time"] == expires


def test_signatures(home):
    token = az("fs", "directory", "generate-sas", *FS, "--name", "small", "--permissions", "rl", "--expiry", "2100-01-01T00:00Z")
    assert "sr=d" in token and "sdd=1" in token
    with urllib.request.urlopen(f"{ENDPOINT}/azcli/small/moved?{token}", timeout=30) as answer:
        assert answer.read() == b"first second"
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(f"{ENDPOINT}/azcli?resource=filesystem&recursive=true&{token}", timeout=30)
    assert (refusal.value.code, refusal.value.headers["x-ms-error-code"]) == (403, "AuthenticationFailed")


def test_delete_and_undelete(home):
    az("fs", "service-properties", "update", "--delete-retention", "true", "--delete-retention-period", "7")
    assert az("fs", "service-properties", "show")["delete_retention_policy"]["days"] == 7
    az("fs", "directory", "delete", *FS, "--name", "small", "--yes")
    assert paths(home) == []
    [deleted] = az("fs", "list-deleted-path", *FS, "--path-prefix", "small")
    assert deleted["name"] == "small"
    az("fs", "undelete-path", *FS, "--deleted-path-name", "small", "--deletion-id", deleted["deletionId"])
    assert paths(home) == ["small/", "small/inner/", "small/inner/a b", "small/moved"]
    az("fs", "file", "delete", *FS, "--path", "small/moved", "--yes")
    az("fs", "file", "show", *FS, "--path", "small/moved", code=3)
    assert "NotFound" in run.messages


def test_fs_delete(home):
    az("fs", "delete", "--name", "azcli", "--yes")
    with pytest.raises(ResourceNotFoundError):
        home.get_file_system_properties()
