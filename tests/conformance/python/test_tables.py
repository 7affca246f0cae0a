"""The Table service through azure-data-tables: tables, entities of every type, queries and their pages, transactions, SAS."""

import math
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import (
    AccountSasPermissions,
    EdmType,
    EntityProperty,
    ResourceTypes,
    TableAccessPolicy,
    TableClient,
    TableSasPermissions,
    TableServiceClient,
    TableTransactionError,
    UpdateMode,
    generate_account_sas,
    generate_table_sas,
)

from env import ACCOUNT, CONNECTION_STRING, KEY, refused

SERVICE = TableServiceClient.from_connection_string(CONNECTION_STRING, retry_total=0)
CREDENTIAL = AzureNamedKeyCredential(ACCOUNT, KEY)
SOON = timedelta(hours=1)


def unique():
    return f"t{uuid.uuid4().hex}"


@pytest.fixture
def table():
    made = SERVICE.create_table(unique())
    yield made
    made.delete_table()


def key(partition="p", row="r"):
    return {"PartitionKey": partition, "RowKey": row}


def rows(entities):
    return [entity["RowKey"] for entity in entities]


class TestTables:
    def test_are_created_once_and_listed(self):
        name = unique()
        SERVICE.create_table(name)
        with pytest.raises(ResourceExistsError) as info:
            SERVICE.create_table(name)
        assert info.value.error_code == "TableAlreadyExists"
        assert SERVICE.create_table_if_not_exists(name).table_name == name
        assert [table.name for table in SERVICE.query_tables("TableName eq @name", parameters={"name": name})] == [name]
        assert name in {table.name for table in SERVICE.list_tables(results_per_page=1)}
        SERVICE.delete_table(name)
        SERVICE.delete_table(name)  # the SDK takes a 404 for success

    def test_names_are_ruled(self):
        with pytest.raises(ValueError):
            SERVICE.create_table("patient_records")

    def test_policies(self, table):
        start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        policy = TableAccessPolicy(start=start, expiry=start + SOON, permission="raud")
        table.set_table_access_policy({"one": policy, "two": None})
        there = table.get_table_access_policy()
        assert there["one"].permission == "raud"
        assert set(there) == {"one", "two"}

    def test_service_properties_and_stats(self):
        properties = SERVICE.get_service_properties()
        SERVICE.set_service_properties(cors=properties["cors"])
        assert SERVICE.get_service_properties()["cors"] == properties["cors"]


class TestEntities:
    def test_keep_every_type(self, table):
        identity = uuid.uuid4()
        when = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=timezone.utc)
        table.create_entity(key() | {
            "text": "tëxt 😀", "empty": "", "whole": 5, "big": EntityProperty(2**62, EdmType.INT64), "real": 2.5, "one": 1.0,
            "nan": math.nan, "inf": math.inf, "yes": True, "when": when, "id": identity, "bytes": b"\x00\xff", "none": None,
        })
        entity = table.get_entity("p", "r")
        assert entity["text"] == "tëxt 😀" and entity["empty"] == ""
        assert entity["whole"] == 5 and entity["real"] == 2.5 and entity["one"] == 1.0 and type(entity["one"]) is float
        assert entity["big"].value == 2**62 and entity["big"].edm_type == EdmType.INT64
        assert math.isnan(entity["nan"]) and entity["inf"] == math.inf
        assert entity["yes"] is True and entity["when"] == when and entity["id"] == identity and entity["bytes"] == b"\x00\xff"
        assert "none" not in entity
        assert entity.metadata["etag"].startswith("W/\"datetime'")

    def test_are_inserted_once(self, table):
        table.create_entity(key())
        with refused(409, "EntityAlreadyExists"):
            table.create_entity(key())

    @pytest.mark.parametrize("partition, row", [("", ""), ("it's", "''"), ("a b+c%d", "ü😀"), ("a&b=c", "(x,y)"), ("@:$", "[]{}|")])
    def test_keys_of_any_character(self, table, partition, row):
        table.create_entity(key(partition, row) | {"n": 1})
        assert table.get_entity(partition, row)["n"] == 1
        table.update_entity(key(partition, row) | {"n": 2}, mode=UpdateMode.REPLACE)
        parameters = {"p": partition, "r": row}
        found = list(table.query_entities("PartitionKey eq @p and RowKey eq @r", parameters=parameters))
        assert [entity["n"] for entity in found] == [2]
        table.delete_entity(partition, row)
        with pytest.raises(ResourceNotFoundError):
            table.get_entity(partition, row)

    def test_update_merge_and_upsert(self, table):
        table.upsert_entity(key() | {"a": 1, "b": 2})
        table.update_entity(key() | {"b": 3}, mode=UpdateMode.MERGE)
        assert {name: table.get_entity("p", "r")[name] for name in ("a", "b")} == {"a": 1, "b": 3}
        table.upsert_entity(key() | {"c": 4}, mode=UpdateMode.REPLACE)
        assert "a" not in table.get_entity("p", "r")
        with pytest.raises(ResourceNotFoundError):
            table.update_entity(key(row="other"), mode=UpdateMode.REPLACE)

    def test_conditions(self, table):
        table.create_entity(key())
        old = table.get_entity("p", "r").metadata["etag"]
        condition = {"etag": old, "match_condition": MatchConditions.IfNotModified}
        table.update_entity(key() | {"a": 1}, mode=UpdateMode.REPLACE, **condition)
        with pytest.raises(ResourceModifiedError) as info:
            table.update_entity(key() | {"a": 2}, mode=UpdateMode.REPLACE, **condition)
        assert info.value.error_code == "UpdateConditionNotSatisfied"
        with pytest.raises(ResourceModifiedError):
            table.delete_entity("p", "r", **condition)

    def test_missing_table(self):
        with refused(404, "TableNotFound"):
            SERVICE.get_table_client(unique()).create_entity(key())

    def test_limits(self, table):
        table.create_entity(key() | {"text": "x" * 32768})
        with refused(400, "PropertyValueTooLarge"):
            table.create_entity(key(row="s") | {"text": "x" * 32769})


class TestQueries:
    def test_pages(self, table):
        for start in range(0, 1200, 100):
            table.submit_transaction([("create", key(row=f"{i:05}")) for i in range(start, start + 100)])
        assert rows(table.list_entities()) == [f"{i:05}" for i in range(1200)]
        pages = table.list_entities(results_per_page=100).by_page()
        assert [len(list(page)) for page in pages] == [100] * 12
        first = table.list_entities(results_per_page=5).by_page()
        assert len(list(next(first))) == 5
        rest = table.list_entities(results_per_page=1000).by_page(continuation_token=first.continuation_token)
        assert rows(next(rest))[0] == "00005"

    def test_filters_of_every_type(self, table):
        identity = uuid.uuid4()
        when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        table.create_entity(key() | {"s": "o'x", "i": 5, "l": EntityProperty(2**40, EdmType.INT64), "d": 2.5, "b": True,
                                     "t": when, "g": identity, "x": b"\x00\xff"})
        values = {"s": "o'x", "i": 5, "d": 2.5, "b": True, "t": when, "g": identity, "x": b"\x00\xff"}
        for name, value in values.items():
            assert rows(table.query_entities(f"{name} eq @v", parameters={"v": value})) == ["r"], name
            assert rows(table.query_entities(f"{name} ne @v", parameters={"v": value})) == [], name
        assert rows(table.query_entities(f"l eq {2**40}L and l gt 1000")) == ["r"]
        assert rows(table.query_entities("missing ne 1")) == []
        assert rows(table.query_entities("not (i gt 5) and (d lt 3 or s eq 'a')")) == ["r"]

    def test_select(self, table):
        table.create_entity(key() | {"a": 1, "b": 2})
        assert dict(next(iter(table.list_entities(select=["a"])))) == {"a": 1}

    def test_bad_filter(self, table):
        with pytest.raises(HttpResponseError) as info:
            list(table.query_entities("a == 5"))
        assert (info.value.status_code, info.value.error_code) == (400, "InvalidInput")


class TestTransactions:
    def test_change_all(self, table):
        table.create_entity(key(row="old") | {"a": 1})
        table.create_entity(key(row="gone"))
        answers = table.submit_transaction([
            ("create", key(row="new")),
            ("update", key(row="old") | {"b": 2}, {"mode": "merge"}),
            ("upsert", key(row="other") | {"a": 3}, {"mode": "replace"}),
            ("delete", key(row="gone")),
        ])
        assert len(answers) == 4 and answers[0]["etag"].startswith("W/\"datetime'")
        assert rows(table.list_entities()) == ["new", "old", "other"]
        assert table.get_entity("p", "old")["a"] == 1

    def test_or_nothing_and_name_the_one_that_failed(self, table):
        table.create_entity(key(row="there"))
        with pytest.raises(TableTransactionError) as info:
            table.submit_transaction([("create", key(row="a")), ("create", key(row="b")), ("create", key(row="there"))])
        assert (info.value.index, info.value.error_code) == (2, "EntityAlreadyExists")
        assert rows(table.list_entities()) == ["there"]

    def test_of_more_than_100_are_refused(self, table):
        with pytest.raises(HttpResponseError) as info:
            table.submit_transaction([("create", key(row=str(i))) for i in range(101)])
        assert info.value.error_code == "InvalidInput"

    def test_take_an_entity_once(self, table):
        with pytest.raises(TableTransactionError) as info:
            table.submit_transaction([("upsert", key()), ("upsert", key())])
        assert (info.value.index, info.value.error_code) == (1, "InvalidDuplicateRow")


class TestSas:
    def test_of_a_table_and_its_rows(self, table):
        for partition in "abc":
            table.create_entity(key(partition))
        token = generate_table_sas(CREDENTIAL, table.table_name, permission=TableSasPermissions(read=True, add=True),
                                   expiry=datetime.now(timezone.utc) + SOON, start_pk="b", start_rk="", end_pk="b", end_rk="z")
        client = TableClient(table._primary_endpoint, table.table_name, credential=AzureSasCredential(token), retry_total=0)
        assert [entity["PartitionKey"] for entity in client.list_entities()] == ["b"]
        client.create_entity(key("b", "s"))
        with refused(403, "AuthorizationFailure"):
            client.create_entity(key("c", "s"))
        with refused(403, "AuthorizationPermissionMismatch"):
            client.delete_entity("b", "s")

    def test_of_the_account(self, table):
        token = generate_account_sas(CREDENTIAL, ResourceTypes(object=True), AccountSasPermissions(read=True),
                                     expiry=datetime.now(timezone.utc) + SOON)
        client = TableClient(table._primary_endpoint, table.table_name, credential=AzureSasCredential(token), retry_total=0)
        assert list(client.list_entities()) == []
        with refused(403, "AuthorizationPermissionMismatch"):
            client.create_entity(key())
