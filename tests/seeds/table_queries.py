import os

from azure.data.tables import TableServiceClient

conn_str = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
table_client = TableServiceClient.from_connection_string(conn_str).get_table_client("products")

query = "PartitionKey eq 'Electronics' and Price lt 1000"
for product in table_client.query_entities(query):
    print(f"{product['RowKey']}: {product['Name']}")

for product in table_client.query_entities(query, select=["Name", "Price"]):
    print(sorted(product))

page_size = 100
pages = table_client.list_entities(results_per_page=page_size).by_page()
for page in pages:
    print(f"page of {len(list(page))}")
