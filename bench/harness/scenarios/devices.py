"""Readings of many devices: for each of them a message is put, an entity inserted and a blob put, over the three services of one
server; at a fixed rate, and as fast as it goes."""

from ..bench import together
from ..scenario import COSTS, CREATED, RATES, SIZES, Named, Row, requests
from .messages import TEXT_SIZE
from .tables import ENTITY_SIZE

READINGS = 333  # a second
CONNECTIONS = 16  # to each service
FIXED = Named(f"devices-{READINGS}", (Row(f"devices-{READINGS}", RATES, "req/s", "requests_per_second"),
                                      Row(f"devices-{READINGS}", COSTS, "ms p99", "p99_us", 1e-3)))
FASTEST = Named("devices-fastest", requests("devices-fastest"))  # of all three services together
SCENARIOS = [FIXED, FASTEST]
LONGER = 3  # than other measurements, as a hundredth of a second's readings are three


def run(bench, chosen):
    for number in bench.rounds():
        with bench.running("devices", bench.kinds_that("has_queues"), "all") as started:
            for scenario in chosen:
                rate = ["--rate", READINGS] if scenario is FIXED else []
                for server in started:
                    measured = readings(bench, server, f"{scenario.name}-", rate)
                    bench.record(number, scenario.name, server, measured)


def readings(bench, server, prefix, rate):
    timed = [*bench.timed(CONNECTIONS, bench.options.seconds * LONGER), *rate]
    jobs = [(server.at("queue"), ("put-messages", "--size", TEXT_SIZE, *timed), {}),
            (server.at("table"), ("insert-entities", "--prefix", prefix, "--size", ENTITY_SIZE, *timed), {}),
            (server.at("blob"), ("create", "--prefix", prefix, "--count", CREATED, "--size", SIZES["4k"], *timed), {})]
    return together(bench.drive_together(jobs))
