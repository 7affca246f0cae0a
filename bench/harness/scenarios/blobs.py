"""Appends, page writes, and the verbs that move no bytes: deletes, snapshots, copies, searches by tags."""

from dataclasses import dataclass

from ..scenario import COUNTS, READ_BACK, SIZES, Transfer

APPENDED = 64  # append blobs for each number of connections: 50,000 blocks are the most that one takes
TAGGED = 5_000  # blobs with tags, of which a search finds 20: the first of the account, and no more than Azurite looks through for one page


@dataclass(frozen=True)
class Verb(Transfer):
    @property
    def mode(self):
        return {"append": "append", "page": "put-pages", "delete": "delete-blobs", "find": "find-tagged"}.get(
            self.operation, self.operation)

    @property
    def prefix(self):
        return {"page": self.name, "find": "0-tagged-"}.get(self.operation, f"{self.name}-")

    @property
    def count(self):
        return {"append": APPENDED, "find": TAGGED}.get(self.operation, COUNTS[self.size])

    @property
    def read_back(self):
        return APPENDED if self.operation == "append" else READ_BACK[self.size]


SCENARIOS = [Verb(operation, "4k", connections) for operation in ("append", "page", "delete", "snapshot", "copy", "find")
             for connections in (1, 16, 64)]


def run(bench, chosen):
    """A scenario's blobs are its own; deleting brings them itself. An account is searched whole, so one set is for all."""
    for operations in (("append",), ("page",), ("delete", "snapshot", "copy", "find")):
        wanted = [one for one in chosen if one.operation in operations]
        for number in bench.rounds() if wanted else ():
            with bench.running("blobs", bench.kinds_that("has_blobs")) as started:
                if any(one.operation == "find" for one in wanted):
                    for server in started:
                        bench.fill(server, "--prefix", "0-tagged-", "--count", TAGGED, "--connections", 16, mode="fill-tagged")
                for scenario in wanted:
                    for server in started:
                        bench.record(number, scenario.name, server, measure(bench, scenario, server))


def measure(bench, scenario, server):
    own = ["--prefix", scenario.prefix, "--count", scenario.count, "--size", SIZES[scenario.size]]
    if scenario.operation == "append":
        bench.fill(server, *own, mode="fill-appends")
    elif scenario.operation == "page":
        with server.awake():
            server.create_page_blob(scenario.prefix, scenario.count * SIZES[scenario.size])
    elif scenario.operation in ("snapshot", "copy"):
        bench.fill(server, *own, "--connections", 16)
    return bench.measure(server, scenario.mode, *own, "--read-back", scenario.read_back, connections=scenario.connections)
