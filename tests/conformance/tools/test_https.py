"""The Python SDK over --https, knowing nothing but the authority's certificate."""

import asyncio
import re

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobServiceClient
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient
from conftest import ACCOUNT, KEY, server

FREE = [f"--{surface}Port=0" for surface in ("blob", "queue", "table", "file", "dfs", "web")]


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """The connection string for HTTPS, and the authority's file."""
    folder = tmp_path_factory.mktemp("https")
    with server(folder, "--https", *FREE) as printed:
        port = re.search(r"^Blob service is listening at http://127\.0\.0\.1:(\d+)$", printed, re.M)[1]
        yield (f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={KEY};"
               f"BlobEndpoint=https://127.0.0.1:{port}/{ACCOUNT};"), folder / "lazulite/tls/ca.pem"


def test_the_sdk_reads_what_it_wrote(secure, monkeypatch):
    text, authority = secure
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    service = BlobServiceClient.from_connection_string(text, retry_total=0)
    blob = service.create_container("sync").upload_blob("b", b"bytes")
    assert blob.url.startswith("https://127.0.0.1:")
    assert blob.download_blob().readall() == b"bytes"


def test_the_asynchronous_sdk_reads_what_it_wrote(secure):
    text, authority = secure

    async def play():
        async with AsyncBlobServiceClient.from_connection_string(text, retry_total=0, connection_verify=str(authority)) as service:
            container = await service.create_container("aio")
            blob = await container.upload_blob("b", b"bytes")
            return await (await blob.download_blob()).readall()

    assert asyncio.run(play()) == b"bytes"


def test_who_does_not_trust_the_authority_asks_nothing(secure):
    service = BlobServiceClient.from_connection_string(secure[0], retry_total=0)
    with pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"):
        service.create_container("nobody")
