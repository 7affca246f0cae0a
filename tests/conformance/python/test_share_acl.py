"""Get and Set Share ACL, and shared access signatures that follow a stored policy."""

from datetime import timezone

import pytest
from azure.storage.fileshare import AccessPolicy, ShareSasPermissions, generate_file_sas, generate_share_sas

import raw
from env import ACCOUNT, KEY, refused, unique
from file_env import a_file, ask, later, moment, names, read, with_sas


def policy(permission="r", **options):
    return AccessPolicy(permission=permission, **({"expiry": later(hours=1)} | options))


class TestPolicies:
    def test_come_back(self, share):
        assert share.get_share_access_policy()["signed_identifiers"] == []
        wanted = {
            "MTIzNDU2": AccessPolicy("rcwdl", later(days=2).replace(microsecond=0), moment()),
            "open": AccessPolicy(ShareSasPermissions(read=True)),
        }
        before = share.get_share_properties()
        answer = share.set_share_access_policy(wanted)
        assert answer["etag"] == share.get_share_properties().etag != before.etag
        found = share.get_share_access_policy()
        assert found["public_access"] is None
        assert [one.id for one in found["signed_identifiers"]] == ["MTIzNDU2", "open"]
        first, second = (one.access_policy for one in found["signed_identifiers"])
        assert first.permission == "rcwdl"
        assert str(first.expiry).startswith(wanted["MTIzNDU2"].expiry.astimezone(timezone.utc).strftime("%Y-%m-%d"))
        assert (second.permission, second.expiry, second.start) == ("r", None, None)
        share.set_share_access_policy({})
        assert share.get_share_access_policy()["signed_identifiers"] == []

    def test_refusals(self, share, files):
        path, query = f"/{share.share_name}", "restype=share&comp=acl"

        def put(ids, permission="r"):
            inner = "".join(
                f"<SignedIdentifier><Id>{one}</Id><AccessPolicy><Permission>{permission}</Permission></AccessPolicy></SignedIdentifier>"
                for one in ids
            )
            return ask("PUT", path, query, body=f"<SignedIdentifiers>{inner}</SignedIdentifiers>".encode())

        for ids in (list("123456"), ["i" * 65], ["a", "a"]):
            raw.expect(put(ids), 400, "InvalidXmlDocument")
        raw.expect(put(["a"], "rx"), 400, "InvalidXmlDocument")
        raw.expect(ask("PUT", path, query, body=b"<SignedIdent"), 400, "InvalidXmlDocument")
        missing = files.get_share_client(unique())
        with refused(404, "ShareNotFound"):
            missing.get_share_access_policy()
        with refused(404, "ShareNotFound"):
            missing.set_share_access_policy({})

    def test_head(self, share):
        assert ask("HEAD", f"/{share.share_name}", "restype=share&comp=acl").status == 200


class TestSasByPolicy:
    @pytest.fixture
    def file(self, share):
        return a_file(share.get_directory_client(), b"hello")

    def test_of_the_share(self, share, file):
        share.set_share_access_policy({"p": policy("rl")})
        mine = with_sas(share, generate_share_sas(ACCOUNT, share.share_name, KEY, policy_id="p"))
        assert names(mine) == ["file"]
        with refused(403, "AuthorizationPermissionMismatch"):
            mine.get_file_client("other").create_file(1)
        share.set_share_access_policy({"p": policy("c")})
        mine.get_file_client("other").create_file(1)
        with refused(403, "AuthorizationPermissionMismatch"):
            names(mine)
        share.set_share_access_policy({})
        with refused(403, "AuthenticationFailed"):
            names(mine)

    def test_of_a_file(self, share, file):
        share.set_share_access_policy({"p": policy("r")})
        token = generate_file_sas(ACCOUNT, share.share_name, ["file"], KEY, policy_id="p")
        assert read(with_sas(file, token)) == b"hello"
        share.set_share_access_policy({"p": policy("r", expiry=later(hours=-1))})
        with refused(403, "AuthenticationFailed"):
            read(with_sas(file, token))

    def test_said_twice(self, share, file):
        share.set_share_access_policy({"p": policy("r")})
        token = generate_file_sas(ACCOUNT, share.share_name, ["file"], KEY, permission="r", policy_id="p")
        with refused(403, "AuthenticationFailed"):
            read(with_sas(file, token))
