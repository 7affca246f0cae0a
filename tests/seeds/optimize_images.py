import os
from azure.storage.blob import BlobServiceClient
from PIL import Image
import io

conn_str = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")

# Connect to storage account
blob_service = BlobServiceClient.from_connection_string(conn_str)

# Get source and destination containers
source_container = blob_service.get_container_client("vendor-uploads")
dest_container = blob_service.get_container_client("optimized-images")

# Process each blob
for blob in source_container.list_blobs():
    # Download original image
    blob_client = source_container.get_blob_client(blob.name)
    image_data = blob_client.download_blob().readall()
    
    # Optimize image
    image = Image.open(io.BytesIO(image_data))
    image = image.convert('RGB')
    
    # Compress (quality=85, optimize=True)
    output = io.BytesIO()
    image.save(output, format='JPEG', quality=85, optimize=True)
    output.seek(0)
    
    # Upload optimized image
    dest_blob_client = dest_container.get_blob_client(blob.name)
    dest_blob_client.upload_blob(output, overwrite=True)
    
    print(f"Processed: {blob.name}")
