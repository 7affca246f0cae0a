"""Files of shares: ranges, sizes, renames, directories, share snapshots."""

import re
from urllib.parse import quote

from actor import NEW, differences
from server import ACCOUNT, SAS
from trees import MOST_PATHS, Crate, Mover, Tree

MOST_SNAPSHOTS = 3
SIZES = [0, 100, 3000, 70_000, 200_000]
LENGTHS = [1, 300, 4096, 50_000]
DIRECTORY = "restype=directory"


def entries(self, share, path, snapshot=""):
    """(name, ETag, size or None of a directory) of what stands in a directory."""
    found, marker = [], ""
    while marker is not None:
        query = f"{DIRECTORY}&comp=list&include=ETag&maxresults=7{snapshot}" + (f"&marker={quote(marker)}" if marker else "")
        answer = yield from self.ask({200}, "GET", f"{share}/{path}".rstrip("/"), query, b"", {"x-ms-file-extended-info": "true"})
        text = answer.body.decode()
        for kind, entry in re.findall(r"<(File|Directory)>(.*?)</\1>", text):
            size = re.search("<Content-Length>(.*?)<", entry) if kind == "File" else None
            etag = re.search("<Etag>(.*?)</Etag>", entry)[1].strip('"')
            found.append((re.search("<Name>(.*?)</Name>", entry)[1], etag, int(size[1]) if size else None))
        more = re.search("<NextMarker>(.+?)</NextMarker>", text)
        marker = more[1] if more else None
    return found


def renaming(self, source, path, kind="", headers={}):
    url = f"http://127.0.0.1:{self.ports['file']}/{ACCOUNT}/{self.root}/{source}?{SAS}"
    return "PUT", f"{self.root}/{path}", f"{kind}comp=rename", b"", {"x-ms-file-rename-source": url, **headers}


class Share(Tree):
    service = "file"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.root = f"{type(self).__name__.lower()}{self.index}"

    def prepare(self):
        yield from self.ask({201}, "PUT", self.root, "restype=share")

    def path(self, path):
        return f"{self.root}/{path}"

    def rename(self, source, path):
        changes = self.moved(source, path)
        if self.is_directory(source):
            yield from self.write(changes, 200, *renaming(self, source, path, DIRECTORY + "&"))
            return
        changes[path,] = {name: value for name, value in changes[path,].items() if name != "etag"}
        yield from self.write(changes, 200, *renaming(self, source, path, "", {"x-ms-file-rename-replace-if-exists": "true"}), touched=(path,))

    def read_tree(self, snapshot=""):
        found, bodies, waiting = {}, self.whole(), [""]
        while waiting:
            above = waiting.pop()
            for name, etag, size in (yield from entries(self, self.root, above, snapshot)):
                path = f"{above}/{name}".lstrip("/")
                if (path,) in found:
                    raise AssertionError(f"{self.root} shows {path} twice")
                if size is None:
                    found[path,] = {}
                    waiting.append(path)
                    continue
                if etag in bodies:
                    node = {name: bodies[etag][name] for name in ("etag", "body", "mark")}
                else:
                    answer = yield from self.ask({200}, "GET", self.path(path), snapshot.lstrip("&"))
                    node = {"etag": answer.headers["etag"].strip('"'), "body": answer.body, "mark": answer.headers.get("x-ms-meta-mark")}
                if len(node["body"]) != size or node["etag"] != etag:
                    raise AssertionError(f"{path} is listed with {size} bytes, {etag}, and has {len(node['body'])}, {node['etag']}")
                found[path,] = node
        return found

    def read(self):
        return (yield from self.read_tree())


class Writer(Share):
    """("snapshot", id) -> a share snapshot, with the tree that was."""

    def step(self):
        actions = [self.create_directory, self.create_file, self.snapshot]
        if self.files():
            actions += [self.put_range] * 3 + [self.clear_range, self.resize, self.set_metadata, self.rename_file, self.rename_file]
        if self.directories():
            actions += [self.rename_directory, self.rename_directory]
        action = self.rng.choice(actions)
        if len(self.paths()) > MOST_PATHS:
            action = self.delete
        if len(self.snapshots()) > MOST_SNAPSHOTS:
            action = self.delete_snapshot
        return action()

    def snapshots(self):
        return [key for key in self.known if len(key) == 2]

    def send(self, path, fields, status, query, body=b"", headers={}):
        """A file that is what it was, but for some fields."""
        changes = {(path,): {**self.known.get((path,), {}), **fields}}
        changes[path,].pop("etag", None)
        yield from self.write(changes, status, "PUT", self.path(path), query, body, headers, touched=(path,))

    def create_directory(self):
        path = self.new_path()
        if (path,) not in self.known:
            yield from self.write({(path,): {}}, 201, "PUT", self.path(path), DIRECTORY)

    def create_file(self):
        path, size, mark = self.new_path(), self.rng.choice(SIZES), self.mark()
        if not self.is_directory(path):
            yield from self.send(path, {"body": bytes(size), "mark": mark}, 201, "", b"",
                                 {"x-ms-type": "file", "x-ms-content-length": str(size), "x-ms-meta-mark": mark})

    def range(self):
        """A file, and where a range of it begins and ends; none of an empty one."""
        path = self.some(self.files())
        size = len(self.known[path,]["body"])
        first = self.rng.randrange(max(size, 1))
        return path, first, min(size, first + self.rng.choice(LENGTHS))

    def put_range(self):
        path, first, end = self.range()
        if first < end:
            yield from self.write_range(path, first, end, self.bytes(end - first), "update")

    def clear_range(self):
        path, first, end = self.range()
        if first < end:
            yield from self.write_range(path, first, end, bytes(end - first), "clear")

    def write_range(self, path, first, end, piece, how):
        body = self.known[path,]["body"]
        yield from self.send(path, {"body": body[:first] + piece + body[end:]}, 201, "comp=range", piece if how == "update" else b"",
                             {"x-ms-write": how, "x-ms-range": f"bytes={first}-{end - 1}"})

    def resize(self):
        path, size = self.some(self.files()), self.rng.choice(SIZES)
        body = self.known[path,]["body"]
        yield from self.send(path, {"body": body[:size] + bytes(max(size - len(body), 0))}, 200, "comp=properties", b"",
                             {"x-ms-content-length": str(size)})

    def set_metadata(self):
        mark = self.mark()
        yield from self.send(self.some(self.files()), {"mark": mark}, 200, "comp=metadata", b"", {"x-ms-meta-mark": mark})

    def delete(self):
        paths = self.paths()
        path = self.some(self.files() + [path for path in self.directories() if not any(within_strictly(one, path) for one in paths)])
        yield from self.write({(path,): None}, 202, "DELETE", self.path(path), DIRECTORY if self.is_directory(path) else "")

    def snapshot(self):
        tree = {key: node for key, node in self.known.items() if len(key) == 1}
        yield from self.write({("snapshot", NEW): {"_tree": tree}}, 201, "PUT", self.root, "restype=share&comp=snapshot", named="x-ms-snapshot")

    def delete_snapshot(self):
        key = self.rng.choice(self.snapshots())
        yield from self.write({key: None}, 202, "DELETE", self.root, f"restype=share&sharesnapshot={key[1]}")

    def read(self):
        found = yield from self.read_tree()
        listed = yield from self.ask({200}, "GET", "", f"comp=list&include=snapshots&prefix={self.root}")
        taken = re.findall("<Snapshot>(.*?)</Snapshot>", listed.body.decode())
        self.trees = {}
        for one in taken:
            key = ("snapshot", one)
            found[key] = {}
            # Those that stood there after an earlier kill are looked at now and then.
            if "_read" not in self.known.get(key, {}) or self.rng.random() < 0.1:
                self.trees[key] = yield from self.read_tree(f"&sharesnapshot={one}")
        return found

    def verify(self):
        problems = yield from super().verify()
        for key, tree in self.trees.items():
            if key in self.known:
                problems += [f"{self}: in {key}: {problem}" for problem in differences(tree, self.known[key]["_tree"])]
                self.known[key]["_tree"] = tree
        return problems

    def held(self):
        trees = [node for key in self.snapshots() for node in self.known[key]["_tree"].values()]
        return super().held() + sum(len(node["body"]) + 16384 for node in trees if "body" in node)


def within_strictly(path, directory):
    return path.startswith(f"{directory}/")


class FileCrate(Crate, Share):
    def prepare(self):
        yield from super().prepare()
        yield from self.write({("crate0",): {}}, 201, "PUT", self.path("crate0"), DIRECTORY)
        for number in range(self.many):
            path, text = f"crate0/f{number}", f"f{number}".encode()
            headers = {"x-ms-type": "file", "x-ms-content-length": str(len(text))}
            yield from self.write({(path,): {"body": bytes(len(text))}}, 201, "PUT", self.path(path), "", b"", headers)
            headers = {"x-ms-write": "update", "x-ms-range": f"bytes=0-{len(text) - 1}"}
            yield from self.write({(path,): {"body": text}}, 201, "PUT", self.path(path), "comp=range", text, headers, touched=(path,))


class FileMover(Mover):
    service, renamed, renaming = "file", 200, renaming

    def prepare(self):
        if self.index == 0:
            yield from self.ask({201}, "PUT", self.root, "restype=share")
            for place in self.places:
                yield from self.ask({201}, "PUT", f"{self.root}/{place}", DIRECTORY)
            for token in self.tokens:
                yield from self.ask({201}, "PUT", f"{self.root}/{self.places[0]}/{token}", "", b"",
                                    {"x-ms-type": "file", "x-ms-content-length": "7"})

    def names(self, place):
        return [name for name, _, _ in (yield from entries(self, self.root, place))]


ACTORS = [(Writer, 3), (FileCrate, 1), (FileMover, 2)]
