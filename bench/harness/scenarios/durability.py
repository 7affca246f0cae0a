"""What surviving a power failure costs, beside what flushing costs without any server."""

from .. import machine, scenario, servers
from ..scenario import CREATED, READ_BACK, SIZES, Named, requests

PUT = Named("power-put-4k-c64", requests("power-put-4k-c64"))
MARK = Named(machine.FLUSH, (scenario.Row(machine.FLUSH, scenario.RATES, "req/s", "requests_per_second"),))
SCENARIOS = [PUT, MARK]


def run(bench, chosen):
    kinds = [servers.adjusted(kind, durability="power") for kind in bench.kinds_that("survives_power_loss")]
    for number in bench.rounds():
        bench.record_machine(number, MARK.name, machine.flushes(bench.folder / "flushes", bench.options.seconds))
        if PUT not in chosen:
            continue
        with bench.running("durability", kinds) as started:
            for server in started:
                measured = bench.measure(server, "create", "--prefix", "power-", "--count", CREATED, "--size", SIZES["4k"],
                                         "--read-back", READ_BACK["4k"], connections=64)
                bench.record(number, PUT.name, server, measured)
