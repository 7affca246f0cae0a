#!/usr/bin/env python3
"""Kills the server again and again while files are written and renamed, and holds it to what it acknowledged.

Each writer has a share of its own: it creates directories and files, puts and clears ranges, resizes, sets metadata, deletes,
renames files (over others too) and directories with whatever they hold, takes share snapshots and deletes them. Movers rename
the same few files from directory to directory, against each other, and one renames a directory that holds many. The server is
killed with SIGKILL at a random moment. Then must hold:

- `lazulite check` finds nothing;
- every directory and file, live and in every snapshot, is as it was acknowledged, to its ETag, and there is nothing else; a
  request without an answer is wholly done or wholly not done;
- each file that is moved stands in exactly one directory, and the directory of many has one name and all its files.

    tests/fault/files.py --binary build/release/lazulite --kills 8 [--seed N] [--durability process|power]

Prints `N passed, N failed, 0 skipped`: a kill is one test.
"""

import random
import re
import traceback
import urllib.parse
from dataclasses import dataclass, field

import lives
from server import ACCOUNT, SAS, Connection, Gone, ask
from worker import Worker

WRITERS = 4
MOVERS = 3
MOST_PATHS = 16  # of a writer
MOST_SNAPSHOTS = 3
SIZES = [0, 100, 3000, 70_000, 300_000]
SHARED = "shared"
TOKENS = [f"token{number}" for number in range(6)]
PLACES = [f"place{number}" for number in range(3)]
CRATE_FILES = 40
DIRECTORY = None  # what stands for one in a tree


@dataclass
class Notes:
    """What a client knows when the server is gone."""

    known: dict = field(default_factory=dict)
    open: tuple | None = None  # the request without an answer: of a writer what it makes of what is known, of a mover its token
    acknowledged: int = 0
    problem: str = ""


def file_of(contents, mark, etag=None):
    """A file in a tree; the ETag of a change without an answer is not known."""
    return contents, mark, etag


def rename_headers(port, share, source, **more):
    url = f"http://127.0.0.1:{port}/{ACCOUNT}/{share}/{source}?{SAS}"
    return {"x-ms-file-rename-source": url, **more}


def entries_of(connection, share, path, snapshot):
    """(name, whether it is a directory) of what stands in a directory."""
    entries, marker = [], ""
    while True:
        query = f"restype=directory&comp=list&maxresults=7{snapshot}" + (f"&marker={urllib.parse.quote(marker)}" if marker else "")
        _, _, body = ask(connection, {200}, "GET", f"{share}/{path}".rstrip("/"), query)
        for kind, entry in re.findall(r"<(File|Directory)>(.*?)</\1>", body.decode()):
            entries.append((re.search("<Name>(.*?)</Name>", entry)[1], kind == "Directory"))
        found = re.search("<NextMarker>(.+?)</NextMarker>", body.decode())
        if not found:
            return entries
        marker = found[1]


def read_tree(connection, share, snapshot=""):
    """path -> DIRECTORY or file, of all there is."""
    parameter = f"&sharesnapshot={snapshot}" if snapshot else ""
    tree, waiting = {}, [""]
    while waiting:
        above = waiting.pop()
        for name, directory in entries_of(connection, share, above, parameter):
            path = f"{above}/{name}".lstrip("/")
            if path in tree:
                raise AssertionError(f"{share} shows {path} twice")
            if directory:
                tree[path] = DIRECTORY
                waiting.append(path)
            else:
                _, headers, body = ask(connection, {200}, "GET", f"{share}/{path}", parameter.lstrip("&"))
                tree[path] = file_of(body, headers.get("x-ms-meta-mark"), headers["ETag"])
    return tree


class Client:
    """Sends one request after the other until the server is gone; runs in a process of its own."""

    def __init__(self, index, port, seed, known):
        self.index, self.port, self.connection, self.rng = index, port, Connection(port), random.Random(seed)
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
    """Known are `share`, `tree` and `snapshots`: id -> tree."""

    def step(self):
        tree = self.notes.known["tree"]
        files = [path for path, node in tree.items() if node is not DIRECTORY]
        directories = [path for path, node in tree.items() if node is DIRECTORY]
        actions = [self.create_directory, self.create_file, self.snapshot]
        if files:
            actions += [self.put_range, self.put_range, self.put_range, self.clear_range, self.resize, self.set_metadata,
                        self.rename_file, self.rename_file, self.read]
        if directories:
            actions += [self.rename_directory, self.rename_directory]
        action = self.rng.choice(actions)
        if len(tree) > MOST_PATHS:
            action = self.delete
        if len(self.notes.known["snapshots"]) > MOST_SNAPSHOTS:
            action = self.delete_snapshot
        action(tree, files, directories)

    def new_path(self, directories):
        above = self.rng.choice([""] + [path for path in directories if path.count("/") < 3])
        return f"{above}/n{self.rng.randrange(8)}".lstrip("/")

    def send(self, after, expected, method, path, query="", body=b"", headers=None, touched=None):
        """`after`: the tree when it is done; `touched`: the file in it that gets the ETag of the answer."""
        self.notes.open = "tree", after
        share = self.notes.known["share"]
        _, answered, _ = ask(self.connection, {expected}, method, f"{share}/{path}", query, body, headers)
        if touched:
            after[touched] = file_of(*after[touched][:2], answered["ETag"])
        self.notes.known["tree"] = after
        self.notes.open = None
        self.notes.acknowledged += 1

    def mark(self):
        return f"{self.rng.getrandbits(64):x}"

    def create_directory(self, tree, _, directories):
        path = self.new_path(directories)
        if path not in tree:
            self.send({**tree, path: DIRECTORY}, 201, "PUT", path, "restype=directory")

    def create_file(self, tree, _, directories):
        path, size, mark = self.new_path(directories), self.rng.choice(SIZES), self.mark()
        if tree.get(path, "") is DIRECTORY:
            return
        headers = {"x-ms-type": "file", "x-ms-content-length": str(size), "x-ms-meta-mark": mark}
        self.send({**tree, path: file_of(bytes(size), mark)}, 201, "PUT", path, "", b"", headers, path)

    def some_range(self, tree, files):
        """A file, where a range of it begins, and its length; none of an empty one."""
        path = self.rng.choice(files)
        size = len(tree[path][0])
        first = self.rng.randrange(max(size, 1))
        return path, first, min(size - first, self.rng.choice([1, 300, 4096, 50_000]))

    def put_range(self, tree, files, _):
        path, first, length = self.some_range(tree, files)
        if length == 0:
            return
        piece = (self.rng.randbytes(97) * (length // 97 + 1))[:length]
        contents, mark, _ = tree[path]
        after = {**tree, path: file_of(contents[:first] + piece + contents[first + length:], mark)}
        headers = {"x-ms-write": "update", "x-ms-range": f"bytes={first}-{first + length - 1}"}
        self.send(after, 201, "PUT", path, "comp=range", piece, headers, path)

    def clear_range(self, tree, files, _):
        path, first, length = self.some_range(tree, files)
        if length == 0:
            return
        contents, mark, _ = tree[path]
        after = {**tree, path: file_of(contents[:first] + bytes(length) + contents[first + length:], mark)}
        headers = {"x-ms-write": "clear", "x-ms-range": f"bytes={first}-{first + length - 1}"}
        self.send(after, 201, "PUT", path, "comp=range", b"", headers, path)

    def resize(self, tree, files, _):
        path, size = self.rng.choice(files), self.rng.choice(SIZES)
        contents, mark, _ = tree[path]
        after = {**tree, path: file_of(contents[:size] + bytes(max(size - len(contents), 0)), mark)}
        self.send(after, 200, "PUT", path, "comp=properties", b"", {"x-ms-content-length": str(size)}, path)

    def set_metadata(self, tree, files, _):
        path, mark = self.rng.choice(files), self.mark()
        self.send({**tree, path: file_of(tree[path][0], mark)}, 200, "PUT", path, "comp=metadata", b"", {"x-ms-meta-mark": mark}, path)

    def rename_file(self, tree, files, directories):
        source, path = self.rng.choice(files), self.new_path(directories)
        if tree.get(path, "") is DIRECTORY:
            return
        after = {name: node for name, node in tree.items() if name != source}
        after[path] = file_of(*tree[source][:2])
        headers = rename_headers(self.port, self.notes.known["share"], source, **{"x-ms-file-rename-replace-if-exists": "true"})
        self.send(after, 200, "PUT", path, "comp=rename", b"", headers, path)

    def rename_directory(self, tree, _, directories):
        source, path = self.rng.choice(directories), self.new_path(directories)
        if path in tree or f"{path}/".startswith(f"{source}/"):
            return
        after = {path + name[len(source):] if f"{name}/".startswith(f"{source}/") else name: node for name, node in tree.items()}
        headers = rename_headers(self.port, self.notes.known["share"], source)
        self.send(after, 200, "PUT", path, "restype=directory&comp=rename", b"", headers)

    def delete(self, tree, files, directories):
        empty = [path for path in directories if not any(name.startswith(f"{path}/") for name in tree)]
        path = self.rng.choice(files + empty)
        after = {name: node for name, node in tree.items() if name != path}
        self.send(after, 202, "DELETE", path, "" if path in files else "restype=directory")

    def snapshot(self, tree, *_):
        self.notes.open = "snapshot", tree
        _, headers, _ = ask(self.connection, {201}, "PUT", self.notes.known["share"], "restype=share&comp=snapshot")
        self.notes.known["snapshots"][headers["x-ms-snapshot"]] = tree
        self.notes.open = None
        self.notes.acknowledged += 1

    def delete_snapshot(self, *_):
        taken = self.rng.choice(list(self.notes.known["snapshots"]))
        self.notes.open = "delete", taken
        ask(self.connection, {202}, "DELETE", self.notes.known["share"], f"restype=share&sharesnapshot={taken}")
        del self.notes.known["snapshots"][taken]
        self.notes.open = None
        self.notes.acknowledged += 1

    def read(self, tree, files, _):
        """Everybody reads what they wrote."""
        path = self.rng.choice(files)
        _, headers, body = ask(self.connection, {200}, "GET", f"{self.notes.known['share']}/{path}")
        found = file_of(body, headers.get("x-ms-meta-mark"), headers["ETag"])
        if not same(found, tree[path]):
            raise AssertionError(f"{path}: {shown(found)}, known is {shown(tree[path])}")


class Mover(Client):
    """Known is `crate`: how often the first of them renamed the directory of many."""

    def step(self):
        if self.index == 0 and self.rng.random() < 0.5:
            return self.move_crate()
        token, source, path = self.rng.choice(TOKENS), *self.rng.sample(PLACES, 2)
        self.notes.open = (token,)
        status, _, _ = ask(self.connection, {200, 404}, "PUT", f"{SHARED}/{path}/{token}", "comp=rename", b"",
                           rename_headers(self.port, SHARED, f"{source}/{token}"))
        self.notes.open = None
        self.notes.acknowledged += status == 200

    def move_crate(self):
        known = self.notes.known
        self.notes.open = ("crate",)
        ask(self.connection, {200}, "PUT", f"{SHARED}/crate{known['crate'] + 1}", "restype=directory&comp=rename", b"",
            rename_headers(self.port, SHARED, f"crate{known['crate']}"))
        known["crate"] += 1
        self.notes.open = None
        self.notes.acknowledged += 1


def run_client(kind, *arguments):
    return kind(*arguments).run()


def same(found, known):
    if found is DIRECTORY or known is DIRECTORY:
        return found is known
    return found[:2] == known[:2] and known[2] in (None, found[2])


def shown(node):
    return "a directory" if node is DIRECTORY else f"{len(node[0])} bytes, mark {node[1]}, {node[2]}"


def differences(found, known):
    """Lines that say how two trees differ."""
    lines = [f"{path} is gone" for path in known.keys() - found.keys()]
    lines += [f"{path} is there: {shown(found[path])}" for path in found.keys() - known.keys()]
    return lines + [f"{path}: {shown(found[path])}, acknowledged was {shown(known[path])}" for path in sorted(found.keys() & known.keys())
                    if not same(found[path], known[path])]


class Shares:
    """What the account holds, from life to life."""

    def __init__(self, rng):
        self.rng = rng
        self.writers = [{"share": f"share{index}", "tree": {}, "snapshots": {}} for index in range(WRITERS)]
        self.movers = [{"crate": 0} for _ in range(MOVERS)]
        self.fresh = True

    def prepare(self, connection):
        if not self.fresh:
            return
        self.fresh = False
        for known in self.writers:
            ask(connection, {201}, "PUT", known["share"], "restype=share")
        ask(connection, {201}, "PUT", SHARED, "restype=share")
        for directory in [*PLACES, "crate0"]:
            ask(connection, {201}, "PUT", f"{SHARED}/{directory}", "restype=directory")
        paths = [f"{PLACES[0]}/{token}" for token in TOKENS] + [f"crate0/f{number}" for number in range(CRATE_FILES)]
        for path in paths:
            text = path.rpartition("/")[2].encode()
            ask(connection, {201}, "PUT", f"{SHARED}/{path}", "", b"", {"x-ms-type": "file", "x-ms-content-length": str(len(text))})
            ask(connection, {201}, "PUT", f"{SHARED}/{path}", "comp=range", text,
                {"x-ms-write": "update", "x-ms-range": f"bytes=0-{len(text) - 1}"})

    def start(self, port):
        """Everybody begins to work."""
        self.workers = [Worker(run_client, kind, index, port, self.rng.getrandbits(64), known)
                        for kind, all_known in ((Writer, self.writers), (Mover, self.movers)) for index, known in enumerate(all_known)]

    def collect(self):
        """Problems that clients met, and how much was acknowledged to them."""
        notes = [worker.result() for worker in self.workers]
        self.of_writers, self.of_movers = notes[:WRITERS], notes[WRITERS:]
        self.writers = [one.known for one in self.of_writers]
        self.movers = [one.known for one in self.of_movers]
        return [one.problem for one in notes if one.problem], sum(one.acknowledged for one in notes)

    def verify(self, connection):
        """What the server shows and nobody was told; takes over what requests without an answer did."""
        _, _, body = ask(connection, {200}, "GET", "", "comp=list&include=snapshots")
        listed = {}
        for name, snapshot in re.findall(r"<Share><Name>(.*?)</Name>(?:<Snapshot>(.*?)</Snapshot>)?", body.decode()):
            listed.setdefault(name, []).append(snapshot)
        problems = []
        for notes in self.of_writers:
            name = notes.known["share"]
            problems += [f"{name}: {line}" for line in self.verify_share(connection, notes, set(listed.pop(name)) - {""})]
        listed.pop(SHARED)
        problems += [f"nobody made the share {name}" for name in listed]
        return problems + self.verify_moves(connection)

    @staticmethod
    def verify_share(connection, notes, snapshots):
        known, (kind, value) = notes.known, notes.open or ("", None)
        found = read_tree(connection, known["share"])
        problems = differences(found, known["tree"])
        if problems and kind == "tree":
            if_done = differences(found, value)
            problems = if_done and [*problems, "with the open request done:", *if_done]
        known["tree"] = found
        of_snapshots = known["snapshots"]
        if kind == "delete" and value not in snapshots:
            del of_snapshots[value]
        for taken in snapshots - of_snapshots.keys():
            if kind != "snapshot":
                problems.append(f"nobody was told of the snapshot {taken}")
                continue
            of_snapshots[taken], kind = value, ""
        problems += [f"the snapshot {taken} is gone" for taken in of_snapshots.keys() - snapshots]
        for taken in snapshots & of_snapshots.keys():
            tree = read_tree(connection, known["share"], taken)
            problems += [f"in the snapshot {taken}: {line}" for line in differences(tree, of_snapshots[taken])]
            of_snapshots[taken] = tree
        return problems

    def verify_moves(self, connection):
        tree = read_tree(connection, SHARED)
        problems = []
        for path in PLACES:
            problems += [] if tree.pop(path, "") is DIRECTORY else [f"{path} is gone"]
        for token in TOKENS:
            at = [path for path in tree if path.endswith(f"/{token}")]
            if len(at) != 1 or tree[at[0]][0] != token.encode():
                problems.append(f"{token} stands in {at}")
            for path in at:
                del tree[path]
        known, open_request = self.movers[0], self.of_movers[0].open
        if open_request == ("crate",) and f"crate{known['crate'] + 1}" in tree:
            known["crate"] += 1
        crate = f"crate{known['crate']}"
        expected = {crate: DIRECTORY, **{f"{crate}/f{number}": file_of(f"f{number}".encode(), None) for number in range(CRATE_FILES)}}
        return problems + differences(tree, expected)

    def told(self):
        return f"the directory of many was renamed {self.movers[0]['crate']} times"


if __name__ == "__main__":
    lives.run(__doc__, "file", Shares, kills=8)
