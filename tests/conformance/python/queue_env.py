"""The Queue service of the account under test, and accounts whose clock a test may advance."""

import base64
import http.client
import json
import os
from datetime import datetime, timezone
from urllib.parse import urlsplit

from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

import raw
from env import CONNECTION_STRING, ENDPOINT, OPTIONS, unique

QUEUES = QueueServiceClient.from_connection_string(CONNECTION_STRING, **OPTIONS)
QUEUE_ENDPOINT = QUEUES.url.rstrip("/")
CONTROL = os.environ.get("LAZULITE_CONTROL", f"http://{urlsplit(ENDPOINT).netloc}/_lazulite")

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
WEEK = 7 * 24 * 3600


def ask(method, path, query="", headers=None, body=None, **options):
    return raw.request(method, path, query, headers, body, endpoint=QUEUE_ENDPOINT, **options)


def document(text):
    return f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()


def put(queue, body=document("hello"), query="", **headers):
    return ask("POST", f"/{queue.queue_name}/messages", query, headers, body)


def texts(messages):
    return [message.content for message in messages]


def control(method, path, body=None):
    """A change through the emulator's own endpoint."""
    url = urlsplit(f"{CONTROL}/{path}")
    connection = http.client.HTTPConnection(url.netloc, timeout=20)
    try:
        connection.request(method, f"{url.path}?{url.query}", body, {"x-lazulite-control": "1"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), text
        return json.loads(text)
    finally:
        connection.close()


class OwnAccount:
    """A new account: advancing its clock disturbs no other test."""

    def __init__(self):
        self.name = unique("a")[:24]
        self.key = base64.b64encode(self.name.encode()).decode()
        control("PUT", f"accounts/{self.name}", json.dumps({"keys": [self.key]}))
        url = urlsplit(QUEUE_ENDPOINT)
        self.endpoint = f"{url.scheme}://{url.netloc}/{self.name}"
        credential = {"account_name": self.name, "account_key": self.key}
        self.queues = QueueServiceClient(self.endpoint, credential=credential, **OPTIONS)
        url = urlsplit(ENDPOINT)
        self.blobs = BlobServiceClient(f"{url.scheme}://{url.netloc}/{self.name}", credential=credential, **OPTIONS)

    def advance(self, seconds):
        control("POST", f"clock?account={self.name}&advance={seconds}")

    def a_queue(self):
        return self.queues.create_queue(unique())
