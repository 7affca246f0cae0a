"""A server process that can be killed, and plain requests to it that end in an answer or in Gone."""

import base64
import hashlib
import hmac
import http.client
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import urllib.parse

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2024-08-04"
SURFACES = ("blob", "queue", "table", "file", "dfs", "web")


def account_sas(account):
    fields = {"sv": "2020-12-06", "ss": "bfqt", "srt": "sco", "sp": "rwdxlacuptf", "se": "2100-01-01T00:00:00Z"}
    lines = [account, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    digest = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
    fields["sig"] = base64.b64encode(digest).decode()
    return urllib.parse.urlencode(fields)


SAS = account_sas(ACCOUNT)


class Server:
    """One life of the server process over a data folder. `begun` gets the process as soon as there is one."""

    def __init__(self, binary, folder, durability, *more, begun=None):
        self.process = subprocess.Popen(
            [binary, "--location", folder, "--durability", durability, "--silent", "--logLevel", "warning", *more]
            + [f"--{surface}Port=0" for surface in SURFACES],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if begun:
            begun(self.process)
        self.ports = {}  # by surface
        self.said = ""
        for line in self.process.stdout:
            name, listens, address = line.partition(" service is listening at ")
            if listens:
                self.ports[name.lower()] = int(address.rsplit(":", 1)[1])
            if line.startswith("Connection string: "):
                break
            self.said += line
        else:
            raise RuntimeError(f"the server ended with {self.process.wait()} before it was ready: {self.said[-2000:]}")
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()

    def read_on(self):
        self.said = self.process.stdout.read()

    def ended(self):
        """What the process ended with."""
        self.reader.join()
        self.process.stdout.close()
        return self.process.wait()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.ended()


class Gone(Exception):
    """No answer came: the server died first."""


class Connection:
    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def request(self, method, path, query="", body=b"", headers=None):
        """(status, headers, body), or Gone."""
        url = f"/{ACCOUNT}/{path}?{query}&{SAS}" if query else f"/{ACCOUNT}/{path}?{SAS}"
        try:
            self.http.request(method, url, body=body, headers={"x-ms-version": VERSION, **(headers or {})})
            answer = self.http.getresponse()
            data = answer.read()
            if method == "HEAD":
                return answer.status, answer.headers, b""
            if len(data) != int(answer.headers.get("Content-Length", len(data))):
                raise Gone
            return answer.status, answer.headers, data
        except (OSError, http.client.HTTPException) as problem:
            raise Gone from problem


def ask(connection, expected, *request):
    """The answer, whose status must be one of `expected`."""
    status, headers, body = connection.request(*request)
    if status not in expected:
        raise AssertionError(f"{request[:3]} answered {status}: {body[:300]}")
    return status, headers, body


def problems_of_folder(binary, folder):
    """What `lazulite check` finds in a folder that no server has open."""
    checked = subprocess.run([binary, "check", "--location", folder], capture_output=True, text=True)
    return [] if checked.returncode == 0 else ["check: " + (checked.stdout + checked.stderr).strip()[-2000:]]


def asked(database, statement):
    """The first column that a copy of a database finds, so that the folder stays as it was left."""
    with tempfile.TemporaryDirectory() as copies:
        for path in (database, f"{database}-wal"):
            if os.path.exists(path):
                shutil.copy(path, copies)
        connection = sqlite3.connect(os.path.join(copies, os.path.basename(database)))
        found = [row[0] for row in connection.execute(statement)]
        connection.close()
        return found
