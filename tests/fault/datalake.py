#!/usr/bin/env python3
"""Kills the server again and again while a hierarchical account is written to, and holds it to what it acknowledged.

Each writer has a filesystem of its own: it creates directories, creates, appends to and flushes files, renames files (over
others too) and directories with whatever they hold, deletes files and whole directories, and undeletes them. Movers rename the
same few files from directory to directory, against each other; one of them renames a directory of many back and forth, another
deletes a pile of files and undeletes it. In every other life nothing deleted is kept. The server is killed with SIGKILL at a
random moment. Then must hold:

- `lazulite check` finds nothing;
- every directory and file is as it was acknowledged, to its ETag, and there is nothing else; what was appended and not flushed
  can be flushed; what can be undeleted is what was deleted, under the ids that were told; a request without an answer is wholly
  done or wholly not done;
- each file that is moved stands in exactly one directory, and the directory of many in exactly one place, with all its files.

    tests/fault/datalake.py --binary build/release/lazulite --kills 8 [--many 100000] [--seed N] [--durability process|power]

Prints `N passed, N failed, 0 skipped`: a kill is one test.
"""

import json
import random
import re
import tempfile
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import lives
from files import DIRECTORY, TOKENS, Client, file_of, differences, run_client, same, shown
from server import ACCOUNT, Connection, ask
from worker import Worker

WRITERS = 4
MOVERS = 4
MOST_PATHS = 18  # of a writer
MOST_DELETED = 150  # that can be undeleted, until a writer goes on in another filesystem
SIZES = [1, 100, 3000, 70_000, 300_000]
SHARED = "shared"
UNKNOWN = None  # what may have been appended to a file before its directory was deleted and undeleted
SIDES = ["left", "right"]
BINS = 10  # directories in the directory of many
PILE_FILES = 60
SAMPLED = 20  # files of the directory of many that are read after each kill
CONFIGURATION = {"accounts": [{"name": ACCOUNT, "hierarchicalNamespace": True}]}


@dataclass
class Notes:
    """What a client knows when the server is gone."""

    known: dict = field(default_factory=dict)
    open: tuple | None = None  # the request without an answer: what it is, and what is so when it is done
    acknowledged: int = 0
    problem: str = ""


def within(path, directory):
    return f"{path}/".startswith(f"{directory}/")


def without(tree, doomed):
    return {path: node for path, node in tree.items() if not within(path, doomed)}


def moved(tree, source, path):
    return {path + name[len(source):] if within(name, source) else name: node for name, node in tree.items()}


def undeleted(staged, path, gone):
    """What is staged once a directory is back."""
    return staged | {name: UNKNOWN for name, node in gone.items() if node is not DIRECTORY and name != path}


def create(connection, path, contents):
    """A file whose bytes stand there at once: by the Blob service, at this listener."""
    ask(connection, {201}, "PUT", path, "", contents, {"x-ms-blob-type": "BlockBlob"})


def rename(connection, expected, filesystem, source, path):
    return ask(connection, expected, "PUT", f"{filesystem}/{path}", "mode=legacy", b"", {"x-ms-rename-source": f"/{filesystem}/{source}"})


def delete(connection, filesystem, path):
    """The id under which it can be undeleted, None if it cannot."""
    _, headers, _ = ask(connection, {200}, "DELETE", f"{filesystem}/{path}", "recursive=true")
    return headers.get("x-ms-deletion-id")


def undelete(connection, filesystem, path, deletion):
    source = {"x-ms-undelete-source": f"{path}?deletionid={deletion}"}
    ask(connection, {200}, "PUT", f"{filesystem}/{path}", "comp=undelete", b"", source)


def paths_of(connection, filesystem, directory="", page=5000):
    """What ListPaths says of all that is in a directory, at whatever level."""
    continuation = ""
    while continuation is not None:
        query = f"resource=filesystem&recursive=true&maxResults={page}&directory={directory}"
        if continuation:
            query += f"&continuation={urllib.parse.quote(continuation)}"
        _, headers, body = ask(connection, {200}, "GET", filesystem, query)
        yield from json.loads(body)["paths"]
        continuation = headers.get("x-ms-continuation")


def read_tree(connection, filesystem):
    """path -> DIRECTORY or file, of all there is."""
    tree = {}
    for item in paths_of(connection, filesystem, page=7):
        path = item["name"]
        if path in tree:
            raise AssertionError(f"{filesystem} shows {path} twice")
        above = path.rpartition("/")[0]
        if above and tree.get(above, "") is not DIRECTORY:
            raise AssertionError(f"{filesystem} shows {path}, which is in no directory")
        if item.get("isDirectory"):
            tree[path] = DIRECTORY
            continue
        _, headers, body = ask(connection, {200}, "GET", f"{filesystem}/{path}")
        if len(body) != int(item["contentLength"]):
            raise AssertionError(f"{path} has {len(body)} bytes, and is listed with {item['contentLength']}")
        tree[path] = file_of(body, None, headers["ETag"])
    return tree


def read_deleted(connection, filesystem):
    """deletion id -> path of all that can be undeleted."""
    found, marker = {}, ""
    while marker is not None:
        query = "restype=container&comp=list&showonly=deleted" + (f"&marker={urllib.parse.quote(marker)}" if marker else "")
        _, _, body = ask(connection, {200}, "GET", filesystem, query)
        text = body.decode()
        found |= {deletion: name for name, deletion in re.findall("<Name>([^<]*)</Name><DeletionId>([0-9]+)</DeletionId>", text)}
        more = re.search("<NextMarker>(.+?)</NextMarker>", text)
        marker = more[1] if more else None
    return found


class Writer(Client):
    """Known are `filesystem`, `tree`, `staged`: path -> what was appended and not flushed, and `deleted`: id -> (path, tree)."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.notes = Notes(arguments[-1])

    def step(self):
        known = self.notes.known
        tree, staged = known["tree"], known["staged"]
        files = [path for path, node in tree.items() if node is not DIRECTORY]
        directories = [path for path, node in tree.items() if node is DIRECTORY]
        actions = [self.create_directory, self.create_file, self.create_file]
        if files:
            actions += [self.append, self.append, self.append, self.rename_file, self.rename_file, self.read, self.delete]
        if staged:
            actions += [self.flush, self.flush, self.flush]
        if directories:
            actions += [self.rename_directory, self.rename_directory]
        if known["deleted"]:
            actions += [self.undelete]
        action = self.rng.choice(actions)
        if len(tree) > MOST_PATHS:
            action = self.delete
        action(tree, files, directories)

    def new_path(self, directories):
        above = self.rng.choice([""] + [path for path in directories if path.count("/") < 3])
        return f"{above}/n{self.rng.randrange(8)}".lstrip("/")

    def path(self, path):
        return f"{self.notes.known['filesystem']}/{path}"

    def send(self, after, staged, expected, method, path, query="", body=b"", headers=None, touched=None):
        """`after`: the tree when it is done; `touched`: the file in it that gets the ETag of the answer."""
        known = self.notes.known
        self.notes.open = "tree", (after, staged)
        _, answered, _ = ask(self.connection, {expected}, method, self.path(path), query, body, headers)
        if touched:
            after[touched] = file_of(after[touched][0], None, answered["ETag"])
        known["tree"], known["staged"] = after, staged
        self.done()

    def done(self):
        self.notes.open = None
        self.notes.acknowledged += 1

    def create_directory(self, tree, _, directories):
        path = self.new_path(directories)
        if path not in tree:
            self.send({**tree, path: DIRECTORY}, self.notes.known["staged"], 201, "PUT", path, "resource=directory")

    def create_file(self, tree, _, directories):
        path = self.new_path(directories)
        if tree.get(path, "") is not DIRECTORY:
            staged = without(self.notes.known["staged"], path)
            self.send({**tree, path: file_of(b"", None)}, staged, 201, "PUT", path, "resource=file", touched=path)

    def append(self, tree, files, _):
        """An append without an answer leaves bytes that no flush names; the next one at that position takes their place."""
        path, staged = self.rng.choice(files), self.notes.known["staged"]
        if path in staged and staged[path] is UNKNOWN:
            return self.flush_file(tree, path)  # which drops it
        size = self.rng.choice(SIZES)
        piece = (self.rng.randbytes(97) * (size // 97 + 1))[:size]
        before = staged.get(path, b"")
        position = len(tree[path][0]) + len(before)
        if position > 1_000_000:
            return
        self.notes.open = "append", None
        ask(self.connection, {202}, "PATCH", self.path(path), f"action=append&position={position}", piece)
        staged[path] = before + piece
        self.done()

    def flush(self, tree, *_):
        self.flush_file(tree, self.rng.choice(list(self.notes.known["staged"])))

    def flush_file(self, tree, path):
        staged = self.notes.known["staged"]
        contents = tree[path][0] + (staged[path] or b"")
        left = {name: bytes_ for name, bytes_ in staged.items() if name != path}
        self.send({**tree, path: file_of(contents, None)}, left, 200, "PATCH", path, f"action=flush&position={len(contents)}", touched=path)

    def rename_file(self, tree, files, directories):
        source, path = self.rng.choice(files), self.new_path(directories)
        if tree.get(path, "") is DIRECTORY or path == source:
            return
        self.rename(without(tree, path), without(self.notes.known["staged"], path), source, path)

    def rename_directory(self, tree, _, directories):
        source, path = self.rng.choice(directories), self.new_path(directories)
        if path not in tree and not within(path, source):
            self.rename(tree, self.notes.known["staged"], source, path)

    def rename(self, tree, staged, source, path):
        """What was appended goes along, and the ETags stay."""
        headers = {"x-ms-rename-source": "/" + self.path(source)}
        self.send(moved(tree, source, path), moved(staged, source, path), 201, "PUT", path, "mode=legacy", b"", headers)

    def delete(self, tree, *_):
        known, path = self.notes.known, self.rng.choice(list(tree))
        gone = {name: node for name, node in tree.items() if within(name, path)}
        self.notes.open = "delete", (path, gone)
        deletion = delete(self.connection, known["filesystem"], path)
        if (deletion is not None) != known["keeps"]:
            raise AssertionError(f"the deletion of {path} got the id {deletion}")
        if deletion:
            known["deleted"][deletion] = path, gone
        known["tree"], known["staged"] = without(tree, path), without(known["staged"], path)
        self.done()

    def undelete(self, tree, *_):
        known = self.notes.known
        deletion = self.rng.choice(list(known["deleted"]))
        path, gone = known["deleted"][deletion]
        above = path.rpartition("/")[0]
        if path in tree or (above and tree.get(above, "") is not DIRECTORY):
            return
        self.notes.open = "undelete", deletion
        undelete(self.connection, known["filesystem"], path, deletion)
        known["tree"], known["staged"] = {**tree, **gone}, undeleted(known["staged"], path, gone)
        del known["deleted"][deletion]
        self.done()

    def read(self, tree, files, _):
        """Everybody reads what they wrote."""
        path = self.rng.choice(files)
        _, headers, body = ask(self.connection, {200}, "GET", self.path(path))
        found = file_of(body, None, headers["ETag"])
        if not same(found, tree[path]):
            raise AssertionError(f"{path}: {shown(found)}, known is {shown(tree[path])}")


class Mover(Client):
    """Known are `side`, where the directory of many stands, and `deletion`, the id of the pile when it is deleted."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.notes = Notes(arguments[-1])

    def step(self):
        chance = self.rng.random()
        if self.index == 0 and chance < 0.7:
            return self.move_crate()
        if self.index == 1 and chance < 0.5 and self.notes.known["keeps"]:
            return self.clear_pile()
        token, source, path = self.rng.choice(TOKENS), *self.rng.sample(SIDES, 2)
        self.notes.open = (token,)
        status, _, _ = rename(self.connection, {201, 404}, SHARED, f"{source}/{token}", f"{path}/{token}")
        self.notes.open = None
        self.notes.acknowledged += status == 201

    def move_crate(self):
        known = self.notes.known
        self.notes.open = ("crate",)
        rename(self.connection, {201}, SHARED, f"{SIDES[known['side']]}/crate", f"{SIDES[1 - known['side']]}/crate")
        known["side"] = 1 - known["side"]
        known["moves"] += 1
        self.notes.open = None
        self.notes.acknowledged += 1

    def clear_pile(self):
        known = self.notes.known
        self.notes.open = ("pile",)
        if known["deletion"]:
            undelete(self.connection, SHARED, "pile", known["deletion"])
            known["deletion"] = None
        else:
            known["deletion"] = delete(self.connection, SHARED, "pile")
        self.notes.open = None
        self.notes.acknowledged += 1


def fill(port, worker, workers, many):
    """A part of the directory of many."""
    connection = Connection(port)
    for number in range(worker, many, workers):
        name = crate_name(number)
        create(connection, f"{SHARED}/left/crate/{name}", name.encode())


def crate_name(number):
    return f"bin{number % BINS}/f{number:06}"


class Lake:
    """What the account holds, from life to life."""

    def __init__(self, rng, many):
        self.rng, self.many = rng, many
        self.writers = [{"filesystem": f"lake{index}-0", "tree": {}, "staged": {}, "deleted": {}, "keeps": True} for index in range(WRITERS)]
        self.movers = [{"side": 0, "moves": 0, "deletion": None, "keeps": True} for _ in range(MOVERS)]
        self.fresh, self.keeps = True, False

    def prepare(self, connection):
        self.keeps = not self.keeps
        for known in self.writers + self.movers:
            known["keeps"] = self.keeps
        days = "<Enabled>true</Enabled><Days>7</Days>" if self.keeps else "<Enabled>false</Enabled>"
        ask(connection, {202}, "PUT", "", "restype=service&comp=properties",
            f"<StorageServiceProperties><DeleteRetentionPolicy>{days}</DeleteRetentionPolicy></StorageServiceProperties>".encode())
        if not self.fresh:
            return
        self.fresh = False
        for filesystem in [SHARED] + [known["filesystem"] for known in self.writers]:
            ask(connection, {201}, "PUT", filesystem, "resource=filesystem")
        for directory in SIDES:
            ask(connection, {201}, "PUT", f"{SHARED}/{directory}", "resource=directory")
        for path in [f"left/{token}" for token in TOKENS] + [f"pile/f{number}" for number in range(PILE_FILES)]:
            create(connection, f"{SHARED}/{path}", path.rpartition("/")[2].encode())
        port, workers = connection.http.port, 4
        for filling in [Worker(fill, port, worker, workers, self.many) for worker in range(workers)]:
            filling.result()

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
        problems = []
        for notes in self.of_writers:
            name = notes.known["filesystem"]
            problems += [f"{name}: {line}" for line in self.verify_filesystem(connection, notes)]
        _, _, body = ask(connection, {200}, "GET", "", "resource=account")
        listed = {item["name"] for item in json.loads(body)["filesystems"]}
        if listed != {SHARED} | {known["filesystem"] for known in self.writers}:
            problems.append(f"the filesystems are {sorted(listed)}")
        problems += self.verify_moves(connection)
        for known in self.writers:
            self.renew(connection, known)
        return problems

    @staticmethod
    def verify_filesystem(connection, notes):
        known, (kind, value) = notes.known, notes.open or ("", None)
        tree, staged, deleted = known["tree"], known["staged"], known["deleted"]
        found, found_deleted = read_tree(connection, known["filesystem"]), read_deleted(connection, known["filesystem"])
        problems = differences(found, tree)
        kept = {deletion: path for deletion, (path, _) in deleted.items()}
        new = [deletion for deletion in found_deleted if deletion not in deleted]
        # The request without an answer, if it was done: what there is then.
        if kind == "tree" and problems:
            problems = differences(found, value[0]) and problems + ["with the open request done:", *differences(found, value[0])]
            staged = value[1]
        elif kind == "delete" and (problems or new):
            path, gone = value
            problems = differences(found, without(tree, path))
            staged = without(staged, path)
            if known["keeps"] and len(new) == 1:
                deleted[new[0]] = path, gone
                kept[new[0]] = path
        elif kind == "undelete" and (problems or value not in found_deleted):
            path, gone = deleted.pop(value)
            problems = differences(found, {**tree, **gone})
            staged = undeleted(staged, path, gone)
            del kept[value]
        if kept != found_deleted:
            problems.append(f"can be undeleted: {sorted(found_deleted.items() - kept.items())}, and cannot: {sorted(kept.items() - found_deleted.items())}")
        known["tree"], known["staged"] = found, staged
        return problems

    def verify_moves(self, connection):
        known, open_request = self.movers[0], self.of_movers[0].open
        problems, found = [], {}
        for item in paths_of(connection, SHARED):
            if item["name"] in found:
                problems.append(f"{item['name']} is shown twice")
            found[item["name"]] = bool(item.get("isDirectory"))
        if open_request == ("crate",) and f"{SIDES[known['side']]}/crate" not in found:
            known["side"] = 1 - known["side"]
            known["moves"] += 1
        crate = f"{SIDES[known['side']]}/crate"
        names = [crate_name(number) for number in range(self.many)]
        expected = {**{path: True for path in SIDES}, crate: True, **{f"{crate}/bin{number}": True for number in range(BINS)},
                    **{f"{crate}/{name}": False for name in names}}
        for token in TOKENS:
            at = [path for path in SIDES if f"{path}/{token}" in found]
            if len(at) != 1:
                problems.append(f"{token} stands in {at}")
            expected |= {f"{path}/{token}": False for path in at}
        problems += self.verify_pile(connection, found, expected)
        problems += [f"{path} is gone" for path in expected.keys() - found.keys()]
        problems += [f"{path} is there" for path in found.keys() - expected.keys()]
        problems += [f"{path} is {'a directory' if found[path] else 'a file'}" for path in found.keys() & expected.keys()
                     if found[path] != expected[path]]
        if problems:
            return problems
        files = self.rng.sample(names, min(SAMPLED, self.many))
        for path in [f"{crate}/{name}" for name in files] + [path for path in found if path.rpartition("/")[2] in TOKENS]:
            _, _, body = ask(connection, {200}, "GET", f"{SHARED}/{path}")
            if not path.encode().endswith(body) or not body:
                problems.append(f"{path} holds {body!r}")
        return problems

    def verify_pile(self, connection, found, expected):
        known, open_request = self.movers[1], self.of_movers[1].open
        deleted = [deletion for deletion, path in read_deleted(connection, SHARED).items() if path == "pile"]
        if open_request == ("pile",):
            known["deletion"] = deleted[0] if deleted else None
        if deleted != [known["deletion"]] and (deleted or known["deletion"]):
            return [f"the pile can be undeleted by {deleted}, known is {known['deletion']}"]
        if not deleted:
            expected |= {"pile": True, **{f"pile/f{number}": False for number in range(PILE_FILES)}}
        return []

    @staticmethod
    def renew(connection, known):
        """Deletes a filesystem in which much was deleted, and goes on in another."""
        if len(known["deleted"]) < MOST_DELETED:
            return
        ask(connection, {202}, "DELETE", known["filesystem"], "resource=filesystem")
        name, _, number = known["filesystem"].partition("-")
        known |= {"filesystem": f"{name}-{int(number) + 1}", "tree": {}, "staged": {}, "deleted": {}}
        ask(connection, {201}, "PUT", known["filesystem"], "resource=filesystem")

    def told(self):
        return f"the directory of {self.many} files was renamed {self.movers[0]['moves']} times"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as configuration:
        hierarchical = Path(configuration) / "lazulite.json"
        hierarchical.write_text(json.dumps(CONFIGURATION), encoding="utf-8")
        lives.run(__doc__, "data lake", Lake, kills=8, flags=["--config", str(hierarchical)], many=300)
