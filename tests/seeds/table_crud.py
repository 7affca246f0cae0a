import os

from azure.data.tables import TableServiceClient

conn_str = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
table_service = TableServiceClient.from_connection_string(conn_str)

table_service.create_table("products")
table_client = table_service.get_table_client("products")

product = {
    "PartitionKey": "Electronics",
    "RowKey": "PROD001",
    "Name": "Laptop",
    "Price": 999.99,
    "InStock": True,
}
table_client.create_entity(product)

products = table_client.query_entities("PartitionKey eq 'Electronics'")
for found in products:
    print(f"{found['Name']}: ${found['Price']}")

product["Price"] = 899.99
table_client.update_entity(product, mode="replace")
for found in table_client.query_entities("PartitionKey eq 'Electronics'"):
    print(f"{found['Name']}: ${found['Price']}")

table_client.delete_entity("Electronics", "PROD001")
print(f"left: {len(list(table_client.list_entities()))}")
