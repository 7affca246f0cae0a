#!/usr/bin/env python3
"""Kills the server again and again while tables are written, and holds it to what it acknowledged.

Writers insert, update, merge, upsert and delete entities of their own, one by one and in batches, some of which must fail,
and create and drop tables. Counters are raised by several clients at once, each by If-Match with the ETag it read, half of
them in a batch that also leaves a note. The server is killed with SIGKILL at a random moment. Then must hold:

- `lazulite check` finds nothing;
- every table and every entity is as it was acknowledged, to its ETag, and there is nothing else; a request without an answer
  is wholly done or wholly not done, a batch too;
- a counter stands at what was acknowledged, and one more at most for each client that got no answer: of those who had read
  the same ETag exactly one won. A note is there exactly where its batch raised the counter.

    tests/fault/tables.py --binary build/release/lazulite --kills 12 [--seed N] [--durability process|power]

Prints `N passed, N failed, 0 skipped`: a kill is one test.
"""

import base64
import json
import random
import re
import traceback
import uuid
from dataclasses import dataclass, field

import lives
from server import ACCOUNT, Connection, Gone, ask
from worker import Worker

WRITERS = 5
CLERKS = 4  # who raise counters
COUNTERS = ["a", "b"]
SHARED = "shared"  # each writer has a partition of it
ROWS = 24  # that a writer uses of a partition
MOST_OF_A_BATCH = 12
LIVES_OF_COUNTERS = 10  # then they begin anew in another table
TEXT_LENGTHS = [0, 5, 5, 300, 300, 4000, 30_000]
MINIMAL = {"Accept": "application/json;odata=minimalmetadata", "Content-Type": "application/json"}


@dataclass
class Notes:
    """What a client knows when the server is gone."""

    known: dict = field(default_factory=dict)  # of a writer: (table, partition) -> {row: (properties, ETag)}; of a clerk: see there
    open: tuple | None = None  # the request without an answer
    acknowledged: int = 0
    problem: str = ""


def key(partition, row):
    return f"(PartitionKey='{partition}',RowKey='{row}')"


def send_batch(connection, table, changes):
    """Statuses and ETags of the answered parts. A change is (method, partition, row, If-Match or None, body or None)."""
    outer, inner = uuid.uuid4(), uuid.uuid4()
    lines = [f"--batch_{outer}", f"Content-Type: multipart/mixed; boundary=changeset_{inner}", ""]
    for method, partition, row, condition, properties in changes:
        path = table if method == "POST" else table + key(partition, row)
        if method == "POST":
            properties = {"PartitionKey": partition, "RowKey": row, **properties}
        lines += [f"--changeset_{inner}", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
                  f"{method} http://127.0.0.1/{ACCOUNT}/{path} HTTP/1.1",
                  *(f"{name}: {value}" for name, value in MINIMAL.items()), "Prefer: return-no-content"]
        if condition:
            lines.append(f"If-Match: {condition}")
        lines += ["", "" if properties is None else json.dumps(properties)]
    lines += [f"--changeset_{inner}--", f"--batch_{outer}--", ""]
    headers = {"Content-Type": f"multipart/mixed; boundary=batch_{outer}", "Accept": MINIMAL["Accept"]}
    _, _, answer = ask(connection, {202}, "POST", "$batch", "", "\r\n".join(lines).encode(), headers)
    statuses = [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d+) ", answer, re.M)]
    return statuses, [etag.decode() for etag in re.findall(rb"^ETag: (.*)\r$", answer, re.M)]


def read_table(connection, table):
    """(partition, row) -> (properties, ETag), or None where there is no such table."""
    found, query = {}, ""
    while True:
        status, headers, body = ask(connection, {200, 404}, "GET", f"{table}()", query, b"", MINIMAL)
        if status == 404:
            return None
        for entity in json.loads(body)["value"]:
            etag = entity.pop("odata.etag")
            entity.pop("Timestamp")
            place = entity.pop("PartitionKey"), entity.pop("RowKey")
            if place in found:
                raise AssertionError(f"{table} shows {place} twice")
            found[place] = entity, etag
        names = ("NextPartitionKey", "NextRowKey")
        query = "&".join(f"{name}={headers['x-ms-continuation-' + name]}" for name in names if "x-ms-continuation-" + name in headers)
        if not query:
            return found


def post(connection, path, values):
    headers = {**MINIMAL, "Prefer": "return-no-content"}
    ask(connection, {204}, "POST", path, "", json.dumps(values).encode(), headers)


class Client:
    """Sends one request after the other until the server is gone; runs in a process of its own."""

    def __init__(self, index, port, seed, known):
        self.index, self.connection, self.rng = index, Connection(port), random.Random(seed)
        self.notes = Notes(known)

    def run(self):
        try:
            while True:
                self.step()
        except Gone:
            pass
        except Exception:
            self.notes.problem = traceback.format_exc()
        return self.notes


class Writer(Client):
    def step(self):
        own = (f"own{self.index}", "p")
        if own not in self.notes.known:
            return self.create(own)
        place = own if self.rng.random() < 0.3 else (SHARED, f"w{self.index}")
        chance = self.rng.random()
        if place == own and chance < 0.03:
            self.drop(own)
        elif chance < 0.3:
            self.batch(place)
        elif chance < 0.4:
            self.read(place)
        else:
            self.change(place)

    def settle(self, place, content):
        self.notes.known[place] = content
        self.notes.open = None
        self.notes.acknowledged += 1

    def create(self, place):
        self.notes.open = place, {}
        post(self.connection, "Tables", {"TableName": place[0]})
        self.settle(place, {})

    def drop(self, place):
        self.notes.open = place, None
        ask(self.connection, {204}, "DELETE", f"Tables('{place[0]}')")
        self.settle(place, None)
        del self.notes.known[place]

    def properties(self):
        """Some of eight, each always of one type."""
        rng = self.rng
        typed = {
            "Text": "x" * rng.choice(TEXT_LENGTHS) + f"{rng.getrandbits(32):x}", "Number": rng.randrange(-1000, 1000),
            "Real": rng.randrange(1000) + 0.25, "Flag": rng.random() < 0.5,
            "Long": str(rng.getrandbits(60)), "Long@odata.type": "Edm.Int64",
            "When": f"20{rng.randrange(10, 99)}-01-02T03:04:05.1234567Z", "When@odata.type": "Edm.DateTime",
            "Id": str(uuid.UUID(int=rng.getrandbits(128))), "Id@odata.type": "Edm.Guid",
            "Bytes": base64.b64encode(rng.randbytes(rng.choice([1, 100, 3000]))).decode(), "Bytes@odata.type": "Edm.Binary",
        }
        names = rng.sample([name for name in typed if "@" not in name], rng.randrange(1, 9))
        return {name: value for name, value in typed.items() if name.split("@")[0] in names}

    def invented(self, content, row):
        """A change of one entity: the request, its statuses, and the entity's properties after it (None: gone)."""
        known = content.get(row)
        kind = self.rng.choice(["insert", "insert", "update", "merge", "replace", "upsert", "delete"])
        condition, refused = None, None
        if kind in ("update", "merge", "delete"):
            condition = known[1] if known and known[1] and self.rng.random() < 0.6 else "*"
            if known is None:
                refused = 404
            elif self.rng.random() < 0.05:
                condition, refused = "W/\"datetime'2001-01-01T00%3A00%3A00Z'\"", 412
        if kind == "insert" and known:
            refused = 409
        method = {"insert": "POST", "update": "PUT", "replace": "PUT", "merge": "PATCH", "upsert": "PATCH", "delete": "DELETE"}[kind]
        sent = None if kind == "delete" else self.properties()
        after = {**known[0], **sent} if known and method == "PATCH" else sent
        return (method, condition, sent), refused or 204, after

    def change(self, place):
        table, partition = place
        content, row = self.notes.known[place], f"r{self.rng.randrange(ROWS):02}"
        (method, condition, sent), status, after = self.invented(content, row)
        changed = {name: value for name, value in content.items() if name != row}
        headers = {**MINIMAL, "Prefer": "return-no-content", **({"If-Match": condition} if condition else {})}
        path = table if method == "POST" else table + key(partition, row)
        body = {"PartitionKey": partition, "RowKey": row, **sent} if method == "POST" else sent
        if status == 204:
            self.notes.open = place, changed if after is None else {**changed, row: (after, None)}
        _, answered, _ = ask(self.connection, {status}, method, path, "", json.dumps(body).encode() if body else b"", headers)
        if status == 204:
            self.settle(place, changed if after is None else {**changed, row: (after, answered["ETag"])})

    def batch(self, place):
        """All of it or nothing: the first change that must be refused refuses them all."""
        content = self.notes.known[place]
        rows = self.rng.sample([f"r{number:02}" for number in range(ROWS)], self.rng.randrange(1, MOST_OF_A_BATCH + 1))
        changed, changes, wanted, gets_etag = dict(content), [], [], []
        whole = self.rng.random() < 0.8
        for row in rows:
            (method, condition, sent), status, after = self.invented(content, row)
            while whole and status != 204:
                (method, condition, sent), status, after = self.invented(content, row)
            changes.append((method, place[1], row, condition, sent))
            wanted.append(status)
            changed.pop(row, None)
            if after is not None:
                changed[row] = after, None
                gets_etag.append(row)
        refusals = [status for status in wanted if status != 204]
        if not refusals:
            self.notes.open = place, changed
        statuses, etags = send_batch(self.connection, place[0], changes)
        if statuses != (refusals[:1] or wanted):
            raise AssertionError(f"a batch answered {statuses}, not {refusals[:1] or wanted}: {[change[:4] for change in changes]}")
        if not refusals:
            if len(etags) != len(gets_etag):
                raise AssertionError(f"{len(etags)} ETags for {len(gets_etag)} entities")
            self.settle(place, changed | {row: (changed[row][0], etag) for row, etag in zip(gets_etag, etags)})

    def read(self, place):
        """Everybody reads what they wrote."""
        row, content = f"r{self.rng.randrange(ROWS):02}", self.notes.known[place]
        status, headers, body = ask(self.connection, {200, 404}, "GET", place[0] + key(place[1], row), "", b"", MINIMAL)
        found = None
        if status == 200:
            entity = json.loads(body)
            for name in ("PartitionKey", "RowKey", "Timestamp", "odata.etag", "odata.metadata"):
                entity.pop(name)
            found = entity, headers["ETag"]
        if not same(found, content.get(row)):
            raise AssertionError(f"{place} {row}: {shown(found)}, known is {shown(content.get(row))}")


class Clerk(Client):
    """Raises counters that others raise too. Known is, for each, how often this one did, and the notes it left."""

    def step(self):
        counter, mine = self.rng.choice(COUNTERS), f"By{self.index}"
        known = self.notes.known
        _, headers, body = ask(self.connection, {200}, "GET", known["table"] + key("p", counter), "", b"", MINIMAL)
        found = json.loads(body)
        if found.get(mine, 0) != known[counter]:
            raise AssertionError(f"{counter} counts {found.get(mine, 0)} by client {self.index}, {known[counter]} were acknowledged")
        count = found["Count"] + 1
        raised = {"Count": count, mine: known[counter] + 1}
        noted = self.rng.random() < 0.5
        note = f"{counter}-{count:08}"
        self.notes.open = counter, note if noted else None
        if noted:
            changes = [("PATCH", "p", counter, headers["ETag"], {**raised, "Noted": found["Noted"] + 1}),
                       ("POST", "p", note, None, {"By": self.index})]
            statuses, _ = send_batch(self.connection, known["table"], changes)
            if statuses not in ([204, 204], [412]):
                raise AssertionError(f"a batch answered {statuses}")
            status = statuses[0]
        else:
            status, _, _ = ask(self.connection, {204, 412}, "PATCH", known["table"] + key("p", counter), "",
                               json.dumps(raised).encode(), {**MINIMAL, "If-Match": headers["ETag"]})
        self.notes.open = None
        if status == 204:
            self.notes.acknowledged += 1
            known[counter] += 1
            if noted:
                known["notes"].append(note)


def run_client(kind, *arguments):
    return kind(*arguments).run()


def same(found, known):
    """Whether these are one entity; the ETag of a change without an answer is not known."""
    if found is None or known is None:
        return found is known
    return found[0] == known[0] and known[1] in (None, found[1])


def shown(entity):
    return "absent" if entity is None else f"{ {name: str(value)[:40] for name, value in entity[0].items()} } {entity[1]}"


def differences(found, known):
    """Lines that say how the rows of a partition differ; None: the table is not there."""
    if found is None or known is None:
        return [] if found is known else [f"the table is {'gone' if found is None else 'there'}"]
    rows = sorted(found.keys() | known.keys())
    return [f"{row}: {shown(found.get(row))}, acknowledged was {shown(known.get(row))}" for row in rows
            if not same(found.get(row), known.get(row))]


class Tables:
    """What the account holds, from life to life."""

    def __init__(self, rng):
        self.rng = rng
        self.writers = [{(SHARED, f"w{index}"): {}} for index in range(WRITERS)]
        self.lives = 0

    def prepare(self, connection):
        """The tables that all share."""
        if self.lives == 0:
            post(connection, "Tables", {"TableName": SHARED})
        if self.lives % LIVES_OF_COUNTERS == 0:
            if self.lives:
                ask(connection, {204}, "DELETE", f"Tables('{self.counters}')")
            self.counters = f"counters{self.lives}"
            post(connection, "Tables", {"TableName": self.counters})
            self.clerks = [{"table": self.counters, "notes": [], **dict.fromkeys(COUNTERS, 0)} for _ in range(CLERKS)]
            for counter in COUNTERS:
                post(connection, self.counters, {"PartitionKey": "p", "RowKey": counter, "Count": 0, "Noted": 0})
        self.lives += 1

    def start(self, port):
        """Everybody begins to work."""
        self.workers = [
            Worker(run_client, kind, index, port, self.rng.getrandbits(64), known)
            for kind, all_known in ((Writer, self.writers), (Clerk, self.clerks)) for index, known in enumerate(all_known)
        ]  # fmt: skip

    def collect(self):
        """Problems that clients met, and how much was acknowledged to them."""
        notes = [worker.result() for worker in self.workers]
        self.of_writers, self.of_clerks = notes[:WRITERS], notes[WRITERS:]
        self.writers = [one.known for one in self.of_writers]
        self.clerks = [one.known for one in self.of_clerks]
        return [one.problem for one in notes if one.problem], sum(one.acknowledged for one in notes)

    def verify(self, connection):
        """What the server shows and nobody was told; takes over what requests without an answer did."""
        found = {}  # (table, partition) -> {row: entity}
        _, _, body = ask(connection, {200}, "GET", "Tables", "", b"", MINIMAL)
        names = {entity["TableName"] for entity in json.loads(body)["value"]} - {self.counters}
        for table in names:
            if table != SHARED:
                found[table, "p"] = {}
            for (partition, row), entity in read_table(connection, table).items():
                found.setdefault((table, partition), {})[row] = entity
        problems = []
        for index, notes in enumerate(self.of_writers):
            places = {(SHARED, f"w{index}"), (f"own{index}", "p")}
            for place in sorted(places):
                shows = found.pop(place, {} if place[0] == SHARED else None)
                self.compare(place, shows, notes, problems)
        problems += [f"nobody wrote {place}: {sorted(rows)}" for place, rows in found.items()]
        return problems + self.verify_counters(connection)

    @staticmethod
    def compare(place, shows, notes, problems):
        faults = differences(shows, notes.known.get(place))
        if faults and notes.open and notes.open[0] == place:
            faults_if_done = differences(shows, notes.open[1])
            faults = faults_if_done and [*faults, "with the open request done:", *faults_if_done]
        problems += [f"{place}: {fault}" for fault in faults]
        notes.known.pop(place, None)
        if shows is not None:
            notes.known[place] = shows

    def verify_counters(self, connection):
        entities = {row: entity for (_, row), (entity, _) in read_table(connection, self.counters).items()}
        problems = []
        for counter in COUNTERS:
            shows = entities.pop(counter)
            marks = [row for row in entities if row.startswith(counter + "-")]
            if shows["Count"] != sum(shows.get(f"By{index}", 0) for index in range(CLERKS)):
                problems.append(f"increments of {counter} are lost: {shows}")
            if shows["Noted"] != len(marks):
                problems.append(f"{counter} was raised by {shows['Noted']} batches, of which {len(marks)} left a note")
            for index, notes in enumerate(self.of_clerks):
                by, known = shows.get(f"By{index}", 0), notes.known[counter]
                if by != known and not (by == known + 1 and notes.open and notes.open[0] == counter):
                    problems.append(f"{counter} counts {by} by client {index}, {known} were acknowledged, open is {notes.open}")
                notes.known[counter] = by
        expected = {note: index for index, notes in enumerate(self.of_clerks) for note in notes.known["notes"]}
        problems += [f"the note {note} of client {by} is gone" for note, by in expected.items() if entities.get(note) != {"By": by}]
        for note in entities.keys() - expected.keys():
            notes = self.of_clerks[entities[note]["By"]]
            if not notes.open or notes.open[1] != note:
                problems.append(f"nobody was told of the note {note}: {entities[note]}")
            notes.known["notes"].append(note)
        return problems

    def told(self):
        raised = sum(notes.known[counter] for notes in self.of_clerks for counter in COUNTERS)
        return f"the last counters stand at {raised} together"


if __name__ == "__main__":
    lives.run(__doc__, "table", Tables, kills=12)
