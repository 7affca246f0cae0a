"""az storage table and az storage entity. Each test goes on where the one before it ended.

Every call starts an interpreter and loads the whole command line, a second or more each: so there are few.
"""

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient

from conftest import ACCOUNT, KEY, run
from test_az import az, configuration  # noqa: F401: the fixture, for every test

ENDPOINT = f"http://127.0.0.1:10002/{ACCOUNT}"
NAME = ("--table-name", "azcli")


@pytest.fixture(autouse=True)
def tables_too(configuration, monkeypatch):  # noqa: F811
    connection = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};TableEndpoint={ENDPOINT};"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)


@pytest.fixture(scope="module")
def table():
    service = TableServiceClient(ENDPOINT, credential=AzureNamedKeyCredential(ACCOUNT, KEY), retry_total=0)
    return service.get_table_client("azcli")


def test_table_create(table):
    assert az("table", "create", "--name", "azcli") == {"created": True}
    assert az("table", "exists", "--name", "azcli") == {"exists": True}
    assert [one["name"] for one in az("table", "list")] == ["azcli"]
    assert list(table.list_entities()) == []


def test_table_create_again():
    """az says `created` of any table that stands afterwards (its operations/table.py returns True without looking)."""
    assert az("table", "create", "--name", "azcli") == {"created": True}
    az("table", "create", "--name", "azcli", "--fail-on-exist", code=1)
    assert "TableAlreadyExists" in run.messages or "already exists" in run.messages


def test_insert(table):
    words = ("entity", "insert", *NAME, "--entity", "PartitionKey=größe", "RowKey=it's 100%", "Count=7", "Text=a b")
    az(*words)
    assert dict(table.get_entity("größe", "it's 100%")) == {"PartitionKey": "größe", "RowKey": "it's 100%", "Count": 7, "Text": "a b"}
    az(*words, code=1)
    assert "EntityAlreadyExists" in run.messages or "already exists" in run.messages
    az(*words[:-1], "Text=new", "--if-exists", "replace")
    assert table.get_entity("größe", "it's 100%")["Text"] == "new"


def test_typed(table):
    az("entity", "insert", *NAME, "--entity", "PartitionKey=p", "RowKey=1", "Long=9007199254740993", "Long@odata.type=Edm.Int64",
       "Flag=true", "Flag@odata.type=Edm.Boolean")  # fmt: skip
    found = table.get_entity("p", "1")
    assert (found["Long"].value, found["Flag"]) == (9007199254740993, True)


def test_merge_and_replace(table):
    az("entity", "merge", *NAME, "--entity", "PartitionKey=p", "RowKey=1", "More=1")
    assert set(table.get_entity("p", "1")) == {"PartitionKey", "RowKey", "Long", "Flag", "More"}
    az("entity", "replace", *NAME, "--entity", "PartitionKey=p", "RowKey=1", "Only=1")
    assert set(table.get_entity("p", "1")) == {"PartitionKey", "RowKey", "Only"}


def test_show_and_query(table):
    assert az("entity", "show", *NAME, "--partition-key", "p", "--row-key", "1")["Only"] == 1
    found = az("entity", "query", *NAME, "--filter", "PartitionKey eq 'p' and Only eq 1", "--select", "RowKey", "Only")
    assert [(one["RowKey"], one["Only"]) for one in found["items"]] == [("1", 1)]
    assert len(az("entity", "query", *NAME)["items"]) == len(list(table.list_entities())) == 2


def test_policies(table):
    words = ("--table-name", "azcli", "--name", "readers")
    az("table", "policy", "create", *words, "--permissions", "r", "--expiry", "2100-01-01T00:00:00Z")
    assert table.get_table_access_policy()["readers"].permission == "r"
    assert list(az("table", "policy", "list", "--table-name", "azcli")) == ["readers"]
    az("table", "policy", "delete", *words)
    assert table.get_table_access_policy() == {}


def test_entity_delete(table):
    az("entity", "delete", *NAME, "--partition-key", "p", "--row-key", "1")
    assert [entity["PartitionKey"] for entity in table.list_entities()] == ["größe"]


def test_table_delete(table):
    assert az("table", "delete", "--name", "azcli") == {"deleted": True}
    assert az("table", "exists", "--name", "azcli") == {"exists": False}
