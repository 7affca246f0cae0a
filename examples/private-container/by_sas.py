"""A URL that reads one blob for an hour, for somebody who has nothing else."""

import os
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, generate_blob_sas

service = BlobServiceClient(os.environ["ACCOUNT_URL"], credential=os.environ["ACCOUNT_KEY"])
blob = service.get_blob_client("private-container", "document.pdf")
token = generate_blob_sas(
    account_name=service.account_name,
    container_name=blob.container_name,
    blob_name=blob.blob_name,
    account_key=os.environ["ACCOUNT_KEY"],
    permission=BlobSasPermissions(read=True),
    expiry=datetime.now(timezone.utc) + timedelta(hours=1),
)

visitor = BlobClient.from_blob_url(f"{blob.url}?{token}")
print(visitor.download_blob().readall().decode(), end="")
try:
    visitor.delete_blob()
except HttpResponseError as refusal:
    print("deleting:", refusal.error_code)
