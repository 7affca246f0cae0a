"""Operations on files and directories of an account with a hierarchical namespace."""

from dataclasses import dataclass

from .. import servers
from ..scenario import COUNTS, CREATED, LIST_PAGE, SIZES, Named, latency, pages, requests

APPENDED = 64
TREE_DIRECTORIES = 1_000
FEW, MANY = 10, 100_000
FILL = "fill-dfs-list"  # comes with lists, renames and deletes: creating the files, empty, 64 connections


@dataclass(frozen=True)
class Paths:
    operation: str
    size: str
    connections: int

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

    @property
    def rows(self):
        return requests(self.name)


def of_directories(name, rows):
    return Named(name, requests(FILL) + rows(name))


ON_PATHS = [Paths(operation, size, connections)
            for operation, size in (("create", ""), ("append", "4k"), ("read", "4k"), ("status", "")) for connections in (1, 16, 64)]
LIST = of_directories(f"dfs-list-{LIST_PAGE}", pages)
TREE = of_directories(f"dfs-list-tree-{LIST_PAGE}", pages)  # of as many files in 1,000 directories, recursively
RENAMES = {FEW: of_directories("dfs-rename-dir-10", latency), MANY: of_directories("dfs-rename-dir-100k", latency)}  # to be alike
DELETES = {FEW: of_directories("dfs-delete-dir-10", latency), MANY: of_directories("dfs-delete-dir-100k", latency)}
ON_DIRECTORIES = [LIST, TREE, *RENAMES.values(), *DELETES.values()]
SCENARIOS = ON_PATHS + ON_DIRECTORIES


def run(bench, chosen):
    kinds = bench.kinds_that("has_data_lake")
    on_paths = [one for one in chosen if one in ON_PATHS]
    for number in bench.rounds() if on_paths else ():
        with bench.running("paths", kinds, "data lake") as started:
            for server in started:
                bench.fill(server, "--prefix", "read-", "--count", COUNTS["4k"], "--size", SIZES["4k"], "--connections", 16)
            for scenario in on_paths:
                for server in started:
                    bench.record(number, scenario.name, server, measure(bench, scenario, server))
    if any(one in ON_DIRECTORIES for one in chosen):
        with bench.running("path-lists", kinds, "data lake") as started:
            directories(bench, chosen, started)


def measure(bench, scenario, server):
    own = ["--prefix", scenario.prefix, "--count", scenario.count]
    if scenario.operation == "append":
        bench.fill(server, *own, "--connections", 16, mode="fill-paths")
    return bench.measure(server, scenario.mode, *own, "--size", SIZES["4k"], "--read-back", APPENDED,
                         connections=scenario.connections)


def directories(bench, chosen, started):
    """The directories that are renamed have their first names again after each round; those that are deleted are made anew."""
    many = bench.options.many
    flat, tree, spread = f"{servers.CONTAINER}/many000000", f"{servers.CONTAINER}/tree", ["--directories", TREE_DIRECTORIES]
    for server in started:
        bench.record(0, FILL, server, fill(bench, server, flat, many))
        fill(bench, server, f"{servers.CONTAINER}/few000000", FEW)
        if TREE in chosen:
            fill(bench, server, tree, many, *spread)
    for number in bench.rounds():
        for server in started:
            for scenario, path, more in ((LIST, flat, []), (TREE, tree, spread)):
                if scenario in chosen:
                    measured = bench.measure(server, "list-paths", "--prefix", "list-", "--count", many, *more,
                                             "--page", LIST_PAGE, path=path)
                    bench.record(number, scenario.name, server, measured)
            for count, scenario in RENAMES.items():
                if scenario in chosen:
                    measured = bench.measure(server, "rename-paths", "--prefix", "few" if count == FEW else "many", "--count", 1)
                    bench.record(number, scenario.name, server, measured)
            for count, scenario in DELETES.items():
                if scenario in chosen:
                    doomed = f"doomed-{count}-{number}-"
                    fill(bench, server, f"{servers.CONTAINER}/{doomed}000000", min(count, many))
                    measured = bench.drive(server, "delete-paths", "--prefix", doomed, "--count", 1)
                    bench.record(number, scenario.name, server, measured)


def fill(bench, server, directory, count, *more):
    return bench.fill(server, "--prefix", "list-", "--count", count, "--connections", 64, *more, mode="fill-paths", path=directory)
