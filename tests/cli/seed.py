#!/usr/bin/env python3
"""What an account has from the start: --containers, --queues, --tables, and the folder of --seed.

    tests/cli/seed.py --binary build/release/lazulite [--only NAME]

Prints `N passed, N failed, N skipped`.
"""

import argparse
import base64
import json
import os
import re
import signal
import sys
import time
import urllib.parse

import run
from run import ACCOUNT, KEY, Folder, Server, check, expect_refusal, free_ports

tests = []


def test(function):
    tests.append(function)
    return function


def sas(key=KEY, account=ACCOUNT):
    fields = {"sv": "2020-12-06", "ss": "bqt", "srt": "sco", "sp": "rwdlacup", "se": "2100-01-01T00:00:00Z"}
    lines = [account, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
    return urllib.parse.urlencode({**fields, "sig": run.sign(key, "\n".join(lines))})


class Seeded(Server):
    """A server that can be asked at every service."""

    def started(self, seconds=20):
        super().started(seconds)
        self.ports = {title.lower(): int(port) for title, port in
                      re.findall(r"^(\w+) service is listening at http://.*:(\d+)$", self.stdout(), re.M)}
        return self

    def ask(self, service, path, query="", method="GET", headers=None, account=ACCOUNT, key=KEY, body=None, signed=True):
        connection = run.http.client.HTTPConnection("127.0.0.1", self.ports[service], timeout=30)
        query = "&".join(part for part in (query, sas(key, account) if signed else "") if part)
        connection.request(method, f"/{account}{path}?{query}", body=body,
                           headers={"x-ms-version": "2024-08-04", "Accept": "application/json;odata=nometadata" if
                                    service == "table" else "*/*", **(headers or {})})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def names(self, service):
        if service == "table":
            return [row["TableName"] for row in json.loads(self.ask("table", "/Tables").text)["value"]]
        return re.findall(r"<Name>([^<]*)</Name>", self.ask(service, "", "comp=list").text)

    def blob(self, path, body, **headers):
        answer = self.ask("blob", path)
        check(answer.status == 200 and answer.text == body, f"{path}: {answer.status} {answer.text!r}")
        for name, value in headers.items():
            name = name.replace("_", "-")
            check(answer.getheader(name) == value, f"{path}: {name} is {answer.getheader(name)!r}")
        return answer.getheader("ETag")

    def messages(self, queue):
        return re.findall(r"<MessageText>([^<]*)</MessageText>", self.ask("queue", f"/{queue}/messages", "peekonly=true&numofmessages=32").text)

    def entities(self, table):
        return [{name: value for name, value in entity.items() if name != "Timestamp"}
                for entity in json.loads(self.ask("table", f"/{table}()").text)["value"]]


def write(folder, files):
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))


SEED = {
    "images/a.png": "not a picture",
    "images/2026/über uns & more.HTML": "<p>",
    "$web/index.html": "<h1>",
    "empty/.gitkeep": "",
    "people.jsonl": '{"PartitionKey":"p","RowKey":"1","Age":41}\n\n'
                    '{"PartitionKey":"p","RowKey":"2","Big@odata.type":"Edm.Int64","Big":"9007199254740993"}\r\n',
    "seed.json": {
        "containers": {
            "images": {"publicAccess": "blob", "metadata": {"Owner": "web team"},
                       "policies": [{"id": "read", "expiry": "2100-01-01T00:00:00Z", "permission": "r"}],
                       "blobs": {"a.png": {"contentType": "image/apng", "cacheControl": "max-age=60", "metadata": {"seen": "no"},
                                           "tier": "Cool"}}},
            "later": {},
        },
        "queues": {
            "jobs": {"metadata": {"kind": "jobs"}, "policies": [{"id": "take", "permission": "p", "start": "2026-01-01", "expiry": "2100-01-01"}],
                     "messages": ["first <&>", {"text": "sécond", "base64": True}, {"text": "hidden", "visibilityTimeout": 600},
                                  {"text": "short", "timeToLive": 600}]},
            "idle": {},
        },
        "tables": {"people": {"policies": [{"id": "see", "permission": "r", "expiry": "2100-01-01"}],
                              "entities": [{"PartitionKey": "q", "RowKey": "1", "Name": "Zoë", "Half": 0.5}]},
                   "nothing": {}},
        "services": {"blob": {"cors": [{"allowedOrigins": ["http://localhost:3000"], "allowedMethods": ["GET"]}],
                              "staticWebsite": {"enabled": True, "indexDocument": "index.html", "errorDocument404Path": "404.html"}},
                     "table": {"cors": "http://localhost:5173"}},
    },
}


def expect_seed(server):
    check(server.names("blob") == ["$web", "empty", "images", "later"], f"{server.names('blob')}")
    check(server.names("queue") == ["idle", "jobs"], f"{server.names('queue')}")
    check(server.names("table") == ["nothing", "people"], f"{server.names('table')}")
    tag = server.blob("/images/a.png", "not a picture", Content_Type="image/apng", Cache_Control="max-age=60",
                      x_ms_meta_seen="no", x_ms_blob_type="BlockBlob")
    check(server.ask("blob", "/images/a.png", method="HEAD").getheader("x-ms-access-tier") == "Cool", "tier")
    server.blob("/images/2026/%C3%BCber%20uns%20%26%20more.HTML", "<p>", Content_Type="text/html")
    server.blob("/$web/index.html", "<h1>", Content_Type="text/html")
    check(server.ask("blob", "/images/a.png", signed=False).status == 200, "images is not open")
    check(server.ask("blob", "/$web/index.html", signed=False).status == 401, "$web is open through the Blob endpoint")
    check("<Blobs />" in server.ask("blob", "/empty", "restype=container&comp=list").text, ".gitkeep is a blob")
    check(server.ask("blob", "/images", "restype=container").getheader("x-ms-meta-Owner") == "web team", "metadata")
    for service, path, query in (("blob", "/images", "restype=container&comp=acl"), ("queue", "/jobs", "comp=acl"),
                                 ("table", "/people", "comp=acl")):
        date, text = run.email.utils.formatdate(usegmt=True), f"/{ACCOUNT}{path}"
        headers = run.shared_key("GET", text, query)
        if service == "table":
            headers = {"x-ms-date": date, "x-ms-version": "2024-08-04",
                       "Authorization": f"SharedKeyLite {ACCOUNT}:" + run.sign(KEY, f"{date}\n/{ACCOUNT}{text}?comp=acl")}
        answer = server.ask(service, path, query, headers=headers, signed=False)
        check(answer.status == 200 and answer.text.count("<SignedIdentifier>") == 1, f"{service}: {answer.status} {answer.text}")
        check("2100-01-01" in answer.text, answer.text)
        if service == "blob":
            check(answer.getheader("x-ms-blob-public-access") == "blob", "setting policies closed the container")
    check(server.messages("jobs") == ["first &lt;&amp;&gt;", base64.b64encode("sécond".encode()).decode(), "short"],
          f"{server.messages('jobs')}")
    jobs = server.ask("queue", "/jobs", "comp=metadata")
    check([(n, v) for n, v in jobs.getheaders() if n.startswith("x-ms-meta-")] == [("x-ms-meta-kind", "jobs")], f"{jobs.getheaders()}")
    check(jobs.getheader("x-ms-approximate-messages-count") == "4", f"{jobs.getheaders()}")
    check(server.entities("people") == [{"PartitionKey": "p", "RowKey": "1", "Age": 41},
                                        {"PartitionKey": "p", "RowKey": "2", "Big": "9007199254740993"},
                                        {"PartitionKey": "q", "RowKey": "1", "Name": "Zoë", "Half": 0.5}], f"{server.entities('people')}")
    text = server.ask("blob", "", "restype=service&comp=properties").text
    check("<StaticWebsite><Enabled>true</Enabled><IndexDocument>index.html</IndexDocument>"
          "<ErrorDocument404Path>404.html</ErrorDocument404Path></StaticWebsite>" in text, text)
    check("<AllowedMethods>GET</AllowedMethods><AllowedOrigins>http://localhost:3000</AllowedOrigins>"
          "<AllowedHeaders>*</AllowedHeaders>" in text, text)
    check("http://localhost:5173" in server.ask("table", "", "restype=service&comp=properties").text, "CORS of tables")
    check("http" not in server.ask("queue", "", "restype=service&comp=properties").text.split("<Cors", 1)[1], "CORS of queues")
    return tag


@test
def names_by_flag_variable_and_file():
    with Folder() as folder:
        flags = ["--containers", "images,logs", "--containers=more", "--queues", "jobs", "--tables", "people,places"]
        for arguments, environment in (
                (flags, {}),
                ([], {"LAZULITE_CONTAINERS": "images,logs more", "LAZULITE_QUEUES": "jobs", "LAZULITE_TABLES": "people, places"}),
                (["--config", os.path.join(folder, "lazulite.json")], {})):
            write(folder, {"lazulite.json": {"containers": ["images", "logs", "more"], "queues": "jobs", "tables": "people,places"}})
            with Seeded("--inMemoryPersistence", *arguments, environment=environment) as server:
                server.started()
                check(server.names("blob") == ["images", "logs", "more"], f"{arguments}: {server.names('blob')}")
                check(server.names("queue") == ["jobs"], f"{arguments}: {server.names('queue')}")
                check(server.names("table") == ["people", "places"], f"{arguments}: {server.names('table')}")
                server.stop()


@test
def a_flag_beats_the_names_of_the_environment():
    with Seeded("--inMemoryPersistence", "--containers", "mine", environment={"LAZULITE_CONTAINERS": "images"}) as server:
        check(server.started().names("blob") == ["mine"], f"{server.names('blob')}")
        server.stop()


@test
def a_folder_becomes_what_it_says():
    with Folder() as seed, Folder() as folder:
        write(seed, SEED)
        for arguments, environment in ((["--seed", seed], {}), ([], {"LAZULITE_SEED": seed})):
            with Seeded("--location", os.path.join(folder, str(len(arguments))), *arguments, environment=environment) as server:
                expect_seed(server.started())
                server.stop()


@test
def a_restart_changes_nothing():
    with Folder() as seed, Folder() as folder:
        write(seed, SEED)
        with Seeded("--location", folder, "--seed", seed) as server:
            tag = expect_seed(server.started())
            server.stop()
        with Seeded("--location", folder, "--seed", seed) as server:
            check(expect_seed(server.started()) == tag, "the blob was written again")
            body = "changed by a client"
            check(server.ask("blob", "/images/a.png", method="PUT", body=body, headers={"x-ms-blob-type": "BlockBlob"}).status == 201, "")
            check(server.ask("queue", "/jobs/messages", method="DELETE").status == 204, "Clear Messages")
            check(server.ask("table", "/people(PartitionKey='p',RowKey='1')", method="PUT", body='{"Age":42}',
                             headers={"Content-Type": "application/json"}).status == 204, "Update Entity")
            text = "<StorageServiceProperties><Cors /></StorageServiceProperties>"
            check(server.ask("blob", "", "restype=service&comp=properties", method="PUT", body=text).status == 202, "properties")
            server.stop()
        with Seeded("--location", folder, "--seed", seed) as server:
            server.started().blob("/images/a.png", body)
            check(server.messages("jobs") == [], "messages that were cleared are back")
            check(server.entities("people")[0]["Age"] == 42, "an entity was written again")
            check("localhost:3000" not in server.ask("blob", "", "restype=service&comp=properties").text, "CORS is back")
            server.stop()


@test
def a_start_that_was_killed_is_finished_by_the_next():
    """Whenever the kill comes, the next start leaves the whole seed, and each message once."""
    messages = [f"message {number:04}" for number in range(300)]
    with Folder() as seed, Folder() as folder:
        write(seed, {"seed.json": {"queues": {"jobs": {"messages": messages}}}, "box/b.txt": "b", "tee.jsonl": '{"PartitionKey":"","RowKey":""}'})
        cut = 0
        for attempt in range(12):
            location = os.path.join(folder, str(attempt))
            with Seeded("--location", location, "--seed", seed) as server:
                deadline = time.monotonic() + 20
                while not os.path.exists(os.path.join(location, "lazulite", "registry")):
                    check(time.monotonic() < deadline, "no data folder")
                time.sleep(attempt * 0.003)
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
                cut += "Connection string" not in server.stdout()
            with Seeded("--location", location, "--seed", seed) as server:
                count = server.started().ask("queue", "/jobs", "comp=metadata").getheader("x-ms-approximate-messages-count")
                check(count == "300", f"after a kill: {count} messages")
                server.blob("/box/b.txt", "b", Content_Type="text/plain")
                check(len(server.entities("tee")) == 1, "the entity")
                server.stop()
        check(cut >= 3, f"only {cut} of 12 starts were killed before they were done")


@test
def other_accounts_have_folders_of_their_own():
    key = base64.b64encode(b"another key").decode()
    with Folder() as seed:
        write(seed, {"mine/a.txt": "a", "@second/theirs/b.txt": "b", "@second/seed.json": {"queues": {"jobs": {}}}})
        accounts = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY};second:{key}"}
        with Seeded("--inMemoryPersistence", "--seed", seed, environment=accounts) as server:
            check(server.started().names("blob") == ["mine"], f"{server.names('blob')}")
            check(server.names("queue") == [], f"{server.names('queue')}")
            answer = server.ask("blob", "/theirs/b.txt", account="second", key=key)
            check((answer.status, answer.text) == (200, "b"), f"{answer.status} {answer.text}")
            check(server.ask("queue", "/jobs", "comp=metadata", account="second", key=key).status == 200, "jobs")
            server.stop()
        expect_refusal("--inMemoryPersistence", "--seed", seed, *free_ports(), naming="seed: there is no account second")


@test
def a_command_of_one_service_takes_its_part():
    with Folder() as seed, Folder() as commands:
        write(seed, SEED)
        os.symlink(run.binary, os.path.join(commands, "azurite-table"))
        whole, run.binary = run.binary, os.path.join(commands, "azurite-table")
        try:
            with Seeded("--inMemoryPersistence", "--seed", seed, "--tables", "more", ports=["--tablePort", "0"]) as server:
                deadline = time.monotonic() + 20
                while not (found := re.search(r"is successfully listening at http://127\.0\.0\.1:(\d+)", server.stdout())):
                    check(server.process.poll() is None and time.monotonic() < deadline, server.stderr())
                    time.sleep(0.01)
                server.ports = {"table": int(found[1])}
                check(server.names("table") == ["more", "nothing", "people"], f"{server.names('table')}")
                server.stop()
        finally:
            run.binary = whole


@test
def bad_seeds_refuse_to_start():
    def refused(files, naming, *arguments):
        with Folder() as seed:
            write(seed, files)
            expect_refusal("--inMemoryPersistence", "--seed", seed, *arguments, *free_ports(), naming=naming)

    expect_refusal("--inMemoryPersistence", "--containers", "Bad_Name", *free_ports(),
                   naming="seed: --containers: InvalidResourceName")
    expect_refusal("--inMemoryPersistence", "--tables", "1st", *free_ports(), naming="seed: --tables: InvalidResourceName")
    expect_refusal("--inMemoryPersistence", "--queues", ",", *free_ports(), naming="--queues cannot be ','")
    expect_refusal("--inMemoryPersistence", "--seed", "/nowhere", *free_ports(), naming="seed: /nowhere: No such file or directory")
    refused({"notes.txt": "x"}, "notes.txt: neither a folder (a container) nor NAME.jsonl (a table) nor seed.json")
    refused({"Images/a.png": "x"}, "/Images: InvalidResourceName")
    refused({"people.jsonl": '{"PartitionKey":"p","RowKey":"1"}\n{"PartitionKey":"p"'}, "people.jsonl:2: InvalidInput")
    refused({"people.jsonl": '{"PartitionKey":"p"}'}, "people.jsonl:1: PropertiesNeedValue")
    refused({"seed.json": "{"}, "seed.json: is not JSON")
    refused({"seed.json": "[]"}, "seed.json: not an object")
    for document, naming in (
            ({"boxes": {}}, "seed.json, boxes: unknown"),
            ({"containers": {"a-b": {"color": 1}}}, "seed.json, containers, a-b, color: unknown"),
            ({"containers": {"box": {"blobs": {"a": {}}}}}, "seed.json, containers, box, blobs, a: there is no such file"),
            ({"containers": {"box": {"publicAccess": "all"}}}, "containers, box: InvalidHeaderValue"),
            ({"containers": {"box": {"metadata": {"a": 1}}}}, "containers, box, metadata, a: not a text"),
            ({"containers": {"box": {"metadata": {"1": "a"}}}}, "containers, box: InvalidMetadata"),
            ({"containers": {"box": {"policies": [{"id": "x", "permission": "?"}]}}}, "containers, box: Invalid"),
            ({"queues": {"jobs": {"messages": "text"}}}, "queues, jobs, messages: not a list"),
            ({"queues": {"jobs": {"messages": ["\u0001"]}}}, "queues, jobs, messages: a text with characters"),
            ({"queues": {"jobs": {"messages": [{"text": "x" * 70000}]}}}, "queues, jobs: RequestBodyTooLarge"),
            ({"queues": {"jobs": {"messages": [{"text": "x", "timeToLive": 0}]}}}, "queues, jobs: InvalidQueryParameterValue"),
            ({"tables": {"people": {"entities": [{"RowKey": 1}]}}}, "tables, people, entities, number 1: "),
            ({"services": {"file": {}}}, "seed.json, services, file: unknown"),
            ({"services": {"blob": {"staticWebsite": {"index": "a"}}}}, "services, blob: "),
            ({"services": {"blob": {"cors": [{"allowedOrigins": []}]}}}, "services, blob, cors: not CORS rules"),
            ({"services": {"queue": {"staticWebsite": {"enabled": False}}}}, "services, queue: UnsupportedXmlNode")):
        refused({"seed.json": document}, naming)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    run.binary = os.path.abspath(options.binary)
    return run.play(tests, options.only)


if __name__ == "__main__":
    sys.exit(main())
