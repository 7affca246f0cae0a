"""A managed identity: no credentials in the program or its configuration. What it may do, its roles say."""

import os

from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient

service = BlobServiceClient(os.environ["ACCOUNT_URL"], credential=DefaultAzureCredential())
print(service.get_blob_client("private-container", "document.pdf").download_blob().readall().decode(), end="")
