"""Blobs of every type, and all that is kept of them: block lists, appends, pages, tags, leases, snapshots, versions, soft delete."""

import base64
import re
import uuid

from actor import NEW, Actor
from server import account_sas

SIZES = [0, 1, 700, 1024, 1025, 4096, 4097, 20_000, 20_000, 70_000, 70_000, 300_000]
LARGE, LARGE_ONES = 5_000_000, 0.01
MOST_CONTAINERS = 2
MOST_SNAPSHOTS = 12
LONGEST_LOG = 400_000
PAGE = 512
PAGES = [0, 8, 64, 500]
BLOCK, APPEND, PAGED = "BlockBlob", "AppendBlob", "PageBlob"


def former(node):
    """What a snapshot or a version keeps of a blob."""
    return {name: value for name, value in node.items() if name not in ("lease", "tags")}


def field(text, name):
    found = re.search(f"<{name}>(.*?)</{name}>", text)
    return found[1] if found else None


class Container(Actor):
    """(container,) -> a container, (container, name) -> a blob, (container, name, snapshot) -> a snapshot. A container's name is
    never used again."""

    include = "metadata,snapshots"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.made = 0

    def containers(self):
        return [key[0] for key in self.known if len(key) == 1]

    def create_container(self):
        self.made += 1
        name, mark = f"{self.account[:1]}{self.index}-{self.made}", self.mark()
        yield from self.write({(name,): {"mark": mark, "lease": None}}, 201, "PUT", name, "restype=container", b"", {"x-ms-meta-mark": mark})

    def delete_container(self, name):
        yield from self.write({key: None for key in self.known if key[0] == name}, 202, "DELETE", name, "restype=container", b"",
                              self.leased((name,)))

    def leased(self, key):
        lease = self.known.get(key, {}).get("lease")
        return {"x-ms-lease-id": lease} if lease else {}

    def snapshots(self, key):
        return [other for other in self.known if len(other) == 3 and other[:2] == key and other[2] not in ("staged", "deleted")]

    def some(self, names, prefix):
        return f"{prefix}{self.rng.randrange(names)}"

    def body(self):
        return self.bytes(LARGE if self.rng.random() < LARGE_ONES else self.rng.choice(SIZES))

    # Reading

    def read(self):
        found, bodies = {}, self.whole()
        listed = yield from self.ask({200}, "GET", "", f"comp=list&include=metadata&prefix={self.account[:1]}{self.index}-")
        for text in re.findall("<Container>.*?</Container>", listed.body.decode()):
            name = field(text, "Name")
            leased = field(text, "LeaseState") == "leased"
            found[name,] = {"mark": field(text, "mark"), "lease": (yield from self.lease_of((name,), leased))}
        for (name,) in list(found):
            yield from self.read_container(name, found, bodies)
        return found

    def read_container(self, container, found, bodies):
        listed = yield from self.ask({200}, "GET", container, f"restype=container&comp=list&include={self.include}")
        for text in re.findall("<Blob>.*?</Blob>", listed.body.decode()):
            name, snapshot, version = field(text, "Name"), field(text, "Snapshot"), field(text, "VersionId")
            key = (container, name)
            node = {"type": field(text, "BlobType"), "mark": field(text, "mark"), "etag": field(text, "Etag")}
            if version:
                node["version"] = version
            older = snapshot or (version if "<IsCurrentVersion>" not in text else None)
            if older:
                key += (older,)
            else:
                node |= {"lease": (yield from self.lease_of(key, field(text, "LeaseState") == "leased")),
                         "tags": dict(re.findall("<Key>(.*?)</Key><Value>(.*?)</Value>", text))}
            if "<Deleted>" in text:
                key += ("deleted",)
            else:
                if node["etag"] in bodies:
                    node["body"] = bodies[node["etag"]]["body"]
                else:
                    node["body"] = yield from self.body_of(key, node["etag"], "versionid" if version and not snapshot else "snapshot")
                if len(node["body"]) != int(field(text, "Content-Length")):
                    raise AssertionError(f"{key} is listed with {field(text, 'Content-Length')} bytes and has {len(node['body'])}")
            if key in found:
                raise AssertionError(f"{key} is listed twice")
            found[key] = node

    def body_of(self, key, etag, parameter):
        answer = yield from self.ask({200}, "GET", "/".join(key[:2]), f"{parameter}={key[2]}" if len(key) > 2 else "")
        if answer.headers["etag"].strip('"') != etag:
            raise AssertionError(f"{key} is listed as {etag} and is {answer.headers['etag']}")
        return answer.body

    def lease_of(self, key, leased):
        """Its id, if that is one we know of."""
        kind = "restype=container&" if len(key) == 1 else ""
        for node in (self.known.get(key), (self.open or {}).get(key)) if leased else ():
            if node and node.get("lease"):
                answer = yield from self.ask({200, 409}, "PUT", "/".join(key), f"{kind}comp=lease", b"",
                                             {"x-ms-lease-action": "renew", "x-ms-lease-id": node["lease"]})
                if answer.status == 200:
                    return node["lease"]
        return "of somebody" if leased else None


class Blobs(Container):
    include = "metadata,snapshots,tags"

    def step(self):
        names = self.containers()
        if not names or (len(names) < MOST_CONTAINERS and self.rng.random() < 0.05):
            return self.create_container()
        name = self.rng.choice(names)
        chance = self.rng.random()
        if chance < 0.004:
            return self.delete_container(name)
        if chance < 0.03:
            return self.lease((name,))
        return self.rng.choice([
            self.put, self.put, self.stage, self.stage, self.commit, self.append, self.append, self.pages, self.pages, self.metadata,
            self.set_tags, self.lease_blob, self.snapshot, self.drop_snapshot, self.copy, self.delete])(name)

    def fresh(self, kind, body, tags=None):
        return {"type": kind, "body": body, "mark": self.mark(), "tags": tags or {}, "lease": None}

    def replace(self, key, node, method="PUT", query="", body=b"", headers={}, status=201):
        """A blob made anew; the lease stays."""
        node["lease"] = self.known.get(key, {}).get("lease")
        sent = {"x-ms-meta-mark": node["mark"], **self.leased(key), **headers}
        yield from self.write({key: node}, status, method, "/".join(key), query, body, sent, touched=key)

    def change(self, key, fields, status, query, body=b"", headers={}):
        """A blob that is what it was, but for some fields."""
        yield from self.write({key: {**self.known[key], **fields}}, status, "PUT", "/".join(key), query, body,
                              {**self.leased(key), **headers}, touched=key)

    def put(self, container):
        tags = {"who": f"blobs{self.index}", "what": self.some(4, "w")} if self.rng.random() < 0.5 else {}
        node = self.fresh(BLOCK, self.body(), tags)
        headers = {"x-ms-blob-type": BLOCK}
        if tags:
            headers["x-ms-tags"] = "&".join(f"{name}={value}" for name, value in tags.items())
        yield from self.replace((container, self.some(6, "b")), node, body=node["body"], headers=headers)

    def stage(self, container):
        """A block that no list names yet stands behind the name in `staged`."""
        key = (container, self.some(2, "s"), "staged")
        blocks = self.known.get(key, {}).get("_blocks", {})
        piece, block = self.body() or b"x", base64.b64encode(f"{len(blocks):04}{self.mark():>12}".encode()).decode()
        if len(blocks) < 8:
            after = {**blocks, block: piece}
            yield from self.write({key: {"sizes": {name: len(part) for name, part in after.items()}, "_blocks": after}}, 201, "PUT",
                                  "/".join(key[:2]), f"comp=block&blockid={block.replace('+', '%2B').replace('=', '%3D')}", piece,
                                  self.leased(key[:2]))
        else:
            yield from self.commit(container)

    def commit(self, container):
        staged = [key for key in self.known if key[0] == container and key[-1] == "staged"]
        if not staged:
            return
        key = self.rng.choice(staged)
        blocks = self.known[key]["_blocks"]
        node = self.fresh(BLOCK, b"".join(blocks.values()))
        node["lease"] = self.known.get(key[:2], {}).get("lease")
        xml = "<?xml version='1.0' encoding='utf-8'?><BlockList>" + "".join(f"<Latest>{name}</Latest>" for name in blocks) + "</BlockList>"
        yield from self.write({key: None, key[:2]: node}, 201, "PUT", "/".join(key[:2]), "comp=blocklist", xml.encode(),
                              {"x-ms-meta-mark": node["mark"], **self.leased(key[:2])}, touched=key[:2])

    def append(self, container):
        key = (container, self.some(2, "a"))
        node = self.known.get(key)
        if not node:
            yield from self.replace(key, self.fresh(APPEND, b""), headers={"x-ms-blob-type": APPEND})
        elif len(node["body"]) > LONGEST_LOG:
            yield from self.delete_blob(key)
        else:
            piece = self.body() or b"x"
            yield from self.change(key, {"body": node["body"] + piece}, 201, "comp=appendblock", piece,
                                   {"x-ms-blob-condition-appendpos": str(len(node["body"]))})

    def pages(self, container):
        key = (container, self.some(2, "p"))
        node = self.known.get(key)
        size = PAGE * self.rng.choice(PAGES)
        if not node:
            yield from self.replace(key, self.fresh(PAGED, bytes(size)), headers={"x-ms-blob-type": PAGED, "x-ms-blob-content-length": str(size)})
            return
        body = node["body"]
        if not body or self.rng.random() < 0.1:
            yield from self.change(key, {"body": body[:size] + bytes(max(0, size - len(body)))}, 200, "comp=properties", b"",
                                   {"x-ms-blob-content-length": str(size)})
            return
        first = PAGE * self.rng.randrange(len(body) // PAGE)
        last = min(len(body), first + PAGE * self.rng.choice([1, 1, 7, 8, 100]))
        clear = self.rng.random() < 0.25
        piece = bytes(last - first) if clear else self.bytes(last - first)
        yield from self.change(key, {"body": body[:first] + piece + body[last:]}, 201, "comp=page", b"" if clear else piece,
                               {"x-ms-page-write": "clear" if clear else "update", "x-ms-range": f"bytes={first}-{last - 1}"})

    def blob(self, container):
        return self.rng.choice([key for key in self.known if len(key) == 2 and key[0] == container] or [None])

    def metadata(self, container):
        if key := self.blob(container):
            mark = self.mark() * self.rng.choice([1, 1, 300])
            yield from self.change(key, {"mark": mark}, 200, "comp=metadata", b"", {"x-ms-meta-mark": mark})

    def set_tags(self, container):
        if key := self.blob(container):
            tags = {"who": f"blobs{self.index}", "what": self.some(4, "w")}
            xml = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags.items())
            yield from self.write({key: {**self.known[key], "tags": tags}}, 204, "PUT", "/".join(key), "comp=tags",
                                  f"<?xml version='1.0' encoding='utf-8'?><Tags><TagSet>{xml}</TagSet></Tags>".encode(), self.leased(key))

    def lease_blob(self, container):
        if key := self.blob(container):
            yield from self.lease(key)

    def lease(self, key):
        """Takes a lease without end, or changes or releases the one there is."""
        held, new = self.known[key]["lease"], str(uuid.UUID(int=self.rng.getrandbits(128)))
        action, after = ("acquire", new) if not held else self.rng.choice([("release", None), ("change", new)])
        headers = {"x-ms-lease-action": action, **self.leased(key)}
        headers |= {"x-ms-proposed-lease-id": new} if after else {}
        headers |= {"x-ms-lease-duration": "-1"} if not held else {}
        kind = "restype=container&" if len(key) == 1 else ""
        yield from self.write({key: {**self.known[key], "lease": after}}, 200 if held else 201, "PUT", "/".join(key), f"{kind}comp=lease",
                              b"", headers)

    def snapshot(self, container):
        key = self.blob(container)
        if key and len(self.snapshots(key)) < MOST_SNAPSHOTS:
            yield from self.write({(*key, NEW): former(self.known[key])}, 201, "PUT", "/".join(key), "comp=snapshot", b"", self.leased(key), named="x-ms-snapshot")

    def drop_snapshot(self, container):
        taken = [key for key in self.known if len(key) == 3 and key[0] == container and key[2] != "staged"]
        if taken:
            key = self.rng.choice(taken)
            yield from self.write({key: None}, 202, "DELETE", "/".join(key[:2]), f"snapshot={key[2]}")

    def copy(self, container):
        sources = [key for key in self.known if len(key) > 1 and key[-1] != "staged" and self.known[key]["type"] == BLOCK]
        if not sources:
            return
        source, target = self.rng.choice(sources), (container, self.some(6, "b"))
        query = f"snapshot={source[2]}&" if len(source) > 2 else ""
        url = f"http://127.0.0.1:{self.ports['blob']}/{self.account}/{'/'.join(source[:2])}?{query}{account_sas(self.account)}"
        yield from self.replace(target, self.fresh(BLOCK, self.known[source]["body"]), status=202,
                                headers={"x-ms-copy-source": url, **self.rng.choice([{}, {"x-ms-requires-sync": "true"}])})

    def delete(self, container):
        key = self.blob(container)
        if key and (*key, "staged") not in self.known:
            yield from self.delete_blob(key)

    def delete_blob(self, key):
        snapshots = self.snapshots(key)
        headers = {**self.leased(key), **({"x-ms-delete-snapshots": "include"} if snapshots else {})}
        yield from self.write({one: None for one in [key, *snapshots]}, 202, "DELETE", "/".join(key), "", b"", headers)

    def read_container(self, container, found, bodies):
        """What is staged is asked for where there may be something."""
        yield from super().read_container(container, found, bodies)
        for key in {key for key in (*self.known, *(self.open or ())) if key[0] == container and key[-1] == "staged"}:
            listed = yield from self.ask({200, 404}, "GET", "/".join(key[:2]), "comp=blocklist&blocklisttype=uncommitted")
            blocks = re.findall("<Block><Name>(.*?)</Name><Size>(.*?)</Size></Block>", listed.body.decode())
            if blocks:
                found[key] = {"sizes": {name: int(size) for name, size in blocks}}
        if self.rng.random() < 0.3:
            yield from self.find(container, found)

    def find(self, container, found):
        listed = yield from self.ask({200}, "GET", container, f"restype=container&comp=blobs&where=%22who%22%3D%27blobs{self.index}%27")
        tagged = set(re.findall("<Blob><Name>(.*?)</Name>", listed.body.decode()))
        wanted = {key[1] for key, node in found.items() if key[0] == container and len(key) == 2 and node["tags"]}
        if tagged != wanted:
            raise AssertionError(f"the tags of {container} find {sorted(tagged)}, they stand at {sorted(wanted)}")

    def rested(self):
        """What was staged is gone after a week."""
        self.known = {key: node for key, node in self.known.items() if key[-1] != "staged"}


class Kept(Container):
    """Deleted blobs and snapshots come back by Undelete Blob: (..., "deleted") is one that can."""

    account = "kept"
    include = "metadata,snapshots,deleted"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.number = 0

    def prepare(self):
        yield from self.ask({202}, "PUT", "", "restype=service&comp=properties", b"<StorageServiceProperties><DeleteRetentionPolicy>"
                            b"<Enabled>true</Enabled><Days>7</Days></DeleteRetentionPolicy></StorageServiceProperties>")

    def step(self):
        names = self.containers()
        if not names:
            return self.create_container()
        if len(self.known) > 60:
            return self.delete_container(names[0])
        return self.rng.choice([self.put, self.put, self.snapshot, self.delete, self.undelete, self.undelete])(names[0])

    def put(self, container):
        self.number += 1
        node = {"type": BLOCK, "body": self.body(), "mark": self.mark()}
        key = (container, f"k{self.number}")
        yield from self.write({key: node}, 201, "PUT", "/".join(key), "", node["body"],
                              {"x-ms-blob-type": BLOCK, "x-ms-meta-mark": node["mark"]}, touched=key)

    def some_blob(self):
        return self.rng.choice([key for key in self.known if len(key) == 2] or [None])

    def snapshot(self, _):
        if key := self.some_blob():
            yield from self.write({(*key, NEW): former(self.known[key])}, 201, "PUT", "/".join(key), "comp=snapshot", named="x-ms-snapshot")

    def delete(self, _):
        if key := self.some_blob():
            gone = [key, *self.snapshots(key)]
            changes = {one: None for one in gone}
            for one in gone:
                node = dict(self.known[one])
                node["_body"] = node.pop("body")
                changes[*one, "deleted"] = node
            yield from self.write(changes, 202, "DELETE", "/".join(key), "", b"", {"x-ms-delete-snapshots": "include"} if gone[1:] else {})

    def undelete(self, _):
        deleted = [key for key in self.known if len(key) == 3 and key[-1] == "deleted"]
        if deleted:
            key = self.rng.choice(deleted)
            changes = {}
            for one in [other for other in self.known if other[:2] == key[:2] and other[-1] == "deleted"]:
                node = {name: value for name, value in self.known[one].items() if name != "_read"}
                node["body"] = node.pop("_body")
                changes |= {one: None, one[:-1]: node}
            yield from self.write(changes, 200, "PUT", "/".join(key[:2]), "comp=undelete")

    def rested(self):
        self.known = {key: node for key, node in self.known.items() if key[-1] != "deleted"}


class Versions(Container):
    """(container, name, version) -> a former version."""

    account = "versions"
    include = "metadata,versions"

    def step(self):
        names = self.containers()
        if not names:
            return self.create_container()
        if len(self.known) > 40:
            return self.drop_version()
        return self.rng.choice([self.put, self.put, self.metadata, self.delete, self.promote, self.drop_version])(names[0])

    def former(self, key):
        """What replacing or deleting a blob leaves of it."""
        node = self.known.get(key)
        return {(*key, node["version"]): former(node)} if node else {}

    def replace(self, key, node, status, query="", body=b"", headers={}):
        sent = {"x-ms-meta-mark": node["mark"], **headers}
        yield from self.write({**self.former(key), key: node}, status, "PUT", "/".join(key), query, body, sent, touched=key)

    def put(self, container):
        node = {"type": BLOCK, "body": self.body(), "mark": self.mark()}
        yield from self.replace((container, self.some(3, "v")), node, 201, "", node["body"], {"x-ms-blob-type": BLOCK})

    def current(self):
        return self.rng.choice([key for key in self.known if len(key) == 2] or [None])

    def metadata(self, _):
        if key := self.current():
            yield from self.replace(key, {"type": BLOCK, "body": self.known[key]["body"], "mark": self.mark()}, 200, "comp=metadata")

    def delete(self, _):
        if key := self.current():
            yield from self.write({**self.former(key), key: None}, 202, "DELETE", "/".join(key))

    def versions(self):
        return [key for key in self.known if len(key) == 3]

    def promote(self, _):
        if versions := self.versions():
            version = self.rng.choice(versions)
            url = f"http://127.0.0.1:{self.ports['blob']}/{self.account}/{'/'.join(version[:2])}?versionid={version[2]}&{account_sas(self.account)}"
            yield from self.replace(version[:2], {"type": BLOCK, "body": self.known[version]["body"], "mark": self.mark()}, 202,
                                    headers={"x-ms-copy-source": url})

    def drop_version(self, *_):
        if versions := self.versions():
            key = self.rng.choice(versions)
            yield from self.write({key: None}, 202, "DELETE", "/".join(key[:2]), f"versionid={key[2]}")


ACTORS = [(Blobs, 4), (Kept, 2), (Versions, 2)]
