"""List Blobs, flat and by hierarchy."""

from urllib.parse import quote, unquote

import pytest
from azure.storage.blob import BlobPrefix, ContentSettings

import raw
from env import ENDPOINT, refused, unique


def fill(container, *names):
    for name in names:
        container.upload_blob(name, name.encode())


def flat(container, **options):
    return [blob.name for blob in container.list_blobs(**options)]


def pages(paged):
    """The names on every page, and whether a further page was announced by the last one."""
    walk = paged.by_page()
    found = [[item.name for item in page] for page in walk]
    return found, bool(walk.continuation_token)


def document(container, query=""):
    answer = raw.request("GET", f"/{container.container_name}", f"restype=container&comp=list&{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/xml"
    return answer.xml


class TestFlat:
    def test_empty(self, container):
        assert flat(container) == []

    def test_order_is_by_bytes(self, container):
        ordered = ["!", "A", "B", "a", "a b", "a-b", "a/b", "a0", "aB", "aa", "b", "é", "雪"]
        fill(container, *reversed(ordered))
        assert flat(container) == ordered

    def test_order_past_the_basic_plane_is_by_bytes_of_utf_8(self, container):
        # UTF-16 order would swap the two; the reference says only "alphabetical".
        fill(container, "😀", "～")
        assert flat(container) == ["～", "😀"]

    def test_prefix(self, container):
        fill(container, "a", "a/1", "a/2", "ab", "A/3", "b/a/1")
        assert flat(container, name_starts_with="a/") == ["a/1", "a/2"]
        assert flat(container, name_starts_with="a") == ["a", "a/1", "a/2", "ab"]
        assert flat(container, name_starts_with="nothing") == []

    def test_pages(self, container):
        fill(container, *"abcdefg")
        found, more = pages(container.list_blobs(results_per_page=3))
        assert found == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
        assert not more

    def test_a_full_last_page_has_no_marker(self, container):
        fill(container, *"abcd")
        found, more = pages(container.list_blobs(results_per_page=2))
        assert found == [["a", "b"], ["c", "d"]]
        assert not more

    def test_a_marker_survives_changes(self, container):
        fill(container, *"abcdef")
        first = container.list_blobs(results_per_page=2).by_page()
        assert [blob.name for blob in next(first)] == ["a", "b"]
        container.delete_blob("b")
        container.delete_blob("c")
        fill(container, "aa", "cc")
        rest = container.list_blobs().by_page(first.continuation_token)
        assert [blob.name for blob in next(rest)] == ["cc", "d", "e", "f"]

    def test_start_from(self, container):
        fill(container, "a", "b", "b1", "c")
        assert flat(container, start_from="b") == ["b", "b1", "c"]
        assert flat(container, start_from="b0") == ["b1", "c"]
        assert flat(container, start_from="d") == []

    def test_missing_container(self, service):
        with refused(404, "ContainerNotFound"):
            flat(service.get_container_client(unique()))

    def test_names_only(self, container):
        fill(container, "a", "b")
        assert list(container.list_blob_names()) == ["a", "b"]


class TestInclude:
    def test_nothing_by_default(self, container):
        container.upload_blob("blob", b"x", metadata={"Kind": "k"})
        container.get_blob_client("staged").stage_block("a", b"x")
        listed = list(container.list_blobs())
        assert [(blob.name, blob.metadata) for blob in listed] == [("blob", {})]

    def test_metadata(self, container):
        container.upload_blob("a", b"x", metadata={"Kind": "k", "n_1": "x  y"})
        container.upload_blob("b", b"x")
        listed = list(container.list_blobs(include=["metadata"]))
        assert [blob.metadata for blob in listed] == [{"Kind": "k", "n_1": "x  y"}, {}]

    def test_uncommitted_blobs(self, container):
        container.upload_blob("b", b"xyz")
        for name in ("a", "b", "c"):
            container.get_blob_client(name).stage_block("a", b"x")
        listed = [(blob.name, blob.size) for blob in container.list_blobs(include=["uncommittedblobs"])]
        assert listed == [("a", 0), ("b", 3), ("c", 0)]

    def test_both(self, container):
        container.upload_blob("b", b"xyz", metadata={"k": "v"})
        container.get_blob_client("a").stage_block("a", b"x")
        listed = [(blob.name, blob.metadata) for blob in container.list_blobs(include=["metadata", "uncommittedblobs"])]
        assert listed == [("a", {}), ("b", {"k": "v"})]

    @pytest.mark.parametrize(
        "value",
        ["snapshots", "copy", "deleted", "deletedwithversions", "tags", "versions", "immutabilitypolicy", "legalhold"],
    )
    def test_of_what_the_blobs_do_not_have(self, container, value):
        container.upload_blob("blob", b"x", metadata={"k": "v"})
        container.get_blob_client("staged").stage_block("a", b"x")
        (listed,) = container.list_blobs(include=[value])
        assert (listed.name, listed.metadata, listed.tags, listed.tag_count) == ("blob", {}, None, None)
        assert (listed.snapshot, listed.deleted, listed.version_id) == (None, None, None)
        assert listed.copy.id is None
        assert listed.last_accessed_on is None

    def test_needs_its_version(self, container):
        query = "restype=container&comp=list&include=deletedwithversions"
        answer = raw.request("GET", f"/{container.container_name}", query, {"x-ms-version": "2020-08-04"})
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="include")

    def test_unknown(self, container):
        answer = raw.request("GET", f"/{container.container_name}", "restype=container&comp=list&include=colour")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="include", QueryParameterValue="colour")


class TestHierarchy:
    NAMES = ("a", "a/1", "a/2", "a/b/3", "b/1", "c", "d/1")

    def level(self, container, **options):
        """Prefixes and blobs; how the two lie between each other only the document tells."""
        items = list(container.walk_blobs(**options))
        prefixes = [item.name for item in items if isinstance(item, BlobPrefix)]
        return prefixes, [item.name for item in items if not isinstance(item, BlobPrefix)]

    def test_top(self, container):
        fill(container, *self.NAMES)
        assert self.level(container) == (["a/", "b/", "d/"], ["a", "c"])

    def test_below(self, container):
        fill(container, *self.NAMES)
        assert self.level(container, name_starts_with="a/") == (["a/b/"], ["a/1", "a/2"])
        assert self.level(container, name_starts_with="a/b/") == ([], ["a/b/3"])

    def test_order_in_the_document(self, container):
        fill(container, *self.NAMES)
        items = document(container, "delimiter=/").find("Blobs")
        assert [item.findtext("Name") for item in items] == ["a", "a/", "b/", "c", "d/"]
        assert [item.tag for item in items] == ["Blob", "BlobPrefix", "BlobPrefix", "Blob", "BlobPrefix"]

    def test_prefix_within_a_name(self, container):
        fill(container, "one/1", "only/2", "on")
        assert self.level(container, name_starts_with="on") == (["one/", "only/"], ["on"])

    def test_other_delimiters(self, container):
        fill(container, "a--1", "a--2", "a-3", "b.c.d")
        assert self.level(container, delimiter="--") == (["a--"], ["a-3", "b.c.d"])
        assert self.level(container, delimiter=".") == (["b."], ["a--1", "a--2", "a-3"])

    def test_delimiters_at_the_ends(self, container):
        fill(container, "/", "/a", "//b", "c/", "c//d")
        assert self.level(container) == (["/", "c/"], [])
        assert self.level(container, name_starts_with="/") == (["//"], ["/", "/a"])
        assert self.level(container, name_starts_with="c/") == (["c//"], ["c/"])

    def test_pages_count_blobs_and_prefixes(self, container):
        fill(container, "a/1", "a/2", "a/3", "b", "c/1", "c/2", "d")
        found, more = pages(container.walk_blobs(results_per_page=2))
        assert found == [["a/", "b"], ["c/", "d"]]
        assert not more

    def test_each_prefix_once_over_all_pages(self, container):
        fill(container, "a/1", "a/2", "a/3", "b/1", "b/2", "c")
        found, more = pages(container.walk_blobs(results_per_page=1))
        assert found == [["a/"], ["b/"], ["c"]]
        assert not more

    def test_no_marker_when_the_prefix_is_the_last(self, container):
        fill(container, "a/1", "a/2", "a/3")
        found, more = pages(container.walk_blobs(results_per_page=1))
        assert found == [["a/"]]
        assert not more

    def test_uncommitted_blobs_fold_too(self, container):
        container.get_blob_client("a/1").stage_block("a", b"x")
        assert self.level(container) == ([], [])
        assert self.level(container, include=["uncommittedblobs"]) == (["a/"], [])

    def test_snapshots_cannot_be_folded(self, container):
        with refused(400, "InvalidQueryParameterValue"):
            list(container.walk_blobs(include=["snapshots"]))

    def test_a_delimiter_of_several_characters(self, container):
        fill(container, "2024--a--1", "2024--b", "2025--a", "none")
        assert self.level(container, delimiter="--") == (["2024--", "2025--"], ["none"])
        assert self.level(container, name_starts_with="2024--", delimiter="--") == (["2024--a--"], ["2024--b"])

    def test_files_or_folders_only(self, container):
        fill(container, *self.NAMES)
        shown = {
            only: [item.findtext("Name") for item in document(container, f"delimiter=/&showonly={only}").find("Blobs")]
            for only in ("files", "directories", "deleted")
        }
        assert shown == {"files": ["a", "c"], "directories": ["a/", "b/", "d/"], "deleted": []}

    def test_empty_delimiter_is_none(self, container):
        fill(container, "a/1", "b")
        root = document(container, "delimiter=")
        assert [name.text for name in root.iter("Name")] == ["a/1", "b"]
        assert root.find("Blobs/BlobPrefix") is None


# A slash at either end, what URLs and XML have to escape, and text beyond ASCII.
ODD_NAMES = [
    "two words", " leading", "trailing ", "plus+sign", "100%", "a%20b", "a%2Fb", "a%252Fb", "what?", "hash#tag", "at@sign",
    "semi;colon", "co:lon", "comma,name", "equals=sign", "amp&sand", "less<than>more", "quote'\"s", "[b]{c}|^`", "~!$()*",
    "slash/", "/slash", "a//b", "a/b/c.txt", "dot.", "..dots", "ünïcödé", "雪/日本", "😀", "e\u0301", "\u00a0",
]  # fmt: skip


class TestNames:
    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_come_back(self, container, name):
        container.upload_blob(name, b"x")
        assert flat(container) == [name]
        assert flat(container, name_starts_with=name) == [name]
        assert container.download_blob(name).readall() == b"x"
        container.delete_blob(name)
        assert flat(container) == []

    def test_as_prefixes_and_markers(self, container):
        fill(container, *ODD_NAMES)
        expected = sorted(ODD_NAMES, key=str.encode)
        found, more = pages(container.list_blobs(results_per_page=1))
        assert found == [[name] for name in expected]
        assert not more
        # A folder of each name, the slash at its end left out.
        folders = sorted({f"dir/{name.strip('/').replace('/', '_')}" for name in ODD_NAMES}, key=lambda n: f"{n}/".encode())
        fill(container, *(f"{folder}/leaf" for folder in folders))
        found, more = pages(container.walk_blobs(name_starts_with="dir/", results_per_page=1))
        assert found == [[f"{folder}/"] for folder in folders]
        assert not more

    @pytest.mark.parametrize("name", ["end\uffff", "\ufffe/x", "a\uffff/b\uffff"])
    def test_illegal_in_xml(self, container, name):
        container.upload_blob(name, b"x")
        assert flat(container) == [name]
        assert container.download_blob(flat(container)[0]).readall() == b"x"
        element = document(container).find("Blobs/Blob/Name")
        assert element.get("Encoded") == "true"
        assert element.text.isascii()
        assert unquote(element.text) == name

    def test_prefix_illegal_in_xml(self, container):
        fill(container, "a\uffff/1", "a\uffff/2", "b/1")
        assert [item.name for item in container.walk_blobs()] == ["a\uffff/", "b/"]
        names = [prefix.find("Name") for prefix in document(container, "delimiter=/").findall("Blobs/BlobPrefix")]
        assert [name.get("Encoded") for name in names] == ["true", None]

    def test_plain_names_are_not_encoded(self, container):
        fill(container, "a%20b")
        element = document(container).find("Blobs/Blob/Name")
        assert (element.text, element.get("Encoded")) == ("a%20b", None)

    @pytest.mark.parametrize("name", ["a\x01", "line\nfeed", "\x7f", "\u0081"])
    def test_control_characters_are_refused(self, container, name):
        with refused(400, "InvalidUri"):
            container.upload_blob(name, b"x")

    def test_dot_segments_are_taken_out(self, container):
        # Reported of the real service, for each of these spellings.
        for path in ("./key", "%2E/key", ".%2Fkey", "a/%2E%2E/key"):
            headers = {"x-ms-blob-type": "BlockBlob"}
            answer = raw.request("PUT", f"/{container.container_name}/{path}", headers=headers, body=path.encode())
            assert answer.status == 201, answer.body
            assert container.download_blob("key").readall() == path.encode()
        assert flat(container) == ["key"]

    def test_backslash_becomes_slash(self, container):
        container.upload_blob("back\\slash", b"x")
        assert flat(container) == ["back/slash"]
        assert container.download_blob("back/slash").readall() == b"x"
        assert container.download_blob("back\\slash").readall() == b"x"


class TestDocument:
    def test_of_a_page(self, container):
        fill(container, "p/a", "p/b/1", "p/c")
        root = document(container, "prefix=p/&delimiter=/&maxresults=2&include=metadata")
        assert root.tag == "EnumerationResults"
        assert root.get("ServiceEndpoint").rstrip("/") == ENDPOINT
        assert root.get("ContainerName") == container.container_name
        assert root.findtext("Prefix") == "p/"
        assert root.findtext("Delimiter") == "/"
        assert root.findtext("MaxResults") == "2"
        assert [element.tag for element in root.find("Blobs")] == ["Blob", "BlobPrefix"]
        assert [element.findtext("Name") for element in root.find("Blobs")] == ["p/a", "p/b/"]
        marker = root.findtext("NextMarker")
        assert marker

        rest = document(container, f"prefix=p/&delimiter=/&marker={quote(marker, safe='')}")
        assert rest.findtext("Marker") == marker
        assert rest.find("MaxResults") is None
        assert [element.findtext("Name") for element in rest.find("Blobs")] == ["p/c"]
        assert rest.find("NextMarker") is not None
        assert not rest.findtext("NextMarker")

    def test_of_a_blob(self, container, blob):
        settings = ContentSettings(
            content_type="text/plain", content_encoding="identity", content_language="fr",
            content_disposition="inline", cache_control="no-store",
        )  # fmt: skip
        blob.upload_blob(b"hello", content_settings=settings, metadata={"Kind": "k"})
        head = raw.request("HEAD", f"/{container.container_name}/blob").headers
        item = document(container, "include=metadata").find("Blobs/Blob")
        assert item.findtext("Name") == "blob"
        assert item.find("Snapshot") is None
        assert item.find("Deleted") is None
        assert [(entry.tag, entry.text) for entry in item.find("Metadata")] == [("Kind", "k")]
        for name, value in {
            "Creation-Time": head["x-ms-creation-time"],
            "Last-Modified": head["Last-Modified"],
            "Etag": head["ETag"].strip('"'),  # without quotes, unlike List Containers
            "Content-Length": "5",
            "Content-Type": "text/plain",
            "Content-Encoding": "identity",
            "Content-Language": "fr",
            "Content-MD5": "XUFAKrxLKna5cZ2REBfFkg==",
            "Cache-Control": "no-store",
            "Content-Disposition": "inline",
            "BlobType": "BlockBlob",
            "LeaseStatus": "unlocked",
            "LeaseState": "available",
            "ServerEncrypted": "true",
        }.items():
            assert item.findtext(f"Properties/{name}") == value, name

    def test_before_2013_08_15(self, container):
        fill(container, "a b")
        query = "restype=container&comp=list"
        root = raw.request("GET", f"/{container.container_name}", query, {"x-ms-version": "2012-02-12"}).xml
        url = f"{ENDPOINT}/{container.container_name}"
        assert root.attrib == {"ContainerName": url}
        assert root.findtext("Blobs/Blob/Url") == f"{url}/a%20b"
        properties = [element.tag for element in root.find("Blobs/Blob/Properties")]
        assert not {"AccessTier", "ServerEncrypted", "Creation-Time", "Content-Disposition"} & set(properties)
        assert "LeaseState" in properties

    def test_ends_before_a_name(self, container):
        fill(container, *"abcd")
        query = "restype=container&comp=list&startFrom=b&endBefore=d"
        root = raw.request("GET", f"/{container.container_name}", query, {"x-ms-version": "2026-10-06"}).xml
        assert [name.text for name in root.iter("Name")] == ["b", "c"]

    @pytest.mark.parametrize("value", ["0", "-1"])
    def test_maxresults_below_one(self, container, value):
        answer = raw.request("GET", f"/{container.container_name}", f"restype=container&comp=list&maxresults={value}")
        raw.expect(
            answer, 400, "OutOfRangeQueryParameterValue", QueryParameterName="maxresults", QueryParameterValue=value
        )

    def test_maxresults_not_a_number(self, container):
        answer = raw.request("GET", f"/{container.container_name}", "restype=container&comp=list&maxresults=many")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="maxresults", QueryParameterValue="many")

    def test_maxresults_above_the_limit_is_cut(self, container):
        fill(container, "a", "b")
        root = document(container, "maxresults=9999")
        assert [name.text for name in root.iter("Name")] == ["a", "b"]
