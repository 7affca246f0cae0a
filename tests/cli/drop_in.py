#!/usr/bin/env python3
"""Plays tests/cli/drop_in.toml: what tools made for Azurite assume, held against the built commands.

    tests/cli/drop_in.py --binary build/release/lazulite [--only TEXT]

It moves into a network of its own first (unshare), so that the ports everybody knows are free whatever else runs. Prints
`N passed, N failed, N skipped`.
"""

import argparse
import base64
import ctypes
import fcntl
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback

from run import ACCOUNT, KEY, VERSION, account_sas, check, shared_key, without_variables

HERE = os.path.dirname(os.path.abspath(__file__))
STOP_SECONDS = 2.0
PATIENCE = 30.0
WAIT = 0.01

# Those that Azurite 3.36 takes.
AZURITE_VERSIONS = """
    2026-06-06 2026-04-06 2026-02-06 2025-11-05 2025-07-05 2025-05-05 2025-01-05 2024-11-04 2024-08-04 2024-05-04
    2024-02-04 2023-11-03 2023-08-03 2023-05-03 2023-01-03 2022-11-02 2021-12-02 2021-10-04 2021-08-06 2021-06-08
    2021-04-10 2021-02-12 2020-12-06 2020-10-02 2020-08-04 2020-06-12 2020-04-08 2020-02-10 2019-12-12 2019-10-10
    2019-07-07 2019-02-02 2018-11-09 2018-03-28 2017-11-09 2017-07-29 2017-04-17 2016-05-31 2015-12-11 2015-07-08
    2015-04-05 2015-02-21 2014-02-14 2013-08-15 2012-02-12 2011-08-18 2009-09-19 2009-07-17 2009-04-14""".split()

commands = None  # the folder of the commands
certificates = None


# -- the network ------------------------------------------------------------------------------------------------------


def enter_own_network():
    """A network with a loopback interface and nothing else, for this process and its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_user, new_net = 0x10000000, 0x40000000
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(new_net if uid == 0 else new_user | new_net) != 0:
        raise OSError(ctypes.get_errno(), "a network of its own is needed for this test: " + os.strerror(ctypes.get_errno()))
    if uid != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh22x", b"lo", flags | up))


# -- certificates -----------------------------------------------------------------------------------------------------


class Certificates:
    """A self-signed certificate in the forms in which tools give it, made by the openssl command."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lazulite-tls-")
        self.cert, self.key = self.make("localhost")
        _, self.otherkey = self.make("other")
        self.pfx = os.path.join(self.folder, "cert.pfx")
        self.openssl("pkcs12", "-export", "-in", self.cert, "-inkey", self.key, "-passout", "pass:changeit", "-out", self.pfx)
        self.encrypted = os.path.join(self.folder, "encrypted.pem")
        self.openssl("pkcs8", "-topk8", "-in", self.key, "-passout", "pass:changeit", "-out", self.encrypted)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def make(self, name):
        cert, key = (os.path.join(self.folder, f"{name}.{what}.pem") for what in ("cert", "key"))
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out", cert)
        return cert, key

    def client(self, version=None):
        context = ssl.create_default_context(cafile=self.cert)
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def remove(self):
        shutil.rmtree(self.folder)


# -- a row ------------------------------------------------------------------------------------------------------------


def is_open(port, address="127.0.0.1"):
    try:
        socket.create_connection((address, port), timeout=5).close()
        return True
    except OSError:
        return False


def until(condition, text, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < deadline, text() if callable(text) else text)
        time.sleep(WAIT)


class Play:
    """One row: its folder, its process, and what both came to."""

    def __init__(self, row):
        self.row = row
        self.folder = tempfile.mkdtemp(prefix="lazulite-drop-in-")
        self.output = tempfile.TemporaryFile("w+")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = None

    def fill(self, text):
        values = {"dir": self.folder, **{name: getattr(certificates, name) for name in ("cert", "key", "otherkey", "pfx", "encrypted")}}
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)

    def start(self, line, environment=None):
        words = [self.fill(word) for word in shlex.split(line)]
        if self.row.get("entrypoint"):
            words.insert(0, os.path.join(HERE, "..", "..", "docker", "entrypoint.sh"))
        path = commands + os.pathsep + os.environ["PATH"]
        return subprocess.Popen(words, executable=shutil.which(words[0], path=path), stdout=self.output, stderr=self.errors,
                                cwd=self.folder, env={**without_variables(), "PATH": path, **(environment or {})})

    def stdout(self):
        return os.pread(self.output.fileno(), 1 << 24, 0).decode()

    def stderr(self):
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode()

    def told(self):
        return f"stdout: {self.stdout()!r} stderr: {self.stderr()!r}"

    def lines(self):
        return self.stdout().splitlines()

    def wait_for_text(self, text):
        def there():
            return text in self.stdout() or self.process.poll() is not None
        until(there, lambda: f"no {text!r} in {self.told()}")
        check(text in self.stdout(), f"no {text!r} in {self.told()}")

    def wait_for_start(self):
        """Every command's last line of the contract."""
        name = shlex.split(self.row["run"])[0] if self.row["run"] and not self.row["run"].startswith("-") else "azurite"
        last = {"azurite-blob": "Blob", "azurite-queue": "Queue"}.get(name, "Table")
        self.wait_for_text("Connection string: " if name == "lazulite" else f"Azurite {last} service is successfully listening at")

    def expect_lines(self, expressions):
        lines = iter(self.lines())
        for expression in expressions:
            check(any(re.fullmatch(expression, line) for line in lines), f"no line {expression!r} (in this order) in {self.told()}")

    def stop(self):
        began = time.monotonic()
        self.process.send_signal(getattr(signal, "SIG" + self.row.get("stop", "TERM")))
        try:
            code = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError("it still ran long after the signal") from None
        check(code == 0, f"exit code {code}: {self.told()}")
        check(time.monotonic() - began <= STOP_SECONDS, f"it took {time.monotonic() - began:.1f} s to stop")

    def run(self):
        row = self.row
        for name, text in row.get("files", {}).items():
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        environment = {name: self.fill(value) for name, value in row.get("env", {}).items()}
        examine = globals()[row["check"]] if "check" in row else None
        if "exit" in row and examine:
            examine = examine(self)  # a generator: what it prepares lasts until it is done
            next(examine)
        self.process = self.start(row["run"], environment)
        if "exit" in row:
            check(self.process.wait(timeout=PATIENCE) == row["exit"], f"exit code {self.process.returncode}: {self.told()}")
            check(re.fullmatch(row["stderr"], self.stderr()), self.told())
            self.expect_printed()
            return
        self.wait_for_start()
        self.expect_printed()
        for text in row.get("contains", []):
            check(text in self.stdout(), f"no {text!r} in {self.told()}")
        for port in row.get("ports", []):
            check(is_open(port), f"port {port} is not open: {self.told()}")
        for port in row.get("closed", []):
            check(not is_open(port), f"port {port} is open: {self.told()}")
        for command in row.get("waits", []):
            seen = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE)
            check(seen.returncode == 0, f"{command!r} does not see it: {seen}")
        for question in row.get("ask", []):
            self.ask(question)
        if examine:
            examine(self)
        self.stop()
        self.expect_lines(row.get("after", []))
        self.expect_never()
        check(self.stderr() == "", self.told())

    def expect_printed(self):
        if "first" in self.row:
            check(self.lines() and re.fullmatch(self.row["first"], self.lines()[0]), f"the first line is another: {self.told()}")
        self.expect_lines(self.row.get("prints", []))
        self.expect_never()

    def expect_never(self):
        for expression in self.row.get("never", []):
            for line in self.lines():
                check(not re.fullmatch(expression, line), f"printed: {line!r}")

    def connect(self, port, tls=False):
        if tls:
            return http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=certificates.client())
        return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, question):
        method, target = question["do"].split(" ", 1)
        headers = {"x-ms-version": VERSION, **question.get("headers", {})}
        sas = question.get("sas", f"{ACCOUNT}/{KEY}")
        if sas == "key":
            path, _, query = target.partition("?")
            headers.update(shared_key(method, path, query))
        elif sas != "no":
            account, key = sas.split("/", 1)
            target += ("&" if "?" in target else "?") + account_sas(key, account)
        if "host" in question:
            headers["Host"] = question["host"]
        body = question.get("body")
        if body is None and method == "PUT":
            headers["Content-Length"] = "0"
        port = question.get("port", 7777 if "7777" in self.row["run"] else 10000)
        connection = self.connect(port, question.get("tls", False))
        connection.request(method, target, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        said = f"{question['do']}: {answer.status} {answer.reason} {dict(answer.getheaders())} {text!r}"
        check(answer.status == question.get("status", answer.status), said)
        if "code" in question:
            check(answer.getheader("x-ms-error-code") == question["code"], said)
        for name, expression in question.get("has", {}).items():
            check(re.fullmatch(expression, answer.getheader(name) or ""), f"{name} is not {expression!r}: {said}")
        for name in question.get("lacks", []):
            check(answer.getheader(name) is None, f"{name} is there: {said}")
        check(re.fullmatch(question.get("reason", ".*"), answer.reason), said)
        check(re.fullmatch(question.get("text", "(?s).*"), text), said)
        return answer

    def put(self, path, body, status):
        return self.ask({"do": f"PUT {path}", "body": body, "headers": {"x-ms-blob-type": "BlockBlob"}, "status": status})

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


# -- what needs more than a row ---------------------------------------------------------------------------------------


def data_stands_in_data(play):
    check(os.listdir(os.path.join(play.folder, "data")) == ["lazulite"], f"{os.listdir(play.folder)}")
    check(os.listdir(play.folder) == ["data"], f"beside it: {os.listdir(play.folder)}")


def data_stands_here(play):
    check(os.listdir(play.folder) == ["lazulite"], f"{os.listdir(play.folder)}")


def nothing_was_written(play):
    check(os.listdir(play.folder) == [], f"written: {os.listdir(play.folder)}")


def the_debug_log_tells(play):
    words = shlex.split(play.row["run"])
    path = os.path.join(play.folder, play.fill(words[next(i for i, word in enumerate(words) if word in ("-d", "--debug")) + 1]))
    play.ask({"do": "GET /devstoreaccount1/missing?restype=container", "status": 404})
    with open(path, encoding="utf-8") as file:
        text = file.read()
    check("Azurite Blob service is successfully listening at" in text, f"no start in {text!r}")
    found = re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} debug [0-9a-f-]{36} GET /devstoreaccount1/missing\?\S*sig=\*\*\*\S* from "
                      r"127\.0\.0\.1: GetContainerProperties 404 ContainerNotFound", text, re.M)
    check(found, f"no request in {text!r}")
    check("debug " not in play.stdout(), f"on stdout too: {play.stdout()!r}")


def the_url_behind_listens_on_answers(play):
    url = re.search(r"Azurite Blob service successfully listens on (http://\S+)", play.stdout())[1]
    check(not url.endswith((":0", ":10000")), url)
    play.ask({"do": "GET /devstoreaccount1?comp=list", "port": int(url.rsplit(":", 1)[1]), "status": 200})


def the_ports_of_the_successfully_lines_are_open(play):
    ports = re.findall(r"service is successfully listening at http://127\.0\.0\.1:(\d+)", play.stdout())
    check(len(set(ports)) == 3 and all(is_open(int(port)) for port in ports), f"{ports}")


def all_ports_are_open_at_the_table_line(play):
    for port in (10000, 10001, 10002, 10003, 10004, 10005):
        check(is_open(port), f"port {port} is not open")


def somebody_has_port_10001(_play):
    with socket.create_server(("127.0.0.1", 10001)):
        yield


def closes_after_an_answer(port, seconds):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(b"GET /_lazulite/health HTTP/1.1\r\nHost: x\r\n\r\n")
    check(connection.recv(1 << 16).startswith(b"HTTP/1.1 200 "), "no answer")
    began = time.monotonic()
    check(connection.recv(1) == b"", "more than an answer")
    took = time.monotonic() - began
    check(took < seconds, f"the connection was closed after {took:.1f} s only")


def an_idle_connection_is_closed(_play):
    closes_after_an_answer(10000, 20)


def idle_connections_of_queue_and_table_are_closed(_play):
    closes_after_an_answer(10001, 20)
    closes_after_an_answer(10002, 20)


def tls_is_spoken(play):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with socket.create_connection(("127.0.0.1", 10000), timeout=PATIENCE) as plain:
            with certificates.client(version).wrap_socket(plain, server_hostname="127.0.0.1") as spoken:
                check(spoken.version() == version.name.replace("_", "."), f"{version}: {spoken.version()}")
    with socket.create_connection(("127.0.0.1", 10000), timeout=PATIENCE) as plain:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            old.wrap_socket(plain)
            raise AssertionError("TLS 1.1 is spoken")
        except (ssl.SSLError, OSError):
            pass
    connection = play.connect(10000, tls=True)
    body = os.urandom(3 << 20)
    for method, path, query, sent, status in (
            ("PUT", "/box", "restype=container", b"", 201), ("PUT", "/box/b", "", body, 201), ("GET", "/box/b", "", None, 200)):
        connection.request(method, f"/{ACCOUNT}{path}?{query}&{account_sas()}", body=sent,
                           headers={"x-ms-version": VERSION, "x-ms-blob-type": "BlockBlob"})
        answer = connection.getresponse()
        text = answer.read()
        check(answer.status == status, f"{method} {path}: {answer.status} {text[:300]!r}")
    check(text == body, "other bytes came back")
    connection.close()


def a_token(**claims):
    now = int(time.time())
    standard = {"iss": "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/", "aud": "https://storage.azure.com",
                "nbf": now - 60, "exp": now + 3600, "oid": "somebody", "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47"}
    parts = ({"alg": "none", "typ": "JWT"}, {**standard, **claims}, "no signature")
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def bearer_tokens_are_judged(play):
    challenge = (r"Bearer authorization_uri=https://login\.microsoftonline\.com/[^/]+/oauth2/authorize "
                 r"resource_id=https://storage\.azure\.com")
    now = int(time.time())

    def ask(token, **expected):
        play.ask({"do": f"GET /{ACCOUNT}?comp=list", "tls": True, "sas": "no", "headers": {"Authorization": f"Bearer {token}"},
                  **expected})

    def detail(text):
        return rf"(?s).*<AuthenticationErrorDetail>{text}</AuthenticationErrorDetail>.*"

    ask(a_token(), status=200)
    ask(a_token(), port=10001, status=200)
    ask(a_token(), port=10001, do=f"POST /{ACCOUNT}?restype=service&comp=userdelegationkey", body="<KeyInfo />", status=400,
        code="MissingRequiredXmlNode")
    ask(a_token(aud=f"https://{ACCOUNT}.blob.core.windows.net/"), status=200)
    for token, text in ((a_token(iss="https://example.com/"), r"Issuer validation failed\. Issuer did not match\."),
                        (a_token(aud="https://example.com"), r"Audience validation failed\. Audience did not match\."),
                        (a_token(exp=now - 1), r"Lifetime validation failed\. The token is expired\."),
                        (a_token(nbf=now + 600), r"Lifetime validation failed\. The token is not yet valid\.")):
        ask(token, status=401, code="InvalidAuthenticationInfo", text=detail(text), has={"WWW-Authenticate": challenge})
    play.ask({"do": f"GET /{ACCOUNT}?comp=list", "tls": True, "sas": "no", "status": 401, "code": "NoAuthenticationInformation",
              "has": {"WWW-Authenticate": challenge}})

    # Whoever reads files by a token goes past their permissions, and has to say so.
    def ask_files(do, headers, **expected):
        ask(a_token(), do=do, port=10003, headers={"Authorization": f"Bearer {a_token()}", **headers}, **expected)

    backup = {"x-ms-file-request-intent": "backup"}
    shares, share, file = f"GET /{ACCOUNT}?comp=list", f"/{ACCOUNT}/box?restype=share", f"/{ACCOUNT}/box/file"
    ask_files(shares, {}, status=400, code="MissingRequiredHeader", text="(?s).*<HeaderName>x-ms-file-request-intent</HeaderName>.*")
    ask_files(shares, {"x-ms-file-request-intent": "curiosity"}, status=400, code="InvalidHeaderValue")
    ask_files(shares, {**backup, "x-ms-version": "2024-08-04"}, status=403, code="AuthenticationFailed")
    ask_files(f"PUT {share}", {**backup, "x-ms-version": "2024-11-04"}, status=201)
    ask_files(f"PUT {file}", {**backup, "x-ms-version": "2024-08-04", "x-ms-type": "file", "x-ms-content-length": "1"}, status=201)
    ask_files(f"GET {file}", {}, status=400, code="MissingRequiredHeader")
    ask_files(f"GET {file}", backup, status=200, text="\0")
    ask_files(f"DELETE {share}", {**backup, "x-ms-version": "2024-11-04"}, status=202)


def memory_is_limited(play):
    play.ask({"do": f"PUT /{ACCOUNT}/box?restype=container", "status": 201})
    play.put(f"/{ACCOUNT}/box/fits", "x" * (1 << 20), 201)
    answer = play.put(f"/{ACCOUNT}/box/large", "x" * (8 << 20), 409)
    check(answer.getheader("x-ms-error-code") == "MemoryExtentStoreAtSizeLimit", f"{answer.getheaders()}")
    play.ask({"do": f"GET /{ACCOUNT}/box/fits", "status": 200, "text": "x" * (1 << 20)})
    play.ask({"do": f"DELETE /{ACCOUNT}/box/fits", "status": 202})
    # Small contents stand in rows; they meet the same limit, and reading goes on.
    for number in range(10_000):
        answer = play.ask({"do": f"PUT /{ACCOUNT}/box/small{number}", "body": "x" * 1000, "headers": {"x-ms-blob-type": "BlockBlob"}})
        if answer.status != 201:
            break
    check(answer.status == 409, f"after {number} small blobs: {answer.status}")
    check(answer.getheader("x-ms-error-code") == "MemoryExtentStoreAtSizeLimit", f"{answer.getheaders()}")
    play.ask({"do": f"GET /{ACCOUNT}/box/small0", "status": 200, "text": "x" * 1000})
    # So does whatever else would bring more.
    full = {"status": 409, "code": "MemoryExtentStoreAtSizeLimit"}
    play.ask({"do": f"PUT /{ACCOUNT}/other?restype=container", **full})
    play.ask({"do": f"PUT /{ACCOUNT}/line", "port": 10001, **full})
    play.ask({"do": f"DELETE /{ACCOUNT}/box/small0", "status": 202})


def a_connection_stays_open(play):
    play.connection = socket.create_connection(("127.0.0.1", 10002), timeout=PATIENCE)
    play.connection.sendall(b"GET /_lazulite/health HTTP/1.1\r\nHost: x\r\n\r\n")
    check(play.connection.recv(1 << 16).startswith(b"HTTP/1.1 200 "), "no answer")


def every_listed_version_is_taken(play):
    for version in AZURITE_VERSIONS:
        play.ask({"do": f"GET /{ACCOUNT}?comp=list", "headers": {"x-ms-version": version}, "status": 200,
                  "has": {"x-ms-version": version}})


def a_second_instance_runs_beside_it(play):
    second = Play({"run": "azurite -l {dir}/two --blobPort 20000 --queuePort 20001 --tablePort 20002"})
    try:
        second.process = second.start(second.row["run"])
        second.wait_for_start()
        for port in (10000, 10001, 10002, 20000, 20001, 20002):
            check(is_open(port), f"port {port} is not open: {second.told()}")
        moved = re.findall(r"warn  (File|Data Lake|Web) cannot listen on port (\d+) .* uses (\d+) instead", second.stdout())
        check([(title, port) for title, port, _ in moved] == [("File", "10003"), ("Data Lake", "10004"), ("Web", "10005")],
              second.told())
        for each in (play, second):
            port = 10000 if each is play else 20000
            each.ask({"do": f"PUT /{ACCOUNT}/c{port}?restype=container", "port": port, "status": 201})
            each.ask({"do": f"GET /{ACCOUNT}?comp=list", "port": port, "status": 200,
                      "text": rf"(?s).*<Containers><Container><Name>c{port}</Name>(?!.*<Name>).*"})
        second.stop()
    finally:
        second.end()


def accounts_follow_the_file(play):
    path = os.path.join(play.folder, "lazulite.json")

    def write(text):
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def ask(account, key, status):
        return play.ask({"do": f"GET /{account}?comp=list", "sas": f"{account}/{key}"}).status == status

    check(ask("one", "a2V5MQ==", 200) and ask("two", "a2V5Mg==", 404), "before")
    write('{"accounts": [{"name": "two", "keys": ["a2V5Mg=="]}]}')
    play.process.send_signal(signal.SIGHUP)
    until(lambda: ask("two", "a2V5Mg==", 200), "the new account did not come")
    check(ask("one", "a2V5MQ==", 404), "the old account is still there")
    write('{"accounts": [')
    play.process.send_signal(signal.SIGHUP)
    until(lambda: "warn  configuration file" in play.stdout(), "no warning")
    check(ask("two", "a2V5Mg==", 200), "a broken file took the accounts away")
    write('{"accounts": [{"name": "two", "keys": ["a2V5Mw=="]}]}')  # without a signal: the file is looked at
    until(lambda: ask("two", "a2V5Mw==", 200), "the new key did not come")


def files_are_as_they_were(play):
    for name, text in play.row["files"].items():
        with open(os.path.join(play.folder, name), encoding="utf-8") as file:
            check(file.read() == text, f"{name} has changed")
    found = {os.path.relpath(os.path.join(folder, name), play.folder) for folder, _, names in os.walk(play.folder) for name in names}
    ours = {name for name in found if name.startswith("lazulite" + os.sep)}
    check(found - ours == set(play.row["files"]), f"{found - ours}")


def main():
    global commands, certificates
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", metavar="TEXT", help="rows whose section, line or command holds it")
    options = parser.parse_args()
    commands = os.path.dirname(os.path.abspath(options.binary))
    with open(os.path.join(HERE, "drop_in.toml"), "rb") as file:
        rows = tomllib.load(file)["row"]
    enter_own_network()
    certificates = Certificates()
    passed = failed = 0
    for row in rows:
        name = f"{row['section']}: {row['line']}"
        if options.only and options.only not in f"{name} {row['run']}":
            continue
        play = Play(row)
        try:
            play.run()
            passed += 1
        except AssertionError as problem:
            failed += 1
            print(f"FAILED  {name}\n        {row['run']}\n        {problem}", flush=True)
        except Exception:  # a row that breaks is a row that fails
            failed += 1
            print(f"FAILED  {name}\n        {row['run']}\n{traceback.format_exc()}{play.told()}", flush=True)
        finally:
            play.end()
    certificates.remove()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
