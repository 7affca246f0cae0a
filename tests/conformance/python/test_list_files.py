"""List Directories and Files: order, prefix, pages, what entries show; List Handles and Force Close Handles."""

import pytest

import raw
from env import refused, unique
from file_env import OTHER_LEASE, a_directory, a_file, ask, moment, names


@pytest.fixture(scope="module")
def filled(files):
    """A share with directories and files of several names and in two levels."""
    share = files.create_share(unique())
    for name in ("Beta", "delta"):
        a_file(a_directory(share, name), b"inside", "inside")
    for number, name in enumerate(("alpha.txt", "Charlie", "echo", "prefix-1", "Prefix-2"), 1):
        a_file(share.get_directory_client(), number * 10, name)
    yield share
    share.delete_share()


NAMES = ["alpha.txt", "Beta", "Charlie", "delta", "echo", "prefix-1", "Prefix-2"]


def shown(page):
    """The SDK puts the directories of a page before its files."""
    return sorted(page, key=lambda name: name in ("Beta", "delta"), reverse=True)


class TestList:
    def test_one_level_in_order(self, filled):
        # That letter case does not count in the order is our reading of "lexical order".
        answer = ask("GET", f"/{filled.share_name}", "restype=directory&comp=list")
        assert [item.findtext("Name") for item in answer.xml.find("Entries")] == NAMES
        found = list(filled.list_directories_and_files())
        assert [item.name for item in found] == shown(NAMES)
        assert [item.name for item in found if item.is_directory] == ["Beta", "delta"]
        assert [item.size for item in found if not item.is_directory] == [10, 20, 30, 40, 50]
        assert names(filled, "beta") == ["inside"]

    @pytest.mark.parametrize("prefix, wanted", [("prefix", ["prefix-1", "Prefix-2"]), ("B", ["Beta"]), ("no", []), ("", NAMES)])
    def test_prefix(self, filled, prefix, wanted):
        assert names(filled, None, prefix) == shown(wanted)

    @pytest.mark.parametrize("size", range(1, 9))
    def test_pages(self, filled, size):
        pages = filled.get_directory_client().list_directories_and_files(results_per_page=size).by_page()
        assert [[item.name for item in page] for page in pages] == [shown(NAMES[at : at + size]) for at in range(0, 7, size)]

    def test_goes_on_from_a_marker(self, filled):
        root = filled.get_directory_client()
        first = root.list_directories_and_files(results_per_page=3).by_page()
        next(first)
        rest = root.list_directories_and_files(results_per_page=3).by_page(first.continuation_token)
        assert [item.name for page in rest for item in page] == ["delta", "echo", "prefix-1", "Prefix-2"]

    def test_nothing_but_names_and_sizes(self, filled):
        (item,) = filled.list_directories_and_files(name_starts_with="alpha")
        assert (item.name, item.size, item.is_directory) == ("alpha.txt", 10, False)
        assert (item.etag, item.last_modified, item.file_attributes, item.permission_key) == (None, None, None, None)
        assert item.file_id == filled.get_file_client("alpha.txt").get_file_properties().file_id

    def test_include(self, share):
        directory = a_directory(share, "d")
        directory.set_http_headers("Hidden", moment("2018-01-02T03:04:05.000001Z"), moment("2019-01-02T03:04:05.000002Z"))
        file = a_file(share.get_directory_client(), 5, "f", file_attributes="ReadOnly|System")
        include = ["timestamps", "Etag", "Attributes", "PermissionKey"]
        for item, found in zip(
            share.list_directories_and_files(include=include), (directory.get_directory_properties(), file.get_file_properties())
        ):
            assert item.etag in (found.etag, found.etag.strip('"'))
            assert (item.last_modified, item.file_attributes) == (found.last_modified, found.file_attributes)
            assert (item.permission_key, item.file_id) == (found.permission_key, found.file_id)
            times = found.creation_time, found.last_write_time, found.change_time, found.last_write_time
            listed = item.creation_time, item.last_write_time, item.change_time, item.last_access_time
            assert [moment(text[:-2] + "Z") for text in listed] == list(times)  # as text, to 100 ns

    def test_document(self, filled):
        answer = ask("GET", f"/{filled.share_name}/Beta", "restype=directory&comp=list&maxresults=5&prefix=i")
        root = answer.xml
        assert answer.headers["Content-Type"] == "application/xml"
        assert (root.tag, root.attrib["ShareName"], root.attrib["DirectoryPath"]) == (
            "EnumerationResults",
            filled.share_name,
            "Beta",
        )
        assert [child.tag for child in root] == ["Prefix", "MaxResults", "DirectoryId", "Entries", "NextMarker"]
        assert [child.tag for child in root.find("Entries/File")] == ["FileId", "Name", "Properties"]

    def test_names_that_xml_cannot_hold(self, share):
        # U+FFFE may be in a name, and in no document.
        name = "odd\ufffe"
        a_file(share.get_directory_client(), b"x", name)
        assert names(share) == [name]

    def test_refusals(self, filled, share):
        path, query = f"/{filled.share_name}", "restype=directory&comp=list"
        raw.expect(ask("GET", path, f"{query}&maxresults=0"), 400, "OutOfRangeQueryParameterValue", MinimumAllowed="1")
        raw.expect(ask("GET", path, f"{query}&maxresults=-1"), 400, "OutOfRangeQueryParameterValue")
        raw.expect(ask("GET", path, f"{query}&maxresults=x"), 400, "InvalidQueryParameterValue", QueryParameterName="maxresults")
        raw.expect(ask("GET", path, f"{query}&include=everything"), 400, "InvalidQueryParameterValue", QueryParameterName="include")
        raw.expect(ask("GET", path, f"{query}&marker=none"), 400, "OutOfRangeInput")
        with refused(404, "ResourceNotFound"):
            names(filled, "missing")
        with refused(404, "ParentNotFound"):
            names(filled, "missing/deep")
        with refused(409, "ResourceTypeMismatch"):
            names(filled, "echo")
        missing = type(share)(share.url.rsplit("/", 1)[0], unique(), credential=share.credential, retry_total=0)
        with refused(404, "ShareNotFound"):
            names(missing)


class TestHandles:
    """Clients of SMB have handles; nobody has one here."""

    def test_none(self, filled):
        directory, file = filled.get_directory_client("Beta"), filled.get_file_client("echo")
        assert list(directory.list_handles()) == list(directory.list_handles(recursive=True)) == []
        assert list(file.list_handles()) == []
        nobody = {"closed_handles_count": 0, "failed_handles_count": 0}
        assert directory.close_all_handles() == directory.close_all_handles(recursive=True) == nobody
        assert file.close_all_handles() == nobody
        assert file.close_handle("1") == directory.close_handle("1") == nobody

    def test_missing(self, filled):
        directory, file = filled.get_directory_client("missing"), filled.get_file_client("missing")
        for call in (
            lambda: list(directory.list_handles()),
            lambda: list(file.list_handles()),
            lambda: directory.close_handle("1"),
            lambda: file.close_handle("1"),
        ):
            with refused(404, "ResourceNotFound"):
                call()

    def test_values(self, filled):
        path = f"/{filled.share_name}/echo"
        raw.expect(ask("GET", path, "comp=listhandles&maxresults=0"), 400, "OutOfRangeQueryParameterValue")
        raw.expect(ask("PUT", path, "comp=forceclosehandles"), 400, "MissingRequiredHeader", HeaderName="x-ms-handle-id")
        with refused(400, "InvalidHeaderValue"):
            filled.get_file_client("echo").close_handle(OTHER_LEASE)
