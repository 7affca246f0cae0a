"""Get and Set Table ACL."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.data.tables import TableAccessPolicy

from env import unique
from table_env import ask, refused

NOW = datetime.now(timezone.utc).replace(microsecond=0)
LATER = NOW + timedelta(hours=1)


def put(table, identifiers):
    body = f"<SignedIdentifiers>{identifiers}</SignedIdentifiers>".encode()
    return ask("PUT", f"/{table.table_name}", "comp=acl", body, Content_Type="application/xml", Accept=None)


def identifier(name, policy=""):
    return f"<SignedIdentifier><Id>{name}</Id><AccessPolicy>{policy}</AccessPolicy></SignedIdentifier>"


def test_of_a_new_table(table):
    assert table.get_table_access_policy() == {}


def test_policies_come_back(table):
    table.set_table_access_policy({
        "full": TableAccessPolicy(permission="raud", start=NOW, expiry=LATER),
        "permission": TableAccessPolicy(permission="r"), "empty": None,
    })  # fmt: skip
    found = table.get_table_access_policy()
    assert list(found) == ["full", "permission", "empty"]
    assert (found["full"].permission, found["full"].start, found["full"].expiry) == ("raud", NOW, LATER)
    assert (found["permission"].permission, found["permission"].start) == ("r", None)
    assert not found["empty"] or not found["empty"].permission


def test_policies_are_replaced_as_a_whole(table):
    table.set_table_access_policy({name: TableAccessPolicy(permission="r") for name in "abcde"})
    table.set_table_access_policy({"f": TableAccessPolicy(permission="a")})
    assert list(table.get_table_access_policy()) == ["f"]
    table.set_table_access_policy({})
    assert table.get_table_access_policy() == {}


def test_answers(table):
    answer = put(table, identifier("i", "<Permission>r</Permission>"))
    assert (answer.status, answer.body) == (204, b"")
    answer = ask("GET", f"/{table.table_name}", "comp=acl", Accept=None)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml")
    assert answer.xml.findtext("SignedIdentifier/Id") == "i"
    assert answer.xml.findtext("SignedIdentifier/AccessPolicy/Permission") == "r"


def test_six_policies(table):
    """The SDK makes a ValueError of the service's 400."""
    with pytest.raises(ValueError, match="Too many access policies"):
        table.set_table_access_policy({name: TableAccessPolicy(permission="r") for name in "abcdef"})


@pytest.mark.parametrize("identifiers", [
    "".join(identifier(name) for name in "abcdef"), identifier(""), identifier("i" * 65), identifier("i") + identifier("i"),
    identifier("i", "<Permission>w</Permission>"), identifier("i", "<Expiry>tomorrow</Expiry>"), "<SignedIdentifier>", "<Other />",
])  # fmt: skip
def test_documents_that_are_refused(table, identifiers):
    table.set_table_access_policy({"before": TableAccessPolicy(permission="r")})
    answer = put(table, identifiers)
    assert (answer.status, answer.error) == (400, "InvalidXmlDocument"), answer.body
    assert list(table.get_table_access_policy()) == ["before"]


def test_table_that_is_not_there(tables):
    nowhere = tables.get_table_client(unique())
    with refused(404, "TableNotFound"):
        nowhere.get_table_access_policy()
    with refused(404, "TableNotFound"):
        nowhere.set_table_access_policy({})
