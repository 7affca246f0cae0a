#!/usr/bin/env python3
"""What clients that mean harm, or know no better, can do: slow ones by the thousand, requests cut at every byte, bombs, names
that look like paths, symbolic links in the data folder, and sources of copies that lead where they should not.

    tests/fault/hostile.py --binary build/release/lazulite [--full] [--only NAME]

The limits it holds the server to stand in docs/limits.md. Prints `N passed, N failed, N skipped`.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import http.server
import os
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

import server
from server import ACCOUNT, KEY, VERSION, Connection, Server

KIB, MIB = 1 << 10, 1 << 20
tests = []


def test(function):
    tests.append(function)
    return function


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def account_sas():
    """Everything, tags too."""
    fields = {"sv": "2020-12-06", "ss": "bfqt", "srt": "sco", "sp": "rwdxylacupitf", "se": "2100-01-01T00:00:00Z"}
    lines = [ACCOUNT, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    digest = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
    return urllib.parse.urlencode({**fields, "sig": base64.b64encode(digest).decode()})


server.SAS = SAS = account_sas()
JSON = {"Content-Type": "application/json", "Accept": "application/json;odata=nometadata"}
BLOCK_BLOB = {"x-ms-blob-type": "BlockBlob"}


class Life(Server):
    """A server over a folder of its own, which is checked when it has been stopped."""

    def __init__(self, options, *more):
        self.binary = options.binary
        self.folder = tempfile.mkdtemp(prefix="hostile-")
        super().__init__(options.binary, self.folder, "process", *more)

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, trace):
        self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.reader.join()
        found = server.problems_of_folder(self.binary, self.folder) if kind is None else []
        shutil.rmtree(self.folder)
        check(kind is not None or (code == 0 and not found), f"exit {code}: {found}")

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.M).group(1)) * KIB

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def sockets(self):
        count = 0
        for entry in os.scandir(f"/proc/{self.process.pid}/fd"):
            with contextlib.suppress(OSError):
                count += os.readlink(entry.path).startswith("socket:")
        return count

    def ask(self, surface, *request):
        """Status, headers and body; on a connection of its own."""
        connection = Connection(self.ports[surface])
        try:
            return connection.request(*request)
        finally:
            connection.http.close()

    def must(self, expected, surface, *request):
        status, headers, body = self.ask(surface, *request)
        check(status == expected, f"{surface} {request[:3]} answered {status} instead of {expected}: {body[:300]}")
        return headers, body


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < deadline, what)
        time.sleep(0.02)


def head(method, path, query="", length=0, headers=None):
    target = f"/{ACCOUNT}/{path}?" + (f"{query}&{SAS}" if query else SAS)
    lines = [f"{method} {target} HTTP/1.1", "Host: x", f"x-ms-version: {VERSION}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# -- slow clients -----------------------------------------------------------------------------------------------------

@test
def slow_clients_by_the_thousand(options):
    """Heads and bodies that hardly move; others are served, and each of the slow ones costs little."""
    count = 5000 if options.full else 2000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(count, (hard - 300) // 2)  # here, and there with the files that uploads write to
    with Life(options, "--connections", str(count + 50)) as life:
        port = life.ports["blob"]
        life.must(201, "blob", "PUT", "box", "restype=container")
        life.must(201, "queue", "PUT", "line")
        life.must(201, "table", "POST", "Tables", "", b'{"TableName":"rows"}', JSON)
        before, sockets = life.memory(), life.sockets()
        body = {"x-ms-blob-type": "BlockBlob"}
        kinds = [
            lambda i: b"GET /" + b"p" * (i % 60),                            # a request line
            lambda i: head("PUT", f"box/h{i}", length=9)[:-2] + b"x: " + b"v" * 20_000,  # fields
            lambda i: head("PUT", f"box/b{i}", length=300_000_000, headers=body) + b"b",      # a body that begins
            lambda i: head("PUT", f"box/s{i}", length=9000, headers=body) + b"s" * 4500,      # one that stops half way
        ]
        slow = []
        for i in range(count):
            slow.append(socket.create_connection(("127.0.0.1", port)))
            slow[-1].sendall(kinds[i % 4](i))
        # One in twenty has filled the largest block there is, and goes on byte by byte.
        for i in range(2, count, 20):
            slow[i].settimeout(30)
            slow[i].sendall(b"b" * (1100 * KIB))
        stop = threading.Event()

        def drip():
            while not stop.wait(0.3):
                for one in slow:
                    with contextlib.suppress(OSError):
                        one.send(b"d")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            answered = []

            def work(number):
                for i in range(options.requests // 4):
                    name = f"{number}-{i}"
                    answered.append(life.ask("blob", "PUT", f"box/good{name}", "", b"good", BLOCK_BLOB)[0])
                    answered.append(life.ask("blob", "GET", f"box/good{name}")[0])
                    answered.append(life.ask("queue", "POST", "line/messages", "",
                                             b"<QueueMessage><MessageText>m</MessageText></QueueMessage>")[0])
                    answered.append(life.ask("table", "POST", "rows", "", b'{"PartitionKey":"p","RowKey":"%s"}' % name.encode(),
                                             JSON)[0])

            workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            check(sorted(answered) == sorted([201, 200, 201, 201] * (options.requests // 4 * 4)),
                  f"{len(answered)} answers: {sorted(set(answered))}")
            most = 40 * KIB
            wait_until(lambda: life.memory() - before < count * most,
                       f"a slow client costs {(life.memory() - before) / count / KIB:.0f} KiB", 60)
            print(f"  {count} slow clients: {(life.memory() - before) / count / KIB:.0f} KiB each, "
                  f"{len(answered)} requests of others answered")
        finally:
            stop.set()
            dripping.join()
        if options.full:
            # What never became a head is told so, in its time; then the connection ends.
            slow[0].settimeout(60)
            check(slow[0].recv(100).startswith(b"HTTP/1.1 408 "), "a head without an end was not refused")
        for one in slow:
            one.close()
        wait_until(lambda: life.sockets() <= sockets, f"{life.sockets() - sockets} connections stay open")
        listed = life.must(200, "blob", "GET", "box", "restype=container&comp=list")[1]
        check(listed.count(b"<Blob>") == options.requests // 4 * 4, "something of the slow uploads is there")


@test
def connections_have_a_limit(options):
    """Beyond it they wait, and have their turn."""
    with Life(options, "--connections", "20") as life:
        held = [socket.create_connection(("127.0.0.1", life.ports["blob"])) for _ in range(20)]
        for one in held:
            one.sendall(b"GET /_lazulite/health HTTP/1.1\r\nHost: x\r\n\r\n")
            check(one.recv(12) == b"HTTP/1.1 200", "no answer below the limit")
        late = socket.create_connection(("127.0.0.1", life.ports["blob"]))
        late.sendall(b"GET /_lazulite/health HTTP/1.1\r\nHost: x\r\n\r\n")
        late.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            check(not late.recv(12), "answered over the limit")
        held[0].close()
        late.settimeout(20)
        check(late.recv(12) == b"HTTP/1.1 200", "no answer when there was room again")
        for one in [*held, late]:
            one.close()


# -- requests that are cut --------------------------------------------------------------------------------------------

def requests_to_cut():
    """(surface, request, its status when it is whole, what must not change by a piece of it)."""
    blocks = b"<BlockList><Latest>QUFC</Latest></BlockList>"
    batch = (f"--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 0\r\n\r\n"
             f"DELETE /{ACCOUNT}/box/victim?{SAS} HTTP/1.1\r\nContent-Length: 0\r\n\r\n--b--\r\n").encode()
    change = "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" \
             f"POST http://x/{ACCOUNT}/rows HTTP/1.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n\r\n" \
             '{"PartitionKey":"p","RowKey":"%s"}\r\n'
    group = (f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{change % 'one'}{change % 'two'}--c--\r\n--b--\r\n").encode()
    message = b"<QueueMessage><MessageText>cut</MessageText></QueueMessage>"

    def whole(method, path, query, body, headers=None):
        return head(method, path, query, len(body), headers) + body

    def chunked(method, path, query, body, headers=None):
        lines = head(method, path, query, 0, headers).replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n")
        return lines + b"%x;x=y\r\n" % len(body) + body + b"\r\n0\r\nT: v\r\n\r\n"

    blob = ("blob", "GET", "box/cut", "", b"")
    rows = ("table", "GET", "rows()", "", b"", JSON)
    return [
        ("blob", whole("PUT", "box/cut", "", b"fresh bytes", BLOCK_BLOB), 201, blob),
        ("blob", chunked("PUT", "box/cut", "", b"fresh bytes", BLOCK_BLOB), 411, blob),
        ("blob", whole("PUT", "box/cut", "comp=block&blockid=QUFC", b"a block"), 201,
         ("blob", "GET", "box/cut", "comp=blocklist&blocklisttype=all", b"")),
        ("blob", whole("PUT", "box/cut", "comp=blocklist", blocks), 201, blob),
        ("blob", whole("PUT", "box/log", "comp=appendblock", b"a line\n"), 201, ("blob", "GET", "box/log", "", b"")),
        ("blob", whole("PUT", "box/cut", "comp=metadata", b"", {"x-ms-meta-a": "b"}), 200,
         ("blob", "GET", "box/cut", "comp=metadata", b"")),
        ("blob", whole("POST", "box", "restype=container&comp=batch", batch, {"Content-Type": "multipart/mixed; boundary=b"}), 202,
         ("blob", "GET", "box", "restype=container&comp=list", b"")),
        ("table", whole("POST", "rows", "", b'{"PartitionKey":"p","RowKey":"r"}', JSON), 201, rows),
        ("table", whole("POST", "$batch", "", group, {"Content-Type": "multipart/mixed; boundary=b"}), 202, rows),
        ("queue", whole("POST", "line/messages", "", message), 201, ("queue", "GET", "line/messages", "peekonly=true", b"")),
        ("file", whole("PUT", "disk/f", "comp=range", b"range", {"x-ms-range": "bytes=0-4", "x-ms-write": "update"}), 201,
         ("file", "GET", "disk/f", "", b"")),
    ]


def state(life, request):
    """What tells whether something changed; when it was read is no part of it."""
    status, headers, body = life.ask(*request)
    return status, headers.get("ETag"), headers.get("x-ms-meta-a"), re.sub(rb"<(PopReceipt|TimeNextVisible)>[^<]*", b"", body)


def cut(port, piece, reset):
    with socket.create_connection(("127.0.0.1", port)) as client:
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(piece)
        if not reset:
            client.shutdown(socket.SHUT_WR)


@test
def requests_cut_at_every_byte(options):
    """Nothing is half done, nothing is left over, and the same request, whole, does what it should."""
    with Life(options) as life:
        life.must(201, "blob", "PUT", "box", "restype=container")
        life.must(201, "blob", "PUT", "box/victim", "", b"bytes", BLOCK_BLOB)
        life.must(201, "blob", "PUT", "box/cut", "", b"old", BLOCK_BLOB)
        life.must(201, "blob", "PUT", "box/log", "", b"", {"x-ms-blob-type": "AppendBlob"})
        life.must(201, "table", "POST", "Tables", "", b'{"TableName":"rows"}', JSON)
        life.must(201, "queue", "PUT", "line")
        life.must(201, "file", "PUT", "disk", "restype=share")
        life.must(201, "file", "PUT", "disk/f", "", b"", {"x-ms-type": "file", "x-ms-content-length": "9"})
        sockets, cuts = life.sockets(), 0
        for surface, whole, status, watched in requests_to_cut():
            port, before = life.ports[surface], state(life, watched)
            # The SAS is the same text everywhere: one byte in nine of it is enough for the short form.
            first, last = whole.index(SAS.encode()), whole.index(SAS.encode()) + len(SAS)
            ends = [end for end in range(1, len(whole)) if options.full or not first < end < last or end % 9 == 0]
            for end in ends:
                cut(port, whole[:end], end % 2 == 0)
                if options.full:
                    cut(port, whole[:end], end % 2 == 1)
            cuts += len(ends)
            wait_until(lambda: life.sockets() <= sockets, "connections that were cut stay open")
            check(state(life, watched) == before, f"a piece of this request did something: {whole[:80]}")
            with socket.create_connection(("127.0.0.1", port), 30) as client:
                client.sendall(whole)
                answer = client.recv(12).decode()
            check(answer == f"HTTP/1.1 {status}", f"{answer} instead of {status}: {whole[:80]}")
            check((state(life, watched) == before) == (status == 411), f"the whole request did nothing: {whole[:80]}")
        print(f"  {cuts} cuts of {len(requests_to_cut())} requests")


# -- bombs ------------------------------------------------------------------------------------------------------------

def bombs():
    """(surface, request, status, code)."""
    def block_list(body):
        return "blob", "PUT", "box/list", "comp=blocklist", body

    def insert(body, headers=None):
        return "table", "POST", "rows", "", body, headers or JSON

    def find(text):
        return "table", "GET", "rows()", "$filter=" + urllib.parse.quote(text, safe="()'"), b"", JSON

    def where(text):
        return "blob", "GET", "", "comp=blobs&where=" + urllib.parse.quote(text)

    def query(expression):
        return ("blob", "POST", "box/text", "comp=query", b"<QueryRequest><QueryType>SQL</QueryType><Expression>" + expression +
                b"</Expression></QueryRequest>")

    def batch(body, boundary="b"):
        return "blob", "POST", "box", "restype=container&comp=batch", body, {"Content-Type": f"multipart/mixed; boundary={boundary}"}

    def group(body, boundary="b"):
        return "table", "POST", "$batch", "", body, {"Content-Type": f"multipart/mixed; boundary={boundary}", "Accept": JSON["Accept"]}

    declared = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"ha") for i in range(12))
    atom = {"Content-Type": "application/atom+xml", "Accept": "application/atom+xml", "x-ms-version": "2013-08-15"}
    part = (b"--b\r\nContent-Type: application/http\r\nContent-ID: %d\r\n\r\n"
            b"DELETE /" + ACCOUNT.encode() + b"/box/none HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    many_fields = b"".join(b"x-ms-%d: v\r\n" % i for i in range(200_000))
    return [
        (block_list(b"<!DOCTYPE x [" + declared + b"]><BlockList><Latest>&e11;</Latest></BlockList>"), 400, "InvalidXmlDocument"),
        (block_list(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><BlockList><Latest>&e;</Latest></BlockList>'),
         400, "InvalidXmlDocument"),
        (block_list(b"<!DOCTYPE " + b"[" * 2_000_000), 400, "InvalidXmlDocument"),
        (block_list(b"<a>" * 500_000 + b"</a>" * 500_000), 400, "InvalidXmlDocument"),
        (block_list(b"<BlockList " + b"".join(b'a%d="1" ' % i for i in range(200_000)) + b"/>"), 400, "InvalidXmlDocument"),
        (block_list(b"<BlockList>" + b"<Latest>AAAA</Latest>" * 200_000 + b"</BlockList>"), 400, "BlockListTooLong"),
        (block_list(b"<BlockList>" + b"<Latest>AAAA</Latest>" * 1_000_000 + b"</BlockList>"), 413, "RequestBodyTooLarge"),
        (("queue", "POST", "line/messages", "", b"<QueueMessage>" * 20_000), 400, "InvalidXmlDocument"),
        (insert(b"[" * 3_000_000), 400, "InvalidInput"),
        (insert(b'{"PartitionKey":"p","RowKey":"r","x":' + b"[" * 3_000_000), 400, "InvalidValueType"),
        (insert(b'{"PartitionKey":"p","RowKey":"r",' + b",".join(b'"p%d":1' % i for i in range(300_000)) + b"}"), 400, "TooManyProperties"),
        (insert(b"<entry>" * 500_000, atom), 400, "InvalidXmlDocument"),
        (insert(b"<!DOCTYPE x [" + declared + b"]><entry>&e11;</entry>", atom), 400, "InvalidXmlDocument"),
        (find("(" * 30_000), 400, "InvalidInput"),
        (find("not " * 9_000 + "a eq 1"), 400, "InvalidInput"),
        (find(" and ".join(f"a eq {i}" for i in range(3_000))), 200, None),
        (where("(" * 9_000), 400, "InvalidQueryParameterValue"),
        (where(" AND ".join(f"\"t{i}\"='1'" for i in range(1_500))), 400, "InvalidQueryParameterValue"),
        (query(b"SELECT * FROM BlobStorage WHERE " + b"(" * 200_000), 400, "ErrorProcessingQueryExpression"),
        (query(b"SELECT * FROM BlobStorage WHERE " + b" OR ".join([b"_1='1'"] * 15_000)), 200, None),
        (batch(b"".join(part % i for i in range(10_000)) + b"--b--"), 202, None),
        (batch(b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 40_000 + b"--b--"), 202, None),
        (batch(b"--b\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\nDELETE /" + ACCOUNT.encode() +
               f"/box/none?{SAS} HTTP/1.1\r\n".encode() + many_fields + b"\r\n\r\n--b--"), 202, None),
        (batch(b"--b\r\n" + many_fields + b"\r\n\r\n--b--"), 202, None),
        (batch(b"-" * 3_000_000, "-" * 60_000), 202, None),
        (group(b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 30_000), 400, "InvalidInput"),
        (group(b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n" + many_fields + b"\r\n--c--\r\n--b--"), 400, "InvalidInput"),
    ]


@test
def bombs_are_refused_soon(options):
    """By the code that Azure has for them, within seconds and without the memory that they ask for."""
    with Life(options) as life:
        life.must(201, "blob", "PUT", "box", "restype=container")
        life.must(201, "blob", "PUT", "box/text", "", b"1,2\n", BLOCK_BLOB)
        life.must(201, "queue", "PUT", "line")
        life.must(201, "table", "POST", "Tables", "", b'{"TableName":"rows"}', JSON)
        problems, slowest = [], 0
        for request, status, code in bombs():
            began = time.monotonic()
            got, headers, body = life.ask(*request)
            took = time.monotonic() - began
            slowest = max(slowest, took)
            said = headers.get("x-ms-error-code")
            if got != status or (code and code != said and code.encode() not in body):
                problems.append(f"{request[:4]} {request[4][:60] if len(request) > 4 else b''}: {got} {said}, not {status} {code}")
            if took > 5:
                problems.append(f"{request[:4]}: {took:.1f} s")
        check(not problems, "\n".join(problems))
        check(life.memory() < 256 * MIB, f"{life.memory() // MIB} MiB")
        print(f"  {len(bombs())} bombs: at most {slowest:.2f} s, {life.memory() // MIB} MiB in the end")


# -- names that look like paths ---------------------------------------------------------------------------------------

TRICKS = ("..", ".", "...", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "../../etc/passwd", "..%5c..%5cx", "..\\x", "/etc/passwd",
          "%2fetc%2fpasswd", "//x", "a%00b", "%00", "%c0%ae%c0%ae%c0%afx", "%c0%af", "%ff%fe", "%ed%a0%80", "x" * 5000, "x/" * 600,
          "x%0d%0aSet-Cookie:%20a", "x.", "x...", "x%20", "%20", "CON", "x:y", "lazulite", "registry", "%252e%252e%252fx", "$web/../x",
          "$root/..", "~", "*", "%7f", "\u202ex", "%e2%80%aex")
OWN_FILES = re.compile(r"lazulite(/(ballast|lock|registry(\.old|\.new)?|identity\.json|tls(/.*)?|a(/\d+(/.+)?)?))?$")


@test
def names_never_become_paths(options):
    """No name of anything is a file's name, here or elsewhere."""
    with Life(options) as life:
        life.must(201, "blob", "PUT", "box", "restype=container")
        life.must(201, "file", "PUT", "disk", "restype=share")
        life.must(201, "data lake", "PUT", "lake", "resource=filesystem")
        beside = set(os.listdir(os.path.dirname(life.folder)))
        for trick in TRICKS:
            raw = trick.encode()
            for surface, method, path, query, headers in (
                    ("blob", "PUT", b"%s", b"restype=container", b""), ("blob", "PUT", b"box/%s", b"", b"x-ms-blob-type: BlockBlob\r\n"),
                    ("blob", "PUT", b"box/a/%s/b", b"", b"x-ms-blob-type: BlockBlob\r\n"), ("blob", "GET", b"%s/x", b"", b""),
                    ("queue", "PUT", b"%s", b"", b""), ("file", "PUT", b"%s", b"restype=share", b""),
                    ("file", "PUT", b"disk/%s", b"restype=directory", b""),
                    ("file", "PUT", b"disk/%s", b"", b"x-ms-type: file\r\nx-ms-content-length: 1\r\n"),
                    ("table", "DELETE", b"Tables('%s')", b"", b""), ("table", "GET", b"%s()", b"", b""),
                    ("data lake", "PUT", b"%s", b"resource=filesystem", b""), ("data lake", "PUT", b"lake/%s", b"resource=directory", b""),
                    ("data lake", "PUT", b"lake/%s", b"resource=file", b""), ("web", "GET", b"%s", b"", b"")):
                target = b"/" + ACCOUNT.encode() + b"/" + path % raw + b"?" + (query + b"&" if query else b"") + SAS.encode()
                with socket.create_connection(("127.0.0.1", life.ports[surface]), 20) as client:
                    client.sendall(method.encode() + b" " + target + b" HTTP/1.1\r\nHost: x\r\nx-ms-version: " + VERSION.encode() +
                                   b"\r\nContent-Length: 0\r\nConnection: close\r\n" + headers + b"\r\n")
                    answer = client.recv(65536)
                check(re.match(rb"HTTP/1\.1 [24]\d\d ", answer), f"{surface} {method} {target[:90]}: {answer[:200]}")
                check(b"\nSet-Cookie" not in answer and b"root:" not in answer, f"{target[:90]}: {answer[:300]}")
        odd = []
        for folder, folders, files in os.walk(life.folder):
            for name in folders + files:
                own = os.path.relpath(os.path.join(folder, name), life.folder)
                if not OWN_FILES.match(own) or re.search(r"(^|/)(box|disk|lake|passwd|x+|CON)(/|$)", own):
                    odd.append(own)
        check(not odd, f"files by names of clients: {odd[:10]}")
        fresh = set(os.listdir(os.path.dirname(life.folder))) - beside
        check(not any(name in ("x", "passwd", "etc") for name in fresh), f"beside the data folder: {fresh}")


# -- symbolic links ---------------------------------------------------------------------------------------------------

def start(options, folder, *more):
    """Exit code and what it said; it is stopped when it is up."""
    with subprocess.Popen([options.binary, "--location", folder, *more] + [f"--{surface}Port=0" for surface in server.SURFACES],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Connection string: "):
                process.terminate()
        return process.wait(), said


def picture(folder):
    found = {}
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(where, name)
            found[os.path.relpath(path, folder)] = open(path, "rb").read() if os.path.isfile(path) else None
    return found


@test
def links_are_not_followed(options):
    """Whatever in the data folder is replaced by a link, what it leads to stays as it is and the server says why it stops."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as base:
        made = os.path.join(base, "made")
        process = Server(options.binary, made, "process", "--https")
        Connection(process.ports["blob"]).request("PUT", "box", "restype=container", b"")
        Connection(process.ports["blob"]).request("PUT", "box/blob", "", b"b" * 200_000, BLOCK_BLOB)
        process.process.terminate()
        process.process.wait()
        process.reader.join()
        own = [os.path.relpath(os.path.join(where, name), made) for where, folders, files in os.walk(made) for name in folders + files]
        tried = 0
        for victim in sorted(own):
            folder, outside = os.path.join(base, "data"), os.path.join(base, "outside")
            shutil.copytree(made, folder)
            os.makedirs(outside)
            place, target = os.path.join(folder, victim), os.path.join(outside, "target")
            shutil.move(place, target)
            os.symlink(target, place)
            before = picture(outside)
            code, said = start(options, folder, "--https")
            check(picture(outside) == before, f"what {victim} leads to was changed: {said}")
            # What a store has is opened when it is asked for; what is written anew by a rename takes a link's place; a
            # ballast may be missing.
            refused = code != 0 and "symbolic link" in said
            later = re.search(r"/a/\d", victim) or os.path.basename(victim) in ("ballast", "registry.old", "server.pem")
            check(refused or (later and code == 0), f"{victim}: exit {code}: {said}")
            tried += 1
            shutil.rmtree(folder)
            shutil.rmtree(outside)
        # The keys by which tokens are signed.
        secrets = os.path.join(made, "lazulite", "identity.json")
        os.symlink(os.path.join(base, "elsewhere"), secrets)
        with open(os.path.join(base, "elsewhere"), "w", encoding="ascii") as file:
            file.write("{}")
        code, said = start(options, made)
        check(code != 0 and "identity.json is a symbolic link" in said, f"identity.json: exit {code}: {said}")
        os.remove(secrets)
        # A folder that no account has any more is emptied, not what a link in its place leads to.
        outside = os.path.join(base, "outside")
        os.makedirs(outside)
        open(os.path.join(outside, "precious"), "w", encoding="ascii").close()
        os.symlink(outside, os.path.join(made, "lazulite", "a", "99"))
        code, said = start(options, made)
        check(code == 0 and os.path.exists(os.path.join(outside, "precious")), f"left over: exit {code}: {said}")
        # Where the data folder is, is the user's choice.
        os.symlink(made, os.path.join(base, "link"))
        code, said = start(options, os.path.join(base, "link"))
        check(code == 0, f"--location that is a link: exit {code}: {said}")
        print(f"  {tried} links")


# -- sources of copies ------------------------------------------------------------------------------------------------

class Source(http.server.BaseHTTPRequestHandler):
    """`/redirect` leads to `/secret`, `/endless` says ten bytes and never stops, the list of `/pages` has no end, `/barren` has one of
    nothing but markers, `/good` is sound."""

    protocol_version = "HTTP/1.1"
    asked = []

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        self.asked.append((self.command, self.path, dict(self.headers)))
        if self.path == "/redirect":
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", '"e"')
        if self.path.startswith(("/pages", "/barren")):
            page = b"<PageRange><Start>0</Start><End>511</End></PageRange>" if self.path.startswith("/pages") else b""
            body = b"<PageList>" + page + b"<NextMarker>more</NextMarker></PageList>" if with_body else b""
            self.send_header("x-ms-blob-type", "PageBlob")
            self.send_header("Content-Length", str(len(body) if with_body else 1024))
            self.end_headers()
            self.wfile.write(body)
            return
        if self.path == "/endless" and with_body:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"10000\r\n" + b"e" * 65536 + b"\r\n")
            self.close_connection = True
            return
        self.send_header("Content-Length", "10")
        self.end_headers()
        if with_body:
            self.wfile.write(b"ten bytes.")


FORBIDDEN = ("http://169.254.169.254/metadata/instance", "https://169.254.169.254/", "http://2852039166/latest", "http://0xA9FEA9FE/",
             "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://168.63.129.16/machine",
             "http://metadata.google.internal/", "http://100.100.100.200/", "http://0.0.0.0/", "http://224.0.0.1/")
NO_URLS = ("file:///etc/passwd", "gopher://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://user:word@127.0.0.1/x", "//127.0.0.1/x", "/etc/passwd",
           "http://", "http://127.0.0.1:0x50/", "http://127.0.0.1:99999/")


@test
def sources_of_copies_lead_nowhere_else(options):
    """No metadata of machines, no other scheme, no redirect, no end that never comes, and no credentials on the way."""
    sources = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=sources.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{sources.server_port}"
    try:
        for more in ((), ("--allowOutgoing",)):
            with Life(options, *more) as life:
                life.must(201, "blob", "PUT", "box", "restype=container")
                life.must(201, "file", "PUT", "disk", "restype=share")

                def copy(source, surface="blob", path="box/copy", headers=None):
                    return life.ask(surface, "PUT", path, "", b"", {"x-ms-copy-source": source, **(headers or {})})

                for source in FORBIDDEN:
                    status, headers, body = copy(source)
                    check((status, headers["x-ms-error-code"]) == (403, "CannotVerifyCopySource"), f"{source}: {status} {body[:300]}")
                    status, headers, body = copy(source, headers=BLOCK_BLOB)
                    check((status, headers["x-ms-error-code"]) == (403, "CannotVerifyCopySource"), f"{source}: {status} {body[:300]}")
                for source in NO_URLS:
                    for target in (("blob", "box/copy"), ("file", "disk/copy")):
                        status, headers, body = copy(source, *target)
                        check((status, headers["x-ms-error-code"]) == (400, "InvalidHeaderValue"), f"{source}: {status} {body[:300]}")
                if more:
                    continue
                status, headers, body = copy("http://192.0.2.1/x")
                check(status == 403 and b"--allowOutgoing" in body, f"another machine: {status} {body[:300]}")
                status, headers, body = copy(base + "/redirect", headers=BLOCK_BLOB)
                check(status >= 400, f"a redirect: {status}")
                check(not any(path == "/secret" for _, path, _ in Source.asked), "a redirect was followed")
                check(life.ask("blob", "GET", "box/copy")[0] == 404, "a copy that was refused left something")
                status, _, body = copy(base + "/endless", path="box/endless")
                check(status == 202, f"an endless source: {status} {body[:300]}")
                for name in ("pages", "barren"):
                    check(copy(f"{base}/{name}", path=f"box/{name}")[0] == 202, name)
                for name in ("endless", "pages", "barren"):
                    wait_until(lambda: life.ask("blob", "HEAD", f"box/{name}")[1]["x-ms-copy-status"] == "failed", f"{name} does not end")
                if options.full:  # whose length is not told: up to what a blob may have
                    status, headers, body = copy(base + "/endless", headers=BLOCK_BLOB)
                    check((status, headers["x-ms-error-code"]) == (413, "RequestBodyTooLarge"), f"{status} {body[:300]}")
                status, _, body = copy(base + "/good", headers=BLOCK_BLOB)
                check(status == 201, f"a sound source: {status} {body[:300]}")
                check(life.ask("blob", "GET", "box/copy")[2] == b"ten bytes.", "a sound source was copied otherwise")
                for method, path, headers in Source.asked:
                    sent = {name.lower() for name in headers}
                    check(not sent & {"authorization", "cookie", "x-ms-date"} and SAS.split("sig=")[1] not in str(headers),
                          f"{method} {path} was sent {headers}")
    finally:
        sources.shutdown()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--full", action="store_true", help="more slow clients and cuts at every byte, both ways of cutting")
    parser.add_argument("--only")
    options = parser.parse_args()
    options.requests = 400 if options.full else 52
    failed = 0
    chosen = [function for function in tests if options.only in (None, function.__name__)]
    for function in chosen:
        began = time.monotonic()
        try:
            function(options)
            print(f"ok      {function.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # one that fails does not hide the others
            failed += 1
            print(f"FAILED  {function.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
