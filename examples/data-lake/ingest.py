"""ingest.py DAY FOLDER: puts a day's files into the raw layer, as they came. Nothing there is ever changed.

Each is written aside and moved to its place, if there is nothing yet: no run that dies leaves a part of a file there.
"""

import sys
import uuid
from pathlib import Path

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError

from account import folder_of, make_layers, raw

day, folder = sys.argv[1:]
make_layers()
raw.create_directory(folder_of(day))
for source in sorted(Path(folder).glob("*.csv")):
    path = f"{folder_of(day)}/{source.name}"
    aside = raw.get_file_client(f"aside/{uuid.uuid4().hex}")
    aside.upload_data(source.read_bytes(), overwrite=True)
    try:
        aside.rename_file(f"{raw.file_system_name}/{path}", match_condition=MatchConditions.IfMissing)
        print(f"raw: {path}")
    except ResourceExistsError:
        aside.delete_file()
        print(f"there already: {path}")
