"""Queues and messages through the asynchronous client, over aiohttp."""

import asyncio

import pytest
from azure.storage.queue.aio import QueueServiceClient

from env import CONNECTION_STRING, OPTIONS, refused, unique


@pytest.fixture
async def queues():
    async with QueueServiceClient.from_connection_string(CONNECTION_STRING, **OPTIONS) as queues:
        yield queues


@pytest.fixture
async def queue(queues):
    made = await queues.create_queue(unique())
    yield made
    await made.delete_queue()


async def test_queue(queues, queue):
    await queue.set_queue_metadata({"Owner": "ada"})
    assert (await queue.get_queue_properties()).metadata == {"Owner": "ada"}
    found = [q async for q in queues.list_queues(name_starts_with=queue.queue_name, include_metadata=True)]
    assert [(q.name, q.metadata) for q in found] == [(queue.queue_name, {"Owner": "ada"})]
    with refused(409, "QueueAlreadyExists"):
        await queues.create_queue(queue.queue_name)


async def test_message(queue):
    await queue.send_message("hello")
    assert [message.content for message in await queue.peek_messages()] == ["hello"]
    got = await queue.receive_message()
    got = await queue.update_message(got, content="again", visibility_timeout=30)
    await queue.delete_message(got)
    with refused(404, "MessageNotFound"):
        await queue.delete_message(got)
    await queue.clear_messages()


async def test_nobody_gets_the_same_message(queue):
    await asyncio.gather(*(queue.send_message(str(number)) for number in range(100)))

    async def take():
        taken = []
        while got := await queue.receive_message():
            taken.append(got.content)
            await queue.delete_message(got)
        return taken

    everyone = await asyncio.gather(*(take() for _ in range(8)))
    assert sorted(int(text) for taken in everyone for text in taken) == list(range(100))
    assert (await queue.get_queue_properties()).approximate_message_count == 0
