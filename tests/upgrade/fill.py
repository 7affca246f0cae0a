"""Fills a data folder through REST with everything that a version of lazulite offers, and says what must be read back.

A feature begins with a request that only versions answer which offer it. What is expected is what was sent, with the ETag and
the names (snapshots, versions) that were acknowledged. `before`: until what is marked as a `change` is asked for, once.
"""

import base64
import hashlib
import json
import time
import urllib.parse

from client import LAKE, PLAIN, VERSIONS, account_sas, pattern

DAY = 86_400
SIZES = [0, 1, 1024, 1025, 4096, 4097, 70_000, 5_000_000]
FOREVER = "2100-01-01T00:00:00Z"
POLICY = ("<?xml version='1.0' encoding='utf-8'?><SignedIdentifiers><SignedIdentifier><Id>readers</Id><AccessPolicy>"
          f"<Start>2026-01-01T00:00:00.0000000Z</Start><Expiry>2099-01-01T00:00:00.0000000Z</Expiry><Permission>r</Permission>"
          "</AccessPolicy></SignedIdentifier></SignedIdentifiers>")
ENTITY = {
    "Text": "Gr\u00fc\u00dfe \u6f22\u5b57", "Empty": "", "Number": 42, "Ratio": 2.5, "Flag": True,
    "Long@odata.type": "Edm.Int64", "Long": "9007199254740993",
    "When@odata.type": "Edm.DateTime", "When": "2026-11-22T10:11:12.1234567Z",
    "Id@odata.type": "Edm.Guid", "Id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "Bytes@odata.type": "Edm.Binary", "Bytes": "AAECAwQ=",
}
JSON = {"Accept": "application/json;odata=minimalmetadata", "Content-Type": "application/json"}


class Absent(Exception):
    """This version does not offer it."""


class Filler:
    def __init__(self, client):
        self.client = client
        self.expected = []
        self.features = []

    # ---- asking ------------------------------------------------------------------------------------------------------

    def send(self, surface, account, method, path, query="", body=b"", headers=None, status=(200, 201, 202, 204)):
        """(headers by lower-case name, body)"""
        got, answered, data = self.client.ask(surface, account, method, path, query, body, headers)
        if got not in status:
            raise AssertionError(f"{surface} {method} {path} {query} answered {got}: {data[:300]!r}")
        return {name.lower(): value for name, value in answered.items()}, data

    def probe(self, *request, status=(200, 201, 202, 204), **more):
        """The same for the first request of a feature."""
        try:
            return self.send(*request, status=status, **more)
        except AssertionError as problem:
            raise Absent(str(problem)) from problem

    def expect(self, surface, account, method, path, query="", **what):
        self.expected.append({"ask": [surface, account, method, path, query], "status": 200, **what})

    # ---- blobs -------------------------------------------------------------------------------------------------------

    def put(self, path, seed, size, account=PLAIN, **headers):
        sent = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-seed": seed, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer, _ = self.send("blob", account, "PUT", path, body=pattern(seed, size), headers=sent)
        return answer

    def holds(self, path, seed, size, etag, account=PLAIN, query="", **headers):
        self.expect("blob", account, "GET", path, query, pattern=[seed, size],
                    headers={"ETag": etag, "x-ms-meta-seed": seed, **headers})

    def blobs(self):
        send = self.send
        send("blob", PLAIN, "PUT", "plain", "restype=container", headers={"x-ms-meta-kept": "yes"})
        send("blob", PLAIN, "PUT", "open", "restype=container", headers={"x-ms-blob-public-access": "blob"})
        self.expect("blob", PLAIN, "GET", "plain", "restype=container", headers={"x-ms-meta-kept": "yes"})
        self.expect("blob", PLAIN, "GET", "open", "restype=container", headers={"x-ms-blob-public-access": "blob"})
        names = []
        for size in SIZES:
            name = f"sizes/{size:07}"
            answer = self.put(f"plain/{name}", name, size, x_ms_blob_content_type="text/plain",
                              x_ms_blob_content_language="de", x_ms_blob_cache_control="no-cache")
            self.holds(f"plain/{name}", name, size, answer["etag"], **{
                "Content-Type": "text/plain", "Content-Language": "de", "Cache-Control": "no-cache"})
            names.append(name)
        odd = "odd/ä b+%25.txt"
        answer = self.put("plain/" + urllib.parse.quote(odd), "odd", 300)
        self.holds("plain/" + urllib.parse.quote(odd), "odd", 300, answer["etag"])
        # A block that stands twice in a list, and another list of some of its blocks: what it has lost is reclaimed.
        blocks = {"a": ("first", 5000), "b": ("second", 900), "c": ("third", 70_000)}
        ids = {key: base64.b64encode(key.encode()).decode() for key in [*blocks, "d"]}
        for key, (seed, size) in blocks.items():
            send("blob", PLAIN, "PUT", "plain/listed", f"comp=block&blockid={urllib.parse.quote(ids[key])}", pattern(seed, size))

        def commit(keys, element="Latest"):
            xml = "".join(f"<{element}>{ids[key]}</{element}>" for key in keys)
            return send("blob", PLAIN, "PUT", "plain/listed", "comp=blocklist",
                        f"<?xml version='1.0' encoding='utf-8'?><BlockList>{xml}</BlockList>".encode())[0]

        commit("abca")
        etag = commit("acc", "Committed")["etag"]
        self.expect("blob", PLAIN, "GET", "plain/listed", parts=[blocks["a"], blocks["c"], blocks["c"]], headers={"ETag": etag})
        # Blocks that nobody committed yet.
        over = time.time() + 7 * DAY - 600
        for path in ("plain/listed", "plain/staged"):
            send("blob", PLAIN, "PUT", path, f"comp=block&blockid={urllib.parse.quote(ids['d'])}", pattern("fourth", 3000))
        uncommitted = r"<UncommittedBlocks>.*?<Name>(\S+)</Name><Size>(\d+)</Size>"
        self.expect("blob", PLAIN, "GET", "plain/listed", "comp=blocklist&blocklisttype=all", until=over,
                    found={uncommitted: [(ids["d"], "3000")],
                           "<CommittedBlocks>(.*)</CommittedBlocks>": ["".join(
                               f"<Block><Name>{ids[key]}</Name><Size>{blocks[key][1]}</Size></Block>" for key in "acc")]}, then=None)
        self.expect("blob", PLAIN, "GET", "plain/staged", "comp=blocklist&blocklisttype=uncommitted", until=over,
                    found={r"<Size>(\d+)</Size>": ["3000"]}, then={"status": 404, "found": {}})
        self.put("plain/overwritten", "before", 9000)
        answer = self.put("plain/overwritten", "after", 8000)
        self.holds("plain/overwritten", "after", 8000, answer["etag"])
        self.expected[-1]["before"] = True  # then it is deleted
        self.put("plain/gone", "gone", 80_000)
        send("blob", PLAIN, "DELETE", "plain/gone")
        self.expect("blob", PLAIN, "GET", "plain/gone", status=404)
        send("blob", PLAIN, "PUT", "dropped", "restype=container")
        self.put("dropped/blob", "dropped", 20_000)
        send("blob", PLAIN, "DELETE", "dropped", "restype=container")
        self.expect("blob", PLAIN, "GET", "dropped", "restype=container&comp=list", status=404)
        self.expect("blob", PLAIN, "GET", "plain", "restype=container&comp=list&prefix=sizes/",
                    found={"<Name>(.*?)</Name>": names})

    def container_policies(self):
        self.probe("blob", PLAIN, "PUT", "open", "restype=container&comp=acl", body=POLICY.encode(),
                   headers={"x-ms-blob-public-access": "blob"})
        self.expect("blob", PLAIN, "GET", "open", "restype=container&comp=acl", headers={"x-ms-blob-public-access": "blob"},
                    found={"<Id>(.*?)</Id>": ["readers"], "<Permission>(.*?)</Permission>": ["r"]})

    def blob_service(self):
        cors = ("<?xml version='1.0' encoding='utf-8'?><StorageServiceProperties><Cors><CorsRule><AllowedOrigins>http://kept.example"
                "</AllowedOrigins><AllowedMethods>GET</AllowedMethods><MaxAgeInSeconds>77</MaxAgeInSeconds><ExposedHeaders>"
                "</ExposedHeaders><AllowedHeaders></AllowedHeaders></CorsRule></Cors>"
                "<DefaultServiceVersion>2021-12-02</DefaultServiceVersion></StorageServiceProperties>")
        self.probe("blob", PLAIN, "PUT", "", "restype=service&comp=properties", body=cors.encode())
        self.expect("blob", PLAIN, "GET", "", "restype=service&comp=properties",
                    found={"<AllowedOrigins>(.*?)</AllowedOrigins>": ["http://kept.example"],
                           "<MaxAgeInSeconds>(.*?)</MaxAgeInSeconds>": ["77"],
                           "<DefaultServiceVersion>(.*?)</DefaultServiceVersion>": ["2021-12-02"]})

    def tiers(self):
        answer = self.put("plain/cool", "cool", 2000)
        self.probe("blob", PLAIN, "PUT", "plain/cool", "comp=tier", headers={"x-ms-access-tier": "Cool"})
        self.holds("plain/cool", "cool", 2000, answer["etag"])
        self.expect("blob", PLAIN, "HEAD", "plain/cool", headers={"x-ms-access-tier": "Cool"})
        self.put("plain/archived", "archived", 2000)
        self.send("blob", PLAIN, "PUT", "plain/archived", "comp=tier", headers={"x-ms-access-tier": "Archive"})
        self.expect("blob", PLAIN, "HEAD", "plain/archived", headers={"x-ms-access-tier": "Archive"})

    def snapshots(self):
        first = self.put("plain/pictured", "early", 6000)
        answer, _ = self.probe("blob", PLAIN, "PUT", "plain/pictured", "comp=snapshot")
        snapshot = urllib.parse.quote(answer["x-ms-snapshot"])
        second = self.put("plain/pictured", "late", 500)
        self.holds("plain/pictured", "late", 500, second["etag"])
        self.holds("plain/pictured", "early", 6000, first["etag"], query=f"snapshot={snapshot}")
        self.expect("blob", PLAIN, "GET", "plain", "restype=container&comp=list&include=snapshots&prefix=pictured",
                    found={"<Snapshot>(.*?)</Snapshot>": [answer["x-ms-snapshot"]]})

    def tags(self):
        answer = self.put("plain/tagged", "tagged", 100)
        xml = "<?xml version='1.0' encoding='utf-8'?><Tags><TagSet><Tag><Key>kind</Key><Value>kept</Value></Tag></TagSet></Tags>"
        self.probe("blob", PLAIN, "PUT", "plain/tagged", "comp=tags", body=xml.encode())
        self.holds("plain/tagged", "tagged", 100, answer["etag"], **{"x-ms-tag-count": "1"})
        self.expect("blob", PLAIN, "GET", "", "comp=blobs&where=" + urllib.parse.quote("kind='kept'"),
                    found={"<Name>(.*?)</Name>": ["tagged"]})
        # A change must find the rows of the index again.
        self.put("plain/tagged-for-now", "tagged", 100, x_ms_tags="kind=changed")
        self.expect("blob", PLAIN, "GET", "plain/tagged-for-now", "comp=tags", found={"<Value>(.*?)</Value>": ["changed"]})

    def leases(self):
        identifier = "11111111-2222-3333-4444-555555555555"
        infinite = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": identifier}
        answer = self.put("plain/leased", "leased", 100)
        self.probe("blob", PLAIN, "PUT", "plain/leased", "comp=lease", headers=infinite)
        self.holds("plain/leased", "leased", 100, answer["etag"], **{"x-ms-lease-state": "leased", "x-ms-lease-duration": "infinite"})
        self.expect("blob", PLAIN, "DELETE", "plain/leased", status=412)
        self.expect("blob", PLAIN, "PUT", "plain/leased", "comp=lease",
                    **{"with": {"x-ms-lease-action": "renew", "x-ms-lease-id": identifier}})
        self.send("blob", PLAIN, "PUT", "held", "restype=container")
        self.send("blob", PLAIN, "PUT", "held", "comp=lease&restype=container", headers=infinite)
        self.expect("blob", PLAIN, "GET", "held", "restype=container", headers={"x-ms-lease-state": "leased"})

    def appends(self):
        self.probe("blob", PLAIN, "PUT", "plain/log", headers={"x-ms-blob-type": "AppendBlob"})
        pieces = [("one", 700), ("two", 5000), ("three", 3)]
        for seed, size in pieces:
            answer, _ = self.send("blob", PLAIN, "PUT", "plain/log", "comp=appendblock", body=pattern(seed, size))
        self.expect("blob", PLAIN, "GET", "plain/log", parts=pieces, headers={
            "ETag": answer["etag"], "x-ms-blob-committed-block-count": "3", "x-ms-blob-type": "AppendBlob"})
        self.send("blob", PLAIN, "PUT", "plain/sealed", headers={"x-ms-blob-type": "AppendBlob"})
        self.send("blob", PLAIN, "PUT", "plain/sealed", "comp=appendblock", body=b"closed")
        self.send("blob", PLAIN, "PUT", "plain/sealed", "comp=seal")
        self.expect("blob", PLAIN, "GET", "plain/sealed", text="closed", headers={"x-ms-blob-sealed": "true"})

    def pages(self):
        self.probe("blob", PLAIN, "PUT", "plain/disk", headers={
            "x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "1048576", "x-ms-blob-sequence-number": "7"})

        def write(first, seed, size):
            return self.send("blob", PLAIN, "PUT", "plain/disk", "comp=page", pattern(seed, size), {
                "x-ms-range": f"bytes={first}-{first + size - 1}", "x-ms-page-write": "update"})[0]

        write(0, "page", 4096)
        write(8192, "far", 65_536)
        answer, _ = self.send("blob", PLAIN, "PUT", "plain/disk", "comp=snapshot")
        write(1024, "over", 512)
        self.send("blob", PLAIN, "PUT", "plain/disk", "comp=page", headers={"x-ms-range": "bytes=8192-12287", "x-ms-page-write": "clear"})
        last = write(1_048_064, "last", 512)
        page = [["page", 1024], ["over", 512], ["page", 2560]]
        self.expect("blob", PLAIN, "GET", "plain/disk", headers={"ETag": last["etag"], "x-ms-blob-sequence-number": "7"}, parts=[
            *page, ["", 8192], ["far", 61_440], ["", 1_048_064 - 73_728], ["last", 512]])
        self.expect("blob", PLAIN, "GET", "plain/disk", "snapshot=" + urllib.parse.quote(answer["x-ms-snapshot"]), parts=[
            ["page", 4096], ["", 4096], ["far", 65_536], ["", 1_048_576 - 73_728]])
        self.expect("blob", PLAIN, "GET", "plain/disk", "comp=pagelist", found={
            "<PageRange><Start>(.*?)</Start><End>(.*?)</End></PageRange>": [("0", "4095"), ("12288", "73727"), ("1048064", "1048575")]})

    def copies(self):
        source = f"http://127.0.0.1:{self.client.ports['blob']}/{PLAIN}/plain/sizes/0004097"
        answer, _ = self.probe("blob", PLAIN, "PUT", "plain/copied", headers={"x-ms-copy-source": f"{source}?{account_sas(PLAIN)}"})
        self.holds("plain/copied", "sizes/0004097", 4097, answer["etag"], **{
            "x-ms-copy-status": "success", "x-ms-copy-id": answer["x-ms-copy-id"]})

    def soft_delete(self):
        keep = "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>365</Days></DeleteRetentionPolicy>"
        xml = f"<?xml version='1.0' encoding='utf-8'?><StorageServiceProperties>{keep}</StorageServiceProperties>"
        self.probe("blob", PLAIN, "PUT", "", "restype=service&comp=properties", body=xml.encode())
        over = time.time() + 365 * DAY - 600
        answer = self.put("plain/back", "back", 7000, x_ms_tags="kind=gone")
        self.send("blob", PLAIN, "DELETE", "plain/back")
        shown = self.send("blob", PLAIN, "GET", "plain", "restype=container&comp=list&include=deleted&prefix=back")[1]
        if b"<Deleted>true" not in shown:
            raise Absent("the policy is stored and nothing is kept")
        self.expect("blob", PLAIN, "GET", "plain/back", status=404, before=True)
        self.expect("blob", PLAIN, "GET", "plain", "restype=container&comp=list&include=deleted&prefix=back", before=True,
                    until=over, then={"found": {"<Deleted>(.*?)</Deleted>": []}}, found={"<Deleted>(.*?)</Deleted>": ["true"]})
        self.expected.append({"change": True, "ask": ["blob", PLAIN, "PUT", "plain/back", "comp=undelete"], "status": 200,
                              "until": over, "then": None})
        self.expect("blob", PLAIN, "GET", "plain/back", change=True, until=over, then=None, pattern=["back", 7000], headers={"ETag": answer["etag"]})

    def customer_keys(self):
        key = pattern("key", 32)
        headers = {"x-ms-encryption-key": base64.b64encode(key).decode(), "x-ms-encryption-algorithm": "AES256",
                   "x-ms-encryption-key-sha256": base64.b64encode(hashlib.sha256(key).digest()).decode()}
        self.probe("blob", PLAIN, "PUT", "plain/secret", body=pattern("secret", 3000), headers={"x-ms-blob-type": "BlockBlob", **headers})
        self.expect("blob", PLAIN, "GET", "plain/secret", pattern=["secret", 3000], **{"with": headers})
        self.expect("blob", PLAIN, "GET", "plain/secret", status=409)

    def versions(self):
        self.probe("blob", VERSIONS, "PUT", "old", "restype=container")
        first = self.put("old/blob", "first", 6000, VERSIONS)
        if "x-ms-version-id" not in first:
            raise Absent("no versions")
        second = self.put("old/blob", "second", 600, VERSIONS, x_ms_tags="kind=second")
        third = self.put("old/blob", "third", 60, VERSIONS)
        for answer, seed, size in ((first, "first", 6000), (second, "second", 600), (third, "third", 60)):
            self.holds("old/blob", seed, size, answer["etag"], VERSIONS, "versionid=" + urllib.parse.quote(answer["x-ms-version-id"]))
        self.expect("blob", VERSIONS, "GET", "old", "restype=container&comp=list&include=versions&prefix=blob", found={
            "<VersionId>(.*?)</VersionId>": [answer["x-ms-version-id"] for answer in (first, second, third)]})
        kept = self.put("old/deleted", "kept", 900, VERSIONS)
        self.send("blob", VERSIONS, "DELETE", "old/deleted")
        self.expect("blob", VERSIONS, "GET", "old/deleted", status=404)
        self.holds("old/deleted", "kept", 900, kept["etag"], VERSIONS, "versionid=" + urllib.parse.quote(kept["x-ms-version-id"]))
        # What later versions know of what earlier ones kept.
        self.expect("blob", VERSIONS, "GET", "old", "restype=container&comp=list&include=deletedwithversions", found={
            "<Name>(.*?)</Name>": ["blob", "deleted"], "<HasVersionsOnly>(.*?)</HasVersionsOnly>": ["true"]})
        self.expect("blob", VERSIONS, "GET", "old", "restype=container&comp=blobs&where=" + urllib.parse.quote("kind='second'") +
                    "&include=versions", found={"<VersionId>(.*?)</VersionId>": [second["x-ms-version-id"]]})

    # ---- queues ------------------------------------------------------------------------------------------------------

    def queues(self):
        self.probe("queue", PLAIN, "PUT", "jobs", headers={"x-ms-meta-kept": "yes"})

        def put(queue, text, query="messagettl=-1"):
            _, body = self.send("queue", PLAIN, "POST", f"{queue}/messages", query,
                                f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode())
            text = body.decode("utf-8-sig")
            return {name: text.split(f"<{name}>")[1].split("<")[0] for name in ("MessageId", "PopReceipt")}

        # Taken, and not visible again before a week is over.
        taken = put("jobs", "taken")
        _, body = self.send("queue", PLAIN, "GET", "jobs/messages", "visibilitytimeout=604800")
        receipt = body.decode("utf-8-sig").split("<PopReceipt>")[1].split("<")[0]
        waiting = [put("jobs", f"message {number}") for number in range(5)]
        self.send("queue", PLAIN, "DELETE", f"jobs/messages/{waiting[1]['MessageId']}",
                  "popreceipt=" + urllib.parse.quote(waiting[1]["PopReceipt"], safe=""))
        del waiting[1]
        week = put("jobs", "of a week", "messagettl=604800")
        self.expect("queue", PLAIN, "GET", "jobs", "comp=metadata", headers={"x-ms-meta-kept": "yes", "x-ms-approximate-messages-count": "6"},
                    until=time.time() + 7 * DAY - 600, then=None, before=True)
        texts = ["message 0", "message 2", "message 3", "message 4"]
        over = time.time() + 7 * DAY - 600
        self.expect("queue", PLAIN, "GET", "jobs/messages", "peekonly=true&numofmessages=32", until=over, then=None, before=True, found={
            "<MessageText>(.*?)</MessageText>": [*texts, "of a week"], "<DequeueCount>(.*?)</DequeueCount>": ["0"] * 5,
            "<MessageId>(.*?)</MessageId>": [message["MessageId"] for message in [*waiting, week]]})
        # Whoever took it may still update and delete it by the receipt he has.
        self.expected.append({"change": True, "ask": ["queue", PLAIN, "DELETE", f"jobs/messages/{taken['MessageId']}",
                                                      "popreceipt=" + urllib.parse.quote(receipt, safe="")],
                              "status": 204, "until": over, "then": None})
        self.expect("queue", PLAIN, "GET", "jobs/messages", "numofmessages=32&visibilitytimeout=1", change=True, until=over, then=None,
                    found={"<MessageText>(.*?)</MessageText>": [*texts, "of a week"], "<DequeueCount>(.*?)</DequeueCount>": ["1"] * 5})
        self.send("queue", PLAIN, "PUT", "cleared")
        put("cleared", "gone")
        self.send("queue", PLAIN, "DELETE", "cleared/messages")
        self.expect("queue", PLAIN, "GET", "cleared", "comp=metadata", headers={"x-ms-approximate-messages-count": "0"})
        self.send("queue", PLAIN, "PUT", "dropped")
        put("dropped", "gone")
        self.send("queue", PLAIN, "DELETE", "dropped")
        self.expect("queue", PLAIN, "GET", "", "comp=list", before=True, found={"<Name>(.*?)</Name>": ["cleared", "jobs"]})

    def queue_policies(self):
        self.probe("queue", PLAIN, "PUT", "jobs", "comp=acl", body=POLICY.encode())
        self.expect("queue", PLAIN, "GET", "jobs", "comp=acl", found={"<Id>(.*?)</Id>": ["readers"]})

    # ---- tables ------------------------------------------------------------------------------------------------------

    def tables(self):
        self.probe("table", PLAIN, "POST", "Tables", body=b'{"TableName": "Things"}', headers=JSON)
        rows = []
        for partition in ("a", "b"):
            for number in range(12):
                entity = {**ENTITY, "PartitionKey": partition, "RowKey": f"r{number:03}", "Number": number, "Text": f"text {number}" * number}
                answer, _ = self.send("table", PLAIN, "POST", "Things", body=json.dumps(entity).encode(), headers=JSON)
                rows.append((entity, answer["etag"]))
        for entity, etag in rows:
            place = urllib.parse.quote(f"Things(PartitionKey='{entity['PartitionKey']}',RowKey='{entity['RowKey']}')")
            shown = {name: value for name, value in entity.items()}
            self.expect("table", PLAIN, "GET", place, headers={"ETag": etag}, json=shown, **{"with": JSON})
        self.send("table", PLAIN, "POST", "Things", body=json.dumps({"PartitionKey": "c", "RowKey": "gone"}).encode(), headers=JSON)
        self.send("table", PLAIN, "DELETE", urllib.parse.quote("Things(PartitionKey='c',RowKey='gone')"), headers={"If-Match": "*", **JSON})
        self.expect("table", PLAIN, "GET", "Things()", "$filter=" + urllib.parse.quote("Number ge 10 and Long eq 9007199254740993L"),
                    found={'"RowKey":"(.*?)"': ["r010", "r011"] * 2}, **{"with": JSON})
        self.send("table", PLAIN, "POST", "Tables", body=b'{"TableName": "Dropped"}', headers=JSON)
        self.send("table", PLAIN, "POST", "Dropped", body=b'{"PartitionKey": "p", "RowKey": "r"}', headers=JSON)
        self.send("table", PLAIN, "DELETE", urllib.parse.quote("Tables('Dropped')"), headers=JSON)
        self.expect("table", PLAIN, "GET", "Tables", before=True, found={'"TableName":"(.*?)"': ["Things"]}, **{"with": JSON})
        self.send("table", PLAIN, "PUT", "Things", "comp=acl", body=POLICY.encode())
        self.expect("table", PLAIN, "GET", "Things", "comp=acl", found={"<Id>(.*?)</Id>": ["readers"]})

    # ---- files -------------------------------------------------------------------------------------------------------

    def files(self):
        self.probe("file", PLAIN, "PUT", "share", "restype=share", headers={"x-ms-share-quota": "17", "x-ms-meta-kept": "yes"})
        times = {"x-ms-file-attributes": "None", "x-ms-file-creation-time": "2026-01-02T03:04:05.0000000Z",
                 "x-ms-file-last-write-time": "2026-01-02T03:04:06.0000000Z", "x-ms-file-permission": "inherit"}
        for directory in ("dir", "dir/below", "moved"):
            self.send("file", PLAIN, "PUT", f"share/{directory}", "restype=directory", headers=times)

        def create(path, size, parts):
            self.send("file", PLAIN, "PUT", path, headers={
                **times, "x-ms-type": "file", "x-ms-content-length": str(size), "x-ms-meta-kept": "yes"})
            for first, seed, length in parts:
                self.send("file", PLAIN, "PUT", path, "comp=range", pattern(seed, length), {
                    "x-ms-range": f"bytes={first}-{first + length - 1}", "x-ms-write": "update"})

        create("share/dir/file", 100_000, [(0, "start", 5000), (50_000, "middle", 700)])
        self.expect("file", PLAIN, "GET", "share/dir/file", parts=[["start", 5000], ["", 45_000], ["middle", 700], ["", 49_300]],
                    headers={"x-ms-meta-kept": "yes", "x-ms-file-creation-time": "2026-01-02T03:04:05.0000000Z"})
        create("share/dir/below/deep", 512, [(0, "deep", 512)])
        answer, _ = self.send("file", PLAIN, "PUT", "share", "restype=share&comp=snapshot")
        snapshot = urllib.parse.quote(answer["x-ms-snapshot"])
        self.send("file", PLAIN, "PUT", "share/dir/below/deep", "comp=range", pattern("later", 128), {
            "x-ms-range": "bytes=128-255", "x-ms-write": "update"})
        source = f"http://127.0.0.1:{self.client.ports['file']}/{PLAIN}/share/dir/below"
        self.send("file", PLAIN, "PUT", "share/moved/here", "restype=directory&comp=rename", headers={
            "x-ms-file-rename-source": f"{source}?{account_sas(PLAIN)}"})
        self.expect("file", PLAIN, "GET", "share/moved/here/deep", parts=[["deep", 128], ["later", 128], ["deep", 256]])
        self.expect("file", PLAIN, "GET", "share/dir/below/deep", f"sharesnapshot={snapshot}", pattern=["deep", 512])
        self.expect("file", PLAIN, "GET", "share/dir/below/deep", status=404)
        self.expect("file", PLAIN, "GET", "share", "restype=share", headers={"x-ms-share-quota": "17", "x-ms-meta-kept": "yes"})
        self.expect("file", PLAIN, "GET", "share/dir", "restype=directory&comp=list", found={"<Name>(.*?)</Name>": ["file"]})
        self.send("file", PLAIN, "PUT", "share", "restype=share&comp=acl", body=POLICY.encode())
        self.expect("file", PLAIN, "GET", "share", "restype=share&comp=acl", found={"<Id>(.*?)</Id>": ["readers"]})

    # ---- directories ---------------------------------------------------------------------------------------------------

    def lake(self):
        self.probe("dfs", LAKE, "PUT", "raw", "resource=filesystem")
        for path in ("day", "day/one", "empty"):
            self.send("dfs", LAKE, "PUT", f"raw/{path}", "resource=directory")
        self.send("dfs", LAKE, "PUT", "raw/day/one/file", "resource=file", headers={"x-ms-permissions": "rwxr-x---", "x-ms-umask": "0000"})
        self.send("dfs", LAKE, "PATCH", "raw/day/one/file", "action=append&position=0", pattern("lake", 9000))
        self.send("dfs", LAKE, "PATCH", "raw/day/one/file", "action=flush&position=9000")
        self.send("dfs", LAKE, "PUT", "raw/night", "", headers={"x-ms-rename-source": "/raw/day"})
        self.expect("dfs", LAKE, "GET", "raw/night/one/file", pattern=["lake", 9000], headers={"x-ms-permissions": "rwxr-x---"})
        self.expect("dfs", LAKE, "GET", "raw", "resource=filesystem&recursive=true",
                    found={'"name":"(.*?)"': ["empty", "night", "night/one", "night/one/file"]})
        self.expect("dfs", LAKE, "GET", "raw/day/one/file", status=404)

    # ---- who there is ----------------------------------------------------------------------------------------------------

    def identity(self):
        if self.client.control(f"accounts/{PLAIN}/revokeUserDelegationKeys") != 200:
            raise Absent("no user delegation keys")

    ALL = ("blobs", "container_policies", "blob_service", "tiers", "snapshots", "tags", "leases", "appends", "pages", "copies",
           "customer_keys", "versions", "queues", "queue_policies", "tables", "files", "lake", "soft_delete", "identity")

    def fill(self):
        absent = {}
        for feature in self.ALL:
            before = len(self.expected)
            try:
                getattr(self, feature)()
                self.features.append(feature)
            except Absent as why:
                del self.expected[before:]
                absent[feature] = str(why)
        return absent
