"""Headers every answer has, x-ms-version, bodies of errors, connections."""

import socket
from urllib.parse import urlsplit

import pytest

import raw
from env import ENDPOINT, GUID, MIB, on_emulator_only, unique
from test_account_sas import fields


@pytest.fixture
def path(container):
    container.upload_blob("blob", b"hello")
    return f"/{container.container_name}/blob"


class TestEveryAnswer:
    @pytest.mark.parametrize("name, status", [("blob", 200), ("missing", 404)])
    def test_headers(self, container, path, name, status):
        answer = raw.request("GET", f"/{container.container_name}/{name}", headers={"x-ms-client-request-id": "abc-123"})
        assert answer.status == status
        assert GUID.match(answer.headers["x-ms-request-id"])
        assert answer.headers["x-ms-client-request-id"] == "abc-123"
        assert answer.headers["x-ms-version"] == raw.VERSION
        assert answer.headers["Date"].endswith(" GMT")
        assert answer.headers["Server"]

    def test_client_request_id_is_not_invented(self, path):
        assert raw.request("GET", path).headers["x-ms-client-request-id"] is None

    def test_client_request_id_has_a_limit(self, path):
        assert raw.request("GET", path, headers={"x-ms-client-request-id": "i" * 1024}).status == 200
        assert raw.request("GET", path, headers={"x-ms-client-request-id": "i" * 1025}).status == 400

    def test_each_request_has_its_own_id(self, path):
        ids = {raw.request("GET", path).headers["x-ms-request-id"] for _ in range(5)}
        assert len(ids) == 5


class TestErrorBody:
    def test_shape(self, container):
        answer = raw.request("GET", f"/{container.container_name}/missing")
        raw.expect(answer, 404, "BlobNotFound")
        assert answer.body.removeprefix(b"\xef\xbb\xbf").startswith(b'<?xml version="1.0" encoding="utf-8"?><Error><Code>')
        first, second, third = answer.xml.findtext("Message").split("\n")
        assert first == "The specified blob does not exist."
        assert second == f"RequestId:{answer.headers['x-ms-request-id']}"
        assert third.startswith("Time:2")
        assert third.endswith("Z")
        assert len(third) == len("Time:2026-01-01T00:00:00.0000000Z")
        assert answer.headers["Content-Length"] == str(len(answer.body))


class TestVersion:
    @pytest.mark.parametrize("version", ["2015-02-21", "2019-02-02", "2019-12-12", "2021-12-02", "2024-11-04", "2026-06-06"])
    def test_answer_has_that_of_the_request(self, path, version):
        answer = raw.request("GET", path, headers={"x-ms-version": version})
        assert (answer.status, answer.body) == (200, b"hello")
        assert answer.headers["x-ms-version"] == version

    @pytest.mark.parametrize("version", ["soon", "2021", "20211202"])
    def test_ill_formed(self, path, version):
        answer = raw.request("GET", path, headers={"x-ms-version": version})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-version", HeaderValue=version)

    @on_emulator_only  # the cloud refuses what it does not know; an emulator should serve clients newer than itself
    def test_from_the_future(self, path):
        answer = raw.request("GET", path, headers={"x-ms-version": "2031-02-03"})
        assert (answer.status, answer.body) == (200, b"hello")

    def test_missing(self, path):
        # Signed by the rules of 2009-09-19, which the default version of an account falls back to.
        assert raw.request("GET", path, headers={"x-ms-version": None}).body == b"hello"

    def test_of_a_sas(self, path):
        query = raw.account_sas(**fields(sv="2019-12-12"))
        plain = {"x-ms-version": None, "x-ms-date": None}
        assert raw.request("GET", path, query, plain, signed=False).headers["x-ms-version"] == "2019-12-12"
        newer = {"x-ms-version": "2021-12-02"}
        assert raw.request("GET", path, query, newer, signed=False).headers["x-ms-version"] == "2021-12-02"
        asked = f"{query}&api-version=2020-10-02"
        assert raw.request("GET", path, asked, newer, signed=False).headers["x-ms-version"] == "2020-10-02"


class TestConnection:
    def test_is_kept(self, container, path):
        connection = raw.connect()
        used = set()
        for name, status in (("blob", 200), ("missing", 404), ("blob", 200)):
            answer = raw.request("GET", f"/{container.container_name}/{name}", connection=connection)
            assert answer.status == status
            used.add(connection.sock)
        assert len(used) == 1
        assert None not in used
        connection.close()

    def test_refused_upload_leaves_it_usable(self, path):
        """The answer comes although the body was not wanted, and the client can go on."""
        connection = raw.connect()
        headers = {"x-ms-blob-type": "BlockBlob"}
        answer = raw.request("PUT", f"/{unique()}/blob", "", headers, bytes(MIB), connection=connection)
        raw.expect(answer, 404, "ContainerNotFound")
        assert raw.request("GET", path, connection=connection).body == b"hello"
        connection.close()

    @on_emulator_only  # speaks plain http
    def test_expect_100_continue(self, container):
        path = f"{urlsplit(ENDPOINT).path}/{container.container_name}/expect"
        url = urlsplit(ENDPOINT)
        query = raw.account_sas(**fields())
        with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
            connection.sendall(
                f"PUT {path}?{query} HTTP/1.1\r\nHost: {url.netloc}\r\nx-ms-version: {raw.VERSION}\r\n"
                "x-ms-blob-type: BlockBlob\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode()
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
            connection.sendall(b"hello")
            assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
        assert container.download_blob("expect").readall() == b"hello"
