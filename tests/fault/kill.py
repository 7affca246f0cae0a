#!/usr/bin/env python3
"""Kills the server again and again under load and holds it to its promise.

Clients write, overwrite, commit block lists, append, change metadata and delete, and remember every acknowledged state. The
server is killed with SIGKILL at a random moment. Then the data folder must pass `lazulite check`, the server must open it
again, and every blob must be as it was acknowledged; a request without an answer is wholly done or wholly not done.
Every KILLS_BETWEEN_RESTS kills the server rests: what all those lives left behind must then be given back.

    tests/fault/kill.py --binary build/release/lazulite --kills 50 [--seed N] [--durability process|power]

Prints `N passed, N failed, 0 skipped`: a kill is one test.
"""

import argparse
import base64
import hashlib
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse

from server import Connection, Gone, Server, problems_of_folder

CLIENTS = 4
NAMES_PER_CLIENT = 12
LOGS_PER_CLIENT = 3  # append blobs
SIZES = [0, 1, 700, 1024, 1025, 4096, 4097, 70_000, 300_000, 5_000_000]
KILLS_BETWEEN_RESTS = 25
REST_SECONDS = 60
LONGEST_LOG = 2_000_000  # bytes, from which on it is deleted
MOST_STAGED = CLIENTS * NAMES_PER_CLIENT * 4 * max(SIZES)  # blocks that no list was committed for stay for a week


class Client(threading.Thread):
    """Works on names of its own, one request after the other, until the server is gone."""

    def __init__(self, index, rng):
        super().__init__(daemon=True)
        self.index = index
        self.rng = rng
        self.port = None
        self.known = {}  # name -> (body, mark) as acknowledged; absent: deleted or never there
        self.open = None  # (name, state) of the request that got no answer
        self.acknowledged = 0
        self.problem = None

    def next_life(self, port):
        fresh = Client(self.index, self.rng)
        fresh.known, fresh.port = self.known, port
        return fresh

    def run(self):
        connection = Connection(self.port)
        try:
            while True:
                self.step(connection)
        except Gone:
            pass
        except Exception as problem:  # shown by the main thread
            self.problem = repr(problem)

    def body(self):
        size = self.rng.choice(SIZES)
        return self.rng.randbytes(min(size, 4096)) * (size // 4096 + 1) if size > 4096 else self.rng.randbytes(size)

    def names(self):
        return [f"client{self.index}/name{number}" for number in range(NAMES_PER_CLIENT)] + [
            f"client{self.index}/log{number}" for number in range(LOGS_PER_CLIENT)]

    def step(self, connection):
        action = self.rng.choice(["put", "put", "blocks", "append", "append", "append", "metadata", "delete"])
        if action == "append":
            return self.append(connection, f"client{self.index}/log{self.rng.randrange(LOGS_PER_CLIENT)}")
        name = f"client{self.index}/name{self.rng.randrange(NAMES_PER_CLIENT)}"
        mark = f"{self.rng.getrandbits(64):x}"
        before = self.known.get(name)
        if action == "put":
            self.attempt(connection, name, (self.body(), mark), 201, "PUT", name,
                         headers={"x-ms-blob-type": "BlockBlob", "x-ms-meta-mark": mark})
        elif action == "blocks":
            self.put_blocks(connection, name, mark)
        elif action == "metadata" and before:
            self.attempt(connection, name, (before[0], mark), 200, "PUT", name, "comp=metadata",
                         headers={"x-ms-meta-mark": mark}, body=b"")
        elif action == "delete" and before:
            self.attempt(connection, name, None, 202, "DELETE", name)

    def append(self, connection, name):
        before = self.known.get(name)
        if not before:
            mark = f"{self.rng.getrandbits(64):x}"
            self.attempt(connection, name, (b"", mark), 201, "PUT", name,
                         headers={"x-ms-blob-type": "AppendBlob", "x-ms-meta-mark": mark})
        elif len(before[0]) > LONGEST_LOG:
            self.attempt(connection, name, None, 202, "DELETE", name)
        else:
            piece = self.body() or b"x"
            self.attempt(connection, name, (before[0] + piece, before[1]), 201, "PUT", name, "comp=appendblock", body=piece,
                         headers={"x-ms-blob-condition-appendpos": str(len(before[0]))})

    def put_blocks(self, connection, name, mark):
        pieces = [self.body() or b"x" for _ in range(self.rng.randrange(1, 5))]
        listed = []
        for number, piece in enumerate(pieces):
            block = base64.b64encode(f"{number:04}{mark:>16}".encode()).decode()
            query = urllib.parse.urlencode({"comp": "block", "blockid": block})
            status, _, text = connection.request("PUT", f"kill/{name}", query, piece)
            if status != 201:
                raise AssertionError(f"Put Block answered {status}: {text[:200]}")
            listed.append(f"<Latest>{block}</Latest>")
        xml = f"<?xml version='1.0' encoding='utf-8'?><BlockList>{''.join(listed)}</BlockList>".encode()
        self.attempt(connection, name, (b"".join(pieces), mark), 201, "PUT", name, "comp=blocklist", body=xml,
                     headers={"x-ms-meta-mark": mark})

    def attempt(self, connection, name, after, expected, method, path, query="", body=None, headers=None):
        self.open = (name, after)
        sent = body if body is not None else (after[0] if after else b"")
        status, _, text = connection.request(method, f"kill/{path}", query, sent, headers)
        if status != expected:
            raise AssertionError(f"{method} {path} {query} answered {status}: {text[:200]}")
        self.settle(after)
        self.acknowledged += 1

    def settle(self, state):
        name, _ = self.open
        if state is None:
            self.known.pop(name, None)
        else:
            self.known[name] = state
        self.open = None


def read_back(connection, name):
    status, headers, body = connection.request("GET", f"kill/{name}")
    if status == 404:
        return None
    if status != 200:
        raise AssertionError(f"{name}: GET answered {status}: {body[:200]}")
    return body, headers.get("x-ms-meta-mark")


def verify(clients, port):
    """Problems of the folder as the server shows it; takes over what an unanswered request did."""
    problems = []
    connection = Connection(port)
    for client in clients:
        for name in client.names():
            found = read_back(connection, name)
            allowed = [client.known.get(name)]
            if client.open and client.open[0] == name:
                allowed.append(client.open[1])
            if found not in allowed:
                problems.append(f"{name}: {shown(found)}, acknowledged was {shown(allowed[0])}")
            elif client.open and client.open[0] == name:
                client.settle(found)
        client.open = None
    return problems


def allocated(folder):
    """Bytes that the files below `folder` take on the disk."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(where, name)).st_blocks * 512
            except FileNotFoundError:
                pass  # just given back
    return total


def rest(clients, folder):
    """Waits until the folder takes no more than what is in it; returns a problem if that does not happen."""
    most = sum(len(body) for client in clients for body, _ in client.known.values()) + MOST_STAGED
    deadline = time.monotonic() + REST_SECONDS
    while (taken := allocated(folder)) > most:
        if time.monotonic() > deadline:
            return [f"{taken} bytes are taken after {REST_SECONDS} s of rest, at most {most} are needed"]
        time.sleep(0.05)
    return []


def shown(state):
    return "absent" if state is None else f"{len(state[0])} bytes, mark {state[1]}, sha {hashlib.sha256(state[0]).hexdigest()[:12]}"


def one_kill(arguments, folder, clients, rng, rests):
    """One life: load, kill, check, reopen, verify, rest if it is time. Returns (clients, problems, acknowledged)."""
    server = Server(arguments.binary, folder, arguments.durability)
    Connection(server.ports["blob"]).request("PUT", "kill", "restype=container")
    clients = [client.next_life(server.ports["blob"]) for client in clients]
    for client in clients:
        client.start()
    time.sleep(rng.uniform(0.02, arguments.seconds))
    server.kill()
    for client in clients:
        client.join()
    problems = [client.problem for client in clients if client.problem]
    problems += problems_of_folder(arguments.binary, folder)
    server = Server(arguments.binary, folder, arguments.durability)
    problems += verify(clients, server.ports["blob"])
    if rests and not problems:
        problems += rest(clients, folder)
    server.kill()
    return clients, problems, sum(client.acknowledged for client in clients)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=0.5, help="longest life under load")
    parser.add_argument("--durability", default="process")
    arguments = parser.parse_args()

    print(f"seed {arguments.seed}")
    rng = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix="lazulite-kill-")
    clients = [Client(index, random.Random(rng.getrandbits(64))) for index in range(CLIENTS)]
    failed = acknowledged = 0
    for kill in range(arguments.kills):
        clients, problems, count = one_kill(arguments, folder, clients, rng, (kill + 1) % KILLS_BETWEEN_RESTS == 0)
        acknowledged += count
        if problems:
            failed += 1
            print(f"kill {kill}:", *problems, sep="\n  ")
            break  # what follows would only repeat it; the folder is kept
    print(f"{acknowledged} writes were acknowledged")
    if failed:
        print(f"the data folder is kept: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{kill + 1 - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
