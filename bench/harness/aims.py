"""What lazulite aims at, line by line: the one place where the aims stand. The lines are the table of the report."""

from dataclasses import dataclass

from . import machine

LEVEL = 0.95  # what two measurements of one server may differ by
KEPT = 1.25  # the same of a p99


@dataclass(frozen=True)
class Times:
    """At least so many times as good as another server. More is better for rates, less for costs."""

    least: float
    server: str = "azurite"

    def __str__(self):
        return "level" if self.least == LEVEL else f"{self.least:g}x"


@dataclass(frozen=True)
class OfMachine:
    """At least such a part of what the machine does without a server."""

    least: float
    mark: str

    def __str__(self):
        return f"{self.least:g}x {self.mark}"


@dataclass(frozen=True)
class AtMost:
    most: float  # in the line's unit

    def __str__(self):
        return f"<= {self.most:,g}"


@dataclass(frozen=True)
class AtLeast:
    least: float

    def __str__(self):
        return f">= {self.least:,g}"


@dataclass(frozen=True)
class Line:
    title: str
    scenario: str
    unit: str = "a second"
    key: str = "requests_per_second"
    aims: tuple = ()
    factor: float = 1
    brief: bool = False  # stands in the README and the chart too
    compared: bool = True  # with the other servers

    @property
    def more_is_better(self):
        return self.key in ("requests_per_second", "mib_per_second")


def over_connections(title, scenario, azurite=(None,) * 3, nginx=(None,) * 3, *, over=(1, 16, 64), brief=16, **line):
    """A line for each number of connections; `scenario` has a {} where it stands."""
    for place, connections in enumerate(over):
        aims = [Times(least[place], server) for least, server in ((azurite, "azurite"), (nginx, "nginx")) if least[place]]
        yield Line(f"{title}, {connections} connection{'s' if connections > 1 else ''}", scenario.format(connections), aims=tuple(aims),
                   brief=connections == brief, **line)


LEVELS = (LEVEL,) * 3
MIB = {"unit": "MiB/s", "key": "mib_per_second"}
PAGE_CPU = {"unit": "ms of CPU a page", "key": "server_cpu_us", "factor": 1e-3}
MS = {"unit": "ms", "key": "p50_us", "factor": 1e-3}
P99 = {"unit": "ms p99", "key": "p99_us", "factor": 1e-3}
START = {"unit": "ms", "key": "start_ms"}
OWN = {"unit": "MiB of its own", "key": "anon_mib"}
MAPPED = {"unit": "MiB of mapped files", "key": "mapped_mib", "compared": False}

LINES = [
    *over_connections("Put Blob 4 KiB, new names", "create-4k-c{}", (40, 35, 30)),
    *over_connections("Get Blob 4 KiB", "get-4k-c{}", (45, 50, 50), (0.75, 0.9, 0.9)),
    *over_connections("Get Blob 1 MiB", "get-1m-c{}", nginx=LEVELS, **MIB),
    *over_connections("Get Blob 256 MiB", "get-256m-c{}", nginx=LEVELS, over=(1, 4), **MIB),
    Line("Upload of 1 GiB in 4 MiB blocks, 4 at once", "upload-1g-c4", aims=(Times(0.9, "nginx"),), brief=True, **MIB),
    Line("... its Put Block List", "upload-commit", aims=(AtMost(5),), **MS),
    Line("Put Blob 256 MiB", "put-256m-c1", aims=(OfMachine(0.9, machine.MD5),), brief=True, **MIB),
    *over_connections("64 KiB at random offsets", "ranges-64k-c{}", nginx=LEVELS),
    Line("Delete Blob 4 KiB, 16 connections", "delete-4k-c16", aims=(Times(500),), brief=True),
    Line("Put Blob 4 KiB over another, 16 connections", "put-4k-c16", aims=(Times(30),)),
    Line("Append Block 4 KiB, 16 connections", "append-4k-c16", aims=(Times(30),), brief=True),
    Line("Put Page 4 KiB, 16 connections", "page-4k-c16", aims=(Times(30),)),
    Line("List 5,000 of 100,000 blobs", "list-5000", aims=(AtMost(6),), brief=True, **PAGE_CPU),
    Line("List 5,000 of 1,000,000 blobs", "list-5000-1m", aims=(AtMost(6),), **PAGE_CPU),
    Line("List by delimiter, 100,000 blobs", "list-prefixes", aims=(AtMost(5),), brief=True, **MS),
    Line("Put Message, 16 connections", "message-put-c16-b0", aims=(Times(30),), brief=True),
    Line("Get and Delete Message, 16 connections", "message-take-c16-b0", aims=(Times(400),), brief=True),
    Line("Insert Entity, 16 connections", "table-insert-c16-1k", aims=(Times(12),), brief=True),
    Line("Get Entity, 16 connections", "table-get-c16-1k", aims=(Times(28),), brief=True),
    Line("Batch of 100 inserts, 16 connections", "table-batch-c16-1k", aims=(Times(5),)),
    Line("Partition of 1,000, 16 connections", "table-partition-c16-1k", aims=(Times(15),)),
    Line("Scan of 100,000 entities by a property", "table-filter-c1-100k", aims=(Times(1.5),), **MS),
    Line("333 readings a second: message, entity and blob", "devices-333", aims=(AtMost(5),), **P99),
    Line("Readings as fast as possible, the three together", "devices-fastest", aims=(AtLeast(6000),), brief=True),
    Line("Put Blob 4 KiB, durability power, 64 connections", "power-put-4k-c64", aims=(OfMachine(0.8, machine.FLUSH),)),
    Line("Get Blob 4 KiB, new connections, 16 at once", "connect-4k-c16", aims=(Times(0.7, "nginx"),), brief=True),
    Line("Memory, idle", "memory-idle", aims=(AtMost(12),), brief=True, **OWN),
    Line("... and mapped", "memory-idle", **MAPPED),
    Line("Memory, after 100,000 blobs", "memory-100k", aims=(AtMost(30),), brief=True, **OWN),
    Line("... and mapped", "memory-100k", **MAPPED),
    Line("Memory above idle in the upload of 1 GiB", "upload-1g-c4", "MiB of its own", "more_anon_mib", (AtMost(32),)),
    Line("... and mapped", "upload-1g-c4", **MAPPED),
    Line("Start to first answer, empty", "startup", aims=(AtMost(20),), brief=True, **START),
    Line("Start with 100,000 blobs", "startup-100k", aims=(AtMost(30),), **START),
    Line("Start with 1,000,000 blobs", "startup-1m", aims=(AtMost(60),), **START),
    Line("First start, its program not in memory", "startup-first", aims=(AtMost(20),), **START),
    Line("Disk per 4 KiB blob", "disk-4k", "bytes", "bytes_per_blob", (AtMost(4700),)),
    Line("10,000 idle connections, each", "idle-10k", "KiB of its own", "kib_each", (AtMost(10),)),
    Line("... 500 others a second meanwhile", "idle-10k", **P99),
    Line("... and without them", "idle-10k", "ms p99", "p99_alone_us", factor=1e-3),
    Line("... the one to the other", "idle-10k", "times", "p99_growth", (AtMost(KEPT),), compared=False),
    Line("Steady puts, 3,000 a second", "steady-put-4k", aims=(AtMost(20),), **P99),
    Line("... the slowest of all", "steady-put-4k", "ms", "max_us", factor=1e-3),
    Line("Shared Key above SAS, Get Blob 4 KiB", "sharedkey-4k-c16", "us of CPU", "more_cpu_us", (AtMost(1),), compared=False),
]


def judge(results, line, aim):
    """Whether an aim is met; None when that was not measured."""
    ours = results.median(line.scenario, "lazulite", line.key)
    if ours is None:
        return None
    if results.errors_of(line.scenario, "lazulite"):
        return False
    if isinstance(aim, AtMost):
        return ours * line.factor <= aim.most
    if isinstance(aim, AtLeast):
        return ours * line.factor >= aim.least
    found = times(results, line, aim.server) if isinstance(aim, Times) else part_of_machine(results, line, aim.mark)
    return None if found is None else found >= aim.least


def times(results, line, server):
    """How many times as good as another: as fast, or at such a part of the cost."""
    if not line.compared:
        return None
    ours, theirs = (results.median(line.scenario, name, line.key) for name in ("lazulite", server))
    if not ours or not theirs:
        return None
    return ours / theirs if line.more_is_better else theirs / ours


def part_of_machine(results, line, mark):
    ours, whole = results.median(line.scenario, "lazulite", line.key), results.median(mark, "machine", line.key)
    return ours / whole if ours and whole else None
