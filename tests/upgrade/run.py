#!/usr/bin/env python3
"""Opens data folders of every format ever committed with the newest build.

    tests/upgrade/run.py --binary build/release/lazulite [--kills N] [--rows N] [--seed N]

Each fixture (fixtures/COMMIT, made by make.py with the server of that commit) is checked, opened and read back; what it holds is
changed and added to, the server is started anew, and the folder is checked again: its tables are those of a new one. What a newer
lazulite wrote is refused, with its bytes untouched. A folder with ROWS more rows in every table is brought up to date while SIGINT,
SIGTERM and SIGKILL end the server at random moments: afterwards it opens and everything is there.

Prints `N passed, N failed, 0 skipped`.
"""

import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
from pathlib import Path

from client import LAKE, PLAIN, Client, differences, pattern
from fill import JSON
from make import FIXTURES, formats_of, start, stop

SURFACES = ("blob", "queue", "table", "file", "dfs", "web")


class Fixture:
    def __init__(self, path):
        self.name = path.name
        self.path = path
        self.about = json.loads((path / "expected.json").read_text())

    def unpack(self, folder):
        with tarfile.open(self.path / "folder.tar.xz") as archive:
            archive.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(folder)

    def differences(self, client, before):
        """`before`: until what is marked as a change is asked for."""
        found = []
        for expected in self.about["expected"]:
            if not expected.get("change") and (before or not expected.get("before")):
                found += differences(expected, client)
        return found

    def change(self, client):
        return [problem for expected in self.about["expected"] if expected.get("change") for problem in differences(expected, client)]


@contextlib.contextmanager
def running(binary, folder, accounts, *more):
    server = start(binary, folder, accounts, *more)
    try:
        yield Client(server.ports)
    finally:
        status = stop(server)
    assert status == 0, f"the server ended with {status}"


def check(binary, folder):
    done = subprocess.run([binary, "check", "--location", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, f"check: {(done.stdout + done.stderr)[-2000:]}"


def bytes_of(folder):
    """path -> hash of every file of a data folder but the lock."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(folder, "lazulite").rglob("*")) if path.is_file() and path.name != "lock"}


def tables_of(database):
    """The columns, keys and indexes of a database, whatever statements made them."""
    connection = sqlite3.connect(database)
    shape = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        columns = [row[1:4] + row[5:6] for row in connection.execute(f"PRAGMA table_xinfo({table})")]
        indexes = sorted((row[1] if row[3] == "c" else "", row[2], row[3], row[4],
                          tuple(column[2:4] for column in connection.execute(f"PRAGMA index_xinfo({row[1]})")))
                         for row in connection.execute(f"PRAGMA index_list({table})"))
        shape[table] = (columns, indexes, connection.execute("SELECT wr FROM pragma_table_list(?)", (table,)).fetchone())
    connection.close()
    return shape


def databases(folder):
    return sorted(Path(folder, "lazulite/a").glob("*/*.db"))


def add_to(client, round):
    """Writes to every service, and reads it back."""
    name = f"added{round}"
    for surface, method, path, query, body, headers in [
            ("blob", "PUT", f"plain/{name}", "", pattern(name, 70_000), {"x-ms-blob-type": "BlockBlob", "x-ms-tags": f"added={name}"}),
            ("blob", "PUT", f"plain/{name}-disk", "", b"", {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "4096"}),
            ("blob", "PUT", f"plain/{name}-disk", "comp=page", pattern(name, 512), {"x-ms-range": "bytes=0-511", "x-ms-page-write": "update"}),
            ("blob", "DELETE", f"plain/{['overwritten', 'listed'][round]}", "", b"", {}),
            ("queue", "PUT", name, "", b"", {}),
            ("queue", "POST", f"{name}/messages", "", b"<QueueMessage><MessageText>new</MessageText></QueueMessage>", {}),
            ("table", "POST", "Tables", "", json.dumps({"TableName": name}).encode(), JSON),
            ("table", "POST", name, "", json.dumps({"PartitionKey": "p", "RowKey": "r"}).encode(), JSON),
            ("file", "PUT", name, "restype=share", b"", {}),
            ("file", "PUT", f"{name}/file", "", b"", {"x-ms-type": "file", "x-ms-content-length": "512"}),
            ("dfs", "PUT", name, "resource=filesystem", b"", {}),
            ("dfs", "PUT", f"{name}/directory", "resource=directory", b"", {})]:
        account = LAKE if surface == "dfs" else PLAIN
        status, _, answer = client.ask(surface, account, method, path, query, body, headers)
        assert status in (200, 201, 202, 204), f"{surface} {method} {path} {query}: {status} {answer[:300]!r}"
    expected = {"status": 200, "found": {"<Name>(.*?)</Name>": [name]}}
    found = differences({"ask": ["blob", PLAIN, "GET", "", f"comp=blobs&where=added%3D'{name}'"], **expected}, client)
    assert not found, found


def with_lake(accounts):
    """Those of a fixture, and one that takes directories."""
    return accounts if any(account["name"] == LAKE for account in accounts) else [*accounts, {"name": LAKE, "hierarchicalNamespace": True}]


def fresh(binary, folder):
    """An empty data folder with a store of every kind, as this build makes it."""
    with running(binary, folder, [{"name": PLAIN}]) as client:
        for surface, path, query in (("blob", "c", "restype=container"), ("queue", "q", ""), ("file", "s", "restype=share")):
            assert client.ask(surface, PLAIN, "PUT", f"{path}{path}{path}", query)[0] == 201
        assert client.ask("table", PLAIN, "POST", "Tables", "", b'{"TableName": "ttt"}', JSON)[0] in (201, 204)
        assert client.ask("blob", PLAIN, "PUT", "ccc/b", "", bytes(9000), {"x-ms-blob-type": "BlockBlob"})[0] == 201
        assert client.control(f"accounts/{PLAIN}/revokeUserDelegationKeys") == 200


def secrets_of(folder):
    """What must be found again in identity.json; nothing where there is none."""
    path = Path(folder, "lazulite/identity.json")
    return {name: value for name, value in json.loads(path.read_text()).items() if name != "format"} if path.exists() else None


# ---- every format opens -----------------------------------------------------------------------------------------------


def with_large_pages(folder):
    """Tables as 548ff9c made them: in pages of 16 KiB, and like the later ones otherwise."""
    for database in Path(folder, "lazulite/a").glob("*/table.db"):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            for statement in ("journal_mode = DELETE", "page_size = 16384"):
                connection.execute(f"PRAGMA {statement}").fetchall()
            connection.execute("VACUUM")
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            assert connection.execute("PRAGMA page_size").fetchone() == (16384,)
        Path(f"{database}-wal").touch()  # SQLite takes it away; a server leaves it, empty


FIRST_QUEUES = """
DROP TABLE deleted;
ALTER TABLE queues ADD COLUMN deleted INTEGER;
CREATE INDEX expiring ON messages(expires, generation);
ALTER TABLE visible RENAME TO later_visible;
CREATE TABLE visible(
    generation INTEGER NOT NULL, next_visible INTEGER NOT NULL, id INTEGER NOT NULL, dequeue_count INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    PRIMARY KEY(generation, next_visible, id)) WITHOUT ROWID;
INSERT INTO visible SELECT generation, next_visible, period << 32 | number, dequeue_count, nonce FROM later_visible;
DROP TABLE later_visible;
DELETE FROM expiry;
"""


def with_first_queues(folder):
    """Queues as 311b454 described them, which does not compile: so no server of its time made such a folder."""
    for database in Path(folder, "lazulite/a").glob("*/queue.db"):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.executescript(FIRST_QUEUES)
        Path(f"{database}-wal").touch()


def opens(binary, fixture, newest, durability, prepare=lambda folder: None):
    with tempfile.TemporaryDirectory() as folder:
        fixture.unpack(folder)
        prepare(folder)
        before, secrets = bytes_of(folder), secrets_of(folder)
        assert (secrets is not None) == ("identity" in fixture.about["features"])
        check(binary, folder)
        assert bytes_of(folder) == before, "check changed the folder"
        accounts = fixture.about["accounts"]
        with running(binary, folder, accounts, "--durability", durability) as client:
            found = fixture.differences(client, True)
            found += fixture.change(client)
        assert not found, "\n".join(found)
        with running(binary, folder, with_lake(accounts), "--durability", durability) as client:
            add_to(client, 0)
        check(binary, folder)
        for database in databases(folder):
            expected = newest[database.stem]
            shape = tables_of(database)
            assert shape == expected, f"{database.name} is not like a new one: " + "\n".join(
                f"{name}: {shape.get(name)}\n   new: {expected.get(name)}" for name in {*shape, *expected} if shape.get(name) != expected.get(name))
        with running(binary, folder, with_lake(accounts), "--durability", durability) as client:
            found = fixture.differences(client, False)
            add_to(client, 1)
            assert client.control(f"accounts/{PLAIN}/revokeUserDelegationKeys") == 200
        assert not found, "\n".join(found)
        if secrets:
            secrets["revocations"][PLAIN] += 1
            assert secrets_of(folder) == secrets
        check(binary, folder)


def has_fixture(fixtures, newest):
    """Nobody changes a format and forgets its fixture."""
    for kind, format in newest.items():
        known = max(fixture.about["formats"].get(kind, 0) for fixture in fixtures)
        assert known == format, f"{kind}.db has format {format}, the newest fixture {known}: make one, see tests/upgrade/make.py"


# ---- a newer one does not ----------------------------------------------------------------------------------------------


def patch(path, offset, new):
    bytes = bytearray(path.read_bytes())
    bytes[offset:offset + len(new)] = new
    path.write_bytes(bytes)


def raise_format(folder, what):
    """Makes `what` of a folder newer. The line that must refuse it."""
    place = Path(folder, "lazulite")
    line = "lazulite/{} has format {}; this lazulite knows formats up to {}: use the newer version"
    if what == "registry":
        (place / "registry").write_text((place / "registry").read_text().replace("registry 1\n", "registry 2\n"))
        return line.format("registry", 2, 1)
    if what == "identity.json":
        secrets = json.loads((place / what).read_text())
        (place / what).write_text(json.dumps({**secrets, "format": 2}))
        return line.format(what, 2, 1)
    if what == "extent":
        newest = sorted((place / "a/1/extents-blob").iterdir())[-1]
        patch(newest, 16, (2).to_bytes(8, "little"))
        return line.format(newest.relative_to(place), 2, 1)
    if what == "barrier":
        patch(place / "a/1/blob.barrier", 0, b"barrier2")
        patch(place / "a/1/blob.barrier", 4096, b"barrier2")
        return line.format("a/1/blob.barrier", 2, 1)
    database = place / "a/1" / what.removesuffix("-wal")
    connection = sqlite3.connect(database)
    known = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {known + 1}")
    connection.commit()
    if what.endswith("-wal"):  # as a newer one leaves it that was killed
        for suffix in ("", "-wal"):
            shutil.copy(f"{database}{suffix}", f"{database}.kept{suffix}")
    connection.close()
    if what.endswith("-wal"):
        for suffix in ("", "-wal"):
            Path(f"{database}.kept{suffix}").rename(f"{database}{suffix}")
        assert int.from_bytes(database.read_bytes()[60:64], "big") == known
    return line.format(f"a/1/{database.name}", known + 1, known)


def refuses(binary, newest_folder, what):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(newest_folder, "lazulite"), Path(folder, "lazulite"))
        line = raise_format(folder, what)
        # What SQLite or a row must be asked for is seen when that store is opened: the others may have been opened before.
        looked = what.endswith("-wal") or what == "extent"
        of = what.split(".")[0] if looked and what != "extent" else "blob" if looked else ""

        def untouched():
            return {path: hash for path, hash in bytes_of(folder).items() if of in path or path == "lazulite/registry"}

        lock = Path(folder, "lazulite/lock").read_bytes()
        before = untouched()
        checked = subprocess.run([binary, "check", "--location", folder], capture_output=True, text=True)
        assert checked.returncode == 1 and checked.stdout.splitlines()[0] == line, (checked, line)
        assert untouched() == before, "check changed the folder"
        for durability in ("process", "power"):
            started = subprocess.run([binary, "--location", folder, "--durability", durability, *(f"--{s}Port=0" for s in SURFACES)],
                                     capture_output=True, text=True, timeout=60)
            assert started.returncode == 1, started
            assert started.stderr == f"lazulite: {folder}: {line}\n", (started.stderr, line)
            assert untouched() == before, "the start changed the folder"
        assert looked or Path(folder, "lazulite/lock").read_bytes() == lock


# ---- ended in the middle ------------------------------------------------------------------------------------------------

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "


def enlarge(folder, rows):
    """Many more rows in the tables that an upgrade moves: blobs without bytes, versions, tags of each, messages."""
    for database in databases(folder):
        connection = sqlite3.connect(database)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        numbers = NUMBERS.format(rows=rows)
        if database.stem == "blob":
            directory = connection.execute("SELECT root_dir_id FROM containers WHERE name = CAST('plain' AS BLOB)").fetchone()
            if not directory:
                continue
            place = f"{directory[0]}, CAST('many/' || i AS BLOB)"
            connection.execute(f"{numbers} INSERT INTO blobs(dir_id, name, kind, size, created, tick, content, flags, props) "
                               f"SELECT {place}, 1, 0, 1, 1000 + i, X'00', 0, X'' FROM n")
            connection.execute(f"{numbers} INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props) "
                               f"SELECT {place}, 2, i, 1, 0, 1, X'00', 0, X'' FROM n")
        elif database.stem == "queue":
            generation = connection.execute("SELECT generation FROM queues WHERE name = CAST('cleared' AS BLOB)").fetchone()[0]
            identifier = "number" if "deleted" in tables else "id"
            connection.execute(f"{numbers} INSERT INTO messages(id, generation, tag, inserted, expires, text) "
                               f"SELECT 10000000 + i, {generation}, 5, 17000000000000000, 2534023007990000000, X'61' FROM n")
            columns = f"generation, next_visible, {identifier}, dequeue_count, nonce" + (", period" if identifier == "number" else "")
            connection.execute(f"{numbers} INSERT INTO visible({columns}) SELECT {generation}, 17000000000000000, 10000000 + i, 0, 7"
                               + (", 0" if identifier == "number" else "") + " FROM n")
            connection.execute("UPDATE counts SET messages = messages + ? WHERE generation = ?", (rows, generation))
        connection.commit()
        connection.close()


MANY = {
    "blobs": "SELECT count(*) FROM blobs WHERE substr(name, 1, 5) = CAST('many/' AS BLOB)",
    "history": "SELECT count(*), total(tick) FROM history WHERE class = 2 AND substr(name, 1, 5) = CAST('many/' AS BLOB)",
    "messages": "SELECT count(*), total(id) FROM messages WHERE tag = 5",
    "visible": "SELECT count(*) FROM visible WHERE next_visible = 17000000000000000 AND nonce = 7",
}


def counts_of(folder):
    """Of the rows that `enlarge` made."""
    found = {}
    for database in databases(folder):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            for table, count in MANY.items():
                with contextlib.suppress(sqlite3.OperationalError):
                    found[database.parent.name, table] = connection.execute(count).fetchone()
    return found


def survives(binary, fixture, rows, kills, rng):
    """The server is ended while it brings the folder up to date, at moments from its start to a little later than it needs."""
    with tempfile.TemporaryDirectory() as whole:
        fixture.unpack(whole)
        enlarge(whole, rows)
        counts = counts_of(whole)
        accounts = fixture.about["accounts"]
        config = Path(whole, "config.json")
        ended = {"before": 0, "within": 0, "after": 0}
        longest = None
        for number in range(kills + 1):
            with tempfile.TemporaryDirectory() as folder:
                shutil.copytree(Path(whole, "lazulite"), Path(folder, "lazulite"))
                began = time.monotonic()
                if longest is None:
                    server = start(binary, folder, accounts)
                    longest = time.monotonic() - began
                    shutil.copy(Path(folder, "config.json"), config)
                    assert stop(server) == 0
                else:
                    how = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[number % 3]
                    process = subprocess.Popen([binary, "--location", folder, "--silent", "--config", str(config),
                                                *(f"--{s}Port=0" for s in SURFACES)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    time.sleep(rng.uniform(0.01, longest * 1.1))
                    process.send_signal(how)
                    began = time.monotonic()
                    status = process.wait()
                    took = time.monotonic() - began
                    assert status in {signal.SIGKILL: (-9,), signal.SIGINT: (130, 0), signal.SIGTERM: (143, 0), }[how] or status == -how, (how, status)
                    assert took < 1 or status == 0, f"{how} took {took:.1f} s"
                    in_wal = any(Path(f"{database}-wal").exists() and Path(f"{database}-wal").stat().st_size for database in databases(folder))
                    formats = set()
                    for database in databases(folder):
                        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
                            formats.add(connection.execute("PRAGMA user_version").fetchone()[0])
                    ended["after" if 1 not in formats else "within" if in_wal else "before"] += 1
                    check(binary, folder)
                with running(binary, folder, accounts) as client:
                    found = [problem for problem in fixture.differences(client, True) if "queue devstoreaccount1 GET cleared" not in problem]
                assert not found, "\n".join(found)
                check(binary, folder)
                assert counts_of(folder) == counts, (counts_of(folder), counts)
    return f": a start of {longest:.2f} s, ended " + ", ".join(f"{times} times {when}" for when, times in ended.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    fixtures = [Fixture(path) for path in sorted(FIXTURES.iterdir()) if path.is_dir()]
    tests = []
    with tempfile.TemporaryDirectory() as newest_folder:
        fresh(options.binary, newest_folder)
        with tempfile.TemporaryDirectory() as copy:  # SQLite takes a WAL away
            shutil.copytree(Path(newest_folder, "lazulite"), Path(copy, "lazulite"))
            formats = formats_of(copy)
            newest = {database.stem: tables_of(database) for database in databases(copy)}
        for number, fixture in enumerate(fixtures):
            durability = ("process", "power")[number % 2]
            tests.append((f"opens {fixture.name} ({durability})", lambda f=fixture, d=durability: opens(options.binary, f, newest, d)))
        tables = max((fixture for fixture in fixtures if fixture.about["formats"].get("table") == 1), key=lambda fixture: fixture.name)
        tests.append((f"opens {tables.name} with tables in pages of 16 KiB",
                      lambda: opens(options.binary, tables, newest, "process", with_large_pages)))
        queues = next(fixture for fixture in fixtures if fixture.about["formats"].get("queue") == 1 and "files" not in fixture.about["features"])
        tests.append((f"opens {queues.name} with the first form of queues",
                      lambda: opens(options.binary, queues, newest, "process", with_first_queues)))
        tests.append(("has a fixture of the newest formats", lambda: has_fixture(fixtures, formats)))
        for what in ("registry", "blob.db", "queue.db", "table.db", "file.db", "blob.db-wal", "queue.db-wal", "extent", "barrier", "identity.json"):
            tests.append((f"refuses a newer {what}", lambda w=what: refuses(options.binary, newest_folder, w)))
        first = [fixture for fixture in fixtures if fixture.about["formats"].get("blob") == 1 and "queues" in fixture.about["features"]]
        if options.kills < 20:
            first = [max(first, key=lambda fixture: len(fixture.about["features"]))]
        for fixture in first:
            tests.append((f"survives an end while {fixture.name} is brought up to date",
                          lambda f=fixture: survives(options.binary, f, options.rows, options.kills, random.Random(options.seed))))
        ran = [(name, test) for name, test in tests if re.search(options.only, name)]

        def outcome(test):
            began = time.monotonic()
            try:
                return test() or "", time.monotonic() - began, ""
            except Exception:
                return "", time.monotonic() - began, traceback.format_exc()

        failed = 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (name, _), (told, seconds, problem) in zip(ran, pool.map(outcome, [test for _, test in ran])):
                failed += bool(problem)
                print(f"{'FAILED' if problem else 'ok'} {name} ({seconds:.2f} s)" + (f", seed {options.seed}\n{problem}" if problem else told))
    print(f"{len(ran) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
