"""serve.py DAY: puts a day's totals into the table that dashboards ask, and prints what they will be told.

A row for each product: PartitionKey is the day, RowKey the product. Running it again changes nothing.
"""

import csv
import io
import sys
from collections import defaultdict

from account import curated, files_of, serving

day = sys.argv[1]
totals = defaultdict(lambda: {"amount": 0, "revenue": 0.0, "orders": 0})
for path in files_of(curated, day):
    text = curated.get_file_client(path).download_file().readall().decode()
    for row in csv.DictReader(io.StringIO(text)):
        total = totals[row["product"]]
        total["orders"] += 1
        total["amount"] += int(row["amount"])
        total["revenue"] += int(row["amount"]) * float(row["price"])
for product, total in totals.items():
    serving.upsert_entity({"PartitionKey": day, "RowKey": product, **total, "revenue": round(total["revenue"], 2)}, mode="replace")
for row in serving.query_entities("PartitionKey eq @day", parameters={"day": day}):
    print(f"{row['RowKey']}: {row['amount']} sold in {row['orders']} orders, {row['revenue']:.2f}")
