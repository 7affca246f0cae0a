#!/usr/bin/env python3
"""Runs the image's root file system as a container engine would: its own namespaces, its environment, its entrypoint.

    tests/image/run.py --root FOLDER --image INSPECTED.json [--emulator QEMU]

INSPECTED.json is what `buildah inspect --type image` says. With an emulator only the start is tried: the image is of another
architecture. Prints figures and `N passed, N failed, N skipped`.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from run import ACCOUNT, check, play  # noqa: E402

MOST_BYTES = 15_000_000
MOST_RESIDENT_MIB = 20
PATIENCE = 60.0
USER = 10001
PORTS = (10000, 10001, 10002, 10003, 10004, 10005)

root = None
image = None
emulator = None
tests = []


def test(function):
    tests.append(function)
    return function


class Folder:
    """A folder of the host that anybody may look into, for the time of a `with`."""

    def __init__(self, owner=0):
        self.owner = owner

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="lazulite-image-")
        os.chmod(self.path, 0o755)
        os.chown(self.path, self.owner, self.owner)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


class Container:
    """A run of the image. `words` stand behind its name on the command line; `entrypoint` replaces its own; `mounts` are
    pairs of folders, outside and inside, and `data` is what stands at /data."""

    def __init__(self, *words, data, entrypoint=None, environment=None, mounts=(), user=None, hosts=""):
        config = image["config"]
        variables = dict(entry.split("=", 1) for entry in config["Env"])
        self.environment = [f"{name}={value}" for name, value in {**variables, **(environment or {})}.items()]
        entrypoint = config["Entrypoint"] if entrypoint is None else entrypoint
        self.output = tempfile.TemporaryFile("w+")
        words = [*entrypoint, *(words or config["Cmd"] or [])]
        hosts_file = tempfile.NamedTemporaryFile("w", prefix="lazulite-hosts-")
        hosts_file.write("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n" + hosts)
        hosts_file.flush()
        os.chmod(hosts_file.name, 0o644)
        self.hosts_file = hosts_file
        steps = ["set -e", "ip link set lo up", f"mount -t proc proc {root}/proc", f"mount -t tmpfs tmpfs {root}/dev"]
        for device in ("null", "zero", "full", "random", "urandom"):
            steps += [f"touch {root}/dev/{device}", f"mount --bind /dev/{device} {root}/dev/{device}"]
        for outside, inside in ((data, "/data"), (hosts_file.name, "/etc/hosts"), *mounts):
            target = shlex.quote(root + inside)
            steps.append(f"mkdir -p {target}" if os.path.isdir(outside) else f"touch {target}")
            steps.append(f"mount --bind {shlex.quote(outside)} {target}")
        inside = ["chroot", *([f"--userspec={user}:{user}"] if user else []), root, "/bin/env", "-i", *self.environment,
                  "/bin/sh", "-c", 'cd "$0" && exec "$@"', config["WorkingDir"], *words]
        steps.append("exec " + shlex.join(inside))
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--uts", "--fork", "--kill-child", "sh", "-c", "\n".join(steps)],
            stdout=self.output, stderr=self.output, cwd="/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.kill(self.pid(), signal.SIGKILL)
            self.process.wait()
        self.hosts_file.close()

    def pid(self):
        """Of the container's first process, as the host counts."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
                found = children.read().split()
            if found and os.readlink(f"/proc/{found[0]}/root") != "/":
                return int(found[0])
            check(time.monotonic() < deadline and self.process.poll() is None, f"it did not start: {self.printed()}")
            time.sleep(0.005)

    def printed(self):
        return os.pread(self.output.fileno(), 1 << 24, 0).decode()

    def run(self, *words):
        """`docker exec`: exit code and what was printed."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.pid()), "-m", "-p", "-n", "-u", "-r", "--", "/bin/env", "-i", *self.environment,
             "/bin/sh", "-c", 'exec "$@"', "sh", *words],
            capture_output=True, text=True, timeout=PATIENCE, cwd="/")
        return done.returncode, done.stdout + done.stderr

    def expect(self, *words):
        code, text = self.run(*words)
        check(code == 0, f"{words}: exit code {code}: {text}")
        return text

    def health(self):
        kind, *words = image["config"]["Healthcheck"]["Test"]
        check(kind == "CMD", f"{kind}")
        return self.run(*words)

    def healthy(self):
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                code, self.said = self.health()
                if code == 0:
                    return self
            except (OSError, subprocess.SubprocessError):
                pass
            time.sleep(0.002)
        raise AssertionError(f"not healthy: {self.process.poll()} {self.said} {self.printed()}")

    def ended(self):
        check(self.process.wait(timeout=PATIENCE) != 0, "it ended well")
        return self.printed()

    def stop(self, how=signal.SIGTERM):
        began = time.monotonic()
        os.kill(self.pid(), how)
        code = self.process.wait(timeout=PATIENCE)
        check(code == 0, f"exit code {code}: {self.printed()}")
        check(time.monotonic() - began < 2, f"docker stop waits {time.monotonic() - began:.1f} s")

    def status(self, field):
        with open(f"/proc/{self.pid()}/status", encoding="ascii") as status:
            return re.search(rf"^{field}:[ \t]*(.*)$", status.read(), re.M)[1]


def files_of(folder):
    for at, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(at, name)


# -- what is in it ----------------------------------------------------------------------------------------------------


@test
def it_is_small():
    size = sum(os.lstat(path).st_size for path in files_of(root))
    print(f"  image size: {size / 1e6:.1f} MB", flush=True)
    check(size < MOST_BYTES, f"{size} bytes")


@test
def it_holds_what_it_should():
    for command in ("azurite", "azurite-blob", "azurite-queue", "azurite-table"):
        check(os.readlink(os.path.join(root, "usr/bin", command)) == "lazulite", command)
    for tool in ("cat", "awk", "grep", "wget", "tr", "ps"):
        check(os.readlink(os.path.join(root, "bin", tool)) == "busybox", tool)
    for program in ("usr/bin/lazulite", "bin/busybox", "bin/sh"):
        with open(os.path.join(root, program), "rb") as file:
            header = file.read(4096)
        check(header[:4] == b"\x7fELF" and b"/ld-" not in header, f"{program} asks for a loader")
    with open(os.path.join(root, "etc/ssl/certs/ca-certificates.crt"), encoding="ascii") as bundle:
        check(bundle.read().count("BEGIN CERTIFICATE") > 100, "few certificates")
    owner = os.stat(os.path.join(root, "data"))
    check((owner.st_uid, owner.st_gid) == (USER, USER), f"/data belongs to {owner.st_uid}")
    for path in files_of(root):
        check(not os.lstat(path).st_mode & 0o6000, f"{path} gives away its owner's rights")


@test
def it_says_what_engines_ask():
    config = image["config"]
    check(sorted(config["ExposedPorts"]) == [f"{port}/tcp" for port in PORTS], f"{config['ExposedPorts']}")
    check(list(config["Volumes"]) == ["/data"], f"{config['Volumes']}")
    check(not config.get("User"), f"it starts as {config.get('User')}")


# -- how it starts ----------------------------------------------------------------------------------------------------

# How Testcontainers and compose files find out that a container is up, in their own words.
WAITS = [
    *(f"nc 127.0.0.1 {port} -z" for port in PORTS),
    "nc -z localhost 10000",
    "nc -zvw1 localhost 10001",
    "printf 'GET /_lazulite/health HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | nc 127.0.0.1 10000 | grep -q '\"status\":\"ok\"'",
    "wget -q --spider http://127.0.0.1:10000/_lazulite/health",
    # Testcontainers for Java: InternalCommandPortListeningCheck; each way of it by itself, but for bash
    "true && (cat /proc/net/tcp* | awk '{print $2}' | grep -i ':0*2710')",
    "true && (nc -vz -w 1 localhost 10000)",
    "true && (cat /proc/net/tcp* | awk '{print $2}' | grep -i ':0*2712' || nc -vz -w 1 localhost 10002 || "
    "/bin/bash -c '</dev/tcp/localhost/10002')",
    # Testcontainers for Go: wait/host_port.go
    "true && (cat /proc/net/tcp* | awk '{print $2}' | grep -i :2711 || nc -vz -w 1 localhost 10001 || "
    "/bin/bash -c '</dev/tcp/localhost/10001')",
]


@test
def the_default_command_serves_and_tools_see_it():
    with Folder() as data, Container(data=data) as container:
        container.healthy()
        took = time.monotonic() - container.began
        resident = int(container.status("VmRSS").split()[0]) / 1024
        own = int(container.status("RssAnon").split()[0]) / 1024
        print(f"  start to healthy: {1000 * took:.0f} ms; idle memory: {resident:.1f} MiB, {own:.1f} MiB of it its own", flush=True)
        check(resident < MOST_RESIDENT_MIB, f"{resident} MiB")
        check("Azurite Table service is successfully listening at http://0.0.0.0:10002\n" in container.printed(), container.printed())
        for command in WAITS:
            container.expect("/bin/sh", "-c", command)
        for port in PORTS:
            check(container.run("/bin/sh", "-c", f"nc -z 127.0.0.1 {port}")[0] == 0, f"port {port}")
        for command in ("nc -z 127.0.0.1 10006", "nc -vz -w 1 localhost 10006", "nc 127.0.0.1 10006 -z"):
            check(container.run("/bin/sh", "-c", command)[0] == 1, f"{command} sees what is not there")
        container.stop()
        check(os.listdir(data) == ["lazulite"], f"{os.listdir(data)}")


@test
def flags_alone_are_for_azurite():
    with Folder() as data, Container("--skipApiVersionCheck", "--blobPort", "7777", data=data) as container:
        container.healthy().expect("nc", "127.0.0.1", "7777", "-z")
        check("Azurite Blob service is successfully listening at http://0.0.0.0:7777\n" in container.printed(), container.printed())
        container.stop()


@test
def in_memory_needs_nothing_more():
    for words, entrypoint in ((("--inMemoryPersistence",), None),
                              (("--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0",
                                "--inMemoryPersistence", "--extentMemoryLimit", "64.000000"), ["azurite"])):
        with Folder() as data, Container(*words, data=data, entrypoint=entrypoint) as container:
            container.healthy()
            check(container.printed().startswith("In-memory extent storage is enabled with a limit of "), container.printed())
            check(container.status("Uid").split() == [str(USER)] * 4, container.status("Uid"))
            container.stop()
            check(os.listdir(data) == [], f"{os.listdir(data)}")


@test
def every_command_is_healthy_by_its_own_words():
    for words in (("azurite-blob", "--blobPort", "7777"), ("azurite-queue",), ("azurite-table", "--tableHost", "0.0.0.0"),
                  ("lazulite", "--logLevel", "off"), ("azurite", "-l", "/data", "--blobHost", "0.0.0.0", "--silent")):
        with Folder() as data, Container(*words, data=data) as container:
            container.healthy().stop()


@test
def a_tool_may_replace_the_entrypoint():
    """Testcontainers for .NET, Node and Go."""
    words = ("--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0")
    with Folder() as data, Container(*words, data=data, entrypoint=["azurite"]) as container:
        container.healthy()
        check(container.status("Uid").split() == [str(USER)] * 4, container.status("Uid"))
        container.stop(signal.SIGINT)
        check(os.listdir(data) == ["lazulite"], f"{os.listdir(data)}")


@test
def it_speaks_https_with_a_key_for_root_alone():
    with Folder() as data, Folder() as secrets:
        cert, key = os.path.join(secrets, "cert.pem"), os.path.join(secrets, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
        os.chmod(key, 0o600)
        with Container("azurite", "--cert", "/cert.pem", "--key", "/key.pem", data=data,
                       mounts=[(cert, "/cert.pem"), (key, "/key.pem")]) as container:
            container.healthy()
            check("Azurite Blob service is successfully listening at https://0.0.0.0:10000\n" in container.printed(), container.printed())
            check(container.status("Uid").split() == [str(USER)] * 4, container.status("Uid"))
            container.stop()


@test
def names_of_hosts_are_looked_up():
    with Folder() as data, Container("azurite", "--blobHost", "storage", "--queueHost", "localhost", data=data,
                                     hosts="127.0.0.7 storage.my-cluster.local storage\n") as container:
        container.healthy().expect("nc", "127.0.0.7", "10000", "-z")
        check("listening at http://127.0.0.7:10000\n" in container.printed(), container.printed())
        container.stop()


@test
def a_port_of_which_nothing_is_heard_is_not_healthy():
    with Folder() as data, Container("sleep", "60", data=data) as container:
        container.pid()
        code, text = container.health()
        check(code == 1 and "no server runs here" in text, f"{code} {text}")


# -- who it is --------------------------------------------------------------------------------------------------------


def served_as_root_lines(container):
    return [line for line in container.printed().splitlines() if "served as root" in line]


@test
def an_empty_folder_and_its_own_are_taken_over():
    with Folder() as data:
        os.mkdir(os.path.join(data, "lost+found"))
        for _ in range(2):
            with Container(data=data) as container:
                container.healthy()
                check(container.status("Uid").split() == [str(USER)] * 4, container.status("Uid"))
                check(container.status("Gid").split() == [str(USER)] * 4, container.status("Gid"))
                check(container.status("Groups").strip() == "", container.status("Groups"))
                check(int(container.status("CapEff"), 16) == 0, container.status("CapEff"))
                check(served_as_root_lines(container) == [], container.printed())
                container.expect("/bin/sh", "-c", "kill -0 1")
                container.stop()
            for path in (data, os.path.join(data, "lazulite"), *files_of(os.path.join(data, "lazulite"))):
                check(os.lstat(path).st_uid == USER, f"{path} belongs to {os.lstat(path).st_uid}")


@test
def what_belongs_to_root_is_served_as_root_with_one_warning():
    with Folder() as data:
        with open(os.path.join(data, "__azurite_db_blob__.json"), "w", encoding="ascii") as file:
            file.write("{}")
        for _ in range(2):
            with Container(data=data) as container:
                container.healthy()
                check(container.status("Uid").split() == ["0"] * 4, container.status("Uid"))
                lines = served_as_root_lines(container)
                check(len(lines) == 1 and lines[0].endswith(
                    "warn  /data holds what does not belong to user 10001: served as root"), container.printed())
                container.stop()
            check(os.stat(data).st_uid == 0 and os.stat(os.path.join(data, "lazulite")).st_uid == 0, "owners have changed")


@test
def another_user_stays_that_user():
    with Folder(owner=1234) as data, Container(data=data, user=1234) as container:
        container.healthy()
        check(container.status("Uid").split() == ["1234"] * 4, container.status("Uid"))
        check(served_as_root_lines(container) == [], container.printed())
        container.stop()
    with Folder() as data, Container(data=data, user=1234) as container:
        check("/data: the data folder cannot be made: Permission denied\n" in container.ended(), container.printed())


# -- in company -------------------------------------------------------------------------------------------------------


@test
def the_compose_file_seeds_and_serves_its_consumer():
    import yaml
    folder = os.path.join(HERE, "..", "..", "docker")
    with open(os.path.join(folder, "compose.yaml"), encoding="utf-8") as file:
        services = yaml.safe_load(file)["services"]
    storage, consumer = services["storage"], services["consumer"]
    check(consumer["depends_on"]["storage"]["condition"] == "service_healthy", "the consumer does not wait")
    mounts = []
    for volume in storage["volumes"]:
        outside, inside = volume.split(":")[:2]
        if outside.startswith("."):
            mounts.append((os.path.join(folder, outside), inside))
    check(mounts, "no seed is mounted")
    with Folder() as data, Container(*storage["command"], data=data, mounts=mounts, hosts="127.0.0.1 storage\n") as container:
        container.healthy()
        text = container.expect(*consumer["entrypoint"], *consumer["command"])
        check(text == consumer["x-prints"], f"{text!r}")
        container.stop()


@test
def a_volume_outlives_its_container():
    with Folder() as data:
        seed = [(os.path.join(HERE, "..", "..", "docker", "seed"), "/seed")]
        with Container("--seed", "/seed", data=data, mounts=seed) as container:
            container.healthy().stop()
        with Container(data=data) as container:
            text = container.healthy().expect("wget", "-qO-", f"http://127.0.0.1:10000/{ACCOUNT}/images/hello.txt")
            check(text.startswith("Hello"), text)
            container.stop()


@test
def it_starts_in_an_emulator():
    if emulator is None:
        return
    target = os.path.join(root, "qemu")
    shutil.copy(emulator, target)
    try:
        with Folder() as data:
            steps = f"ip link set lo up && mount --bind {data} {root}/data && mount -t proc proc {root}/proc"
            words = [f"{name}" for name in ("/qemu", "/usr/bin/lazulite")]
            line = " ".join(["exec", "chroot", shlex.quote(root), *words, "--containers", "box", "--user", str(USER), "-l", "/data"])
            with tempfile.TemporaryFile("w+") as output:
                process = subprocess.Popen(["unshare", "-m", "-n", "--kill-child", "-f", "sh", "-c", f"{steps} && {line}"],
                                           stdout=output, stderr=output)
                deadline = time.monotonic() + 2 * PATIENCE
                while "Connection string: " not in os.pread(output.fileno(), 1 << 20, 0).decode():
                    check(process.poll() is None and time.monotonic() < deadline, os.pread(output.fileno(), 1 << 20, 0).decode())
                    time.sleep(0.05)
                with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as children:
                    child = children.read().split()[0]
                done = subprocess.run(["nsenter", "-t", child, "-n", "-m", "chroot", root, "/qemu", "/usr/bin/lazulite", "healthcheck"],
                                      capture_output=True, text=True, timeout=PATIENCE)
                check(done.returncode == 0, f"{done}")
                os.kill(int(child), signal.SIGTERM)
                check(process.wait(timeout=PATIENCE) == 0, os.pread(output.fileno(), 1 << 20, 0).decode())
            check(os.listdir(data) == ["lazulite"], f"{os.listdir(data)}")
    finally:
        os.remove(target)


def main():
    global root, image, emulator
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--emulator")
    parser.add_argument("--only", action="append", help="a test by name, repeatable")
    options = parser.parse_args()
    root = os.path.realpath(options.root)
    emulator = options.emulator
    with open(options.image, encoding="utf-8") as file:
        image = json.load(file)["Docker"]
    foreign = [it_is_small, it_says_what_engines_ask, it_starts_in_an_emulator]
    own = [each for each in tests if each is not it_starts_in_an_emulator]
    return play(foreign if emulator else own, options.only)


if __name__ == "__main__":
    sys.exit(main())
