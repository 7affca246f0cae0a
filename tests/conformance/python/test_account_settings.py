"""What settings of an account do to its blobs: last access times, the default tier, tiers of page blobs."""

import json
from datetime import timedelta

from azure.storage.blob import PremiumPageBlobTier

from env import on_emulator_only, refused, text_of, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only


def an_account(**settings):
    account = OwnAccount()
    control("PUT", f"accounts/{account.name}", json.dumps(settings))
    account.container = account.blobs.create_container(unique())
    return account


def test_last_access_times():
    account = an_account(lastAccessTimeTracking=True)
    blob = account.container.get_blob_client("blob")
    blob.upload_blob(b"text")
    written = blob.get_blob_properties()
    assert written.last_accessed_on == written.last_modified
    account.advance(3600)
    assert text_of(blob) == b"text"
    read = blob.get_blob_properties()
    assert read.last_accessed_on >= written.last_modified + timedelta(hours=1)
    assert read.etag == written.etag
    (item,) = account.container.list_blobs()
    assert item.last_accessed_on == read.last_accessed_on


def test_default_tier():
    blob = an_account(accessTier="Cool").container.get_blob_client("blob")
    blob.upload_blob(b"text")
    properties = blob.get_blob_properties()
    assert (properties.blob_tier, properties.blob_tier_inferred) == ("Cool", True)


def test_tiers_of_page_blobs():
    disk = an_account(sku="Premium_LRS").container.get_blob_client("disk")
    disk.create_page_blob(512, premium_page_blob_tier=PremiumPageBlobTier.P6)
    assert disk.get_blob_properties().blob_tier == "P6"
    disk.set_premium_page_blob_tier(PremiumPageBlobTier.P30)
    assert disk.get_blob_properties().blob_tier == "P30"
    with refused(409, "CannotChangeToLowerTier"):
        disk.set_premium_page_blob_tier(PremiumPageBlobTier.P10)
