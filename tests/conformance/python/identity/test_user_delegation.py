"""User delegation keys and the SAS they sign, in every service that has them."""

import base64
import json
import os
import ssl
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest
from azure.core.credentials import AccessToken
from azure.identity import ManagedIdentityCredential
from azure.storage.blob import (
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_blob_sas,
    generate_container_sas,
)
from azure.storage.fileshare import (
    FileSasPermissions,
    ShareClient,
    ShareFileClient,
    ShareSasPermissions,
    ShareServiceClient,
    generate_file_sas,
    generate_share_sas,
)
from azure.storage.queue import QueueClient, QueueSasPermissions, QueueServiceClient, generate_queue_sas

from env import ACCOUNT, OPTIONS, refused, unique

HOUR = timedelta(hours=1)


def now():
    return datetime.now(timezone.utc).replace(microsecond=0)


def credential(name):
    return ManagedIdentityCredential(client_id=os.environ[f"{name.upper()}_CLIENT"])


def url_of(service, account=ACCOUNT):
    return os.environ[f"STORAGE_{service.upper()}"].replace(f"/{ACCOUNT}", f"/{account}")


def blobs(name="app", account=ACCOUNT):
    return BlobServiceClient(url_of("blob", account), credential(name), **OPTIONS)


def a_key(service, expiry=None):
    return service.get_user_delegation_key(now() - HOUR, expiry or now() + HOUR)


def control(method, path, body=None):
    request = urllib.request.Request(f"{os.environ['LAZULITE_CONTROL']}/{path}", body, {"x-lazulite-control": "1"}, method=method)
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:
        assert answer.status in (200, 201)


@pytest.fixture
def own_account():
    """One whose clock is its own, and its keys."""
    name = unique("a")[:24]
    control("PUT", f"accounts/{name}", json.dumps({"keys": ["a2V5"], "blobVersioning": True}).encode())
    return name


@pytest.fixture
def private():
    """A container with a blob, which nobody reads without credentials."""
    made = blobs().create_container(unique())
    made.upload_blob("blob", b"hello")
    yield made
    made.delete_container()


def test_the_key_says_whose_it_is():
    start, expiry = now() - HOUR, now() + HOUR
    key = blobs().get_user_delegation_key(start, expiry)
    assert key.signed_oid == os.environ["APP_OBJECT"]
    assert (key.signed_start, key.signed_expiry) == (f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{expiry:%Y-%m-%dT%H:%M:%SZ}")
    assert key.signed_service == "b"
    assert a_key(blobs()).value != blobs("reader").get_user_delegation_key(start, expiry).value


def test_container(private):
    sas = generate_container_sas(
        ACCOUNT, private.container_name, user_delegation_key=a_key(blobs()),
        permission=ContainerSasPermissions(read=True, write=True, list=True), expiry=now() + HOUR,
    )  # fmt: skip
    container = ContainerClient.from_container_url(f"{private.url}?{sas}", **OPTIONS)
    container.upload_blob("another", b"by SAS")
    assert list(container.list_blob_names()) == ["another", "blob"]
    assert container.download_blob("another").readall() == b"by SAS"
    with refused(403, "AuthorizationPermissionMismatch"):
        container.delete_blob("another")


def blob_sas(container, name="blob", key=None, account=ACCOUNT, **options):
    options = {"permission": BlobSasPermissions(read=True), "expiry": now() + HOUR} | options
    return generate_blob_sas(account, container.container_name, name, user_delegation_key=key or a_key(blobs()), **options)


def by_sas(blob, sas, **options):
    return BlobClient.from_blob_url(f"{blob.url}{'&' if '?' in blob.url else '?'}{sas}", **OPTIONS, **options)


def test_blob(private):
    blob = by_sas(private.get_blob_client("blob"), blob_sas(private))
    assert blob.download_blob().readall() == b"hello"
    with refused(403, "AuthorizationPermissionMismatch"):
        blob.upload_blob(b"changed", overwrite=True)
    with refused(403, "AuthenticationFailed"):
        by_sas(private.get_blob_client("another"), blob_sas(private)).download_blob()


def test_snapshot(private):
    blob = private.get_blob_client("blob")
    snapshot = private.get_blob_client("blob", snapshot=blob.create_snapshot()["snapshot"])
    blob.upload_blob(b"changed", overwrite=True)
    sas = blob_sas(private, snapshot=snapshot.snapshot)
    assert by_sas(snapshot, sas).download_blob().readall() == b"hello"
    with refused(403, "AuthenticationFailed"):
        by_sas(blob, sas).download_blob()
    snapshot.delete_blob()


def test_version(own_account):
    service = blobs(account=own_account)
    container = service.create_container(unique())
    first = container.upload_blob("blob", b"hello").get_blob_properties().version_id
    container.upload_blob("blob", b"changed", overwrite=True)
    sas = blob_sas(container, key=a_key(service), account=own_account, version_id=first)
    version = container.get_blob_client("blob", version_id=first)
    assert by_sas(version, sas, version_id=first).download_blob().readall() == b"hello"
    with refused(403, "AuthenticationFailed"):
        by_sas(container.get_blob_client("blob"), sas).download_blob()


def test_the_key_of_a_reader_writes_nothing(private):
    sas = blob_sas(private, key=a_key(blobs("reader")), permission=BlobSasPermissions(read=True, write=True))
    blob = by_sas(private.get_blob_client("blob"), sas)
    assert blob.download_blob().readall() == b"hello"
    with refused(403, "AuthorizationPermissionMismatch"):
        blob.upload_blob(b"changed", overwrite=True)


def test_no_key_without_a_role():
    for name in ("nobody", "guest"):  # whose role is that of a container
        with refused(403, "AuthorizationPermissionMismatch"):
            a_key(blobs(name))


def test_no_key_for_a_key():
    with refused(403, "AuthenticationFailed"):
        a_key(BlobServiceClient.from_connection_string(os.environ["LAZULITE_CONNECTION_STRING"], **OPTIONS))


def test_a_token_that_somebody_changed():
    class Forger:
        def get_token(self, *scopes, **_):
            header, claims, signature = credential("reader").get_token(*scopes).token.split(".")
            padded = json.loads(base64.urlsafe_b64decode(claims + "=="))
            claims = json.dumps(padded | {"oid": os.environ["APP_OBJECT"]}).encode()
            return AccessToken(f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}", 2**31)

    with refused(401, "InvalidAuthenticationInfo"):
        a_key(BlobServiceClient(url_of("blob"), Forger(), **OPTIONS))


def test_no_key_that_lasts_eight_days():
    with refused(400, "InvalidXmlNodeValue"):
        a_key(blobs(), now() + timedelta(days=8))


def test_expired(own_account):
    service = blobs(account=own_account)
    container = service.create_container(unique())
    container.upload_blob("blob", b"hello")
    blob, key = container.get_blob_client("blob"), a_key(service)
    short = by_sas(blob, blob_sas(container, key=key, account=own_account, expiry=now() + HOUR / 2))
    long = by_sas(blob, blob_sas(container, key=key, account=own_account, expiry=now() + 24 * HOUR))
    assert short.download_blob().readall() == long.download_blob().readall() == b"hello"
    control("POST", f"clock?account={own_account}&advance=2000")
    with refused(403, "AuthenticationFailed"):
        short.download_blob()
    assert long.download_blob().readall() == b"hello"
    control("POST", f"clock?account={own_account}&advance=2000")
    with refused(403, "AuthenticationFailed"):  # with its key
        long.download_blob()


def test_revoked(own_account):
    service = blobs(account=own_account)
    container = service.create_container(unique())
    container.upload_blob("blob", b"hello")
    blob = container.get_blob_client("blob")
    sas = blob_sas(container, key=a_key(service), account=own_account)
    assert by_sas(blob, sas).download_blob().readall() == b"hello"
    control("POST", f"accounts/{own_account}/revokeUserDelegationKeys")
    with refused(403, "AuthenticationFailed"):
        by_sas(blob, sas).download_blob()
    assert by_sas(blob, blob_sas(container, key=a_key(service), account=own_account)).download_blob().readall() == b"hello"


def test_for_one_user(private):
    blob = private.get_blob_client("blob")
    sas = blob_sas(private, user_delegation_oid=os.environ["NOBODY_OBJECT"])
    assert by_sas(blob, sas, credential=credential("nobody")).download_blob().readall() == b"hello"
    for nobody_else in ({}, {"credential": credential("reader")}):
        with refused(403, "AuthenticationFailed"):
            by_sas(blob, sas, **nobody_else).download_blob()


def test_queue():
    service = QueueServiceClient(url_of("queue"), credential("app"), **OPTIONS)
    queue = service.create_queue(unique())
    key = service.get_user_delegation_key(start=now() - HOUR, expiry=now() + HOUR)
    assert key.signed_service == "q"
    sas = generate_queue_sas(
        ACCOUNT, queue.queue_name, user_delegation_key=key, permission=QueueSasPermissions(read=True, add=True), expiry=now() + HOUR
    )
    by_sas = QueueClient.from_queue_url(f"{queue.url}?{sas}", **OPTIONS)
    by_sas.send_message("hello")
    assert by_sas.peek_messages()[0].content == "hello"
    with refused(403, "AuthorizationPermissionMismatch"):
        by_sas.receive_message()
    with refused(403, "AuthorizationPermissionMismatch"):
        nobodys = QueueServiceClient(url_of("queue"), credential("nobody"), **OPTIONS)
        nobodys.get_user_delegation_key(start=now() - HOUR, expiry=now() + HOUR)
    queue.delete_queue()


def test_file():
    text = os.environ["LAZULITE_CONNECTION_STRING"]
    share = ShareServiceClient.from_connection_string(text, **OPTIONS).create_share(unique())
    service = ShareServiceClient(url_of("file"), credential("app"), token_intent="backup", **OPTIONS)
    key = service.get_user_delegation_key(start=now() - HOUR, expiry=now() + HOUR)
    assert key.signed_service == "f"
    share_sas = generate_share_sas(
        ACCOUNT, share.share_name, user_delegation_key=key,
        permission=ShareSasPermissions(read=True, write=True, create=True), expiry=now() + HOUR,
    )  # fmt: skip
    ShareClient.from_share_url(f"{share.url}?{share_sas}", **OPTIONS).get_file_client("file").upload_file(b"hello")
    file_sas = generate_file_sas(
        ACCOUNT, share.share_name, ["file"], user_delegation_key=key, permission=FileSasPermissions(read=True), expiry=now() + HOUR
    )
    file = ShareFileClient.from_file_url(f"{share.url}/file?{file_sas}", **OPTIONS)
    assert file.download_file().readall() == b"hello"
    with refused(403, "AuthorizationPermissionMismatch"):
        file.delete_file()
    with refused(403, "AuthorizationPermissionMismatch"):
        nobodys = ShareServiceClient(url_of("file"), credential("nobody"), token_intent="backup", **OPTIONS)
        nobodys.get_user_delegation_key(start=now() - HOUR, expiry=now() + HOUR)
    share.delete_share()
