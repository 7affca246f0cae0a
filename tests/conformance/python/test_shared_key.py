"""Shared Key: what is let in, what is refused, and with which code."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient

import raw
from env import ACCOUNT, ENDPOINT, OPTIONS, on_emulator_only, refused, unique

WRONG_KEY = "d3JvbmcgIGtleSAgd3JvbmcgIGtleSAgd3JvbmcgIGtleQ=="
TEXT = (
    "Server failed to authenticate the request. "
    "Make sure the value of Authorization header is formed correctly including the signature."
)


@pytest.fixture
def path(container):
    container.upload_blob("blob", b"hello")
    return f"/{container.container_name}/blob"


def minutes_ago(minutes):
    return format_datetime(datetime.now(timezone.utc) - timedelta(minutes=minutes), usegmt=True)


def test_wrong_key(path):
    answer = raw.request("GET", path, key=WRONG_KEY)
    raw.expect(answer, 403, "AuthenticationFailed")
    assert raw.message_of(answer) == TEXT
    detail = answer.xml.findtext("AuthenticationErrorDetail")
    assert "is not the same as any computed signature" in detail


def test_wrong_key_through_the_sdk(container):
    service = BlobServiceClient(ENDPOINT, credential={"account_name": ACCOUNT, "account_key": WRONG_KEY}, **OPTIONS)
    with refused(403, "AuthenticationFailed"):
        service.get_container_client(container.container_name).get_container_properties()
    with refused(403, "AuthenticationFailed"):
        list(service.list_containers())
    with refused(403, "AuthenticationFailed"):
        service.get_blob_client(container.container_name, "blob").upload_blob(b"x")


def test_wrong_key_says_nothing_of_what_exists(container):
    answer = raw.request("GET", f"/{container.container_name}/missing", key=WRONG_KEY)
    raw.expect(answer, 403, "AuthenticationFailed")


def test_head_has_no_body(path):
    answer = raw.request("HEAD", path, key=WRONG_KEY)
    raw.expect(answer, 403, "AuthenticationFailed")
    assert answer.body == b""


def test_account_of_the_header_must_be_that_of_the_url(path):
    raw.expect(raw.request("GET", path, account="someoneelse"), 403, "AuthenticationFailed")


@on_emulator_only  # in the cloud the host name does not resolve
def test_unknown_account(path):
    # An emulator's matter alone; nothing is found under that name.
    answer = raw.request("GET", path, base="/nosuchaccount", account="nosuchaccount")
    raw.expect(answer, 404, "ResourceNotFound")


@pytest.mark.parametrize("change", [{"x-ms-meta-extra": "1"}, {"Content-Type": "text/plain"}, {"Range": "bytes=0-1"}])
def test_what_is_signed_cannot_be_changed(path, change):
    plain = {"x-ms-date": minutes_ago(0), "x-ms-version": raw.VERSION}
    full = urlsplit(ENDPOINT).path + path
    signature = raw.sign(raw.string_to_sign("GET", full, "", plain, ACCOUNT))
    headers = plain | {"Authorization": f"SharedKey {ACCOUNT}:{signature}"}
    assert raw.request("GET", path, headers=headers).body == b"hello"
    raw.expect(raw.request("GET", path, headers=headers | change), 403, "AuthenticationFailed")


class TestDate:
    def test_missing(self, path):
        raw.expect(raw.request("GET", path, headers={"x-ms-date": None}), 403, "AuthenticationFailed")

    def test_date_header_alone(self, path):
        assert raw.request("GET", path, headers={"x-ms-date": None, "Date": minutes_ago(0)}).body == b"hello"

    def test_x_ms_date_counts_when_both_are_sent(self, path):
        assert raw.request("GET", path, headers={"Date": minutes_ago(60)}).body == b"hello"
        headers = {"Date": minutes_ago(0), "x-ms-date": minutes_ago(60)}
        raw.expect(raw.request("GET", path, headers=headers), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("minutes", [20, 24 * 60])
    def test_too_old(self, path, minutes):
        raw.expect(raw.request("GET", path, headers={"x-ms-date": minutes_ago(minutes)}), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("minutes", [10, -10])
    def test_within_15_minutes(self, path, minutes):
        assert raw.request("GET", path, headers={"x-ms-date": minutes_ago(minutes)}).body == b"hello"

    def test_ill_formed(self, path):
        raw.expect(raw.request("GET", path, headers={"x-ms-date": "today"}), 403, "AuthenticationFailed")


class TestHeader:
    @pytest.mark.parametrize("value", ["SharedKey", "Basic YTpi", "SharedKey devstoreaccount1", "Key a:b"])
    def test_ill_formed(self, path, value):
        answer = raw.request("GET", path, headers={"Authorization": value})
        raw.expect(answer, 400, "InvalidAuthenticationInfo")

    def test_signature_not_base64(self, path):
        answer = raw.request("GET", path, headers={"Authorization": f"SharedKey {ACCOUNT}:nonsense"})
        raw.expect(answer, 403, "AuthenticationFailed")


def as_the_service_sorts(names):
    """Hyphens count only between names that are otherwise the same, and then come last."""
    return sorted(names, key=lambda name: (name.replace("-", ""), name.replace("-", "~")))


class TestWhatIsSigned:
    def test_every_query_parameter(self, path):
        assert raw.request("GET", path, "timeout=30&unknown=1&b=2&a=&b=1").body == b"hello"

    def test_parameters_decoded(self, container, path):
        found = raw.request("GET", f"/{container.container_name}", "restype=container&comp=list&prefix=bl%6Fb")
        assert found.status == 200
        assert [name.text for name in found.xml.iter("Name")] == ["blob"]

    @pytest.mark.parametrize("name", ["a b", "a%25b", "%C3%BC", "a+b", "%2Fa", "a!b"])
    def test_the_path_as_it_is_sent(self, container, name):
        encoded = name.replace(" ", "%20")
        headers = {"x-ms-blob-type": "BlockBlob"}
        assert raw.request("PUT", f"/{container.container_name}/{encoded}", "", headers, b"x").status == 201
        assert raw.request("GET", f"/{container.container_name}/{encoded}").body == b"x"

    @pytest.mark.parametrize("order", [sorted, as_the_service_sorts], ids=["by byte", "by the service"])
    def test_both_orders_of_headers(self, path, order):
        headers = {"x-ms-metric": "1", "x-ms-me-tric": "2", "x-ms-meta-z": "3", "x-ms-me-u": "4"}
        assert raw.request("GET", path, headers=headers, header_order=order).body == b"hello"

    def test_inner_blanks_of_a_value(self, path):
        answer = raw.request("PUT", path, "comp=metadata", {"x-ms-meta-a": "two  blanks"})
        assert answer.status == 200
        assert raw.request("HEAD", path).headers["x-ms-meta-a"] == "two  blanks"

    def test_empty_value(self, path):
        assert raw.request("GET", path, headers={"x-ms-client-request-id": ""}).body == b"hello"

    def test_length_of_an_empty_body_in_an_old_version(self, container):
        # Up to 2014-02-14 the line holds 0, later it is empty.
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-version": "2014-02-14"}
        assert raw.request("PUT", f"/{container.container_name}/old", "", headers, b"").status == 201
        assert list(container.list_blob_names()) == ["old"]


class TestAnonymous:
    def test_private_container(self, container, path):
        for target, query in ((path, ""), (f"/{container.container_name}", "restype=container&comp=list"), ("/", "comp=list")):
            answer = raw.request("GET", target, query, signed=False)
            raw.expect(answer, 401, "NoAuthenticationInformation")
            challenge = answer.headers["WWW-Authenticate"]
            assert challenge.startswith("Bearer authorization_uri=http://127.0.0.1:")
            assert challenge.endswith("/oauth2/authorize resource_id=https://storage.azure.com")

    @pytest.mark.parametrize("version", [None, "2019-07-07"])
    def test_private_container_in_an_old_version(self, path, version):
        answer = raw.request("GET", path, headers={"x-ms-version": version}, signed=False)
        raw.expect(answer, 404, "ResourceNotFound")

    def test_write(self, path):
        answer = raw.request("PUT", path, "", {"x-ms-blob-type": "BlockBlob"}, b"x", signed=False)
        raw.expect(answer, 401, "NoAuthenticationInformation")

    def test_says_nothing_of_what_exists(self, container):
        answer = raw.request("GET", f"/{container.container_name}/missing", signed=False)
        raw.expect(answer, 401, "NoAuthenticationInformation")


class TestPublic:
    @pytest.fixture(params=["blob", "container"])
    def public(self, request, service):
        made = service.create_container(unique(), public_access=request.param)
        made.upload_blob("blob", b"hello", metadata={"a": "1"})
        yield request.param, f"/{made.container_name}"
        made.delete_container()

    def test_reading_a_blob(self, public):
        level, path = public
        answer = raw.request("GET", f"{path}/blob", signed=False)
        assert (answer.status, answer.body) == (200, b"hello")
        for method, query in (("HEAD", ""), ("GET", "comp=metadata"), ("GET", "comp=blocklist")):
            assert raw.request(method, f"{path}/blob", query, signed=False).status == 200

    def test_reading_without_a_version(self, public):
        level, path = public
        answer = raw.request("GET", f"{path}/blob", headers={"x-ms-version": None, "x-ms-date": None}, signed=False)
        assert (answer.status, answer.body) == (200, b"hello")

    def test_missing_blob(self, public):
        level, path = public
        raw.expect(raw.request("GET", f"{path}/missing", signed=False), 404, "BlobNotFound")

    @pytest.mark.parametrize("query", ["restype=container&comp=list", "restype=container", "restype=container&comp=metadata"])
    def test_reading_the_container(self, public, query):
        level, path = public
        answer = raw.request("GET", path, query, signed=False)
        allowed = {"container": (200, None), "blob": (401, "NoAuthenticationInformation")}
        assert (answer.status, answer.error) == allowed[level]
        if level == "container" and "comp=list" in query:
            assert [name.text for name in answer.xml.iter("Name")] == ["blob"]

    def test_writing(self, public):
        level, path = public
        answer = raw.request("PUT", f"{path}/new", "", {"x-ms-blob-type": "BlockBlob"}, b"x", signed=False)
        raw.expect(answer, 401, "NoAuthenticationInformation")
        raw.expect(raw.request("DELETE", f"{path}/blob", signed=False), 401, "NoAuthenticationInformation")

    def test_a_wrong_signature_does_not_count_as_none(self, public):
        level, path = public
        raw.expect(raw.request("GET", f"{path}/blob", key=WRONG_KEY), 403, "AuthenticationFailed")
