"""What a report program such as Power BI or Excel does to read a table: Shared Key in the form of this service, and no SDK.

Nothing public says which versions its connector asks for (?), so those that ever stood in one: JSON with full metadata at
2013-08-15 and at 2019-02-02, and Atom at 2015-07-08, the last version that knows it.
"""

import re
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest

from env import ACCOUNT, unique
from table_env import FULL, TABLE_ENDPOINT, TABLES, ask, document

ATOM, DATA, METADATA = (
    "{http://www.w3.org/2005/Atom}",
    "{http://schemas.microsoft.com/ado/2007/08/dataservices}",
    "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}",
)
DAYS = [f"2024-01-{day:02}" for day in range(1, 6)]
PATIENTS = 700
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z"


def patient(day, number):
    return {
        "PartitionKey": day, "RowKey": f"EMP-{number:05}", "Name": f"Zoë <{number}> & Söhne", "TentNumber": f"T-{number % 20 + 1:02}",
        "InfectionStatus": ("Positive", "Negative", "Awaiting Results")[number % 3], "Temperature": 97 + number % 50 / 8,
        "Visits": number, "LastUpdated": f"{day}T10:30:00Z",
    }  # fmt: skip


@pytest.fixture(scope="module")
def patients():
    """Five days of 700 patients, so that pages end inside a day."""
    made = TABLES.create_table(unique())
    for day in DAYS:
        for first in range(0, PATIENTS, 100):
            made.submit_transaction([("create", patient(day, number)) for number in range(first, first + 100)])
    yield made
    made.delete_table()


def pages(table, version, accept, query=""):
    """Every page of the table, by both continuation headers, as answers."""
    more = ""
    while True:
        answer = ask(
            "GET", f"/{table.table_name}()", (query + more).lstrip("&"), Accept=accept, DataServiceVersion="3.0;NetFx",
            MaxDataServiceVersion="3.0;NetFx", **{"x-ms-version": version, "Accept-Charset": "UTF-8"},
        )  # fmt: skip
        assert answer.status == 200, (answer.status, answer.body[:500])
        yield answer
        keys = [(name, answer.headers[f"x-ms-continuation-{name}"]) for name in ("NextPartitionKey", "NextRowKey")]
        if not any(value for _, value in keys):
            return
        assert all(value for _, value in keys), keys
        more = "".join(f"&{name}={quote(value, safe='')}" for name, value in keys)


WANTED = [patient(day, number) for day in DAYS for number in range(PATIENTS)]


@pytest.mark.parametrize("version", ["2013-08-15", "2019-02-02"])
def test_json_with_full_metadata(patients, version):
    found, sizes = [], []
    for answer in pages(patients, version, FULL):
        assert answer.headers["Content-Type"] == f"{FULL};streaming=true;charset=utf-8"
        page = document(answer)
        assert page["odata.metadata"] == f"{TABLE_ENDPOINT}/$metadata#{patients.table_name}"
        found += page["value"]
        sizes.append(len(page["value"]))
    assert sizes == [1000, 1000, 1000, 500]
    for entity, wanted in zip(found, WANTED, strict=True):
        at = f"{patients.table_name}(PartitionKey='{wanted['PartitionKey']}',RowKey='{wanted['RowKey']}')"
        assert entity.pop("odata.type") == f"{ACCOUNT}.{patients.table_name}"
        assert entity.pop("odata.id") == f"{TABLE_ENDPOINT}/{at}"
        assert entity.pop("odata.editLink") == at
        assert re.fullmatch(r"W/\"datetime'.*'\"", entity.pop("odata.etag"))
        assert entity.pop("Timestamp@odata.type") == "Edm.DateTime"
        assert re.fullmatch(TIME, entity.pop("Timestamp"))
        assert entity == wanted


def test_atom(patients):
    found = []
    for answer in pages(patients, "2015-07-08", "application/atom+xml,application/xml"):
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        feed = answer.xml
        assert (feed.tag, feed.findtext(f"{ATOM}title")) == (f"{ATOM}feed", patients.table_name)
        found += feed.iter(f"{METADATA}properties")
    for properties, wanted in zip(found, WANTED, strict=True):
        cells = {cell.tag.removeprefix(DATA): (cell.get(f"{METADATA}type"), cell.text) for cell in properties}
        kind, written = cells.pop("Timestamp")
        assert kind == "Edm.DateTime" and re.fullmatch(TIME, written)
        kind, heat = cells.pop("Temperature")
        assert (kind, float(heat)) == ("Edm.Double", wanted["Temperature"])
        kind, visits = cells.pop("Visits")
        assert (kind, int(visits)) == ("Edm.Int32", wanted["Visits"])
        assert cells == {name: (None, value) for name, value in wanted.items() if name not in ("Temperature", "Visits")}


def test_a_filter_and_chosen_columns(patients):
    """What its query editor folds into the request."""
    query = "$filter=" + quote("PartitionKey ge '2024-01-04' and InfectionStatus eq 'Positive'") + "&$select=PartitionKey,RowKey"
    found = [
        (entity["PartitionKey"], entity["RowKey"])
        for answer in pages(patients, "2019-02-02", FULL, query) for entity in document(answer)["value"]
    ]  # fmt: skip
    assert found == [
        (one["PartitionKey"], one["RowKey"]) for one in WANTED
        if one["PartitionKey"] >= "2024-01-04" and one["InfectionStatus"] == "Positive"
    ]  # fmt: skip


@pytest.mark.parametrize("version, accept", [("2013-08-15", FULL), ("2015-07-08", "application/atom+xml"), ("2019-02-02", FULL)])
def test_the_list_of_tables(patients, version, accept):
    """The navigator shows the tables of the account before one is chosen."""
    answer = ask("GET", "/Tables", f"$filter=TableName%20eq%20'{patients.table_name}'", Accept=accept, **{"x-ms-version": version})
    if accept == FULL:
        assert [one["TableName"] for one in document(answer)["value"]] == [patients.table_name]
    else:
        assert answer.status == 200
        assert [name.text for name in ET.fromstring(answer.body).iter(f"{DATA}TableName")] == [patients.table_name]
