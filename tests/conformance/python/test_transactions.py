"""Entity group transactions: all or nothing, and which operation was to blame."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from azure.core import MatchConditions
from azure.data.tables import RequestTooLargeError, TableTransactionError, UpdateMode

from env import unique
from table_env import ETAG, OTHER_ETAG, TABLE_ENDPOINT, ask, document, expect, fill, refused, rows

OUTDATED = {"etag": OTHER_ETAG, "match_condition": MatchConditions.IfNotModified}


def entity(row, **properties):
    return {"PartitionKey": "p", "RowKey": row, **properties}


def fails(table, operations, status, code, index):
    """The transaction must fail like this and leave the table as it was."""
    before = [(dict(found), found.metadata["etag"]) for found in table.list_entities()]
    with pytest.raises(TableTransactionError) as info:
        table.submit_transaction(operations)
    assert (info.value.status_code, info.value.error_code, info.value.index) == (status, code, index), info.value
    assert [(dict(found), found.metadata["etag"]) for found in table.list_entities()] == before
    return info.value.message


def test_every_operation(table):
    etags = {row: table.create_entity(entity(row, A=1))["etag"] for row in "bcdefg"}
    answers = table.submit_transaction([
        ("create", entity("a", A=1)), ("update", entity("b", B=2)), ("update", entity("c", B=2), {"mode": UpdateMode.REPLACE}),
        ("upsert", entity("d", B=2)), ("upsert", entity("e", B=2), {"mode": UpdateMode.REPLACE}), ("delete", entity("f")),
        ("update", entity("g", B=2), {"etag": etags["g"], "match_condition": MatchConditions.IfNotModified}),
        ("upsert", entity("h", B=2)),
    ])  # fmt: skip
    assert len(answers) == 8
    for row, answer in zip("abcdegh", answers[:5] + answers[6:]):
        assert ETAG.match(answer["etag"])
        assert table.get_entity("p", row).metadata["etag"] == answer["etag"]
    assert [{name: value for name, value in found.items() if len(name) == 1} for found in table.list_entities()] == [
        {"A": 1}, {"A": 1, "B": 2}, {"B": 2}, {"A": 1, "B": 2}, {"B": 2}, {"A": 1, "B": 2}, {"B": 2},
    ]  # fmt: skip


def test_a_hundred(table):
    answers = table.submit_transaction([("create", entity(f"{n:03}", N=n)) for n in range(100)])
    assert len(answers) == 100
    assert rows(table.list_entities()) == [f"{n:03}" for n in range(100)]


def test_a_hundred_and_one(table):
    message = fails(table, [("create", entity(f"{n:03}")) for n in range(101)], 400, "InvalidInput", 0)
    assert "The batch request operation exceeds the maximum 100 changes per change set." in message


@pytest.mark.parametrize("index", [0, 1, 49, 99])
def test_index_of_the_insert_that_failed(table, index):
    table.create_entity(entity(f"{index:03}", A="there before"))
    message = fails(table, [("create", entity(f"{n:03}")) for n in range(100)], 409, "EntityAlreadyExists", index)
    assert message.startswith(f"{index}:The specified entity already exists.\nRequestId:")


@pytest.mark.parametrize("last, status, code", [
    (("update", entity("nowhere", A=1)), 404, "ResourceNotFound"),
    (("update", entity("nowhere", A=1), {"mode": UpdateMode.REPLACE}), 404, "ResourceNotFound"),
    (("delete", entity("nowhere")), 404, "ResourceNotFound"),
    (("update", entity("there", A=1), OUTDATED), 412, "UpdateConditionNotSatisfied"),
    (("delete", entity("there"), OUTDATED), 412, "UpdateConditionNotSatisfied"),
    (("create", entity("x", Value="x" * 33000)), 400, "PropertyValueTooLarge"),
    (("create", entity("x", **{f"P{n:03}": n for n in range(253)})), 400, "TooManyProperties"),
    (("create", entity("x", **{"a-b": 1})), 400, "PropertyNameInvalid"),
    (("create", entity("a/b")), 400, "OutOfRangeInput"),
])  # fmt: skip
def test_the_third_fails(table, last, status, code):
    table.create_entity(entity("there"))
    fails(table, [("create", entity("new")), ("upsert", entity("newer", B=1)), last], status, code, 2)


@pytest.mark.parametrize("pair", [("create", "create"), ("upsert", "upsert"), ("create", "update"), ("upsert", "delete")])
def test_an_entity_appears_once(table, pair):
    operations = [("create", entity("first")), (pair[0], entity("twice")), (pair[1], entity("twice"))]
    message = fails(table, operations, 400, "InvalidDuplicateRow", 2)
    assert "The batch request contains multiple changes with same row key." in message


def test_four_mib(table):
    large = [("create", entity(f"{n:03}", Value="x" * 32000)) for n in range(100)]  # 3.1 MiB on the wire
    assert len(table.submit_transaction(large)) == 100


def test_more_than_four_mib(table):
    pieces = {f"P{n:02}": "x" * 32000 for n in range(2)}
    with pytest.raises(RequestTooLargeError):
        table.submit_transaction([("create", entity(f"{n:03}", **pieces)) for n in range(100)])
    assert list(table.list_entities()) == []


def test_into_a_missing_table(tables):
    with refused(404, "TableNotFound"):
        tables.get_table_client(unique()).submit_transaction([("create", entity("r"))])


def test_transactions_side_by_side(table):
    """Each of eight moves the same ten entities on together: they never differ."""
    def move(number):
        for _ in range(5):
            table.submit_transaction([("upsert", entity(f"{n}", Owner=number)) for n in range(10)])
            owners = {found["Owner"] for found in table.list_entities()}
            assert len(owners) == 1, owners

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(8)))


# Byte by byte

def part(method, table, row, body="", headers="", partition="p"):
    address = f"{TABLE_ENDPOINT}/{table.table_name}(PartitionKey='{partition}',RowKey='{row}')"
    if method == "POST":
        address = f"{TABLE_ENDPOINT}/{table.table_name}"
    kind = "Content-Type: application/json\r\nAccept: application/json;odata=minimalmetadata\r\n" if method != "GET" else \
        "Accept: application/json;odata=minimalmetadata\r\n"
    return f"{method} {address} HTTP/1.1\r\n{kind}{headers}\r\n{body}"


def batch(*parts, changeset=True, outer=(), **options):
    """$batch of one changeset, then the parts of `outer` beside it."""
    inner, boundary = f"changeset_{uuid4()}", f"batch_{uuid4()}"
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    lines = []
    if changeset:
        lines += [f"--{boundary}", f"Content-Type: multipart/mixed; boundary={inner}", ""]
        for number, one in enumerate(parts):
            lines += [f"--{inner}", f"{head}Content-ID: {number}\r\n", one]
        lines.append(f"--{inner}--")
    for one in (*outer, *(() if changeset else parts)):
        lines += [f"--{boundary}", head, one]
    lines += [f"--{boundary}--", ""]
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}", "DataServiceVersion": "3.0", **options}
    return ask("POST", "/$batch", body="\r\n".join(lines).encode(), **headers)


def insert_of(table, row, partition="p", headers="Prefer: return-no-content\r\n"):
    return part("POST", table, row, f'{{"PartitionKey": "{partition}", "RowKey": "{row}"}}', headers)


def test_answer_of_a_batch(table):
    answer = batch(insert_of(table, "a"), insert_of(table, "b", headers=""), part("PUT", table, "c", '{"A": 1}'))
    assert answer.status == 202
    boundary = re.fullmatch(r"multipart/mixed; ?boundary=(batchresponse_[0-9a-f-]{36})", answer.headers["Content-Type"])[1]
    text = answer.body.decode()
    assert text.startswith(f"--{boundary}\r\n") and text.rstrip().endswith(f"--{boundary}--")
    assert re.search(r"Content-Type: multipart/mixed; ?boundary=changesetresponse_[0-9a-f-]{36}\r\n", text)
    assert re.findall(r"HTTP/1\.1 (\d+ .*?)\r\n", text) == ["204 No Content", "201 Created", "204 No Content"]
    assert re.findall(r"Content-ID: (\d)", text) == ["0", "1", "2"]
    place = re.escape(f"{TABLE_ENDPOINT}/{table.table_name}(PartitionKey='p',RowKey='a')")
    first = text.split("changesetresponse_")[2]
    for line in (r"Content-Type: application/http", r"Content-Transfer-Encoding: binary", r"X-Content-Type-Options: nosniff",
                 r"Cache-Control: no-cache", r"Preference-Applied: return-no-content", r"DataServiceVersion: 3\.0;",
                 rf"Location: {place}", rf"DataServiceId: {place}", r"ETag: W/\"datetime'.*'\""):  # fmt: skip
        assert re.search(line, first), line
    assert rows(table.list_entities()) == ["a", "b", "c"]


def test_answer_of_a_failed_batch(table):
    fill(table, 1)
    answer = batch(insert_of(table, "a"), insert_of(table, "0000"), insert_of(table, "b"))
    text = answer.body.decode()
    assert answer.status == 202
    assert re.findall(r"HTTP/1\.1 (\d+ .*?)\r\n", text) == ["409 Conflict"]
    assert '"value":"1:The specified entity already exists.\\nRequestId:' in text
    assert rows(table.list_entities()) == ["0000"]


def test_a_query_alone(table):
    fill(table, 1)
    answer = batch(part("GET", table, "0000"), changeset=False)
    assert answer.status == 202
    assert "HTTP/1.1 200 OK" in answer.body.decode() and '"RowKey":"0000"' in answer.body.decode()


def test_merge_spelled_as_post(table):
    fill(table, 1)
    address = f"{TABLE_ENDPOINT}/{table.table_name}(PartitionKey='p',RowKey='0000')"
    merge = f'POST {address} HTTP/1.1\r\nContent-Type: application/json\r\nX-HTTP-Method: MERGE\r\nIf-Match: *\r\n\r\n{{"A": 1}}'
    assert "HTTP/1.1 204" in batch(merge).body.decode()
    assert table.get_entity("p", "0000")["A"] == 1


@pytest.mark.parametrize("shape", ["two changesets", "query and change", "two queries", "nothing"])
def test_shapes_that_are_refused(table, shape):
    fill(table, 1)
    if shape == "query and change":
        answer = batch(insert_of(table, "a"), outer=[part("GET", table, "0000")])
    elif shape == "two queries":
        answer = batch(part("GET", table, "0000"), part("GET", table, "0000"), changeset=False)
    elif shape == "nothing":
        answer = batch(changeset=False)
    else:
        boundary = "batch_x"
        one = "--batch_x\r\nContent-Type: multipart/mixed; boundary={0}\r\n\r\n--{0}\r\nContent-Type: application/http\r\n" \
              "Content-Transfer-Encoding: binary\r\n\r\n{1}\r\n--{0}--\r\n"  # fmt: skip
        text = one.format("changeset_1", insert_of(table, "a")) + one.format("changeset_2", insert_of(table, "b")) + "--batch_x--\r\n"
        answer = ask("POST", "/$batch", body=text.encode(), **{"Content-Type": f"multipart/mixed; boundary={boundary}"})
    assert answer.status in (400, 202)
    assert "InvalidInput" in answer.body.decode()
    assert rows(table.list_entities()) == ["0000"]


@pytest.mark.parametrize("kind, body", [
    ("application/json", b"{}"), ("multipart/mixed", b""), ("multipart/mixed; boundary=x", b""),
    ("multipart/mixed; boundary=x", b"nothing of it"), ("multipart/mixed; boundary=x", b"--x\r\n\r\n"),
    ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: multipart/mixed\r\n\r\n--x--\r\n"),
])  # fmt: skip
def test_what_is_no_batch(kind, body):
    answer = ask("POST", "/$batch", body=body, **{"Content-Type": kind})
    expect(answer, 400, "InvalidInput")


def test_two_partitions(table):
    answer = batch(insert_of(table, "a"), insert_of(table, "b", "other"))
    assert answer.status == 202
    assert re.findall(r"HTTP/1\.1 (\d+)", answer.body.decode()) == ["400"]
    assert "CommandsInBatchActOnDifferentPartitions" in answer.body.decode()
    assert '"value":"1:' in answer.body.decode()
    assert list(table.list_entities()) == []


def test_two_tables(tables, table):
    other = tables.create_table(unique())
    answer = batch(insert_of(table, "a"), insert_of(other, "b"))
    assert "InvalidInput" in answer.body.decode() or "CommandsInBatchActOnDifferentPartitions" in answer.body.decode()
    assert list(table.list_entities()) == [] == list(other.list_entities())
    other.delete_table()


def test_nothing_but_entities_in_a_batch(table):
    name = unique()
    create = f'POST {TABLE_ENDPOINT}/Tables HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{"TableName": "{name}"}}'
    assert "HTTP/1.1 201" not in batch(create).body.decode()
    assert name not in [item["TableName"] for item in document(ask("GET", "/Tables", f"$filter=TableName%20eq%20'{name}'"))["value"]]


def test_path_alone_on_the_inner_line(table):
    """Some clients write a path where others write a URL."""
    path = f"{urlsplit(TABLE_ENDPOINT).path}/{table.table_name}(PartitionKey='p',RowKey='r')"
    answer = batch(f'PUT {path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{"A": 1}}')
    assert "HTTP/1.1 204" in answer.body.decode()
    assert rows(table.list_entities()) == ["r"]


def test_line_feeds_alone(table):
    """As some hand-written clients send them."""
    address = f"{TABLE_ENDPOINT}/{table.table_name}"
    text = (
        "--batch_1\nContent-Type: multipart/mixed; boundary=changeset_1\n\n--changeset_1\nContent-Type: application/http\n"
        f"Content-Transfer-Encoding: binary\n\nPOST {address} HTTP/1.1\nContent-Type: application/json\nAccept: application/json\n\n"
        '{"PartitionKey": "p", "RowKey": "r"}\n--changeset_1--\n--batch_1--\n'
    )
    answer = ask("POST", "/$batch", body=text.encode(), **{"Content-Type": "multipart/mixed; boundary=batch_1"})
    assert answer.status == 202
    assert rows(table.list_entities()) == ["r"]
