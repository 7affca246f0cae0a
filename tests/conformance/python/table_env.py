"""The Table service of the account under test, and requests byte by byte for what the SDK cannot express.

Signing follows the REST reference, "Authorize with Shared Key", and shares no code with the SDK.
"""

import http.client
import json
import re
from contextlib import contextmanager
from email.utils import formatdate
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableClient, TableServiceClient

from env import ACCOUNT, CONNECTION_STRING, KEY, OPTIONS
from raw import Answer, sign

DEVELOPMENT = (
    f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
    f"TableEndpoint=http://127.0.0.1:10002/{ACCOUNT};"
)
TABLES = TableServiceClient.from_connection_string(
    DEVELOPMENT if CONNECTION_STRING.rstrip(";") == "UseDevelopmentStorage=true" else CONNECTION_STRING, **OPTIONS
)
TABLE_ENDPOINT = TABLES.url.rstrip("/")
CREDENTIAL = AzureNamedKeyCredential(ACCOUNT, KEY)

ETAG = re.compile(r"^W/\"datetime'\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d(\.\d{1,7})?Z'\"$")
OTHER_ETAG = "W/\"datetime'2020-01-02T03%3A04%3A05.1234567Z'\""

VERSION = "2019-02-02"
NONE, MINIMAL, FULL = ("application/json;odata=" + level for level in ("nometadata", "minimalmetadata", "fullmetadata"))
NO_CONTENT = {"Prefer": "return-no-content"}


def code_of(error):
    """The SDK reads the body of most refusals; Insert Entity's it leaves as it came."""
    if hasattr(error, "error_code"):
        return error.error_code
    return json.loads(error.response.text())["odata.error"]["code"]


@contextmanager
def refused(status, code):
    """The block must fail with exactly this status and, in the body of the answer, this error code."""
    with pytest.raises(HttpResponseError) as info:
        yield info
    assert (info.value.status_code, code_of(info.value)) == (status, code), info.value


def with_sas(token, table=None):
    """A client that holds nothing but a SAS: of the service, or of a table."""
    credential = AzureSasCredential(token)
    if table is None:
        return TableServiceClient(TABLE_ENDPOINT, credential=credential, **OPTIONS)
    return TableClient(TABLE_ENDPOINT, table, credential=credential, **OPTIONS)


def ask(method, path, query="", body=None, *, scheme="SharedKey", key=KEY, secondary=False, **headers):
    """`path` follows the account's endpoint and is already percent-encoded; a header set to None is not sent.

    A body that is not bytes is sent as JSON. `scheme` is SharedKey, SharedKeyLite or None.
    """
    url = urlsplit(TABLE_ENDPOINT)
    path = url.path + ("-secondary" if secondary else "") + path
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    sent = {"x-ms-version": VERSION, "x-ms-date": formatdate(usegmt=True), "Accept": MINIMAL}
    if method not in ("GET", "HEAD", "OPTIONS"):
        sent["Content-Length"] = str(len(body or b""))
    if body is not None:
        sent["Content-Type"] = "application/json"
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    sent = {name: value for name, value in sent.items() if value is not None}
    if scheme:
        comp = parse_qs(query).get("comp")
        resource = f"/{ACCOUNT}{path}" + (f"?comp={comp[0]}" if comp else "")
        lines = [sent.get("x-ms-date") or sent.get("Date", ""), resource]
        if scheme == "SharedKey":
            lines = [method, sent.get("Content-MD5", ""), sent.get("Content-Type", ""), *lines]
        sent["Authorization"] = f"{scheme} {ACCOUNT}:{sign(chr(10).join(lines), key)}"

    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=60)
    try:
        connection.putrequest(method, f"{path}?{query}" if query else path, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def literal(key):
    """A key as it stands in a URL."""
    return "'" + quote(key.replace("'", "''"), safe="") + "'"


def at(table, partition="p", row="r"):
    """The path of an entity."""
    return f"/{table.table_name}(PartitionKey={literal(partition)},RowKey={literal(row)})"


def insert(table, properties, partition="p", row="r", **headers):
    """Insert Entity of JSON as it is given, annotations included."""
    return ask("POST", f"/{table.table_name}", body={"PartitionKey": partition, "RowKey": row, **properties}, **headers)


def document(answer, status=200):
    assert answer.status == status, (answer.status, answer.body)
    return json.loads(answer.body)


def expect(answer, status, code):
    """An error answer in JSON."""
    found = json.loads(answer.body)["odata.error"] if answer.body else {}
    assert (answer.status, found.get("code")) == (status, code), (answer.status, answer.body)
    assert found["message"]["lang"] == "en-US"
    assert re.search(r"\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-\d\d-\d\dT[0-9:.]+Z$", found["message"]["value"])
    assert answer.headers["Content-Type"].startswith("application/json")
    return found["message"]["value"].split("\n")[0]


def keys(entities):
    return [(entity["PartitionKey"], entity["RowKey"]) for entity in entities]


def rows(entities):
    return [entity["RowKey"] for entity in entities]


def fill(table, count, partition="p", **properties):
    """Entities 0000, 0001, ... of one partition, by transactions; each has its `Number`."""
    made = [{"PartitionKey": partition, "RowKey": f"{n:04}", "Number": n, **properties} for n in range(count)]
    for first in range(0, count, 100):
        table.submit_transaction([("create", entity) for entity in made[first : first + 100]])
    return made
