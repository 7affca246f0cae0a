"""Partition and row keys of every kind: in URLs, filters, batches and continuation."""

import pytest

from table_env import ask, at, document, expect, insert, keys, literal, rows

ODD = [
    "", " ", "  two  ", "a b", "'", "''", "it's", "%", "%25", "%2F", "+", "a+b", "&", "a&b=c", "=", "a=b,c", "(x)", "$top", "@", ":",
    ";", "!", "*", '"', "<x>", "[a]", "{b}", "|", "^", "`", "~", "-", "_", ".", "..", "größe", "日本語", "🚀", "e\u0301", "\u00e9", "\u00a0",
    "PartitionKey='p',RowKey='r'", "null", "0", "-1", "1e5", "A", "a",
]  # fmt: skip
FORBIDDEN = ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\nb", "a\rb", "\u0000", "\u0001", "\u001f", "\u007f", "\u0080", "\u009f"]


@pytest.mark.parametrize("key", ODD)
def test_one_entity(table, key):
    """All that can be done to an entity, both of whose keys are odd."""
    entity = {"PartitionKey": key, "RowKey": key}
    table.create_entity({**entity, "A": 1})
    assert dict(table.get_entity(key, key)) == {**entity, "A": 1}
    table.update_entity({**entity, "B": 2})
    table.upsert_entity({**entity, "C": 3})
    assert dict(table.get_entity(key, key)) == {**entity, "A": 1, "B": 2, "C": 3}
    parameters = {"key": key}
    found = table.query_entities("PartitionKey eq @key and RowKey eq @key", parameters=parameters)
    assert keys(found) == [(key, key)]
    table.submit_transaction([("update", {**entity, "B": 4}), ("create", {"PartitionKey": key, "RowKey": key + "x"})])
    assert keys(table.list_entities()) == [(key, key), (key, key + "x")]
    table.submit_transaction([("delete", entity)])
    table.delete_entity(key, key + "x")
    assert list(table.list_entities()) == []


def test_all_together(table):
    """Every pair of odd keys is an entity of its own, in the order of UTF-16 code units."""
    for partition in ODD:
        for first in range(0, len(ODD), 100):
            table.submit_transaction([("create", {"PartitionKey": partition, "RowKey": row}) for row in ODD[first : first + 100]])
    ordered = sorted(set(ODD), key=lambda text: text.encode("utf-16-be"))
    wanted = [(partition, row) for partition in ordered for row in ordered]
    assert keys(table.list_entities()) == wanted
    assert keys(table.list_entities(results_per_page=7)) == wanted, "page by page: continuation names odd keys too"


def test_order_is_that_of_utf16(table):
    """U+FF21 comes after the surrogates of U+1F680, though its code point is smaller."""
    for row in ["\uff21", "\U0001f680", "Z", "a", "é"]:
        table.create_entity({"PartitionKey": "p", "RowKey": row})
    assert rows(table.list_entities()) == ["Z", "a", "é", "\U0001f680", "\uff21"]


def test_no_normalization(table):
    for row in ["\u00e9", "e\u0301"]:
        table.create_entity({"PartitionKey": "p", "RowKey": row})
    assert rows(table.list_entities()) == ["e\u0301", "\u00e9"]


@pytest.mark.parametrize("key", FORBIDDEN)
@pytest.mark.parametrize("place", ["PartitionKey", "RowKey"])
def test_forbidden_characters(table, key, place):
    body = {"PartitionKey": "p", "RowKey": "r", place: key}
    expect(ask("POST", f"/{table.table_name}", body=body), 400, "OutOfRangeInput")
    assert list(table.list_entities()) == []


@pytest.mark.parametrize("key", ["a%2Fb", "a%5Cb", "a%23b", "a%3Fb"])
def test_forbidden_characters_in_a_url(table, key):
    """The service was seen to say InvalidInput of a slash there (azure-storage-net, issue 386)."""
    address = f"/{table.table_name}(PartitionKey='p',RowKey='{key}')"
    answer = ask("PUT", address, body={"A": 1})
    assert document(answer, 400)["odata.error"]["code"] in ("OutOfRangeInput", "InvalidInput")


@pytest.mark.parametrize("text", ["k" * 512, "\u65e5" * 512, "🚀" * 256])
def test_longest_keys(table, text):
    """512 UTF-16 code units are 1 KiB."""
    table.create_entity({"PartitionKey": text, "RowKey": text, "A": 1})
    assert table.get_entity(text, text)["A"] == 1
    assert keys(table.list_entities(results_per_page=1)) == [(text, text)]


@pytest.mark.parametrize("place", ["PartitionKey", "RowKey"])
def test_keys_that_are_too_long(table, place):
    """The code is in the reference's list; that it is meant for keys in a body is a guess."""
    body = {"PartitionKey": "p", "RowKey": "r", place: "k" * 513}
    expect(ask("POST", f"/{table.table_name}", body=body), 400, "KeyValueTooLarge")


def test_keys_are_strings(table):
    expect(insert(table, {}, partition=1), 400, "InvalidInput")


def test_case_matters(table):
    for row in ["a", "A"]:
        table.create_entity({"PartitionKey": row, "RowKey": row})
    assert keys(table.query_entities("PartitionKey eq 'a'")) == [("a", "a")]


def test_quoted_in_a_url(table):
    insert(table, {}, "it's", "100%/".replace("/", ""))
    answer = ask("GET", at(table, "it's", "100%"))
    assert document(answer)["PartitionKey"] == "it's"
    assert literal("it's") == "'it%27%27s'"
    unquoted = ask("GET", f"/{table.table_name}(PartitionKey='it''s',RowKey='100%25')")
    assert document(unquoted)["RowKey"] == "100%"
