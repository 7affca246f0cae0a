"""Entities one by one and in batches that are done whole or not at all, and counters that several clients raise at once."""

import base64
import json
import re
import uuid

from actor import POOL, Actor
from server import ACCOUNT

SHARED = "shared"  # each writer has a partition of it
ROWS = 16  # that a writer uses of a partition
MOST_OF_A_BATCH = 8
TEXT_LENGTHS = [0, 5, 5, 300, 300, 4000, 30_000]
HEADERS = {"Accept": "application/json;odata=minimalmetadata", "Content-Type": "application/json", "Prefer": "return-no-content"}
LETTERS = base64.b64encode(POOL[:3 << 20]).decode()
COUNTERS = ["a", "b"]
NOTES = 60  # of a counter, before they are deleted


def batch_of(table, lines, rng):
    """(body, headers) of a batch; `lines` are (method, partition, row, If-Match or None, body or None)."""
    outer, inner = uuid.UUID(int=rng.getrandbits(128)), uuid.UUID(int=rng.getrandbits(128))
    text = [f"--batch_{outer}", f"Content-Type: multipart/mixed; boundary=changeset_{inner}", ""]
    for method, partition, row, condition, entity in lines:
        path = table if method == "POST" else place(table, partition, row)
        if method == "POST":
            entity = {"PartitionKey": partition, "RowKey": row, **entity}
        text += [f"--changeset_{inner}", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
                 f"{method} http://127.0.0.1/{ACCOUNT}/{path} HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items())]
        text += [f"If-Match: {condition}"] if condition else []
        text += ["", "" if entity is None else json.dumps(entity)]
    text += [f"--changeset_{inner}--", f"--batch_{outer}--", ""]
    return "\r\n".join(text).encode(), {"Content-Type": f"multipart/mixed; boundary=batch_{outer}"}


def answered(body):
    """Statuses and ETags of the parts of a batch's answer."""
    parts = body.decode().split("HTTP/1.1 ")[1:]
    return [int(part[:3]) for part in parts], [found[1] for found in (re.search("\nETag: (.*?)\r", part) for part in parts) if found]


def place(table, partition, row):
    return f"{table}(PartitionKey='{partition}',RowKey='{row}')"


class Entities(Actor):
    """What all clients of tables do."""

    service = "table"

    def entities(self, query):
        """(partition, row) -> node of all entities that a query finds."""
        found, more = {}, ""
        while more is not None:
            answer = yield from self.ask({200}, "GET", query[0], query[1] + more, b"", HEADERS)
            for entity in json.loads(answer.body)["value"]:
                entity.pop("Timestamp")
                key = entity.pop("PartitionKey"), entity.pop("RowKey")
                if key in found:
                    raise AssertionError(f"{query} shows {key} twice")
                found[key] = {"etag": entity.pop("odata.etag").strip('"'), "entity": entity}
            rest = {name: value for name, value in answer.headers.items() if name.startswith("x-ms-continuation-")}
            more = "".join(f"&{name[len('x-ms-continuation-'):]}={value}" for name, value in rest.items()) or None
        return found

    def batch(self, table, lines, changes):
        """Statuses and ETags of the answered parts; `lines` as `batch_of` has them."""
        answer = yield from self.ask({202}, "POST", "$batch", "", *batch_of(table, lines, self.rng), changes)
        return answered(answer.body)


class Writer(Entities):
    """(table,) -> a table of its own; (table, partition, row) -> an entity."""

    def prepare(self):
        yield from self.ask({204, 409}, "POST", "Tables", "", json.dumps({"TableName": SHARED}).encode(), HEADERS)

    def step(self):
        own = next((key for key in self.known if len(key) == 1), None)
        if not own:
            return self.create()
        chance = self.rng.random()
        if chance < 0.02:
            return self.drop(own)
        where = (own[0], "p") if chance < 0.3 else (SHARED, f"w{self.index}")
        return self.several(where) if self.rng.random() < 0.4 else self.change(where)

    def create(self):
        name = f"own{self.index}x{self.mark()}"
        yield from self.write({(name,): {}}, 204, "POST", "Tables", "", json.dumps({"TableName": name}).encode(), HEADERS)

    def drop(self, own):
        yield from self.write({key: None for key in self.known if key[0] == own[0]}, 204, "DELETE", f"Tables('{own[0]}')", "", b"", HEADERS)

    def entity(self):
        """Some of eight properties, each always of one type."""
        rng = self.rng
        first = rng.randrange(1 << 20)
        typed = {
            "Text": LETTERS[first:first + rng.choice(TEXT_LENGTHS)], "Number": rng.randrange(-1000, 1000),
            "Real": rng.randrange(1000) + 0.25, "Flag": rng.random() < 0.5,
            "Long": str(rng.getrandbits(60)), "Long@odata.type": "Edm.Int64",
            "When": f"20{rng.randrange(10, 99)}-01-02T03:04:05.1234567Z", "When@odata.type": "Edm.DateTime",
            "Id": str(uuid.UUID(int=rng.getrandbits(128))), "Id@odata.type": "Edm.Guid",
            "Bytes": base64.b64encode(rng.randbytes(rng.choice([1, 100, 3000]))).decode(), "Bytes@odata.type": "Edm.Binary",
        }
        names = rng.sample([name for name in typed if "@" not in name], rng.randrange(1, 9))
        return {name: value for name, value in typed.items() if name.split("@")[0] in names}

    def invented(self, key):
        """A change of one entity: the request, its status, and the node after it."""
        known = self.known.get(key)
        kind = self.rng.choice(["insert", "insert", "update", "merge", "replace", "upsert", "delete"])
        condition, refused = None, None
        if kind in ("update", "merge", "delete"):
            condition = known["etag"] if known and "etag" in known and self.rng.random() < 0.6 else "*"
            if known is None:
                refused = 404
            elif self.rng.random() < 0.05:
                condition, refused = "W/\"datetime'2001-01-01T00%3A00%3A00Z'\"", 412
            elif condition != "*":
                condition += '"'
        if kind == "insert" and known:
            refused = 409
        method = {"insert": "POST", "update": "PUT", "replace": "PUT", "merge": "PATCH", "upsert": "PATCH", "delete": "DELETE"}[kind]
        sent = None if kind == "delete" else self.entity()
        after = {**known["entity"], **sent} if known and method == "PATCH" else sent
        return (method, *key[1:], condition, sent), refused or 204, {"entity": after} if after else None

    def key(self, where):
        return (*where, f"r{self.rng.randrange(ROWS):02}")

    def change(self, where):
        key = self.key(where)
        (method, partition, row, condition, sent), status, after = self.invented(key)
        path = where[0] if method == "POST" else place(*key)
        body = {"PartitionKey": partition, "RowKey": row, **sent} if method == "POST" else sent
        body = json.dumps(body).encode() if body else b""
        headers = {**HEADERS, **({"If-Match": condition} if condition else {})}
        if status == 204:
            yield from self.write({key: after}, 204, method, path, "", body, headers, touched=key if after else None)
        else:
            yield from self.ask({status}, method, path, "", body, headers, {})

    def several(self, where):
        """The first change that must be refused refuses them all."""
        lines, wanted, changes = [], [], {}
        whole = self.rng.random() < 0.8
        for key in sorted({self.key(where) for _ in range(self.rng.randrange(1, MOST_OF_A_BATCH + 1))}):
            line, status, after = self.invented(key)
            while whole and status != 204:
                line, status, after = self.invented(key)
            lines.append(line)
            wanted.append(status)
            changes[key] = after
        refusals = [status for status in wanted if status != 204]
        statuses, etags = yield from self.batch(where[0], lines, {} if refusals else changes)
        if statuses != (refusals[:1] or wanted):
            raise AssertionError(f"a batch answered {statuses}, not {refusals[:1] or wanted}: {[line[:4] for line in lines]}")
        if not refusals:
            for key, etag in zip((key for key, node in changes.items() if node), etags, strict=True):
                changes[key]["etag"] = etag.strip('"')
            self.settle(changes)

    def read(self):
        answer = yield from self.ask({200}, "GET", "Tables", "", b"", HEADERS)
        own = [table["TableName"] for table in json.loads(answer.body)["value"] if table["TableName"].startswith(f"own{self.index}x")]
        found = {(table,): {} for table in own}
        for table, query in [(SHARED, f"$filter=PartitionKey%20eq%20'w{self.index}'"), *((table, "") for table in own)]:
            entities = yield from self.entities((table, query))
            found |= {(table, *key): node for key, node in entities.items()}
        return found


class Ballast(Entities):
    """Large entities, so that the WAL is long and checkpoints come often."""

    def prepare(self):
        yield from self.ask({204}, "POST", "Tables", "", json.dumps({"TableName": f"ballast{self.index}"}).encode(), HEADERS)

    def step(self):
        key, first = (f"ballast{self.index}", "p", f"r{self.rng.randrange(3)}"), self.rng.randrange(2 << 20)
        entity = {f"P{number}": LETTERS[first + 30_000 * number:first + 30_000 * (number + 1)] for number in range(14)}
        body = json.dumps(entity).encode()
        yield from self.write({key: {"entity": entity}}, 204, "PUT", place(*key), "", body, HEADERS, touched=key)

    def read(self):
        entities = yield from self.entities((f"ballast{self.index}", ""))
        return {(f"ballast{self.index}", *key): node for key, node in entities.items()}


class Clerk(Entities):
    """Raises counters that others raise too, by the ETag it read; half of the time in a batch that leaves a note.
    (counter,) -> how often it did, (counter, note) -> its note."""

    table = "counters"

    def prepare(self):
        yield from self.ask({204, 409}, "POST", "Tables", "", json.dumps({"TableName": self.table}).encode(), HEADERS)
        for counter in COUNTERS:
            body = {"PartitionKey": "p", "RowKey": counter, "Count": 0, "Noted": 0}
            yield from self.ask({204, 409}, "POST", self.table, "", json.dumps(body).encode(), HEADERS)
            self.known[counter,] = {"by": 0}

    def step(self):
        counter = self.rng.choice(COUNTERS)
        mine, path = f"By{self.index}", place(self.table, "p", counter)
        notes = [key for key in self.known if len(key) == 2]
        if len(notes) > NOTES:
            yield from self.forget(notes[:20])
            return
        answer = yield from self.ask({200}, "GET", path, "", b"", HEADERS)
        entity, etag = json.loads(answer.body), answer.headers["etag"]
        by = self.known[counter,]["by"]
        if entity.get(mine, 0) != by:
            raise AssertionError(f"{counter} counts {entity.get(mine, 0)} by {self}, {by} were acknowledged")
        raised = {"Count": entity["Count"] + 1, mine: by + 1}
        changes = {(counter,): {"by": by + 1}}
        if self.rng.random() < 0.5:
            note = f"{counter}-{raised['Count']:08}"
            changes[counter, note] = {}
            lines = [("PATCH", "p", counter, etag, {**raised, "Noted": entity["Noted"] + 1}), ("POST", "p", note, None, {"By": self.index})]
            statuses, _ = yield from self.batch(self.table, lines, changes)
            if statuses not in ([204, 204], [412]):
                raise AssertionError(f"a batch answered {statuses}")
            status = statuses[0]
        else:
            answer = yield from self.ask({204, 412}, "PATCH", path, "", json.dumps(raised).encode(), {**HEADERS, "If-Match": etag}, changes)
            status = answer.status
        self.settle(changes if status == 204 else {}, status == 204)

    def forget(self, notes):
        """Deletes notes, and what the counters say of them."""
        for key in notes:
            while key in self.known:
                path = place(self.table, "p", key[0])
                answer = yield from self.ask({200}, "GET", path, "", b"", HEADERS)
                lines = [("PATCH", "p", key[0], answer.headers["etag"], {"Noted": json.loads(answer.body)["Noted"] - 1}),
                         ("DELETE", "p", key[1], "*", None)]
                statuses, _ = yield from self.batch(self.table, lines, {key: None})
                self.settle({key: None} if statuses == [204, 204] else {}, statuses == [204, 204])

    def read(self):
        entities = yield from self.entities((self.table, ""))
        shown = {row: node["entity"] for (_, row), node in entities.items()}
        found = {(counter,): {"by": shown[counter].get(f"By{self.index}", 0)} for counter in COUNTERS}
        for counter in COUNTERS:
            notes = [row for row in shown if row.startswith(f"{counter}-")]
            found |= {(counter, note): {} for note in notes if shown[note] == {"By": self.index}}
            entity = shown[counter]
            if entity["Count"] != sum(by for name, by in entity.items() if name.startswith("By")):
                raise AssertionError(f"increments of {counter} are lost: {entity}")
            if entity["Noted"] != len(notes):
                raise AssertionError(f"{counter} tells of {entity['Noted']} notes, {len(notes)} are there")
        return found


ACTORS = [(Writer, 3), (Ballast, 1), (Clerk, 2)]
