"""az storage container, blob, queue, message, share, directory and file. Each test goes on where the one before it ended.

Every call starts an interpreter and loads the whole command line, a second or more each: so there are few.
"""

import json
import urllib.request
from urllib.error import HTTPError

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.fileshare import ShareServiceClient
from azure.storage.queue import QueueServiceClient

from conftest import ACCOUNT, KEY, MIB, digests_below, digests_in, run, sha256, write

ENDPOINT = f"http://127.0.0.1:10000/{ACCOUNT}"
QUEUES = f"http://127.0.0.1:10001/{ACCOUNT}"
FILES = f"http://127.0.0.1:10003/{ACCOUNT}"
NAME = ("--container-name", "azcli")
QUEUE = ("--queue-name", "azcli")
SHARE = ("--share-name", "azcli")


@pytest.fixture(autouse=True)
def configuration(monkeypatch, tmp_path_factory):
    """It does not know UseDevelopmentStorage=true."""
    for name, value in {
        "STORAGE_CONNECTION_STRING": f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={ENDPOINT};"
                                     f"QueueEndpoint={QUEUES};FileEndpoint={FILES};",
        "CONFIG_DIR": str(tmp_path_factory.getbasetemp() / "az"), "CORE_COLLECT_TELEMETRY": "no", "CORE_OUTPUT": "json",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"AZURE_{name}", value)


def az(*words, code=0):
    printed = run("az", "storage", *words, code=code)
    return json.loads(printed) if printed else None


@pytest.fixture(scope="module")
def container(account):
    return account.get_container_client("azcli")


@pytest.fixture(scope="module")
def files(tree, tmp_path_factory):
    """A part of the tree, and its large file."""
    folder = tmp_path_factory.mktemp("files")
    for path in ["folder-1/file-001", "folder-1/file-014", "a b/c+d", "größe/日本", "empty"]:
        write(folder / path, (tree / path).read_bytes())
    return folder


def test_container_create(container):
    assert az("container", "create", "--name", "azcli", "--metadata", "made=by az") == {"created": True}
    assert az("container", "create", "--name", "azcli") == {"created": False}
    assert container.get_container_properties().metadata == {"made": "by az"}


def test_upload_and_download_of_300_mib(tree, container, tmp_path):
    az("blob", "upload", *NAME, "--name", "large", "--file", tree / "large", "--no-progress")
    assert [block.size for block in container.get_blob_client("large").get_block_list("committed")[0]] == [4 * MIB] * 75
    az("blob", "download", *NAME, "--name", "large", "--file", tmp_path / "large", "--no-progress")
    assert digests_below(tmp_path)["large"] == digests_below(tree)["large"]
    container.delete_blob("large")


def test_upload_batch(files, container):
    done = az("blob", "upload-batch", "--destination", "azcli", "--source", files, "--no-progress")
    assert len(done) == 5
    assert digests_in(container) == digests_below(files)


def test_list_and_show(files):
    found = az("blob", "list", *NAME, "--query", "[].[name, properties.contentLength]")
    wanted = {path.relative_to(files).as_posix(): path.stat().st_size for path in files.rglob("*") if path.is_file()}
    assert dict(found) == wanted
    shown = az("blob", "show", *NAME, "--name", "folder-1/file-001")
    assert shown["properties"]["contentLength"] == 37
    assert shown["properties"]["blobType"] == "BlockBlob"
    assert shown["properties"]["lease"] == {"duration": None, "state": "available", "status": "unlocked"}


def test_download_batch(files, tmp_path):
    az("blob", "download-batch", "--source", "azcli", "--destination", tmp_path, "--no-progress")
    assert digests_below(tmp_path) == digests_below(files)


def test_overwrite_only_when_asked(files, container):
    words = ("blob", "upload", *NAME, "--name", "empty", "--file", files / "folder-1" / "file-001", "--no-progress")
    az(*words, code=1)
    assert "BlobAlreadyExists" in run.messages
    assert container.get_blob_client("empty").get_blob_properties().size == 0
    az(*words, "--overwrite", "--content-type", "a/b", "--metadata", "k=v")
    found = container.get_blob_client("empty").get_blob_properties()
    assert (found.size, found.content_settings.content_type, found.metadata) == (37, "a/b", {"k": "v"})


def test_metadata(container):
    az("blob", "metadata", "update", *NAME, "--name", "empty", "--metadata", "a=1", "b=2")
    assert az("blob", "metadata", "show", *NAME, "--name", "empty") == {"a": "1", "b": "2"}
    assert container.get_blob_client("empty").get_blob_properties().metadata == {"a": "1", "b": "2"}


def test_account_sas(files):
    words = ("account", "generate-sas", "--services", "b", "--resource-types", "o", "--permissions", "r")
    token = az(*words, "--expiry", "2100-01-01T00:00Z")
    with urllib.request.urlopen(f"{ENDPOINT}/azcli/folder-1/file-001?{token}", timeout=30) as answer:
        assert sha256([answer.read()]) == digests_below(files)["folder-1/file-001"]
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(f"{ENDPOINT}/azcli?restype=container&comp=list&{token}", timeout=30)
    assert (refusal.value.code, refusal.value.headers["x-ms-error-code"]) == (403, "AuthorizationResourceTypeMismatch")


def test_blob_that_is_not_there():
    assert az("blob", "exists", *NAME, "--name", "nowhere") == {"exists": False}
    az("blob", "delete", *NAME, "--name", "nowhere", code=3)
    assert "ErrorCode:BlobNotFound" in run.messages


def test_delete_batch(container):
    az("blob", "delete-batch", "--source", "azcli", "--pattern", "folder-1/*")
    assert list(container.list_blob_names()) == ["a b/c+d", "empty", "größe/日本"]


def test_container_delete(container):
    assert az("container", "delete", "--name", "azcli") == {"deleted": True}
    assert not container.exists()


@pytest.fixture(scope="module")
def queue():
    queues = QueueServiceClient.from_connection_string("UseDevelopmentStorage=true", retry_total=0)
    return queues.get_queue_client("azcli")


def test_queue_create(queue):
    assert az("queue", "create", "--name", "azcli", "--metadata", "made=by az") == {"created": True}
    assert az("queue", "create", "--name", "azcli", "--metadata", "made=by az") == {"created": False}
    assert queue.get_queue_properties().metadata == {"made": "by az"}
    assert az("queue", "exists", "--name", "azcli") == {"exists": True}
    assert az("queue", "exists", "--name", "nowhere") == {"exists": False}


def test_queue_metadata(queue):
    az("queue", "metadata", "update", "--name", "azcli", "--metadata", "a=1", "b=2")
    assert az("queue", "metadata", "show", "--name", "azcli") == {"a": "1", "b": "2"}
    found = az("queue", "list", "--prefix", "az", "--include-metadata", "--query", "[].[name, metadata]")
    assert found == [["azcli", {"a": "1", "b": "2"}]]


def test_messages(queue):
    az("message", "put", *QUEUE, "--content", "größe <1>")
    az("message", "put", *QUEUE, "--content", "second", "--time-to-live", "3600")
    peeked = az("message", "peek", *QUEUE, "--num-messages", "2", "--query", "[].[content, dequeueCount]")
    assert peeked == [["größe <1>", 0], ["second", 0]]
    [got] = az("message", "get", *QUEUE, "--visibility-timeout", "60")
    assert (got["content"], got["dequeueCount"]) == ("größe <1>", 1)
    words = (*QUEUE, "--id", got["id"], "--pop-receipt")
    az("message", "update", *words, got["popReceipt"], "--content", "again", "--visibility-timeout", "0")
    assert [message.content for message in queue.peek_messages(max_messages=2)] == ["second", "again"]
    az("message", "delete", *words, got["popReceipt"], code=1)
    assert "PopReceiptMismatch" in run.messages
    latest = queue.receive_messages(messages_per_page=2, visibility_timeout=600)
    receipt = next(message.pop_receipt for message in latest if message.id == got["id"])
    az("message", "delete", *words, receipt)
    assert queue.get_queue_properties().approximate_message_count == 1
    az("message", "clear", *QUEUE)
    assert queue.get_queue_properties().approximate_message_count == 0


def test_queue_policy_and_sas(queue):
    az("queue", "policy", "create", *QUEUE, "--name", "peekers", "--permissions", "r", "--expiry", "2100-01-01T00:00Z")
    assert queue.get_queue_access_policy()["peekers"].permission == "r"
    token = az("queue", "generate-sas", "--name", "azcli", "--policy-name", "peekers")
    with urllib.request.urlopen(f"{QUEUES}/azcli/messages?peekonly=true&{token}", timeout=30) as answer:
        assert b"<QueueMessagesList" in answer.read()
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(f"{QUEUES}/azcli/messages?{token}", timeout=30)
    assert (refusal.value.code, refusal.value.headers["x-ms-error-code"]) == (403, "AuthorizationPermissionMismatch")


def test_queue_delete(queue):
    assert az("queue", "delete", "--name", "azcli") == {"deleted": True}
    assert az("queue", "list", "--prefix", "azcli") == []


@pytest.fixture(scope="module")
def share():
    credential = {"account_name": ACCOUNT, "account_key": KEY}
    return ShareServiceClient(FILES, credential=credential, retry_total=0).get_share_client("azcli")


def digests_of(share, directory=""):
    """Path: SHA-256 of every file."""
    found = {}
    for item in share.list_directories_and_files(directory):
        path = f"{directory}/{item.name}".lstrip("/")
        found |= digests_of(share, path) if item.is_directory else {path: sha256(share.get_file_client(path).download_file().chunks())}
    return found


def test_share_create(share):
    assert az("share", "create", "--name", "azcli", "--quota", "5", "--metadata", "made=by az") == {"created": True}
    assert az("share", "create", "--name", "azcli") == {"created": False}
    found = share.get_share_properties()
    assert (found.quota, found.metadata) == (5, {"made": "by az"})


def test_share_update(share):
    az("share", "update", "--name", "azcli", "--quota", "6")
    az("share", "metadata", "update", "--name", "azcli", "--metadata", "a=1", "b=2")
    assert share.get_share_properties().quota == 6
    found = az("share", "list", "--prefix", "azcli", "--include-metadata", "--query", "[].[name, metadata]")
    assert found == [["azcli", {"a": "1", "b": "2"}]]


def test_directory(share):
    assert az("directory", "create", *SHARE, "--name", "größe", "--metadata", "a=1") == {"created": True}
    assert share.get_directory_client("größe").get_directory_properties().metadata == {"a": "1"}
    assert az("directory", "create", *SHARE, "--name", "größe/inner") == {"created": True}
    assert [one["name"] for one in az("directory", "list", *SHARE, "--name", "größe")] == ["inner"]
    az("directory", "delete", *SHARE, "--name", "größe", code=1)
    assert "DirectoryNotEmpty" in run.messages
    assert az("directory", "delete", *SHARE, "--name", "größe/inner") == {"deleted": True}
    assert [item.name for item in share.list_directories_and_files()] == ["größe"]
    share.delete_directory("größe")


def test_file(files, share, tmp_path):
    words = (*SHARE, "--path", "file.txt")  # without a dot it would be a directory to this release
    az("file", "upload", *words, "--source", files / "folder-1" / "file-014", "--content-type", "a/b", "--metadata", "k=v", "--no-progress")
    found = share.get_file_client("file.txt").get_file_properties()
    assert (found.size, found.content_settings.content_type, found.metadata) == (14 * 37, "a/b", {"k": "v"})
    az("file", "download", *words, "--dest", tmp_path / "file", "--no-progress")
    assert (tmp_path / "file").read_bytes() == (files / "folder-1" / "file-014").read_bytes()
    az("file", "resize", *words, "--size", "1000")
    az("file", "update", *words, "--content-cache", "no-store")
    found = share.get_file_client("file.txt").get_file_properties()
    assert (found.size, found.content_settings.cache_control) == (1000, "no-store")
    az("file", "delete", *words)
    az("file", "show", *words, code=3)
    assert "ErrorCode:ResourceNotFound" in run.messages


def test_file_batches(files, share, tmp_path):
    done = az("file", "upload-batch", "--destination", "azcli", "--source", files, "--no-progress")
    assert len(done) == 5
    assert digests_of(share) == digests_below(files)
    found = az("file", "list", *SHARE, "--path", "folder-1", "--query", "[].[name, properties.contentLength]")
    assert sorted(found) == [["file-001", 37], ["file-014", 14 * 37]]
    az("file", "download-batch", "--source", "azcli", "--destination", tmp_path, "--no-progress")
    assert digests_below(tmp_path) == digests_below(files)
    az("file", "delete-batch", "--source", "azcli", "--pattern", "folder-1/*")
    assert set(digests_of(share)) == {"a b/c+d", "größe/日本", "empty"}


def test_share_snapshot(share):
    taken = az("share", "snapshot", "--name", "azcli")["snapshot"]
    share.get_file_client("empty").delete_file()
    assert az("file", "exists", *SHARE, "--path", "empty", "--snapshot", taken) == {"exists": True}
    az("share", "delete", "--name", "azcli", code=1)
    assert "ShareHasSnapshots" in run.messages


def test_share_policy_and_sas(files):
    az("share", "policy", "create", *SHARE, "--name", "readers", "--permissions", "r", "--expiry", "2100-01-01T00:00Z")
    token = az("share", "generate-sas", "--name", "azcli", "--policy-name", "readers")
    with urllib.request.urlopen(f"{FILES}/azcli/a%20b/c%2Bd?{token}", timeout=30) as answer:
        assert sha256([answer.read()]) == digests_below(files)["a b/c+d"]
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(f"{FILES}/azcli?restype=directory&comp=list&{token}", timeout=30)
    assert (refusal.value.code, refusal.value.headers["x-ms-error-code"]) == (403, "AuthorizationPermissionMismatch")


def test_share_delete(share):
    assert az("share", "delete", "--name", "azcli", "--delete-snapshots", "include") == {"deleted": True}
    with pytest.raises(ResourceNotFoundError):
        share.get_share_properties()
