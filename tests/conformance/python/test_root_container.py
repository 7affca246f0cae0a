"""$root, whose blobs need no container in the URL.

There is one such container in an account, so the tests share it: they delete their blobs and leave it.
"""

import pytest
from azure.core.exceptions import ResourceExistsError

import raw
from env import refused, unique


@pytest.fixture(scope="module")
def root(service):
    container = service.get_container_client("$root")
    if not container.exists():
        try:
            container.create_container()
        except ResourceExistsError:
            assert container.exists()  # another suite was faster
    return container


@pytest.fixture
def name(root):
    name = unique()
    yield name
    if root.get_blob_client(name).exists():
        root.delete_blob(name)


def test_exists_once(root, service):
    with refused(409, "ContainerAlreadyExists"):
        service.create_container("$root")


def test_written_with_the_container_read_without(root, name):
    root.upload_blob(name, b"hello")
    answer = raw.request("GET", f"/{name}")
    assert (answer.status, answer.body) == (200, b"hello")
    assert name in [blob.name for blob in root.list_blobs(name_starts_with=name)]


def test_written_without_the_container(root, name):
    answer = raw.request("PUT", f"/{name}", "", {"x-ms-blob-type": "BlockBlob", "x-ms-meta-a": "1"}, b"hello")
    assert answer.status == 201
    assert root.download_blob(name).readall() == b"hello"
    assert raw.request("HEAD", f"/{name}").headers["x-ms-meta-a"] == "1"
    assert raw.request("DELETE", f"/{name}").status == 202
    raw.expect(raw.request("GET", f"/{name}"), 404, "BlobNotFound")


def test_no_slash_in_a_name(root):
    answer = raw.request("PUT", "/$root/a/b", "", {"x-ms-blob-type": "BlockBlob"}, b"x")
    raw.expect(answer, 400, "InvalidUri")
