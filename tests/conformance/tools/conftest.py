"""The server on the ports that these programs know by heart, what they are given, and what they left in the account.

Runs in a network of its own (run.sh), so the well-known ports are free. What a program did is looked at with the Python
SDK, never with the program itself.
"""

import hashlib
import os
import random
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
MIB = 1 << 20
BINARY = Path(os.environ["LAZULITE_BINARY"])
ODD_NAMES = ["a b/c+d", "100%/x#y", "größe/日本", "deep/er/and/deep/er", "empty", ".hidden/.file", "semi;colon,comma"]


@contextmanager
def server(folder, *options):
    """A running server; yields what it printed until it stood. It must stop cleanly and leave a sound folder."""
    command = [BINARY, "--location", folder, "--silent", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith("Connection string: "):
                break
        try:
            yield "".join(printed)
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
        assert process.wait(timeout=30) == 0
    checked = subprocess.run([BINARY, "check", "--location", folder], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture(scope="session", autouse=True)
def emulator(tmp_path_factory):
    with server(tmp_path_factory.mktemp("data")) as printed:
        yield printed


@pytest.fixture(scope="session")
def account():
    return BlobServiceClient.from_connection_string("UseDevelopmentStorage=true", retry_total=0)


def make_tree(folder):
    """401 files: 393 small ones in 13 folders, odd names, an empty one, and one of 300 MiB."""
    bytes_of = random.Random(1).randbytes
    for number in range(393):
        write(folder / f"folder-{number % 13}" / f"file-{number:03}", bytes_of(number * 37))
    for name in ODD_NAMES:
        write(folder / name, b"" if name == "empty" else bytes_of(1000))
    with open(folder / "large", "wb") as large:
        for _ in range(300):
            large.write(bytes_of(MIB))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    make_tree(folder)
    return folder


def sha256(pieces):
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def digests_below(folder):
    """Name: SHA-256 of every file."""
    def pieces(path):
        with open(path, "rb") as file:
            while piece := file.read(MIB):
                yield piece

    return {path.relative_to(folder).as_posix(): sha256(pieces(path)) for path in folder.rglob("*") if path.is_file()}


def digests_in(container):
    """Name: SHA-256 of every blob."""
    return {name: sha256(container.download_blob(name).chunks()) for name in container.list_blob_names()}


def run(*words, code=0, given=None, cwd=None):
    """What the program wrote to stdout, as bytes; its exit code must be `code`."""
    done = subprocess.run(words, input=given, capture_output=True, cwd=cwd, timeout=300)
    assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout.decode()[-2000:]}\n{done.stderr.decode()[-4000:]}"
    run.messages = done.stderr.decode()
    return done.stdout
