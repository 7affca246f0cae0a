"""curate.py DAY: makes one clean file of a day's raw ones, in the Cool tier; the raw ones go to Archive then.

The file is written aside and takes its place in one step: who reads a day sees the old one or the new one, never a part.
"""

import csv
import io
import sys
import uuid

from account import curated, files_of, folder_of, raw, set_tier, tier_of

FIELDS = ["shop", "order", "product", "amount", "price"]


def clean(texts):
    """Rows that can be read, each order once, in order; and how many rows were left out."""
    rows, dropped = {}, 0
    for text in texts:
        for row in csv.DictReader(io.StringIO(text)):
            try:
                row = {name: row[name].strip() for name in FIELDS}
                row |= {"product": row["product"].lower(), "amount": int(row["amount"]), "price": f"{float(row['price']):.2f}"}
            except (AttributeError, KeyError, ValueError):
                dropped += 1
                continue
            if (row["shop"], row["order"]) in rows:
                dropped += 1
            rows.setdefault((row["shop"], row["order"]), row)
    return [rows[key] for key in sorted(rows)], dropped


def awake(path):
    """An archived file is read only after it came back, which takes hours."""
    found = tier_of(raw, path)
    if found.blob_tier == "Archive" and not found.archive_status:
        set_tier(raw, path, "Hot", rehydrate_priority="Standard")
    return found.blob_tier != "Archive"


def main(day):
    sources = files_of(raw, day)
    if not sources:
        sys.exit(f"nothing came on {day}")
    if not all([awake(path) for path in sources]):
        sys.exit(f"{day} is in the archive and was asked for: try again tomorrow")
    rows, dropped = clean(raw.get_file_client(path).download_file().readall().decode() for path in sources)
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)

    aside = curated.get_file_client(f"aside/{uuid.uuid4().hex}")
    aside.upload_data(text.getvalue().encode(), overwrite=True)
    set_tier(curated, aside.path_name, "Cool")
    curated.create_directory(folder_of(day))
    aside.rename_file(f"{curated.file_system_name}/{folder_of(day)}/sales.csv")
    for path in sources:
        set_tier(raw, path, "Archive")
    print(f"curated: {len(rows)} rows of {len(sources)} files, {dropped} left out")


if __name__ == "__main__":
    main(sys.argv[1])
