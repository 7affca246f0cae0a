"""Shared Key and Shared Key Lite of the Table service, and what is refused before anything is looked at."""

from email.utils import formatdate
from time import time

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient

from env import ACCOUNT, OPTIONS
from table_env import NONE, TABLE_ENDPOINT, ask, at, document, expect, insert, refused

WRONG_KEY = "bm90IHRoZSBrZXk="


@pytest.mark.parametrize("scheme", ["SharedKey", "SharedKeyLite"])
class TestSchemes:
    def test_every_kind_of_path(self, table, scheme):
        assert insert(table, {"A": 1}, "a b", "it's", scheme=scheme).status == 201
        assert ask("GET", at(table, "a b", "it's"), scheme=scheme).status == 200
        assert ask("GET", f"/{table.table_name}()", "$filter=A%20eq%201&$top=5", scheme=scheme).status == 200
        assert ask("GET", "/Tables", "$top=1", scheme=scheme).status == 200
        assert ask("GET", f"/{table.table_name}", "comp=acl", scheme=scheme, Accept=None).status == 200
        assert ask("GET", "/", "restype=service&comp=properties", scheme=scheme, Accept=None).status == 200

    def test_date_header_alone(self, table, scheme):
        assert ask("GET", f"/{table.table_name}()", scheme=scheme, Date=formatdate(usegmt=True), **{"x-ms-date": None}).status == 200

    def test_content_md5_and_type_are_signed(self, table, scheme):
        headers = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "Content-Type": "application/json; charset=utf-8"}
        answer = ask("GET", f"/{table.table_name}()", scheme=scheme, **headers)
        assert answer.status == 200, answer.body

    def test_wrong_key(self, table, scheme):
        expect(ask("GET", f"/{table.table_name}()", scheme=scheme, key=WRONG_KEY), 403, "AuthenticationFailed")

    def test_old_date(self, table, scheme):
        date = formatdate(time() - 16 * 60, usegmt=True)
        expect(ask("GET", f"/{table.table_name}()", scheme=scheme, **{"x-ms-date": date}), 403, "AuthenticationFailed")

    def test_no_date(self, table, scheme):
        expect(ask("GET", f"/{table.table_name}()", scheme=scheme, **{"x-ms-date": None}), 403, "AuthenticationFailed")

    def test_of_another_request(self, table, scheme):
        """A signature over what was not asked for."""
        date = formatdate(usegmt=True)
        answer = ask("GET", f"/{table.table_name}()", scheme=scheme, Accept=NONE, **{"x-ms-date": date})
        assert answer.status == 200
        expect(ask("GET", f"/{table.table_name}()", scheme=None, Authorization=f"{scheme} {ACCOUNT}:AAAA"), 403, "AuthenticationFailed")


def test_without_a_credential(table):
    answer = ask("GET", f"/{table.table_name}()", scheme=None)
    assert document(answer, answer.status)["odata.error"]["code"] in ("NoAuthenticationInformation", "ResourceNotFound")
    assert answer.status in (401, 404), "as of other services: nobody learns what is there"


@pytest.mark.parametrize("text", ["SharedKey", f"SharedKey {ACCOUNT}", f"Nothing {ACCOUNT}:AAAA"])
def test_malformed_authorization(table, text):
    answer = ask("GET", f"/{table.table_name}()", scheme=None, Authorization=text)
    assert (answer.status, document(answer, answer.status)["odata.error"]["code"]) == (400, "InvalidAuthenticationInfo")


def test_sdk_with_a_wrong_key():
    service = TableServiceClient(TABLE_ENDPOINT, credential=AzureNamedKeyCredential(ACCOUNT, WRONG_KEY), **OPTIONS)
    with refused(403, "AuthenticationFailed"):
        list(service.list_tables())


def test_errors_in_xml(table):
    """For clients that take no JSON."""
    answer = ask("GET", f"/{table.table_name}(PartitionKey='a',RowKey='b')", Accept="application/xml,application/atom+xml")
    assert answer.status in (404, 415)
    assert answer.xml.tag == "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}error"
