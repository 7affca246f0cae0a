"""Operations on a share, and one directory of it that holds many files."""

from dataclasses import dataclass

from .. import sas, servers
from ..scenario import COUNTS, LIST_PAGE, READ_BACK, SIZES, Named, pages, requests

SNAPSHOT_SHARES = 512  # in turn: a share has 200 snapshots at most
FILL = "fill-file-list"  # comes with the list: creating what it holds, empty, 64 connections
MANY = "many000000"


@dataclass(frozen=True)
class Files:
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

    @property
    def rows(self):
        return requests(self.name)


ON_FILES = [Files(operation, size, connections)
            for operation, size in (("get", "4k"), ("put", "4k"), ("rename", ""), ("snapshot", "")) for connections in (1, 16, 64)]
LIST = Named(f"file-list-{LIST_PAGE}", requests(FILL) + pages(f"file-list-{LIST_PAGE}"))
# There and back, the directory of the list: what it holds is not to matter.
RENAME_MANY = Named("file-rename-dir-100k", requests("file-rename-dir-100k"))
SCENARIOS = [*ON_FILES, LIST, RENAME_MANY]


def run(bench, chosen):
    kinds = bench.kinds_that("has_files")
    on_files = [one for one in chosen if one in ON_FILES]
    for number in bench.rounds() if on_files else ():
        with bench.running("files", kinds, "file") as started:
            for server in started:
                fill_ranges(bench, server, on_files)
            for scenario in on_files:
                for server in started:
                    bench.record(number, scenario.name, server, measure(bench, scenario, server))
    if LIST in chosen or RENAME_MANY in chosen:
        with bench.running("file-lists", kinds, "file") as started:
            lists(bench, chosen, started)


def fill_ranges(bench, server, chosen):
    for prefix in sorted({scenario.prefix for scenario in chosen if scenario.size}):
        with server.awake():
            server.create_file(prefix, COUNTS["4k"] * SIZES["4k"])
        bench.fill(server, "--prefix", prefix, "--count", COUNTS["4k"], "--size", SIZES["4k"], mode="fill-ranges")


def measure(bench, scenario, server):
    own = ["--prefix", scenario.prefix, "--count", scenario.count]
    path = servers.CONTAINER
    if scenario.operation == "snapshot":
        path = f"/{sas.ACCOUNT}"
        with server.awake():
            for share in range(scenario.count):
                server.create_share(f"{scenario.prefix}{share:06}")
    elif scenario.operation == "rename":
        bench.fill(server, *own, "--connections", 16, mode="fill-files")
    return bench.measure(server, scenario.mode, *own, "--size", SIZES["4k"], "--read-back", READ_BACK["4k"],
                         connections=scenario.connections, path=path)


def lists(bench, chosen, started):
    """The directory that is renamed is the one that is listed, and has its first name again after each round."""
    many, path = bench.options.many, f"{servers.CONTAINER}/{MANY}"
    for server in started:
        with server.awake():
            server.create_directory(MANY)
        created = bench.fill(server, "--prefix", "list-", "--count", many, "--connections", 64, mode="fill-files", path=path)
        bench.record(0, FILL, server, created)
    for number in bench.rounds():
        for server in started:
            if LIST in chosen:
                measured = bench.measure(server, "list-files", "--prefix", "list-", "--count", many, "--page", LIST_PAGE, path=path)
                bench.record(number, LIST.name, server, measured)
            if RENAME_MANY in chosen:
                measured = bench.measure(server, "rename-directories", "--prefix", "many", "--count", 1)
                bench.record(number, RENAME_MANY.name, server, measured)
