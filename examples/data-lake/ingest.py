"""ingest.py DAY FOLDER: puts a day's files into the raw layer, as they came. Nothing there is ever changed."""

import sys
from pathlib import Path

from azure.core.exceptions import ResourceExistsError

from account import folder_of, make_layers, raw

day, folder = sys.argv[1:]
make_layers()
for source in sorted(Path(folder).glob("*.csv")):
    target = raw.get_file_client(f"{folder_of(day)}/{source.name}")
    try:
        target.upload_data(source.read_bytes(), overwrite=False)
        print(f"raw: {target.path_name}")
    except ResourceExistsError:
        print(f"there already: {target.path_name}")
