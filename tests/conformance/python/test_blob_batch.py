"""Blob Batch: many deletes or tiers in one request."""

import pytest
from azure.core import MatchConditions
from azure.storage.blob import PartialBatchErrorException, StandardBlobTier

from env import OTHER_ETAG


@pytest.fixture
def names(container):
    names = [f"b {i}/ä" for i in range(5)]
    for name in names:
        container.upload_blob(name, b"x")
    return names


def left(container):
    return [blob.name for blob in container.list_blobs()]


def test_deletes(container, names):
    assert [part.status_code for part in container.delete_blobs(*names)] == [202] * 5
    assert left(container) == []


def test_sets_tiers(container, names):
    parts = container.set_standard_blob_tier_blobs(StandardBlobTier.COOL, *names)
    assert [part.status_code for part in parts] == [200] * 5
    assert {blob.blob_tier for blob in container.list_blobs()} == {"Cool"}


def test_says_which_part_failed(container, names):
    with pytest.raises(PartialBatchErrorException) as info:
        container.delete_blobs(names[0], "missing", names[1])
    assert [part.status_code for part in info.value.parts] == [202, 404, 202]
    assert info.value.parts[1].headers["x-ms-error-code"] == "BlobNotFound"
    assert left(container) == names[2:]


def test_failures_are_only_listed_when_wanted_so(container, names):
    parts = list(container.delete_blobs("missing", names[0], raise_on_any_failure=False))
    assert [(part.status_code, part.reason) for part in parts] == [(404, "The specified blob does not exist."), (202, "Accepted")]


def test_parts_may_have_conditions(container, names):
    parts = container.delete_blobs(
        {"name": names[0], "etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified},
        {"name": names[1], "etag": OTHER_ETAG, "match_condition": MatchConditions.IfModified},
        raise_on_any_failure=False,
    )
    assert [part.status_code for part in parts] == [412, 202]


def test_more_than_256_parts(container):
    parts = list(container.delete_blobs(*[f"b{i}" for i in range(257)], raise_on_any_failure=False))
    assert [part.headers["x-ms-error-code"] for part in parts] == ["ExceedsMaxBatchRequestCount"]
