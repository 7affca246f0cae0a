"""delta-rs (deltalake) writes and reads a Delta table in an account with a hierarchical namespace."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from arro3.core import Array, DataType, Field, Schema, Table
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from deltalake.exceptions import TableNotFoundError

from env import on_emulator_only, unique
from queue_env import OwnAccount, control

pytestmark = on_emulator_only
DFS = os.environ.get("LAZULITE_DFS", "http://127.0.0.1:10004").rstrip("/")


@pytest.fixture(scope="module")
def lake():
    account = OwnAccount()
    control("PUT", f"accounts/{account.name}", json.dumps({"hierarchicalNamespace": True}))
    return account


@pytest.fixture
def home(lake):
    made = lake.blobs.create_container(unique())
    yield made
    made.delete_container()


@pytest.fixture
def address(lake, home):
    """Of a table: it reads filesystem and account from there; what leads it to an emulator is the endpoint below."""
    return f"abfss://{home.container_name}@{lake.name}.dfs.core.windows.net/tables/days"


@pytest.fixture
def options(lake):
    return {
        "azure_storage_account_name": lake.name, "azure_storage_account_key": lake.key,
        "azure_storage_endpoint": lake.blobs.url.rstrip("/"), "allow_http": "true",
    }  # fmt: skip


def rows(*pairs):
    schema = Schema([Field("day", DataType.utf8(), nullable=True), Field("count", DataType.int64(), nullable=True)])
    days, counts = zip(*pairs)
    return Table.from_arrays([Array(list(days), DataType.utf8()), Array(list(counts), DataType.int64())], schema=schema)


def read(table):
    found = QueryBuilder().register("t", table).execute("select day, count from t order by day, count").read_all()
    return list(zip(*([value.as_py() for value in found.column(name)] for name in ("day", "count"))))


def test_table(home, address, options):
    with pytest.raises(TableNotFoundError):
        DeltaTable(address, storage_options=options)
    write_deltalake(address, rows(("a", 1), ("b", 2)), storage_options=options, partition_by=["day"])
    write_deltalake(address, rows(("b", 3)), storage_options=options, mode="append")
    table = DeltaTable(address, storage_options=options)
    assert table.version() == 1
    assert read(table) == [("a", 1), ("b", 2), ("b", 3)]
    assert {path.split("/")[0] for path in names(home, "tables/days/")} == {"_delta_log", "day=a", "day=b"}

    table.delete("day = 'a'")
    table.update(updates={"count": "count + 10"}, predicate="count = 2")
    assert read(DeltaTable(address, storage_options=options)) == [("b", 3), ("b", 12)]
    assert read(DeltaTable(address, version=1, storage_options=options)) == [("a", 1), ("b", 2), ("b", 3)]

    table.create_checkpoint()
    table.optimize.compact()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert read(DeltaTable(address, storage_options=options)) == [("b", 3), ("b", 12)]
    assert "_last_checkpoint" in names(home, "tables/days/_delta_log/")


def names(home, prefix):
    """Files below, by their path from there."""
    return [item.name.removeprefix(prefix) for item in home.list_blobs(name_starts_with=prefix) if item.size]


def test_overwrite(address, options):
    write_deltalake(address, rows(("a", 1)), storage_options=options)
    write_deltalake(address, rows(("b", 2)), storage_options=options, mode="overwrite")
    table = DeltaTable(address, storage_options=options)
    assert read(table) == [("b", 2)]
    assert [entry["operation"] for entry in table.history()] == ["WRITE", "WRITE"]
    table.restore(0)
    assert read(DeltaTable(address, storage_options=options)) == [("a", 1)]


def test_writers_side_by_side(address, options):
    """Who comes second finds its entry of the log taken (If-None-Match: *) and takes the next."""
    write_deltalake(address, rows(("start", 0)), storage_options=options)
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda number: write_deltalake(address, rows(("w", number)), storage_options=options, mode="append"), range(8)))
    table = DeltaTable(address, storage_options=options)
    assert table.version() == 8
    assert read(table) == [("start", 0)] + [("w", number) for number in range(8)]


def test_by_the_data_lake_endpoint(lake, home, options):
    """It sends Blob requests wherever it is sent."""
    there = {**options, "azure_storage_endpoint": f"{DFS}/{lake.name}"}
    write_deltalake(f"az://{home.container_name}/t", rows(("a", 1)), storage_options=there)
    assert read(DeltaTable(f"abfs://{home.container_name}/t", storage_options=options)) == [("a", 1)]
