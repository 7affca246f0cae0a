"""examples/shared-config as a whole: every pod reads every release, whole; its assets are public and may be kept."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from env import CONNECTION_STRING, ENDPOINT, on_emulator_only
from queue_env import OwnAccount

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "shared-config"
sys.path.insert(0, str(EXAMPLE))

import cluster  # noqa: E402
from account import Account  # noqa: E402
from deploy import FOR_A_YEAR  # noqa: E402

pytestmark = on_emulator_only  # its names are those of the example, so the account is its own


@pytest.fixture
def connection_string():
    made = OwnAccount()
    known = dict(part.split("=", 1) for part in CONNECTION_STRING.strip(";").split(";"))
    blobs, files = urlsplit(ENDPOINT), urlsplit(known.get("FileEndpoint", "http://127.0.0.1:10003"))
    return (
        f"DefaultEndpointsProtocol={blobs.scheme};AccountName={made.name};AccountKey={made.key};"
        f"BlobEndpoint={blobs.scheme}://{blobs.netloc}/{made.name};FileEndpoint={files.scheme}://{files.netloc}/{made.name};"
    )


def test_nights(connection_string):
    account = Account(connection_string)
    releases, pods = cluster.run(account, pods=10, nights=2)
    assert [json.loads(files["app.json"])["release"] for files in releases] == [1, 2, 3]
    # The ten of the first day read two releases before they went, those of the first night two, the last ones one.
    for first, last, started in ((0, 2, pods[:10]), (1, 3, pods[10:20]), (2, 3, pods[20:])):
        for pod in started:
            assert pod.seen == {path: [files[path] for files in releases[first:last]] for path in releases[0]}
    assert len(pods) == 30

    kept = sorted(item.name for item in account.config.list_directories_and_files())
    assert kept == ["app.json", "features.json", "messages"]  # nothing that was on its way
    assert account.config.get_share_properties().quota == 5
    for files in releases:  # what the first release names is there to the end
        for name, url in json.loads(files["app.json"])["assets"].items():
            blob = account.assets.get_blob_client(url.rsplit("/", 1)[1])
            content = blob.download_blob().readall()
            assert blob.blob_name == name.replace(".", f".{hashlib.sha256(content).hexdigest()[:12]}.")


def test_visitors(connection_string):
    account = Account(connection_string)
    _, [pod] = cluster.run(account, pods=1, nights=0)
    loaded = cluster.visit(pod, "en")
    kinds = {url.rsplit(".", 1)[1]: (headers["Cache-Control"], headers["Content-Type"]) for url, (headers, _) in loaded.items()}
    assert kinds == {"css": (FOR_A_YEAR, "text/css"), "js": (FOR_A_YEAR, "text/javascript"), "svg": (FOR_A_YEAR, "image/svg+xml")}
    assert [content for url, (_, content) in loaded.items() if url.endswith(".js")] == [
        b'document.querySelector("h1").title = "release 1";\n'
    ]


def test_the_command(connection_string):
    done = subprocess.run(
        [EXAMPLE / "run.sh", "--pods", "3", "--nights", "1"], capture_output=True, text=True, timeout=120,
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "PYTHONDONTWRITEBYTECODE": "1",
             "AZURE_STORAGE_CONNECTION_STRING": connection_string},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 releases, 6 pods, 36 files read, 0 of them torn\n"
