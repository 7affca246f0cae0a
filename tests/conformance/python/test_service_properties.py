"""Get and Set Blob Service Properties, CORS, Get Blob Service Stats. An account has one set of properties: tests put back
what they found. The default version is left alone, since it cannot be unset."""

from datetime import datetime, timezone
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobAnalyticsLogging, BlobServiceClient, CorsRule, Metrics, RetentionPolicy, StaticWebsite

import raw
from env import ENDPOINT, KEY, ACCOUNT, OPTIONS, Seen, refused

PROPERTIES = "restype=service&comp=properties"
ORIGIN = "http://www.contoso.example"


@pytest.fixture(autouse=True)
def as_found(service):
    found = service.get_service_properties()
    yield
    service.set_service_properties(
        found["analytics_logging"], found["hour_metrics"], found["minute_metrics"], found["cors"],
        delete_retention_policy=found["delete_retention_policy"], static_website=found["static_website"],
    )  # fmt: skip


def put(body, **headers):
    return raw.request("PUT", "/", PROPERTIES, headers, body.encode())


def document(inner):
    return f"<StorageServiceProperties>{inner}</StorageServiceProperties>"


class TestSet:
    def test_everything_comes_back(self, service):
        seen = Seen()
        days = RetentionPolicy(enabled=True, days=5)
        logging = BlobAnalyticsLogging(read=True, write=True, delete=True, retention_policy=days)
        hours = Metrics(enabled=True, include_apis=True, retention_policy=days)
        minutes = Metrics(enabled=True, include_apis=False)
        cors = [
            CorsRule([ORIGIN], ["GET"]),
            CorsRule([ORIGIN, "http://b.example"], ["GET", "PUT"], max_age_in_seconds=500,
                     exposed_headers=["x-ms-meta-data*", "x-ms-meta-abc"], allowed_headers=["x-ms-meta-target*"]),
        ]  # fmt: skip
        website = StaticWebsite(enabled=True, index_document="index.html", error_document404_path="a/404.html")
        service.set_service_properties(
            logging, hours, minutes, cors, delete_retention_policy=RetentionPolicy(enabled=True, days=365),
            static_website=website, raw_response_hook=seen,
        )  # fmt: skip
        assert seen.status == 202

        found = service.get_service_properties()
        assert [getattr(found["analytics_logging"], name) for name in ("version", "read", "write", "delete")] == ["1.0"] + [True] * 3
        assert (found["analytics_logging"].retention_policy.enabled, found["analytics_logging"].retention_policy.days) == (True, 5)
        assert (found["hour_metrics"].enabled, found["hour_metrics"].include_apis) == (True, True)
        assert (found["minute_metrics"].enabled, found["minute_metrics"].include_apis) == (True, False)
        assert found["minute_metrics"].retention_policy.enabled is False
        assert [(rule.allowed_origins, rule.allowed_methods, rule.max_age_in_seconds) for rule in found["cors"]] == [
            (ORIGIN, "GET", 0),
            (f"{ORIGIN},http://b.example", "GET,PUT", 500),
        ]
        assert found["cors"][1].exposed_headers == "x-ms-meta-abc,x-ms-meta-data*"
        assert found["cors"][1].allowed_headers == "x-ms-meta-target*"
        assert (found["delete_retention_policy"].enabled, found["delete_retention_policy"].days) == (True, 365)
        assert found["static_website"].index_document == "index.html"
        assert found["static_website"].error_document404_path == "a/404.html"
        assert service.get_container_client("$web").exists()

    def test_what_is_left_out_stays(self, service):
        service.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])])
        service.set_service_properties(delete_retention_policy=RetentionPolicy(enabled=True, days=2))
        found = service.get_service_properties()
        assert [rule.allowed_origins for rule in found["cors"]] == [ORIGIN]
        assert found["delete_retention_policy"].days == 2
        service.set_service_properties(cors=[])
        found = service.get_service_properties()
        assert found["cors"] == []
        assert found["delete_retention_policy"].days == 2

    def test_website_without_documents_and_switched_off(self, service):
        service.set_service_properties(static_website=StaticWebsite(enabled=True))
        assert service.get_service_properties()["static_website"].enabled is True
        service.set_service_properties(static_website=StaticWebsite(enabled=False, index_document="index.html"))
        found = service.get_service_properties()["static_website"]
        assert (found.enabled, found.index_document) == (False, None)

    def test_default_index(self, service):
        service.set_service_properties(static_website=StaticWebsite(enabled=True, default_index_document_path="app/i.html"))
        assert service.get_service_properties()["static_website"].default_index_document_path == "app/i.html"

    def test_too_many_cors_rules(self, service):
        with refused(400, "InvalidXmlDocument"):
            service.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])] * 6)

    def test_retention_too_long(self, service):
        metrics = Metrics(enabled=True, include_apis=True, retention_policy=RetentionPolicy(enabled=True, days=366))
        with refused(400, "InvalidXmlDocument"):
            service.set_service_properties(minute_metrics=metrics)

    @pytest.mark.parametrize(
        "inner, code, details",
        [
            ("<Nothing />", "UnsupportedXmlNode", {"XmlNodeName": "Nothing"}),
            ("<StaticWebsite />", "MissingRequiredXmlNode", {"XmlNodeName": "Enabled"}),
            ("<StaticWebsite><Enabled>maybe</Enabled></StaticWebsite>", "InvalidXmlNodeValue",
             {"XmlNodeName": "Enabled", "XmlNodeValue": "maybe"}),
            ("<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins></CorsRule></Cors>", "InvalidXmlDocument",
             {"LineNumber": "0", "LinePosition": "0"}),
        ],
    )  # fmt: skip
    def test_wrong_documents(self, inner, code, details):
        raw.expect(put(document(inner)), 400, code, **details)

    def test_no_document(self):
        raw.expect(put(""), 400, "InvalidXmlDocument")


class TestCors:
    def test_preflight(self, service):
        service.set_service_properties(
            cors=[CorsRule([ORIGIN], ["PUT"], max_age_in_seconds=7, allowed_headers=["x-ms-*"])]
        )
        asked = {
            "Origin": ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-ms-blob-type",
            "x-ms-version": None, "x-ms-date": None,
        }  # fmt: skip
        answer = raw.request("OPTIONS", "/anything/at/all", headers=asked, signed=False)
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
        assert answer.headers["Access-Control-Allow-Headers"] == "x-ms-blob-type"
        assert answer.headers["Access-Control-Max-Age"] == "7"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"

        refusal = raw.request("OPTIONS", "/a", headers=asked | {"Origin": "http://x.example"}, signed=False)
        raw.expect(refusal, 403, "CorsPreflightFailure")
        incomplete = raw.request("OPTIONS", "/a", headers=asked | {"Origin": None}, signed=False)
        raw.expect(incomplete, 400, "InvalidHeaderValue")

    def test_actual_requests(self, service, container):
        container.upload_blob("blob", b"hello")
        service.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"], exposed_headers=["x-ms-*"])])
        path = f"/{container.container_name}/blob"
        answer = raw.request("GET", path, headers={"Origin": ORIGIN})
        assert (answer.status, answer.body) == (200, b"hello")
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Vary"] == "Origin"
        assert "x-ms-blob-type" in answer.headers["Access-Control-Expose-Headers"].split(",")
        other = raw.request("GET", path, headers={"Origin": "http://x.example"})
        assert (other.status, other.headers["Vary"], other.headers["Access-Control-Allow-Origin"]) == (200, "Origin", None)


class TestStats:
    def test_on_the_secondary(self):
        # This client replaces the host alone when it goes to the secondary, which path-style URLs share with the primary.
        client = BlobServiceClient(
            ENDPOINT + "-secondary", credential={"account_name": ACCOUNT, "account_key": KEY},
            secondary_hostname=urlsplit(ENDPOINT).netloc, **OPTIONS,
        )  # fmt: skip
        stats = client.get_service_stats()
        assert stats["geo_replication"]["status"] == "live"
        age = datetime.now(timezone.utc) - stats["geo_replication"]["last_sync_time"]
        assert abs(age.total_seconds()) < 3600

    def test_on_the_primary(self):
        answer = raw.request("GET", "/", "restype=service&comp=stats")
        raw.expect(answer, 400, "InvalidQueryParameterValue", QueryParameterName="comp", QueryParameterValue="stats")


# query, method, resource type, letter
SAS = [(PROPERTIES, "GET", "r"), (PROPERTIES, "PUT", "w"), ("restype=service&comp=stats", "GET", "r")]


@pytest.mark.parametrize("query, method, letter", SAS)
def test_sas(query, method, letter):
    good = {"sv": "2022-11-02", "ss": "b", "srt": "s", "sp": letter, "se": "2099-01-01T00:00:00Z"}

    def ask(**changes):
        return raw.request(method, "/", f"{query}&{raw.account_sas(**good | changes)}", signed=False)

    assert ask().status in (200, 400)  # 400: no body, or stats of the primary
    wrong = "rwdlac".replace(letter, "")
    raw.expect(ask(sp=wrong), 403, "AuthorizationPermissionMismatch")
    raw.expect(ask(srt="co"), 403, "AuthorizationResourceTypeMismatch")
