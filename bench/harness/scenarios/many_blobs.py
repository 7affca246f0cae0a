"""What costs more the more there is: lists, memory, the disk and the next start, with 100,000 blobs and with 1,000,000."""

import time

from .. import machine, memory, servers
from ..scenario import COSTS, LIST_PAGE, SIZES, Named, Row, pages, requests
from .starts import SETTLE_SECONDS, memory_rows, start_row

DIRECTORIES = 1_000  # that the 100,000 are in, by their names: what a list by delimiter shows
FILL, FILL_MILLION = "fill-list", "fill-list-1m"  # come with the others: creating the blobs over 64 connections
PART = 100_000  # of the million, put by one load generator


def of_many(name, rows, fill=FILL):
    return Named(name, requests(fill) + rows)


LIST = of_many(f"list-{LIST_PAGE}", pages(f"list-{LIST_PAGE}"))
PREFIXES = of_many("list-prefixes", pages("list-prefixes"))
MEMORY = of_many("memory-100k", memory_rows("memory-100k"))
DISK = of_many("disk-4k", (Row("disk-4k", COSTS, "bytes/blob", "bytes_per_blob"),))
START = of_many("startup-100k", (start_row("startup-100k"),))
LIST_MILLION = of_many(f"list-{LIST_PAGE}-1m", pages(f"list-{LIST_PAGE}-1m"), FILL_MILLION)
START_MILLION = of_many("startup-1m", (start_row("startup-1m"),), FILL_MILLION)
SCENARIOS = [MEMORY, LIST, PREFIXES, DISK, START, LIST_MILLION, START_MILLION]
OF_A_MILLION = (LIST_MILLION, START_MILLION)


def run(bench, chosen):
    if any(one not in OF_A_MILLION for one in chosen):
        with bench.running("many", bench.kinds_that("has_blobs")) as started:
            hundred_thousand(bench, chosen, started)
    if any(one in OF_A_MILLION for one in chosen):
        with bench.running("million", bench.kinds_that("holds_a_million")) as started:
            million(bench, chosen, started)


def hundred_thousand(bench, chosen, started):
    blobs = ["--prefix", "list-", "--count", bench.options.many, "--directories", DIRECTORIES]
    for server in started:
        bench.record(0, FILL, server, bench.fill(server, *blobs, "--size", SIZES["4k"], "--connections", 64))
        if MEMORY in chosen:
            with server.awake():
                time.sleep(SETTLE_SECONDS)
            bench.record(0, MEMORY.name, server, {"errors": 0, **memory.mib(server.pids())})
    for number in bench.rounds():
        for scenario, mode in ((LIST, "list"), (PREFIXES, "list-prefixes")):
            for server in started if scenario in chosen else ():
                bench.record(number, scenario.name, server, bench.measure(server, mode, *blobs, "--page", LIST_PAGE))
    for server in started:
        server.stop()
        if DISK in chosen:
            used = machine.disk_bytes(server.folder / "data")
            bench.record(0, DISK.name, server, {"errors": 0, "bytes_per_blob": used / bench.options.many})
    if START in chosen:
        starts(bench, START, started)


def million(bench, chosen, started):
    blobs = ["--prefix", "list-"]
    for server in started:
        for first in range(0, bench.options.million, PART):
            count = min(PART, bench.options.million - first)
            filled = bench.fill(server, *blobs, "--first", first, "--count", count, "--size", 64, "--connections", 64)
            bench.record(0, FILL_MILLION, server, filled)
    for number in bench.rounds() if LIST_MILLION in chosen else ():
        for server in started:
            measured = bench.measure(server, "list", *blobs, "--count", bench.options.million, "--page", LIST_PAGE)
            bench.record(number, LIST_MILLION.name, server, measured)
    for server in started:
        server.stop()
    if START_MILLION in chosen:
        starts(bench, START_MILLION, started)


def starts(bench, scenario, stopped):
    """Again and again, with the data that is there."""
    for number in bench.starts():
        for server in stopped:
            with servers.started_again(server):
                bench.record(number, scenario.name, server, {"errors": 0, "start_ms": server.took_ms})
