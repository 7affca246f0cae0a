"""Service SAS for containers, blobs, snapshots and versions, made by the SDK."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.storage.blob import (
    BlobClient, BlobSasPermissions, ContainerClient, ContainerSasPermissions, ContentSettings, generate_blob_sas,
    generate_container_sas,
)  # fmt: skip

import raw
from env import ACCOUNT, ENDPOINT, KEY, OPTIONS, on_emulator_only, refused, text_of, unique

WRONG_LEVEL = "The specified signed resource is not allowed for the this resource level"
SNAPSHOT = "2026-01-01T00:00:00.0000000Z"


def later(**delta):
    return datetime.now(timezone.utc) + timedelta(**delta)


def container_sas(name, permission="racwdxltf", **options):
    options = {"expiry": later(hours=1)} | options
    return generate_container_sas(
        ACCOUNT, name, KEY, permission=ContainerSasPermissions.from_string(permission), **options
    )


def blob_sas(container, blob, permission="racwdt", **options):
    options = {"expiry": later(hours=1)} | options
    return generate_blob_sas(
        ACCOUNT, container, blob, account_key=KEY, permission=BlobSasPermissions.from_string(permission), **options
    )


def of_container(name, sas):
    return ContainerClient(ENDPOINT, name, credential=sas, **OPTIONS)


def of_blob(container, blob, sas):
    return BlobClient(ENDPOINT, container, blob, credential=sas, **OPTIONS)


def get(path, query, **headers):
    return raw.request("GET", path, query, headers, signed=False)


@pytest.fixture
def name(container):
    """A container with a blob."""
    container.upload_blob("blob", b"hello")
    return container.container_name


class TestContainer:
    def test_whole_life_of_a_blob(self, name):
        mine = of_container(name, container_sas(name))
        blob = mine.get_blob_client("a b/ü+%")
        blob.upload_blob(b"hello", metadata={"k": "v"})
        assert text_of(blob) == b"hello"
        assert [b.name for b in mine.list_blobs()] == ["a b/ü+%", "blob"]
        blob.delete_blob()

    def test_letters(self, name):
        for letters, call in {
            "l": lambda c: list(c.list_blobs()),
            "r": lambda c: c.get_blob_client("blob").get_blob_properties(),
            "w": lambda c: c.get_blob_client("blob").set_blob_metadata({"a": "1"}),
            "cw": lambda c: c.upload_blob(unique(), b"x"),
            "d": lambda c: c.delete_blob("blob"),
        }.items():
            others = "".join(letter for letter in "racwdxltf" if letter not in letters)
            with refused(403, "AuthorizationPermissionMismatch"):
                call(of_container(name, container_sas(name, others)))
            for letter in letters:
                call(of_container(name, container_sas(name, letter)))

    def test_another_container(self, name):
        with refused(403, "AuthenticationFailed"):
            list(of_container(name, container_sas(name + "2")).list_blobs())

    def test_never_the_container_itself(self, name):
        mine = of_container(name, container_sas(name))
        for call in (mine.get_container_properties, mine.get_container_access_policy, mine.delete_container):
            with refused(403, "AuthorizationFailure"):
                call()
        with refused(403, "AuthorizationFailure"):
            mine.set_container_metadata({"a": "1"})

    def test_create_does_not_overwrite(self, name):
        mine = of_container(name, container_sas(name, "c"))
        with refused(403, "UnauthorizedBlobOverwrite"):
            mine.upload_blob("blob", b"x", overwrite=True)


class TestBlob:
    def test_one(self, name):
        mine = of_blob(name, "blob", blob_sas(name, "blob"))
        assert text_of(mine) == b"hello"
        mine.upload_blob(b"again", overwrite=True)
        assert text_of(mine) == b"again"
        with refused(403, "AuthenticationFailed"):
            of_blob(name, "blob", blob_sas(name, "other")).get_blob_properties()

    def test_does_not_list_its_container(self, name):
        answer = get(f"/{name}", "restype=container&comp=list&" + blob_sas(name, "blob"))
        raw.expect(answer, 403, "AuthenticationFailed", AuthenticationErrorDetail=WRONG_LEVEL)

    def test_response_headers(self, container, name):
        blob = container.get_blob_client("blob")
        blob.set_http_headers(ContentSettings(content_type="text/plain", cache_control="no-store"))
        sas = blob_sas(
            name, "blob", "r", cache_control="no-cache", content_disposition="attachment", content_encoding="identity",
            content_language="de", content_type="application/pdf",
        )  # fmt: skip
        for found in (of_blob(name, "blob", sas).get_blob_properties(), of_blob(name, "blob", sas).download_blob().properties):
            assert found.content_settings.content_type == "application/pdf"
            assert found.content_settings.cache_control == "no-cache"
            assert found.content_settings.content_disposition == "attachment"
            assert found.content_settings.content_encoding == "identity"
            assert found.content_settings.content_language == "de"
        raw.expect(get(f"/{name}/blob", sas + "x"), 403, "AuthenticationFailed")
        raw.expect(get(f"/{name}/blob", blob_sas(name, "blob") + "&rsct=text/html"), 403, "AuthenticationFailed")

    @pytest.mark.parametrize("moment, parameter", [("snapshot", "snapshot"), ("version_id", "versionid")])
    def test_of_a_snapshot_or_version_is_not_of_the_base_blob(self, name, moment, parameter):
        sas = blob_sas(name, "blob", "r", **{moment: SNAPSHOT})
        raw.expect(get(f"/{name}/blob", sas), 403, "AuthenticationFailed", AuthenticationErrorDetail=WRONG_LEVEL)
        # Judged genuine; there is none.
        raw.expect(get(f"/{name}/blob", f"{parameter}={SNAPSHOT}&{sas}"), 404, "BlobNotFound")

    def test_shows_the_string_to_sign(self, name):
        answer = get(f"/{name}/other", blob_sas(name, "blob", "r"))
        raw.expect(answer, 403, "AuthenticationFailed")
        detail = answer.xml.findtext("AuthenticationErrorDetail")
        assert detail.startswith("Signature did not match. String to sign used was r\n")
        assert f"\n/blob/{ACCOUNT}/{name}/other\n" in detail
        assert KEY not in answer.body.decode()


class TestBounds:
    def test_time(self, name):
        for bounds, detail in (
            ({"start": later(minutes=-2), "expiry": later(minutes=-1)}, "Signature not valid in the specified time frame: "),
            ({"start": later(minutes=30)}, "Signature not valid in the specified time frame: "),
            ({"expiry": later(minutes=-1)}, "Signed expiry time ["),
        ):
            answer = get(f"/{name}/blob", container_sas(name, **bounds))
            raw.expect(answer, 403, "AuthenticationFailed")
            assert answer.xml.findtext("AuthenticationErrorDetail").startswith(detail)

    def test_another_address(self, name):
        raw.expect(get(f"/{name}/blob", container_sas(name, ip="168.1.5.60-168.1.5.70")), 403, "AuthorizationSourceIPMismatch")

    @on_emulator_only
    def test_here(self, name):
        assert get(f"/{name}/blob", container_sas(name, ip="127.0.0.1", protocol="https,http")).body == b"hello"

    @on_emulator_only  # over http
    def test_https_only(self, name):
        raw.expect(get(f"/{name}/blob", container_sas(name, protocol="https")), 403, "AuthorizationProtocolMismatch")
