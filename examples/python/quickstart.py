#!/usr/bin/env python3
"""Upload, list, download and delete a blob. Needs `pip install azure-storage-blob` and a running lazulite."""

import os
import uuid

from azure.storage.blob import BlobServiceClient

connection_string = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
service = BlobServiceClient.from_connection_string(connection_string)

container = service.create_container(f"quickstart-{uuid.uuid4()}")
try:
    blob = container.get_blob_client("hello.txt")
    blob.upload_blob(b"Hello from Python")

    for item in container.list_blobs():
        print(f"{item.name}: {item.size} bytes")

    print(blob.download_blob().readall().decode())

    blob.delete_blob()
    print(f"left: {len(list(container.list_blobs()))}")
finally:
    container.delete_container()
