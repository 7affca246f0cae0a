"""Customer-provided keys and encryption scopes. The SDK sends keys over HTTPS alone, so it is given an https URL here and a
transport that takes the TLS off, as a proxy would."""

import base64
import hashlib

import pytest
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerEncryptionScope, CustomerProvidedEncryptionKey

from env import ACCOUNT, ENDPOINT, KEY, OPTIONS, SERVICE, refused, unique


class WithoutTls(RequestsTransport):
    def send(self, request, **options):
        request.url = request.url.replace("https:", "http:", 1)
        return super().send(request, **options)


def customer_key(letter):
    key = letter * 32
    return CustomerProvidedEncryptionKey(
        base64.b64encode(key).decode(), base64.b64encode(hashlib.sha256(key).digest()).decode()
    )


MINE = customer_key(b"a")
OTHER = customer_key(b"b")


@pytest.fixture
def container():
    credential = {"account_name": ACCOUNT, "account_key": KEY}
    endpoint = ENDPOINT.replace("http:", "https:", 1)
    service = BlobServiceClient(endpoint, credential=credential, transport=WithoutTls(), **OPTIONS)
    made = service.create_container(unique())
    yield made
    made.delete_container()


def test_key_of_a_block_blob(container):
    blob = container.get_blob_client("blob")
    sent = blob.upload_blob(b"text", cpk=MINE, metadata={"n": "1"})
    assert (sent["encryption_key_sha256"], sent["request_server_encrypted"]) == (MINE.key_hash, True)
    assert blob.download_blob(cpk=MINE).readall() == b"text"
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        blob.download_blob()
    with refused(409, "BlobCustomerSpecifiedEncryptionMismatch"):
        blob.download_blob(cpk=OTHER)
    assert blob.get_blob_properties(cpk=MINE).encryption_key_sha256 == MINE.key_hash
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        blob.set_blob_metadata({"n": "2"})
    blob.set_blob_metadata({"n": "2"}, cpk=MINE)
    taken = blob.create_snapshot(cpk=MINE)
    assert taken["request_server_encrypted"] is False
    blob.delete_blob(delete_snapshots="include")


def test_key_of_blocks(container):
    blob = container.get_blob_client("blob")
    blob.stage_block("1", b"a", cpk=MINE)
    with refused(409, "BlobCustomerSpecifiedEncryptionMismatch"):
        blob.stage_block("2", b"b", cpk=OTHER)
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        blob.commit_block_list([BlobBlock("1")])
    blob.commit_block_list([BlobBlock("1")], cpk=MINE)
    assert blob.download_blob(cpk=MINE).readall() == b"a"


def test_key_of_append_and_page_blobs(container):
    log = container.get_blob_client("log")
    log.create_append_blob(cpk=MINE)
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        log.append_block(b"line")
    log.append_block(b"line", cpk=MINE)
    disk = container.get_blob_client("disk")
    disk.create_page_blob(1024, cpk=MINE)
    with refused(409, "BlobCustomerSpecifiedEncryptionMismatch"):
        disk.upload_page(b"x" * 512, 0, 512, cpk=OTHER)
    disk.upload_page(b"x" * 512, 0, 512, cpk=MINE)
    disk.clear_page(0, 512, cpk=MINE)
    disk.resize_blob(512, cpk=MINE)


def test_changes_name_the_scope(container):
    blob = container.get_blob_client("blob")
    blob.upload_blob(b"text", encryption_scope="scope1")
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        blob.set_blob_metadata({"n": "1"})
    blob.set_blob_metadata({"n": "1"}, encryption_scope="scope1")
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        blob.create_snapshot()
    blob.create_snapshot(encryption_scope="scope1")
    log = container.get_blob_client("log")
    log.create_append_blob(encryption_scope="scope1")
    with refused(409, "BlobUsesCustomerSpecifiedEncryption"):
        log.append_block(b"line")
    log.append_block(b"line", encryption_scope="scope1")
    blob.delete_blob(delete_snapshots="include")


def test_scopes():
    scope = ContainerEncryptionScope(default_encryption_scope="scope1", prevent_encryption_scope_override=True)
    container = SERVICE.create_container(unique(), container_encryption_scope=scope)
    blob = container.get_blob_client("blob")
    assert blob.upload_blob(b"text")["encryption_scope"] == "scope1"
    assert blob.get_blob_properties().encryption_scope == "scope1"
    (item,) = container.list_blobs()
    assert item.encryption_scope == "scope1"
    with refused(403, "RequestForbiddenByContainerEncryptionPolicy"):
        blob.upload_blob(b"text", overwrite=True, encryption_scope="scope2")
    with refused(409, "BlobCustomerSpecifiedEncryptionMismatch"):
        blob.create_snapshot(encryption_scope="scope2")
    container.delete_container()
