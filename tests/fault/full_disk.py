#!/usr/bin/env python3
"""Fills the disk below a server: a tmpfs of 40 MiB in a mount namespace of its own, so root is needed, or user namespaces.

While it is full: reads, deletes, the health page and what ends by itself go on, every kind of write answers 507
`InsufficientStorage` in the form of its service, also after kill -9 and a start on the full disk. When there is room, everything
works again, without a restart; what was acknowledged is there, what was refused is not, and `lazulite check` finds nothing.
And a server without descriptors left: it goes on for whoever is connected, sleeps, and takes connections again later.

    tests/fault/full_disk.py --binary build/release/lazulite [--rounds N] [--durability process|power]

Prints `N passed, N failed, 0 skipped`.
"""

import argparse
import errno
import json
import os
import random
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import traceback

from server import ACCOUNT, Connection, Server, ask, problems_of_folder
from tables import answered, batch_of

DISK_MIB = 40  # WALs keep up to ten of them
MANY = 300
PATIENCE = 20.0  # seconds until there is room again: a barrier comes first
MINIMAL = {"Accept": "application/json;odata=minimalmetadata", "Content-Type": "application/json"}
JSON = {**MINIMAL, "Prefer": "return-no-content"}
BLOCK = {"x-ms-blob-type": "BlockBlob"}
FILE = {"x-ms-type": "file", "x-ms-content-length": "4096"}
RANGE = {"x-ms-write": "update", "x-ms-range": "bytes=0-4095"}
MESSAGE = b"<QueueMessage><MessageText>text</MessageText></QueueMessage>"
GONE_SOON = "messagettl=30"


def entity(row):
    return json.dumps({"PartitionKey": "p", "RowKey": row, "Text": "x" * 600}).encode()


# What every kind of write is: service, method, path, query, body, headers. `{}` is a number that was not used before.
WRITES = {
    "a small blob": ("blob", "PUT", "box/small{}", "", b"x" * 500, BLOCK),
    "a blob": ("blob", "PUT", "box/blob{}", "", b"x" * 300_000, BLOCK),
    "a large blob": ("blob", "PUT", "box/large{}", "", b"x" * 5_000_000, BLOCK),
    "a block": ("blob", "PUT", "box/staged{}", "comp=block&blockid=YQ==", b"x" * 5000, {}),
    "a block list": ("blob", "PUT", "box/list{}", "comp=blocklist", b"<BlockList/>", {}),
    "a page blob": ("blob", "PUT", "box/pages{}", "", b"", {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"}),
    "a page": ("blob", "PUT", "box/pages", "comp=page", b"x" * 512, {"x-ms-page-write": "update", "x-ms-range": "bytes=0-511"}),
    "an append": ("blob", "PUT", "box/log", "comp=appendblock", b"x" * 2000, {}),
    "metadata": ("blob", "PUT", "box/kept", "comp=metadata", b"", {"x-ms-meta-a": "b"}),
    "tags": ("blob", "PUT", "box/kept", "comp=tags", b"<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>", {}),
    "a lease": ("blob", "PUT", "box/kept", "comp=lease", b"", {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "15"}),
    "a snapshot": ("blob", "PUT", "box/kept", "comp=snapshot", b"", {}),
    "a container": ("blob", "PUT", "con{}", "restype=container", b"", {}),
    "a message": ("queue", "POST", "line/messages", "", MESSAGE, {}),
    "a queue": ("queue", "PUT", "line{}", "", b"", {}),
    "an entity": ("table", "POST", "people", "", entity("new{}"), JSON),
    "an upsert": ("table", "PUT", "people(PartitionKey='p',RowKey='upsert{}')", "", entity("upsert{}"), JSON),
    "a table": ("table", "POST", "Tables", "", b'{"TableName":"people{}"}', JSON),
    "a file": ("file", "PUT", "share/file{}", "", b"", FILE),
    "a range": ("file", "PUT", "share/kept", "comp=range", b"k" * 4096, RANGE),
    "a directory of a share": ("file", "PUT", "share/folder{}", "restype=directory", b"", {}),
    "a share": ("file", "PUT", "share{}", "restype=share", b"", {}),
    "a path": ("dfs", "PUT", "box/path{}", "resource=file", b"", {}),
    "data": ("dfs", "PATCH", "box/tail", "action=append&position=0", b"x" * 5000, {}),
    "a filesystem": ("dfs", "PUT", "lake{}", "resource=filesystem", b"", {}),
}


def wait_until(met, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not met():
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.05)


class Disk:
    """A tmpfs that is as full as one likes."""

    def __init__(self, mib=DISK_MIB):
        self.path = tempfile.mkdtemp(prefix="lazulite-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", self.path], check=True)
        self.folder = os.path.join(self.path, "data")
        os.mkdir(self.folder)
        self.filler = os.path.join(self.path, "filler")

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise

    def make_room(self):
        os.remove(self.filler)

    def close(self):
        subprocess.run(["umount", self.path], check=True)
        os.rmdir(self.path)


class Life:
    """A server over the disk, a connection to each of its services, and what it acknowledged."""

    def __init__(self, arguments, disk):
        self.arguments, self.disk = arguments, disk
        self.kept, self.number = {}, 0  # (service, path) -> bytes
        self.start()

    def start(self):
        self.server = Server(self.arguments.binary, self.disk.folder, self.arguments.durability)
        self.to = {{"data lake": "dfs"}.get(service, service): Connection(port) for service, port in self.server.ports.items()}

    def restart(self):
        self.server.kill()
        self.start()

    def ask(self, expected, service, *request):
        return ask(self.to[service], expected, *request)

    def control(self, method, path):
        http = self.to["blob"].http
        http.request(method, f"/_lazulite/{path}", headers={"x-lazulite-control": "1"})
        answer = http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{method} {path} answered {answer.status}: {body}")
        return body

    def write(self, what):
        """(status, headers, body) of one more write of that kind."""
        self.number += 1
        service, method, path, query, body, headers = WRITES[what]
        number = str(self.number)
        return self.to[service].request(method, path.replace("{}", number), query, body.replace(b"{}", number.encode()), headers)

    def prepare(self):
        self.ask({201}, "blob", "PUT", "box", "restype=container")
        self.ask({201}, "blob", "PUT", "box/pages", "", b"", {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"})
        self.ask({201}, "blob", "PUT", "box/log", "", b"", {"x-ms-blob-type": "AppendBlob"})
        self.ask({201}, "queue", "PUT", "line")
        self.ask({204}, "table", "POST", "Tables", "", b'{"TableName":"people"}', JSON)
        self.ask({201}, "file", "PUT", "share", "restype=share")
        self.ask({201}, "file", "PUT", "share/kept", "", b"", FILE)
        self.ask({201}, "file", "PUT", "share/kept", "comp=range", b"k" * 4096, RANGE)
        self.ask({201}, "dfs", "PUT", "box/tail", "resource=file")
        for name, size in (("kept", 900), ("large", 200_000)):
            content = random.randbytes(size)
            self.ask({201}, "blob", "PUT", f"box/{name}", "", content, BLOCK)
            self.kept["blob", f"box/{name}"] = content
        self.kept["file", "share/kept"] = b"k" * 4096
        for number in range(MANY):
            self.ask({201}, "blob", "PUT", f"box/many{number}", "", b"x" * 3000, BLOCK)
            self.ask({204}, "table", "POST", "people", "", entity(f"r{number}"), JSON)
        for _ in range(40):
            self.ask({201}, "queue", "POST", "line/messages", "", MESSAGE)

    def expect_reads(self):
        for (service, path), content in self.kept.items():
            _, _, body = self.ask({200}, service, "GET", path)
            if body != content:
                raise AssertionError(f"{path} is not what was acknowledged")
        self.ask({200}, "blob", "GET", "box", "restype=container&comp=list")
        self.ask({200}, "blob", "HEAD", "box/kept")
        self.ask({200}, "queue", "GET", "line/messages", "peekonly=true")
        self.ask({200}, "table", "GET", "people()", "$filter=RowKey%20eq%20'r149'", b"", MINIMAL)
        self.ask({200}, "file", "GET", "share", "restype=directory&comp=list")
        self.ask({200}, "dfs", "GET", "box", "resource=filesystem&recursive=true")
        if json.loads(self.control("GET", "health"))["status"] != "ok":
            raise AssertionError("it is not healthy")
        self.control("GET", "metrics")

    def expect_refused(self, what):
        service = WRITES[what][0]
        status, headers, body = self.write(what)
        if (status, headers.get("x-ms-error-code")) != (507, "InsufficientStorage"):
            raise AssertionError(f"{what} answered {status} {headers.get('x-ms-error-code')}: {body[:300]}")
        if service == "table":
            code = json.loads(body)["odata.error"]["code"]
        elif service == "dfs":
            code = json.loads(body)["error"]["code"]
        else:
            code = body.decode().partition("<Code>")[2].partition("</Code>")[0]
        if code != "InsufficientStorage":
            raise AssertionError(f"{what} is refused with {body[:300]}")

    def fill_up(self):
        """Until rows have no room either."""
        self.disk.fill()
        wait_until(lambda: self.write("an entity")[0] == 507, "an entity is refused")

    def recover(self):
        wait_until(lambda: self.write("an entity")[0] == 204, "an entity is taken again")
        for what in WRITES:
            status, _, body = self.write(what)
            if status not in (200, 201, 202, 204) and not (what == "a lease" and status == 409):
                raise AssertionError(f"{what} answered {status} when there was room: {body[:300]}")

    def end(self):
        self.server.kill()
        problems = problems_of_folder(self.arguments.binary, self.disk.folder)
        if problems:
            raise AssertionError(problems)


def with_life(test):
    def run(arguments):
        disk = Disk()
        life = Life(arguments, disk)
        try:
            life.prepare()
            test(life)
            life.expect_reads()
            life.end()
        finally:
            life.server.kill()
            disk.close()
    run.__name__ = test.__name__
    return run


@with_life
def every_write_is_refused_and_reads_go_on(life):
    life.fill_up()
    for what in WRITES:
        life.expect_refused(what)
    life.expect_reads()
    changes = [("DELETE", "p", "r0", "*", None)]
    for change, expected in ((("POST", "p", "batch", None, {"a": 1}), [507]), (("DELETE", "p", "r1", "*", None), [204, 204])):
        body, headers = batch_of("people", [*changes, change], random)
        statuses, _ = answered(ask(life.to["table"], (202,), "POST", "$batch", "", body, {**MINIMAL, **headers})[2])
        if statuses != expected:
            raise AssertionError(f"a batch of {change}: {statuses}")
    life.disk.make_room()
    life.recover()


@with_life
def deletes_go_on(life):
    """One by one, while those who write do not give up."""
    life.fill_up()
    for number in range(MANY):
        life.write("an entity"), life.write("a small blob"), life.write("metadata")
        life.ask({204}, "table", "DELETE", f"people(PartitionKey='p',RowKey='r{number}')", "", b"", {**MINIMAL, "If-Match": "*"})
        life.ask({202}, "blob", "DELETE", f"box/many{number}")
        if number < 20:
            _, _, body = life.ask({200}, "queue", "GET", "line/messages")
            message, receipt = (body.decode().partition(f"<{tag}>")[2].partition("<")[0] for tag in ("MessageId", "PopReceipt"))
            life.ask({204}, "queue", "DELETE", f"line/messages/{message}", f"popreceipt={receipt.replace('+', '%2B')}")
    life.ask({204}, "queue", "DELETE", "line/messages")
    life.ask({200}, "dfs", "DELETE", "box/tail")
    life.ask({202}, "file", "DELETE", "share/kept")
    life.ask({204}, "table", "DELETE", "Tables('people')", "", b"", MINIMAL)
    del life.kept["file", "share/kept"]
    life.disk.make_room()
    wait_until(lambda: life.write("a container")[0] == 201, "a container is made again")
    life.ask({201, 204}, "table", "POST", "Tables", "", b'{"TableName":"people"}', MINIMAL)


@with_life
def what_is_deleted_makes_room(life):
    """No other program fills the disk, and none makes room."""
    blobs = []
    while True:
        life.number += 1
        content = random.randbytes(700_000)
        status, _, _ = life.to["blob"].request("PUT", f"box/fat{life.number}", "", content, BLOCK)
        if status == 507:
            break
        blobs.append(f"box/fat{life.number}")
        life.kept["blob", blobs[-1]] = content
    while life.write("a small blob")[0] != 507:
        pass
    life.expect_reads()
    for path in blobs:
        life.ask({202}, "blob", "DELETE", path)
        del life.kept["blob", path]
    life.recover()
    for path in blobs[:len(blobs) // 3]:
        wait_until(lambda: life.to["blob"].request("PUT", path, "", b"x" * 700_000, BLOCK)[0] == 201, "the bytes are given back")


@with_life
def a_start_on_a_full_disk(life):
    life.fill_up()
    life.restart()
    life.expect_reads()
    for what in WRITES:
        life.expect_refused(what)
    life.ask({202}, "blob", "DELETE", "box/many1")
    life.restart()
    life.ask({404}, "blob", "GET", "box/many1")
    life.disk.make_room()
    life.recover()


@with_life
def what_ends_by_itself_ends(life):
    for _ in range(30):
        life.ask({201}, "queue", "POST", "line/messages", GONE_SOON, MESSAGE)
    life.fill_up()
    before = life.ask({200}, "queue", "GET", "line", "comp=metadata")[1]["x-ms-approximate-messages-count"]
    life.control("POST", f"clock?account={ACCOUNT}&advance=60")
    counted = lambda: int(life.ask({200}, "queue", "GET", "line", "comp=metadata")[1]["x-ms-approximate-messages-count"])
    life.expect_reads()
    life.disk.make_room()
    life.recover()
    wait_until(lambda: counted() < int(before), "messages that are over are purged")


@with_life
def a_reset_on_a_full_disk(life):
    life.fill_up()
    life.control("POST", f"reset?account={ACCOUNT}")
    life.disk.make_room()
    wait_until(lambda: life.write("a container")[0] == 201, "a container is made")
    life.kept.clear()
    life.prepare()


def a_new_folder_on_a_full_disk(arguments):
    disk = Disk(1)
    try:
        disk.fill()
        ended = subprocess.run([arguments.binary, "--location", disk.folder, "--blobPort", "0", "--queuePort", "0", "--tablePort", "0"],
                               capture_output=True, text=True, timeout=30)
        if ended.returncode == 0 or "No space left on device" not in ended.stdout + ended.stderr:
            raise AssertionError(f"{ended.returncode}: {ended.stdout}{ended.stderr}")
    finally:
        disk.close()


def cpu_seconds(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def no_descriptors_left(arguments):
    """Whoever is connected goes on; whoever is not waits, and the server sleeps meanwhile."""
    folder = tempfile.mkdtemp(prefix="lazulite-descriptors-")
    few = os.path.join(folder, "few")
    with open(few, "w", encoding="ascii") as script:
        script.write(f'#!/bin/sh\nulimit -n 120\nexec {shlex.quote(os.path.abspath(arguments.binary))} "$@"\n')
    os.chmod(few, 0o755)
    server = Server(few, folder, arguments.durability)
    crowd = []
    try:
        connection = Connection(server.ports["blob"])
        ask(connection, {201}, "PUT", "box", "restype=container")
        ask(connection, {201}, "PUT", "box/a", "", b"x" * 3000, BLOCK)
        crowd = [socket.create_connection(("127.0.0.1", server.ports["blob"]), timeout=5) for _ in range(200)]
        time.sleep(0.3)
        used = cpu_seconds(server.process.pid)
        time.sleep(1)
        if cpu_seconds(server.process.pid) - used > 0.3:
            raise AssertionError("it spins")
        for number in range(20):
            ask(connection, {200}, "GET", "box/a")
            ask(connection, {201}, "PUT", f"box/small{number}", "", b"x" * 500, BLOCK)
            ask(connection, {201}, "PUT", f"box/b{number}", "", b"x" * 3000, BLOCK)
            ask(connection, {201, 500}, "PUT", f"box/large{number}", "", b"x" * 5_000_000, BLOCK)
        fresh = Connection(server.ports["queue"])
        for one in crowd:
            one.close()
        crowd = []
        wait_until(lambda: fresh.request("PUT", "line")[0] in (201, 204), "a connection is taken again")
        ask(fresh, {201}, "POST", "line/messages", "", MESSAGE)
        ask(connection, {201}, "PUT", "box/large", "", b"x" * 5_000_000, BLOCK)
    finally:
        for one in crowd:
            one.close()
        server.kill()
    problems = problems_of_folder(arguments.binary, folder)
    if problems:
        raise AssertionError(problems)


TESTS = [every_write_is_refused_and_reads_go_on, deletes_go_on, what_is_deleted_makes_room, a_start_on_a_full_disk,
         what_ends_by_itself_ends, a_reset_on_a_full_disk, a_new_folder_on_a_full_disk, no_descriptors_left]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--durability", default="process")
    parser.add_argument("--only")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        for namespace in (["unshare", "-m"], ["unshare", "-rm"]):
            if subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
                os.execvp("unshare", [*namespace, sys.executable, *sys.argv, "--inside"])
        print("no mount namespace can be made: run it as root")
        return 1
    passed = failed = 0
    for _ in range(arguments.rounds):
        for test in TESTS:
            if arguments.only and arguments.only != test.__name__:
                continue
            began = time.monotonic()
            try:
                test(arguments)
                passed += 1
                print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
            except Exception:
                failed += 1
                print(f"{test.__name__} FAILED\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
