"""What is just allowed, and what is one too many."""

import pytest

from table_env import ask, document, expect, insert, refused

KIB = 1024
KEY = {"PartitionKey": "p", "RowKey": "r"}


def nothing_in(table):
    return list(table.list_entities()) == []


def test_252_properties(table):
    properties = {f"P{number:03}": number for number in range(252)}
    assert insert(table, properties).status == 201
    found = dict(table.get_entity("p", "r"))
    assert found == {**KEY, **properties}


def test_253_properties(table):
    expect(insert(table, {f"P{number:03}": number for number in range(253)}), 400, "TooManyProperties")
    assert nothing_in(table)


def test_merge_to_too_many_properties(table):
    insert(table, {f"P{number:03}": number for number in range(252)})
    expect(ask("PATCH", f"/{table.table_name}(PartitionKey='p',RowKey='r')", body={"One": 1}, If_Match="*"), 400, "TooManyProperties")
    assert "One" not in table.get_entity("p", "r")


@pytest.mark.parametrize("name", ["a", "A" * 255, "_x", "größe", "日本", "a1_", "x" * 100])
def test_property_names(table, name):
    assert insert(table, {name: 1}).status == 201
    assert table.get_entity("p", "r")[name] == 1


def test_property_names_have_case(table):
    insert(table, {"Name": 1, "name": 2, "NAME": 3})
    assert dict(table.get_entity("p", "r")) == {**KEY, "Name": 1, "name": 2, "NAME": 3}


def test_property_name_of_256_characters(table):
    expect(insert(table, {"a" * 256: 1}), 400, "PropertyNameTooLong")
    assert nothing_in(table)


@pytest.mark.parametrize("name", ["a-b", "a b", "1a", "a.b", "a/b", "a'b", "", "a+b"])
def test_bad_property_names(table, name):
    expect(insert(table, {name: 1}), 400, "PropertyNameInvalid")
    assert nothing_in(table)


@pytest.mark.parametrize("text", ["x" * 32 * KIB, "日" * 32 * KIB, "🚀" * 16 * KIB])
def test_string_of_64_kib(table, text):
    """In UTF-16, whatever it takes on the wire."""
    assert insert(table, {"Value": text}).status == 201
    assert table.get_entity("p", "r")["Value"] == text


@pytest.mark.parametrize("text", ["x" * (32 * KIB + 1), "日" * (32 * KIB + 1), "🚀" * 16 * KIB + "x"])
def test_string_of_more(table, text):
    expect(insert(table, {"Value": text}), 400, "PropertyValueTooLarge")
    assert nothing_in(table)


def test_binary_of_64_kib(table):
    table.create_entity({**KEY, "Value": bytes(64 * KIB)})
    assert table.get_entity("p", "r")["Value"] == bytes(64 * KIB)


def test_binary_of_more(table):
    with refused(400, "PropertyValueTooLarge"):
        table.create_entity({**KEY, "Value": bytes(64 * KIB + 1)})
    assert nothing_in(table)


def test_entity_just_below_one_mib(table):
    properties = {f"P{number:02}": "x" * 32 * KIB for number in range(15)} | {"Rest": "x" * 31 * KIB}
    assert insert(table, properties).status == 201
    assert len(table.get_entity("p", "r")["Rest"]) == 31 * KIB


@pytest.mark.parametrize("count", [16, 20])
def test_entity_above_one_mib(table, count):
    """Sixteen strings of 64 KiB fill the MiB; their names and the keys are over."""
    expect(insert(table, {f"P{number:02}": "x" * 32 * KIB for number in range(count)}), 400, "EntityTooLarge")
    assert nothing_in(table)


def test_merge_above_one_mib(table):
    insert(table, {f"P{number:02}": "x" * 32 * KIB for number in range(15)})
    more = {f"Q{number:02}": "x" * 32 * KIB for number in range(2)}
    answer = ask("PATCH", f"/{table.table_name}(PartitionKey='p',RowKey='r')", body=more, If_Match="*")
    expect(answer, 400, "EntityTooLarge")
    assert "Q00" not in table.get_entity("p", "r")


def test_body_above_four_mib(table):
    body = {**KEY, **{f"P{number:03}": "x" * 32 * KIB for number in range(130)}}
    answer = ask("POST", f"/{table.table_name}", body=body)
    assert (answer.status, document(answer, 413)["odata.error"]["code"]) == (413, "RequestBodyTooLarge")
    assert nothing_in(table)


def test_select_of_252_names(table):
    insert(table, {"P000": 1})
    names = ",".join(f"P{number:03}" for number in range(252))
    found = document(ask("GET", f"/{table.table_name}()", f"$select={names}"))["value"]
    assert found[0]["P000"] == 1
