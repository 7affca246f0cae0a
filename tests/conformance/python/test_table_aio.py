"""The same operations through the asynchronous client, over aiohttp."""

import asyncio

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableAccessPolicy, TableTransactionError, UpdateMode
from azure.data.tables.aio import TableServiceClient

from env import OPTIONS, unique
from table_env import CREDENTIAL, TABLE_ENDPOINT, refused

KEY = {"PartitionKey": "p", "RowKey": "r"}


@pytest.fixture
async def service():
    async with TableServiceClient(TABLE_ENDPOINT, credential=CREDENTIAL, **OPTIONS) as service:
        yield service


@pytest.fixture
async def table(service):
    made = await service.create_table(unique())
    yield made
    await made.delete_table()


async def test_tables(service):
    name = unique()
    await service.create_table(name)
    assert [item.name async for item in service.query_tables(f"TableName eq '{name}'")] == [name]
    assert name in [item.name async for item in service.list_tables()]
    with refused(409, "TableAlreadyExists"):
        await service.create_table(name)
    await service.delete_table(name)


async def test_entities(table):
    etag = (await table.create_entity({**KEY, "A": 1}))["etag"]
    await table.update_entity({**KEY, "B": 2}, etag=etag, match_condition=MatchConditions.IfNotModified)
    assert dict(await table.get_entity("p", "r")) == {**KEY, "A": 1, "B": 2}
    await table.upsert_entity({**KEY, "C": 3}, mode=UpdateMode.REPLACE)
    assert [dict(entity) async for entity in table.list_entities()] == [{**KEY, "C": 3}]
    await table.delete_entity("p", "r")
    with refused(404, "ResourceNotFound"):
        await table.get_entity("p", "r")


async def test_pages(table):
    await table.submit_transaction([("create", {**KEY, "RowKey": f"{n:02}", "N": n}) for n in range(30)])
    pages = table.query_entities("N ge 5", results_per_page=10).by_page()
    assert [[entity["N"] async for entity in page] async for page in pages] == [[*range(5, 15)], [*range(15, 25)], [*range(25, 30)]]


async def test_transaction_that_fails(table):
    await table.create_entity(KEY)
    with pytest.raises(TableTransactionError) as info:
        await table.submit_transaction([("create", {**KEY, "RowKey": "a"}), ("create", KEY)])
    assert (info.value.error_code, info.value.index) == ("EntityAlreadyExists", 1)
    assert [entity["RowKey"] async for entity in table.list_entities()] == ["r"]


async def test_one_of_many_wins(table):
    etag = (await table.create_entity({**KEY, "Winner": -1}))["etag"]

    async def attempt(number):
        try:
            await table.update_entity({**KEY, "Winner": number}, etag=etag, match_condition=MatchConditions.IfNotModified)
        except HttpResponseError as refusal:
            return refusal.error_code
        return number

    outcomes = await asyncio.gather(*(attempt(number) for number in range(32)))
    assert outcomes.count("UpdateConditionNotSatisfied") == 31
    assert (await table.get_entity("p", "r"))["Winner"] in outcomes


async def test_access_policies_and_properties(service, table):
    await table.set_table_access_policy({"policy": TableAccessPolicy(permission="r")})
    assert list(await table.get_table_access_policy()) == ["policy"]
    assert (await service.get_service_properties())["analytics_logging"].version == "1.0"
