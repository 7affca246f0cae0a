"""Query Entities: $filter over every type and operator, $select, $top, pages while rows come and go."""

import uuid
from datetime import datetime, timezone
from urllib.parse import quote

import pytest
from azure.data.tables import EdmType, EntityProperty

from env import unique
from table_env import NONE, TABLES, ask, document, expect, fill, keys, refused, rows

GUIDS = [f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123"]
DAYS = [datetime(2024, 1, day, 12, tzinfo=timezone.utc) for day in (1, 2, 3)]
# Of every type three values in ascending order, in rows 1, 2 and 3; row 4 has none of them, row 5 a string of each name.
TYPED = {
    "Text": ["a", "b", "c"], "Int": [-1, 0, 7], "Long": [EntityProperty(n, EdmType.INT64) for n in (-(2**40), 5, 2**40)],
    "Real": [-1.5, 0.0, 2.25], "Flag": [False, True, True], "Day": DAYS, "Id": [uuid.UUID(text) for text in GUIDS],
    "Bytes": [b"\x01", b"\x02", b"\xff"],
}  # fmt: skip
LITERALS = {
    "Text": ["'a'", "'b'", "'c'"], "Int": ["-1", "0", "7"], "Long": ["-1099511627776L", "5L", "1099511627776L"],
    "Real": ["-1.5", "0.0", "2.25"], "Day": [f"datetime'2024-01-0{day}T12:00:00Z'" for day in (1, 2, 3)],
    "Id": [f"guid'{text}'" for text in GUIDS], "Bytes": ["X'01'", "X'02'", "X'ff'"],
}  # fmt: skip
OPERATORS = {"eq": "2", "ne": "13", "lt": "1", "le": "12", "gt": "3", "ge": "23"}


@pytest.fixture(scope="module")
def typed():
    """Read by every test of this file that only filters."""
    made = TABLES.create_table(unique())
    for place in range(3):
        made.create_entity({"PartitionKey": "p", "RowKey": str(place + 1), **{name: TYPED[name][place] for name in TYPED}})
    made.create_entity({"PartitionKey": "p", "RowKey": "4"})
    made.create_entity({"PartitionKey": "q", "RowKey": "5", **{name: "~" for name in TYPED if name != "Text"}})
    yield made
    made.delete_table()


def found(table, clause):
    return "".join(rows(table.query_entities(clause)))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", LITERALS)
def test_operator_and_type(typed, name, operator):
    """A row without the property, or with one of another type, is never found: not by `ne` either."""
    assert found(typed, f"{name} {operator} {LITERALS[name][1]}") == OPERATORS[operator]


@pytest.mark.parametrize("clause, wanted", [
    ("Flag eq true", "23"), ("Flag eq false", "1"), ("Flag ne true", "1"), ("Flag", "23"),
    ("PartitionKey eq 'q'", "5"), ("RowKey ge '3'", "345"), ("PartitionKey eq 'p' and RowKey eq '2'", "2"),
    ("PartitionKey ge 'p' and PartitionKey lt 'q'", "1234"), ("PartitionKey ne 'p'", "5"), ("PartitionKey gt 'q'", ""),
    ("Text eq 'a' or Text eq 'c'", "13"), ("Text eq 'a' or Text eq 'b' and Int eq 7", "1"),
    ("(Text eq 'a' or Text eq 'c') and Int eq 7", "3"), ("not (Text eq 'a')", "2345"), ("not (Flag eq true)", "145"),
    ("not (Text eq 'a') and Int ge 0", "23"), ("not (Text eq 'a' or Int eq 0) and Flag", "3"),
    ("((Text eq 'a'))", "1"), ("  Text   eq   'a'  ", "1"), ("Text eq 'A'", ""), ("Text eq ''", ""),
    ("Nowhere eq 'a'", ""), ("Nowhere ne 'a'", ""), ("not (Nowhere eq 'a')", "12345"),
    ("Int eq 7 and Long eq 1099511627776L and Real eq 2.25 and Id eq guid'33333333-0000-4000-8000-000000000000'", "3"),
    ("Real gt 1e0", "3"), ("Real lt -1.0e0", "1"), ("Bytes eq binary'02'", "2"), ("Day gt datetime'2024-01-01T12:00:00.0000001Z'", "23"),
    ("Timestamp gt datetime'2020-01-01T00:00:00Z'", "12345"), ("Timestamp lt datetime'2020-01-01T00:00:00Z'", ""),
    ("Text eq 'b' and (Int eq 0 or (Int eq 7 and Real gt 1.0))", "2"),
])  # fmt: skip
def test_clauses(typed, clause, wanted):
    assert found(typed, clause) == wanted


@pytest.mark.parametrize("clause", [
    "Text eq", "eq 'a'", "Text eq a'", "Text eq 'a", "Text == 'a'", "Text eq 'a' and", "Text eq 'a' 'b'", "(Text eq 'a'",
    "Text eq 'a')", "Text eq 'a' & Int eq 1", "Day eq datetime'x'", "Id eq guid'x'", "Bytes eq X'0'", "Bytes eq X'zz'",
    "Int eq 1.2.3", "not", "()", "Text like 'a'", "Text eq 'a';", "a-b eq 1",
])  # fmt: skip
def test_bad_clauses(typed, clause):
    expect(ask("GET", f"/{typed.table_name}()", f"$filter={quote(clause)}"), 400, "InvalidInput")


def test_a_property_alone_is_a_boolean(typed):
    assert found(typed, "Text") == ""


@pytest.mark.parametrize("clause", ["startswith(Text,'a')", "substringof('a',Text)", "length(Text) eq 1", "year(Day) eq 2024"])
def test_functions(typed, clause):
    expect(ask("GET", f"/{typed.table_name}()", f"$filter={quote(clause)}"), 501, "NotImplemented")


@pytest.mark.parametrize("option", ["$orderby=Text", "$skip=1", "$expand=Text", "$inlinecount=allpages"])
def test_options_that_tables_lack(typed, option):
    expect(ask("GET", f"/{typed.table_name}()", option), 501, "NotImplemented")


def test_fifteen_comparisons(typed):
    clause = " or ".join(["Text eq 'a'"] + [f"Int eq {number}" for number in range(100, 114)])
    assert found(typed, clause) == "1"


def test_parameters(typed):
    """But for numbers equal to 0 and 1, which this SDK writes as booleans."""
    clause = "Id eq @id and Day eq @day and Bytes eq @bytes and Flag eq @flag and Real lt @real and Text eq @text"
    values = {"id": TYPED["Id"][1], "day": DAYS[1], "bytes": b"\x02", "flag": True, "real": 0.5, "text": "b"}
    assert rows(typed.query_entities(clause, parameters=values)) == ["2"]


def test_quotes_in_a_literal(table):
    table.create_entity({"PartitionKey": "p", "RowKey": "r", "Text": "it's 100% a+b"})
    assert found(table, "Text eq 'it''s 100% a+b'") == "r"


def test_empty_filter_counts_as_absent(typed):
    assert len(document(ask("GET", f"/{typed.table_name}()", "$filter=&$select="))["value"]) == 5


def test_filter_of_the_empty_table(table):
    assert found(table, "A eq 1") == ""


# $select

def test_select(typed):
    found = list(typed.query_entities("RowKey eq '2'", select=["Text", "RowKey"]))
    assert [dict(entity) for entity in found] == [{"RowKey": "2", "Text": "b"}]
    assert found[0].metadata["etag"].startswith("W/")


def test_select_of_what_is_not_there_gives_null(typed):
    """So does the service; the SDK then shows the property as None."""
    answer = ask("GET", f"/{typed.table_name}()", "$filter=RowKey%20eq%20'4'&$select=RowKey,Text", Accept=NONE)
    assert document(answer) == {"value": [{"RowKey": "4", "Text": None}]}


def test_select_with_spaces_and_all(typed):
    answer = ask("GET", f"/{typed.table_name}()", "$filter=RowKey%20eq%20'1'&$select=Text,%20Int", Accept=NONE)
    assert document(answer) == {"value": [{"Text": "a", "Int": -1}]}


def test_select_leaves_the_filter_alone(typed):
    assert [dict(entity) for entity in typed.query_entities("Int eq 7", select="Text")] == [{"Text": "c"}]


# $top and pages

@pytest.mark.parametrize("top", ["-1", "0", "x", "1001", "1.5"])
def test_bad_top(typed, top):
    expect(ask("GET", f"/{typed.table_name}()", f"$top={top}"), 400, "InvalidInput")


def test_top_is_the_size_of_a_page(table):
    fill(table, 25)
    pages = list(table.list_entities(results_per_page=10).by_page())
    assert [rows(page) for page in pages] == [[f"{n:04}" for n in range(first, min(first + 10, 25))] for first in (0, 10, 20)]


def test_a_page_has_a_thousand_at_most(table):
    fill(table, 1010)
    first = ask("GET", f"/{table.table_name}()", Accept=NONE)
    assert len(document(first)["value"]) == 1000
    after = "&".join(
        f"{name}={quote(first.headers['x-ms-continuation-' + name])}" for name in ("NextPartitionKey", "NextRowKey")
    )
    second = ask("GET", f"/{table.table_name}()", after, Accept=NONE)
    assert [entity["RowKey"] for entity in document(second)["value"]] == [f"{n:04}" for n in range(1000, 1010)]
    assert "x-ms-continuation-NextPartitionKey" not in second.headers
    assert len(list(table.list_entities())) == 1010


def test_pages_over_partitions(table):
    for partition in "abc":
        fill(table, 7, partition)
    wanted = [(partition, f"{n:04}") for partition in "abc" for n in range(7)]
    assert keys(table.list_entities(results_per_page=4)) == wanted
    assert keys(table.list_entities()) == wanted


def test_pages_with_a_filter(table):
    fill(table, 300)
    found = list(table.query_entities("Number ge 100 and Number lt 130", results_per_page=8).by_page())
    assert [row for page in found for row in rows(page)] == [f"{n:04}" for n in range(100, 130)]


def test_rows_come_and_go_between_pages(table):
    fill(table, 20)
    pages = table.list_entities(results_per_page=5).by_page()
    assert rows(next(pages)) == ["0000", "0001", "0002", "0003", "0004"]
    table.delete_entity("p", "0005")  # where the next page would begin
    table.delete_entity("p", "0001")  # on the page that was seen
    table.delete_entity("p", "0019")  # the last
    table.create_entity({"PartitionKey": "p", "RowKey": "0002x"})  # behind
    table.create_entity({"PartitionKey": "p", "RowKey": "0010x"})  # ahead
    wanted = [f"{n:04}" for n in range(6, 19)]
    wanted.insert(wanted.index("0010") + 1, "0010x")
    assert [row for page in pages for row in rows(page)] == wanted


def test_all_that_is_ahead_goes(table):
    fill(table, 10)
    pages = table.list_entities(results_per_page=5).by_page()
    next(pages)
    for number in range(5, 10):
        table.delete_entity("p", f"{number:04}")
    assert [row for page in pages for row in rows(page)] == []


def test_continuation_goes_on_elsewhere(table):
    fill(table, 10)
    pages = table.list_entities(results_per_page=4).by_page()
    next(pages)
    later = table.list_entities(results_per_page=4).by_page(continuation_token=pages.continuation_token)
    assert [rows(page) for page in later] == [["0004", "0005", "0006", "0007"], ["0008", "0009"]]


def test_exactly_a_page(table):
    """No continuation when nothing follows: or an empty page at the end, which the service allows itself."""
    fill(table, 6)
    pages = [rows(page) for page in table.list_entities(results_per_page=3).by_page()]
    assert [page for page in pages if page] == [["0000", "0001", "0002"], ["0003", "0004", "0005"]]


def test_query_without_parentheses(typed):
    assert len(document(ask("GET", f"/{typed.table_name}"))["value"]) == 5


def test_sdk_refuses_nothing_itself(typed):
    with refused(400, "InvalidInput"):
        list(typed.query_entities("Text eq"))
