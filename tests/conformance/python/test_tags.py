"""Tags of blobs: at upload, set and read, as conditions, in listings, and searched for."""

import pytest
from azure.storage.blob import BlobBlock, StandardBlobTier

from env import refused, unique

EVERY_CHARACTER = {"aZ09 +-./:=_": "aZ09 +-./:=_", "empty": ""}


def names(found):
    return [blob.name for blob in found]


class TestOfABlob:
    def test_are_set_replaced_and_taken_away_without_a_new_etag(self, blob):
        blob.upload_blob(b"hello")
        before = blob.get_blob_properties()
        assert (blob.get_blob_tags(), before.tag_count) == ({}, None)
        blob.set_blob_tags(EVERY_CHARACTER)
        assert blob.get_blob_tags() == EVERY_CHARACTER
        after = blob.get_blob_properties()
        assert (after.etag, after.last_modified, after.tag_count) == (before.etag, before.last_modified, 2)
        blob.set_blob_tags()
        assert (blob.get_blob_tags(), blob.get_blob_properties().tag_count) == ({}, None)

    def test_come_with_uploads(self, blob):
        blob.upload_blob(b"hello", tags=EVERY_CHARACTER)
        assert blob.get_blob_tags() == EVERY_CHARACTER
        blob.stage_block("1", b"hello")
        blob.commit_block_list([BlobBlock("1")], tags={"a": "1"})
        assert blob.get_blob_tags() == {"a": "1"}
        blob.upload_blob(b"again", overwrite=True)
        assert blob.get_blob_tags() == {}

    @pytest.mark.parametrize(
        "tags, code",
        [
            ({f"k{i}": "v" for i in range(11)}, "TagsTooLarge"),
            ({"k" * 129: "v"}, "TagsTooLarge"),
            ({"k": "v" * 257}, "TagsTooLarge"),
            ({"": "v"}, "EmptyTagName"),
            ({"k": "100%"}, "InvalidInput"),
        ],
    )
    def test_are_refused(self, blob, tags, code):
        blob.upload_blob(b"hello", tags={"a": "1"})
        with refused(400, code):
            blob.set_blob_tags(tags)
        with refused(400, code):
            blob.upload_blob(b"again", overwrite=True, tags=tags)
        assert blob.get_blob_tags() == {"a": "1"}

    def test_of_what_is_missing(self, blob):
        with refused(404, "BlobNotFound"):
            blob.get_blob_tags()
        with refused(404, "BlobNotFound"):
            blob.set_blob_tags({"a": "1"})

    def test_in_listings(self, container):
        container.upload_blob("a", b"x", tags={"k": "1"})
        container.upload_blob("b", b"x")
        listed = [(item.name, item.tags, item.tag_count) for item in container.list_blobs(include=["tags"])]
        assert listed == [("a", {"k": "1"}, 1), ("b", None, None)]


class TestConditions:
    def test_guard_reads_and_writes(self, blob):
        tags = {"state": "open", "level": "2"}
        blob.upload_blob(b"hello", tags=tags)
        for run in (
            lambda **when: blob.download_blob(**when),
            lambda **when: blob.get_blob_properties(**when),
            lambda **when: blob.get_blob_tags(**when),
            lambda **when: blob.set_blob_metadata({"m": "1"}, **when),
            lambda **when: blob.set_http_headers(**when),
            lambda **when: blob.set_standard_blob_tier(StandardBlobTier.COOL, **when),
            lambda **when: blob.set_blob_tags(tags, **when),
            lambda **when: blob.upload_blob(b"hello", overwrite=True, tags=tags, **when),
            lambda **when: blob.delete_blob(**when),
        ):
            with refused(412, "ConditionNotMet"):
                run(if_tags_match_condition="state = 'closed' OR level < '2'")
            run(if_tags_match_condition="\"state\" = 'open' AND level >= '2'")

    def test_that_are_none(self, blob):
        blob.upload_blob(b"hello")
        with refused(400, "InvalidHeaderValue"):
            blob.download_blob(if_tags_match_condition="state == 'x'")


class TestFind:
    def test_in_the_account_and_in_a_container(self, service, container):
        run = unique("run")
        container.upload_blob("a", b"x", tags={"run": run, "age": "010"})
        container.upload_blob("b c/d", b"x", tags={"run": run, "age": "020"})
        found = list(service.find_blobs_by_tags(f"run = '{run}'"))
        assert [(b.container_name, b.name, b.tags) for b in found] == [
            (container.container_name, "a", {"run": run}),
            (container.container_name, "b c/d", {"run": run}),
        ]
        where = f"@container='{container.container_name}' AND \"run\"='{run}' AND age>'010'"
        assert names(service.find_blobs_by_tags(where)) == ["b c/d"]
        assert names(container.find_blobs_by_tags("age < '020' AND age >= '000'")) == ["a"]

    def test_by_every_page_size(self, container):
        for i in range(7):
            container.upload_blob(f"b{6 - i}", b"x", tags={"n": str(i % 3), "m": "1"})
        for size in range(1, 9):
            pages = container.find_blobs_by_tags("n >= '0' AND m = '1'", results_per_page=size).by_page()
            assert sorted(name for page in pages for name in names(page)) == [f"b{i}" for i in range(7)]

    def test_what_is_no_expression(self, container):
        for where in ("a", "a = 1", "a = '1' OR a = '2'", "a <> '1'"):
            with refused(400, "InvalidQueryParameterValue"):
                list(container.find_blobs_by_tags(where))
