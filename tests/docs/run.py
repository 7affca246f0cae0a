#!/usr/bin/env python3
"""Runs what docs/ shows: the programs, the commands and the settings, as they stand there.

    tests/docs/run.py --binary build/release/lazulite [--only NAME]

tests/conformance/run.sh docs prepares the packages of the languages and starts this. Programs run in a network of their own
beside a server on the ports that everybody knows. Prints `N passed, N failed, N skipped`.
"""

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "cli"))
import run  # noqa: E402
from run import ACCOUNT, check, without_variables  # noqa: E402

PATIENCE = 900.0

tests = []
binary = None


def test(function):
    tests.append(function)
    return function


def blocks(page, language, heading=None):
    """The fenced blocks of a page in that language, below a heading if one is named."""
    with open(os.path.join(TOP, "docs", page), encoding="utf-8") as file:
        text = file.read()
    if heading:
        text = re.split(rf"^## {re.escape(heading)}$", text, flags=re.M)[1].split("\n## ")[0]
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", text, re.M | re.S)


def block(page, language, heading):
    found = blocks(page, language, heading)
    check(len(found) == 1, f"{page}, {heading}: {len(found)} blocks of {language}")
    return found[0]


def connection_string():
    return re.search(r"^export AZURE_STORAGE_CONNECTION_STRING='(.*)'$", blocks("getting-started.md", "sh")[0], re.M)[1]


class World:
    """A server at the default ports of a network that holds nothing else."""

    def __init__(self, *arguments, environment=None):
        self.folder = tempfile.mkdtemp(prefix="lazulite-docs-")
        self.output = tempfile.TemporaryFile("w+")
        words = [binary, *(arguments or ["--inMemoryPersistence"])]
        self.process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && exec " + shlex.join(words)], stdout=self.output,
            stderr=self.output, cwd=self.folder, env={**without_variables(), **(environment or {})})

    def __enter__(self):
        deadline = time.monotonic() + 60
        while "Connection string: " not in self.printed():
            check(self.process.poll() is None and time.monotonic() < deadline, self.printed())
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def printed(self):
        return os.pread(self.output.fileno(), 1 << 24, 0).decode()

    def run(self, *words, cwd=None):
        """Stdout of a program in that network."""
        environment = {**without_variables(), "AZURE_STORAGE_CONNECTION_STRING": connection_string()}
        done = subprocess.run(["nsenter", "-t", str(self.process.pid), "--net", *words], capture_output=True, text=True,
                              timeout=PATIENCE, cwd=cwd or self.folder, env=environment)
        check(done.returncode == 0, f"exit code {done.returncode}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def ask(self, path, query="", port=10000):
        fields = {"sv": "2020-12-06", "ss": "bqt", "srt": "sco", "sp": "rwdlacup", "se": "2100-01-01T00:00:00Z"}
        lines = [ACCOUNT, fields["sp"], fields["ss"], fields["srt"], "", fields["se"], "", "", fields["sv"], "", ""]
        sas = urllib.parse.urlencode({**fields, "sig": run.sign(run.KEY, "\n".join(lines))})
        return self.run("curl", "-sf", "-H", "Accept: application/json;odata=nometadata" if port == 10002 else "Accept: */*",
                        f"http://127.0.0.1:{port}/{ACCOUNT}{path}?{query}&{sas}")


@contextlib.contextmanager
def folder_with(name, text):
    with tempfile.TemporaryDirectory(prefix="lazulite-docs-") as folder:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        yield folder


def build(words, folder):
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    check(done.returncode == 0, f"{shlex.join(words)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")


def expect(printed, wanted):
    check(printed == wanted, f"printed {printed!r}")


# -- docs/getting-started.md ------------------------------------------------------------------------------------------


@test
def javascript():
    packages = os.path.join(os.environ["DOCS_PACKAGES"], "js", "node_modules")
    with folder_with("hello.mjs", block("getting-started.md", "js", "JavaScript")) as folder, World() as world:
        os.symlink(packages, os.path.join(folder, "node_modules"))
        expect(world.run(os.path.join(packages, ".bin", "node"), "hello.mjs", cwd=folder), "hello\n" * 4)


@test
def python():
    with folder_with("hello.py", block("getting-started.md", "python", "Python")) as folder, World() as world:
        interpreter = os.path.join(os.environ["DOCS_PACKAGES"], "python", "venv", "bin", "python")
        expect(world.run(interpreter, "hello.py", cwd=folder), "hello\n" * 4)


@test
def go():
    with folder_with("main.go", block("getting-started.md", "go", "Go")) as folder, World() as world:
        for name in ("go.mod", "go.sum"):
            shutil.copy(os.path.join(TOP, "tests", "conformance", "go", name), folder)
        build([os.environ["DOCS_GO"], "build", "-o", "hello", "."], folder)
        expect(world.run("./hello", cwd=folder), "hello\n")


@test
def java():
    with folder_with("Hello.java", block("getting-started.md", "java", "Java")) as folder, World() as world:
        build(["mvn", "--batch-mode", "--no-transfer-progress", "-q", "--file", os.path.join(TOP, "tests/conformance/java/pom.xml"),
               "dependency:build-classpath", f"-Dmdep.outputFile={folder}/classpath"], folder)
        with open(os.path.join(folder, "classpath"), encoding="ascii") as file:
            expect(world.run("java", "-cp", file.read().strip(), "Hello.java", cwd=folder), "hello\n")


@test
def rust():
    with folder_with("Cargo.lock", "") as folder, World() as world:
        for name in ("Cargo.toml", "Cargo.lock"):
            shutil.copy(os.path.join(TOP, "tests", "conformance", "rust", name), folder)
        with open(os.path.join(folder, "Cargo.toml"), "a", encoding="ascii") as file:
            file.write('\n[[bin]]\nname = "hello"\npath = "hello.rs"\n')
        os.mkdir(os.path.join(folder, "src"))
        open(os.path.join(folder, "src", "lib.rs"), "w", encoding="ascii").close()
        with open(os.path.join(folder, "hello.rs"), "w", encoding="utf-8") as file:
            file.write(block("getting-started.md", "rust", "Rust"))
        target = os.path.join(os.environ["DOCS_PACKAGES"], "rust")
        build(["cargo", "build", "--locked", "--quiet", "--bin", "hello", "--target-dir", target], folder)
        expect(world.run(os.path.join(target, "debug", "hello")), "hello\n")


@test
def cpp():
    built = os.path.dirname(binary)
    with folder_with("hello.cpp", block("getting-started.md", "cpp", "C++")) as folder, World() as world:
        build(["g++", "-std=c++20", "-I", os.path.join(TOP, "include"), "hello.cpp", os.path.join(built, "lib", "liblazulite.a"),
               "-lssl", "-lcrypto", "-lsqlite3", "-lpugixml", "-o", "hello"], folder)
        printed = world.run("./hello", cwd=folder)
        check(printed.startswith("DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"), printed)


@test
def command_line():
    az, rclone, curl = blocks("getting-started.md", "bash", "Command line")
    with World() as world:
        for script, wanted in ((az, "hellohello"), (rclone, "hello\n"), (curl, "hello")):
            printed = world.run("bash", "-e", "-o", "pipefail", "-c", script)
            check(printed.strip() == wanted.strip(), f"{script}: {printed!r}")


# -- docs/seed.md -----------------------------------------------------------------------------------------------------


@test
def seeds():
    for line in blocks("seed.md", "sh")[0].splitlines():
        with World("--inMemoryPersistence", *shlex.split(line)[1:]) as world:
            check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list")) == ["images", "logs"], line)
            check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list", 10001)) == ["jobs"], line)
    with tempfile.TemporaryDirectory(prefix="lazulite-docs-") as folder:
        os.mkdir(os.path.join(folder, "images"))
        with open(os.path.join(folder, "images", "cat.png"), "w", encoding="ascii") as file:
            file.write("cat")
        with open(os.path.join(folder, "seed.json"), "w", encoding="utf-8") as file:
            file.write(block("seed.md", "json", "seed.json"))
        with World("--inMemoryPersistence", "--seed", folder) as world:
            check(world.run("curl", "-sf", f"http://127.0.0.1:10000/{ACCOUNT}/images/cat.png") == "cat", "the cat is not public")
            check(json.loads(world.ask("/people()", port=10002))["value"][0]["Name"] == "Ada", "no Ada")
            check("<MessageText>as it is</MessageText>" in world.ask("/jobs/messages", "peekonly=true&numofmessages=2", 10001), "")


# -- docs/files.md ----------------------------------------------------------------------------------------------------


@test
def files():
    text, = blocks("files.md", "", "Pointing a client at it")
    check(text.strip().endswith(f"AccountKey={run.KEY};FileEndpoint=http://127.0.0.1:10003/{ACCOUNT};"), text)
    batches, = blocks("files.md", "bash", "Instead of a mount")
    pod = yaml.safe_load(block("files.md", "yaml", "Instead of a mount"))["spec"]
    init, reader = pod["initContainers"][0], pod["containers"][0]
    check([volume["name"] for volume in pod["volumes"]] == ["config"], "volumes")
    mounts = {mount["mountPath"] for container in (init, reader) for mount in container["volumeMounts"]}
    with World("--inMemoryPersistence", "--shares", "app-config") as world:
        os.makedirs(os.path.join(world.folder, "config", "messages"))
        for name in ("app.json", "messages/de.json"):
            with open(os.path.join(world.folder, "config", name), "w", encoding="ascii") as file:
                file.write(name)
        world.run("bash", "-e", "-c", batches)
        os.mkdir(os.path.join(world.folder, "mounted"))
        inside = {"/config": os.path.join(world.folder, "mounted")}
        check(mounts == set(inside), f"{mounts}")
        world.run(*(inside.get(word, word) for word in init["command"]))
        for folder in ("fetched", "mounted"):
            for name in ("app.json", "messages/de.json"):
                with open(os.path.join(world.folder, folder, name), encoding="ascii") as file:
                    check(file.read() == name, f"{folder}/{name}")


# -- docs/data-lake.md ------------------------------------------------------------------------------------------------


class Lake(World):
    """The server of that page, with the account that it describes."""

    def __init__(self):
        self.configuration = tempfile.TemporaryDirectory(prefix="lazulite-docs-")
        words = shlex.split(blocks("data-lake.md", "sh")[0])[1:]
        path = os.path.join(self.configuration.name, words[words.index("--config") + 1])
        with open(path, "w", encoding="utf-8") as file:
            file.write(block("data-lake.md", "json", "Switching it on"))
        words[words.index("--config") + 1] = path
        super().__init__("--inMemoryPersistence", *words)


# Names below localhost are this machine (RFC 6761), which not every resolver knows.
LOCALHOST = """import dns from "node:dns";
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
"""


@test
def lake_account():
    with World("--inMemoryPersistence") as world:
        world.run("bash", "-e", "-c", block("data-lake.md", "bash", "Switching it on"))
        made = json.loads(world.run("curl", "-sf", "http://127.0.0.1:10000/_lazulite/accounts"))
        check([one["hierarchicalNamespace"] for one in made["accounts"] if one["name"] == "lake"] == [True], f"{made}")


@test
def lake_in_python():
    with folder_with("hello.py", block("data-lake.md", "python", "Python")) as folder, Lake() as world:
        interpreter = os.path.join(os.environ["DOCS_PACKAGES"], "python", "venv", "bin", "python")
        expect(world.run(interpreter, "hello.py", cwd=folder), "['sales/day', 'sales/day/hello.txt']\nhello\n")


@test
def lake_in_javascript():
    packages = os.path.join(os.environ["DOCS_PACKAGES"], "js", "node_modules")
    with folder_with("hello.mjs", block("data-lake.md", "js", "JavaScript")) as folder, Lake() as world:
        os.symlink(packages, os.path.join(folder, "node_modules"))
        with open(os.path.join(folder, "localhost.mjs"), "w", encoding="ascii") as file:
            file.write(LOCALHOST)
        expect(world.run(os.path.join(packages, ".bin", "node"), "--import", "./localhost.mjs", "hello.mjs", cwd=folder), "hello\n")


@test
def lake_in_go():
    with folder_with("main.go", block("data-lake.md", "go", "Go")) as folder, Lake() as world:
        for name in ("go.mod", "go.sum"):
            shutil.copy(os.path.join(TOP, "tests", "conformance", "go", name), folder)
        build([os.environ["DOCS_GO"], "build", "-o", "hello", "."], folder)
        expect(world.run("./hello", cwd=folder), "hello\n")


@test
def lake_in_java():
    with folder_with("Hello.java", block("data-lake.md", "java", "Java")) as folder, Lake() as world:
        build(["mvn", "--batch-mode", "--no-transfer-progress", "-q", "--file", os.path.join(TOP, "tests/conformance/java/pom.xml"),
               "dependency:build-classpath", f"-Dmdep.outputFile={folder}/classpath"], folder)
        with open(os.path.join(folder, "classpath"), encoding="ascii") as file:
            expect(world.run("java", "-cp", file.read().strip(), "Hello.java", cwd=folder), "hello\n")


@test
def lake_by_az():
    with Lake() as world:
        expect(world.run("bash", "-e", "-o", "pipefail", "-c", block("data-lake.md", "bash", "az")), "today\ntoday/hello.txt\n")


@test
def lake_for_tables():
    with folder_with("hello.py", block("data-lake.md", "python", "adlfs and deltalake")) as folder, Lake() as world:
        interpreter = os.path.join(os.environ["DOCS_PACKAGES"], "python", "venv", "bin", "python")
        expect(world.run(interpreter, "hello.py", cwd=folder), "0 _delta_log\n")


# -- docs/https.md ----------------------------------------------------------------------------------------------------


@test
def https():
    packages = os.path.join(os.environ["DOCS_PACKAGES"], "js", "node_modules")
    start, = blocks("https.md", "sh")
    text = blocks("https.md", "text")[0]
    fetched, stored = blocks("https.md", "bash", "Trusting it")
    with World(*shlex.split(start)[1:]) as world:
        printed = world.printed()
        string = re.search(r"^Connection string: (.*)$", printed, re.M)[1]
        check(string.replace("http", "https") == text.strip(), string)
        world.run("bash", "-e", "-c", fetched)
        world.run("bash", "-e", "-c", stored)
        for name in ("ca.pem", "trust.p12"):
            check(os.path.exists(os.path.join(world.folder, name)), name)
        os.symlink(packages, os.path.join(world.folder, "node_modules"))
        with open(os.path.join(world.folder, "hello.mjs"), "w", encoding="utf-8") as file:
            file.write(block("https.md", "js", "Trusting it"))
        expect(world.run("env", "NODE_EXTRA_CA_CERTS=ca.pem", f"AZURE_STORAGE_CONNECTION_STRING={text.strip()}",
                         os.path.join(packages, ".bin", "node"), "hello.mjs"), "hello\n")
        check("BEGIN CERTIFICATE" in world.run(binary, "trust", "--location", "data"), "trust")


# -- docs/ci.md -------------------------------------------------------------------------------------------------------


@test
def github_actions():
    storage = yaml.safe_load(block("ci.md", "yaml", "GitHub Actions"))["jobs"]["test"]["services"]["storage"]
    check("command" not in storage, "a service container takes no command")
    with World("--silent", environment=storage["env"]) as world:
        check(world.printed().startswith("In-memory"), world.printed())
        check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list")) == ["logs", "uploads"], "containers")
        check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list", 10001)) == ["jobs"], "queues")


@test
def gitlab():
    job = yaml.safe_load(block("ci.md", "yaml", "GitLab"))["test"]
    service = job["services"][0]
    with World(*service["command"]) as world:
        check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list")) == ["uploads"], "containers")
    parts = dict(part.split("=", 1) for part in job["variables"]["AZURE_STORAGE_CONNECTION_STRING"].strip(";").split(";"))
    check(parts["AccountKey"] == run.KEY and parts["BlobEndpoint"] == f"http://{service['alias']}:10000/{ACCOUNT}", f"{parts}")


@test
def kubernetes():
    deployment, service, seed = yaml.safe_load_all(block("ci.md", "yaml", "Kubernetes"))
    pod = deployment["spec"]["template"]
    container = pod["spec"]["containers"][0]
    check(service["spec"]["selector"] == pod["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"], "labels")
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    check(volumes.keys() == mounts.keys() and volumes["seed"]["configMap"]["name"] == seed["metadata"]["name"], f"{volumes}")
    with tempfile.TemporaryDirectory(prefix="lazulite-docs-") as folder:
        for name, text in seed["data"].items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        words = [folder if word == mounts["seed"] else word for word in container["args"]]
        check(folder in words, f"{words}")
        with World("--inMemoryPersistence", *words) as world:
            probe = container["readinessProbe"]["httpGet"]
            world.run("curl", "-sf", f"http://127.0.0.1:{probe['port']}{probe['path']}")
            check(re.findall("<Name>(.*?)</Name>", world.ask("", "comp=list")) == ["logs", "uploads"], "containers")
            check("<MessageText>hello</MessageText>" in world.ask("/jobs/messages", "peekonly=true", 10001), "messages")


# -- docs/identity.md -------------------------------------------------------------------------------------------------


class Secure(World):
    """The server of that page, and the variables that make a program trust it and find a token there."""

    def __init__(self, *more):
        words = shlex.split(blocks("identity.md", "sh")[0])[1:]
        super().__init__(*words, *more)
        self.certificates = tempfile.TemporaryDirectory(prefix="lazulite-docs-")
        authority = os.path.join(self.certificates.name, "ca.pem")
        self.variables = {name: authority for name in ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")}
        for line in blocks("identity.md", "bash")[0].splitlines():
            name, value = line.removeprefix("export ").split("=", 1)
            self.variables[name] = value

    def __enter__(self):
        super().__enter__()
        World.run(self, "curl", "-sf", "-o", self.variables["SSL_CERT_FILE"], "http://127.0.0.1:10000/_lazulite/ca.pem")
        return self

    def run(self, *words, cwd=None):
        return super().run("env", *(f"{name}={value}" for name, value in self.variables.items()), *words, cwd=cwd)

    def __exit__(self, *_):
        super().__exit__()
        self.certificates.cleanup()


@test
def identity_python():
    interpreter = os.path.join(os.environ["DOCS_PACKAGES"], "python", "venv", "bin", "python")
    with Secure() as world:
        for heading in ("Python", "User delegation SAS"):
            expect(world.run(interpreter, "-c", block("identity.md", "python", heading)), "hello\n")
        revoke, = blocks("identity.md", "bash", "User delegation SAS")
        expect(world.run("bash", "-e", "-c", revoke, cwd=world.certificates.name), '{"revoked":"devstoreaccount1"}\n')


@test
def identity_javascript():
    packages = os.path.join(os.environ["DOCS_PACKAGES"], "js", "node_modules")
    with folder_with("hello.mjs", block("identity.md", "js", "JavaScript")) as folder, Secure() as world:
        os.symlink(packages, os.path.join(folder, "node_modules"))
        expect(world.run(os.path.join(packages, ".bin", "node"), "hello.mjs", cwd=folder), "hello\n")


@test
def identity_go():
    with folder_with("main.go", block("identity.md", "go", "Go")) as folder, Secure() as world:
        for name in ("go.mod", "go.sum"):
            shutil.copy(os.path.join(TOP, "tests", "conformance", "go", name), folder)
        build([os.environ["DOCS_GO"], "build", "-o", "hello", "."], folder)
        expect(world.run("./hello", cwd=folder), "hello\n")


@test
def identity_java():
    with folder_with("Hello.java", block("identity.md", "java", "Java")) as folder, Secure() as world:
        build(["mvn", "--batch-mode", "--no-transfer-progress", "-q", "--file", os.path.join(TOP, "tests/conformance/java/pom.xml"),
               "dependency:build-classpath", f"-Dmdep.outputFile={folder}/classpath"], folder)
        build(["keytool", "-importcert", "-noprompt", "-alias", "lazulite", "-file", world.variables["SSL_CERT_FILE"], "-keystore",
               "trust.p12", "-storepass", "changeit"], folder)
        with open(os.path.join(folder, "classpath"), encoding="ascii") as file:
            expect(world.run("java", "-Djavax.net.ssl.trustStore=trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit", "-cp",
                             file.read().strip(), "Hello.java", cwd=folder), "hello\n")


@test
def identity_people():
    service = yaml.safe_load(block("identity.md", "yaml", "Containers and CI"))["services"]
    check(service["storage"]["command"][0::2] == ["--cert", "--key", "--identity"], f"{service}")
    people = block("identity.md", "json", "Who there is")
    with folder_with("people.json", "") as folder:
        with open(os.path.join(folder, "jwks.json"), "w", encoding="ascii") as file:
            file.write('{"keys":[]}')
        settings = people.replace("jwks.json", os.path.join(folder, "jwks.json"))
        with Secure() as first, open(os.path.join(folder, "people.json"), "w", encoding="ascii") as file:
            file.write(settings.replace("cert.pem", first.variables["SSL_CERT_FILE"]))
            file.flush()
            with Secure("--identity", os.path.join(folder, "people.json")) as world:
                shown = json.loads(world.run("bash", "-c", blocks("identity.md", "bash", "Containers and CI")[0], cwd=world.certificates.name))
        check([each["name"] for each in shown["principals"]] == ["web", "reports", "pod"], f"{shown}")
        check(shown["managedIdentity"]["IDENTITY_ENDPOINT"] == first.variables["IDENTITY_ENDPOINT"], f"{shown}")


@test
def pages_that_are_named_exist():
    for page in os.listdir(os.path.join(TOP, "docs")):
        if not page.endswith(".md"):
            continue
        with open(os.path.join(TOP, "docs", page), encoding="utf-8") as file:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read()):
                check(os.path.exists(os.path.join(TOP, "docs", target)), f"{page} names {target}")


def main():
    global binary
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    return run.play(tests, options.only)


if __name__ == "__main__":
    sys.exit(main())
