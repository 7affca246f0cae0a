"""The static website: switched on and filled by the SDK, read as a browser reads it. Each test has an account of its own,
since an account has one website."""

import base64
import json
import os
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient, ContentSettings, StaticWebsite

from env import ENDPOINT, GUID, OPTIONS, refused, unique
from queue_env import control

WEB = os.environ.get("LAZULITE_WEB", "http://127.0.0.1:10005")


class Site:
    def __init__(self, **documents):
        self.name = unique("w")[:24]
        key = base64.b64encode(self.name.encode()).decode()
        control("PUT", f"accounts/{self.name}", json.dumps({"keys": [key]}))
        blob = urlsplit(ENDPOINT)
        self.service = BlobServiceClient(
            f"{blob.scheme}://{blob.netloc}/{self.name}", credential={"account_name": self.name, "account_key": key}, **OPTIONS
        )
        self.service.set_service_properties(static_website=StaticWebsite(enabled=True, **documents))
        self.pages = self.service.get_container_client("$web")

    def upload(self, name, text, **settings):
        return self.pages.upload_blob(name, text, overwrite=True, content_settings=ContentSettings(**settings))

    def get(self, path, host=False, method="GET", **headers):
        """Status, headers and body."""
        web = urlsplit(WEB)
        url = f"{WEB}{path}" if host else f"{WEB}/{self.name}{path}"
        if host:
            headers["Host"] = f"{self.name}.web.localhost:{web.port}"
        request = urllib.request.Request(url, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()


@pytest.fixture
def site():
    made = Site(index_document="index.html", error_document404_path="errors/404.html")
    made.upload("index.html", "<h1>home</h1>", content_type="text/html", cache_control="no-cache")
    made.upload("docs/index.html", "<h1>docs</h1>", content_type="text/html")
    made.upload("errors/404.html", "<h1>lost</h1>", content_type="text/html")
    return made


def test_pages_with_their_content_types(site):
    for path in ("/", "/index.html"):
        status, headers, body = site.get(path)
        assert (status, headers["Content-Type"], headers["Cache-Control"], body) == (200, "text/html", "no-cache", "<h1>home</h1>")
    blob = site.pages.get_blob_client("index.html").get_blob_properties()
    assert headers["ETag"] == blob.etag
    assert headers["x-ms-version"] == "2018-03-28"
    assert GUID.match(headers["x-ms-request-id"])
    assert "x-ms-blob-type" not in headers
    site.upload("s.css", "body {}", content_type="text/css", content_encoding="identity", content_language="en")
    status, headers, body = site.get("/s.css", host=True)
    assert (status, headers["Content-Type"], headers["Content-Encoding"], body) == (200, "text/css", "identity", "body {}")


def test_folders(site):
    for path in ("/docs", "/docs/"):
        status, _, body = site.get(path)
        assert (status, body) == (200, "<h1>docs</h1>")


def test_error_document(site):
    status, headers, body = site.get("/nothing/here")
    assert (status, headers["x-ms-error-code"], body) == (404, "WebContentNotFound", "<h1>lost</h1>")
    site.pages.delete_blob("errors/404.html")
    status, headers, body = site.get("/nothing/here")
    assert (status, headers["Content-Type"]) == (404, "text/html")
    assert "<li>ErrorCode: WebContentNotFound</li>" in body


def test_conditions_and_ranges(site):
    _, headers, _ = site.get("/")
    assert site.get("/", If_None_Match=headers["ETag"])[0] == 304
    assert site.get("/", If_Match='"0x8D4BCC2E4835CD0"')[0] == 412
    status, headers, body = site.get("/", Range="bytes=4-7")
    assert (status, headers["Content-Range"], body) == (206, "bytes 4-7/13", "home")
    status, headers, _ = site.get("/", Range="bytes=13-")
    assert (status, headers["x-ms-error-code"]) == (416, "InvalidRange")


def test_a_new_page_shows_at_once(site):
    for number in range(20):
        site.upload("index.html", f"version {number}")
        assert site.get("/")[2] == f"version {number}"


def test_other_methods(site):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        status, headers, _ = site.get("/", method=method)
        assert (status, headers["x-ms-error-code"]) == (405, "UnsupportedHttpVerb")
    status, _, body = site.get("/", method="HEAD")
    assert (status, body) == (200, "")


def test_default_index_document():
    site = Site(default_index_document_path="app.html")
    site.upload("app.html", "app")
    for path in ("/", "/some/route"):
        status, _, body = site.get(path)
        assert (status, body) == (200, "app")


def test_switched_off(site):
    site.service.set_service_properties(static_website=StaticWebsite(enabled=False))
    status, headers, _ = site.get("/")
    assert (status, headers["x-ms-error-code"]) == (404, "WebContentNotFound")


def test_two_indexes_exclude_each_other():
    with refused(400, "InvalidXmlDocument"):
        Site(index_document="index.html", default_index_document_path="app.html")
