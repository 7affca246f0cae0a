"""What is measured, and how one value of it is taken."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass

from . import sas, servers

SIZES = {"4k": 4 << 10, "1m": 1 << 20, "256m": 256 << 20}
# Blobs in turn for each size: enough for 64 connections, few enough to stay in the page cache.
COUNTS = {"4k": 2048, "1m": 128, "256m": 4}
CREATED = 100_000  # blobs that one measurement of create makes at most; it ends early when all are there
READ_BACK = {"4k": 32, "1m": 8, "256m": 1}
CONNECTIONS = {"4k": (1, 16, 64), "1m": (1, 16, 64), "256m": (1, 4)}
LIST_PAGE = 5000
MIN_STARTS = 5
SETTLE_SECONDS = 1


@dataclass(frozen=True)
class Transfer:
    """Get, put (overwriting) or create (put of new names) of one size over some connections."""

    operation: str
    size: str
    connections: int

    @property
    def name(self):
        return f"{self.operation}-{self.size}-c{self.connections}"

    @property
    def prefix(self):
        return f"{self.name}-" if self.operation == "create" else f"{self.operation}-{self.size}-"

    @property
    def count(self):
        return CREATED if self.operation == "create" else COUNTS[self.size]


TRANSFERS = [Transfer(operation, size, connections)
             for operation, sizes in (("get", SIZES), ("put", SIZES), ("create", ["4k"]))
             for size in sizes for connections in CONNECTIONS[size]]


@dataclass(frozen=True)
class Pages(Transfer):
    """Get of the files of a website, over its own listener, by nobody in particular."""

    @property
    def prefix(self):
        return f"web-{self.size}-"


PAGES = [Pages("web", "4k", connections) for connections in CONNECTIONS["4k"]]
APPENDED = 64  # append blobs for each number of connections: 50,000 blocks are the most that one takes


@dataclass(frozen=True)
class Appends(Transfer):
    """Append Block to blobs in turn."""

    @property
    def prefix(self):
        return f"{self.name}-"


APPENDS = [Appends("append", "4k", connections) for connections in CONNECTIONS["4k"]]


@dataclass(frozen=True)
class PageWrites(Transfer):
    """Put Page, overwriting one page blob of 2,048 parts in turn."""

    @property
    def prefix(self):
        return self.name


PAGE_WRITES = [PageWrites("page", "4k", connections) for connections in CONNECTIONS["4k"]]
TAGGED = 5_000  # blobs with tags, of which a search finds 20: the first of the account, and no more than Azurite looks through for one page


@dataclass(frozen=True)
class Verb(Transfer):
    """Delete, snapshot or copy of blobs in turn, or a search by tags."""

    @property
    def prefix(self):
        return f"{self.name}-"

    @property
    def mode(self):
        return {"delete": "delete-blobs", "find": "find-tagged"}.get(self.operation, self.operation)

    @property
    def count(self):
        return TAGGED if self.operation == "find" else COUNTS[self.size]


VERBS = [Verb(operation, "4k", connections) for operation in ("delete", "snapshot", "copy", "find")
         for connections in CONNECTIONS["4k"]]
LIST = f"list-{LIST_PAGE}"
FILL_LIST = "fill-list"  # comes with the list: creating the blobs that it shows, 64 bytes each, 64 connections
STARTUP = "startup"
MEMORY = "memory-idle"

TEXT_SIZE = 512  # of a message
STOCK = 512  # messages that are taken in one part of a measurement


@dataclass(frozen=True)
class Messages:
    """Put Message, Get and Delete Message, or both at once, over some connections and a queue that holds `backlog` more."""

    operation: str
    connections: int
    backlog: int

    @property
    def name(self):
        waiting = f"{self.backlog // 1000}k" if self.backlog else "0"
        return f"message-{self.operation}-c{self.connections}-b{waiting}"


BACKLOG = 100_000
# Puts come last: they leave their messages behind.
MESSAGES = [Messages(operation, connections, backlog) for backlog in (0, BACKLOG)
            for operation in ("take", "mix", "put") for connections in (1, 16, 64) if operation != "mix" or connections == 64]
FILL_MESSAGES = "fill-messages"  # comes with a backlog

ENTITIES_READ_BACK = 32
ENTITY_SIZE = 512  # of an entity's JSON
THOUSAND, HUNDRED_THOUSAND, MILLION = 1_000, 100_000, 1_000_000
FILLED = "fill"  # the prefix of the partitions that are there before


@dataclass(frozen=True)
class Tables:
    """One operation on entities over some connections, on a table that holds so many before."""

    operation: str
    connections: int
    entities: int

    @property
    def name(self):
        return f"table-{self.operation}-c{self.connections}-{in_short(self.entities)}"

    @property
    def mode(self):
        return {"partition": "query-partition"}.get(self.operation, f"{self.operation}-entities")

    @property
    def prefix(self):
        """Of the partitions that are read, or of new ones."""
        return self.name if self.operation in ("insert", "batch", "upsert") else FILLED


def in_short(entities):
    return f"{entities // MILLION}m" if entities >= MILLION else f"{entities // THOUSAND}k"


# Inserts come last: they leave their entities behind.
TABLES = [Tables(operation, connections, THOUSAND)
          for operation, over in (("get", (1, 16, 64)), ("partition", (1, 16)), ("upsert", (1, 16, 64)),
                                  ("insert", (1, 16, 64)), ("batch", (1, 16))) for connections in over]
TABLES += [Tables("filter", 1, HUNDRED_THOUSAND)] + [Tables("get", connections, MILLION) for connections in (1, 16, 64)]
FILL_TABLES = {entities: f"fill-table-{in_short(entities)}" for entities in (HUNDRED_THOUSAND, MILLION)}


@dataclass(frozen=True)
class Files:
    """One operation on a share over some connections."""

    operation: str
    size: str
    connections: int

    @property
    def name(self):
        size = f"-{self.size}" if self.size else ""
        return f"file-{self.operation}{size}-c{self.connections}"

    @property
    def prefix(self):
        """Of files that the scenario makes for itself, or of its shares; the file whose ranges are put or read."""
        return f"{self.operation}-ranges" if self.size else f"{self.name}-"

    @property
    def mode(self):
        return {"get": "get-ranges", "put": "put-ranges", "rename": "rename-files", "snapshot": "snapshot-shares"}[self.operation]

    @property
    def count(self):
        return SNAPSHOT_SHARES if self.operation == "snapshot" else COUNTS["4k"]


SNAPSHOT_SHARES = 512  # in turn: a share has 200 snapshots at most
FILES = [Files(operation, size, connections)
         for operation, size in (("get", "4k"), ("put", "4k"), ("rename", ""), ("snapshot", "")) for connections in (1, 16, 64)]
FILE_LIST = f"file-list-{LIST_PAGE}"
RENAME_MANY = "file-rename-dir-100k"  # there and back, that of the list: what it holds is not to matter
FILL_FILES = "fill-file-list"  # comes with them: creating what it holds, empty, 64 connections


@dataclass(frozen=True)
class Paths(Files):
    """One operation on files of a hierarchical account over some connections."""

    @property
    def name(self):
        size = f"-{self.size}" if self.size else ""
        return f"dfs-{self.operation}{size}-c{self.connections}"

    @property
    def prefix(self):
        return "read-" if self.operation in ("read", "status") else f"{self.name}-"

    @property
    def mode(self):
        return "get" if self.operation == "read" else f"{self.operation}-paths"

    @property
    def count(self):
        return {"create": CREATED, "append": APPENDED}.get(self.operation, COUNTS["4k"])


PATHS = [Paths(operation, size, connections)
         for operation, size in (("create", ""), ("append", "4k"), ("read", "4k"), ("status", "")) for connections in (1, 16, 64)]
TREE_DIRECTORIES = 1_000
PATH_LIST = f"dfs-list-{LIST_PAGE}"
PATH_TREE = f"dfs-list-tree-{LIST_PAGE}"  # of as many files in so many directories, recursively
RENAME_PATHS = {10: "dfs-rename-dir-10", HUNDRED_THOUSAND: "dfs-rename-dir-100k"}  # there and back: the two are to be alike
DELETE_PATHS = {10: "dfs-delete-dir-10", HUNDRED_THOUSAND: "dfs-delete-dir-100k"}
FILL_PATHS = "fill-dfs-list"  # comes with them: creating the files, empty, 64 connections
PATH_LISTS = [PATH_LIST, PATH_TREE, *RENAME_PATHS.values(), *DELETE_PATHS.values()]
NAMES = [scenario.name for scenario in TRANSFERS + APPENDS + PAGES + PAGE_WRITES + VERBS + MESSAGES + TABLES + FILES + PATHS]
NAMES += [FILE_LIST, RENAME_MANY, *PATH_LISTS, LIST, STARTUP, MEMORY]


class Bench:
    """Runs groups of scenarios. In each round the servers take turns, so that a slow minute of the machine hits all."""

    def __init__(self, options, kinds, load, folder, results):
        self.options = options
        self.kinds = kinds
        self.load = load
        self.folder = folder
        self.results = results

    def transfers(self, chosen):
        """Every round has new servers with new data: no round inherits the garbage of the one before."""
        for number in range(self.options.rounds):
            with servers.running(self.kinds, self.folder / "transfers") as started:
                for server in started:
                    self.fill_for(chosen, server)
                for transfer in chosen:
                    for server in started:
                        self.record(number, transfer.name, server, self.transfer(transfer, server))

    def fill_for(self, chosen, server):
        """What get reads and put overwrites."""
        filled = {(transfer.prefix, transfer.size) for transfer in chosen if transfer.operation != "create"}
        for prefix, size in sorted(filled):
            self.fill(server, "--prefix", prefix, "--count", COUNTS[size], "--size", SIZES[size],
                      "--connections", min(16, COUNTS[size]))

    def transfer(self, transfer, server):
        if transfer.operation != "get":
            os.sync()  # so that what others wrote before is not flushed on this one's time
        return self.drive(server, transfer.operation, "--prefix", transfer.prefix, "--count", transfer.count,
                          "--size", SIZES[transfer.size], "--connections", transfer.connections,
                          "--read-back", READ_BACK[transfer.size],
                          "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)

    def appends(self, chosen):
        kinds = [kind for kind in self.kinds if kind.has_append_blobs]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "appends") as started:
                for scenario in chosen:
                    blobs = ["--prefix", scenario.prefix, "--count", APPENDED]
                    for server in started:
                        self.fill(server, *blobs, mode="fill-appends")
                        os.sync()  # so that what others wrote before is not flushed on this one's time
                        measured = self.drive(server, "append", *blobs, "--size", SIZES[scenario.size],
                                              "--connections", scenario.connections, "--read-back", APPENDED,
                                              "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)
                        self.record(number, scenario.name, server, measured)

    def pages(self, chosen):
        kinds = [kind for kind in self.kinds if kind.has_website]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "pages") as started:
                for server in started:
                    with servers.awake(server):
                        server.switch_website_on()
                    for prefix, size in sorted({(scenario.prefix, scenario.size) for scenario in chosen}):
                        self.fill(server, "--prefix", prefix, "--count", COUNTS[size], "--size", SIZES[size],
                                  "--connections", 16, path=server.website)
                for scenario in chosen:
                    for server in started:
                        measured = self.drive(server, "get", "--prefix", scenario.prefix, "--count", scenario.count, "--size",
                                              SIZES[scenario.size], "--connections", scenario.connections,
                                              "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6,
                                              port=server.website_port(), path=server.website_root, credentials=[])
                        self.record(number, scenario.name, server, measured)

    def page_writes(self, chosen):
        kinds = [kind for kind in self.kinds if kind.has_page_blobs]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "page-writes") as started:
                for scenario in chosen:
                    for server in started:
                        with servers.awake(server):
                            server.create_page_blob(scenario.prefix, scenario.count * SIZES[scenario.size])
                        os.sync()  # so that what others wrote before is not flushed on this one's time
                        measured = self.drive(server, "put-pages", "--prefix", scenario.prefix, "--count", scenario.count,
                                              "--size", SIZES[scenario.size], "--connections", scenario.connections,
                                              "--read-back", READ_BACK[scenario.size],
                                              "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)
                        self.record(number, scenario.name, server, measured)

    def verbs(self, chosen):
        """A scenario's blobs are its own; deleting brings them itself. An account is searched whole, so one set is for all."""
        kinds = [kind for kind in self.kinds if kind.has_append_blobs]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "verbs") as started:
                if any(scenario.operation == "find" for scenario in chosen):
                    for server in started:
                        self.fill(server, "--prefix", "0-tagged-", "--count", TAGGED, "--connections", 16, mode="fill-tagged")
                for scenario in chosen:
                    blobs = ["--prefix", scenario.prefix, "--count", scenario.count, "--size", SIZES[scenario.size]]
                    for server in started:
                        if scenario.operation in ("snapshot", "copy"):
                            self.fill(server, *blobs, "--connections", 16)
                        os.sync()  # so that what others wrote before is not flushed on this one's time
                        measured = self.drive(server, scenario.mode, *blobs, "--connections", scenario.connections,
                                              "--read-back", READ_BACK[scenario.size],
                                              "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)
                        self.record(number, scenario.name, server, measured)

    def lists(self):
        kinds = [kind for kind in self.kinds if kind.lists_blobs]
        with servers.running(kinds, self.folder / "lists") as started:
            for server in started:
                created = self.fill(server, "--prefix", "list-", "--count", self.options.list_count, "--size", 64,
                                    "--connections", 64)
                self.record(0, FILL_LIST, server, created)
            for number in range(self.options.rounds):
                for server in started:
                    measured = self.drive(server, "list", "--prefix", "list-", "--count", self.options.list_count,
                                          "--page", LIST_PAGE, "--seconds", self.options.seconds)
                    self.record(number, LIST, server, measured)

    def messages(self, chosen):
        """The backlog is put once, after all that needs none: one emulator needs minutes for it."""
        kinds = [kind for kind in self.kinds if kind.has_queues]
        with servers.running(kinds, self.folder / "messages", "queue") as started:
            for backlog in sorted({scenario.backlog for scenario in chosen}):
                if backlog:
                    for server in started:
                        filled = self.fill(server, "--count", backlog, "--size", TEXT_SIZE, "--connections", 64,
                                           mode="fill-messages")
                        self.record(0, FILL_MESSAGES, server, filled)
                for number in range(self.options.rounds):
                    for scenario in (scenario for scenario in chosen if scenario.backlog == backlog):
                        for server in started:
                            self.record(number, scenario.name, server, self.message(scenario, server))

    def message(self, scenario, server):
        os.sync()  # so that what others wrote before is not flushed on this one's time
        measured = self.drive(server, f"{scenario.operation}-messages", "--count", STOCK, "--size", TEXT_SIZE,
                              "--connections", scenario.connections, "--seconds", self.options.seconds,
                              "--warmup", self.options.seconds / 6)
        if not scenario.backlog:
            with servers.awake(server):
                server.clear_messages()
        return measured

    def tables(self, chosen):
        """Every round has new servers, as entities stay; larger tables are filled once, after all that needs none."""
        few = [scenario for scenario in chosen if scenario.entities == THOUSAND]
        for number in range(self.options.rounds if few else 0):
            with self.filled_tables(THOUSAND) as started:
                self.round_of_tables(number, few, started)
        for entities in sorted({scenario.entities for scenario in chosen} - {THOUSAND}):
            with self.filled_tables(entities) as started:
                many = [scenario for scenario in chosen if scenario.entities == entities]
                for number in range(self.options.rounds):
                    self.round_of_tables(number, many, started)

    @contextlib.contextmanager
    def filled_tables(self, entities):
        kinds = [kind for kind in self.kinds if kind.most_entities >= entities]
        with servers.running(kinds, self.folder / "tables", "table") as started:
            for server in started:
                filled = self.fill(server, "--prefix", FILLED, "--count", entities, "--size", ENTITY_SIZE,
                                   "--connections", 4, mode="fill-entities")
                if entities in FILL_TABLES:
                    self.record(0, FILL_TABLES[entities], server, filled)
            yield started

    def round_of_tables(self, number, chosen, started):
        for scenario in chosen:
            for server in started:
                os.sync()  # so that what others wrote before is not flushed on this one's time
                measured = self.drive(server, scenario.mode, "--prefix", scenario.prefix, "--count", scenario.entities,
                                      "--size", ENTITY_SIZE, "--connections", scenario.connections,
                                      "--read-back", ENTITIES_READ_BACK,
                                      "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)
                self.record(number, scenario.name, server, measured)

    def files(self, chosen):
        kinds = [kind for kind in self.kinds if kind.has_files]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "files", "file") as started:
                for server in started:
                    for prefix in sorted({scenario.prefix for scenario in chosen if scenario.size}):
                        with servers.awake(server):
                            server.create_file(prefix, COUNTS["4k"] * SIZES["4k"])
                        self.fill(server, "--prefix", prefix, "--count", COUNTS["4k"], "--size", SIZES["4k"], mode="fill-ranges")
                for scenario in chosen:
                    for server in started:
                        self.record(number, scenario.name, server, self.file(scenario, server))

    def file(self, scenario, server):
        own = ["--prefix", scenario.prefix, "--count", scenario.count]
        path = servers.CONTAINER
        if scenario.operation == "snapshot":
            path = f"/{sas.ACCOUNT}"
            with servers.awake(server):
                for share in range(scenario.count):
                    server.create_share(f"{scenario.prefix}{share:06}")
        elif scenario.operation == "rename":
            self.fill(server, *own, "--connections", 16, mode="fill-files")
        os.sync()  # so that what others wrote before is not flushed on this one's time
        return self.drive(server, scenario.mode, *own, "--size", SIZES["4k"], "--connections", scenario.connections,
                          "--read-back", READ_BACK["4k"], "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6,
                          path=path)

    def file_lists(self, wanted):
        """The directory that is renamed is the one that is listed, and has its first name again after each round."""
        kinds = [kind for kind in self.kinds if kind.has_files]
        many = "many000000"
        with servers.running(kinds, self.folder / "file-lists", "file") as started:
            for server in started:
                with servers.awake(server):
                    server.create_directory(many)
                created = self.fill(server, "--prefix", "list-", "--count", self.options.list_count, "--connections", 64,
                                    mode="fill-files", path=f"{servers.CONTAINER}/{many}")
                self.record(0, FILL_FILES, server, created)
            for number in range(self.options.rounds):
                for server in started:
                    if FILE_LIST in wanted:
                        measured = self.drive(server, "list-files", "--prefix", "list-", "--count", self.options.list_count,
                                              "--page", LIST_PAGE, "--seconds", self.options.seconds,
                                              path=f"{servers.CONTAINER}/{many}")
                        self.record(number, FILE_LIST, server, measured)
                    if RENAME_MANY in wanted:
                        measured = self.drive(server, "rename-directories", "--prefix", "many", "--count", 1,
                                              "--seconds", self.options.seconds)
                        self.record(number, RENAME_MANY, server, measured)

    def paths(self, chosen):
        kinds = [kind for kind in self.kinds if kind.has_data_lake]
        for number in range(self.options.rounds):
            with servers.running(kinds, self.folder / "paths", "data lake") as started:
                for server in started:
                    self.fill(server, "--prefix", "read-", "--count", COUNTS["4k"], "--size", SIZES["4k"], "--connections", 16)
                for scenario in chosen:
                    own = ["--prefix", scenario.prefix, "--count", scenario.count]
                    for server in started:
                        if scenario.operation == "append":
                            self.fill(server, *own, "--connections", 16, mode="fill-paths")
                        os.sync()  # so that what others wrote before is not flushed on this one's time
                        measured = self.drive(server, scenario.mode, *own, "--size", SIZES["4k"],
                                              "--connections", scenario.connections, "--read-back", APPENDED,
                                              "--seconds", self.options.seconds, "--warmup", self.options.seconds / 6)
                        self.record(number, scenario.name, server, measured)

    def path_lists(self, wanted):
        """The directories that are renamed have their first names again after each round; those that are deleted are made anew."""
        kinds = [kind for kind in self.kinds if kind.has_data_lake]
        many = self.options.list_count
        flat, tree = f"{servers.CONTAINER}/many000000", f"{servers.CONTAINER}/tree"
        with servers.running(kinds, self.folder / "path-lists", "data lake") as started:
            for server in started:
                self.record(0, FILL_PATHS, server, self.fill_paths(server, flat, many))
                self.fill_paths(server, f"{servers.CONTAINER}/few000000", 10)
                if PATH_TREE in wanted:
                    self.fill_paths(server, tree, many, "--directories", TREE_DIRECTORIES)
            for number in range(self.options.rounds):
                for server in started:
                    for name, path, more in ((PATH_LIST, flat, []), (PATH_TREE, tree, ["--directories", TREE_DIRECTORIES])):
                        if name in wanted:
                            measured = self.drive(server, "list-paths", "--prefix", "list-", "--count", many, *more,
                                                  "--page", LIST_PAGE, "--seconds", self.options.seconds, path=path)
                            self.record(number, name, server, measured)
                    for count, name in RENAME_PATHS.items():
                        if name in wanted:
                            measured = self.drive(server, "rename-paths", "--prefix", "few" if count == 10 else "many", "--count", 1,
                                                  "--seconds", self.options.seconds)
                            self.record(number, name, server, measured)
                    for count, name in DELETE_PATHS.items():
                        if name in wanted:
                            doomed = f"doomed-{count}-{number}-"
                            self.fill_paths(server, f"{servers.CONTAINER}/{doomed}000000", min(count, many))
                            self.record(number, name, server, self.drive(server, "delete-paths", "--prefix", doomed, "--count", 1))

    def fill_paths(self, server, directory, count, *more):
        return self.fill(server, "--prefix", "list-", "--count", count, "--connections", 64, *more, mode="fill-paths", path=directory)

    def starts(self, with_memory):
        for number in range(-1, max(MIN_STARTS, self.options.rounds)):
            for kind in self.kinds:
                measured = self.start(kind, with_memory)
                if number >= 0:  # the first one reads programs from the disk
                    self.record(number, STARTUP, kind, measured)

    def start(self, kind, with_memory):
        measured = {"errors": 0}
        server = kind(self.folder / "start" / kind.name)
        try:
            measured["start_ms"] = server.start() * 1000
            if with_memory:
                time.sleep(SETTLE_SECONDS)
                measured["resident_mib"] = server.resident_mib()
        finally:
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)
        return measured

    def fill(self, server, *arguments, mode="fill", **where):
        measured = self.drive(server, mode, *arguments, **where)
        if measured["errors"]:
            raise RuntimeError(f"{server.name} does not take the data: {measured['complaints']}")
        return measured

    def drive(self, server, mode, *arguments, port=None, path=servers.CONTAINER, credentials=None):
        """Wakes the server and runs the load generator; one that gives up becomes an error in the report."""
        with servers.awake(server):
            command = [self.load, mode, "--port", port or server.port, "--path", path,
                       *(self.credentials() if credentials is None else credentials),
                       "--put-statuses", server.put_statuses, "--pids", ",".join(map(str, server.pids())), *arguments]
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode != 0:
            return {"errors": 1, "complaints": [done.stderr.strip()]}
        return json.loads(done.stdout)

    def credentials(self):
        if self.options.auth == "sharedkey":
            return ["--account", sas.ACCOUNT, "--key", sas.KEY]
        return ["--sas", sas.account_sas()]

    def record(self, number, scenario, server, measured):
        self.results.add(number, scenario, server.name, measured)
