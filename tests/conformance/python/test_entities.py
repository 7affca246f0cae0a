"""Insert, Get, Update, Merge, Insert Or Replace, Insert Or Merge, Delete Entity; ETags, conditions, who wins."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from env import unique
from table_env import (
    ETAG, FULL, MINIMAL, NO_CONTENT, NONE, OTHER_ETAG, TABLE_ENDPOINT, ask, at, code_of, document, expect, insert,
    refused,
)  # fmt: skip

KEY = {"PartitionKey": "p", "RowKey": "r"}
UNCHANGED = MatchConditions.IfNotModified


def content(table):
    """The properties of the only entity."""
    return {name: value for name, value in table.get_entity("p", "r").items() if name not in KEY}


def test_insert_and_get(table):
    made = table.create_entity({**KEY, "Text": "hello", "Number": 7})
    assert ETAG.match(made["etag"])
    found = table.get_entity("p", "r")
    assert dict(found) == {**KEY, "Text": "hello", "Number": 7}
    assert found.metadata["etag"] == made["etag"]


def test_etag_is_the_timestamp(table):
    table.create_entity(KEY)
    found = table.get_entity("p", "r").metadata
    written = found["timestamp"].tables_service_value
    assert found["etag"] == "W/\"datetime'" + written.replace(":", "%3A") + "'\""


def test_insert_of_what_is_there(table):
    table.create_entity({**KEY, "A": 1})
    with refused(409, "EntityAlreadyExists"):
        table.create_entity({**KEY, "A": 2})
    assert content(table) == {"A": 1}


def test_a_given_timestamp_is_ignored(table):
    insert(table, {"Timestamp": "2001-01-01T00:00:00Z", "Timestamp@odata.type": "Edm.DateTime"})
    assert table.get_entity("p", "r").metadata["timestamp"].year > 2001


def test_update_replaces(table):
    first = table.create_entity({**KEY, "A": 1, "B": 2})
    second = table.update_entity({**KEY, "C": 3}, mode=UpdateMode.REPLACE)
    assert content(table) == {"C": 3}
    assert ETAG.match(second["etag"]) and second["etag"] != first["etag"]
    assert table.get_entity("p", "r").metadata["etag"] == second["etag"]


def test_merge_keeps_what_it_does_not_name(table):
    table.create_entity({**KEY, "A": 1, "B": 2})
    table.update_entity({**KEY, "B": "text", "C": 3}, mode=UpdateMode.MERGE)
    assert content(table) == {"A": 1, "B": "text", "C": 3}


@pytest.mark.parametrize("mode, wanted", [(UpdateMode.REPLACE, {"B": 2}), (UpdateMode.MERGE, {"A": 1, "B": 2})])
def test_upsert(table, mode, wanted):
    assert ETAG.match(table.upsert_entity({**KEY, "A": 1}, mode=mode)["etag"])
    assert content(table) == {"A": 1}
    table.upsert_entity({**KEY, "B": 2}, mode=mode)
    assert content(table) == wanted


@pytest.mark.parametrize("mode", UpdateMode)
def test_update_of_what_is_not_there(table, mode):
    with refused(404, "ResourceNotFound"):
        table.update_entity({**KEY, "A": 1}, mode=mode)
    assert list(table.list_entities()) == []


def test_delete(table):
    table.create_entity(KEY)
    table.delete_entity("p", "r")
    with refused(404, "ResourceNotFound"):
        table.get_entity("p", "r")
    expect(ask("DELETE", at(table), If_Match="*"), 404, "ResourceNotFound")
    table.delete_entity("p", "r")  # the SDK takes a missing entity as deleted


def test_null_is_no_property(table):
    assert insert(table, {"A": 1, "Nothing": None}).status == 201
    assert content(table) == {"A": 1}
    assert ask("PATCH", at(table), body={"A": None, "B": 2}, If_Match="*").status == 204
    assert content(table) == {"A": 1, "B": 2}, "a null in a merge takes nothing away"


@pytest.mark.parametrize("method, extra", [("PATCH", {}), ("MERGE", {}), ("POST", {"X-HTTP-Method": "MERGE"})])
def test_merge_has_three_spellings(table, method, extra):
    insert(table, {"A": 1})
    answer = ask(method, at(table), body={"B": 2}, If_Match="*", **extra)
    assert (answer.status, answer.body) == (204, b"")
    assert ETAG.match(answer.headers["ETag"])
    assert content(table) == {"A": 1, "B": 2}


@pytest.mark.parametrize("method, value, code", [
    ("POST", "TRACE", "XMethodIncorrectValue"), ("PUT", "MERGE", "XMethodNotUsingPost"),
])  # fmt: skip
def test_misused_method_header(table, method, value, code):
    insert(table, {"A": 1})
    expect(ask(method, at(table), body={"B": 2}, If_Match="*", **{"X-HTTP-Method": value}), 400, code)
    assert content(table) == {"A": 1}


# The condition

@pytest.mark.parametrize("mode", UpdateMode)
def test_update_with_its_etag(table, mode):
    first = table.create_entity({**KEY, "A": 1})["etag"]
    second = table.update_entity({**KEY, "A": 2}, mode=mode, etag=first, match_condition=UNCHANGED)["etag"]
    with refused(412, "UpdateConditionNotSatisfied"):
        table.update_entity({**KEY, "A": 3}, mode=mode, etag=first, match_condition=UNCHANGED)
    assert content(table) == {"A": 2}
    table.update_entity({**KEY, "A": 4}, mode=mode, etag=second, match_condition=UNCHANGED)
    assert content(table) == {"A": 4}


def test_delete_with_its_etag(table):
    first = table.create_entity(KEY)["etag"]
    second = table.update_entity({**KEY, "A": 2})["etag"]
    with refused(412, "UpdateConditionNotSatisfied"):
        table.delete_entity("p", "r", etag=first, match_condition=UNCHANGED)
    table.delete_entity("p", "r", etag=second, match_condition=UNCHANGED)
    assert list(table.list_entities()) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "MERGE", "DELETE"])
def test_if_match_of_an_absent_entity(table, method):
    for etag in ("*", OTHER_ETAG):
        expect(ask(method, at(table), body=None if method == "DELETE" else {"A": 1}, If_Match=etag), 404, "ResourceNotFound")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "MERGE", "DELETE"])
@pytest.mark.parametrize("etag", ["0x8D4BCC2E4835CD0", '"0x8D4BCC2E4835CD0"', "W/\"datetime'yesterday'\"", "datetime"])
def test_malformed_if_match(table, method, etag):
    insert(table, {"A": 1})
    expect(ask(method, at(table), body=None if method == "DELETE" else {"A": 2}, If_Match=etag), 400, "InvalidInput")
    assert content(table) == {"A": 1}


def test_delete_needs_if_match(table):
    insert(table, {})
    expect(ask("DELETE", at(table)), 400, "MissingRequiredHeader")
    assert content(table) == {}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "MERGE"])
def test_without_if_match_it_is_an_upsert(table, method):
    answer = ask(method, at(table), body={"A": 1})
    assert (answer.status, answer.body) == (204, b"")
    assert ETAG.match(answer.headers["ETag"])
    assert content(table) == {"A": 1}


def test_one_of_many_wins(table):
    """Sixteen change the same entity knowing the same ETag."""
    etag = table.create_entity({**KEY, "Winner": -1})["etag"]

    def attempt(number):
        try:
            table.update_entity({**KEY, "Winner": number}, mode=UpdateMode.REPLACE, etag=etag, match_condition=UNCHANGED)
        except HttpResponseError as refusal:
            return code_of(refusal)
        return number

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(16)))
    winners = [outcome for outcome in outcomes if outcome != "UpdateConditionNotSatisfied"]
    assert len(winners) == 1 and content(table) == {"Winner": winners[0]}


def test_one_of_many_inserts(table):
    def attempt(number):
        try:
            table.create_entity({**KEY, "Winner": number})
        except HttpResponseError as refusal:
            return code_of(refusal)
        return number

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(16)))
    assert outcomes.count("EntityAlreadyExists") == 15
    assert [content(table)["Winner"]] == [outcome for outcome in outcomes if outcome != "EntityAlreadyExists"]


def test_a_counter_loses_nothing(table):
    """Read, add one, write back on the ETag; again when another was faster."""
    table.create_entity({**KEY, "Count": 0})

    def add(_):
        for _ in range(500):
            found = table.get_entity("p", "r")
            try:
                table.update_entity({**KEY, "Count": found["Count"] + 1}, etag=found.metadata["etag"], match_condition=UNCHANGED)
            except HttpResponseError as refusal:
                assert refusal.error_code == "UpdateConditionNotSatisfied"
            else:
                return
        raise AssertionError("never had its turn")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert content(table) == {"Count": 40}


def test_every_write_has_a_new_etag(table):
    etags = [table.upsert_entity({**KEY, "A": 1})["etag"] for _ in range(50)]
    assert len(set(etags)) == 50 and etags == sorted(etags)


# Answers

@pytest.mark.parametrize("accept, extra", [
    (NONE, {}),
    (MINIMAL, {"odata.metadata": "{base}/$metadata#{table}/@Element", "odata.etag": "{etag}"}),
    (FULL, {"odata.metadata": "{base}/$metadata#{table}/@Element", "odata.etag": "{etag}",
            "odata.type": "{account}.{table}", "odata.id": "{base}/{table}(PartitionKey='p',RowKey='r')",
            "odata.editLink": "{table}(PartitionKey='p',RowKey='r')", "Timestamp@odata.type": "Edm.DateTime"}),
])  # fmt: skip
def test_metadata_levels(table, accept, extra):
    answer = insert(table, {"A": 1}, Accept=accept)
    body = document(answer, 201)
    places = {"base": TABLE_ENDPOINT, "table": table.table_name, "account": table.account_name, "etag": answer.headers["ETag"]}
    timestamp = {"Timestamp": body.get("Timestamp")}
    wanted = {**KEY, **timestamp, "A": 1, **{name: value.format(**places) for name, value in extra.items()}}
    assert body == wanted
    for found in (answer, ask("GET", at(table), Accept=accept)):
        assert found.headers["Content-Type"] == f"{accept};streaming=true;charset=utf-8"
        assert found.headers["ETag"] == answer.headers["ETag"]
        assert document(found, found.status) == wanted
    listed = document(ask("GET", f"/{table.table_name}()", Accept=accept))
    envelope = wanted.pop("odata.metadata", None)
    assert listed.pop("odata.metadata", None) == (envelope and envelope.removesuffix("/@Element"))
    assert listed == {"value": [wanted]}


@pytest.mark.parametrize("accept, level", [
    ("application/json", MINIMAL), ("application/json;odata=nometadata", NONE), ("application/json; odata=fullmetadata", FULL),
    ("application/atom+xml,application/json;odata=nometadata", NONE),
])  # fmt: skip
def test_accept(table, accept, level):
    insert(table, {})
    answer = ask("GET", at(table), Accept=accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, f"{level};streaming=true;charset=utf-8")


def test_format_option_beats_accept(table):
    insert(table, {})
    answer = ask("GET", at(table), "$format=application/json;odata=nometadata", Accept=FULL)
    assert answer.headers["Content-Type"] == f"{NONE};streaming=true;charset=utf-8"


@pytest.mark.parametrize("accept, code", [
    ("application/atom+xml", "AtomFormatNotSupported"), (None, "AtomFormatNotSupported"), ("text/plain", "MediaTypeNotSupported"),
])  # fmt: skip
def test_formats_that_are_not_offered(table, accept, code):
    insert(table, {})
    answer = ask("GET", at(table), Accept=accept)
    assert answer.status == 415
    assert code in answer.body.decode()


def test_json_is_newer_than_old_versions(table):
    answer = ask("GET", f"/{table.table_name}()", **{"x-ms-version": "2012-02-12"})
    assert answer.status == 415
    assert "JsonFormatNotSupported" in answer.body.decode()


def test_answer_of_insert(table):
    answer = insert(table, {"A": 1})
    place = f"{TABLE_ENDPOINT}/{table.table_name}(PartitionKey='p',RowKey='r')"
    assert (answer.status, answer.headers["Location"]) == (201, place)
    assert ETAG.match(answer.headers["ETag"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_prefer(table):
    answer = insert(table, {"A": 1}, **NO_CONTENT)
    place = f"{TABLE_ENDPOINT}/{table.table_name}(PartitionKey='p',RowKey='r')"
    assert (answer.status, answer.body) == (204, b"")
    assert (answer.headers["Preference-Applied"], answer.headers["DataServiceId"]) == ("return-no-content", place)
    assert ETAG.match(answer.headers["ETag"])
    answer = insert(table, {"A": 1}, row="other", Prefer="return-content")
    assert (answer.status, answer.headers["Preference-Applied"]) == (201, "return-content")
    assert "Preference-Applied" not in insert(table, {}, row="third").headers


# What is missing or contradictory

@pytest.mark.parametrize("method, path, body", [
    ("POST", "/{}", {"PartitionKey": "p", "RowKey": "r"}), ("GET", "/{}()", None),
    ("GET", "/{}(PartitionKey='p',RowKey='r')", None), ("PUT", "/{}(PartitionKey='p',RowKey='r')", {"A": 1}),
    ("PATCH", "/{}(PartitionKey='p',RowKey='r')", {"A": 1}), ("DELETE", "/{}(PartitionKey='p',RowKey='r')", None),
])  # fmt: skip
def test_table_that_is_not_there(method, path, body):
    condition = {} if method in ("POST", "GET") else {"If_Match": "*"}
    expect(ask(method, path.format(unique()), body=body, **condition), 404, "TableNotFound")


@pytest.mark.parametrize("body", [{"PartitionKey": "p"}, {"RowKey": "r"}, {"A": 1}, {"PartitionKey": None, "RowKey": "r"}])
def test_insert_needs_both_keys(table, body):
    expect(ask("POST", f"/{table.table_name}", body=body), 400, "PropertiesNeedValue")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"PartitionKey": 1, "RowKey": "r"}'])
def test_insert_of_what_is_no_entity(table, body):
    expect(ask("POST", f"/{table.table_name}", body=body), 400, "InvalidInput")
    assert list(table.list_entities()) == []


@pytest.mark.parametrize("value", [{"B": 1}, [1]])
def test_values_that_are_no_primitives(table, value):
    expect(insert(table, {"A": value}), 400, "InvalidValueType")
    assert list(table.list_entities()) == []


def test_keys_of_the_url_and_of_the_body(table):
    assert ask("PUT", at(table), body={**KEY, "A": 1}).status == 204
    assert ask("PUT", at(table), body={"A": 2}).status == 204
    assert content(table) == {"A": 2}
    expect(ask("PUT", at(table), body={"PartitionKey": "p", "RowKey": "other", "A": 3}), 400, "InvalidInput")
    assert content(table) == {"A": 2}


@pytest.mark.parametrize("address", ["(PartitionKey='p')", "('p')", "(PartitionKey='p',RowKey='r)", "(RowKey=r,PartitionKey=p)"])
def test_bad_addresses(table, address):
    expect(ask("GET", f"/{table.table_name}{address}"), 400, "InvalidInput")


def test_select_of_one(table):
    table.create_entity({**KEY, "A": 1, "B": 2})
    assert dict(table.get_entity("p", "r", select=["B"])) == {"B": 2}
    assert dict(table.get_entity("p", "r", select=["RowKey", "A"])) == {"RowKey": "r", "A": 1}


def test_property_given_twice(table):
    body = b'{"PartitionKey": "p", "RowKey": "r", "A": 1, "A": 2}'
    expect(ask("POST", f"/{table.table_name}", body=body), 400, "DuplicatePropertiesSpecified")
