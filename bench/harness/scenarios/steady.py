"""A steady load for long enough that logs are written back, and space is given back, while it goes on."""

from ..bench import together
from ..scenario import COSTS, COUNTS, RATES, READ_BACK, SIZES, Named, Row

NAME = "steady-put-4k"
OVERWRITES, CREATES = 2_000, 1_000  # a second
CONNECTIONS = 32
LONGER = 20  # than other measurements
SCENARIOS = [Named(NAME, (Row(NAME, RATES, "req/s", "requests_per_second"), Row(NAME, COSTS, "ms p99", "p99_us", 1e-3),
                          Row(NAME, COSTS, "ms at most", "max_us", 1e-3)))]


def run(bench, _):
    seconds = bench.options.seconds * LONGER
    overwritten = ["--prefix", "old-", "--count", COUNTS["4k"], "--size", SIZES["4k"]]
    created = ["--prefix", "new-", "--count", int(CREATES * seconds * 2), "--size", SIZES["4k"]]
    more = [*bench.timed(CONNECTIONS, seconds), "--read-back", READ_BACK["4k"]]
    for number in bench.rounds():
        with bench.running("steady", bench.kinds_that("keeps_pace")) as started:
            for server in started:
                bench.fill(server, *overwritten, "--connections", 16)
                jobs = [(server, ("put", *overwritten, *more, "--rate", OVERWRITES), {}),
                        (server, ("create", *created, *more, "--rate", CREATES), {})]
                bench.record(number, NAME, server, together(bench.drive_together(jobs)))
