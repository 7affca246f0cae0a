"""Create, Get and Set Share Properties, Set Share Metadata, Get Share Stats, Delete Share, and the quota of a share."""

from datetime import datetime, timezone

import pytest
from azure.storage.fileshare import ShareAccessTier, ShareRootSquash

import raw
from env import ETAG, Seen, refused, unique
from file_env import FILE_ENDPOINT, FILES, LEASE, a_file, ask, put, with_sas

GIB = 1024**3


@pytest.fixture
def missing(files):
    """A client of a share that is not there."""
    return files.get_share_client(unique())


@pytest.fixture
def made(files):
    """A share that the test makes itself; it is deleted afterwards."""
    share = files.get_share_client(unique())
    yield share
    share.delete_share(delete_snapshots="include-leased")


class TestCreate:
    def test_answer(self, made):
        seen = Seen()
        answer = made.create_share(raw_response_hook=seen)
        assert seen.status == 201
        assert ETAG.match(answer["etag"])
        assert abs((answer["last_modified"] - datetime.now(timezone.utc)).total_seconds()) < 60
        assert answer["version"] == "2026-10-06"

    def test_what_is_not_given(self, made):
        created = made.create_share()
        found = made.get_share_properties()
        assert (found.name, found.quota, found.access_tier) == (made.share_name, 102400, "TransactionOptimized")
        assert (found.protocols, found.root_squash, found.metadata, found.snapshot) == (["SMB"], None, {}, None)
        assert (found.lease.status, found.lease.state, found.lease.duration) == ("unlocked", "available", None)
        assert (found.etag, found.last_modified) == (created["etag"], created["last_modified"])

    def test_what_is_given(self, made):
        made.create_share(metadata={"Owner": "ada", "team": "x y"}, quota=7, access_tier=ShareAccessTier.COOL)
        found = made.get_share_properties()
        assert (found.metadata, found.quota, found.access_tier) == ({"Owner": "ada", "team": "x y"}, 7, "Cool")

    @pytest.mark.parametrize("tier", ["TransactionOptimized", "Hot", "Cool"])
    def test_tiers(self, made, tier):
        made.create_share(access_tier=tier)
        assert made.get_share_properties().access_tier == tier

    def test_nfs(self, made):
        made.create_share(protocols="NFS", root_squash=ShareRootSquash.ALL_SQUASH)
        found = made.get_share_properties()
        assert (found.protocols, found.root_squash) == (["NFS"], "AllSquash")
        made.set_share_properties(root_squash="RootSquash")
        assert made.get_share_properties().root_squash == "RootSquash"

    def test_there_already(self, share):
        with refused(409, "ShareAlreadyExists"):
            share.create_share()

    @pytest.mark.parametrize(
        "name, code",
        [
            ("ab", "OutOfRangeInput"),
            ("a" * 64, "OutOfRangeInput"),
            ("Upper", "InvalidResourceName"),
            ("two--hyphens", "InvalidResourceName"),
            ("-first", "InvalidResourceName"),
            ("under_score", "InvalidResourceName"),
        ],
    )
    def test_names(self, files, name, code):
        with refused(400, code):
            files.get_share_client(name).create_share()
        with refused(400, code):
            files.get_share_client(name).get_share_properties()

    @pytest.mark.parametrize(
        "options",
        [
            {"quota": 0},
            {"quota": 102401},
            {"access_tier": "Lukewarm"},
            {"access_tier": "Premium"},
            {"protocols": "NFS", "root_squash": "SomeSquash"},
        ],
    )
    def test_values(self, missing, options):
        # Premium is a tier of accounts of another kind.
        with refused(400, "InvalidHeaderValue"):
            missing.create_share(**options)

    def test_values_that_the_sdk_does_not_send(self):
        for name, value in {"x-ms-share-quota": "many", "x-ms-enabled-protocols": "FTP", "x-ms-root-squash": "RootSquash"}.items():
            answer = ask("PUT", f"/{unique()}", "restype=share", {name: value})
            raw.expect(answer, 400, "InvalidHeaderValue", HeaderName=name, HeaderValue=value)

    def test_metadata(self, missing):
        with refused(400, "InvalidMetadata"):
            missing.create_share(metadata={"no-hyphen": "1"})
        with refused(400, "MetadataTooLarge"):
            missing.create_share(metadata={"a": "x" * 8192})
        raw.expect(ask("PUT", f"/{unique()}", "restype=share", {"x-ms-meta-": "1"}), 400, "EmptyMetadataKey")


class TestBilledBeforehand:
    """What a share is provisioned with is kept and shown, and makes nothing faster."""

    def test_provisioned(self, made):
        made.create_share(quota=1024, provisioned_iops=3000)
        found = made.get_share_properties()
        assert (found.quota, found.provisioned_iops, found.provisioned_bandwidth) == (1024, 3000, 81)
        assert (found.included_burst_iops, found.max_burst_credits_for_iops) == (9000, 21_600_000)
        assert found.next_provisioned_iops_downgrade is not None
        made.set_share_properties(quota=1024, provisioned_bandwidth_mibps=200)
        found = made.get_share_properties()
        assert (found.provisioned_iops, found.provisioned_bandwidth) == (3000, 200)
        with refused(400, "InvalidHeaderValue"):
            made.set_share_properties(quota=1024, provisioned_iops=499)

    def test_paid_bursting(self, made):
        made.create_share(paid_bursting_enabled=True, paid_bursting_iops=5000)
        found = made.get_share_properties()
        assert (found.paid_bursting_enabled, found.paid_bursting_iops, found.paid_bursting_bandwidth_mibps) == (True, 5000, 10340)
        with refused(400, "InvalidHeaderValue"):
            made.set_share_properties(quota=5, paid_bursting_iops=102_401)
        made.set_share_properties(quota=5, paid_bursting_enabled=False)
        assert made.get_share_properties().paid_bursting_enabled is None


class TestProperties:
    def test_set(self, share):
        before = share.get_share_properties()
        answer = share.set_share_properties(quota=3, access_tier="Hot")
        after = share.get_share_properties()
        assert (after.quota, after.access_tier) == (3, "Hot")
        assert answer["etag"] == after.etag != before.etag
        share.set_share_quota(4)
        found = share.get_share_properties()
        assert (found.quota, found.access_tier) == (4, "Hot")

    @pytest.mark.parametrize("options", [{"quota": 0}, {"quota": 102401}, {"access_tier": "Warm"}, {"root_squash": "AllSquash"}])
    def test_values(self, share, options):
        # A share whose protocol is SMB squashes nobody.
        with refused(400, "InvalidHeaderValue"):
            share.set_share_properties(**options)

    def test_head(self, share):
        answer = ask("HEAD", f"/{share.share_name}", "restype=share")
        assert (answer.status, answer.headers["x-ms-share-quota"], answer.body) == (200, "102400", b"")

    def test_missing(self, missing):
        with refused(404, "ShareNotFound"):
            missing.get_share_properties()
        with refused(404, "ShareNotFound"):
            missing.set_share_properties(quota=1)


class TestMetadata:
    def test_set(self, share):
        before = share.get_share_properties()
        answer = share.set_share_metadata({"Owner": "ada"})
        found = share.get_share_properties()
        assert (found.metadata, found.etag) == ({"Owner": "ada"}, answer["etag"])
        assert found.etag != before.etag
        share.set_share_metadata({})
        assert share.get_share_properties().metadata == {}

    def test_get(self, share):
        share.set_share_metadata({"Owner": "ada"})
        for method in ("GET", "HEAD"):
            answer = ask(method, f"/{share.share_name}", "restype=share&comp=metadata")
            assert (answer.status, answer.headers["x-ms-meta-Owner"], answer.body) == (200, "ada", b"")
        raw.expect(ask("GET", f"/{unique()}", "restype=share&comp=metadata"), 404, "ShareNotFound")

    def test_refusals(self, share, missing):
        with refused(400, "InvalidMetadata"):
            share.set_share_metadata({"1st": "x"})
        with refused(400, "MetadataTooLarge"):
            share.set_share_metadata({"a": "x" * 8192})
        with refused(404, "ShareNotFound"):
            missing.set_share_metadata({"a": "1"})
        raw.expect(ask("PUT", f"/{share.share_name}", "restype=share&comp=metadata", {"x-ms-meta-": "1"}), 400, "EmptyMetadataKey")


class TestStats:
    def test_sizes_are_counted_as_they_are_billed(self, share):
        assert share.get_share_stats() == 0
        file = a_file(share.get_directory_client(), 3 * GIB)
        assert share.get_share_stats() == 3 * GIB
        file.resize_file(GIB)
        a_file(share.get_directory_client(), b"hello", "other")
        assert share.get_share_stats() == GIB + 5
        file.delete_file()
        assert share.get_share_stats() == 5

    def test_missing(self, missing):
        with refused(404, "ShareNotFound"):
            missing.get_share_stats()


class TestQuota:
    # That the code comes with 403 is what clients report; the reference does not list it.
    def test_enforced(self, files):
        share = files.create_share(unique(), quota=1)
        root = share.get_directory_client()
        file = a_file(root, GIB)
        for call in (lambda: a_file(root, 1, "other"), lambda: file.resize_file(GIB + 1)):
            with refused(403, "ShareSizeLimitReached"):
                call()
        put(file, b"inside", GIB - 6)
        share.set_share_quota(2)
        file.resize_file(2 * GIB)
        share.set_share_quota(1)  # below what is there: nothing is lost, and nothing may grow
        with refused(403, "ShareSizeLimitReached"):
            file.resize_file(2 * GIB + 1)
        file.resize_file(10)
        share.delete_share()


class TestDelete:
    def test_gone(self, files):
        share = files.create_share(unique())
        a_file(share.get_directory_client(), b"twelve bytes")
        seen = Seen()
        share.delete_share(raw_response_hook=seen)
        assert seen.status == 202
        assert (seen.headers["x-ms-file-share-usage-bytes"], seen.headers["x-ms-file-share-snapshot-usage-bytes"]) == ("12", "0")
        with refused(404, "ShareNotFound"):
            share.delete_share()
        with refused(404, "ShareNotFound"):
            share.get_file_client("file").get_file_properties()

    def test_at_once_anew(self, files):
        name = unique()
        a_file(files.create_share(name).get_directory_client())
        files.delete_share(name)
        again = files.create_share(name)
        assert list(again.list_directories_and_files()) == []
        again.delete_share()

    def test_what_is_no_value(self, share):
        answer = ask("DELETE", f"/{share.share_name}", "restype=share", {"x-ms-delete-snapshots": "some"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-delete-snapshots")


def test_secret_of_the_client_is_needed(share):
    path = f"/{share.share_name}"
    raw.expect(ask("GET", path, "restype=share", signed=False), 401, "NoAuthenticationInformation")
    with refused(403, "AuthenticationFailed"):
        with_sas(share, "sv=2026-10-06&sr=s&sig=bm8%3D&se=2099-01-01&sp=r").get_share_properties()
    wrong = {"account_name": FILES.credential.account_name, "account_key": "bm90IHRoZSBrZXk="}
    with refused(403, "AuthenticationFailed"):
        type(share)(FILE_ENDPOINT, share.share_name, credential=wrong, retry_total=0).get_share_properties()


def test_lease_ids_of_nobody(share):
    with refused(412, "LeaseNotPresentWithContainerOperation"):
        share.set_share_metadata({"a": "1"}, lease=LEASE)
