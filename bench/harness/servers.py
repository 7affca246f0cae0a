"""The servers under measurement: how each one is started, found, frozen and stopped."""

import contextlib
import copy
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import install, sas

CONTAINER = f"/{sas.ACCOUNT}/bench"  # or a queue, table or share of this name
START_TIMEOUT = 60
STOP_TIMEOUT = 10


class Unavailable(Exception):
    """A server that cannot be measured here; the text says why."""


class Server:
    """One process group on 127.0.0.1, with its data in `folder`; `service` is the one that is asked: blob, queue,
    table, file, "data lake", or "all" for blobs with queues and tables beside them (`at`)."""

    name = ""
    has_blobs = True  # with lists, blocks, appends, pages and what else makes them more than files
    has_blocks = True
    has_queues = True
    checks_signatures = True
    bears_backlogs = False  # takes from a queue in which 100,000 wait, in less than a minute
    holds_a_million = False
    holds_idle = False  # connections, for as long as one likes
    keeps_pace = False  # with a steady load that lasts
    survives_power_loss = False
    is_one_file = False
    has_website = False
    has_files = False
    has_data_lake = False
    website = website_root = CONTAINER  # where the files of a website are put, and where they are read
    most_entities = 0  # of a table that it is asked to hold
    put_statuses = "201"
    binary = None

    def __init__(self, folder, service="blob"):
        self.folder = Path(folder)
        self.service = service
        self.port = None
        self.process = None
        self.started_at = None
        self.took_ms = None  # from exec to the first good answer

    @classmethod
    def version(cls):
        return ""

    def command(self):
        raise NotImplementedError

    def ready_target(self):
        listed = "Tables?" if self.service == "table" else "?comp=list&"
        return f"/{sas.ACCOUNT}/{listed}{sas.account_sas()}"

    def start(self):
        self.port = None
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        command = self.command()
        with open(self.log(), "wb") as log:
            self.started_at = time.perf_counter()
            # An own process group: Ctrl-C then reaches this script alone, which stops the servers in order.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        self.wait_until_ready()
        self.took_ms = (time.perf_counter() - self.started_at) * 1000

    def wait_until_ready(self):
        while time.perf_counter() - self.started_at < START_TIMEOUT:
            if self.process.poll() is not None:
                break
            self.port = self.port or self.printed_port(self.service)
            if self.port and self.answers():
                return
            time.sleep(0.0005)
        raise RuntimeError(f"{self.name} does not start:\n{self.log().read_text(errors='replace')[-2000:]}")

    def printed_port(self, service):
        title = {"data lake": "Data Lake", "all": "Blob"}.get(service, service.capitalize())
        found = re.search(rf"{title} service .*listen.* http://127\.0\.0\.1:(\d+)", self.log().read_text(errors="replace"))
        return int(found[1]) if found else None

    def at(self, service):
        """The same processes, asked for another service."""
        other = copy.copy(self)
        other.service, other.port = service, self.printed_port(service)
        return other

    def answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", self.ready_target()) == 200
        return False

    def ask(self, method, target, body="", more_headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"x-ms-version": sas.VERSION, "Content-Length": str(len(body)), **(more_headers or {})}
        if self.service == "table":
            headers |= {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            connection.request(method, target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def create_container(self):
        if self.service == "all":
            for service in ("blob", "queue", "table"):
                self.at(service).create_container()
            return
        if self.service == "table":
            name = json.dumps({"TableName": CONTAINER.rpartition("/")[2]})
            status = self.ask("POST", f"/{sas.ACCOUNT}/Tables?{sas.account_sas()}", name)
        else:
            kind = {"blob": "restype=container&", "file": "restype=share&", "data lake": "resource=filesystem&"}.get(self.service, "")
            status = self.ask("PUT", f"{CONTAINER}?{kind}{sas.account_sas()}")
        if status != 201:
            raise RuntimeError(f"{self.name} answered {status} to Create Container, Queue, Table, Share or Filesystem")

    def create_share(self, name):
        self.must_create(f"/{sas.ACCOUNT}/{name}?restype=share&{sas.account_sas()}", "Share")

    def create_directory(self, name):
        self.must_create(f"{CONTAINER}/{name}?restype=directory&{sas.account_sas()}", "Directory")

    def create_file(self, name, size):
        self.must_create(f"{CONTAINER}/{name}?{sas.account_sas()}", "File",
                         {"x-ms-type": "file", "x-ms-content-length": str(size)})

    def must_create(self, target, what, headers=None):
        status = self.ask("PUT", target, more_headers=headers)
        if status != 201:
            raise RuntimeError(f"{self.name} answered {status} to Create {what}")

    def create_page_blob(self, name, size):
        status = self.ask("PUT", f"{CONTAINER}/{name}?{sas.account_sas()}",
                          more_headers={"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(size)})
        if status != 201:
            raise RuntimeError(f"{self.name} answered {status} to Put Blob of a page blob")

    def clear_messages(self):
        status = self.ask("DELETE", f"{CONTAINER}/messages?{sas.account_sas()}")
        if status != 204:
            raise RuntimeError(f"{self.name} answered {status} to Clear Messages")

    def switch_website_on(self):
        pass

    def website_port(self):
        return self.port

    def log(self):
        return self.folder / "server.log"

    def pids(self):
        """The process and all that it started."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # threads end
                    found += [int(child) for child in (task / "children").read_text().split()]
        return found

    @contextlib.contextmanager
    def awake(self):
        self.thaw()
        try:
            yield
        finally:
            self.freeze()

    def freeze(self):
        """Between its turns a server gets no CPU time, so that its timers and clean-ups disturb no other."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        if not self.process:
            return
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.signal(signal.SIGKILL)  # also whatever it left behind in its group
            self.process.wait()

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


class Lazulite(Server):
    name = "lazulite"
    bears_backlogs = holds_a_million = holds_idle = keeps_pace = survives_power_loss = is_one_file = True
    durability = connections = None  # its own defaults
    has_website = True
    has_files = True
    has_data_lake = True
    website = f"/{sas.ACCOUNT}/$web"
    website_root = f"/{sas.ACCOUNT}"
    most_entities = 1_000_000
    binary = install.ROOT / "build" / "release" / "lazulite"

    @classmethod
    def prepare(cls):
        if not os.access(cls.binary, os.X_OK):
            raise Unavailable(f"there is no {cls.binary}; build it, or name one with --lazulite")

    def command(self):
        services = ("blob", "queue", "table", "file", "dfs", "web")
        ports = [word for service in services for word in (f"--{service}Port", "0")]
        command = [str(self.binary), "--location", str(self.folder / "data"), *ports, "--silent"]
        if self.durability:
            command += ["--durability", self.durability]
        if self.connections:
            command += ["--connections", str(self.connections), "--keepAliveTimeout", "0"]
        if self.service != "data lake":
            return command
        configuration = self.folder / "lazulite.json"
        configuration.write_text(json.dumps({"accounts": [{"name": sas.ACCOUNT, "hierarchicalNamespace": True}]}))
        return [*command, "--config", str(configuration)]

    def switch_website_on(self):
        properties = "<StaticWebsite><Enabled>true</Enabled></StaticWebsite>"
        status = self.ask("PUT", f"/{sas.ACCOUNT}/?restype=service&comp=properties&{sas.account_sas()}",
                          f"<StorageServiceProperties>{properties}</StorageServiceProperties>")
        if status != 202:
            raise RuntimeError(f"{self.name} answered {status} to Set Blob Service Properties")

    def website_port(self):
        return int(re.search(r"Web service .*listen.* http://127\.0\.0\.1:(\d+)", self.log().read_text())[1])


class Azurite(Server):
    name = "azurite"
    most_entities = 100_000  # minutes
    installed = None
    table_port = None

    @classmethod
    def prepare(cls):
        if not shutil.which("npm") or not shutil.which("node"):
            raise Unavailable("Azurite needs node and npm")
        cls.installed = install.azurite()

    @classmethod
    def version(cls):
        package = cls.installed / "node_modules" / "azurite" / "package.json"
        return json.loads(package.read_text(encoding="utf-8"))["version"]

    def command(self):
        self.table_port = free_port()  # given 0, it does not say which one it took
        main = "azurite.js" if self.service == "all" else f"{self.service}/main.js"
        script = self.installed / "node_modules" / "azurite" / "dist" / "src" / main
        ports = {"blob": 0, "queue": 0, "table": self.table_port}
        wanted = ports if self.service == "all" else [self.service]
        return ["node", str(script), "--location", str(self.folder / "data"),
                *(word for service in wanted for word in (f"--{service}Port", str(ports[service]))),
                "--silent", "--skipApiVersionCheck", "--disableTelemetry"]

    def printed_port(self, service):
        return self.table_port if service == "table" else super().printed_port(service)


class Nginx(Server):
    """Static files and DAV: what a server can do that owes nothing but the bytes."""

    name = "nginx"
    has_blobs = has_blocks = has_queues = checks_signatures = False
    has_website = True
    holds_idle = True
    connections = 1024
    put_statuses = "201,204"  # DAV: 204 when the file was there

    @classmethod
    def prepare(cls):
        cls.binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not cls.binary:
            raise Unavailable("nginx is not installed")

    @classmethod
    def version(cls):
        said = subprocess.run([cls.binary, "-v"], capture_output=True, text=True)
        return (said.stdout + said.stderr).strip().rpartition("/")[2]

    def command(self):
        self.port = free_port()
        (self.folder / "files").mkdir()
        (self.folder / "files" / "ready").write_text("yes")
        (self.folder / "nginx.conf").write_text(self.configuration())
        return [self.binary, "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr"]

    def configuration(self):
        # As root, nginx would give its workers an account that cannot write below this folder.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        # No tcp_nopush: it holds back the end of a range for 40 ms. No open_file_cache: like a storage server, it has to notice that a file was replaced.
        return f"""
            {user}
            daemon off; worker_processes {os.cpu_count()}; pid nginx.pid; error_log stderr;
            events {{ worker_connections {self.connections}; }}
            http {{
              access_log off; sendfile on; default_type application/octet-stream;
              keepalive_requests 1000000000; keepalive_timeout 3600; client_max_body_size 0;
              client_body_temp_path temp; proxy_temp_path temp-proxy; fastcgi_temp_path temp-fastcgi;
              scgi_temp_path temp-scgi; uwsgi_temp_path temp-uwsgi;
              server {{
                listen 127.0.0.1:{self.port} reuseport;
                location / {{ root files; dav_methods PUT; create_full_put_path on; }}
              }}
            }}"""

    def ready_target(self):
        return "/ready"

    def create_container(self):
        """The first PUT creates the folder."""


ALL = {kind.name: kind for kind in (Lazulite, Azurite, Nginx)}


def adjusted(kind, **attributes):
    """The same kind of server, with other settings."""
    return type(kind.__name__, (kind,), attributes)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(kinds, folder, service="blob"):
    """One fresh server of each kind, frozen, with an empty container, queue, table or share; all are gone afterwards, and their
    data too."""
    with contextlib.ExitStack() as cleanup:  # runs all of its callbacks, also when one fails
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        started = [kind(folder / kind.name, service) for kind in kinds]
        for server in started:
            cleanup.callback(server.stop)
            server.start()
            server.create_container()
            server.freeze()
        yield started


@contextlib.contextmanager
def started(kind, folder):
    """One server alone, awake; it is gone afterwards, and its data too."""
    server = kind(folder / kind.name)
    try:
        with started_again(server):
            yield server
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def started_again(server):
    """With what is in its folder."""
    try:
        server.start()
        yield server
    finally:
        server.stop()
