"""One large blob: uploaded by blocks, and read by ranges at random offsets."""

import time

from .. import memory
from ..scenario import COSTS, SIZES, Named, Row, Transfer, bytes_moved, latency

BLOCK = 4 << 20
UPLOADERS = 4
READ_BLOCKS = 8
OFFSETS = 4096  # of ranges, in turn
COMMIT = "upload-commit"
UPLOAD = Named(f"upload-1g-c{UPLOADERS}",
               (*bytes_moved(f"upload-1g-c{UPLOADERS}"), *latency(COMMIT, ms=True),
                Row(f"upload-1g-c{UPLOADERS}", COSTS, "MiB more", "more_anon_mib"),
                Row(f"upload-1g-c{UPLOADERS}", COSTS, "MiB mapped", "mapped_mib")))
RANGES = [Transfer("ranges", "64k", connections) for connections in (1, 16, 64)]
SCENARIOS = [UPLOAD, *RANGES]


def run(bench, chosen):
    ranges = [one for one in chosen if one is not UPLOAD]
    for number in bench.rounds():
        if UPLOAD in chosen:
            with bench.running("uploads", bench.kinds) as started:
                for server in started:
                    upload(bench, number, server)
        if ranges:
            with bench.running("ranges", bench.kinds) as started:
                read_ranges(bench, number, ranges, started)


def upload(bench, number, server):
    """A server without blocks gets each of them as a file."""
    blocks = ["--count", bench.options.blocks, "--size", BLOCK, "--connections", UPLOADERS]
    time.sleep(0.5)  # until it has settled after its start
    idle = memory.mib(server.pids())
    with memory.Watch(server) as watch:
        if server.has_blocks:
            measured = bench.measure_once(server, "put-blocks", "--prefix", "large", *blocks)
            committed = bench.drive(server, "commit-blocks", "--prefix", "large", *blocks, "--read-back", READ_BLOCKS)
            bench.record(number, COMMIT, server, committed)
        else:
            measured = bench.measure_once(server, "fill", "--prefix", "large-", *blocks, "--read-back", READ_BLOCKS)
    measured["more_anon_mib"] = watch.most["anon_mib"] - idle["anon_mib"]
    measured["mapped_mib"] = watch.most["mapped_mib"]
    bench.record(number, UPLOAD.name, server, measured)


def read_ranges(bench, number, chosen, started):
    size = SIZES["256m"]
    for server in started:
        bench.fill(server, "--prefix", "large-", "--size", size)
    for scenario in chosen:
        for server in started:
            measured = bench.measure(server, "get-random-ranges", "--prefix", "large-", "--whole", size, "--count", OFFSETS,
                                     "--size", SIZES[scenario.size], connections=scenario.connections)
            bench.record(number, scenario.name, server, measured)
