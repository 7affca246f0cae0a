"""Get and Set Container ACL: stored access policies and public access."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.storage.blob import AccessPolicy, BlobClient, ContainerSasPermissions, PublicAccess

import raw
from env import DAY, ENDPOINT, OPTIONS, refused, unique

ACL = "restype=container&comp=acl"
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def put(container, identifiers, headers=None):
    body = f"<SignedIdentifiers>{identifiers}</SignedIdentifiers>".encode()
    return raw.request("PUT", f"/{container.container_name}", ACL, headers, body)


def identifier(name, policy=""):
    return f"<SignedIdentifier><Id>{name}</Id><AccessPolicy>{policy}</AccessPolicy></SignedIdentifier>"


class TestPolicies:
    def test_of_a_new_container(self, container):
        assert container.get_container_access_policy() == {"public_access": None, "signed_identifiers": []}

    def test_come_back(self, container):
        policies = {
            "full": AccessPolicy(ContainerSasPermissions(read=True, list=True), NOW + timedelta(hours=1), NOW),
            "permission": AccessPolicy("racwdl"),
            "empty": AccessPolicy(),
        }
        before = container.get_container_properties().etag
        answer = container.set_container_access_policy(policies)
        assert answer["etag"] != before
        assert answer["etag"] == container.get_container_properties().etag
        found = container.get_container_access_policy()["signed_identifiers"]
        assert [item.id for item in found] == ["full", "permission", "empty"]
        full = found[0].access_policy
        assert (full.permission, full.start, full.expiry) == (
            "rl", NOW.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"), (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        )  # fmt: skip
        assert (found[1].access_policy.permission, found[1].access_policy.start) == ("racwdl", None)
        assert found[2].access_policy is None

    def test_are_replaced_as_a_whole(self, container):
        container.set_container_access_policy({"one": AccessPolicy("r")}, public_access=PublicAccess.CONTAINER)
        container.set_container_access_policy({})
        assert container.get_container_access_policy() == {"public_access": None, "signed_identifiers": []}

    @pytest.mark.parametrize(
        "identifiers",
        [
            "".join(identifier(i) for i in range(6)),
            identifier(""),
            identifier("i" * 65),
            identifier("i") + identifier("i"),
            identifier("i", "<Permission>wr</Permission>"),
            identifier("i", "<Permission>q</Permission>"),
            identifier("i", "<Expiry>tomorrow</Expiry>"),
        ],
    )
    def test_wrong_documents(self, container, identifiers):
        raw.expect(put(container, identifiers), 400, "InvalidXmlDocument")


class TestPublicAccess:
    @pytest.mark.parametrize("access", [PublicAccess.BLOB, PublicAccess.CONTAINER])
    def test_opens_the_blobs(self, container, access):
        container.upload_blob("blob", b"hello")
        stranger = BlobClient(ENDPOINT, container.container_name, "blob", **OPTIONS)
        with refused(401, "NoAuthenticationInformation"):
            stranger.download_blob()
        container.set_container_access_policy({}, public_access=access)
        assert container.get_container_access_policy()["public_access"] == access
        assert stranger.download_blob().readall() == b"hello"
        container.set_container_access_policy({})
        with refused(401, "NoAuthenticationInformation"):
            stranger.download_blob()

    def test_wrong_value(self, container):
        answer = put(container, "", {"x-ms-blob-public-access": "everyone"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-blob-public-access", HeaderValue="everyone")


class TestConditions:
    def test_dates(self, container):
        modified = container.get_container_properties().last_modified
        with refused(412, "ConditionNotMet"):
            container.set_container_access_policy({}, if_modified_since=modified)
        with refused(412, "ConditionNotMet"):
            container.set_container_access_policy({}, if_unmodified_since=modified - DAY)
        container.set_container_access_policy({}, if_modified_since=modified - DAY)

    def test_etags_are_not_supported(self, container):
        # The reference lists only the two dates; the code is our reading of it.
        raw.expect(put(container, "", {"If-Match": "*"}), 400, "ConditionHeadersNotSupported")

    def test_a_lease_that_is_not_there(self, container):
        lease = "11111111-2222-3333-4444-555555555555"
        with refused(412, "LeaseNotPresentWithContainerOperation"):
            container.set_container_access_policy({}, lease=lease)
        with refused(412, "LeaseNotPresentWithContainerOperation"):
            container.get_container_access_policy(lease=lease)


def test_missing_container(service):
    missing = service.get_container_client(unique())
    with refused(404, "ContainerNotFound"):
        missing.get_container_access_policy()
    with refused(404, "ContainerNotFound"):
        missing.set_container_access_policy({})


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_never_by_sas(container, method):
    token = raw.account_sas(sv="2022-11-02", ss="b", srt="sco", sp="rwdlac", se="2099-01-01T00:00:00Z")
    answer = raw.request(method, f"/{container.container_name}", f"{ACL}&{token}", signed=False)
    raw.expect(answer, 403, "AuthorizationFailure")
