"""Account SAS and table SAS: what each letter opens, ranges of keys, stored access policies, addresses, times."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.core.exceptions import HttpResponseError
from azure.data.tables import (
    AccountSasPermissions, ResourceTypes, TableAccessPolicy, TableSasPermissions, generate_account_sas, generate_table_sas,
)  # fmt: skip

from env import unique
from table_env import CREDENTIAL, TABLES, fill, keys, refused, rows, with_sas

MISMATCH = (403, "AuthorizationPermissionMismatch")
KEY = {"PartitionKey": "p", "RowKey": "r"}


def later(hours=1):
    return datetime.now(timezone.utc) + timedelta(hours=hours)


def by_table_sas(table, permission="raud", **fields):
    fields = {"expiry": later(), "permission": TableSasPermissions(_str=permission), **fields}
    return with_sas(generate_table_sas(CREDENTIAL, table.table_name, **fields), table.table_name)


def account_token(permission="rwdlau", types="sco"):
    letters = AccountSasPermissions()
    letters._str = permission  # as given: from_string would put them in order
    return generate_account_sas(CREDENTIAL, ResourceTypes.from_string(types), letters, later())


# Each needs exactly these letters.
CALLS = [
    ("r", lambda table: list(table.list_entities())),
    ("r", lambda table: table.get_entity("p", "there")),
    ("a", lambda table: table.create_entity({**KEY, "RowKey": "new"})),
    ("u", lambda table: table.update_entity({**KEY, "RowKey": "there", "A": 1})),
    ("u", lambda table: table.update_entity({**KEY, "RowKey": "there", "A": 1}, mode="replace")),
    ("au", lambda table: table.upsert_entity({**KEY, "A": 1})),
    ("au", lambda table: table.upsert_entity({**KEY, "A": 1}, mode="replace")),
    ("d", lambda table: table.delete_entity("p", "there")),
]


@pytest.fixture
def known(table):
    table.create_entity({**KEY, "RowKey": "there"})
    return table


@pytest.mark.parametrize("letters, call", CALLS, ids=[str(number) for number in range(len(CALLS))])
def test_letters_of_a_table_sas(known, letters, call):
    call(by_table_sas(known, letters))
    for missing in letters:
        rest = "".join(letter for letter in "raud" if letter != missing)
        with refused(*MISMATCH):
            call(by_table_sas(known, rest))


@pytest.mark.parametrize("letters", ["a", "u", "d"])
def test_letters_inside_a_transaction(known, letters):
    operations = {"a": ("create", KEY), "u": ("update", {**KEY, "RowKey": "there"}), "d": ("delete", {**KEY, "RowKey": "there"})}
    by_table_sas(known, letters).submit_transaction([operations[letters]])
    known.upsert_entity({**KEY, "RowKey": "there"})
    for other in set("aud") - set(letters):
        with pytest.raises(HttpResponseError) as info:
            by_table_sas(known, letters).submit_transaction([operations[other]])
        assert info.value.error_code == "AuthorizationPermissionMismatch"


def test_a_table_sas_opens_no_other_table(tables, known):
    token = generate_table_sas(CREDENTIAL, known.table_name, permission="raud", expiry=later())
    other = tables.create_table(unique())
    with refused(403, "AuthenticationFailed"):
        list(with_sas(token, other.table_name).list_entities())
    other.delete_table()


def test_a_table_sas_opens_no_service(known):
    token = generate_table_sas(CREDENTIAL, known.table_name, permission="raud", expiry=later())
    for call in (lambda s: s.create_table(unique()), lambda s: list(s.list_tables()), lambda s: s.get_service_properties()):
        with pytest.raises(HttpResponseError) as info:
            call(with_sas(token))
        assert info.value.status_code == 403


def test_name_of_the_table_has_no_case(tables):
    name = unique("Mixed")
    table = tables.create_table(name)
    for spelled in (name, name.lower(), name.upper()):
        token = generate_table_sas(CREDENTIAL, spelled, permission="r", expiry=later())
        assert list(with_sas(token, spelled).list_entities()) == []
    table.delete_table()


# Ranges

@pytest.fixture
def grid(table):
    for partition in "abcd":
        fill(table, 4, partition)
    return table


@pytest.mark.parametrize("fields, wanted", [
    ({"start_pk": "b"}, "b c d"), ({"end_pk": "b"}, "a b"), ({"start_pk": "b", "end_pk": "c"}, "b c"),
    ({"start_pk": "b", "start_rk": "0002"}, "b2 b3 c d"), ({"end_pk": "b", "end_rk": "0001"}, "a b0 b1"),
    ({"start_pk": "a", "start_rk": "0003", "end_pk": "c", "end_rk": "0000"}, "a3 b c0"),
    ({"start_pk": "c", "start_rk": "0001", "end_pk": "c", "end_rk": "0001"}, "c1"), ({"start_pk": "x"}, ""),
])  # fmt: skip
def test_a_query_sees_its_range(grid, fields, wanted):
    expected = []
    for word in wanted.split():
        expected += [(word[0], f"000{word[1]}")] if len(word) == 2 else [(word, f"000{n}") for n in range(4)]
    client = by_table_sas(grid, **fields)
    assert keys(client.list_entities()) == expected
    assert keys(client.list_entities(results_per_page=3)) == expected
    assert keys(client.query_entities("Number ge 0")) == expected


@pytest.mark.parametrize("partition, row", [("b", "0000"), ("b", "0003"), ("a", "0001"), ("c", "0001"), ("b", "new")])
def test_outside_the_range(grid, partition, row):
    client = by_table_sas(grid, start_pk="b", start_rk="0001", end_pk="b", end_rk="0002")
    entity = {"PartitionKey": partition, "RowKey": row, "A": 1}
    before = [dict(found) for found in grid.list_entities()]
    for call in (
        lambda: client.create_entity(entity), lambda: client.update_entity(entity), lambda: client.upsert_entity(entity),
        lambda: client.delete_entity(partition, row), lambda: client.submit_transaction([("upsert", entity)]),
    ):  # fmt: skip
        with pytest.raises(HttpResponseError) as info:
            call()
        assert info.value.status_code == 403
    assert [dict(found) for found in grid.list_entities()] == before
    assert keys(client.query_entities(f"PartitionKey eq '{partition}' and RowKey eq '{row}'")) == []


def test_inside_the_range(grid):
    client = by_table_sas(grid, start_pk="b", start_rk="0001", end_pk="b", end_rk="0002")
    assert client.get_entity("b", "0001")["Number"] == 1
    client.update_entity({"PartitionKey": "b", "RowKey": "0002", "A": 1})
    client.create_entity({"PartitionKey": "b", "RowKey": "0001x"})
    client.delete_entity("b", "0001")
    assert rows(client.list_entities()) == ["0001x", "0002"]


# Stored access policies

def test_policy(known):
    known.set_table_access_policy({"policy": TableAccessPolicy(permission="r", expiry=later(), start=later(-1))})
    client = with_sas(generate_table_sas(CREDENTIAL, known.table_name, policy_id="policy"), known.table_name)
    assert rows(client.list_entities()) == ["there"]
    with refused(*MISMATCH):
        client.create_entity(KEY)
    known.set_table_access_policy({"policy": TableAccessPolicy(permission="a", expiry=later())})
    client.create_entity(KEY)
    with refused(*MISMATCH):
        list(client.list_entities())
    known.set_table_access_policy({})
    with refused(403, "AuthenticationFailed"):
        client.create_entity({**KEY, "RowKey": "next"})


@pytest.mark.parametrize("policy", [TableAccessPolicy(permission="r", expiry=later(-1)), TableAccessPolicy(permission="r", start=later(), expiry=later(2)),
                                    TableAccessPolicy(permission="r"), TableAccessPolicy(expiry=later()), None])  # fmt: skip
def test_policies_that_open_nothing(known, policy):
    known.set_table_access_policy({"policy": policy} if policy else {})
    token = generate_table_sas(CREDENTIAL, known.table_name, policy_id="policy")
    with refused(403, "AuthenticationFailed"):
        list(with_sas(token, known.table_name).list_entities())


def test_half_of_it_in_the_policy(known):
    known.set_table_access_policy({"policy": TableAccessPolicy(permission="r")})
    token = generate_table_sas(CREDENTIAL, known.table_name, policy_id="policy", expiry=later())
    assert rows(with_sas(token, known.table_name).list_entities()) == ["there"]


def test_both_say_it(known):
    known.set_table_access_policy({"policy": TableAccessPolicy(permission="r", expiry=later())})
    token = generate_table_sas(CREDENTIAL, known.table_name, policy_id="policy", permission="r")
    with refused(403, "AuthenticationFailed"):
        list(with_sas(token, known.table_name).list_entities())


# Times, addresses, signatures

@pytest.mark.parametrize("fields, code", [
    ({"expiry": later(-1)}, "AuthenticationFailed"), ({"start": later(1), "expiry": later(2)}, "AuthenticationFailed"),
    ({"ip_address_or_range": "10.1.2.3"}, "AuthorizationSourceIPMismatch"),
    ({"ip_address_or_range": "10.0.0.0-10.255.255.255"}, "AuthorizationSourceIPMismatch"),
    ({"protocol": "https"}, "AuthorizationProtocolMismatch"),
])  # fmt: skip
def test_fields_that_close_it(known, fields, code):
    if "https" in fields.values() and TABLES.url.startswith("https"):
        return
    with refused(403, code):
        list(by_table_sas(known, **fields).list_entities())


def test_broken_signature(known):
    token = generate_table_sas(CREDENTIAL, known.table_name, permission="raud", expiry=later())
    with refused(403, "AuthenticationFailed"):
        list(with_sas(token.replace("sp=raud", "sp=rau"), known.table_name).list_entities())


# Account SAS

def test_account_sas_does_all():
    service = with_sas(account_token())
    table = service.create_table(unique())
    table.create_entity(KEY)
    table.upsert_entity({**KEY, "A": 1})
    assert rows(table.list_entities()) == ["r"]
    assert table.table_name in [item.name for item in service.list_tables()]
    table.delete_entity("p", "r")
    service.delete_table(table.table_name)


@pytest.mark.parametrize("letters, call", CALLS, ids=[str(number) for number in range(len(CALLS))])
def test_letters_of_an_account_sas(known, letters, call):
    call(with_sas(account_token(letters), known.table_name))
    for missing in letters:
        rest = "".join(letter for letter in "rwdlau" if letter != missing)
        with refused(*MISMATCH):
            call(with_sas(account_token(rest), known.table_name))


@pytest.mark.parametrize("rest, call", [
    ("rdau", lambda service, table: list(service.list_tables())),
    ("rwlau", lambda service, table: service.delete_table(table.table_name)),
    ("wdlau", lambda service, table: service.get_service_properties()),
    ("rdlau", lambda service, table: service.set_service_properties(cors=[])),
    ("rdlau", lambda service, table: service.create_table(unique())),
])  # fmt: skip
def test_letters_of_an_account_sas_for_tables(known, rest, call):
    with refused(*MISMATCH):
        call(with_sas(account_token(rest)), known)


SERVICE_CALLS = {
    "s": lambda service, table: service.get_service_properties(),
    "c": lambda service, table: list(service.list_tables()),
    "o": lambda service, table: service.get_table_client(table.table_name).get_entity("p", "there"),
}


@pytest.mark.parametrize("types", SERVICE_CALLS)
def test_resource_types(known, types):
    SERVICE_CALLS[types](with_sas(account_token(types=types)), known)
    for other in set(SERVICE_CALLS) - set(types):
        with refused(403, "AuthorizationResourceTypeMismatch"):
            SERVICE_CALLS[other](with_sas(account_token(types=types)), known)


def test_an_account_sas_does_not_open_access_policies(known):
    with refused(403, "AuthorizationFailure"):
        with_sas(account_token(), known.table_name).get_table_access_policy()
    with refused(403, "AuthorizationFailure"):
        with_sas(account_token(), known.table_name).set_table_access_policy({})


def test_account_sas_for_another_service(known):
    token = account_token()
    with pytest.raises(HttpResponseError) as info:
        list(with_sas(token.replace("ss=t", "ss=q"), known.table_name).list_entities())
    assert info.value.error_code == "AuthenticationFailed", "its signature is over the service"
