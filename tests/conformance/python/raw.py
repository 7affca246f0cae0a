"""Requests byte by byte, for what the SDK cannot express.

Signing follows the REST reference, "Authorize with Shared Key" and "Create an account SAS"; it shares no code with the SDK.
"""

import base64
import hashlib
import hmac
import http.client
import xml.etree.ElementTree as ET
from email.utils import formatdate
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from env import ACCOUNT, ENDPOINT, KEY

VERSION = "2026-04-06"
SIGNED_HEADERS = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def error(self):
        return self.headers.get("x-ms-error-code")

    @property
    def xml(self):
        return ET.fromstring(self.body)


def sign(text, key=KEY):
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def string_to_sign(method, path, query, headers, account, header_order=sorted):
    plain = {name.lower(): value for name, value in headers.items()}
    lines = [method]
    for name in SIGNED_HEADERS:
        value = plain.get(name, "")
        if name == "content-length" and value == "0" and plain.get("x-ms-version", "") >= "2015-02-21":
            value = ""
        if name == "date" and "x-ms-date" in plain:
            value = ""
        lines.append(value)
    for name in header_order(n for n in plain if n.startswith("x-ms-")):
        lines.append(f"{name}:{plain[name].strip()}")
    lines.append(f"/{account}{path}")
    grouped = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        grouped.setdefault(name.lower(), []).append(value)
    lines += [f"{name}:{','.join(sorted(grouped[name]))}" for name in sorted(grouped)]
    return "\n".join(lines)


def connect(endpoint=ENDPOINT):
    url = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    return kind(url.netloc, timeout=20)


def request(method, path, query="", headers=None, body=None, *, signed=True, account=ACCOUNT, key=KEY,
            endpoint=ENDPOINT, base=None, header_order=sorted, connection=None):  # fmt: skip
    """`path` follows the account's endpoint and is already percent-encoded. A header set to None is not sent."""
    path = (urlsplit(endpoint).path if base is None else base) + path
    sent = {"x-ms-version": VERSION, "x-ms-date": formatdate(usegmt=True)}
    if method in ("PUT", "POST", "PATCH"):
        sent["Content-Length"] = str(len(body or b""))
    sent.update(headers or {})
    sent = {name: value for name, value in sent.items() if value is not None}
    if signed and "Authorization" not in sent:
        signature = sign(string_to_sign(method, path, query, sent, account, header_order), key)
        sent["Authorization"] = f"SharedKey {account}:{signature}"

    mine = connection or connect(endpoint)
    try:
        mine.putrequest(method, f"{path}?{query}" if query else path, skip_accept_encoding=True)
        for name, value in sent.items():
            mine.putheader(name, value)
        mine.endheaders(body)
        return Answer(mine.getresponse())
    finally:
        if connection is None:
            mine.close()


def account_sas(key=KEY, **fields):
    """An account SAS of exactly these fields; `sig` can be given to break it."""
    lines = [ACCOUNT] + [fields.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv")]
    if fields.get("sv", "") >= "2020-12-06":
        lines.append(fields.get("ses", ""))
    fields.setdefault("sig", sign("\n".join(lines) + "\n", key))
    return urlencode(fields, quote_via=quote)


def expect(answer, status, code, **details):
    """An error answer: status, header, and (unless HEAD or 304 left the body out) the XML body with these elements."""
    assert (answer.status, answer.error) == (status, code), f"{answer.status} {answer.error} {answer.body[:500]}"
    if not answer.body:
        assert not details
        return
    assert answer.headers["Content-Type"] == "application/xml"
    root = answer.xml
    assert root.tag == "Error"
    assert root.findtext("Code") == code
    for name, value in details.items():
        assert root.findtext(name) == value, name


def message_of(answer):
    return answer.xml.findtext("Message").split("\n")[0]
