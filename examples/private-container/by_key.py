"""The account's key: whoever has it may do everything."""

import os

from azure.storage.blob import BlobServiceClient

service = BlobServiceClient(os.environ["ACCOUNT_URL"], credential=os.environ["ACCOUNT_KEY"])
container = service.get_container_client("private-container")
if not container.exists():
    container.create_container()
container.upload_blob("document.pdf", b"for few eyes\n", overwrite=True)
print(container.download_blob("document.pdf").readall().decode(), end="")
