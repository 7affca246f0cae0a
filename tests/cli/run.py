#!/usr/bin/env python3
"""Drives the built server as a person or a script would: its options, its refusals, its stop, its memory.

    tests/cli/run.py --binary build/release/lazulite [--only NAME] [--size MIB]

Prints `N passed, N failed, N skipped`.
"""

import argparse
import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2024-08-04"
SURFACES = ("blob", "queue", "table", "file", "dfs", "web")
TITLES = ("Blob", "Queue", "Table", "File", "Data Lake", "Web")
STOP_SECONDS = 1.0
MEMORY_MIB = 64
MIB = 1 << 20

binary = None
transfer_mib = 1024
tests = []


def test(function):
    tests.append(function)
    return function


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def sign(key, text):
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def account_sas(key=KEY, account=ACCOUNT):
    fields = {"sv": "2020-12-06", "ss": "bq", "srt": "sco", "sp": "rwdlacup", "se": "2100-01-01T00:00:00Z"}
    lines = [account, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    return urllib.parse.urlencode({**fields, "sig": sign(key, "\n".join(lines))})


def shared_key(method, path, query, key=KEY, account=ACCOUNT):
    """Headers of a request without a body."""
    date = email.utils.formatdate(usegmt=True)
    resource = "".join(f"\n{name}:{value}" for name, value in sorted(urllib.parse.parse_qsl(query)))
    text = f"{method}" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{VERSION}\n/{account}{path}{resource}"
    return {"x-ms-date": date, "x-ms-version": VERSION, "Authorization": f"SharedKey {account}:{sign(key, text)}"}


def without_variables():
    return {name: value for name, value in os.environ.items() if not name.startswith(("LAZULITE_", "AZURITE_"))}


def free_ports(but=()):
    return [f"--{surface}Port=0" for surface in SURFACES if surface not in but]


class Folder:
    """A temporary folder for the time of a `with`."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="lazulite-cli-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """The process and what it prints. Leaving the `with` kills it if it still runs."""

    def __init__(self, *arguments, ports=None, environment=None, cwd="/"):
        self.output = tempfile.TemporaryFile("w+")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [binary, *arguments, *(free_ports() if ports is None else ports)],
            stdout=self.output, stderr=self.errors, cwd=cwd, env={**without_variables(), **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stdout(self):
        return os.pread(self.output.fileno(), 1 << 24, 0).decode()

    def stderr(self):
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode()

    def started(self, seconds=20):
        """Waits for the last line of the start."""
        deadline = time.monotonic() + seconds
        while not re.search(r"^Connection string: .*\n", self.stdout(), re.M):
            check(self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.stderr()}")
            check(time.monotonic() < deadline, f"the server did not start in {seconds} s")
            time.sleep(0.01)
        self.port = int(re.search(r"^Blob service is listening at http://.*:(\d+)$", self.stdout(), re.M)[1])
        return self

    def stop(self, how=signal.SIGTERM, seconds=STOP_SECONDS):
        began = time.monotonic()
        self.process.send_signal(how)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            raise AssertionError("the server still ran 30 s after the signal") from None
        took = time.monotonic() - began
        check(code == 0, f"stopped with exit code {code}: {self.stderr()}")
        check(took <= seconds, f"stopping took {took:.2f} s")

    def request(self, method, path, query="", body=None, headers=None, sas=True, connection=None):
        """Status and body."""
        if sas:
            query = f"{query}&{account_sas()}" if query else account_sas()
        own = connection is None
        if own:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        target = f"/{ACCOUNT}{path}" + (f"?{query}" if query else "")
        connection.request(method, target, body=body, headers={"x-ms-version": VERSION, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        if own:
            connection.close()
        return answer.status, text

    def create_container(self, name="box"):
        status, text = self.request("PUT", f"/{name}", "restype=container", headers={"Content-Length": "0"})
        check(status == 201, f"Create Container: {status} {text}")

    def put_blob(self, name, body, length=None, connection=None):
        headers = {"x-ms-blob-type": "BlockBlob"}
        if length is not None:
            headers["Content-Length"] = str(length)
        status, text = self.request("PUT", f"/box/{name}", body=body, headers=headers, connection=connection)
        check(status == 201, f"Put Blob {name}: {status} {text}")

    def expect_blob(self, name, body):
        status, text = self.request("GET", f"/box/{name}")
        check(status == 200 and text == body, f"Get Blob {name}: {status}, {len(text)} bytes")


def run(*arguments, environment=None):
    """Exit code, stdout and stderr of a run that ends by itself."""
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=30, cwd="/",
                          env={**without_variables(), **(environment or {})})
    return done.returncode, done.stdout, done.stderr


def expect_refusal(*arguments, naming, environment=None):
    code, _, errors = run(*arguments, environment=environment)
    check(code == 1, f"{arguments}: exit code {code}")
    check(errors.endswith("\n") and errors.count("\n") == 1, f"{arguments}: not one line on stderr: {errors!r}")
    check(naming in errors, f"{arguments}: the line does not name {naming}: {errors!r}")


# -- options ----------------------------------------------------------------------------------------------------------


@test
def help_and_version():
    for flag in ("--help", "-h"):
        code, output, errors = run(flag)
        check(code == 0 and not errors and "--location" in output, f"{flag}: {code} {output!r} {errors!r}")
    for flag in ("--version", "-v"):
        code, output, errors = run(flag)
        check(code == 0 and not errors and re.fullmatch(r"lazulite \d+\.\d+\.\d+\n", output), f"{flag}: {code} {output!r}")


@test
def unknown_options_are_refused():
    expect_refusal("--nonsense", naming="--nonsense")
    expect_refusal("nonsense", naming="nonsense")
    expect_refusal("--blobPort", "x", naming="--blobPort")
    expect_refusal(naming="LAZULITE_BLOB_PORT", environment={"LAZULITE_BLOB_PORT": "x"})


@test
def a_broken_configuration_file_is_refused():
    with Folder() as folder:
        path = os.path.join(folder, "lazulite.json")
        expect_refusal("--config", path, naming=path)
        for text in ("{", "[]", '{"nonsense": 1}', '{"blobPort": "x"}', '{"accounts": [{"name": "one", "keys": [1]}]}'):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            expect_refusal("--config", path, "--location", folder, *free_ports(), naming="")


@test
def a_location_that_cannot_be_written_is_refused():
    with Folder() as folder:
        file = os.path.join(folder, "file")
        with open(file, "w", encoding="utf-8"):
            pass
        for location in (file, os.path.join(file, "below"), "/proc/lazulite"):
            expect_refusal("--location", location, *free_ports(), naming=location)


@test
def a_taken_port_is_refused():
    with Folder() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        expect_refusal("--location", folder, "--blobPort", port, *free_ports(but=["blob"]), naming=port)
        # A port that was asked for is never swapped, on whatever surface.
        expect_refusal("--location", folder, "--filePort", port, *free_ports(but=["file"]), naming=port)


@test
def a_taken_file_port_that_was_not_asked_for_moves():
    try:
        taken = socket.create_server(("127.0.0.1", 10003))
    except OSError:
        taken = None  # by someone else: as good
    try:
        with Folder() as folder, Server("--location", folder, ports=free_ports(but=["file"])) as server:
            output = server.started().stdout()
            port = int(re.search(r"^File service is listening at http://127\.0\.0\.1:(\d+)$", output, re.M)[1])
            check(port not in (0, 10003), f"File listens on {port}")
            check(re.search(rf"warn .*File.*10003.*{port}", output), f"no warning: {output}")
            server.stop()
    finally:
        if taken:
            taken.close()


@test
def a_second_instance_on_the_folder_is_refused():
    with Folder() as folder, Server("--location", folder) as server:
        server.started().create_container()
        expect_refusal("--location", folder, *free_ports(), naming="another lazulite")
        server.put_blob("still", b"here")  # the first one is unharmed
        server.stop()


@test
def healthcheck_is_the_exit_code_of_readiness():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    flags = ["--blobPort", port, *free_ports(but=["blob"])]
    code, output, errors = run("healthcheck", *flags)
    check((code, output, errors) == (1, "", f"lazulite: http://127.0.0.1:{port}: connection refused\n"), f"{code} {output!r} {errors!r}")
    with Folder() as folder, Server("--location", folder, ports=flags) as server:
        server.started()
        check(run("healthcheck", *flags) == (0, "", ""), "not healthy by flags")
        check(run("--blobPort", port, *flags[2:], "healthcheck") == (0, "", ""), "not healthy with the flags first")
        ports = {f"LAZULITE_{surface.upper()}_PORT": "0" for surface in SURFACES}
        check(run("healthcheck", environment={**ports, "LAZULITE_BLOB_PORT": port}) == (0, "", ""), "not healthy by variables")
        path = os.path.join(folder, "lazulite.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"blobPort": int(port), **{f"{surface}Port": 0 for surface in SURFACES[1:]}}, file)
        check(run("healthcheck", "--config", path) == (0, "", ""), "not healthy by the file")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            other = str(silent.getsockname()[1])
            silent.close()
            expect_refusal("healthcheck", *flags, "--queuePort", other, naming=other)
        server.stop()
    expect_refusal("healthcheck", *flags, naming=port)


# -- what it prints ---------------------------------------------------------------------------------------------------


@test
def the_start_prints_endpoints_and_connection_string():
    with Folder() as folder, Server("--location", folder, "--silent", "--logLevel", "off") as server:
        lines = [line for line in server.started().stdout().splitlines() if not line.startswith("Azurite ")]
        check(len(lines) == 7, f"not seven lines: {lines}")
        urls = []
        for title, line in zip(TITLES, lines):
            found = re.fullmatch(rf"{title} service is listening at (http://127\.0\.0\.1:[1-9]\d*)", line)
            check(found, f"{title}: {line}")
            urls.append(found[1])
        expected = f"Connection string: DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};" + "".join(
            f"{title}Endpoint={url}/{ACCOUNT};" for title, url in zip(TITLES[:4], urls))
        check(lines[6] == expected, f"{lines[6]}")
        server.stop()
        check(server.stderr() == "", f"stderr: {server.stderr()}")


@test
def a_public_key_that_others_can_reach_is_warned_of():
    warning = (f"the key of {ACCOUNT} is public and 0.0.0.0 is not this machine alone: whoever reaches it may read and write "
               "all data of that account")
    own = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{base64.b64encode(b'mine').decode()}"}
    for host, environment, warned in [("0.0.0.0", None, True), ("127.0.0.1", None, False), ("0.0.0.0", own, False)]:
        with Folder() as folder, Server("--location", folder, "--tableHost", host, environment=environment) as server:
            server.started().stop()
            check((warning in server.stdout()) == warned, f"{host}: {server.stdout()}")


@test
def the_access_log_has_a_line_a_request():
    with Folder() as folder, Server("--location", folder) as server:
        server.started().create_container()
        server.put_blob("b", b"12345")
        server.expect_blob("b", b"12345")
        server.stop()
        pattern = (r'^127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                   r'"GET /devstoreaccount1/box/b\?\S*sig=\*\*\*\S* HTTP/1\.1" 200 5$')
        check(re.search(pattern, server.stdout(), re.M), server.stdout())
    with Folder() as folder, Server("--location", folder, "--silent") as server:
        server.started().create_container()
        server.stop()
        check("HTTP/1.1" not in server.stdout(), "an access log in spite of --silent")


@test
def keys_and_signatures_are_never_printed():
    second = base64.b64encode(b"the second key, which no line names.").decode()
    with Folder() as folder, Server("--location", folder, "--logLevel", "debug",
                                    environment={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}:{second}"}) as server:
        server.started().create_container()
        server.put_blob("b", b"1")
        secrets = {KEY, second}

        def call(method, path, query, headers=None):
            for name, value in urllib.parse.parse_qsl(query):
                if name.lower() == "sig":
                    secrets.update({value, urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value)})
            if headers and "Authorization" in headers:
                secrets.add(headers["Authorization"].split(":", 1)[1])
            status, _ = server.request(method, path, query, headers=headers, sas=False)
            return status

        path = f"/{ACCOUNT}/box/b"
        check(call("GET", "/box/b", account_sas()) == 200, "SAS")
        check(call("GET", "/box/b", account_sas(second)) == 200, "SAS of the second key")
        check(call("GET", "/box/b", "", shared_key("GET", path, "")) == 200, "Shared Key")
        check(call("GET", "/box/b", "", shared_key("GET", path, "", second)) == 200, "Shared Key of the second key")
        check(call("GET", "/box/b", account_sas(base64.b64encode(b"another").decode())) == 403, "wrong SAS")
        check(call("GET", "/box/b", "", shared_key("GET", path, "", base64.b64encode(b"another").decode())) == 403, "wrong key")
        check(call("GET", "/missing/b", account_sas()) == 404, "missing")
        check(call("GET", "/box/b", account_sas() + "&comp=%zz") == 400, "malformed")
        check(call("GET", "/box/b", account_sas().replace("sig=", "s%69g=")) == 200, "encoded name")
        check(call("GET", "/box/b", account_sas().replace("sig=", "SIG=")) == 200, "upper case")
        server.stop()
        printed = "".join(line for line in server.stdout().splitlines(True) if not line.startswith("Connection string: "))
        printed += server.stderr()
        for secret in secrets:
            for line in printed.splitlines():
                check(secret not in line, f"printed: {line}")


# -- stopping ---------------------------------------------------------------------------------------------------------


@test
def signals_stop_it():
    for how in (signal.SIGTERM, signal.SIGINT):
        with Folder() as folder:
            with Server("--location", folder) as server:
                server.started().create_container()
                for i in range(20):
                    server.put_blob(f"b{i}", bytes([i]) * 5000)
                server.stop(how)
            with Server("--location", folder) as server:
                server.started()
                for i in range(20):
                    server.expect_blob(f"b{i}", bytes([i]) * 5000)
                server.stop(how)


@test
def open_connections_and_slow_uploads_do_not_hold_it_up():
    with Folder() as folder:
        with Server("--location", folder) as server:
            server.started().create_container()
            kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            server.put_blob("kept", b"k" * 100_000, connection=kept)
            idle = socket.create_connection(("127.0.0.1", server.port))
            half = socket.create_connection(("127.0.0.1", server.port))
            half.sendall(b"GET /devstoreaccount1/box/kept HTTP/1.1\r\nHost: 127.0.0.1\r\nx-ms-")
            slow = socket.create_connection(("127.0.0.1", server.port))
            slow.sendall((f"PUT /{ACCOUNT}/box/slow?{account_sas()} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-ms-version: {VERSION}\r\n"
                          f"x-ms-blob-type: BlockBlob\r\nContent-Length: {10 * MIB}\r\n\r\n").encode() + b"s" * MIB)
            server.put_blob("last", b"l" * 2000)
            time.sleep(0.2)
            server.stop()
            for each in (kept, idle, half, slow):
                each.close()
        code, output, errors = run("check", "--location", folder)
        check(code == 0, f"check: {output} {errors}")
        with Server("--location", folder) as server:
            server.started().expect_blob("kept", b"k" * 100_000)
            server.expect_blob("last", b"l" * 2000)
            status, _ = server.request("GET", "/box/slow")
            check(status == 404, f"half an upload is there: {status}")
            server.stop()


@test
def a_slow_download_does_not_hold_it_up():
    with Folder() as folder, Server("--location", folder) as server:
        server.started().create_container()
        server.put_blob("b", b"b" * (64 * MIB))
        slow = socket.create_connection(("127.0.0.1", server.port))
        slow.sendall(f"GET /{ACCOUNT}/box/b?{account_sas()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        slow.recv(1000)
        server.stop()
        slow.close()


# -- data -------------------------------------------------------------------------------------------------------------


@test
def data_survives_a_restart():
    with Folder() as folder:
        large = os.urandom(3 * MIB + 17)
        with Server("--location", folder) as server:
            server.started().create_container()
            server.put_blob("empty", b"")
            server.put_blob("small", b"small")
            server.put_blob("large", large)
            server.put_blob("gone", b"gone")
            status, _ = server.request("DELETE", "/box/gone")
            check(status == 202, f"Delete Blob: {status}")
            server.stop()
        for _ in range(2):
            with Server("--location", folder) as server:
                server.started()
                server.expect_blob("empty", b"")
                server.expect_blob("small", b"small")
                server.expect_blob("large", large)
                check(server.request("GET", "/box/gone")[0] == 404, "a deleted blob is back")
                server.stop()
        check(os.listdir(folder) == ["lazulite"], f"beside the data folder: {os.listdir(folder)}")


@test
def the_current_folder_is_the_default_location():
    with Folder() as folder, Server(cwd=folder) as server:
        server.started().create_container()
        server.stop()
        check(os.listdir(folder) == ["lazulite"], f"{os.listdir(folder)}")


@test
def in_memory_nothing_is_written():
    with Folder() as folder, Folder() as temporary:
        with Server("--inMemoryPersistence", cwd=folder, environment={"TMPDIR": temporary, "HOME": folder}) as server:
            server.started().create_container()
            server.put_blob("b", b"b" * (5 * MIB))
            server.expect_blob("b", b"b" * (5 * MIB))
            files = [os.readlink(f"/proc/{server.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{server.process.pid}/fd")]
            check(not [each for each in files if each.startswith((folder, temporary, "/dev/shm"))], f"open files: {files}")
            server.stop()
        check(os.listdir(folder) == [] and os.listdir(temporary) == [], f"{os.listdir(folder)} {os.listdir(temporary)}")
        with Server("--inMemoryPersistence", cwd=folder) as server:
            check(server.started().request("GET", "/box/b")[0] == 404, "data in memory outlived the process")
            server.stop()


# -- memory -----------------------------------------------------------------------------------------------------------


class MemoryWatch:
    """Samples the server's anonymous memory; `growth` is how far it rose above the start, in MiB."""

    def __init__(self, pid):
        self.path = f"/proc/{pid}/status"
        self.begin = self.peak = self.read()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def read(self):
        with open(self.path, encoding="ascii") as file:
            return int(re.search(r"^RssAnon:\s+(\d+) kB", file.read(), re.M)[1]) / 1024

    def watch(self):
        while not self.ended.wait(0.02):
            self.peak = max(self.peak, self.read())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.peak = max(self.peak, self.read())

    def expect_flat(self, what):
        growth = self.peak - self.begin
        print(f"  {what}: {self.begin:.0f} MiB, at most {growth:.1f} MiB more", flush=True)
        check(growth < MEMORY_MIB, f"{what}: anonymous memory grew by {growth:.1f} MiB")


CHUNK = bytes(range(256)) * 4096


def chunk(index):
    """A MiB that differs from its neighbours."""
    return index.to_bytes(8, "little") + CHUNK[8:]


def expect_stream(server, name):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", f"/{ACCOUNT}/box/{name}?{account_sas()}", headers={"x-ms-version": VERSION})
    answer = connection.getresponse()
    check(answer.status == 200, f"Get Blob {name}: {answer.status}")
    for index in range(transfer_mib):
        check(answer.read(MIB) == chunk(index), f"MiB {index} of {name} differs")
    check(answer.read() == b"", f"{name} is longer than it was")
    connection.close()


# -- the website ------------------------------------------------------------------------------------------------------


def switch_website_on(server):
    properties = "<StaticWebsite><Enabled>true</Enabled><IndexDocument>index.html</IndexDocument></StaticWebsite>"
    body = f"<StorageServiceProperties>{properties}</StorageServiceProperties>".encode()
    status, text = server.request("PUT", "/", "restype=service&comp=properties", body=body)
    check(status == 202, f"Set Blob Service Properties: {status} {text}")


def put_page(server, name, body):
    status, text = server.request("PUT", f"/$web/{name}", body=body, headers={
        "x-ms-blob-type": "BlockBlob", "x-ms-blob-content-type": "text/html", "Content-Length": str(len(body))})
    check(status == 201, f"Put Blob {name}: {status} {text}")


def browse(port, path, host=None, method="GET", headers=None):
    """Status, headers and body, as a browser asks for them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, headers={**({"Host": f"{host}:{port}"} if host else {}), **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def web_port(server):
    return int(re.search(r"^Web service is listening at http://127\.0\.0\.1:(\d+)$", server.stdout(), re.M)[1])


@test
def the_website_has_a_listener_of_its_own():
    with Folder() as folder, Server("--location", folder) as server:
        server.started()
        port, page = web_port(server), b"<p>page</p>"
        switch_website_on(server)
        put_page(server, "a/index.html", page)
        own = f"{ACCOUNT}.web.localhost"
        for where, path, host in ((port, f"/{ACCOUNT}/a", None), (port, f"/{ACCOUNT}/a/", "localhost"), (port, "/a/", own),
                                  (port, "/a", f"{ACCOUNT}.localhost"), (port, "/a", f"{ACCOUNT}.z6.web.core.windows.net"),
                                  (server.port, "/a", own)):
            status, headers, body = browse(where, path, host)
            check((status, headers["Content-Type"], body) == (200, "text/html", page), f"{path} of {host}: {status} {body}")
        for path, host, status, code in (("/nobody/a", None, 404, "ResourceNotFound"), ("/b", own, 404, "WebContentNotFound"),
                                         ("/%ff", own, 400, "InvalidUri")):
            got, headers, body = browse(port, path, host)
            check((got, headers["x-ms-error-code"], headers["Content-Type"]) == (status, code, "text/html"), f"{path}: {headers}")
            check(f"<li>ErrorCode: {code}</li>".encode() in body, f"{path}: {body}")
        status, headers, body = browse(port, "/$web/a/index.html", f"{ACCOUNT}.blob.localhost", headers={"x-ms-version": VERSION})
        check((status, headers["Content-Type"]) == (401, "application/xml"), f"the Blob service at this listener: {status} {body}")
        status, headers, _ = browse(port, "/a", own, "OPTIONS", {"Origin": "http://a.example"})
        check((status, headers["Allow"]) == (405, "GET, HEAD"), f"OPTIONS: {status} {headers}")
        server.stop()
        check(f'"GET /{ACCOUNT}/a HTTP/1.1" 200 {len(page)}' in server.stdout(), "no line in the access log")
    with Folder() as folder, Server("--location", folder, "--disableProductStyleUrl") as server:
        switch_website_on(server.started())
        put_page(server, "index.html", b"page")
        check(browse(web_port(server), "/", f"{ACCOUNT}.web.localhost")[0] == 404, "a host named an account")
        check(browse(web_port(server), f"/{ACCOUNT}/")[0] == 200, "path-style")
        server.stop()


@test
def no_page_is_older_than_an_acknowledged_write():
    with Folder() as folder, Server("--location", folder, "--silent") as server:
        switch_website_on(server.started())
        acknowledged, problems, served = [0], [], []
        put_page(server, "page", b"0")
        ended = threading.Event()

        def read():
            connection = http.client.HTTPConnection("127.0.0.1", web_port(server), timeout=60)
            while not ended.is_set():
                least = acknowledged[0]
                connection.request("GET", f"/{ACCOUNT}/page")
                shown = int(connection.getresponse().read())
                served.append(shown)
                if shown < least:
                    problems.append(f"version {shown} after {least} was acknowledged")
            connection.close()

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for version in range(1, 301):
            put_page(server, "page", str(version).encode())
            acknowledged[0] = version
        ended.set()
        for reader in readers:
            reader.join()
        check(not problems, "; ".join(problems[:3]))
        check(len(set(served)) > 10, f"only {len(set(served))} versions were seen")
        check(browse(web_port(server), f"/{ACCOUNT}/page")[2] == b"300", "the last version")
        server.stop()


@test
def memory_stays_flat_over_a_large_page():
    size = 256
    with Folder() as folder, Server("--location", folder, "--silent") as server:
        switch_website_on(server.started())
        put_page(server, "warm", b"w" * (8 * MIB))
        status, text = server.request("PUT", "/$web/large", body=(chunk(i) for i in range(size)), headers={
            "x-ms-blob-type": "BlockBlob", "Content-Length": str(size * MIB)})
        check(status == 201, f"Put Blob: {status} {text}")
        browse(web_port(server), f"/{ACCOUNT}/warm")
        with MemoryWatch(server.process.pid) as watch:
            connection = http.client.HTTPConnection("127.0.0.1", web_port(server), timeout=300)
            connection.request("GET", f"/{ACCOUNT}/large", headers={"Range": f"bytes={MIB}-"})
            answer = connection.getresponse()
            check(answer.status == 206, f"status {answer.status}")
            for index in range(1, size):
                check(answer.read(MIB) == chunk(index), f"MiB {index} differs")
            connection.close()
        watch.expect_flat(f"a range of {size - 1} MiB of a page")
        server.stop()


@test
def memory_stays_flat_over_large_transfers():
    with Folder() as folder:
        need = 2 * transfer_mib * MIB + 512 * MIB
        check(shutil.disk_usage(folder).free > need, f"{need // MIB} MiB of disk are needed for this test")
        os.sync()  # what others left for the disk to write, a build above all, is not what the stop below waits for
        with Server("--location", folder, "--silent") as server:
            server.started().create_container()
            server.put_blob("warm", b"w" * (8 * MIB))
            server.expect_blob("warm", b"w" * (8 * MIB))

            with MemoryWatch(server.process.pid) as watch:
                server.put_blob("single", (chunk(i) for i in range(transfer_mib)), length=transfer_mib * MIB)
            watch.expect_flat(f"Put Blob of {transfer_mib} MiB")
            with MemoryWatch(server.process.pid) as watch:
                expect_stream(server, "single")
            watch.expect_flat("Get Blob of it")
            check(server.request("DELETE", "/box/single")[0] == 202, "Delete Blob")

            with MemoryWatch(server.process.pid) as watch:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
                ids = []
                for index in range(0, transfer_mib, 4):
                    ids.append(base64.b64encode(b"%08d" % index).decode())
                    body = b"".join(chunk(i) for i in range(index, min(index + 4, transfer_mib)))
                    status, text = server.request("PUT", "/box/blocks", f"comp=block&blockid={urllib.parse.quote(ids[-1])}",
                                                  body=body, connection=connection)
                    check(status == 201, f"Put Block {index}: {status} {text}")
                text = "<BlockList>" + "".join(f"<Latest>{each}</Latest>" for each in ids) + "</BlockList>"
                status, text = server.request("PUT", "/box/blocks", "comp=blocklist", body=text.encode(), connection=connection)
                check(status == 201, f"Put Block List: {status} {text}")
                connection.close()
            watch.expect_flat(f"{len(ids)} blocks of 4 MiB")
            with MemoryWatch(server.process.pid) as watch:
                expect_stream(server, "blocks")
            watch.expect_flat("Get Blob of them")
            server.stop()


def main():
    global binary, transfer_mib
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    parser.add_argument("--size", type=int, default=1024, metavar="MIB", help="of the large transfers (1024)")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    transfer_mib = options.size
    return play(tests, options.only)


def play(functions, only):
    passed = failed = 0
    for each in functions:
        if only and each.__name__ not in only:
            continue
        began = time.monotonic()
        try:
            each()
            passed += 1
            print(f"ok      {each.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except AssertionError as problem:
            failed += 1
            print(f"FAILED  {each.__name__}: {problem}", flush=True)
        except Exception:  # a test that breaks is a test that fails
            failed += 1
            print(f"FAILED  {each.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
