#!/usr/bin/env python3
"""Copies between accounts, from other servers, and over a restart of the server; and what a copy within an account takes.

    tests/cli/copies.py --binary build/release/lazulite [--only NAME]

Prints `N passed, N failed, N skipped`.
"""

import argparse
import base64
import email.utils
import http.server
import os
import re
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

import run
from drop_in import Certificates, a_token
from run import MIB, Folder, Server, check

VERSION = "2026-04-06"
KEYS = {"here": base64.b64encode(b"the key of here").decode(), "there": base64.b64encode(b"the key of there").decode()}
PATIENCE = 60
tests = []


def test(function):
    tests.append(function)
    return function


def service_sas(account, path, permissions="r"):
    """For one blob, `container/blob`."""
    fields = {"sp": permissions, "se": "2100-01-01T00:00:00Z", "sv": "2020-12-06", "sr": "b"}
    lines = [permissions, "", fields["se"], f"/blob/{account}/{path}", "", "", "", fields["sv"], "b", "", "", "", "", "", "", ""]
    return urllib.parse.urlencode({**fields, "sig": run.sign(KEYS[account], "\n".join(lines))})


def account_sas(account):
    fields = {"sv": "2020-12-06", "ss": "bf", "srt": "sco", "sp": "rwdlacuptf", "se": "2100-01-01T00:00:00Z"}
    lines = [account, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    return urllib.parse.urlencode({**fields, "sig": run.sign(KEYS[account], "\n".join(lines))})


class Two(Server):
    """A server with the accounts `here` and `there`, each with a container `box`."""

    def __init__(self, *arguments, tls=None, **more):
        accounts = ";".join(f"{name}:{key}" for name, key in KEYS.items())
        self.tls = tls
        super().__init__(*arguments, environment={"AZURITE_ACCOUNTS": accounts}, **more)

    def started(self, seconds=20):
        deadline = time.monotonic() + seconds
        while not re.search(r"^Connection string: .*\n", self.stdout(), re.M):
            check(self.process.poll() is None, f"the server ended: {self.stderr()}")
            check(time.monotonic() < deadline, f"the server did not start in {seconds} s")
            time.sleep(0.01)
        self.port = int(re.search(r"^Blob service is listening at https?://.*:(\d+)$", self.stdout(), re.M)[1])
        return self

    def url(self, account, path, sas=None, host="127.0.0.1"):
        scheme = "https" if self.tls else "http"
        in_host = host.startswith(account + ".")
        return f"{scheme}://{host}:{self.port}" + ("" if in_host else f"/{account}") + f"/{path}" + (f"?{sas}" if sas else "")

    def ask(self, method, account, path, query="", body=None, signed=True, host=None, **headers):
        """The answer, with its `text`. Underscores in names of headers stand for hyphens."""
        words = {"x-ms-version": VERSION, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if host:
            words["Host"] = f"{host}:{self.port}"
        if method == "PUT" and body is None:
            words["Content-Length"] = "0"
        if signed:
            query = f"{query}&{account_sas(account)}" if query else account_sas(account)
        if self.tls:
            connection = run.http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.tls)
        else:
            connection = run.http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        prefix = "" if host and host.startswith(account + ".") else f"/{account}"
        connection.request(method, f"{prefix}/{path}" + (f"?{query}" if query else ""), body=body, headers=words)
        answer = connection.getresponse()
        answer.text = answer.read()
        connection.close()
        return answer

    def expect(self, status, *arguments, **more):
        answer = self.ask(*arguments, **more)
        check(answer.status == status, f"{arguments[:3]}: {answer.status}, not {status}: {answer.text[:500]}")
        return answer

    def refused(self, status, code, source_code, *arguments, **more):
        answer = self.expect(status, *arguments, **more)
        found = (answer.getheader("x-ms-error-code"), answer.getheader("x-ms-copy-source-error-code"))
        check(found == (code, source_code), f"{arguments[:3]}: {found}")

    def with_boxes(self):
        for account in KEYS:
            self.expect(201, "PUT", account, "box", "restype=container")
        return self

    def put(self, account, name, body, **headers):
        self.expect(201, "PUT", account, f"box/{name}", body=body, x_ms_blob_type="BlockBlob", **headers)

    def file(self, status, method, path, query="", account="here", **more):
        """To the File service, by its name."""
        return self.expect(status, method, account, path, query, host=f"{account}.file.localhost", **more)

    def copied(self, path, account="here", host=None):
        """Waits for the end of a copy."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.expect(200, "HEAD", account, path, host=host)
            if answer.getheader("x-ms-copy-status") != "pending":
                return answer
            check(time.monotonic() < deadline, f"{path} is still pending")
            time.sleep(0.02)

    def control(self, method, path):
        connection = run.http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, f"/_lazulite/{path}", headers={"x-lazulite-control": "1", "Content-Length": "0"})
        answer = connection.getresponse()
        text = answer.read()
        check(answer.status == 200, f"{path}: {answer.status} {text}")


class Elsewhere:
    """Another server on this machine, with one file. `open` lets its bytes go."""

    def __init__(self, body, port=0, **headers):
        self.open = threading.Event()
        self.asked = threading.Event()
        outer = self

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send_response(200)
                for name, value in {"Content-Length": str(len(body)), "ETag": '"e"', **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def do_GET(self):
                if "comp=" in self.path:
                    self.send_error(400)
                    return
                self.do_HEAD()
                self.wfile.write(body[:1])
                self.wfile.flush()
                outer.asked.set()
                outer.open.wait()
                try:
                    self.wfile.write(body[1:])
                except OSError:
                    pass  # nobody waits any more

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/file"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open.set()
        self.server.shutdown()
        self.server.server_close()


# -- between accounts -------------------------------------------------------------------------------------------------


@test
def a_private_blob_of_another_account_needs_a_sas():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.put("there", "b", b"bytes", x_ms_meta_color="red", x_ms_blob_content_type="text/plain")
        source = server.url("there", "box/b", service_sas("there", "box/b"))
        answer = server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source)
        check(answer.getheader("x-ms-copy-status") == "pending", "it is not pending")
        done = server.copied("box/copy")
        found = [done.getheader(name) for name in
                 ("x-ms-copy-status", "x-ms-copy-progress", "Content-Type", "x-ms-meta-color", "x-ms-copy-source")]
        check(found[:4] == ["success", "5/5", "text/plain", "red"], f"{found}")
        check(found[4].endswith("&sig=***"), f"the signature is shown: {found[4]}")
        check(server.expect(200, "GET", "here", "box/copy").text == b"bytes", "other bytes")

        server.refused(401, "CannotVerifyCopySource", "NoAuthenticationInformation", "PUT", "here", "box/no",
                       x_ms_copy_source=server.url("there", "box/b"))
        server.refused(403, "CannotVerifyCopySource", "AuthorizationPermissionMismatch", "PUT", "here", "box/no",
                       x_ms_copy_source=server.url("there", "box/b", service_sas("there", "box/b", "d")))
        server.refused(403, "CannotVerifyCopySource", "AuthenticationFailed", "PUT", "here", "box/no",
                       x_ms_copy_source=source + "AAAA")
        server.refused(404, "CannotVerifyCopySource", "BlobNotFound", "PUT", "here", "box/no",
                       x_ms_copy_source=server.url("there", "box/c", service_sas("there", "box/c")))
        server.expect(404, "HEAD", "here", "box/no")


@test
def each_operation_from_url_asks_another_account_the_same_way():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        page = b"p" * 512
        server.put("there", "b", page)
        server.expect(201, "PUT", "here", "box/pages", x_ms_blob_type="PageBlob", x_ms_blob_content_length="512")
        server.expect(201, "PUT", "here", "box/log", x_ms_blob_type="AppendBlob")
        operations = (
            (202, "box/copy", "", {"x_ms_requires_sync": "true"}),
            (201, "box/put", "", {"x_ms_blob_type": "BlockBlob"}),
            (201, "box/blocks", "comp=block&blockid=AAAA", {}),
            (201, "box/log", "comp=appendblock", {}),
            (201, "box/pages", "comp=page", {"x_ms_page_write": "update", "x_ms_range": "bytes=0-511",
                                             "x_ms_source_range": "bytes=0-511"}))
        for status, path, query, headers in operations:
            server.refused(401, "CannotVerifyCopySource", "NoAuthenticationInformation", "PUT", "here", path, query,
                           x_ms_copy_source=server.url("there", "box/b"), **headers)
            server.refused(404, "CannotVerifyCopySource", "BlobNotFound", "PUT", "here", path, query,
                           x_ms_copy_source=server.url("there", "box/c", service_sas("there", "box/c")), **headers)
            server.expect(status, "PUT", "here", path, query,
                          x_ms_copy_source=server.url("there", "box/b", service_sas("there", "box/b")), **headers)
        server.expect(201, "PUT", "here", "box/blocks", "comp=blocklist", b"<BlockList><Latest>AAAA</Latest></BlockList>")
        for path in ("box/copy", "box/put", "box/blocks", "box/log", "box/pages"):
            check(server.expect(200, "GET", "here", path).text == page, f"{path} has other bytes")


@test
def what_is_public_needs_nothing():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.expect(201, "PUT", "there", "open", "restype=container")
        # Access policies are for the owner's key.
        headers = by_key("PUT", "there", "open", {"comp": "acl", "restype": "container"}, "x-ms-blob-public-access:blob")
        connection = run.http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("PUT", "/there/open?restype=container&comp=acl", headers=headers)
        answer = connection.getresponse()
        check(answer.status == 200, f"Set Container ACL: {answer.status} {answer.read()}")
        connection.close()
        server.expect(201, "PUT", "there", "open/b", body=b"bytes", x_ms_blob_type="BlockBlob")
        server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=server.url("there", "open/b"))
        check(server.copied("box/copy").getheader("x-ms-copy-status") == "success", "it failed")
        server.expect(201, "PUT", "here", "box/put", x_ms_blob_type="BlockBlob", x_ms_copy_source=server.url("there", "open/b"))


def by_key(method, account, path, query, header):
    date = email.utils.formatdate(usegmt=True)
    resource = "".join(f"\n{name}:{value}" for name, value in sorted(query.items()))
    text = f"{method}" + "\n" * 12 + f"{header}\nx-ms-date:{date}\nx-ms-version:{VERSION}\n/{account}/{account}/{path}{resource}"
    name, value = header.split(":")
    return {"x-ms-date": date, "x-ms-version": VERSION, name: value, "Content-Length": "0",
            "Authorization": f"SharedKey {account}:{run.sign(KEYS[account], text)}"}


@test
def committed_blocks_come_along():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        sizes = {"AAAA": 5, "AAAB": 3 * MIB + 1, "AAAC": 4097}
        for name, size in sizes.items():
            server.expect(201, "PUT", "there", "box/b", f"comp=block&blockid={name}", name[-1:].encode() * size)
        order = ["AAAB", "AAAA", "AAAC", "AAAA"]
        body = "<BlockList>" + "".join(f"<Latest>{name}</Latest>" for name in order) + "</BlockList>"
        server.expect(201, "PUT", "there", "box/b", "comp=blocklist", body.encode())
        source = server.url("there", "box/b", service_sas("there", "box/b"))
        server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source)
        check(server.copied("box/copy").getheader("x-ms-copy-status") == "success", "it failed")
        blocks = re.findall(r"<Name>(\w+)</Name><Size>(\d+)</Size>",
                            server.expect(200, "GET", "here", "box/copy", "comp=blocklist").text.decode())
        check(blocks == [(name, str(sizes[name])) for name in order], f"{blocks}")
        bytes_there = server.expect(200, "GET", "there", "box/b").text
        check(server.expect(200, "GET", "here", "box/copy").text == bytes_there, "other bytes")
        server.expect(201, "PUT", "here", "box/copy", "comp=blocklist", b"<BlockList><Committed>AAAC</Committed></BlockList>")
        check(server.expect(200, "GET", "here", "box/copy").text == b"C" * 4097, "a block has other bytes")


@test
def this_server_is_known_by_every_name_it_has():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.put("here", "b", b"bytes")
        for host in ("127.0.0.1", "localhost", "here.blob.localhost"):
            for by in (None, "here.blob.localhost", "localhost"):
                # Done at once, as within an account alone.
                answer = server.expect(202, "PUT", "here", "box/copy", host=by,
                                       x_ms_copy_source=server.url("here", "box/b", account_sas("here"), host))
                check(answer.getheader("x-ms-copy-status") == "success", f"{host} by {by} is elsewhere")
        # A published name is known from the client that came by it.
        answer = server.expect(202, "PUT", "here", "box/copy", host="storage.example",
                               x_ms_copy_source=server.url("here", "box/b", account_sas("here"), "storage.example"))
        check(answer.getheader("x-ms-copy-status") == "success", "the host of the request is elsewhere")
        server.refused(403, "CannotVerifyCopySource", None, "PUT", "here", "box/copy",
                       x_ms_copy_source=server.url("here", "box/b", account_sas("here"), "192.0.2.1"))


@test
def a_bearer_token_opens_a_source():
    certificates = Certificates()
    try:
        tls = ssl.create_default_context(cafile=certificates.cert)
        with Two("--inMemoryPersistence", "--oauth", "basic", "--cert", certificates.cert, "--key", certificates.key,
                 tls=tls) as server:
            server.started().with_boxes()
            server.put("there", "b", b"bytes")
            source = server.url("there", "box/b", host="localhost")
            for status, headers in ((202, {"x_ms_requires_sync": "true"}), (201, {"x_ms_blob_type": "BlockBlob"})):
                server.refused(401, "CannotVerifyCopySource", "NoAuthenticationInformation", "PUT", "here", "box/copy",
                               x_ms_copy_source=source, **headers)
                server.refused(401, "CannotVerifyCopySource", "InvalidAuthenticationInfo", "PUT", "here", "box/copy",
                               x_ms_copy_source=source, x_ms_copy_source_authorization="Bearer " + a_token(exp=1), **headers)
                server.expect(status, "PUT", "here", "box/copy", x_ms_copy_source=source,
                              x_ms_copy_source_authorization="Bearer " + a_token(), **headers)
            check(server.expect(200, "GET", "here", "box/copy").text == b"bytes", "other bytes")
    finally:
        certificates.remove()


@test
def without_oauth_a_bearer_token_opens_nothing():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.put("there", "b", b"bytes")
        server.refused(403, "CannotVerifyCopySource", "AuthenticationFailed", "PUT", "here", "box/copy",
                       x_ms_requires_sync="true", x_ms_copy_source=server.url("there", "box/b"),
                       x_ms_copy_source_authorization="Bearer " + a_token())


@test
def incremental_copies_between_accounts_bring_what_changed():
    with Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.expect(201, "PUT", "there", "box/disk", x_ms_blob_type="PageBlob", x_ms_blob_content_length=str(8 * MIB))

        def write(first, letter, pages=1):
            server.expect(201, "PUT", "there", "box/disk", "comp=page", letter * 512 * pages, x_ms_page_write="update",
                          x_ms_range=f"bytes={first * 512}-{(first + pages) * 512 - 1}")

        def snapshot():
            return server.expect(201, "PUT", "there", "box/disk", "comp=snapshot").getheader("x-ms-snapshot")

        write(0, b"a", 100)
        write(9000, b"z", 3)
        snapshots = [snapshot()]
        write(50, b"b", 10)
        server.expect(201, "PUT", "there", "box/disk", "comp=page", x_ms_page_write="clear", x_ms_range="bytes=0-511")
        snapshots.append(snapshot())
        server.expect(200, "PUT", "there", "box/disk", "comp=properties", x_ms_blob_content_length=str(MIB))
        write(2047, b"c")
        snapshots.append(snapshot())
        sas = account_sas("there")
        for each in snapshots:
            source = server.url("there", "box/disk", f"snapshot={urllib.parse.quote(each)}&{sas}")
            server.expect(202, "PUT", "here", "box/backup", "comp=incrementalcopy", x_ms_copy_source=source)
            done = server.copied("box/backup")
            check(done.getheader("x-ms-copy-status") == "success", done.getheader("x-ms-copy-status-description"))
            copied = urllib.parse.quote(done.getheader("x-ms-copy-destination-snapshot"))
            there = server.expect(200, "GET", "there", "box/disk", f"snapshot={urllib.parse.quote(each)}").text
            check(server.expect(200, "GET", "here", "box/backup", f"snapshot={copied}").text == there, f"{each} has other bytes")
        source = server.url("there", "box/disk", f"snapshot={urllib.parse.quote(snapshots[0])}")
        server.refused(401, "CannotVerifyCopySource", "NoAuthenticationInformation", "PUT", "here", "box/backup",
                       "comp=incrementalcopy", x_ms_copy_source=source)


# -- pending copies ---------------------------------------------------------------------------------------------------


@test
def a_pending_copy_goes_on_after_a_restart():
    body = os.urandom(3 * MIB)
    with Folder() as folder, Elsewhere(body, **{"Content-Type": "image/png"}) as source:
        with Two("--location", folder) as server:
            server.started().with_boxes()
            copy = server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source.url).getheader("x-ms-copy-id")
            check(source.asked.wait(PATIENCE), "the bytes were not asked for")
            server.stop()
        source.asked.clear()
        for how in ("killed", "done"):
            with Two("--location", folder) as server:
                server.started()
                check(source.asked.wait(PATIENCE), "the bytes were not asked for again")
                found = server.expect(200, "HEAD", "here", "box/copy")
                state = [found.getheader(name) for name in ("x-ms-copy-id", "x-ms-copy-status", "Content-Length")]
                check(state == [copy, "pending", "0"], f"{state}")
                source.asked.clear()
                if how == "killed":
                    server.process.kill()
                    server.process.wait()
                    continue
                source.open.set()
                done = server.copied("box/copy")
                state = [done.getheader(name) for name in ("x-ms-copy-id", "x-ms-copy-status", "Content-Type")]
                check(state == [copy, "success", "image/png"], f"{state}")
                check(server.expect(200, "GET", "here", "box/copy").text == body, "other bytes")
                server.stop()
        check(run_check(folder) == 0, "the folder is not sound")


@test
def a_copy_between_accounts_goes_on_after_a_restart_on_another_port():
    """Its source is this server itself, whatever its port is then; the server is stopped while another copy holds it up."""
    body = os.urandom(64 * MIB)
    with Folder() as folder:
        with Two("--location", folder) as server:
            server.started().with_boxes()
            server.put("there", "b", body)
            source = server.url("there", "box/b", service_sas("there", "box/b"))
            server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source)
            server.process.kill()
            server.process.wait()
        with Two("--location", folder) as server:
            done = server.started().copied("box/copy")
            check(done.getheader("x-ms-copy-status") == "success", done.getheader("x-ms-copy-status-description"))
            check(server.expect(200, "GET", "here", "box/copy").text == body, "other bytes")
            server.stop()
        check(run_check(folder) == 0, "the folder is not sound")


def run_check(folder):
    return subprocess.run([run.binary, "check", "--location", folder], capture_output=True, timeout=PATIENCE, check=False).returncode


@test
def a_copy_has_failed_after_two_weeks_of_the_account():
    with Elsewhere(b"bytes") as source, Two("--inMemoryPersistence") as server:
        server.started().with_boxes()
        server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source.url, x_ms_meta_kept="yes")
        server.control("POST", f"clock?account=here&advance={14 * 24 * 3600 - 60}")
        check(server.expect(200, "HEAD", "here", "box/copy").getheader("x-ms-copy-status") == "pending", "it ended early")
        server.refused(409, "PendingCopyOperation", None, "PUT", "here", "box/copy", body=b"other", x_ms_blob_type="BlockBlob")
        server.control("POST", "clock?account=here&advance=61")
        found = server.expect(200, "HEAD", "here", "box/copy")
        state = [found.getheader(name) for name in ("x-ms-copy-status", "Content-Length", "x-ms-meta-kept")]
        check(state == ["failed", "0", "yes"], f"{state}")
        check(found.getheader("x-ms-copy-status-description").startswith("500 OperationCancelled"), "another description")
        server.put("here", "copy", b"other")


@test
def a_pending_page_blob_has_its_length_and_a_block_blob_none():
    page = b"p" * 512
    for kind, length in (("PageBlob", "512"), ("BlockBlob", "0"), ("AppendBlob", "0")):
        with Elsewhere(page, **{"x-ms-blob-type": kind}) as source, Two("--inMemoryPersistence") as server:
            server.started().with_boxes()
            copy = server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=source.url).getheader("x-ms-copy-id")
            check(source.asked.wait(PATIENCE), "the bytes were not asked for")
            found = server.expect(200, "GET", "here", "box/copy")
            check(found.getheader("Content-Length") == length, f"{kind}: {found.getheader('Content-Length')}")
            check(found.text == bytes(int(length)), f"{kind} shows bytes")
            server.expect(204, "PUT", "here", "box/copy", f"comp=copy&copyid={copy}", x_ms_copy_action="abort")
            found = server.expect(200, "HEAD", "here", "box/copy")
            check(found.getheader("Content-Length") == "0", f"{kind} keeps a length")
            server.expect(202, "PUT", "here", "box/again", x_ms_copy_source=source.url)
            source.open.set()
            check(server.copied("box/again").getheader("x-ms-copy-status") == "success", f"{kind} failed")
            check(server.expect(200, "GET", "here", "box/again").text == page, f"{kind} has other bytes")


# -- files ------------------------------------------------------------------------------------------------------------

FILES = "here.file.localhost"


@test
def files_are_copied_between_accounts_with_what_file_systems_know():
    with Two("--inMemoryPersistence") as server:
        server.started()
        for account in KEYS:
            server.file(201, "PUT", "sha", "restype=share", account)
        permission = "O:BAG:BAD:(A;;FA;;;BA)"
        server.file(201, "PUT", "sha/f", account="there", x_ms_type="file", x_ms_content_length=str(64 * MIB),
                    x_ms_file_creation_time="2001-02-03T04:05:06.0000000Z", x_ms_file_permission=permission, x_ms_meta_color="red")
        for first in (0, 40 * MIB):
            server.file(201, "PUT", "sha/f", "comp=range", "there", body=b"x" * 512, x_ms_write="update",
                        x_ms_range=f"bytes={first}-{first + 511}")
        there = server.url("there", "sha/f", host="there.file.localhost")
        server.refused(401, "CannotVerifyCopySource", "NoAuthenticationInformation", "PUT", "here", "sha/copy", host=FILES,
                       x_ms_copy_source=there)
        answer = server.file(202, "PUT", "sha/copy", x_ms_copy_source=f"{there}?{account_sas('there')}",
                             x_ms_file_creation_time="source", x_ms_file_permission_copy_mode="source")
        check(answer.getheader("x-ms-copy-status") == "pending", "it is not pending")
        done = server.copied("sha/copy", host=FILES)
        names = ("x-ms-copy-status", "Content-Length", "x-ms-file-creation-time", "x-ms-meta-color")
        state = [done.getheader(name) for name in names]
        check(state == ["success", str(64 * MIB), "2001-02-03T04:05:06.0000000Z", "red"], f"{state}")
        found = server.file(200, "GET", "sha", "restype=share&comp=filepermission",
                            x_ms_file_permission_key=done.getheader("x-ms-file-permission-key"))
        check(found.text.decode() == '{"permission":"' + permission + '"}', found.text.decode())
        ranges = re.findall(r"<Start>(\d+)</Start><End>(\d+)</End>", server.file(200, "GET", "sha/copy", "comp=rangelist").text.decode())
        check(ranges == [("0", "511"), (str(40 * MIB), str(40 * MIB + 511))], f"{ranges}")
        last = server.file(206, "GET", "sha/copy", x_ms_range=f"bytes={40 * MIB}-{40 * MIB + 512}")
        check(last.text == b"x" * 512 + b"\0", "other bytes")


@test
def a_pending_copy_of_a_file_goes_on_after_a_restart():
    body = os.urandom(3 * MIB)
    with Folder() as folder, Elsewhere(body, **{"Content-Type": "image/png"}) as source:
        with Two("--location", folder) as server:
            server.started().file(201, "PUT", "sha", "restype=share")
            copy = server.file(202, "PUT", "sha/copy", x_ms_copy_source=source.url).getheader("x-ms-copy-id")
            check(source.asked.wait(PATIENCE), "the bytes were not asked for")
            server.process.kill()
            server.process.wait()
        source.asked.clear()
        with Two("--location", folder) as server:
            server.started()
            check(source.asked.wait(PATIENCE), "the bytes were not asked for again")
            found = server.file(200, "HEAD", "sha/copy")
            state = [found.getheader(name) for name in ("x-ms-copy-id", "x-ms-copy-status", "Content-Length")]
            check(state == [copy, "pending", str(len(body))], f"{state}")
            source.open.set()
            done = server.copied("sha/copy", host=FILES)
            state = [done.getheader(name) for name in ("x-ms-copy-id", "x-ms-copy-status", "Content-Type")]
            check(state == [copy, "success", "image/png"], f"{state}")
            check(server.file(200, "GET", "sha/copy").text == body, "other bytes")
            server.stop()
        check(run_check(folder) == 0, "the folder is not sound")


@test
def a_copy_whose_source_is_gone_meanwhile_has_failed():
    with Two("--inMemoryPersistence") as server:
        server.started().file(201, "PUT", "sha", "restype=share")
        with Elsewhere(b"bytes", **{"Content-Length": "9"}) as source:
            source.open.set()
            server.file(202, "PUT", "sha/copy", x_ms_copy_source=source.url, x_ms_meta_kept="yes")
            found = server.copied("sha/copy", host=FILES)
        state = [found.getheader(name) for name in ("x-ms-copy-status", "Content-Length", "x-ms-meta-kept")]
        check(state == ["failed", "0", "yes"], f"{state}")
        check("CannotVerifyCopySource" in found.getheader("x-ms-copy-status-description"), "another description")


# -- what a copy takes ------------------------------------------------------------------------------------------------


def taken(folder):
    """Bytes of the disk below the folder's extents."""
    total = 0
    for where, _, names in os.walk(folder):
        if os.path.basename(where).startswith("extents-"):
            total += sum(os.stat(os.path.join(where, name)).st_blocks * 512 for name in names)
    return total


@test
def copies_within_an_account_take_no_space():
    block = os.urandom(4 * MIB)
    with Folder() as folder, Two("--location", folder) as server:
        server.started().with_boxes()
        for name, count in (("huge", 2560), ("large", 64)):
            server.expect(201, "PUT", "here", f"box/{name}", "comp=block&blockid=AAAA", block)
            body = "<BlockList>" + "<Latest>AAAA</Latest>" * count + "</BlockList>"
            server.expect(201, "PUT", "here", f"box/{name}", "comp=blocklist", body.encode())
        before = taken(folder)
        huge, large = (server.url("here", f"box/{name}", account_sas("here")) for name in ("huge", "large"))
        server.expect(202, "PUT", "here", "box/copy", x_ms_copy_source=huge)
        server.expect(202, "PUT", "here", "box/at-once", x_ms_copy_source=large, x_ms_requires_sync="true")
        server.expect(201, "PUT", "here", "box/put", x_ms_copy_source=large, x_ms_blob_type="BlockBlob")
        check(taken(folder) < before + MIB, f"{taken(folder) - before} bytes more")
        sizes = [server.expect(200, "HEAD", "here", f"box/{name}").getheader("Content-Length") for name in ("copy", "at-once", "put")]
        check(sizes == [str(10240 * MIB), str(256 * MIB), str(256 * MIB)], f"{sizes}")
        for name in ("copy", "at-once", "put"):
            last = server.expect(206, "GET", "here", f"box/{name}", x_ms_range=f"bytes={255 * MIB}-{256 * MIB - 1}")
            check(last.text == block[-MIB:], f"{name} has other bytes")
        server.expect(413, "PUT", "here", "box/no", x_ms_copy_source=huge, x_ms_requires_sync="true")
        # Each stands on its own.
        for name in ("huge", "large", "copy"):
            server.expect(202, "DELETE", "here", f"box/{name}")
        check(server.expect(200, "GET", "here", "box/at-once").text == block * 64, "the bytes went with their source")
        server.stop(seconds=30)
        check(run_check(folder) == 0, "the folder is not sound")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    run.binary = os.path.abspath(options.binary)
    return run.play(tests, options.only)


if __name__ == "__main__":
    sys.exit(main())
