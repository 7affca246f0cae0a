"""Get and Set Table Service Properties, CORS, Get Table Service Stats. An account has one set of properties: tests put
back what they found."""

from email.utils import parsedate_to_datetime

import pytest
from azure.data.tables import TableAnalyticsLogging, TableCorsRule, TableMetrics, TableRetentionPolicy

from table_env import ask, refused, with_sas
from test_table_sas import account_token

ORIGIN = "http://www.contoso.example"
PROPERTIES = "restype=service&comp=properties"


@pytest.fixture(autouse=True)
def as_found(tables):
    found = tables.get_service_properties()
    yield
    tables.set_service_properties(
        analytics_logging=found["analytics_logging"], hour_metrics=found["hour_metrics"],
        minute_metrics=found["minute_metrics"], cors=found["cors"],
    )  # fmt: skip


def put(inner):
    body = f"<StorageServiceProperties>{inner}</StorageServiceProperties>".encode()
    return ask("PUT", "/", PROPERTIES, body, Content_Type="application/xml", Accept=None)


def preflight(path, **headers):
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "x-ms-version": None, "x-ms-date": None, "Accept": None}
    return ask("OPTIONS", path, scheme=None, **{**asked, **headers})


def test_everything_comes_back(tables):
    days = TableRetentionPolicy(enabled=True, days=5)
    tables.set_service_properties(
        analytics_logging=TableAnalyticsLogging(read=True, write=True, delete=True, retention_policy=days),
        hour_metrics=TableMetrics(enabled=True, include_apis=True, retention_policy=days),
        minute_metrics=TableMetrics(enabled=True, include_apis=False),
        cors=[TableCorsRule([ORIGIN], ["GET"]),
              TableCorsRule([ORIGIN, "http://b.example"], ["GET", "MERGE", "PATCH"], max_age_in_seconds=500,
                            exposed_headers=["x-ms-meta-abc"], allowed_headers=["x-ms-meta-target*"])],
    )  # fmt: skip
    found = tables.get_service_properties()
    assert [getattr(found["analytics_logging"], name) for name in ("version", "read", "write", "delete")] == ["1.0"] + [True] * 3
    assert (found["analytics_logging"].retention_policy.enabled, found["analytics_logging"].retention_policy.days) == (True, 5)
    assert (found["hour_metrics"].enabled, found["hour_metrics"].include_apis) == (True, True)
    assert (found["minute_metrics"].enabled, found["minute_metrics"].include_apis) == (True, False)
    assert [(rule.allowed_origins, rule.allowed_methods, rule.max_age_in_seconds) for rule in found["cors"]] == [
        ([ORIGIN], ["GET"], 0), ([ORIGIN, "http://b.example"], ["GET", "MERGE", "PATCH"], 500),
    ]  # fmt: skip
    assert found["cors"][1].exposed_headers == ["x-ms-meta-abc"]
    assert found["cors"][1].allowed_headers == ["x-ms-meta-target*"]


def test_what_is_left_out_stays(tables):
    tables.set_service_properties(cors=[TableCorsRule([ORIGIN], ["GET"])])
    answer = put("<HourMetrics><Version>1.0</Version><Enabled>false</Enabled>"
                 "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics>")  # fmt: skip
    assert (answer.status, answer.body) == (202, b"")
    assert [rule.allowed_origins for rule in tables.get_service_properties()["cors"]] == [[ORIGIN]]


def test_too_many_cors_rules(tables):
    with refused(400, "InvalidXmlDocument"):
        tables.set_service_properties(cors=[TableCorsRule([ORIGIN], ["GET"])] * 6)


@pytest.mark.parametrize("inner, code", [
    ("<Nothing />", "UnsupportedXmlNode"), ("<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins></CorsRule></Cors>", "InvalidXmlDocument"),
    ("<StaticWebsite><Enabled>true</Enabled></StaticWebsite>", "UnsupportedXmlNode"), ("<", "InvalidXmlDocument"),
])  # fmt: skip
def test_documents_that_are_refused(inner, code):
    answer = put(inner)
    assert (answer.status, answer.error) == (400, code), answer.body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "MERGE", "PATCH", "DELETE"])
def test_preflight(tables, method):
    tables.set_service_properties(cors=[TableCorsRule([ORIGIN], [method], max_age_in_seconds=7, allowed_headers=["x-ms-*"])])
    answer = preflight("/anything", **{"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-ms-date"})
    assert answer.status == 200, answer.body
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Methods"] == method
    assert answer.headers["Access-Control-Max-Age"] == "7"


def test_preflight_without_a_rule(tables):
    tables.set_service_properties(cors=[TableCorsRule(["http://other.example"], ["GET"])])
    answer = preflight("/anything")
    assert answer.status == 403
    assert "CorsPreflightFailure" in answer.body.decode() or answer.error == "CorsPreflightFailure"


def test_an_answer_to_a_page_of_another_origin(tables, table):
    tables.set_service_properties(cors=[TableCorsRule([ORIGIN], ["GET"], exposed_headers=["*"])])
    answer = ask("GET", f"/{table.table_name}()", Origin=ORIGIN)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "Access-Control-Allow-Origin" not in ask("GET", f"/{table.table_name}()", Origin="http://c.example").headers


def test_stats():
    """Only the secondary endpoint has them; its path-style address is one that this SDK cannot make."""
    answer = ask("GET", "/", "restype=service&comp=stats", secondary=True, Accept=None)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml")
    assert answer.xml.tag == "StorageServiceStats"
    assert answer.xml.findtext("GeoReplication/Status") == "live"
    assert parsedate_to_datetime(answer.xml.findtext("GeoReplication/LastSyncTime"))


def test_stats_of_the_primary():
    answer = ask("GET", "/", "restype=service&comp=stats")
    assert (answer.status, answer.error) == (400, "InvalidQueryParameterValue"), answer.body


def test_by_sas():
    found = with_sas(account_token("r", "s")).get_service_properties()
    assert found["analytics_logging"].version == "1.0"
