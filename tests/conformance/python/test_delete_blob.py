"""Delete Blob."""

from azure.storage.blob import StandardBlobTier

from env import DAY, Seen, refused, unique


def test_answer(container, blob):
    blob.upload_blob(b"x")
    seen = Seen()
    blob.delete_blob(raw_response_hook=seen)
    assert seen.status == 202
    assert seen.headers["x-ms-delete-type-permanent"] == "true"
    assert blob.exists() is False
    with refused(404, "BlobNotFound"):
        blob.download_blob()
    assert list(container.list_blob_names()) == []


def test_missing(blob, service):
    with refused(404, "BlobNotFound"):
        blob.delete_blob()
    with refused(404, "ContainerNotFound"):
        service.get_blob_client(unique(), "blob").delete_blob()


def test_twice(blob):
    blob.upload_blob(b"x")
    blob.delete_blob()
    with refused(404, "BlobNotFound"):
        blob.delete_blob()


def test_name_is_free_again(blob):
    blob.upload_blob(b"old", metadata={"a": "1"})
    blob.delete_blob()
    blob.upload_blob(b"new")
    assert blob.download_blob().readall() == b"new"
    assert blob.get_blob_properties().metadata == {}


def test_others_stay(container):
    for name in ("a", "a/b", "ab"):
        container.upload_blob(name, b"x")
    container.delete_blob("a")
    assert list(container.list_blob_names()) == ["a/b", "ab"]


def test_when_the_tier_was_changed(blob):
    blob.upload_blob(b"hello")
    blob.set_standard_blob_tier(StandardBlobTier.COOL)
    changed = blob.get_blob_properties().blob_tier_change_time
    with refused(412, "AccessTierChangeTimeConditionNotMet"):
        blob.delete_blob(access_tier_if_unmodified_since=changed - DAY)
    with refused(412, "AccessTierChangeTimeConditionNotMet"):
        blob.delete_blob(access_tier_if_modified_since=changed)
    blob.delete_blob(access_tier_if_unmodified_since=changed)
