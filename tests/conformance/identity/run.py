#!/usr/bin/env python3
"""Programs with Azure Identity against a server of their own; then the suites that need people with roles.

    tests/conformance/identity/run.py --binary build/release/lazulite [--only WORD]

tests/conformance/run.sh identity prepares the packages and starts this. Every program runs as it is in every place that gives
a program its credential; a run is a test. Prints `N passed, N failed, N skipped`. With --metrics FILE the server's counters
are kept there, for tests/coverage.py.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import traceback

from server import KEY, Server, client_id

HERE = os.path.dirname(os.path.abspath(__file__))
SUITES = os.path.dirname(HERE)
PACKAGES = os.environ.get("IDENTITY_PACKAGES", "")
PLACE = "data"
PATIENCE = 300

READ = ["read blob seeded", "read queue seeded", "read table seeded", "read file seeded"]
WRITTEN = ["write blob written", "write queue written", "write table written", "write file written"]
SERVICES = ("blob", "queue", "table", "file")


def refused(verb):
    return [f"{verb} {service} 403 AuthorizationPermissionMismatch" for service in SERVICES]


def woven(reads, writes):
    return [line for pair in zip(reads, writes) for line in pair]


EVERYTHING = woven(READ, WRITTEN)
NOTHING = woven(refused("read"), refused("write"))


def places(server):
    """Name, variables, and what a program prints there, or a piece of the error it ends with."""
    managed, metadata, tenant = server.managed_identity, server.instance_metadata, server.tenant
    return [
        ("managed identity", managed, EVERYTHING),
        ("managed identity of a reader", managed | {"AZURE_CLIENT_ID": client_id("reader")}, woven(READ, refused("write"))),
        ("managed identity with one container", managed | {"AZURE_CLIENT_ID": client_id("guest")},
         woven(READ, WRITTEN)[:2] + NOTHING[2:]),
        ("managed identity without a role there", managed | {"AZURE_CLIENT_ID": client_id("guest"), "STORAGE_PLACE": "other"}, NOTHING),
        ("managed identity that is none", managed | {"AZURE_CLIENT_ID": client_id("a stranger")},
         "No User Assigned or Delegated Managed Identity found"),
        ("instance metadata", metadata, EVERYTHING),
        ("client secret", tenant | {"AZURE_CLIENT_SECRET": "of the app"}, EVERYTHING),
        ("client secret that is wrong", tenant | {"AZURE_CLIENT_SECRET": "of another"}, "AADSTS7000215"),
        ("client certificate", tenant | {"AZURE_CLIENT_CERTIFICATE_PATH": server.path("client-both.pem")}, EVERYTHING),
        ("workload identity", tenant | {"AZURE_FEDERATED_TOKEN_FILE": server.path("token")}, EVERYTHING),
        ("workload identity of another pod", tenant | {"AZURE_FEDERATED_TOKEN_FILE": server.path("token-of-another")}, "AADSTS700213"),
    ]


# Go's knows one address of the instance metadata service, that of the machines of Azure.
LACKS = {("Go", "instance metadata")}


def call(words, **options):
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, **options)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(words)}: {done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def packages(*names):
    return os.path.join(PACKAGES, *names)


def prepare():
    """The words that start each language's program; compiled where it is, before a variable of the server's is seen."""
    go, classes = os.environ["IDENTITY_GO"], packages("java", "test-classes")
    node = packages("js", "node_modules", ".bin", "node")
    for name, folder in (("suite", os.path.join(SUITES, "js")), ("identity", HERE)):  # so that they find the packages
        subprocess.run(["ln", "-sfn", folder, packages("js", name)], check=True)
    maven = ["mvn", "--batch-mode", "--no-transfer-progress", "-q", "--file", os.path.join(SUITES, "java", "pom.xml"),
             f"-DbuildFolder={packages('java')}", "test-compile", "dependency:build-classpath",
             f"-Dmdep.outputFile={packages('java', 'classpath')}"]
    os.makedirs(packages("java"), exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(call, maven),
                     pool.submit(call, [go, "build", "-o", packages("go", "program"), "./identity/program"], cwd=os.path.join(SUITES, "go")),
                     pool.submit(call, [go, "test", "-c", "-vet=off", "-o", packages("go", "identity.test"), "./identity"],
                                 cwd=os.path.join(SUITES, "go"))]:
            done.result()
    with open(packages("java", "classpath"), encoding="ascii") as file:
        path = file.read().strip()
    return {
        "Python": [packages("python", "venv", "bin", "python"), os.path.join(HERE, "program.py")],
        "JavaScript": [node, "--preserve-symlinks", "--preserve-symlinks-main", packages("js", "identity", "program.mjs")],
        "Go": [packages("go", "program")],
        "Java": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{classes}:{path}", "lazulite.IdentityProgram"],
    }


def surroundings(server):
    known = {name: value for name, value in os.environ.items()
             if not name.startswith(("AZURE_", "IDENTITY_", "LAZULITE_", "MSI_"))}
    return known | server.environment | {"PYTHONDONTWRITEBYTECODE": "1", "STORAGE_PLACE": PLACE}


def play(server, words, variables, wanted):
    environment = surroundings(server) | variables
    if words[0] == "java":
        environment["JAVA_TOOL_OPTIONS"] = server.java
    # Without it, the chain goes on to the tools that a developer may have signed in with.
    environment["AZURE_TOKEN_CREDENTIALS"] = "prod"
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    if isinstance(wanted, list):
        assert (done.returncode, done.stdout.splitlines()) == (0, wanted), f"{done.stdout}{done.stderr[-4000:]}"
    else:
        assert done.returncode != 0 and wanted in done.stderr and done.stdout == "", f"{done.stdout}{done.stderr[-4000:]}"


def play_example(server, python):
    """examples/private-container, as its README says."""
    environment = surroundings(server) | server.managed_identity | {"ACCOUNT_URL": server.environment["STORAGE_BLOB"], "ACCOUNT_KEY": KEY}
    folder = os.path.join(SUITES, "..", "..", "examples", "private-container")
    printed = [call([python, os.path.join(folder, f"{name}.py")], env=environment) for name in ("by_key", "by_sas", "by_identity")]
    document = "for few eyes\n"
    assert printed == [document, f"{document}deleting: AuthorizationPermissionMismatch\n", document], printed


def seed(server, python):
    """What is there to be read, made with the key."""
    call([python, os.path.join(HERE, "seed.py")], env=surroundings(server))


def count(pattern, text):
    found = re.findall(pattern, text, re.M)
    return int(found[-1]) if found else 0


def suites(server, programs):
    """Name, words, folder, variables, and the patterns of the runner's counts: passed, failed."""
    node, python = programs["JavaScript"][0], programs["Python"][0]
    return [
        ("JavaScript", [node, "--preserve-symlinks", "--preserve-symlinks-main", "--test", "--test-reporter=spec",
                        *(os.path.join("suite", "identity", f"{name}.test.js") for name in ("user_delegation", "datalake"))],
         packages("js"), {}, r"^ℹ pass (\d+)", r"^ℹ fail (\d+)"),
        ("Python", [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "identity"], os.path.join(SUITES, "python"), {},
         r"(\d+) passed", r"(\d+) (?:failed|error)"),
        ("Go", [packages("go", "identity.test"), "-test.v"], packages("go"), {}, None, None),
        ("Java", ["mvn", "--batch-mode", "--no-transfer-progress", "-Dstyle.color=never", "--file", os.path.join(SUITES, "java", "pom.xml"),
                  f"-DbuildFolder={packages('java')}", "-Dapart=", "-Dtest=IdentityTest", f"-DargLine={server.java}", "test"],
         SUITES, {}, r"Tests run: (\d+), .*\d$", r"Failures: (\d+).*\d$"),
    ]


def run_suite(server, words, folder, variables, passed, failed):
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, cwd=folder,
                          env=surroundings(server) | server.managed_identity | variables)
    text = done.stdout + done.stderr
    if passed is None:
        good, bad = len(re.findall(r"^ *--- PASS", text, re.M)), len(re.findall(r"^ *--- FAIL", text, re.M))
    else:
        good, bad = count(passed, text), count(failed, text)
        if words[0] == "mvn":  # whose first count is that of all
            bad += count(r"Errors: (\d+).*\d$", text)
            good -= bad
    if done.returncode != 0 or not good:
        bad = max(bad, 1)
        print(text[-20000:])
    return good, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", help="runs whose name holds this, as `Python managed` or `suite Go`")
    parser.add_argument("--metrics", help="a file for the server's counters")
    options = parser.parse_args()
    chosen = lambda name: not options.only or options.only in name  # noqa: E731
    passed = failed = 0

    programs = prepare()
    with Server(options.binary) as server, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seed(server, programs["Python"][0])
        runs = {}
        for place, variables, wanted in places(server):
            for language, words in programs.items():
                name = f"{language}: {place}"
                if chosen(name) and (language, place) not in LACKS:
                    runs[name] = pool.submit(play, server, words, variables, wanted)
        if chosen("example: private-container"):
            runs["example: private-container"] = pool.submit(play_example, server, programs["Python"][0])
        whole = {f"suite {name}": pool.submit(run_suite, server, *rest) for name, *rest in suites(server, programs)
                 if chosen(f"suite {name}")}
        for name, run in runs.items():
            try:
                run.result()
                passed += 1
                print("ok  ", name, flush=True)
            except Exception:
                failed += 1
                print("FAIL", name, flush=True)
                traceback.print_exc(file=sys.stdout)
        for name, run in whole.items():
            good, bad = run.result()
            passed, failed = passed + good, failed + bad
            print("FAIL" if bad else "ok  ", name, f"{good} passed, {bad} failed" if bad else f"({good})", flush=True)
        if options.metrics:
            with open(options.metrics, "w", encoding="utf-8") as file:
                file.write(server.control("metrics"))
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
