"""A client that knows what it was told, and compares that with what it finds after a kill.

What a client owns is a dict: a key (a tuple) stands for a container, blob, message, entity, file... and has a node, a dict of
what is so. A request that changes something says beforehand which nodes there are when it is done; None: gone. So whatever was
killed, what is found is what was acknowledged, or that with the one request done that got no answer.

A field that is missing in a node is not known and holds whatever it is. Fields that begin with `_` cannot be read back.
"""

import random

from loop import Request
from server import ACCOUNT

NEW = "?"  # in a key: what the server names; the answer says how
POOL = random.Random(1).randbytes(6 << 20)
AGAIN = 0.1  # of the bytes that were found whole after an earlier kill are read again; `lazulite check` looks at all


class Actor:
    service, account = "blob", ACCOUNT

    def __init__(self, index, rng):
        self.index, self.rng = index, rng
        self.known, self.acknowledged = {}, 0
        self.open = self.opened = self.asked = None  # what a request without an answer changes, that request, and the last one
        self.ports = {}

    def __str__(self):
        return f"{type(self).__name__} {self.index}"

    # What it does: generators. `steps` goes on for ever, `read` returns what there is, `prepare` runs before the first kill.

    def prepare(self):
        return
        yield

    def steps(self):
        while True:
            yield from self.step()

    def ask(self, expected, method, path, query="", body=b"", headers={}, changes=None):
        answer = yield Request(method, path, query, body, headers, changes)
        if answer.status not in expected:
            raise AssertionError(f"{method} {path}?{query} {headers} answered {answer.status}: {answer.body[:600]}")
        return answer

    def write(self, changes, expected, method, path, query="", body=b"", headers={}, touched=None, named=None):
        """`touched`: whose node gets ETag and version id of the answer; `named`: the header that says what is NEW."""
        if touched is not None:
            changes[touched] = {name: value for name, value in changes[touched].items() if name not in ("etag", "version", "_read")}
        answer = yield from self.ask({expected}, method, path, query, body, headers, changes)
        if named:
            changes = {tuple(answer.headers[named] if part == NEW else part for part in key): node for key, node in changes.items()}
        if touched is not None:
            changes[touched] = {**changes[touched], "etag": answer.headers["etag"].strip('"')}
            if "x-ms-version-id" in answer.headers:
                changes[touched]["version"] = answer.headers["x-ms-version-id"]
        self.settle(changes)
        return answer

    def settle(self, changes, acknowledged=True):
        self.known = applied(self.known, changes)
        self.open = None
        self.acknowledged += acknowledged

    def verify(self):
        """What is wrong. Takes over what is found, and what the request without an answer did."""
        found = yield from self.read()
        known = self.known
        problems = differences(found, known)
        if self.open is not None:
            done = applied(known, resolved(self.open, found, known))
            if_done = differences(found, done)
            if problems:
                problems = if_done and [*problems, f"with {self.opened} done, which got no answer:", *if_done]
                known = done
            elif not if_done:  # what cannot be read back is not known then
                known = {key: {name: value for name, value in node.items() if done[key].get(name) == value} for key, node in known.items()}
        self.known = {key: {**known.get(key, {}), **node, "_read": True} for key, node in found.items()}
        self.open = None
        return [f"{self}: {problem}" for problem in problems + self.doubts(found)]

    def doubts(self, found):
        """What cannot be, whatever was acknowledged."""
        return []

    def before_rest(self):
        return
        yield

    def rested(self):
        """Ten days have passed by the account's clock."""

    # Small help.

    def mark(self):
        return f"{self.rng.getrandbits(48):x}"

    def bytes(self, size):
        first = self.rng.randrange(len(POOL) - size)
        return POOL[first:first + size]

    def whole(self):
        """Nodes by ETag whose bytes need not be read again, but for some."""
        return {node["etag"]: node for node in self.known.values() if "_read" in node and "body" in node and self.rng.random() > AGAIN}

    def held(self):
        """Bytes that what is known takes at most, each range in blocks."""
        return sum(len(body) + 16384 for node in self.known.values() for body in (node.get("body", b""), node.get("_body", b"")))


def applied(known, changes):
    after = {**known, **changes}
    return {key: node for key, node in after.items() if node is not None}


def resolved(changes, found, known):
    """NEW in a key is what is found there and was not known."""
    after = {}
    for key, node in changes.items():
        if NEW in key:
            fits = [other for other in found if other not in known and len(other) == len(key)
                    and all(mine in (NEW, part) for mine, part in zip(key, other))]
            key = fits[0] if fits else key
        after[key] = node
    return after


def shown(value):
    return f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)[:120]


def differences(found, known):
    lines = [f"{key} is gone: {({name: shown(value) for name, value in known[key].items()})}" for key in known.keys() - found.keys()]
    lines += [f"{key} is there: {({name: shown(value) for name, value in found[key].items()})}" for key in found.keys() - known.keys()]
    for key in found.keys() & known.keys():
        lines += [f"{key}: {name} is {shown(found[key].get(name))}, acknowledged was {shown(value)}"
                  for name, value in known[key].items() if not name.startswith("_") and found[key].get(name) != value]
    return sorted(lines)
