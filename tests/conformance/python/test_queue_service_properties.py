"""Get and Set Queue Service Properties, CORS, Get Queue Service Stats. An account has one set of properties: tests put
back what they found."""

from datetime import datetime, timezone
from urllib.parse import urlsplit

import pytest
from azure.storage.queue import CorsRule, Metrics, QueueAnalyticsLogging, QueueServiceClient, RetentionPolicy

import raw
from env import ACCOUNT, KEY, OPTIONS, Seen, refused
from queue_env import QUEUE_ENDPOINT, ask

PROPERTIES = "restype=service&comp=properties"
ORIGIN = "http://www.contoso.example"


@pytest.fixture(autouse=True)
def as_found(queues):
    found = queues.get_service_properties()
    yield
    queues.set_service_properties(found["analytics_logging"], found["hour_metrics"], found["minute_metrics"], found["cors"])


def put(inner):
    return ask("PUT", "/", PROPERTIES, body=f"<StorageServiceProperties>{inner}</StorageServiceProperties>".encode())


class TestSet:
    def test_everything_comes_back(self, queues):
        seen = Seen()
        days = RetentionPolicy(enabled=True, days=5)
        logging = QueueAnalyticsLogging(read=True, write=False, delete=True, retention_policy=days)
        hours = Metrics(enabled=True, include_apis=True, retention_policy=days)
        minutes = Metrics(enabled=True, include_apis=False)
        cors = [
            CorsRule([ORIGIN], ["GET"]),
            CorsRule([ORIGIN, "http://b.example"], ["GET", "POST"], max_age_in_seconds=500,
                     exposed_headers=["x-ms-meta-a"], allowed_headers=["x-ms-meta-target*"]),
        ]  # fmt: skip
        queues.set_service_properties(logging, hours, minutes, cors, raw_response_hook=seen)
        assert seen.status == 202

        found = queues.get_service_properties()
        log = found["analytics_logging"]
        assert (log.version, log.read, log.write, log.delete) == ("1.0", True, False, True)
        assert (log.retention_policy.enabled, log.retention_policy.days) == (True, 5)
        assert (found["hour_metrics"].enabled, found["hour_metrics"].include_apis) == (True, True)
        assert (found["minute_metrics"].enabled, found["minute_metrics"].include_apis) == (True, False)
        assert [(rule.allowed_origins, rule.allowed_methods, rule.max_age_in_seconds) for rule in found["cors"]] == [
            (ORIGIN, "GET", 0),
            (f"{ORIGIN},http://b.example", "GET,POST", 500),
        ]
        assert (found["cors"][1].exposed_headers, found["cors"][1].allowed_headers) == ("x-ms-meta-a", "x-ms-meta-target*")

    def test_what_is_left_out_stays(self, queues):
        queues.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])])
        queues.set_service_properties(hour_metrics=Metrics(enabled=True, include_apis=False))
        found = queues.get_service_properties()
        assert [rule.allowed_origins for rule in found["cors"]] == [ORIGIN]
        queues.set_service_properties(cors=[])
        found = queues.get_service_properties()
        assert (found["cors"], found["hour_metrics"].enabled) == ([], True)

    def test_not_those_of_the_blob_service(self, queues, service):
        before = [rule.allowed_origins for rule in service.get_service_properties()["cors"]]
        queues.set_service_properties(cors=[CorsRule(["http://queues.example"], ["GET"])])
        assert [rule.allowed_origins for rule in service.get_service_properties()["cors"]] == before

    def test_document(self):
        answer = ask("GET", "/", PROPERTIES)
        assert answer.headers["Content-Type"] == "application/xml"
        assert [child.tag for child in answer.xml] == ["Logging", "HourMetrics", "MinuteMetrics", "Cors"]

    def test_too_many_cors_rules(self, queues):
        with refused(400, "InvalidXmlDocument"):
            queues.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])] * 6)

    def test_retention_too_long(self, queues):
        days = RetentionPolicy(enabled=True, days=366)
        with refused(400, "InvalidXmlDocument"):
            queues.set_service_properties(minute_metrics=Metrics(enabled=True, include_apis=True, retention_policy=days))

    @pytest.mark.parametrize(
        "inner, code, details",
        [
            ("<Nothing />", "UnsupportedXmlNode", {"XmlNodeName": "Nothing"}),
            ("<StaticWebsite><Enabled>true</Enabled></StaticWebsite>", "UnsupportedXmlNode", {"XmlNodeName": "StaticWebsite"}),
            ("<DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>", "UnsupportedXmlNode", {}),
            ("<DefaultServiceVersion>2020-10-02</DefaultServiceVersion>", "UnsupportedXmlNode", {}),
            ("<HourMetrics><Version>1.0</Version></HourMetrics>", "MissingRequiredXmlNode", {"XmlNodeName": "Enabled"}),
            ("<HourMetrics><Version>1.0</Version><Enabled>maybe</Enabled></HourMetrics>", "InvalidXmlNodeValue",
             {"XmlNodeName": "Enabled", "XmlNodeValue": "maybe"}),
            ("<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins></CorsRule></Cors>", "InvalidXmlDocument", {}),
            ("<Cors>", "InvalidXmlDocument", {}),
        ],
    )  # fmt: skip
    def test_wrong_documents(self, inner, code, details):
        raw.expect(put(inner), 400, code, **details)


class TestCors:
    def test_preflight(self, queues):
        queues.set_service_properties(cors=[CorsRule([ORIGIN], ["POST"], max_age_in_seconds=7, allowed_headers=["x-ms-*"])])
        asked = {
            "Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-ms-version",
            "x-ms-version": None, "x-ms-date": None,
        }  # fmt: skip
        answer = ask("OPTIONS", "/any/messages", headers=asked, signed=False)
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Methods"] == "POST"
        assert answer.headers["Access-Control-Allow-Headers"] == "x-ms-version"
        assert answer.headers["Access-Control-Max-Age"] == "7"
        refusal = ask("OPTIONS", "/any/messages", headers=asked | {"Origin": "http://x.example"}, signed=False)
        raw.expect(refusal, 403, "CorsPreflightFailure")
        incomplete = ask("OPTIONS", "/any/messages", headers=asked | {"Origin": None}, signed=False)
        raw.expect(incomplete, 400, "InvalidHeaderValue")

    def test_actual_requests(self, queues, queue):
        queues.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"], exposed_headers=["x-ms-*"])])
        path = f"/{queue.queue_name}"
        answer = ask("GET", path, "comp=metadata", {"Origin": ORIGIN})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]) == (200, ORIGIN, "Origin")
        assert "x-ms-approximate-messages-count" in answer.headers["Access-Control-Expose-Headers"].split(",")
        other = ask("GET", path, "comp=metadata", {"Origin": "http://x.example"})
        assert (other.status, other.headers["Access-Control-Allow-Origin"]) == (200, None)


class TestStats:
    def test_on_the_secondary(self):
        # This client replaces the host alone when it goes to the secondary, which path-style URLs share with the primary.
        client = QueueServiceClient(
            QUEUE_ENDPOINT + "-secondary", credential={"account_name": ACCOUNT, "account_key": KEY},
            secondary_hostname=urlsplit(QUEUE_ENDPOINT).netloc, **OPTIONS,
        )  # fmt: skip
        stats = client.get_service_stats()
        assert stats["geo_replication"]["status"] == "live"
        age = datetime.now(timezone.utc) - stats["geo_replication"]["last_sync_time"]
        assert abs(age.total_seconds()) < 3600

    def test_on_the_primary(self):
        answer = ask("GET", "/", "restype=service&comp=stats")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="comp", QueryParameterValue="stats")

    def test_sas(self):
        good = {"sv": "2022-11-02", "ss": "q", "srt": "s", "sp": "r", "se": "2099-01-01T00:00:00Z"}

        def stats(**changes):
            return ask("GET", "/", f"restype=service&comp=stats&{raw.account_sas(**good | changes)}", signed=False)

        raw.expect(stats(), 400, "InvalidQueryParameterValue")  # good, but stats are had from the secondary
        raw.expect(stats(sp="wdlacup"), 403, "AuthorizationPermissionMismatch")
        raw.expect(stats(srt="co"), 403, "AuthorizationResourceTypeMismatch")
