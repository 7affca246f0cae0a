"""One operation on entities over some connections, on a table that holds so many before."""

import contextlib
from dataclasses import dataclass

from ..scenario import latency, requests

READ_BACK = 32
ENTITY_SIZE = 512  # of an entity's JSON
THOUSAND, HUNDRED_THOUSAND, MILLION = 1_000, 100_000, 1_000_000
FILLED = "fill"  # the prefix of the partitions that are there before


def in_short(entities):
    return f"{entities // MILLION}m" if entities >= MILLION else f"{entities // THOUSAND}k"


FILLS = {entities: f"fill-table-{in_short(entities)}" for entities in (HUNDRED_THOUSAND, MILLION)}


@dataclass(frozen=True)
class Tables:
    operation: str
    connections: int
    entities: int

    @property
    def name(self):
        return f"table-{self.operation}-c{self.connections}-{in_short(self.entities)}"

    @property
    def mode(self):
        return {"partition": "query-partition"}.get(self.operation, f"{self.operation}-entities")

    @property
    def prefix(self):
        """Of the partitions that are read, or of new ones."""
        return self.name if self.operation in ("insert", "batch", "upsert") else FILLED

    @property
    def rows(self):
        rows = requests(self.name) + (requests(FILLS[self.entities]) if self.entities in FILLS else ())
        if self.operation in ("get", "partition", "filter"):
            rows += latency(self.name, ms=self.operation != "get")
        return rows


# Inserts come last: they leave their entities behind.
SCENARIOS = [Tables(operation, connections, THOUSAND)
             for operation, over in (("get", (1, 16, 64)), ("partition", (1, 16)), ("upsert", (1, 16, 64)),
                                     ("insert", (1, 16, 64)), ("batch", (1, 16))) for connections in over]
SCENARIOS += [Tables("filter", 1, HUNDRED_THOUSAND)] + [Tables("get", connections, MILLION) for connections in (1, 16, 64)]


def run(bench, chosen):
    """Every round has new servers, as entities stay; larger tables are filled once, after all that needs none."""
    few = [scenario for scenario in chosen if scenario.entities == THOUSAND]
    for number in bench.rounds() if few else ():
        with filled(bench, THOUSAND) as started:
            one_round(bench, number, few, started)
    for entities in sorted({scenario.entities for scenario in chosen} - {THOUSAND}):
        with filled(bench, entities) as started:
            for number in bench.rounds():
                one_round(bench, number, [scenario for scenario in chosen if scenario.entities == entities], started)


def count_of(bench, entities):
    """How many there are: a quick run has fewer than it says."""
    return {HUNDRED_THOUSAND: bench.options.many, MILLION: bench.options.million}.get(entities, entities)


@contextlib.contextmanager
def filled(bench, entities):
    kinds = [kind for kind in bench.kinds if kind.most_entities >= entities]
    with bench.running("tables", kinds, "table") as started:
        for server in started:
            measured = bench.fill(server, "--prefix", FILLED, "--count", count_of(bench, entities), "--size", ENTITY_SIZE,
                                  "--connections", 4, mode="fill-entities")
            if entities in FILLS:
                bench.record(0, FILLS[entities], server, measured)
        yield started


def one_round(bench, number, chosen, started):
    for scenario in chosen:
        for server in started:
            measured = bench.measure(server, scenario.mode, "--prefix", scenario.prefix,
                                     "--count", count_of(bench, scenario.entities), "--size", ENTITY_SIZE,
                                     "--read-back", READ_BACK, connections=scenario.connections)
            bench.record(number, scenario.name, server, measured)
