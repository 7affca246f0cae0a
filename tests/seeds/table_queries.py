import os
from azure.data.tables import TableServiceClient

conn_str = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
table_service = TableServiceClient.from_connection_string(conn_str)
table_client = table_service.get_table_client("products")

# Query with multiple filters
query = "PartitionKey eq 'Electronics' and Price lt 1000"
products = table_client.query_entities(query)

# Select specific properties
products = table_client.query_entities(
    query,
    select=["Name", "Price"]
)

# Pagination
page_size = 100
pages = table_client.list_entities(results_per_page=page_size).by_page()
for page in pages:
    for entity in page:
        print(entity)
