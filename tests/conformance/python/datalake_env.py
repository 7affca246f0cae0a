"""The Data Lake endpoint: accounts with a hierarchical namespace, made for these tests alone."""

import json
import os
import socket
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from azure.storage.filedatalake import DataLakeServiceClient

import raw
from env import ENDPOINT, OPTIONS, Seen, unique
from queue_env import OwnAccount, control

DFS = os.environ.get("LAZULITE_DFS", "http://127.0.0.1:10004").rstrip("/")
VERSION = "2026-06-06"
LEASE = "11111111-2222-4333-8444-555555555555"
OTHER_LEASE = "99999999-2222-4333-8444-555555555555"
ALICE = "aaaaaaaa-1111-4111-8111-111111111111"
BOB = "bbbbbbbb-2222-4222-8222-222222222222"
PLAIN = "user::rwx,group::r-x,other::---"
# What a plain GET or HEAD of a path says that is not there: the SDK means the Blob endpoint, and its Accept header says so.
READ_MISSING = "BlobNotFound"
READ_NO_FILESYSTEM = "ContainerNotFound"

pytestmark = pytest.mark.skipif(
    urlsplit(ENDPOINT).hostname not in ("127.0.0.1", "localhost", "::1"), reason="it needs hierarchical accounts of its own"
)

# Names below localhost are this machine (RFC 6761), which not every resolver knows.
_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: _resolve(
    "127.0.0.1" if isinstance(host, str) and host.endswith(".localhost") else host, *rest, **more
)


class OwnLake(OwnAccount):
    """A new account and its Data Lake service; hierarchical unless it is told otherwise."""

    def __init__(self, **settings):
        super().__init__()
        self.set(**{"hierarchicalNamespace": True, **settings})
        self.url = f"{DFS}/{self.name}"
        self.credential = {"account_name": self.name, "account_key": self.key}
        self.service = DataLakeServiceClient(self.url, credential=self.credential, **OPTIONS)

    def set(self, **settings):
        control("PUT", f"accounts/{self.name}", json.dumps(settings))

    def by_host(self):
        url = urlsplit(DFS)
        host = f"{url.scheme}://{self.name}.dfs.localhost:{url.port}"
        return DataLakeServiceClient(host, credential=self.credential, **OPTIONS)

    def ask(self, method, path, query="", headers=None, body=None, **options):
        headers = {"x-ms-version": VERSION, **(headers or {})}
        options = {"account": self.name, "key": self.key, "endpoint": self.url, **options}
        return raw.request(method, path, query, headers, body, **options)

    def a_file_system(self, **options):
        return self.service.create_file_system(unique(), **options)


def later(**delta):
    return datetime.now(timezone.utc) + timedelta(**(delta or {"hours": 1}))


def write(file, content, offset=0, **options):
    file.append_data(content, offset, len(content))
    return file.flush_data(offset + len(content), **options)


def a_file(file_system, name="file", content=b"hello", **options):
    file = file_system.get_file_client(name)
    file.create_file(**options)
    if content:
        write(file, content)
    return file


def a_directory(file_system, name="directory", **options):
    return file_system.create_directory(name, **options)


def read(file, *where, **options):
    return file.download_file(*where, **options).readall()


def names(file_system, path=None, recursive=False, **options):
    return [item.name for item in file_system.get_paths(path, recursive, **options)]


def every_name(file_system, path=None):
    return names(file_system, path, True)


def access_of(path, **options):
    """Owner, group, permissions and ACL."""
    found = path.get_access_control(**options)
    return [found[name] for name in ("owner", "group", "permissions", "acl")]


def permissions_of(path):
    return access_of(path)[2]


def acl_of(path):
    return access_of(path)[3]


def headers_of(call, *arguments, **options):
    """The headers of the last answer that the call got."""
    seen = Seen()
    call(*arguments, raw_response_hook=seen, **options)
    return seen.headers


def expect_json(answer, status, code, message=None):
    """An error of the Data Lake endpoint: status, header and the JSON with code and message."""
    assert (answer.status, answer.error) == (status, code), f"{answer.status} {answer.error} {answer.body[:500]}"
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    error = json.loads(answer.body)["error"]
    assert error["code"] == code
    text, request_id, time = error["message"].split("\n")
    assert message in (None, text)
    assert request_id == f"RequestId:{answer.headers['x-ms-request-id']}"
    assert time.startswith("Time:")
