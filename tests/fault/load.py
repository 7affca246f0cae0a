#!/usr/bin/env python3
"""Mixed load on every service while somebody watches what it costs.

Writers replace blobs, entities of hundreds of kilobytes and messages that soon expire; readers take their time over blobs that
are being replaced, deleted and given snapshots. All the while
- a Get that was begun delivers the bytes of its ETag, whatever happens to the blob meanwhile;
- no write-ahead log exceeds 96 MiB, and what the engine does by itself takes at most a third of the time;
- nothing fails, neither requests nor work in the background.
When the load ends, all space that nobody needs is given back, and the folder passes `lazulite check`.

    tests/fault/load.py --binary build/release/lazulite --seconds 10 [--seed N]

Prints `N passed, N failed, 0 skipped`: one test for each of these lines.
"""

import argparse
import base64
import hashlib
import json
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
import urllib.request

from server import ACCOUNT, SAS, VERSION, Connection, Gone, Server, ask, problems_of_folder

MIB = 1 << 20
MOST_WAL = 96 * MIB
MOST_SHARE = 1 / 3  # of one thread's time
BLOBS = 4
ENTITIES = 40
JSON = {"Content-Type": "application/json", "Accept": "application/json;odata=nometadata"}
SLOW_READ = 64 * 1024
REST_SECONDS = 60
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Worker(threading.Thread):
    """Calls its function again and again until the load ends; keeps the first thing that went wrong."""

    def __init__(self, function, seed, port, over):
        super().__init__(daemon=True)
        self.function, self.rng, self.port, self.over = function, random.Random(seed), port, over
        self.turns = 0
        self.problem = None

    def run(self):
        connection = Connection(self.port)
        try:
            while not self.over.is_set():
                self.function(self.rng, connection)
                self.turns += 1
        except (AssertionError, Gone) as problem:
            self.problem = repr(problem)
            self.over.set()


def text_of(mark, size):
    """The bytes of a blob whose ETag was given for `mark`."""
    line = hashlib.sha256(mark.encode()).digest() * 32
    return (line * (size // len(line) + 1))[:size]


def replace_blob(rng, connection):
    name = f"load/blob{rng.randrange(BLOBS)}"
    choice = rng.random()
    if choice < 0.1:
        ask(connection, (202, 404), "DELETE", name, "", b"", {"x-ms-delete-snapshots": "include"})
    elif choice < 0.25:
        ask(connection, (201, 404), "PUT", name, "comp=snapshot")
    else:
        mark, size = f"{rng.getrandbits(64):x}", rng.choice([1000, 200_000, 3 * MIB, 9 * MIB])
        ask(connection, (201,), "PUT", name, "", text_of(mark, size),
            {"x-ms-blob-type": "BlockBlob", "x-ms-meta-mark": mark})


def read_blob(rng, connection):
    """Slowly, so that the blob is replaced before its last byte is asked for. The mark came with the ETag."""
    connection.http.putrequest("GET", f"/{ACCOUNT}/load/blob{rng.randrange(BLOBS)}?{SAS}")
    connection.http.putheader("x-ms-version", VERSION)
    connection.http.endheaders()
    answer = connection.http.getresponse()
    if answer.status == 404:
        answer.read()
        return
    if answer.status != 200:
        raise AssertionError(f"a Get answered {answer.status}: {answer.read()[:200]}")
    size, mark = int(answer.headers["Content-Length"]), answer.headers["x-ms-meta-mark"]
    body = bytearray()
    while piece := answer.read(SLOW_READ):
        body += piece
        time.sleep(rng.choice([0, 0, 0.002]))
    if bytes(body) != text_of(mark, size):
        raise AssertionError(f"{len(body)} bytes came that are not those of {answer.headers['ETag']}")


def replace_entity(rng, connection):
    key = f"(PartitionKey='p',RowKey='{rng.randrange(ENTITIES)}')"
    properties = {f"Text{number}": "x" * 30_000 for number in range(rng.randrange(1, 9))}
    ask(connection, (204,), "PUT", f"load{key}", "", json.dumps(properties).encode(), JSON)


def put_message(rng, connection):
    text = base64.b64encode(rng.randbytes(rng.choice([30, 3000]))).decode()
    ask(connection, (201,), "POST", "load/messages", "messagettl=1",
        f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode())


def samples(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_lazulite/metrics", timeout=30) as answer:
        page = answer.read().decode()
    return [(name, dict(LABEL.findall(labels or "")), float(value)) for name, labels, value in SAMPLE.findall(page)]


def total(page, wanted, **labels):
    return sum(value for name, has, value in page
               if name == wanted and all(has.get(label) == text for label, text in labels.items()))


class Watch:
    """Looks again and again, and keeps the most that was seen."""

    def __init__(self, port, folder):
        self.port, self.folder = port, folder
        self.wal = self.resident = self.queued = 0

    def look(self):
        page = samples(self.port)
        self.wal = max([self.wal] + [os.stat(path).st_size for path in self.wals()])
        self.resident = max(self.resident, total(page, "process_resident_memory_bytes"))
        self.queued = max(self.queued, total(page, "lazulite_store_queued_writes"))
        return page

    def wals(self):
        return [os.path.join(where, name) for where, _, names in os.walk(self.folder) for name in names
                if name.endswith("-wal")]


def shares(page, seconds):
    """Of the time, by store and kind of work that holds writers up."""
    return {(labels["service"], labels["work"]): value / seconds for name, labels, value in page
            if name == "lazulite_store_work_seconds_total" and labels["work"] in ("expiry", "reclaim")}


def rest(port):
    """Waits until nothing is left to give back; the bytes that still wait then."""
    deadline = time.monotonic() + REST_SECONDS
    while (waiting := total(samples(port), "lazulite_store_freed_bytes")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return waiting


def load(server, seed, seconds, watch):
    blob, queue, table = (Connection(server.ports[name]) for name in ("blob", "queue", "table"))
    ask(blob, (201,), "PUT", "load", "restype=container")
    ask(queue, (201,), "PUT", "load")
    ask(table, (201, 204), "POST", "Tables", "", b'{"TableName":"load"}', JSON)
    over = threading.Event()
    kinds = [(replace_blob, "blob", 2), (read_blob, "blob", 4), (replace_entity, "table", 3), (put_message, "queue", 2)]
    workers = [Worker(function, f"{seed}/{function.__name__}/{number}", server.ports[service], over)
               for function, service, count in kinds for number in range(count)]
    begun = time.monotonic()
    for worker in workers:
        worker.start()
    page = watch.look()
    while not over.wait(0.1) and time.monotonic() - begun < seconds:
        page = watch.look()
    over.set()
    for worker in workers:
        worker.join()
    turns = {function.__name__: sum(worker.turns for worker in workers if worker.function is function) for function, *_ in kinds}
    print("; ".join(f"{count} of {name}" for name, count in turns.items()))
    return [worker.problem for worker in workers if worker.problem], shares(page, time.monotonic() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    folder = tempfile.mkdtemp(prefix="lazulite-load-")
    server = Server(arguments.binary, folder, "process")
    watch = Watch(server.ports["blob"], folder)
    problems, share = load(server, arguments.seed, arguments.seconds, watch)
    waiting = rest(server.ports["blob"])
    long_reads = total(samples(server.ports["blob"]), "lazulite_store_long_reads_total")
    failures = total(samples(server.ports["blob"]), "lazulite_store_work_failures_total")
    server.process.terminate()
    server.process.wait()
    damage = problems_of_folder(arguments.binary, folder)
    print(f"WAL at most {watch.wal / MIB:.1f} MiB, resident at most {watch.resident / MIB:.1f} MiB, "
          f"at most {watch.queued:.0f} writes waited, {long_reads:.0f} reads took more than 100 ms; the most of the time: "
          + ", ".join(f"{service} {work} {part:.1%}" for (service, work), part in sorted(share.items()) if part))
    tests = {"every answer is right": not problems,
             "no write-ahead log exceeds 96 MiB": watch.wal <= MOST_WAL,
             "work in the background takes at most a third of the time": max(share.values()) <= MOST_SHARE,
             "no work in the background failed": failures == 0,
             "all space comes back": waiting == 0,
             "the folder is sound": not damage}
    for test, passed in tests.items():
        if not passed:
            print(f"failed: {test}")
    for problem in problems + damage:
        print(f"  {problem}")
    failed = sum(not passed for passed in tests.values())
    if failed:
        print(f"the data folder is kept: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
