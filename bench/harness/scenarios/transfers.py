"""Get Blob, Put Blob over another, and Put Blob of new names."""

from dataclasses import dataclass

from .. import machine, scenario
from ..scenario import CONNECTIONS, COUNTS, CREATED, READ_BACK, SIZES


@dataclass(frozen=True)
class Transfer(scenario.Transfer):
    @property
    def prefix(self):
        return f"{self.name}-" if self.operation == "create" else f"{self.operation}-{self.size}-"

    @property
    def count(self):
        return CREATED if self.operation == "create" else COUNTS[self.size]


SCENARIOS = [Transfer(operation, size, connections)
             for operation, sizes in (("get", CONNECTIONS), ("put", CONNECTIONS), ("create", ["4k"]))
             for size in sizes for connections in CONNECTIONS[size]]
MARK = scenario.Named(machine.MD5, (scenario.Row(machine.MD5, scenario.RATES, "MiB/s", "mib_per_second"),))
SCENARIOS.append(MARK)


def run(bench, chosen):
    """Every round has new servers with new data: no round inherits the garbage of the one before."""
    transfers = [one for one in chosen if one is not MARK]
    for number in bench.rounds():
        if MARK in chosen or any(one.operation == "put" and one.size == "256m" for one in transfers):
            bench.record_machine(number, MARK.name, machine.md5(bench.options.seconds))
        if not transfers:
            continue
        with bench.running("transfers", bench.kinds) as started:
            for server in started:
                fill_for(bench, transfers, server)
            for transfer in transfers:
                for server in started:
                    bench.record(number, transfer.name, server, measure(bench, transfer, server))


def fill_for(bench, chosen, server):
    """What get reads and put overwrites."""
    filled = {(one.prefix, one.size) for one in chosen if one.operation != "create"}
    for prefix, size in sorted(filled):
        bench.fill(server, "--prefix", prefix, "--count", COUNTS[size], "--size", SIZES[size],
                   "--connections", min(16, COUNTS[size]))


def measure(bench, transfer, server):
    return bench.measure(server, transfer.operation, "--prefix", transfer.prefix, "--count", transfer.count,
                         "--size", SIZES[transfer.size], "--read-back", READ_BACK[transfer.size],
                         connections=transfer.connections, warmup=transfer.size != "256m")
