"""From exec to the first good answer, and what an idle server holds."""

import os
import shutil
import time

from .. import memory, servers
from ..scenario import COSTS, Named, Row

SETTLE_SECONDS = 1


def start_row(name):
    return Row(name, COSTS, "ms", "start_ms")


def memory_rows(name):
    return (Row(name, COSTS, "MiB own", "anon_mib"), Row(name, COSTS, "MiB mapped", "mapped_mib"))


STARTUP = Named("startup", (start_row("startup"),))
FIRST = Named("startup-first", (start_row("startup-first"),))
IDLE = Named("memory-idle", memory_rows("memory-idle"))
SCENARIOS = [STARTUP, FIRST, IDLE]


def run(bench, chosen):
    for number in (-1, *bench.starts()):
        for kind in bench.kinds:
            if STARTUP in chosen or IDLE in chosen:
                start(bench, number, kind, chosen)
            if FIRST in chosen and kind.is_one_file and number >= 0:
                bench.record(number, FIRST.name, kind, first_start(bench, kind))


def start(bench, number, kind, chosen):
    with started(bench, kind) as server:
        if number < 0:  # this one read programs from the disk
            return
        if STARTUP in chosen:
            bench.record(number, STARTUP.name, kind, {"errors": 0, "start_ms": server.took_ms})
        if IDLE in chosen:
            time.sleep(SETTLE_SECONDS)
            bench.record(number, IDLE.name, kind, {"errors": 0, **memory.mib(server.pids())})


def started(bench, kind):
    return servers.started(kind, bench.folder / "start")


def first_start(bench, kind):
    """Of a copy of the program that is not in the page cache."""
    copy = bench.folder / "first" / kind.binary.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(kind.binary, copy)
    with open(copy, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    try:
        with started(bench, servers.adjusted(kind, binary=copy)) as server:
            return {"errors": 0, "start_ms": server.took_ms}
    finally:
        shutil.rmtree(copy.parent)
