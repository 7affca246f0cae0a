"""Immutability policies and legal holds of versions."""

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from azure.storage.blob import BlobBlock, ImmutabilityPolicy

from env import on_emulator_only, refused, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only  # immutable storage is a setting of the account

HOUR = timedelta(hours=1)


def policy(mode="Unlocked", hours=1):
    return ImmutabilityPolicy(expiry_time=datetime.now(timezone.utc).replace(microsecond=0) + hours * HOUR, policy_mode=mode)


class ImmutableAccount(OwnAccount):
    def __init__(self, settings):
        super().__init__()
        control("PUT", f"accounts/{self.name}", json.dumps({"immutableStorageWithVersioning": settings}))
        self.container = self.blobs.create_container(unique())

    def blob(self, name="blob"):
        return self.container.get_blob_client(name)


@pytest.fixture
def account():
    return ImmutableAccount({"enabled": True})


def test_set_and_shown(account):
    blob = account.blob()
    blob.upload_blob(b"text")
    wanted = policy()
    set_ = blob.set_immutability_policy(wanted)
    assert (set_["immutability_policy_until_date"], set_["immutability_policy_mode"]) == (wanted.expiry_time, "unlocked")
    shown = blob.get_blob_properties().immutability_policy
    assert (shown.expiry_time, shown.policy_mode) == (wanted.expiry_time, "unlocked")
    (item,) = account.container.list_blobs(include=["immutabilitypolicy", "legalhold"])
    assert (item.immutability_policy.expiry_time, item.immutability_policy.policy_mode) == (wanted.expiry_time, "unlocked")
    with refused(409, "BlobImmutableDueToPolicy"):
        blob.set_blob_metadata({"n": "1"})
    with refused(412, "ConditionNotMet"):
        before = format_datetime(wanted.expiry_time - 5 * HOUR, usegmt=True)
        blob.set_immutability_policy(wanted, headers={"If-Unmodified-Since": before})
    blob.delete_immutability_policy()
    assert blob.get_blob_properties().immutability_policy.expiry_time is None


def test_locked(account):
    blob = account.blob()
    wanted = policy("Locked")
    version = blob.upload_blob(b"text", immutability_policy=wanted)["version_id"]
    with refused(409, "ImmutabilityPolicyDeleteOnLockedPolicy"):
        blob.delete_immutability_policy()
    with refused(409, "BlobImmutableDueToPolicy"):
        blob.set_immutability_policy(ImmutabilityPolicy(expiry_time=wanted.expiry_time - HOUR / 2, policy_mode="Locked"))
    blob.set_immutability_policy(ImmutabilityPolicy(expiry_time=wanted.expiry_time + HOUR, policy_mode="Locked"))
    blob.delete_blob()
    with refused(409, "BlobImmutableDueToPolicy"):
        blob.delete_blob(version_id=version)
    account.advance(7201)
    blob.delete_blob(version_id=version)


def test_uploads(account):
    wanted = policy()
    blob = account.blob("blocks")
    blob.stage_block("1", b"x")
    blob.commit_block_list([BlobBlock("1")], immutability_policy=wanted, legal_hold=True)
    properties = blob.get_blob_properties()
    assert (properties.immutability_policy.expiry_time, properties.has_legal_hold) == (wanted.expiry_time, True)
    log = account.blob("log")
    log.create_append_blob(immutability_policy=wanted)
    with refused(409, "BlobImmutableDueToPolicy"):
        log.append_block(b"line")
    disk = account.blob("disk")
    disk.create_page_blob(512, legal_hold=True)
    with refused(409, "BlobImmutableDueToLegalHold"):
        disk.upload_page(b"x" * 512, 0, 512)


def test_legal_hold(account):
    blob = account.blob()
    version = blob.upload_blob(b"text")["version_id"]
    assert blob.set_legal_hold(True)["legal_hold"] is True
    assert blob.get_blob_properties().has_legal_hold is True
    blob.upload_blob(b"more", overwrite=True)
    with refused(409, "BlobImmutableDueToLegalHold"):
        blob.delete_blob(version_id=version)


def test_default_of_the_container():
    period = {"immutabilityPeriodSinceCreationInDays": 2, "state": "Locked"}
    account = ImmutableAccount({"enabled": True, "immutabilityPolicy": period})
    blob = account.blob()
    blob.upload_blob(b"text")
    assert blob.get_blob_properties().immutability_policy.policy_mode == "locked"
    properties = account.container.get_container_properties()
    assert (properties.has_immutability_policy, properties.immutable_storage_with_versioning_enabled) == (True, True)
