"""Where the suite runs, and small helpers every test file uses."""

import os
import re
import uuid
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

CONNECTION_STRING = os.environ.get("LAZULITE_CONNECTION_STRING", "UseDevelopmentStorage=true")

# One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then.
OPTIONS = {"retry_total": 0}
SERVICE = BlobServiceClient.from_connection_string(CONNECTION_STRING, **OPTIONS)
ENDPOINT = SERVICE.url.rstrip("/")
ACCOUNT = SERVICE.credential.account_name
KEY = SERVICE.credential.account_key

on_emulator_only = pytest.mark.skipif(
    urlsplit(ENDPOINT).hostname not in ("127.0.0.1", "localhost", "::1"), reason="what an emulator does differently"
)

ETAG = re.compile(r'^"0x[0-9A-F]+"$')
GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
OTHER_ETAG = '"0x8D4BCC2E4835CD0"'
DAY = timedelta(days=1)
MIB = 1024 * 1024


def unique(prefix="t"):
    return f"{prefix}{uuid.uuid4().hex}"


@contextmanager
def refused(status, code):
    """The block must fail with exactly this status and this x-ms-error-code."""
    with pytest.raises(HttpResponseError) as info:
        yield info
    assert (info.value.status_code, info.value.response.headers.get("x-ms-error-code")) == (status, code)


class Seen:
    """Keeps the last response of an SDK call: client.do(..., raw_response_hook=seen)."""

    def __call__(self, pipeline_response):
        response = pipeline_response.http_response
        self.status = response.status_code
        self.headers = response.headers


def text_of(blob):
    return blob.download_blob().readall()
