"""Where the lake is, and its three layers."""

import os

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient, StandardBlobTier
from azure.storage.filedatalake import DataLakeServiceClient

NAME = os.environ.get("ACCOUNT_NAME", "lake")
KEY = os.environ.get("ACCOUNT_KEY", "bGFrZQ==")
CREDENTIAL = {"account_name": NAME, "account_key": KEY}


def endpoint(service, port):
    """In Azure https://NAME.dfs.core.windows.net and its like; here the account stands in the path."""
    return os.environ.get(f"{service}_ENDPOINT", f"http://127.0.0.1:{port}/{NAME}")


lake = DataLakeServiceClient(endpoint("DFS", 10004), credential=CREDENTIAL)
blobs = BlobServiceClient(endpoint("BLOB", 10000), credential=CREDENTIAL)
tables = TableServiceClient(endpoint("TABLE", 10002), credential=AzureNamedKeyCredential(NAME, KEY))

raw = lake.get_file_system_client("raw")
curated = lake.get_file_system_client("curated")
serving = tables.get_table_client("serving")


def make_layers():
    for make in (raw.create_file_system, curated.create_file_system, serving.create_table):
        try:
            make()
        except ResourceExistsError:
            pass


def folder_of(day):
    """2024-01-15: sales/2024/01/15. What belongs together lies in one directory, which can be listed, renamed and deleted."""
    return "sales/" + day.replace("-", "/")


def files_of(layer, day):
    """The paths of a day's files, [] if there is no such day."""
    directory = layer.get_directory_client(folder_of(day))
    return [item.name for item in layer.get_paths(directory.path_name) if not item.is_directory] if directory.exists() else []


def tier_of(layer, path):
    """Tiers belong to the Blob service, which has the same file under the same name."""
    return blobs.get_blob_client(layer.file_system_name, path).get_blob_properties()


def set_tier(layer, path, tier, **options):
    blobs.get_blob_client(layer.file_system_name, path).set_standard_blob_tier(StandardBlobTier(tier), **options)
