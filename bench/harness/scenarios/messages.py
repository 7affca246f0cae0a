"""Put Message, Get and Delete Message, or both at once, over some connections and a queue that holds `backlog` more."""

from dataclasses import dataclass

from ..scenario import requests

TEXT_SIZE = 512  # of a message
STOCK = 512  # messages that are taken in one part of a measurement
BACKLOG = 100_000
FILL = "fill-messages"  # comes with a backlog


@dataclass(frozen=True)
class Messages:
    operation: str
    connections: int
    backlog: int

    @property
    def name(self):
        waiting = f"{self.backlog // 1000}k" if self.backlog else "0"
        return f"message-{self.operation}-c{self.connections}-b{waiting}"

    @property
    def rows(self):
        return requests(self.name) + (requests(FILL) if self.backlog else ())


# Puts come last: they leave their messages behind.
SCENARIOS = [Messages(operation, connections, backlog) for backlog in (0, BACKLOG)
             for operation in ("take", "mix", "put") for connections in (1, 16, 64) if operation != "mix" or connections == 64]


def run(bench, chosen):
    for backlog, offer in ((0, "has_queues"), (BACKLOG, "bears_backlogs")):
        wanted = [scenario for scenario in chosen if scenario.backlog == backlog]
        if not wanted:
            continue
        with bench.running("messages", bench.kinds_that(offer), "queue") as started:
            for server in started if backlog else ():
                filled = bench.fill(server, "--count", min(backlog, bench.options.many), "--size", TEXT_SIZE,
                                    "--connections", 64, mode="fill-messages")
                bench.record(0, FILL, server, filled)
            for number in bench.rounds():
                for scenario in wanted:
                    for server in started:
                        bench.record(number, scenario.name, server, measure(bench, scenario, server))


def measure(bench, scenario, server):
    measured = bench.measure(server, f"{scenario.operation}-messages", "--count", STOCK, "--size", TEXT_SIZE,
                             connections=scenario.connections)
    if not scenario.backlog:
        with server.awake():
            server.clear_messages()
    return measured
