"""examples/data-lake: raw files in Archive, curated ones in Cool, totals in a table, and a day that is made anew."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient
from azure.storage.filedatalake import DataLakeServiceClient

from env import OPTIONS, on_emulator_only
from queue_env import OwnAccount, control
from table_env import TABLES

pytestmark = on_emulator_only
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "data-lake"
DFS = os.environ.get("LAZULITE_DFS", "http://127.0.0.1:10004").rstrip("/")
DAY = "2024-01-15"
HEAD = "shop,order,product,amount,price\n"
FILES = {
    "shop-1.csv": HEAD + "1,100,Apple,3,0.50\n1,101,Pear,1,0.75\n1,101,Pear,1,0.75\n",  # an order twice
    "shop-2.csv": HEAD + "2,100,apple,2,0.5\n2,101,plum,many,0.10\n",  # a row that cannot be read
    "größe.csv": HEAD + "3,1, plum ,10,0.125\n",
}
CURATED = HEAD + "1,100,apple,3,0.50\n1,101,pear,1,0.75\n2,100,apple,2,0.50\n3,1,plum,10,0.12\n"
SERVED = ["apple: 5 sold in 2 orders, 2.50", "pear: 1 sold in 1 orders, 0.75", "plum: 10 sold in 1 orders, 1.20"]


class Lake(OwnAccount):
    def __init__(self):
        super().__init__()
        # As the example has it; names and keys are the test's.
        (account,) = json.loads((EXAMPLE / "lazulite.json").read_text())["accounts"]
        control("PUT", f"accounts/{self.name}", json.dumps({name: value for name, value in account.items() if name not in ("name", "keys")}))
        tables = urlsplit(TABLES.url)
        self.endpoints = {
            "DFS_ENDPOINT": f"{DFS}/{self.name}", "BLOB_ENDPOINT": self.blobs.url.rstrip("/"),
            "TABLE_ENDPOINT": f"{tables.scheme}://{tables.netloc}/{self.name}",
        }  # fmt: skip
        credential = {"account_name": self.name, "account_key": self.key}
        self.service = DataLakeServiceClient(self.endpoints["DFS_ENDPOINT"], credential=credential, **OPTIONS)
        named = AzureNamedKeyCredential(self.name, self.key)
        self.tables = TableServiceClient(self.endpoints["TABLE_ENDPOINT"], credential=named, **OPTIONS)

    def run(self, program, *words, code=0):
        done = subprocess.run(
            [sys.executable, EXAMPLE / program, *words], capture_output=True, text=True, timeout=120,
            env=os.environ | self.endpoints | {"ACCOUNT_NAME": self.name, "ACCOUNT_KEY": self.key, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.splitlines() if code == 0 else done.stderr.strip()

    def paths(self, layer):
        return [item.name for item in self.service.get_file_system_client(layer).get_paths() if not item.is_directory]

    def tiers(self, layer):
        """Path: tier, and whether it is on its way back."""
        container = self.blobs.get_container_client(layer)
        found = [container.get_blob_client(path).get_blob_properties() for path in self.paths(layer)]
        return {item.name.rpartition("/")[2]: (item.blob_tier, item.archive_status) for item in found}

    def text(self, layer, path):
        return self.service.get_file_client(layer, path).download_file().readall().decode()


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_three_layers(folder):
    lake = Lake()
    there = f"sales/{DAY.replace('-', '/')}"
    assert lake.run("curate.py", DAY, code=1) == f"nothing came on {DAY}"
    assert sorted(lake.run("ingest.py", DAY, folder)) == sorted(f"raw: {there}/{name}" for name in FILES)
    assert sorted(lake.run("ingest.py", DAY, folder)) == sorted(f"there already: {there}/{name}" for name in FILES)
    assert {path: lake.text("raw", path) for path in lake.paths("raw")} == {f"{there}/{name}": text for name, text in FILES.items()}
    assert lake.run("curate.py", "2024-01-16", code=1) == "nothing came on 2024-01-16"

    assert lake.run("curate.py", DAY) == ["curated: 4 rows of 3 files, 2 left out"]
    assert lake.paths("curated") == [f"{there}/sales.csv"]
    assert lake.text("curated", f"{there}/sales.csv") == CURATED
    assert lake.tiers("curated") == {"sales.csv": ("Cool", None)}
    assert lake.tiers("raw") == dict.fromkeys(FILES, ("Archive", None))

    assert lake.run("serve.py", DAY) == SERVED
    assert lake.run("serve.py", DAY) == SERVED
    assert lake.tables.get_table_client("serving").get_entity(DAY, "apple")["revenue"] == 2.5


def test_a_day_made_anew(folder):
    lake = Lake()
    lake.run("ingest.py", DAY, folder)
    lake.run("curate.py", DAY)
    there = f"sales/{DAY.replace('-', '/')}/sales.csv"
    lake.service.get_file_client("curated", there).upload_data(b"spoiled", overwrite=True)
    for _ in range(2):
        assert lake.run("curate.py", DAY, code=1) == f"{DAY} is in the archive and was asked for: try again tomorrow"
    assert lake.tiers("raw") == dict.fromkeys(FILES, ("Archive", "rehydrate-pending-to-hot"))
    lake.advance(24 * 3600)
    assert lake.tiers("raw") == dict.fromkeys(FILES, ("Hot", None))
    assert lake.run("curate.py", DAY) == ["curated: 4 rows of 3 files, 2 left out"]
    assert lake.text("curated", there) == CURATED
    assert lake.tiers("raw") == dict.fromkeys(FILES, ("Archive", None))
    assert lake.run("serve.py", DAY) == SERVED
