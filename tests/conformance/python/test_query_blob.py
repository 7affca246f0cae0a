"""Query Blob Contents: lines and JSON in and out, what is wrong with a record, progress, refusals."""

import pytest
from azure.core import MatchConditions
from azure.storage.blob import (
    ArrowDialect,
    ArrowType,
    BlobClient,
    BlobSasPermissions,
    DelimitedJsonDialect,
    DelimitedTextDialect,
    QuickQueryDialect,
    StandardBlobTier,
    generate_blob_sas,
)

import raw
from datetime import datetime, timezone
from env import ACCOUNT, DAY, KEY, MIB, OPTIONS, OTHER_ETAG, refused

# As a test of the SDK has it, which shows what the service answers: two kinds of line ends, and a line of one field.
CSV = (
    b"Service,Package,Version,RepoPath,MissingDocs\r\n"
    b"App Configuration,azure-data-appconfiguration,1,appconfiguration,FALSE\r\n"
    b"Event Hubs\r\n"
    b"Identity,azure-identity,1.1.0-beta.1,identity,FALSE\r\n"
)
PLAIN = DelimitedTextDialect(delimiter=",", quotechar='"', lineterminator="\n", escapechar="", has_header=False)
HEADED = DelimitedTextDialect(delimiter=",", quotechar='"', lineterminator="\n", escapechar="", has_header=True)
OWN = DelimitedTextDialect(delimiter=";", quotechar="'", lineterminator=".", escapechar="\\", has_header=False)
ALL = "SELECT * from BlobStorage"


@pytest.fixture
def csv(blob):
    blob.upload_blob(CSV)
    return blob


def ask(blob, sql, **options):
    """(the result, the errors, the reader)"""
    errors = []
    reader = blob.query_blob(sql, on_error=errors.append, **options)
    return reader.readall(), [(e.error, e.is_fatal, e.description, e.position) for e in errors], reader


def path(blob):
    return f"/{blob.container_name}/{blob.blob_name}"


def post(blob, body):
    return raw.request("POST", path(blob), query="comp=query", body=body)


class TestDelimited:
    def test_all(self, csv):
        data, errors, reader = ask(csv, ALL)
        assert (data, errors, len(reader)) == (CSV.replace(b"\r\n", b"\n"), [], len(CSV))

    def test_other_separators(self, csv):
        data, errors, _ = ask(csv, ALL, blob_format=PLAIN, output_format=OWN)
        assert errors == []
        assert data == (
            b"Service;Package;Version;RepoPath;MissingDocs."
            b"App Configuration;azure-data-appconfiguration;1;appconfiguration;FALSE."
            b"Event Hubs."
            b"Identity;azure-identity;'1.1.0-beta.1';identity;FALSE."
        )

    def test_a_record_without_the_field_is_told_and_left_out(self, csv):
        data, errors, reader = ask(csv, "SELECT RepoPath from BlobStorage", blob_format=HEADED, output_format=OWN)
        assert data == b"appconfiguration.identity."
        assert errors == [("InvalidColumnOrdinal", False, "Column ordinal 0 does not exist in row.", 118)]
        assert len(reader) == len(CSV)

    def test_records_one_by_one(self, csv):
        reader = csv.query_blob("SELECT _1 from BlobStorage LIMIT 2", encoding="utf-8")
        assert [record for record in reader.records() if record] == ["Service", "App Configuration"]

    def test_aggregate(self, csv):
        assert ask(csv, "SELECT COUNT(*) FROM BlobStorage WHERE _1 LIKE 'Event%'")[0] == b"1\n"

    def test_a_long_blob_is_streamed(self, blob):
        line = b"%07d,%s\n"
        blob.upload_blob(b"".join(line % (i, b"x" * 91) for i in range(40_000)))
        data, errors, reader = ask(blob, "SELECT _1 FROM BlobStorage WHERE CAST(_1 AS INT) % 10000 = 0")
        assert (data, errors, len(reader)) == (b"0000000\n0010000\n0020000\n0030000\n", [], 4_000_000)


class TestJson:
    BLOB = b'{"name": "owner", "id": 1}\n{"name2": "owner2"}\n{"name": "owner", "id": 1}'

    def test_to_json(self, blob):
        blob.upload_blob(self.BLOB)
        data, errors, reader = ask(
            blob,
            "SELECT name from BlobStorage",
            blob_format=DelimitedJsonDialect(delimiter="\n"),
            output_format=DelimitedJsonDialect(delimiter=";"),
        )
        assert (data, errors, len(reader)) == (b'{"name":"owner"};{};{"name":"owner"};', [], len(self.BLOB))

    def test_to_lines(self, blob):
        blob.upload_blob(self.BLOB)
        data, _, _ = ask(blob, ALL, blob_format=DelimitedJsonDialect(delimiter="\n"), output_format=PLAIN)
        assert data == b"owner,1\nowner2\nowner,1\n"

    def test_lines_to_json(self, csv):
        data, _, _ = ask(
            csv,
            "SELECT Package, Version AS v FROM BlobStorage WHERE Service = 'Identity'",
            blob_format=HEADED,
            output_format=DelimitedJsonDialect(delimiter="\n"),
        )
        assert data == b'{"Package":"azure-identity","v":"1.1.0-beta.1"}\n'

    def test_what_is_no_json_is_fatal(self, blob):
        blob.upload_blob(b"{name: owner}\n{name2: owner2}")
        _, errors, reader = ask(blob, ALL, blob_format=DelimitedJsonDialect(), output_format=OWN)
        assert [(name, fatal, position) for name, fatal, _, position in errors] == [("ParseError", True, 0)]
        assert len(reader) == 29


class TestRefusals:
    def test_syntax(self, csv):
        with refused(400, "ErrorProcessingQueryExpression"):
            csv.query_blob("SELECT * FROM Elsewhere")

    def test_parquet_and_arrow(self, csv):
        with refused(501, "NotImplemented"):
            csv.query_blob(ALL, blob_format=QuickQueryDialect.Parquet)
        with refused(501, "NotImplemented"):
            csv.query_blob(ALL, output_format=[ArrowDialect(ArrowType.DECIMAL, name="abc", precision=4, scale=2)])

    def test_missing(self, container, service):
        with refused(404, "BlobNotFound"):
            container.get_blob_client("missing").query_blob(ALL)
        with refused(404, "ContainerNotFound"):
            service.get_blob_client("nothing", "missing").query_blob(ALL)

    def test_conditions_and_lease(self, csv):
        with refused(412, "ConditionNotMet"):
            csv.query_blob(ALL, etag=OTHER_ETAG, match_condition=MatchConditions.IfNotModified)
        with refused(412, "LeaseNotPresentWithBlobOperation"):
            csv.query_blob(ALL, lease="00000000-0000-0000-0000-000000000001")

    def test_archived(self, csv):
        csv.set_standard_blob_tier(StandardBlobTier.ARCHIVE)
        with refused(409, "BlobArchived"):
            csv.query_blob(ALL)

    def test_a_sas_needs_the_letter_r(self, csv):
        def by(permission):
            names = (ACCOUNT, csv.container_name, csv.blob_name)
            sas = generate_blob_sas(*names, account_key=KEY, permission=permission, expiry=datetime.now(timezone.utc) + DAY)
            return BlobClient.from_blob_url(csv.url, credential=sas, **OPTIONS)

        assert by(BlobSasPermissions(read=True)).query_blob("SELECT _1 FROM BlobStorage LIMIT 1").readall() == b"Service\n"
        with refused(403, "AuthorizationPermissionMismatch"):
            by(BlobSasPermissions(write=True)).query_blob(ALL)

    def test_bodies(self, csv):
        raw.expect(post(csv, b"<QueryRequest>"), 400, "InvalidXmlDocument")
        raw.expect(post(csv, b"<QueryRequest><QueryType>SQL</QueryType></QueryRequest>"), 400, "MissingRequiredXmlNode", XmlNodeName="Expression")
        other = b"<QueryRequest><QueryType>XPath</QueryType><Expression>/</Expression></QueryRequest>"
        raw.expect(post(csv, other), 400, "InvalidXmlNodeValue", XmlNodeName="QueryType", XmlNodeValue="XPath")
