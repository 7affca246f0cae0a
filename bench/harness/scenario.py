"""A scenario's place in the report. A scenario itself is anything with a `name` and `rows`."""

from dataclasses import dataclass

RATES = "Throughput: more is better"
CPU = "CPU time of the server: less is better"
COSTS = "Other costs: less is better"
SECTIONS = (RATES, CPU, COSTS)


@dataclass(frozen=True)
class Row:
    """A line of the report: which value of a measurement, times which factor, is shown in which unit."""

    name: str
    section: str
    unit: str
    key: str
    factor: float = 1


def requests(name):
    return (Row(name, RATES, "req/s", "requests_per_second"), Row(name, CPU, "us/req", "server_cpu_us"))


def bytes_moved(name):
    return (Row(name, RATES, "MiB/s", "mib_per_second"), Row(name, CPU, "us/req", "server_cpu_us"))


def large(name):
    return (Row(name, RATES, "MiB/s", "mib_per_second"), Row(name, CPU, "ms/req", "server_cpu_us", 1e-3))


def latency(name, *, ms=False):
    return (Row(name, COSTS, "ms", "p50_us", 1e-3) if ms else Row(name, COSTS, "us", "p50_us"),)


def pages(name):
    return (Row(name, COSTS, "ms/page", "p50_us", 1e-3), Row(name, COSTS, "CPU ms/page", "server_cpu_us", 1e-3))


@dataclass(frozen=True)
class Named:
    """A scenario that is told by its name alone."""

    name: str
    rows: tuple


SIZES = {"4k": 4 << 10, "64k": 64 << 10, "1m": 1 << 20, "256m": 256 << 20}
# Blobs in turn for each size: enough for 64 connections, few enough to stay in the page cache.
COUNTS = {"4k": 2048, "1m": 128, "256m": 4}
READ_BACK = {"4k": 32, "1m": 8, "256m": 1}
CONNECTIONS = {"4k": (1, 16, 64), "1m": (1, 16, 64), "256m": (1, 4)}
CREATED = 100_000  # blobs that one measurement of create makes at most; it ends early when all are there
LIST_PAGE = 5000


@dataclass(frozen=True)
class Transfer:
    """One operation on blobs of one size over some connections."""

    operation: str
    size: str
    connections: int

    @property
    def name(self):
        return f"{self.operation}-{self.size}-c{self.connections}"

    @property
    def prefix(self):
        return f"{self.name}-"

    @property
    def count(self):
        return COUNTS[self.size]

    @property
    def rows(self):
        return {"4k": requests, "64k": requests, "1m": bytes_moved, "256m": large}[self.size](self.name)
