"""Query Tables, Create Table, Delete Table: the SDK's calls, and what it leaves to the caller."""

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableServiceClient

from env import GUID, OPTIONS, unique
from table_env import CREDENTIAL, FULL, MINIMAL, NO_CONTENT, NONE, TABLE_ENDPOINT, ask, document, expect, refused


def named(tables, prefix, **options):
    upper = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return tables.query_tables(f"TableName ge '{prefix}' and TableName lt '{upper}'", **options)


@pytest.fixture
def five(tables):
    """Names of five tables with a prefix of their own."""
    prefix = unique("five")
    names = [f"{prefix}{letter}" for letter in "abcde"]
    for name in names:
        tables.create_table(name)
    yield names
    for name in names:
        tables.delete_table(name)


def test_create_and_delete(tables):
    name = unique()
    assert tables.create_table(name).table_name == name
    assert [item.name for item in tables.query_tables(f"TableName eq '{name}'")] == [name]
    tables.delete_table(name)
    assert [item.name for item in tables.query_tables(f"TableName eq '{name}'")] == []


def test_create_twice(tables, table):
    with refused(409, "TableAlreadyExists"):
        tables.create_table(table.table_name)
    assert tables.create_table_if_not_exists(table.table_name).table_name == table.table_name


def test_names_are_unique_without_case_and_keep_it(tables):
    name = unique("MixedCase")
    made = tables.create_table(name)
    with pytest.raises(ResourceExistsError):
        tables.create_table(name.lower())
    made.create_entity({"PartitionKey": "p", "RowKey": "r"})
    assert tables.get_table_client(name.upper()).get_entity("p", "r")["RowKey"] == "r"
    assert [item.name for item in named(tables, name)] == [name]
    tables.delete_table(name.upper())
    with refused(404, "TableNotFound"):
        made.get_entity("p", "r")


def test_a_table_begins_empty_when_it_is_made_again(tables, table):
    table.create_entity({"PartitionKey": "p", "RowKey": "r"})
    table.delete_table()
    table.create_table()
    assert list(table.list_entities()) == []


def test_delete_of_what_is_not_there():
    expect(ask("DELETE", f"/Tables('{unique()}')"), 404, "ResourceNotFound")


def test_the_sdk_takes_a_missing_table_as_deleted(tables):
    tables.delete_table(unique())


@pytest.mark.parametrize("name, code", [
    ("ab", "OutOfRangeInput"), ("a" * 64, "OutOfRangeInput"), ("1table", "InvalidResourceName"),
    ("a-table", "InvalidResourceName"), ("a_table", "InvalidResourceName"), ("täble", "InvalidResourceName"),
    ("tables", "InvalidInput"), ("Tables", "InvalidInput"),  # reserved; the code is what Storage Explorer was shown
])  # fmt: skip
def test_bad_names(name, code):
    expect(ask("POST", "/Tables", body={"TableName": name}), 400, code)


def test_longest_and_shortest_name(tables):
    for name in (unique().ljust(63, "x"), unique()[:3]):
        tables.create_table_if_not_exists(name)
        tables.delete_table(name)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"TableName": 1}', b"{}"])
def test_create_of_no_name(body):
    answer = ask("POST", "/Tables", body=body)
    expect(answer, 400, "InvalidInput" if body != b"{}" else "PropertiesNeedValue")


@pytest.mark.parametrize("accept, body", [
    (NONE, {"TableName": "{name}"}),
    (MINIMAL, {"odata.metadata": "{base}/$metadata#Tables/@Element", "TableName": "{name}"}),
    (FULL, {"odata.metadata": "{base}/$metadata#Tables/@Element", "odata.type": "{account}.Tables",
            "odata.id": "{base}/Tables('{name}')", "odata.editLink": "Tables('{name}')", "TableName": "{name}"}),
])  # fmt: skip
def test_answer_of_create(tables, accept, body):
    name = unique()
    answer = ask("POST", "/Tables", body={"TableName": name}, Accept=accept)
    places = {"name": name, "base": TABLE_ENDPOINT, "account": tables.account_name}
    assert document(answer, 201) == {key: value.format(**places) for key, value in body.items()}
    assert answer.headers["Content-Type"] == f"{accept};streaming=true;charset=utf-8"
    assert answer.headers["Location"] == f"{TABLE_ENDPOINT}/Tables('{name}')"
    assert GUID.match(answer.headers["x-ms-request-id"])
    assert answer.headers["x-ms-version"] == "2019-02-02"
    listed = document(ask("GET", "/Tables", f"$filter=TableName%20eq%20'{name}'", Accept=accept))
    wanted = dict(body)
    envelope = wanted.pop("odata.metadata", None)
    assert listed.pop("odata.metadata", None) == (envelope and f"{TABLE_ENDPOINT}/$metadata#Tables")
    assert listed == {"value": [{key: value.format(**places) for key, value in wanted.items()}]}
    tables.delete_table(name)


def test_prefer(tables):
    name = unique()
    answer = ask("POST", "/Tables", body={"TableName": name}, **NO_CONTENT)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Preference-Applied"] == "return-no-content"
    assert answer.headers["DataServiceId"] == f"{TABLE_ENDPOINT}/Tables('{name}')"
    tables.delete_table(name)
    answer = ask("POST", "/Tables", body={"TableName": name}, Prefer="return-content")
    assert (answer.status, answer.headers["Preference-Applied"]) == (201, "return-content")
    tables.delete_table(name)


def test_delete_answers_without_a_body(tables):
    name = unique()
    tables.create_table(name)
    answer = ask("DELETE", f"/Tables('{name}')")
    assert (answer.status, answer.body) == (204, b"")


def test_pages(tables, five):
    pages = list(named(tables, five[0][:-1], results_per_page=2).by_page())
    assert [[item.name for item in page] for page in pages] == [five[:2], five[2:4], five[4:]]


def test_continuation_goes_on_elsewhere(tables, five):
    pages = named(tables, five[0][:-1], results_per_page=2).by_page()
    assert [item.name for item in next(pages)] == five[:2]
    later = named(tables, five[0][:-1], results_per_page=2).by_page(continuation_token=pages.continuation_token)
    assert [[item.name for item in page] for page in later] == [five[2:4], five[4:]]


def test_tables_come_and_go_between_pages(tables, five):
    pages = named(tables, five[0][:-1], results_per_page=2).by_page()
    next(pages)
    tables.delete_table(five[2])
    tables.create_table(five[3] + "x")
    try:
        assert [item.name for page in pages for item in page] == [five[3], five[3] + "x", five[4]]
    finally:
        tables.delete_table(five[3] + "x")
        tables.create_table(five[2])


def test_list(tables, five):
    assert set(five) <= {item.name for item in tables.list_tables()}


@pytest.mark.parametrize("clause, wanted", [
    ("TableName eq '{2}'", "c"), ("TableName ne '{2}' and TableName ge '{0}' and TableName le '{4}'", "abde"),
    ("TableName gt '{1}' and TableName lt '{4}'", "cd"), ("TableName eq '{0}' or TableName eq '{4}'", "ae"),
    ("not (TableName lt '{3}') and TableName le '{4}'", "de"),
])  # fmt: skip
def test_filters(tables, five, clause, wanted):
    assert [item.name[-1] for item in tables.query_tables(clause.format(*five))] == list(wanted)


@pytest.mark.parametrize("query", [
    "$filter=TableName%20eq", "$filter=TableName%20eq%20'", "$filter=TableName%20is%20'a'",
    "$top=-1", "$top=x", "$top=0", "$top=1001",
])  # fmt: skip
def test_bad_queries(query):
    expect(ask("GET", "/Tables", query), 400, "InvalidInput")


def test_empty_options_count_as_absent(table):
    assert table.table_name in [item["TableName"] for item in document(ask("GET", "/Tables", "$filter=&$select="))["value"]]


def test_parameters(tables, table):
    found = tables.query_tables("TableName eq @name", parameters={"name": table.table_name})
    assert [item.name for item in found] == [table.table_name]


def test_other_methods_at_tables(table):
    expect(ask("PUT", f"/Tables('{table.table_name}')", body={}), 405, "MethodNotAllowed")
    expect(ask("DELETE", "/Tables"), 405, "MethodNotAllowed")


def test_client_with_a_named_key(table):
    found = TableServiceClient(TABLE_ENDPOINT, credential=CREDENTIAL, **OPTIONS).get_table_client(table.table_name)
    assert list(found.list_entities()) == []


def test_one_table(table):
    """The address that Create Table answers with; no SDK reads it."""
    assert document(ask("GET", f"/Tables('{table.table_name}')", Accept=NONE)) == {"TableName": table.table_name}
    expect(ask("GET", f"/Tables('{unique()}')"), 404, "ResourceNotFound")
