"""Requests to an account of a server, signed with an account SAS, and what a request must be answered with."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fault"))
from server import KEY, VERSION, Server  # noqa: E402, F401

PLAIN = "devstoreaccount1"
VERSIONS = "versions"  # blobVersioning
LAKE = "lake"  # hierarchicalNamespace


def account_sas(account):
    fields = {"sv": "2020-12-06", "ss": "bfqt", "srt": "sco", "sp": "rwdxlacuptf", "se": "2100-01-01T00:00:00Z"}
    lines = [account, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    digest = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
    return urllib.parse.urlencode({**fields, "sig": base64.b64encode(digest).decode()})


def shared_key(surface, account, method, path, query, body, headers):
    """The headers of a request that no account SAS may make, such as those of stored access policies."""
    headers = {**headers, "x-ms-date": email.utils.formatdate(usegmt=True)}
    resource = f"/{account}/{account}/{path}"
    if surface == "table":
        lines = [method, "", headers.get("Content-Type", ""), headers["x-ms-date"], resource + "?comp=acl"]
    else:
        named = sorted((name.lower(), value) for name, value in headers.items() if name.lower().startswith("x-ms-"))
        lines = [method, "", "", str(len(body)) if body else "", "", headers.get("Content-Type", ""), "", "", "", "", "", "",
                 *(f"{name}:{value}" for name, value in named), resource,
                 *(f"{name}:{value}" for name, value in sorted(urllib.parse.parse_qsl(query)))]
    digest = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
    return {**headers, "Authorization": f"SharedKey {account}:{base64.b64encode(digest).decode()}"}


def pattern(seed, size):
    """Bytes that a seed says, and that pack small."""
    piece = hashlib.sha256(seed.encode()).digest() * 2
    return (piece * (size // len(piece) + 1))[:size]


class Client:
    def __init__(self, ports):
        self.ports = ports
        self.open = {}

    def ask(self, surface, account, method, path, query="", body=b"", headers=None):
        """(status, headers, body)"""
        if surface not in self.open:
            port = self.ports["data lake" if surface == "dfs" else surface]
            self.open[surface] = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"x-ms-version": VERSION, **(headers or {})}
        if "comp=acl" in query:
            target = f"/{account}/{path}?{query}"
            headers = shared_key(surface, account, method, path, query, body, headers)
        else:
            target = f"/{account}/{path}?{query}{'&' if query else ''}{account_sas(account)}"
        self.open[surface].request(method, target, body=body, headers=headers)
        answer = self.open[surface].getresponse()
        return answer.status, dict(answer.headers.items()), answer.read()

    def control(self, action):
        """The status of a POST to the emulator's own endpoint."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["blob"], timeout=60)
        connection.request("POST", f"/_lazulite/{action}", headers={"x-lazulite-control": "1"})
        return connection.getresponse().status


def differences(expected, client, now=None):
    """What of an expectation an answer does not keep, in words. Until a time it is `expected` itself, after it its `then`."""
    if "until" in expected and (now or time.time()) > expected["until"]:
        if expected["then"] is None:
            return []
        expected = {**expected, **expected["then"]}
    surface, account, method, path, query = expected["ask"]
    body = expected.get("send", "").encode()
    status, headers, data = client.ask(surface, account, method, path, query, body, expected.get("with"))
    what = f"{surface} {account} {method} {path} {query}"
    if status != expected["status"]:
        return [f"{what}: status {status} instead of {expected['status']}: {data[:300]!r}"]
    lower = {name.lower(): value for name, value in headers.items()}
    found = [f"{what}: {name} is {lower.get(name.lower())!r} instead of {value!r}"
             for name, value in expected.get("headers", {}).items() if lower.get(name.lower()) != value]
    if "pattern" in expected and data != pattern(*expected["pattern"]):
        found.append(f"{what}: {len(data)} bytes that are not those of {expected['pattern']}")
    if "parts" in expected and data != b"".join(pattern(*part) if part[0] else bytes(part[1]) for part in expected["parts"]):
        found.append(f"{what}: {len(data)} bytes that are not its parts")
    if "text" in expected and data.decode() != expected["text"]:
        found.append(f"{what}: {data[:300]!r} instead of {expected['text']!r}")
    for regex, values in expected.get("found", {}).items():
        seen = [list(one) if isinstance(one, tuple) else one for one in re.findall(regex, data.decode("utf-8-sig"))]
        if seen != values:
            found.append(f"{what}: {regex} finds {seen} instead of {values}")
    if "json" in expected:
        shown = json.loads(data)
        found += [f"{what}: {name} is {shown.get(name)!r} instead of {value!r}"
                  for name, value in expected["json"].items() if shown.get(name) != value]
    return found
