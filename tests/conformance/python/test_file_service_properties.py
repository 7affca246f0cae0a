"""Get and Set File Service Properties, and CORS. An account has one set of properties: tests put back what they found."""

import pytest
from azure.storage.fileshare import (
    CorsRule,
    Metrics,
    NfsEncryptionInTransit,
    RetentionPolicy,
    ShareNfsSettings,
    ShareProtocolSettings,
    ShareSmbSettings,
    SmbEncryptionInTransit,
    SmbMultichannel,
)

import raw
from env import Seen, on_emulator_only, refused
from file_env import a_file, ask

PROPERTIES = "restype=service&comp=properties"
ORIGIN = "http://www.contoso.example"


@pytest.fixture
def service(own_files):
    """Of an account of its own: whoever changes the properties disturbs nobody."""
    return own_files


pytestmark = on_emulator_only


def put(service, inner):
    body = f"<StorageServiceProperties>{inner}</StorageServiceProperties>".encode()
    return ask("PUT", "/", PROPERTIES, body=body, **own(service))


def own(service):
    return {"account": service.name, "key": service.key, "base": f"/{service.name}"}


class TestSet:
    def test_everything_comes_back(self, service):
        seen = Seen()
        hours = Metrics(enabled=True, include_apis=True, retention_policy=RetentionPolicy(enabled=True, days=5))
        minutes = Metrics(enabled=True, include_apis=False)
        cors = [
            CorsRule([ORIGIN], ["GET"]),
            CorsRule(
                [ORIGIN, "http://b.example"],
                ["GET", "PUT"],
                max_age_in_seconds=500,
                exposed_headers=["x-ms-meta-a"],
                allowed_headers=["x-ms-meta-target*"],
            ),
        ]
        smb = ShareSmbSettings(
            multichannel=SmbMultichannel(enabled=True), encryption_in_transit=SmbEncryptionInTransit(required=True)
        )
        nfs = ShareNfsSettings(encryption_in_transit=NfsEncryptionInTransit(required=True))
        service.files.set_service_properties(hours, minutes, cors, ShareProtocolSettings(smb=smb, nfs=nfs), raw_response_hook=seen)
        assert seen.status == 202

        found = service.files.get_service_properties()
        assert (found["hour_metrics"].enabled, found["hour_metrics"].include_apis) == (True, True)
        assert (found["hour_metrics"].retention_policy.enabled, found["hour_metrics"].retention_policy.days) == (True, 5)
        assert (found["minute_metrics"].enabled, found["minute_metrics"].include_apis) == (True, False)
        assert [(rule.allowed_origins, rule.allowed_methods, rule.max_age_in_seconds) for rule in found["cors"]] == [
            (ORIGIN, "GET", 0),
            (f"{ORIGIN},http://b.example", "GET,PUT", 500),
        ]
        assert found["protocol"].smb.multichannel.enabled is True
        assert found["protocol"].smb.encryption_in_transit.required is True
        assert found["protocol"].nfs.encryption_in_transit.required is True

    def test_what_is_left_out_stays(self, service):
        service.files.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])])
        service.files.set_service_properties(
            protocol=ShareProtocolSettings(smb=ShareSmbSettings(multichannel=SmbMultichannel(enabled=True)))
        )
        found = service.files.get_service_properties()
        assert [rule.allowed_origins for rule in found["cors"]] == [ORIGIN]
        assert found["protocol"].smb.multichannel.enabled is True
        service.files.set_service_properties(cors=[])
        assert service.files.get_service_properties()["cors"] == []

    def test_document(self, service):
        answer = ask("GET", "/", PROPERTIES, **own(service))
        assert answer.headers["Content-Type"] == "application/xml"
        assert [child.tag for child in answer.xml][:3] == ["HourMetrics", "MinuteMetrics", "Cors"]

    def test_refusals(self, service):
        with refused(400, "InvalidXmlDocument"):
            service.files.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"])] * 6)
        with refused(400, "InvalidXmlNodeValue"):
            service.files.set_service_properties(cors=[CorsRule([ORIGIN], ["TRACE"])])
        raw.expect(put(service, "<Nothing />"), 400, "UnsupportedXmlNode", XmlNodeName="Nothing")
        raw.expect(put(service, "<Logging />"), 400, "UnsupportedXmlNode", XmlNodeName="Logging")
        raw.expect(
            put(service, "<HourMetrics><Version>1.0</Version></HourMetrics>"), 400, "MissingRequiredXmlNode", XmlNodeName="Enabled"
        )
        smb = "<ProtocolSettings><SMB><Multichannel><Enabled>maybe</Enabled></Multichannel></SMB></ProtocolSettings>"
        raw.expect(put(service, smb), 400, "InvalidXmlNodeValue", XmlNodeName="Enabled")


class TestCors:
    def test_preflight(self, service):
        service.files.set_service_properties(cors=[CorsRule([ORIGIN], ["PUT"], allowed_headers=["x-ms-*"], max_age_in_seconds=9)])
        wanted = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-ms-write"}
        answer = ask("OPTIONS", "/any/file", headers=wanted, signed=False, base=f"/{service.name}")
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Access-Control-Max-Age"]) == (
            200,
            ORIGIN,
            "9",
        )
        answer = ask(
            "OPTIONS", "/any/file", headers=wanted | {"Origin": "http://other.example"}, signed=False, base=f"/{service.name}"
        )
        raw.expect(answer, 403, "CorsPreflightFailure")

    def test_answers(self, service):
        service.files.set_service_properties(cors=[CorsRule([ORIGIN], ["GET"], exposed_headers=["x-ms-type"])])
        share = service.a_share()
        a_file(share.get_directory_client())
        answer = ask("GET", f"/{share.share_name}/file", headers={"Origin": ORIGIN}, **own(service))
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
        assert answer.headers["Access-Control-Expose-Headers"] == "x-ms-type"
