"""What the programs find: made with the account's key."""

import os

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.fileshare import ShareServiceClient
from azure.storage.queue import QueueServiceClient

text = os.environ["LAZULITE_CONNECTION_STRING"]
for place in ("data", "other"):
    container = BlobServiceClient.from_connection_string(text).create_container(place)
    container.upload_blob("seeded", b"seeded")
    QueueServiceClient.from_connection_string(text).create_queue(place).send_message("seeded")
    table = TableServiceClient.from_connection_string(text).create_table(place)
    table.create_entity({"PartitionKey": "seeded", "RowKey": "seeded", "Text": "seeded"})
    share = ShareServiceClient.from_connection_string(text).create_share(place)
    share.get_file_client("seeded").upload_file(b"seeded")
