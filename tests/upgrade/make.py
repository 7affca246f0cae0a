#!/usr/bin/env python3
"""Makes a fixture of the newest format, or of that of another version's server.

    tests/upgrade/make.py --binary build/release/lazulite --name COMMIT [--kill] [--missing FEATURE,...]

Fills a data folder through REST (fill.py) and packs it to fixtures/COMMIT/folder.tar.xz, with what must be read back beside it
in expected.json. Formats that have a fixture keep it: a folder of a released format is never made anew. `--missing` names the
features that the version does not offer; any other that fails is an error. `--kill` ends the server by SIGKILL, so that the
folder is as a crash leaves it (only for versions from before there were barriers: after another boot the rest is cut).
"""

import argparse
import json
import signal
import sqlite3
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from client import KEY, LAKE, PLAIN, VERSIONS, Client, Server
from fill import Filler

FIXTURES = Path(__file__).resolve().parent / "fixtures"
# The settings of accounts came one after the other.
ACCOUNTS = [
    [{"name": PLAIN}, {"name": VERSIONS, "blobVersioning": True, "changeFeed": True}, {"name": LAKE, "hierarchicalNamespace": True}],
    [{"name": PLAIN}, {"name": VERSIONS, "blobVersioning": True, "changeFeed": True}],
    [{"name": PLAIN}, {"name": VERSIONS, "blobVersioning": True}],
    [{"name": PLAIN}, {"name": VERSIONS}],
]


def formats_of(folder):
    """kind -> the number in the database, the highest of all accounts."""
    found = {}
    for database in sorted(Path(folder, "lazulite/a").glob("*/*.db")):
        connection = sqlite3.connect(database)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.close()
        found[database.stem] = max(version, found.get(database.stem, 0))
    return found


def start(binary, folder, accounts, *more):
    config = Path(folder, "config.json")
    config.write_text(json.dumps({"accounts": [{**account, "keys": [KEY]} for account in accounts]}))
    return Server(binary, str(folder), "process", "--config", str(config), *more)


def stop(server, how=signal.SIGTERM):
    server.process.send_signal(how)
    status = server.process.wait()
    server.reader.join()
    return status


def pack(folder, target):
    def plain(entry):
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
        return None if entry.name.endswith("lazulite/lock") or entry.name.endswith("-shm") else entry

    with tarfile.open(target, "w:xz", preset=9) as archive:
        archive.add(Path(folder, "lazulite"), "lazulite", filter=plain)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--missing", default="")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--into", type=Path, default=FIXTURES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for accounts in ACCOUNTS:
            try:
                server = start(options.binary, folder, accounts)
                break
            except RuntimeError:
                continue
        else:
            sys.exit("the server did not start")
        filler = Filler(Client(server.ports))
        try:
            absent = filler.fill()
        finally:
            stop(server, signal.SIGKILL if options.kill else signal.SIGTERM)
        unexpected = set(absent) ^ set(filter(None, options.missing.split(",")))
        if unexpected:
            sys.exit(f"not as --missing says: {sorted(unexpected)}\n" + "\n".join(absent.values()))
        target = options.into / options.name
        target.mkdir(parents=True, exist_ok=True)
        pack(folder, target / "folder.tar.xz")
        lines = ",\n".join(json.dumps(expectation) for expectation in filler.expected)
        head = {"accounts": accounts, "features": filler.features, "formats": formats_of(folder), "made": int(time.time())}
        (target / "expected.json").write_text(json.dumps(head)[:-1] + ', "expected": [\n' + lines + "\n]}\n")
        print(f"{target}: {head['formats']}, without {sorted(absent)}, {(target / 'folder.tar.xz').stat().st_size} bytes")


if __name__ == "__main__":
    main()
