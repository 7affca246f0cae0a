"""Lifecycle policies: what a day of the account's time does to blobs, snapshots and versions."""

import json
import time

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import StandardBlobTier

from env import on_emulator_only, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # the policy is a setting of the account
DAY = 24 * 3600
PATIENCE = 60  # seconds; a run begins and ends within a fraction of one


def rule(name="rule", blob_types=("blockBlob",), filters=None, **actions):
    definition = {"actions": actions, "filters": {"blobTypes": blob_types} | (filters or {})}
    return {"name": name, "enabled": True, "type": "Lifecycle", "definition": definition}


def modified(days):
    return {"daysAfterModificationGreaterThan": days}


def created(days):
    return {"daysAfterCreationGreaterThan": days}


class AgingAccount(OwnAccount):
    def __init__(self, *rules, **settings):
        super().__init__()
        control("PUT", f"accounts/{self.name}", json.dumps({"lifecyclePolicy": {"rules": rules}} | settings))
        self.container = self.blobs.create_container(unique())
        # A run goes through containers by name: a blob in the last of them, which every run deletes, shows that it is over.
        self.mark = self.blobs.create_container("zz-mark")

    def pass_days(self, days):
        """Advances the clock until a run has come to the last container of all."""
        blob = self.mark.upload_blob(unique(), b"")
        self.advance(days * DAY + 60)
        end = time.monotonic() + PATIENCE
        while blob.exists():
            assert time.monotonic() < end, "no run of the policy has ended"
            time.sleep(0.05)

    def names(self, **options):
        return [item.name for item in self.container.list_blobs(**options)]

    def tier(self, name):
        return self.container.get_blob_client(name).get_blob_properties().blob_tier


MARK = rule("mark", filters={"prefixMatch": ["zz-mark/"]}, baseBlob={"delete": modified(0)})


def test_blobs_are_moved_and_deleted_by_age():
    account = AgingAccount(
        MARK,
        rule(baseBlob={"tierToCool": modified(30), "tierToArchive": modified(90), "delete": modified(365)}),
    )
    account.container.upload_blob("old", b"1")
    account.pass_days(31)
    account.container.upload_blob("young", b"2")
    assert (account.tier("old"), account.tier("young")) == ("Cool", "Hot")
    account.pass_days(70)
    assert (account.tier("old"), account.tier("young")) == ("Archive", "Cool")
    account.pass_days(280)
    assert account.names() == ["young"]


def test_filters():
    account = AgingAccount(MARK)
    name = account.container.container_name
    tagged = {"blobIndexMatch": [{"name": "keep", "op": "==", "value": "no"}]}
    policy = [
        MARK,
        rule("prefixed", filters={"prefixMatch": [f"{name}/logs/"]}, baseBlob={"delete": modified(1)}),
        rule("tagged", filters=tagged, baseBlob={"tierToCool": modified(1)}),
        rule("appended", ["appendBlob"], baseBlob={"delete": created(1)}),
        rule("off", baseBlob={"delete": modified(1)}) | {"enabled": False},
    ]
    control("PUT", f"accounts/{account.name}", json.dumps({"lifecyclePolicy": {"rules": policy}}))
    account.container.upload_blob("logs/a", b"")
    account.container.upload_blob("other", b"")
    account.container.upload_blob("tagged", b"", tags={"keep": "no"})
    account.container.get_blob_client("append").create_append_blob()
    account.pass_days(2)
    assert account.names() == ["other", "tagged"]
    assert (account.tier("other"), account.tier("tagged")) == ("Hot", "Cool")


def accessed(days):
    return {"daysAfterLastAccessTimeGreaterThan": days}


def test_by_last_access():
    account = AgingAccount(
        MARK,
        rule(baseBlob={"tierToCool": accessed(30), "delete": accessed(90), "enableAutoTierToHotFromCool": True}),
        lastAccessTimeTracking=True,
    )
    for name in ("read", "left"):
        account.container.upload_blob(name, b"1")
    account.pass_days(20)
    account.container.download_blob("read").readall()
    account.pass_days(20)
    assert (account.tier("read"), account.tier("left")) == ("Hot", "Cool")
    account.container.download_blob("left").readall()
    assert account.tier("left") == "Hot"  # at once
    account.pass_days(80)
    assert account.names() == ["left"] and account.tier("left") == "Cool"


def test_by_last_access_where_it_is_not_tracked():
    account = AgingAccount(MARK)
    account.container.upload_blob("old", b"1")
    account.advance(100 * DAY)
    policy = [MARK, rule(baseBlob={"delete": accessed(30)})]
    control("PUT", f"accounts/{account.name}", json.dumps({"lifecyclePolicy": None}))
    control("PUT", f"accounts/{account.name}", json.dumps({"lifecyclePolicy": {"rules": policy}}))
    account.pass_days(29)
    assert account.names() == ["old"]  # what counts is since when there is a policy
    account.pass_days(2)
    assert account.names() == []


def test_the_default_tier_of_the_account_counts():
    account = AgingAccount(MARK, rule(baseBlob={"tierToCool": modified(1)}), accessTier="Cool")
    account.container.upload_blob("b", b"")
    account.pass_days(2)
    assert account.container.get_blob_client("b").get_blob_properties().blob_tier_inferred


def test_snapshots_and_versions():
    account = AgingAccount(
        MARK, rule(snapshot={"delete": created(7)}, version={"delete": created(7)}), blobVersioning=True
    )
    blob = account.container.upload_blob("b", b"1")
    blob.create_snapshot()
    blob.upload_blob(b"2", overwrite=True)
    before = len(account.names(include=["snapshots", "versions"]))
    assert before > 2
    account.pass_days(8)
    assert account.names(include=["snapshots", "versions"]) == ["b"]
    assert blob.download_blob().readall() == b"2"


def test_what_is_guarded_stays():
    account = AgingAccount(MARK, rule(baseBlob={"delete": modified(1)}))
    leased = account.container.upload_blob("leased", b"")
    leased.acquire_lease()
    account.container.upload_blob("snapped", b"").create_snapshot()
    account.container.upload_blob("plain", b"")
    account.pass_days(2)
    assert account.names() == ["leased", "snapped"]


def test_more_blobs_than_a_page():
    account = AgingAccount(MARK, rule(baseBlob={"delete": modified(1)}))
    for number in range(450):
        account.container.upload_blob(f"b{number:03}", b"")
    account.pass_days(2)
    assert account.names() == []


def test_its_changes_are_recorded():
    account = AgingAccount(MARK, rule(baseBlob={"tierToCool": modified(1)}), changeFeed=True)
    account.container.upload_blob("b", b"")
    account.pass_days(2)
    log = account.blobs.get_container_client("$blobchangefeed")
    records = b"".join(log.download_blob(item.name).readall() for item in log.list_blobs(name_starts_with="log/"))
    assert b"SetBlobTier" in records
    with pytest.raises(ResourceNotFoundError):
        account.container.download_blob("none")
    assert account.tier("b") == StandardBlobTier.COOL
