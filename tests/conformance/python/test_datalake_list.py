"""List Paths: what an item says, recursive or not, by directory, in pages, from a name on, and what is wrong with a question."""

import json
import re
from datetime import datetime, timezone

import pytest
from azure.core.exceptions import HttpResponseError

from datalake_env import (
    ALICE,
    BOB,
    PLAIN,
    a_directory,
    a_file,
    every_name,
    expect_json,
    names,
    pytestmark as pytestmark,
)
from env import refused, unique

TREE = ("a/1", "a/b/2", "a/b/c/3", "a-/4", "b/5", "file")
# In the order of full paths, a directory's own name as if a slash stood behind it.
EVERYTHING = ["a-", "a-/4", "a", "a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3", "b", "b/5", "file"]


@pytest.fixture
def tree(file_system):
    for name in TREE:
        a_file(file_system, name, name.encode())
    return file_system


def pages(file_system, size, path=None, recursive=True, continuation=None, **options):
    listing = file_system.get_paths(path, recursive, size, **options).by_page(continuation)
    return [[item.name for item in page] for page in listing]


def test_an_item_of_each_kind(file_system):
    expiry = datetime(2099, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    file = a_file(file_system, owner=ALICE, group=BOB, expires_on=expiry)
    a_directory(file_system).set_access_control(acl=f"{PLAIN},user:{ALICE}:rwx")
    directory, item = file_system.get_paths()
    found = file.get_file_properties()
    assert (item.name, item.is_directory, item.content_length, item.owner, item.group) == ("file", False, 5, ALICE, BOB)
    assert (item.etag, item.expiry_time) == (found.etag.strip('"'), expiry)
    assert item.creation_time.replace(microsecond=0) == found.creation_time
    assert (directory.is_directory, directory.permissions[-1], directory.expiry_time) == (True, "+", None)


def test_the_json_itself(lake, file_system):
    a_file(file_system, "a/file")
    answer = lake.ask("GET", f"/{file_system.file_system_name}", "resource=filesystem&recursive=true")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json;charset=utf-8")
    directory, file = json.loads(answer.body)["paths"]
    # Recordings of the service: these names, all values text, no isDirectory of a file.
    assert sorted(file) == ["contentLength", "creationTime", "etag", "expiryTime", "group", "lastModified", "name", "owner", "permissions"]
    assert (file["contentLength"], file["expiryTime"], file["owner"], file["permissions"]) == ("5", "0", "$superuser", "rw-r-----")
    assert re.match(r"^1\d{17}$", file["creationTime"]) and re.match("^0x[0-9A-F]+$", file["etag"])
    assert (directory["isDirectory"], directory["permissions"]) == ("true", "rwxr-x---")


def test_this_directory_and_everything_below(tree):
    assert names(tree) == ["a-", "a", "b", "file"]
    assert every_name(tree) == EVERYTHING
    assert names(tree, "a") == ["a/1", "a/b"]
    assert names(tree, "/a/b/") == ["a/b/2", "a/b/c"]
    assert every_name(tree, "a") == ["a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3"]
    a_directory(tree, "empty")
    assert every_name(tree, "empty") == []


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
def test_pages_of_every_size(tree, size):
    assert pages(tree, size) == [EVERYTHING[first : first + size] for first in range(0, len(EVERYTHING), size)]


def test_on_from_a_page_after_things_have_changed(tree):
    listing = tree.get_paths(recursive=True, max_results=4).by_page()
    assert len(list(next(listing))) == 4
    a_file(tree, "0")
    tree.delete_directory("a/b")
    assert sum(pages(tree, None, continuation=listing.continuation_token), []) == ["b", "b/5", "file"]


def test_from_a_name_on(tree):
    # start_from: relative to the directory, and itself listed.
    assert names(tree, start_from="b") == ["b", "file"]
    assert names(tree, "a", start_from="2") == ["a/b"]
    assert every_from(tree, "b/c", "a") == ["a/b/c", "a/b/c/3"]
    assert every_from(tree, "b/5") == ["b/5", "file"]
    assert names(tree, start_from="zz") == []
    # "Non-recursive listing supports only one entity level. An error will appear"; which, is not said.
    with refused(400, "InvalidQueryParameterValue"):
        names(tree, start_from="a/b")


def every_from(file_system, start, path=None):
    return names(file_system, path, True, start_from=start)


def test_names_of_users(tree):
    assert {item.owner for item in tree.get_paths(upn=True)} == {"$superuser"}


def test_what_is_no_directory(lake, tree):
    with refused(404, "PathNotFound") as info:
        names(tree, "none")
    assert "The specified path does not exist." in info.value.message
    # The reference is silent; Hadoop's ABFS lists a file so.
    assert names(tree, "file") == ["file"]
    with refused(404, "FilesystemNotFound"):
        names(lake.service.get_file_system_client(unique()))


def test_questions_that_are_none(lake, file_system):
    def ask(query):
        return lake.ask("GET", f"/{file_system.file_system_name}", f"resource=filesystem{query}")

    expect_json(ask(""), 400, "MissingRequiredQueryParameter")
    expect_json(ask("&recursive=perhaps"), 400, "InvalidQueryParameterValue")
    expect_json(ask("&recursive=true&maxResults=0"), 400, "OutOfRangeQueryParameterValue")
    expect_json(ask("&recursive=true&continuation=x"), 400, "InvalidQueryParameterValue")
    assert ask("&recursive=true&maxResults=100000").status == 200  # "if greater than 5,000, up to 5,000 items"
    with pytest.raises(HttpResponseError):
        pages(file_system, 1, continuation="x")
