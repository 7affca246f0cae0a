"""Files of a static website, over its own listener, by nobody in particular."""

from ..scenario import COUNTS, SIZES, Transfer

SCENARIOS = [Transfer("web", "4k", connections) for connections in (1, 16, 64)]


def run(bench, chosen):
    pages = ["--prefix", "web-4k-", "--count", COUNTS["4k"], "--size", SIZES["4k"]]
    for number in bench.rounds():
        with bench.running("website", bench.kinds_that("has_website")) as started:
            for server in started:
                with server.awake():
                    server.switch_website_on()
                bench.fill(server, *pages, "--connections", 16, path=server.website)
            for scenario in chosen:
                for server in started:
                    measured = bench.measure(server, "get", *pages, connections=scenario.connections,
                                             port=server.website_port(), path=server.website_root, credentials=[])
                    bench.record(number, scenario.name, server, measured)
