"""Brings the blobs of a container back to what they were at a time.

    restore.py CONTAINER 2026-11-22T10:30:00.0000000Z

As "Manage and restore soft-deleted blobs" and "Blob versioning" have it: versions that were deleted are undeleted, and then
the version that was current at that time is promoted by a copy onto its blob. What came after it stays, as versions.
"""

import os
import sys
from urllib.parse import quote

from azure.storage.blob import BlobServiceClient


def restore(container, time):
    """The names that it has brought back."""
    deleted = {blob.name for blob in container.list_blobs(include=["versions", "deleted"]) if blob.deleted}
    for name in deleted:
        container.get_blob_client(name).undelete_blob()
    # Of each name the oldest version comes first.
    versions = (blob for blob in container.list_blobs(include=["versions"]) if blob.version_id <= time)
    wanted = {blob.name: blob for blob in versions}
    restored = [name for name, version in wanted.items() if not version.is_current_version]
    for name in restored:
        blob = container.get_blob_client(name)
        blob.start_copy_from_url(f"{blob.url}?versionid={quote(wanted[name].version_id)}")
    return restored


if __name__ == "__main__":
    service = BlobServiceClient.from_connection_string(
        os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
    )
    for name in restore(service.get_container_client(sys.argv[1]), sys.argv[2]):
        print(f"Restored: {name}")
