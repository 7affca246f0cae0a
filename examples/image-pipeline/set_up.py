"""Makes the containers, keeps what is deleted for seven days, and prints the URL that vendors upload to."""

import os
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, RetentionPolicy, generate_container_sas

service = BlobServiceClient.from_connection_string(
    os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
)
service.set_service_properties(delete_retention_policy=RetentionPolicy(enabled=True, days=7))
for name, public in (("vendor-uploads", None), ("optimized-images", "blob")):
    try:
        service.create_container(name, public_access=public)
    except ResourceExistsError:
        pass

uploads = service.get_container_client("vendor-uploads")
token = generate_container_sas(
    service.account_name,
    uploads.container_name,
    account_key=service.credential.account_key,
    permission=ContainerSasPermissions(write=True),
    expiry=datetime.now(timezone.utc) + timedelta(days=1),
)
print(f"{uploads.url}?{token}")
