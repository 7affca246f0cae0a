import os
from azure.data.tables import TableServiceClient, TableClient

conn_str = os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
# Connect to table service
table_service = TableServiceClient.from_connection_string(conn_str)

# Create table
table_service.create_table("products")
table_client = table_service.get_table_client("products")

# Insert entity
product = {
    "PartitionKey": "Electronics",
    "RowKey": "PROD001",
    "Name": "Laptop",
    "Price": 999.99,
    "InStock": True
}
table_client.create_entity(product)

# Query entities
products = table_client.query_entities("PartitionKey eq 'Electronics'")
for product in products:
    print(f"{product['Name']}: ${product['Price']}")

# Update entity
product["Price"] = 899.99
table_client.update_entity(product, mode="replace")

# Delete entity
table_client.delete_entity("Electronics", "PROD001")
