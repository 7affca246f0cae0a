#!/usr/bin/env python3
"""Kills the server again and again while all services are written to, and holds it to what it acknowledged.

Clients of every service work on what is theirs in one server, and remember every acknowledged state. The server is killed with
SIGKILL: at a random moment, while it starts and opens its stores, while a checkpoint writes pages, or while space is given back.
Then must hold:

- `lazulite check` finds nothing: nothing dangles, nothing leaks, each byte has its checksum;
- the server opens the folder, and everything is as it was acknowledged, with its bytes, and there is nothing else; a request
  without an answer is wholly done or wholly not done;
- when ten days have passed by the account's clock, every RESTS kills and at the end, the space of what is gone comes back.

Data folders of old formats in `tests/upgrade` are killed while they are opened for the first time (migration.py).

    tests/fault/crash.py --binary build/release/lazulite --kills 200 [--jobs 4] [--seed N] [--durability process|power|both]

Kill K of job J is the same for one seed but for time. Prints `N passed, N failed, 0 skipped`: a kill is one test.
"""

import argparse
import collections
import glob
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from http.client import HTTPConnection

import blobs
import files
import lake
import migration
import queues
import tables
from killer import DELETED, MODIFIED, Killer
from loop import Loop
from server import ACCOUNT, KEY, Server, asked, problems_of_folder
from worker import Worker

MODULES = {"blob": blobs, "queue": queues, "table": tables, "file": files, "lake": lake}
ACCOUNTS = [{"name": ACCOUNT}, {"name": "kept", "keys": [KEY]}, {"name": "versions", "keys": [KEY], "blobVersioning": True},
            {"name": "lake", "keys": [KEY], "hierarchicalNamespace": True}]
KINDS = {"random": 65, "start": 15, "checkpoint": 12, "reclaim": 8}  # how often, of 100
SHORTEST = 0.02  # seconds of a life under load
LONGEST_DELAY = 0.005  # seconds from the begin of a checkpoint or of reclaiming to the kill
TICK = 0.008  # seconds that the time of a change to a file may be late
LONGEST_WAIT = 6  # seconds for either to begin
MIGRATIONS = 20  # one more kill for so many of the others
RESTS = 40
REST_SECONDS = 60
TEN_DAYS = 10 * 24 * 3600
SPACE = 8 << 20  # that a folder may take beyond what is in it


class Harness:
    """One folder, killed as often as it takes."""

    def __init__(self, arguments, job, kills, killer):
        self.arguments, self.job, self.kills, self.killer = arguments, job, kills, killer
        self.rng = random.Random(f"{arguments.seed}/{job}")
        self.folder = tempfile.mkdtemp(prefix="lazulite-crash-")
        self.data = f"{self.folder}/data"
        self.configuration = f"{self.folder}/config.json"
        with open(self.configuration, "w", encoding="utf-8") as file:
            json.dump({"accounts": ACCOUNTS}, file)
        lake.LakeCrate.many = arguments.many
        self.actors = [kind(index, random.Random(self.rng.getrandbits(64))) for name in arguments.loads
                       for kind, count in MODULES[name].ACTORS for index in range(count)]
        self.services = {actor: name for name in arguments.loads for actor in self.actors if type(actor).__module__ == MODULES[name].__name__}
        self.counts = collections.Counter()
        self.start_seconds = 0.03
        self.prepared = False

    def run(self):
        """(counts, problems)."""
        problems = []
        while self.counts["kills"] < self.kills and not problems:
            problems = self.life(self.kind())
            if self.counts["kills"] % 500 == 0:
                print(f"job {self.job}: {self.counts['kills']} kills", flush=True)
        if not problems:
            problems = self.life("last")
        for actor in self.actors:
            self.counts[f"acknowledged writes: {self.services[actor]}"] += actor.acknowledged
        if not problems:
            problems = migration.run(self.arguments, f"{self.folder}/old", self.kills // MIGRATIONS, self.rng, self.killer, self.counts)
        if not problems:
            shutil.rmtree(self.folder)
        where = f"job {self.job}, after kill {self.counts['kills']}; the folder is {self.folder}"
        return self.counts, [where, *problems] if problems else []

    def kind(self):
        if not self.prepared:
            return "random"
        if self.arguments.kind:
            return self.arguments.kind
        return self.rng.choices(list(KINDS), KINDS.values())[0]

    def durability(self):
        return self.rng.choice(["process", "power"]) if self.arguments.durability == "both" else self.arguments.durability

    def life(self, kind):
        """One life of the server, and what is wrong."""
        began, moment = time.monotonic(), self.rng.uniform(0, 2 * self.start_seconds)
        try:
            server = Server(self.arguments.binary, self.data, self.durability(), "--config", self.configuration,
                            begun=lambda process: kind == "start" and self.killer.arm(process.pid, moment))
        except RuntimeError as problem:
            killed = kind == "start" and f"ended with {-signal.SIGKILL} " in str(problem)
            return self.after_kill("while the server started") if killed else [str(problem)]
        if kind != "start":
            self.start_seconds = 0.9 * self.start_seconds + 0.1 * (time.monotonic() - began)
        loop = Loop(server.ports)
        for actor in self.actors:
            actor.ports = server.ports
        try:
            problems = self.work(server, loop, kind)
        except Exception:
            problems = [traceback.format_exc()]
        loop.close()
        if problems or kind == "last":
            server.kill()
        ended = server.ended()
        if ended != -signal.SIGKILL:
            problems.append(f"the server ended with {ended}")
        problems += [line for line in server.said.splitlines() if "error" in line.lower()]
        if problems or kind == "last":
            return problems + problems_of_folder(self.arguments.binary, self.data)
        return self.after_kill({"start": "while stores were opened and read", "reclaim": "while space was given back"}.get(kind, ""))

    def after_kill(self, how):
        """Counts what the kill met, and looks at the folder."""
        happened, moment = self.killer.outcome()
        self.counts["kills"] += 1
        if max((os.stat(path).st_mtime for path in self.places("*.db")), default=0) > moment - TICK:
            self.counts[f"killed within {1000 * TICK:.0f} ms of a page that a checkpoint wrote"] += 1
        if how and (happened or not how.endswith("given back")):
            self.counts[f"killed {how}"] += 1
            if how.endswith("given back") and any(asked(path, "SELECT 1 FROM reclaim LIMIT 1") for path in self.places("*.db")):
                self.counts[f"killed {how}, of which with more to come"] += 1
        return problems_of_folder(self.arguments.binary, self.data)

    def look(self, loop):
        """What is wrong with what there is."""
        found = loop.run({actor: actor.verify() for actor in self.actors})
        return [problem for problems in found.values() for problem in problems] + loop.problems

    def work(self, server, loop, kind):
        """Looks at what there is, and then writes until the kill. Returns what is wrong."""
        if not self.prepared:
            loop.run({actor: actor.prepare() for actor in self.actors})
            self.prepared = True
            for actor in self.actors:
                actor.open = None
        problems = self.look(loop)
        due = kind == "last" or (self.counts["kills"] % RESTS == RESTS - 1 and kind != "start")
        if due and not problems:
            problems = self.rest(server, loop, kind == "last" or self.rng.random() < 0.5)
        if problems or kind == "last" or loop.gone:
            return problems
        if kind in ("checkpoint", "reclaim"):
            self.wait_for(kind, server.process, loop)
            return loop.problems
        if kind == "random":
            self.killer.arm(server.process.pid, self.rng.uniform(SHORTEST, self.arguments.seconds))
        loop.run({actor: actor.steps() for actor in self.actors})
        return loop.problems

    def wait_for(self, kind, process, loop):
        """The kill comes when it happens: a checkpoint while much is written or a second after that, and reclaiming soon after."""
        delay, quiet = LONGEST_DELAY * self.rng.random() ** 3, time.monotonic() + self.rng.uniform(SHORTEST, self.arguments.seconds)
        if kind == "checkpoint":
            self.killer.arm(process.pid, LONGEST_WAIT, self.places("*.db"), MODIFIED, delay)
        loop.run({actor: until(actor, quiet) for actor in self.actors})
        if kind == "reclaim":
            self.killer.arm(process.pid, LONGEST_WAIT, self.places("extents-*"), DELETED | MODIFIED, delay)
        process.wait()

    def places(self, pattern):
        return glob.glob(f"{self.data}/lazulite/a/*/{pattern}")

    def rest(self, server, loop, whole):
        """Ten days pass. What is gone must give its space back, unless the next kill comes while that goes on."""
        loop.run({actor: actor.before_rest() for actor in self.actors})
        connection = HTTPConnection("127.0.0.1", server.ports["blob"], timeout=60)
        connection.request("POST", f"/_lazulite/clock?advance={TEN_DAYS}", headers={"x-lazulite-control": "1"})
        if connection.getresponse().status != 200:
            return ["the clock cannot be advanced"]
        for actor in self.actors:
            actor.rested()
        most = sum(actor.held() for actor in self.actors) + SPACE
        deadline = time.monotonic() + REST_SECONDS
        while whole and (taken := allocated(self.places("extents-*"))) > most:
            if time.monotonic() > deadline:
                return [f"{taken} bytes are taken after {REST_SECONDS} s of rest, at most {most} are needed"]
            time.sleep(0.05)
        self.counts["rests"] += 1
        return self.look(loop)


def until(actor, end):
    while time.monotonic() < end:
        yield from actor.step()


def allocated(folders):
    """Bytes that files take on the disk."""
    total = 0
    for folder in folders:
        for entry in os.scandir(folder):
            try:
                total += entry.stat().st_blocks * 512
            except FileNotFoundError:
                pass  # just given back
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1, help="folders that are killed at the same time")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=0.25, help="longest life under load")
    parser.add_argument("--durability", default="process", choices=["process", "power", "both"])
    parser.add_argument("--many", type=int, default=300, help="files of the Data Lake directory of many")
    parser.add_argument("--loads", nargs="+", default=list(MODULES), choices=list(MODULES), help="only these")
    parser.add_argument("--kind", choices=list(KINDS), help="only kills of this kind")
    parser.add_argument("--fixtures", default=os.path.join(os.path.dirname(__file__), "../upgrade"), help="folders of old formats")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    began = time.monotonic()
    shares = [arguments.kills // arguments.jobs + (job < arguments.kills % arguments.jobs) for job in range(arguments.jobs)]
    harnesses = [Harness(arguments, job, kills, Killer()) for job, kills in enumerate(shares)]
    workers = [Worker(harness.run) for harness in harnesses]
    counts, problems = collections.Counter(), []
    for worker in workers:
        counted, found = worker.result()
        counts += counted
        problems += found
    print(*problems[:60], sep="\n")
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    failed = int(bool(problems))
    print(f"{time.monotonic() - began:.0f} s\n{counts['kills'] - failed} passed, {failed} failed, 0 skipped")
    sys.exit(failed)


if __name__ == "__main__":
    main()
