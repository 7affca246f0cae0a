"""Leases of files, which have no end, and of shares: who may do what, with which id, and which code says no."""

import pytest
from azure.storage.fileshare import ContentSettings, ShareLeaseClient

import raw
from env import ETAG, GUID, Seen, on_emulator_only, refused, unique
from file_env import LEASE, OTHER_LEASE, a_file, ask, put, read

HALF_A_MINUTE = 30


@pytest.fixture
def file(share):
    return a_file(share.get_directory_client(), b"hello")


def lease_of(client):
    found = (client.get_file_properties() if hasattr(client, "get_file_properties") else client.get_share_properties()).lease
    return found.status, found.state, found.duration


class TestFile:
    def test_life(self, file):
        before = file.get_file_properties()
        lease = file.acquire_lease()
        assert GUID.match(lease.id)
        assert lease_of(file) == ("locked", "leased", "infinite")
        lease.change(LEASE)
        assert lease.id == LEASE
        lease.release()
        assert lease_of(file) == ("unlocked", "available", None)
        after = file.get_file_properties()
        assert (after.etag, after.last_modified) == (before.etag, before.last_modified)

    def test_answers(self, share, file):
        path, query = f"/{share.share_name}/file", "comp=lease"
        acquired = ask(
            "PUT", path, query, {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": LEASE}
        )
        assert (acquired.status, acquired.headers["x-ms-lease-id"]) == (201, LEASE)
        assert ETAG.match(acquired.headers["ETag"])
        changed = ask(
            "PUT", path, query, {"x-ms-lease-action": "change", "x-ms-lease-id": LEASE, "x-ms-proposed-lease-id": OTHER_LEASE}
        )
        assert (changed.status, changed.headers["x-ms-lease-id"]) == (200, OTHER_LEASE)
        broken = ask("PUT", path, query, {"x-ms-lease-action": "break"})
        assert (broken.status, broken.headers["x-ms-lease-time"]) == (202, "0")
        released = ask("PUT", path, query, {"x-ms-lease-action": "release", "x-ms-lease-id": OTHER_LEASE})
        assert released.status == 200

    def test_break_is_at_once(self, file):
        lease = file.acquire_lease(lease_id=LEASE)
        assert lease.break_lease() == 0
        assert lease_of(file) == ("unlocked", "broken", None)
        put(file, b"x")
        file.acquire_lease(lease_id=OTHER_LEASE)
        assert lease_of(file)[1] == "leased"

    def test_refusals(self, share, file):
        file.acquire_lease(lease_id=LEASE)
        mine, other = (lambda: ShareLeaseClient(file, LEASE)), ShareLeaseClient(file, OTHER_LEASE)  # one forgets its id at the end
        with refused(409, "LeaseAlreadyPresent"):
            file.acquire_lease()
        with refused(409, "LeaseIdMismatchWithLeaseOperation"):
            other.release()
        with refused(409, "LeaseIdMismatchWithLeaseOperation"):
            other.change("22222222-2222-4333-8444-555555555555")
        mine().break_lease()
        with refused(409, "LeaseNotPresentWithLeaseOperation"):
            mine().change(OTHER_LEASE)
        mine().release()
        with refused(409, "LeaseIdMismatchWithLeaseOperation"):
            mine().release()
        with refused(409, "LeaseNotPresentWithLeaseOperation"):
            mine().break_lease()
        path = f"/{share.share_name}/file"
        answer = ask("PUT", path, "comp=lease", {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "15"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-lease-duration")
        answer = ask("PUT", path, "comp=lease", {"x-ms-lease-action": "renew", "x-ms-lease-id": LEASE})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-lease-action")
        answer = ask("PUT", path, "comp=lease", {"x-ms-lease-action": "change", "x-ms-proposed-lease-id": LEASE})
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-lease-id")
        answer = ask("PUT", path, "comp=lease", {"x-ms-lease-action": "release"})
        raw.expect(answer, 400, "MissingRequiredHeader", HeaderName="x-ms-lease-id")

    @pytest.mark.parametrize("action", ["acquire", "change", "release", "break"])
    def test_missing(self, share, action):
        headers = {
            "x-ms-lease-action": action,
            "x-ms-lease-id": LEASE,
            "x-ms-lease-duration": "-1",
            "x-ms-proposed-lease-id": OTHER_LEASE,
        }
        for path, code in (("missing", "ResourceNotFound"), ("missing/deep", "ParentNotFound")):
            raw.expect(ask("PUT", f"/{share.share_name}/{path}", "comp=lease", headers), 404, code)

    # Who writes needs the id, who reads does not; a wrong one is refused either way.
    WRITES = {
        "create": lambda file, lease: file.create_file(5, lease=lease),
        "range": lambda file, lease: put(file, b"x", lease=lease),
        "clear": lambda file, lease: file.clear_range(0, 512, lease=lease),
        "resize": lambda file, lease: file.resize_file(600, lease=lease),
        "properties": lambda file, lease: file.set_http_headers(ContentSettings(), lease=lease),
        "metadata": lambda file, lease: file.set_file_metadata({"a": "1"}, lease=lease),
        "delete": lambda file, lease: file.delete_file(lease=lease),
    }
    READS = {
        "download": lambda file, lease: read(file, lease=lease),
        "properties": lambda file, lease: file.get_file_properties(lease=lease),
        "ranges": lambda file, lease: file.get_ranges(lease=lease),
    }

    @pytest.mark.parametrize("operation", WRITES)
    def test_writes(self, share, operation):
        file = a_file(share.get_directory_client(), 1024)
        write = self.WRITES[operation]
        with refused(412, "LeaseNotPresentWithFileOperation"):
            write(file, LEASE)
        lease = file.acquire_lease(lease_id=LEASE)
        with refused(412, "LeaseIdMissing"):
            write(file, None)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            write(file, OTHER_LEASE)
        write(file, lease)

    @pytest.mark.parametrize("operation", READS)
    def test_reads(self, file, operation):
        read_it = self.READS[operation]
        with refused(412, "LeaseNotPresentWithFileOperation"):
            read_it(file, LEASE)
        lease = file.acquire_lease(lease_id=LEASE)
        read_it(file, None)
        read_it(file, lease)
        with refused(412, "LeaseIdMismatchWithFileOperation"):
            read_it(file, OTHER_LEASE)

    def test_metadata(self, share, file):
        # This SDK reads metadata with the properties.
        file.acquire_lease(lease_id=LEASE)
        answer = ask("GET", f"/{share.share_name}/file", "comp=metadata", {"x-ms-lease-id": OTHER_LEASE})
        raw.expect(answer, 412, "LeaseIdMismatchWithFileOperation")

    def test_the_lease_stays_over_a_new_file(self, file):
        lease = file.acquire_lease(lease_id=LEASE)
        file.create_file(3, lease=lease)
        assert lease_of(file) == ("locked", "leased", "infinite")

    def test_no_lease_id(self, share, file):
        answer = ask("GET", f"/{share.share_name}/file", headers={"x-ms-lease-id": "mine"})
        raw.expect(answer, 400, "InvalidHeaderValue", HeaderName="x-ms-lease-id")


class TestShare:
    def test_life(self, share):
        before = share.get_share_properties()
        lease = share.acquire_lease(lease_duration=15)
        assert GUID.match(lease.id)
        assert lease_of(share) == ("locked", "leased", "fixed")
        lease.renew()
        lease.change(LEASE)
        assert (lease.id, lease_of(share)) == (LEASE, ("locked", "leased", "fixed"))
        lease.release()
        assert lease_of(share) == ("unlocked", "available", None)
        assert share.get_share_properties().etag == before.etag
        share.acquire_lease(lease_id=LEASE).release()

    def test_listed(self, files, share):
        lease = share.acquire_lease()
        (item,) = files.list_shares(share.share_name)
        assert (item.lease.status, item.lease.state, item.lease.duration) == ("locked", "leased", "infinite")
        lease.release()

    def test_guards_deletion_alone(self, files):
        share = files.create_share(unique())
        lease = share.acquire_lease(lease_id=LEASE)
        with refused(412, "LeaseIdMissing"):
            share.delete_share()
        with refused(412, "LeaseIdMismatchWithContainerOperation"):
            share.delete_share(lease=OTHER_LEASE)
        share.set_share_metadata({"a": "1"})
        a_file(share.get_directory_client())
        share.delete_share(lease=lease)

    USES = {
        "get properties": lambda share, lease: share.get_share_properties(lease=lease),
        "set properties": lambda share, lease: share.set_share_properties(quota=5, lease=lease),
        "set metadata": lambda share, lease: share.set_share_metadata({}, lease=lease),
        "get policies": lambda share, lease: share.get_share_access_policy(lease=lease),
        "set policies": lambda share, lease: share.set_share_access_policy({}, lease=lease),
        "stats": lambda share, lease: share.get_share_stats(lease=lease),
    }

    @pytest.mark.parametrize("use", USES)
    def test_an_id_is_checked_where_it_is_given(self, share, use):
        call = self.USES[use]
        with refused(412, "LeaseNotPresentWithContainerOperation"):
            call(share, LEASE)
        lease = share.acquire_lease(lease_id=LEASE)
        call(share, None)
        call(share, lease)
        with refused(412, "LeaseIdMismatchWithContainerOperation"):
            call(share, OTHER_LEASE)
        lease.release()

    def test_deletion_with_a_lease_of_nobody(self, share):
        with refused(412, "LeaseNotPresentWithContainerOperation"):
            share.delete_share(lease=LEASE)

    def test_refusals(self, share):
        share.acquire_lease(lease_id=LEASE)
        mine, other = (lambda: ShareLeaseClient(share, LEASE)), ShareLeaseClient(share, OTHER_LEASE)
        with refused(409, "LeaseAlreadyPresent"):
            share.acquire_lease()
        for call in (other.renew, other.release, lambda: other.change("22222222-2222-4333-8444-555555555555")):
            with refused(409, "LeaseIdMismatchWithLeaseOperation"):
                call()
        with refused(400, "InvalidHeaderValue"):
            mine().break_lease(lease_break_period=61)
        mine().break_lease(lease_break_period=60)
        assert lease_of(share)[1] == "breaking"
        with refused(409, "LeaseIsBreakingAndCannotBeAcquired"):
            share.acquire_lease(lease_id=LEASE)
        with refused(409, "LeaseIsBreakingAndCannotBeChanged"):
            mine().change(OTHER_LEASE)
        with refused(409, "LeaseIsBrokenAndCannotBeRenewed"):
            mine().renew()
        mine().break_lease(lease_break_period=0)
        assert lease_of(share)[1] == "broken"
        with refused(409, "LeaseNotPresentWithLeaseOperation"):
            mine().change(OTHER_LEASE)
        mine().release()
        with refused(409, "LeaseNotPresentWithLeaseOperation"):
            mine().break_lease()
        with refused(400, "InvalidHeaderValue"):
            share.acquire_lease(lease_duration=14)
        path, query = f"/{share.share_name}", "restype=share&comp=lease"
        raw.expect(ask("PUT", path, query, {"x-ms-lease-action": "acquire"}), 400, "MissingRequiredHeader")

    @pytest.mark.parametrize("action", ["acquire", "renew", "change", "release", "break"])
    def test_missing(self, action):
        headers = {
            "x-ms-lease-action": action,
            "x-ms-lease-id": LEASE,
            "x-ms-lease-duration": "-1",
            "x-ms-proposed-lease-id": OTHER_LEASE,
        }
        raw.expect(ask("PUT", f"/{unique()}", "restype=share&comp=lease", headers), 404, "ShareNotFound")

    def test_of_a_snapshot(self, files, share):
        snapshot = files.get_share_client(share.share_name, snapshot=share.create_snapshot())
        lease = snapshot.acquire_lease(lease_duration=60)
        assert lease_of(snapshot) == ("locked", "leased", "fixed")
        assert lease_of(share) == ("unlocked", "available", None)
        lease.renew()
        lease.change(LEASE)
        lease.break_lease(lease_break_period=0)
        lease.release()

    @on_emulator_only
    def test_expires_by_the_clock_of_the_account(self, own_files):
        share = own_files.a_share()
        lease = share.acquire_lease(lease_duration=30)
        own_files.advance(HALF_A_MINUTE)
        assert lease_of(share) == ("unlocked", "expired", None)
        lease.renew()
        lease.break_lease(lease_break_period=20)
        own_files.advance(20)
        assert lease_of(share) == ("unlocked", "broken", None)
        seen = Seen()
        share.delete_share(raw_response_hook=seen)
        assert seen.status == 202
