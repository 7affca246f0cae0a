"""What all parts share: the container of static assets and the share of configuration."""

import os

from azure.storage.blob import BlobServiceClient
from azure.storage.fileshare import ShareServiceClient

# This SDK does not know where an emulator has its files, so UseDevelopmentStorage=true is spelled out.
DEVELOPMENT = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;FileEndpoint=http://127.0.0.1:10003/devstoreaccount1;"
)


class Account:
    def __init__(self, connection_string=None):
        given = connection_string or os.environ.get("AZURE_STORAGE_CONNECTION_STRING", DEVELOPMENT)
        self.assets = BlobServiceClient.from_connection_string(given).get_container_client("static-assets")
        self.config = ShareServiceClient.from_connection_string(given).get_share_client("app-config")
