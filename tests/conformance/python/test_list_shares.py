"""List Shares: prefix, pages, metadata, snapshots, deleted shares; Restore Share."""

import pytest

import raw
from env import on_emulator_only, refused, unique
from file_env import OwnFiles, SHARE_SNAPSHOT, a_file, ask, read

DAY = 24 * 3600


@pytest.fixture(scope="module")
def three(files):
    """Three shares with one prefix, the second with metadata and a snapshot."""
    prefix = unique()
    made = [files.create_share(f"{prefix}{letter}", quota=number + 1) for number, letter in enumerate("abc")]
    made[1].set_share_metadata({"Owner": "ada"})
    made[1].create_snapshot()
    yield prefix
    for share in made:
        share.delete_share(delete_snapshots=True)


def listed(files, prefix, *include, pages=None):
    options = {f"include_{name}": True for name in include}
    return list(files.list_shares(name_starts_with=prefix, results_per_page=pages, **options))


class TestList:
    def test_by_prefix(self, files, three):
        assert [(item.name, item.quota) for item in listed(files, three)] == [(f"{three}a", 1), (f"{three}b", 2), (f"{three}c", 3)]
        assert [item.name for item in listed(files, f"{three}b")] == [f"{three}b"]
        assert listed(files, f"{three}d") == []

    @pytest.mark.parametrize("size", [1, 2, 3, 4])
    def test_pages(self, files, three, size):
        pages = [[item.name[-1] for item in page] for page in files.list_shares(three, results_per_page=size).by_page()]
        everyone = list("abc")
        assert pages == [everyone[at : at + size] for at in range(0, 3, size)]

    def test_what_is_shown(self, files, three):
        item = listed(files, f"{three}b")[0]
        found = files.get_share_client(item.name).get_share_properties()
        assert (item.etag, item.last_modified) == (found.etag.strip('"'), found.last_modified) or item.etag == found.etag
        assert (item.metadata or {}, item.snapshot, item.access_tier) == ({}, None, "TransactionOptimized")
        assert (item.lease.status, item.lease.state, item.protocols, item.deleted) == ("unlocked", "available", ["SMB"], None)

    def test_include(self, files, three):
        assert [dict(item.metadata or {}) for item in listed(files, three, "metadata")] == [{}, {"Owner": "ada"}, {}]
        found = listed(files, three, "snapshots", "metadata")
        assert [(item.name[-1], bool(item.snapshot)) for item in found] == [("a", False), ("b", True), ("b", False), ("c", False)]
        assert SHARE_SNAPSHOT.match(found[1].snapshot)
        assert dict(found[1].metadata) == {"Owner": "ada"}

    def test_document(self, three):
        answer = ask("GET", "/", f"comp=list&prefix={three}&maxresults=1")
        assert answer.headers["Content-Type"] == "application/xml"
        root = answer.xml
        assert root.tag == "EnumerationResults"
        assert root.attrib["ServiceEndpoint"].endswith("/")
        assert (root.findtext("Prefix"), root.findtext("MaxResults")) == (three, "1")
        assert root.findtext("NextMarker")
        properties = [child.tag for child in root.find("Shares/Share/Properties")]
        assert properties[:3] == ["Last-Modified", "Etag", "Quota"]

    def test_refusals(self):
        raw.expect(ask("GET", "/", "comp=list&maxresults=0"), 400, "OutOfRangeQueryParameterValue", MinimumAllowed="1")
        raw.expect(ask("GET", "/", "comp=list&maxresults=x"), 400, "InvalidQueryParameterValue", QueryParameterName="maxresults")
        raw.expect(ask("GET", "/", "comp=list&include=all"), 400, "InvalidQueryParameterValue", QueryParameterName="include")
        raw.expect(ask("GET", "/", "comp=list&marker=none"), 400, "OutOfRangeInput")


@on_emulator_only  # it needs accounts of its own, whose clock moves
class TestDeleted:
    @pytest.fixture
    def account(self):
        return OwnFiles(shareDeleteRetentionDays=7)

    def deleted(self, account):
        return [item for item in account.files.list_shares(include_deleted=True) if item.deleted]

    def test_comes_back_with_all_it_held(self, account):
        share = account.a_share(metadata={"Owner": "ada"}, quota=9)
        a_file(share.get_directory_client(), b"kept")
        snapshot = share.create_snapshot()["snapshot"]
        share.delete_share(delete_snapshots=True)
        assert list(account.files.list_shares()) == []
        (item,) = self.deleted(account)
        assert (item.name, item.deleted, item.remaining_retention_days) == (share.share_name, True, 6)
        assert item.deleted_time is not None
        with refused(404, "ShareNotFound"):
            share.get_share_properties()

        back = account.files.undelete_share(item.name, item.version)
        assert back.get_share_properties().metadata == {"Owner": "ada"}
        assert back.get_share_properties().quota == 9
        assert read(back.get_file_client("file")) == b"kept"
        old = account.files.get_share_client(item.name, snapshot=snapshot)
        assert read(old.get_file_client("file")) == b"kept"
        assert self.deleted(account) == []

    def test_gone_after_its_days(self, account):
        share = account.a_share()
        share.delete_share()
        (item,) = self.deleted(account)
        account.advance(3 * DAY)
        assert [item.remaining_retention_days for item in self.deleted(account)] == [3]
        account.advance(4 * DAY)
        assert self.deleted(account) == []
        with refused(404, "ShareNotFound"):
            account.files.undelete_share(item.name, item.version)

    def test_refusals(self, account):
        share = account.a_share()
        share.delete_share()
        (item,) = self.deleted(account)
        with refused(404, "ShareNotFound"):
            account.files.undelete_share(item.name, "0000000000000000")
        with refused(404, "ShareNotFound"):
            account.files.undelete_share(item.name, "yesterday")
        share.create_share()
        with refused(409, "ShareAlreadyExists"):
            account.files.undelete_share(item.name, item.version)

    def test_nothing_is_kept_unless_that_is_wanted(self, own_files):
        share = own_files.a_share()
        share.delete_share()
        assert self.deleted(own_files) == []
