"""Reads and writes with whatever credential its surroundings give it, and says how that went."""

import os

from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.fileshare import ShareServiceClient
from azure.storage.queue import QueueServiceClient

credential = DefaultAzureCredential(disable_instance_discovery=True)
once = {"retry_total": 0}  # a refusal is one
place = os.environ["STORAGE_PLACE"]
blobs = BlobServiceClient(os.environ["STORAGE_BLOB"], credential, **once).get_container_client(place)
queue = QueueServiceClient(os.environ["STORAGE_QUEUE"], credential, **once).get_queue_client(place)
table = TableServiceClient(os.environ["STORAGE_TABLE"], credential=credential, **once).get_table_client(place)
files = ShareServiceClient(os.environ["STORAGE_FILE"], credential, token_intent="backup", **once).get_share_client(place)


def write_entity():
    entity = {"PartitionKey": "program", "RowKey": "python", "Text": "written"}
    table.upsert_entity(entity)
    return table.get_entity("program", "python")["Text"]


def attempt(what, action):
    try:
        print(what, action(), flush=True)
    except HttpResponseError as refusal:
        if refusal.response is None or "x-ms-error-code" not in refusal.response.headers:
            raise
        print(what, refusal.status_code, refusal.response.headers["x-ms-error-code"], flush=True)


def write_blob():
    blob = blobs.get_blob_client("python")
    blob.upload_blob(b"written", overwrite=True)
    return blob.download_blob().readall().decode()


def write_file():
    file = files.get_file_client("python")
    file.upload_file(b"written")
    return file.download_file().readall().decode()


attempt("read blob", lambda: blobs.get_blob_client("seeded").download_blob().readall().decode())
attempt("write blob", write_blob)
attempt("read queue", lambda: queue.peek_messages()[0].content)
attempt("write queue", lambda: queue.send_message("written").content)
attempt("read table", lambda: table.get_entity("seeded", "seeded")["Text"])
attempt("write table", write_entity)
attempt("read file", lambda: files.get_file_client("seeded").download_file().readall().decode())
attempt("write file", write_file)
