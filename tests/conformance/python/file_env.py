"""The File service of the account under test, and accounts of a test's own."""

import json
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from azure.storage.fileshare import ShareClient, ShareDirectoryClient, ShareFileClient, ShareServiceClient

import raw
from env import ACCOUNT, CONNECTION_STRING, KEY, OPTIONS, unique
from queue_env import OwnAccount, control

# This SDK does not know the port of files, so what UseDevelopmentStorage=true stands for is spelled out.
DEVELOPMENT = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};FileEndpoint=http://127.0.0.1:10003/{ACCOUNT};"
FILE_CONNECTION_STRING = DEVELOPMENT if CONNECTION_STRING.rstrip(";") == "UseDevelopmentStorage=true" else CONNECTION_STRING
FILES = ShareServiceClient.from_connection_string(FILE_CONNECTION_STRING, **OPTIONS)
FILE_ENDPOINT = FILES.url.rstrip("/")

VERSION = "2026-10-06"
SHARE_SNAPSHOT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$")
PERMISSION_KEY = re.compile(r"^\d+\*\d+$")
LEASE = "11111111-2222-4333-8444-555555555555"
OTHER_LEASE = "99999999-2222-4333-8444-555555555555"
SYSTEM = "O:SYG:SYD:(A;;FA;;;SY)S:NO_ACCESS_CONTROL"
PASSED_ON = "O:SYG:SYD:(A;OICI;FA;;;SY)"  # to directories as it is
ADMINISTRATORS = "O:BAG:BAD:(A;;FA;;;BA)S:NO_ACCESS_CONTROL"


def ask(method, path, query="", headers=None, body=None, **options):
    headers = {"x-ms-version": VERSION, **(headers or {})}
    return raw.request(method, path, query, headers, body, endpoint=FILE_ENDPOINT, **options)


def moment(text="2020-01-02T03:04:05.123456Z"):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def later(**delta):
    return datetime.now(timezone.utc) + timedelta(**delta)


def a_file(parent, content=b"hello", name="file", **options):
    """A file with that content, or of that many zeros."""
    file = parent.get_file_client(name)
    if isinstance(content, int):
        file.create_file(content, **options)
    else:
        file.upload_file(content, **options)
    return file


def a_directory(parent, name="directory", **options):
    if isinstance(parent, ShareClient):
        return parent.create_directory(name, **options)
    return parent.create_subdirectory(name, **options)


def put(file, content, offset=0, **options):
    return file.upload_range(content, offset, len(content), **options)


def read(file, *where, **options):
    return file.download_file(*where, **options).readall()


def names(parent, *where, **options):
    return [item.name for item in parent.list_directories_and_files(*where, **options)]


def ranges(items):
    """Of a list of ranges: (first, last) of each."""
    return [(item["start"], item["end"]) for item in items]


def with_sas(client, token):
    """The same resource through a client that holds nothing but a SAS."""
    root = FILE_ENDPOINT
    if isinstance(client, ShareServiceClient):
        return ShareServiceClient(root, credential=token, **OPTIONS)
    if isinstance(client, ShareClient):
        return ShareClient(root, client.share_name, credential=token, **OPTIONS)
    if isinstance(client, ShareDirectoryClient):
        return ShareDirectoryClient(root, client.share_name, client.directory_path, credential=token, **OPTIONS)
    return ShareFileClient(root, client.share_name, "/".join(client.file_path), credential=token, **OPTIONS)


class OwnFiles(OwnAccount):
    """A new account, its File service, and its settings."""

    def __init__(self, **settings):
        super().__init__()
        if settings:
            self.set(**settings)
        url = urlsplit(FILE_ENDPOINT)
        self.file_endpoint = f"{url.scheme}://{url.netloc}/{self.name}"
        credential = {"account_name": self.name, "account_key": self.key}
        self.files = ShareServiceClient(self.file_endpoint, credential=credential, **OPTIONS)

    def set(self, **settings):
        control("PUT", f"accounts/{self.name}", json.dumps(settings))

    def a_share(self, **options):
        return self.files.create_share(unique(), **options)
