"""A hierarchical account: files that are appended to and flushed, renames, recursive deletes, and undeletes of whole directories."""

import json
import re
from urllib.parse import quote

from actor import NEW
from trees import MOST_PATHS, Crate, Mover, Tree, within

MOST_DELETED = 40  # that can be undeleted, until all is deleted with the filesystem
SIZES = [1, 100, 3000, 70_000, 200_000]
LONGEST = 600_000
UNKNOWN = None  # what may have been appended to a file before its directory was deleted and undeleted


class Filesystem(Tree):
    """("deleted", id) -> what can be undeleted, with all that was in it. A file has with it what was appended and not flushed."""

    service, account = "data lake", "lake"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.number = 0
        self.root = f"{type(self).__name__.lower()}{self.index}-0"

    def prepare(self):
        yield from self.ask({202}, "PUT", "", "restype=service&comp=properties", b"<StorageServiceProperties><DeleteRetentionPolicy>"
                            b"<Enabled>true</Enabled><Days>7</Days></DeleteRetentionPolicy></StorageServiceProperties>")
        yield from self.ask({201}, "PUT", self.root, "resource=filesystem")

    def path(self, path):
        return f"{self.root}/{path}"

    def rename(self, source, path):
        """What was appended goes along, and the ETags stay."""
        yield from self.write(self.moved(source, path), 201, "PUT", self.path(path), "mode=legacy", b"",
                              {"x-ms-rename-source": f"/{self.path(source)}"})

    def delete_path(self, path):
        gone = {key: node for key, node in self.known.items() if len(key) == 1 and within(key[0], path)}
        changes = {key: None for key in gone} | {("deleted", NEW): {"path": path, "_gone": gone}}
        yield from self.write(changes, 200, "DELETE", self.path(path), "recursive=true", named="x-ms-deletion-id")

    def undelete(self):
        deleted = [key for key in self.known if key[0] == "deleted" and len(key) == 2]
        if not deleted:
            return
        key = self.rng.choice(deleted)
        path, gone = self.known[key]["path"], self.known[key]["_gone"]
        above = path.rpartition("/")[0]
        if (path,) in self.known or (above and not self.is_directory(above)):
            return
        back = {one: {**node, "_staged": UNKNOWN} if "body" in node else node for one, node in gone.items()}
        yield from self.write({key: None, **back}, 200, "PUT", self.path(path), "comp=undelete", b"",
                              {"x-ms-undelete-source": f"{path}?deletionid={key[1]}"})

    def listed(self, directory="", page=5000):
        """What is in a directory, at whatever level."""
        found, more = [], ""
        while more is not None:
            query = f"resource=filesystem&recursive=true&maxResults={page}&directory={directory}{more and f'&continuation={quote(more)}'}"
            answer = yield from self.ask({200}, "GET", self.root, query)
            found += json.loads(answer.body)["paths"]
            more = answer.headers.get("x-ms-continuation")
        return found

    def read(self):
        found, bodies = {}, self.whole()
        for item in (yield from self.listed(page=7 if len(self.known) < 50 else 5000)):
            path, etag = item["name"], item["etag"].strip('"')
            if (path,) in found:
                raise AssertionError(f"{self.root} shows {path} twice")
            above = path.rpartition("/")[0]
            if above and "body" in found.get((above,), {"body": ""}):
                raise AssertionError(f"{self.root} shows {path}, which is in no directory")
            found[path,] = {}
            if not item.get("isDirectory"):
                if etag in bodies:
                    node = {"etag": etag, "body": bodies[etag]["body"]}
                else:
                    answer = yield from self.ask({200}, "GET", self.path(path))
                    node = {"etag": answer.headers["etag"].strip('"'), "body": answer.body}
                found[path,] = node
                if len(node["body"]) != int(item["contentLength"]) or node["etag"] != etag:
                    raise AssertionError(f"{path} is listed with {item['contentLength']} bytes, {etag}, and has {len(node['body'])}, {node['etag']}")
        marker = ""
        while marker is not None:
            query = "restype=container&comp=list&showonly=deleted" + (f"&marker={quote(marker)}" if marker else "")
            answer = yield from self.ask({200}, "GET", self.root, query)
            text = answer.body.decode()
            found |= {("deleted", deletion): {"path": name}
                      for name, deletion in re.findall("<Name>([^<]*)</Name><DeletionId>([0-9]+)</DeletionId>", text)}
            more = re.search("<NextMarker>(.+?)</NextMarker>", text)
            marker = more[1] if more else None
        return found

    def rested(self):
        """What was appended and not flushed is gone after a week."""
        self.known = {key: {**node, "_staged": UNKNOWN} if "_staged" in node else node for key, node in self.known.items()
                      if key[0] != "deleted"}


class Writer(Filesystem):
    def step(self):
        actions = [self.create_directory, self.create_file, self.create_file, self.undelete]
        if self.files():
            actions += [self.append] * 3 + [self.rename_file, self.rename_file, self.delete]
        if self.staged():
            actions += [self.flush] * 3
        if self.directories():
            actions += [self.rename_directory, self.rename_directory]
        action = self.rng.choice(actions)
        if len(self.paths()) > MOST_PATHS:
            action = self.delete
        if len(self.known) > MOST_DELETED:
            action = self.renew
        return action()

    def staged(self):
        return [path for path in self.files() if "_staged" in self.known[path,]]

    def create_directory(self):
        path = self.new_path()
        if (path,) not in self.known:
            yield from self.write({(path,): {}}, 201, "PUT", self.path(path), "resource=directory")

    def create_file(self):
        path = self.new_path()
        if not self.is_directory(path):
            yield from self.write({(path,): {"body": b""}}, 201, "PUT", self.path(path), "resource=file", touched=(path,))

    def append(self):
        """An append without an answer leaves bytes that no flush names; the next one at that position takes their place."""
        path = self.some(self.files())
        node = self.known[path,]
        staged = node.get("_staged", b"")
        if staged is UNKNOWN:
            return (yield from self.flush_file(path))  # which drops it
        piece = self.bytes(self.rng.choice(SIZES))
        position = len(node["body"]) + len(staged)
        if position > LONGEST:
            return (yield from self.delete_path(path))
        yield from self.ask({202}, "PATCH", self.path(path), f"action=append&position={position}", piece, {}, {})
        self.settle({(path,): {**node, "_staged": staged + piece}})

    def flush(self):
        yield from self.flush_file(self.some(self.staged()))

    def flush_file(self, path):
        node = self.known[path,]
        body = node["body"] + (node["_staged"] or b"")
        yield from self.write({(path,): {"body": body}}, 200, "PATCH", self.path(path), f"action=flush&position={len(body)}", touched=(path,))

    def delete(self):
        yield from self.delete_path(self.some(self.paths()))

    def renew(self):
        """Goes on in another filesystem; what is not told here is that the old one is still being deleted."""
        old, self.number = self.root, self.number + 1
        name = f"{old.partition('-')[0]}-{self.number}"
        yield from self.ask({201, 409}, "PUT", name, "resource=filesystem")
        yield from self.write({key: None for key in self.known}, 202, "DELETE", old, "resource=filesystem")
        self.root = name

    def read(self):
        """After a deletion of the filesystem without an answer either of the two is ours."""
        if self.asked_to_renew():
            answer = yield from self.ask({200, 404}, "GET", self.root, "resource=filesystem&recursive=false&maxResults=1")
            if answer.status == 404:
                self.root = f"{self.root.partition('-')[0]}-{self.number}"
        return (yield from super().read())

    def asked_to_renew(self):
        return self.root.rpartition("-")[2] != str(self.number)


class LakeCrate(Crate, Filesystem):
    """Its directory of many is also deleted and undeleted."""

    def prepare(self):
        yield from super().prepare()
        for path in ["crate0", *(f"crate0/bin{number}" for number in range(10))]:
            yield from self.ask({201}, "PUT", self.path(path), "resource=directory")
            self.known[path,] = {}
        for number in range(self.many):
            path, text = f"crate0/bin{number % 10}/f{number:06}", f"f{number:06}".encode()
            # Whose bytes stand there at once: by the Blob service, at this listener.
            answer = yield from self.ask({201}, "PUT", self.path(path), "", text, {"x-ms-blob-type": "BlockBlob"})
            self.known[path,] = {"body": text, "etag": answer.headers["etag"].strip('"')}

    def step(self):
        if any(key[0] == "deleted" for key in self.known):
            return self.undelete()
        return self.delete_path(self.crate()) if self.rng.random() < 0.2 else super().step()

    def before_rest(self):
        yield from self.undelete()


class LakeMover(Mover):
    service, account, renamed = "data lake", "lake", 201

    def prepare(self):
        if self.index == 0:
            yield from self.ask({201}, "PUT", self.root, "resource=filesystem")
            for place in self.places:
                yield from self.ask({201}, "PUT", f"{self.root}/{place}", "resource=directory")
            for token in self.tokens:
                yield from self.ask({201}, "PUT", f"{self.root}/{self.places[0]}/{token}", "", b"x", {"x-ms-blob-type": "BlockBlob"})

    def renaming(self, source, path):
        return "PUT", f"{self.root}/{path}", "mode=legacy", b"", {"x-ms-rename-source": f"/{self.root}/{source}"}

    def names(self, place):
        answer = yield from self.ask({200}, "GET", self.root, f"resource=filesystem&recursive=true&maxResults=5000&directory={place}")
        return [item["name"].rpartition("/")[2] for item in json.loads(answer.body)["paths"]]


ACTORS = [(Writer, 3), (LakeCrate, 1), (LakeMover, 2)]
